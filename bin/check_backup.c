/* How old the last backup is. */
#include "check.h"
#include "setup_steps.h"

#include "base/buf.h"
#include "domain/installation.h"

enum {
	BACKUP_OLD_S = 8 * 86400, /* each week, and a day */
	BACKUP_AHEAD_S = 86400
};

#define NIGHTLY "latchkey backup --to DIR --keep N, each night: "

static const char *
nightly(void)
{
	return steps_has_systemd() ? NIGHTLY
		   "systemctl enable --now latchkey-backup.timer"
				   : NIGHTLY "a line of cron";
}

static enum err
last_backup_step(struct store_txn *t, void *arg)
{
	return installation_backup(t, arg);
}

void
check_backup(struct check_run *c)
{
	const struct check_advice old = {
	    "what was changed since then is lost with the disk", nightly()};
	const struct check_advice ahead = {
	    "how old it is cannot be told", nightly()};
	const struct check_advice none = {
	    "everything is lost with the disk", nightly()};
	int64_t made_at;
	char age[32];
	struct buf b;
	enum err e = store_read(c->a->store, last_backup_step, &made_at);

	buf_init(&b, age, sizeof age);
	buf_put_span(&b, c->a->now - made_at);
	if (e == ERR_NOT_FOUND)
		check_found(c, CHECK_NOTE, &none, "no backup was made yet");
	else if (e == OK && made_at - c->a->now > BACKUP_AHEAD_S)
		check_found(c, CHECK_WARNING, &ahead,
		    "the last backup was made when the clock was ahead, or it "
		    "is behind now");
	else if (e == OK && c->a->now - made_at > BACKUP_OLD_S)
		check_found(c, CHECK_WARNING, &old,
		    "the last backup was made %s ago", age);
	else if (e == OK)
		check_found(
		    c, CHECK_OK, NULL, "the last backup was made %s ago", age);
}
