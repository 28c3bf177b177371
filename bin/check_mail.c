/* Mails: whether they leave, and a test. */
#include "check.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"
#include "domain/letter.h"
#include "domain/mail_queue.h"
#include "domain/user.h"
#include "sendmail.h"
#include "setup_steps.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAITS_TOO_LONG_S = 900 };

/* How many mails are in DIR/NAME, and since when the oldest is. */
static unsigned
count_mails(const struct check_run *c, const char *name, int64_t *since)
{
	char path[ADMIN_PATH_CAP];
	const struct dirent *entry;
	struct stat st;
	unsigned n = 0;
	DIR *d;

	*since = c->a->now;
	if (file_path(path, sizeof path, c->a->conf.dir, name) != OK ||
	    (d = opendir(path)) == NULL)
		return 0;
	while ((entry = readdir(d)) != NULL) {
		if (entry->d_name[0] == '.' ||
		    fstatat(dirfd(d), entry->d_name, &st, 0) != 0)
			continue;
		n++;
		if (st.st_mtime < *since)
			*since = st.st_mtime;
	}
	closedir(d);
	return n;
}

static void
read_failure(const struct check_run *c, char told[static SENDMAIL_TOLD_CAP])
{
	char path[ADMIN_PATH_CAP];
	size_t len = 0;

	if (file_path(path, sizeof path, c->a->conf.dir, MAIL_FAILURE) != OK ||
	    file_read(path, 0, told, SENDMAIL_TOLD_CAP - 1, &len) != OK)
		len = 0;
	told[len] = '\0';
}

static void
check_queue(struct check_run *c)
{
	static const struct check_advice unsent = {
	    "people do not get their links and notices",
	    "set up the host's mail, then: latchkey check --mail ADDRESS"};
	const struct check_advice idle = {
	    "nothing takes mails out of the queue",
	    steps_has_systemd() ? "systemctl enable --now latchkey-mail.path "
				  "latchkey-mail.timer"
				: "have cron run `latchkey mail` each minute"};
	char told[SENDMAIL_TOLD_CAP];
	int64_t since;
	unsigned n = count_mails(c, MAIL_NEW, &since);

	if (n > 0 && c->a->now - since > WAITS_TOO_LONG_S)
		check_found(c, CHECK_ERROR, &idle,
		    "%u mail%s waiting, the oldest for %lld minutes", n,
		    n == 1 ? " is" : "s are",
		    (long long)(c->a->now - since) / 60);
	n = count_mails(c, MAIL_OUT, &since);
	read_failure(c, told);
	if (n > 0 || told[0] != '\0')
		check_found(c, CHECK_ERROR, &unsent,
		    "%s did not take mails (%u wait to be tried again): %s",
		    c->a->conf.mail_command, n,
		    told[0] != '\0' ? told : "it was interrupted");
	else
		check_found(
		    c, CHECK_OK, NULL, "mails that were sent have left");
}

/* Straight to sendmail, so that its own words are told. */
static void
check_letter(struct check_run *c, const char *address)
{
	static const struct check_advice untaken = {
	    "no mail leaves this host", "look at the host's mail system"};
	char told[SENDMAIL_TOLD_CAP], text[MAIL_CAP];
	char path[] = "/tmp/latchkey-mail-XXXXXX";
	int fd = mkstemp(path);
	struct buf b;

	buf_init(&b, text, sizeof text);
	if (letter_write_test(&b, &c->a->conf, address, c->a->now) != OK ||
	    fd == -1 || write(fd, text, b.len) != (ssize_t)b.len ||
	    lseek(fd, 0, SEEK_SET) != 0)
		check_found(c, CHECK_ERROR, &untaken,
		    "a test cannot be written to /tmp");
	else if (sendmail_give(c->a->conf.mail_command, fd, told))
		check_found(c, CHECK_OK, NULL,
		    "%s took a test to %s: see whether it arrives",
		    c->a->conf.mail_command, address);
	else
		check_found(c, CHECK_ERROR, &untaken,
		    "%s did not take a test to %s: %s", c->a->conf.mail_command,
		    address, told);
	if (fd != -1) {
		close(fd);
		unlink(path);
	}
}

void
check_mail(struct check_run *c, const char *address)
{
	static const struct check_advice off = {
	    "no mail is sent", "set `mail = sendmail` in latchkey.conf"};
	const char *bad = address != NULL ? user_email_refusal(address) : NULL;

	if (!c->a->conf.mail_is_sendmail) {
		if (address != NULL)
			check_found(c, CHECK_ERROR, &off, "mail is off");
		return;
	}
	check_queue(c);
	if (bad != NULL)
		check_found(c, CHECK_ERROR, &off, "%s: %s", address, bad);
	else if (address != NULL)
		check_letter(c, address);
}
