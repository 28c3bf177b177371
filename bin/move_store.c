/*
 * latchkey move-store: the records go to another store, and latchkey.conf says
 * so. Programs that run cannot lose a change by it: the old store is taken away
 * while no one can write to it, and they refuse to work until they are started
 * again.
 */
#include "admin.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"
#include "domain/conf_value.h"
#include "domain/installation.h"
#include "store_setting.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct move {
	struct admin *a;
	const char *value;          /* of the setting */
	char where[CONF_STORE_CAP]; /* of the database; "": LMDB */
	struct store *to;
	char kept[ADMIN_PATH_CAP]; /* where LMDB's file is now, or "" */
	uint64_t rows;
	const char *failed; /* what could not be done, or NULL */
};

/* --- the old store --------------------------------------------------------*/

/* Where the file of LMDB is, and where it is kept. */
static enum err
name_files(const struct move *m, char path[static ADMIN_PATH_CAP],
    char kept[static ADMIN_PATH_CAP])
{
	struct buf b, k;

	buf_init(&b, path, ADMIN_PATH_CAP);
	buf_printf(&b, "%s/store/%s", m->a->dir,
	    store_file(&(struct store_settings){0}));
	buf_init(&k, kept, ADMIN_PATH_CAP);
	buf_printf(&k, "%s.moved", path);
	return buf_ok(&b) && buf_ok(&k) ? OK : ERR_NO_SPACE;
}

/* While no one else can write to the old one. */
static enum err
leave_old_store(void *arg, uint64_t rows)
{
	struct move *m = arg;
	char path[ADMIN_PATH_CAP] = "";
	enum err e = OK;

	m->rows = rows;
	if (m->a->conf.store[0] == '\0') {
		e = name_files(m, path, m->kept);
		if (e == OK && rename(path, m->kept) != 0)
			e = file_err(errno);
		m->failed =
		    e != OK ? "the old store cannot be put aside" : NULL;
	}
	if (e != OK)
		return e;
	e = store_setting_change(m->a->dir, m->value, m->where);
	if (e != OK)
		m->failed = "latchkey.conf cannot be changed";
	if (e != OK && m->kept[0] != '\0' && rename(m->kept, path) != 0)
		m->failed = "latchkey.conf cannot be changed, nor the old "
			    "store put back: rename its file yourself";
	return e;
}

/* --- the verb -------------------------------------------------------------*/

static int
refuse_move(const struct move *m, enum err e)
{
	return admin_fail("%s (%s); the records are where they were. What was "
			  "written to %s is to be removed before you try again",
	    m->failed != NULL ? m->failed : "the records cannot be moved",
	    err_name(e), m->where[0] != '\0' ? "the database" : "store/");
}

static int
make_other_store(struct move *m)
{
	char message[CONF_MESSAGE_CAP] = "";

	return installation_open(&m->to, m->a->conf.dir, m->where, true,
		   message, sizeof message) == OK
		   ? EXIT_DONE
		   : admin_fail("%s", message);
}

static int
say_moved(const struct move *m)
{
	printf("%" PRIu64 " rows moved; latchkey.conf says so. Start the "
	       "programs again: restart the web server.\n",
	    m->rows);
	if (m->kept[0] != '\0')
		printf("The old store is %s; remove it once all is well.\n",
		    m->kept);
	if (m->a->conf.store[0] != '\0')
		printf(
		    "The old store refuses all use; drop its tables once all "
		    "is well.\n");
	return EXIT_DONE;
}

/* What each host has is said again where it is needed. */
static enum err
forget_hosts_step(struct store_txn *t, void *arg)
{
	(void)arg;
	store_clear(t, TABLE_HOSTS);
	return store_failed(t);
}

static int
move_store(struct admin *a, const struct args *args)
{
	struct move m = {.a = a, .value = args->operand};
	char message[CONF_MESSAGE_CAP];
	struct buf b;
	int status;
	enum err e;

	buf_init(&b, message, sizeof message);
	if (conf_parse_store(NULL, m.where, m.value, &b) != OK)
		return admin_misused("move-store: %s", message);
	if (str_equal(m.where, a->conf.store))
		return admin_fail("the records are there already");
	status = make_other_store(&m);
	if (status != EXIT_DONE)
		return status;
	e = store_move(a->store, m.to, leave_old_store, &m);
	if (e == OK)
		(void)!store_write(m.to, a->now, forget_hosts_step, NULL);
	store_close(&m.to);
	return e == OK ? say_moved(&m) : refuse_move(&m, e);
}

static const struct option move_options[] = {OPTION_END};

const struct verb move_verbs[] = {
    {"move-store", NULL, "STORE", false, START_OPEN, move_options,
	"Puts the records into another store: lmdb, or postgresql: and how the "
	"database is found.",
	move_store},
    VERB_END,
};
