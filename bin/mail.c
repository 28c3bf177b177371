/* latchkey mail: hands the mails that wait to the host's sendmail. */
#include "admin.h"
#include "base/buf.h"
#include "base/file.h"
#include "domain/mail_queue.h"
#include "sendmail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Long enough for a host that is repaired after a weekend. */
enum { MAIL_AGE_MAX_S = 3 * 86400 };

struct mail_run {
	const struct admin *a;
	int from, out; /* the directories new/ and out/ */
	unsigned sent, failed, given_up;
	char told[SENDMAIL_TOLD_CAP]; /* why the last one was not taken */
};

static int
open_below(const char *dir, const char *name)
{
	char path[ADMIN_PATH_CAP];

	if (file_path(path, sizeof path, dir, name) != OK)
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

typedef void mail_visit(struct mail_run *r, const char *name);

/* Calls VISIT for each file of the directory FD. */
static void
each_mail(struct mail_run *r, int fd, mail_visit *visit)
{
	int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = again == -1 ? NULL : fdopendir(again);
	const struct dirent *entry;

	while (d != NULL && (entry = readdir(d)) != NULL)
		if (entry->d_name[0] != '.')
			visit(r, entry->d_name);
	if (d != NULL)
		closedir(d);
	else if (again != -1)
		close(again);
}

/* All of them, before the first is handed over: what stays in new/ would start
 * the unit again and again. */
static void
take_mail(struct mail_run *r, const char *name)
{
	if (renameat(r->from, name, r->out, name) != 0)
		fprintf(
		    stderr, "latchkey: mail %s: %s\n", name, strerror(errno));
}

static void
give_mail(struct mail_run *r, const char *name)
{
	int fd = openat(r->out, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd == -1 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		if (fd != -1)
			close(fd);
		return;
	}
	if (sendmail_give(r->a->conf.mail_command, fd, r->told)) {
		r->sent++;
		unlinkat(r->out, name, 0);
	} else if (r->a->now - st.st_mtime > MAIL_AGE_MAX_S) {
		r->given_up++;
		unlinkat(r->out, name, 0);
	} else {
		r->failed++;
	}
	close(fd);
}

/* What `latchkey check` tells; nothing, if all is well. */
static void
keep_failure(const struct mail_run *r)
{
	char path[ADMIN_PATH_CAP];

	if (file_path(path, sizeof path, r->a->conf.dir, MAIL_FAILURE) != OK)
		return;
	if (r->failed + r->given_up == 0) {
		if (r->sent > 0)
			unlink(path);
	} else if (file_write(path, 0600, r->told, strlen(r->told), 0) != OK) {
		fprintf(stderr, "latchkey: %s cannot be written\n", path);
	}
}

static int
tell_run(const struct mail_run *r)
{
	keep_failure(r);
	if (r->sent > 0)
		printf("%u mail%s handed over.\n", r->sent,
		    r->sent == 1 ? "" : "s");
	if (r->failed + r->given_up == 0)
		return EXIT_DONE;
	return admin_fail("%u mail%s not taken by %s, %u given up: %s",
	    r->failed + r->given_up, r->failed + r->given_up == 1 ? "" : "s",
	    r->a->conf.mail_command, r->given_up, r->told);
}

static int
drain_mails(struct admin *a, const struct args *args)
{
	struct mail_run r = {.a = a, .from = -1, .out = -1};
	int status = EXIT_DONE;

	(void)args;
	if (mail_queue_make(a->conf.dir) != OK)
		return admin_fail("%s/" MAIL_DIR " cannot be made", a->dir);
	r.from = open_below(a->conf.dir, MAIL_NEW);
	r.out = open_below(a->conf.dir, MAIL_OUT);
	if (r.from == -1 || r.out == -1) {
		status =
		    admin_fail("%s/" MAIL_DIR ": %s", a->dir, strerror(errno));
	} else if (flock(r.out, LOCK_EX | LOCK_NB) == 0) {
		each_mail(&r, r.from, take_mail);
		each_mail(&r, r.out, give_mail);
		status = tell_run(&r);
	} /* else another one is at it */
	if (r.from != -1)
		close(r.from);
	if (r.out != -1)
		close(r.out);
	return status;
}

static const struct option no_options[] = {OPTION_END};

const struct verb mail_verbs[] = {
    {"mail", NULL, NULL, false, false, no_options,
	"Hands the mails that wait to the host's sendmail.", drain_mails},
    VERB_END,
};
