#include "restore_database.h"

#include "base/str.h"
#include "domain/installation.h"

static enum err
their_issuer_step(struct store_txn *t, void *arg)
{
	return installation_issuer(t, arg);
}

static int
check_store_there(struct restore_database *d, const char *issuer)
{
	d->existed = true;
	if (!d->may_replace)
		return admin_fail(
		    "the database has a store already%s%s; nothing was "
		    "changed. With --replace the backup takes its place, and "
		    "what is there is kept beside it; with --store it goes "
		    "elsewhere",
		    issuer[0] != '\0' ? ", of " : "", issuer);
	if (d->any_issuer || issuer[0] == '\0' || str_equal(issuer, d->issuer))
		return EXIT_DONE;
	return admin_fail(
	    "%s is of %s, but the store in the database is of %s; if it is to "
	    "take that one's place, say so with --issuer %s",
	    d->name, d->issuer, issuer, d->issuer);
}

int
restore_check_database(struct restore_database *d, const char *dir)
{
	char message[CONF_MESSAGE_CAP] = "", issuer[ISSUER_CAP] = "";
	struct store *s;
	enum err e;

	if (d->where[0] == '\0')
		return EXIT_DONE;
	e = installation_open(
	    &s, dir, d->where, false, message, sizeof message);
	switch (e) {
	case OK:
		if (store_read(s, their_issuer_step, issuer) != OK)
			issuer[0] = '\0';
		store_close(&s);
		return check_store_there(d, issuer);
	case ERR_NOT_FOUND:
		return EXIT_DONE;
	case ERR_CORRUPT:
	case ERR_VERSION:
	case ERR_OUTDATED:
		return check_store_there(d, issuer);
	default:
		return admin_fail("%s; nothing was changed", message);
	}
}

struct exchange_call {
	int (*exchange)(void *arg);
	void *arg;
	int status;
};

static enum err
call_exchange(void *arg)
{
	struct exchange_call *c = arg;

	c->status = c->exchange(c->arg);
	return c->status == EXIT_DONE ? OK : ERR_IO;
}

int
restore_into_database(const struct restore_database *d, const char *dir,
    int (*exchange)(void *arg), void *arg)
{
	char message[CONF_MESSAGE_CAP] = "";
	struct exchange_call c = {exchange, arg, EXIT_DONE};
	struct store *s;
	enum err e =
	    installation_open(&s, dir, "", false, message, sizeof message);

	if (e != OK)
		return admin_fail("%s", message);
	e = installation_replace(s, dir, d->where, d->may_replace,
	    call_exchange, &c, message, sizeof message);
	store_close(&s);
	if (e == OK || c.status != EXIT_DONE)
		return c.status;
	if (e == ERR_BUSY)
		return admin_fail(
		    "the database is in use, from where the line above says; "
		    "stop the programs of all hosts first (systemctl stop "
		    "latchkey.target); nothing was changed");
	return admin_fail("%s; nothing was changed", message);
}
