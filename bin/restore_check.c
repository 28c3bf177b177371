#include "restore_check.h"

#include "base/file.h"
#include "base/str.h"
#include "domain/installation.h"
#include "domain/records.h"
#include "domain/signer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { COMMAND_CAP = 32 };

struct checking {
	const char *dir, *name;
	const struct archive_head *head;
	int64_t now;
	struct store *store;
	struct conf conf;
	struct signer *signer;
	const char *broken; /* the kind of a record that does not decode */
	char kid[KID_CAP];  /* of a key that cannot sign */
	enum err key_fault;
};

/* --- the settings --------------------------------------------------------- */

static int
check_restored_conf(struct checking *c)
{
	char message[CONF_MESSAGE_CAP] = "";

	if (conf_load(&c->conf, c->dir, message, sizeof message) != OK)
		return admin_fail(
		    "%s: its settings cannot be used: %s", c->name, message);
	if (!str_equal(c->conf.issuer, c->head->issuer))
		return admin_fail("%s: its settings are of %s, and not of %s",
		    c->name, c->conf.issuer, c->head->issuer);
	return EXIT_DONE;
}

/* --- the store ------------------------------------------------------------ */

static bool
read_on(void *arg, const void *record)
{
	(void)arg, (void)record;
	return true;
}

static enum err
records_step(struct store_txn *t, void *arg)
{
	const struct record_kind *k = record_kinds;
	struct checking *c = arg;
	void *room;

	for (; k->name != NULL && store_failed(t) == OK; k++) {
		c->broken = k->name;
		room = calloc(1, k->type->size);
		if (room == NULL)
			return ERR_NO_MEMORY;
		record_each(t, k->type, NULL, room, read_on, NULL);
		secret_wipe(room, k->type->size);
		free(room);
	}
	return store_failed(t);
}

static enum err
restored_indexes_step(struct store_txn *t, void *arg)
{
	store_check_indexes(t, arg);
	return store_failed(t);
}

static int
check_records(struct checking *c)
{
	struct store_index_faults f = {0};
	enum err e = store_read(c->store, records_step, c);

	if (e == ERR_CORRUPT || e == ERR_VERSION)
		return admin_fail("%s: a %s in its store does not decode (%s)",
		    c->name, c->broken, err_name(e));
	if (e == OK)
		e = store_read(c->store, restored_indexes_step, &f);
	if (e == OK && (f.stray > 0 || f.missing > 0))
		return admin_fail("%s: the indexes of its store do not agree "
				  "with the records",
		    c->name);
	return e == OK ? EXIT_DONE
		       : admin_fail("%s: its store cannot be read (%s)",
			     c->name, err_name(e));
}

/* --- the keys ------------------------------------------------------------- */

/* That a retired one is gone is no matter: its public half is in the store. */
static bool
probe_key(void *arg, const void *record)
{
	const struct signkey *k = record;
	struct checking *c = arg;

	if (k->state == KEY_RETIRED)
		return true;
	c->key_fault = signer_probe(c->signer, k);
	if (c->key_fault == OK)
		return true;
	(void)!str_copy(c->kid, sizeof c->kid, k->pub.kid);
	return false;
}

static enum err
probe_keys_step(struct store_txn *t, void *arg)
{
	signkey_each(t, probe_key, arg);
	return store_failed(t);
}

static int
check_private_keys(struct checking *c)
{
	enum err e = signer_new(&c->signer, c->dir);

	if (e == OK)
		e = store_read(c->store, probe_keys_step, c);
	signer_free(&c->signer);
	if (e != OK)
		return admin_fail(
		    "%s: its keys cannot be read (%s)", c->name, err_name(e));
	return c->key_fault == OK
		   ? EXIT_DONE
		   : admin_fail("%s: its keys/%s.pem %s", c->name, c->kid,
			 signer_advice(c->key_fault));
}

static int
check_secret_key(struct checking *c)
{
	struct keyring k;
	enum err e = installation_keyring(&k, c->store, c->dir);

	keyring_wipe(&k);
	return e == OK
		   ? EXIT_DONE
		   : admin_fail("%s: %s", c->name, installation_key_advice(e));
}

/* --- the epoch ------------------------------------------------------------ */

static enum err
begin_epoch_step(struct store_txn *t, void *arg)
{
	const struct checking *c = arg;

	return installation_begin_epoch(t, c->head->made_at, c->now);
}

static int
begin_epoch(struct checking *c)
{
	enum err e = store_write(c->store, c->now, begin_epoch_step, c);

	if (e == ERR_NO_SPACE)
		return admin_fail("no room beside the data directory; nothing "
				  "was changed");
	return e == OK ? EXIT_DONE
		       : admin_fail("%s: its store cannot be written (%s)",
			     c->name, err_name(e));
}

int
restore_check(const char *dir, const char *name,
    const struct archive_head *head, int64_t now)
{
	static int (*const checks[])(struct checking * c) = {
	    check_secret_key, check_records, check_private_keys, begin_epoch};
	struct checking c = {
	    .dir = dir, .name = name, .head = head, .now = now};
	char message[CONF_MESSAGE_CAP] = "";
	int status = check_restored_conf(&c);

	if (status != EXIT_DONE)
		return status;
	if (installation_open(
		&c.store, dir, "", false, message, sizeof message) != OK)
		return admin_fail(
		    "%s: its store cannot be used: %s", name, message);
	for (size_t i = 0;
	     i < sizeof checks / sizeof *checks && status == EXIT_DONE; i++)
		status = checks[i](&c);
	store_close(&c.store);
	return status;
}

/* --- those that have it open ---------------------------------------------- */

static void
read_command(int64_t pid, char command[static COMMAND_CAP])
{
	char path[64];
	size_t len = 0;

	snprintf(path, sizeof path, "/proc/%" PRId64 "/comm", pid);
	if (pid == 0 ||
	    file_read(path, 0, command, COMMAND_CAP - 1, &len) != OK)
		len = 0;
	while (len > 0 && command[len - 1] == '\n')
		len--;
	command[len] = '\0';
}

int
restore_claim(const char *dir, int *claim)
{
	char path[ADMIN_PATH_CAP], command[COMMAND_CAP];
	const struct store_settings settings = {.dir = path};
	int64_t holder = 0;
	enum err e = file_path(path, sizeof path, dir, "store");

	*claim = -1;
	if (e == OK)
		e = store_claim(&settings, claim, &holder);
	if (e == OK || e == ERR_NOT_FOUND)
		return EXIT_DONE;
	if (e != ERR_BUSY)
		return admin_fail("%s: the lock of its store cannot be taken "
				  "(%s)",
		    dir, err_name(e));
	read_command(holder, command);
	return admin_fail(
	    "%s is in use, by process %" PRId64 "%s%s%s; stop the programs "
	    "first (systemctl stop latchkey.target, or the web server that "
	    "starts them)",
	    dir, holder, command[0] != '\0' ? " (" : "", command,
	    command[0] != '\0' ? ")" : "");
}
