/* latchkey restore: puts a backup in the place of the data directory, whole or
 * not at all. */
#include "acting.h"
#include "admin.h"
#include "base/file.h"
#include "base/str.h"
#include "domain/archive.h"
#include "domain/conf_value.h"
#include "domain/installation.h"
#include "restore_check.h"
#include "restore_database.h"
#include "restore_files.h"
#include "restore_place.h"
#include "store_setting.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct option restore_options[] = {
    {"--issuer", "ISSUER", false},
    {"--store", "STORE", false},
    {"--replace", NULL, false},
    OPTION_END,
};

struct restore {
	struct admin *a;
	struct acting acting;
	struct restore_place place;
	const char *name, *issuer, *store; /* as they were given */
	char where[CONF_STORE_CAP];        /* of the database; "": LMDB */
	struct restore_database database;
	struct restore_files files;
};

/* --- whose it is ---------------------------------------------------------- */

static enum err
present_issuer_step(struct store_txn *t, void *arg)
{
	return installation_issuer(t, arg);
}

/* By the settings, or, where these are lost, by the store; "" if by neither. */
static void
find_issuer(const struct restore *r, char issuer[static ISSUER_CAP])
{
	char message[CONF_MESSAGE_CAP];
	struct conf conf;
	struct store *s;

	issuer[0] = '\0';
	if (conf_load(&conf, r->place.dir, message, sizeof message) == OK) {
		(void)!str_copy(issuer, ISSUER_CAP, conf.issuer);
		return;
	}
	if (installation_open(
		&s, r->place.dir, "", false, message, sizeof message) != OK)
		return;
	if (store_read(s, present_issuer_step, issuer) != OK)
		issuer[0] = '\0';
	store_close(&s);
}

static int
check_issuers(const struct restore *r)
{
	const char *theirs = r->files.reader.head.issuer;
	char ours[ISSUER_CAP];

	if (r->issuer != NULL)
		return str_equal(r->issuer, theirs)
			   ? EXIT_DONE
			   : admin_fail("%s is of %s, and not of %s; nothing "
					"was changed",
				 r->name, theirs, r->issuer);
	find_issuer(r, ours);
	if (ours[0] == '\0' || str_equal(ours, theirs))
		return EXIT_DONE;
	return admin_fail("%s is of %s, but %s is %s; if it is to take that "
			  "one's place, say so with --issuer %s",
	    r->name, theirs, r->place.dir, ours, theirs);
}

/* Whether the directory can be replaced now. */
static int
check_unused(const struct restore *r)
{
	int claim, status = restore_claim(r->place.dir, &claim);

	if (claim >= 0)
		close(claim);
	return status;
}

/* --- from the beginning to the end ---------------------------------------- */

/* Where the records go: as the backup's settings say, which are changed if
 * --store says something else. */
static int
choose_store(struct restore *r)
{
	char message[CONF_MESSAGE_CAP];
	struct conf conf;
	enum err e = OK;

	if (r->store != NULL)
		e = store_setting_change(r->place.aside, r->store, r->where);
	/* What is wrong with them is told later. */
	if (e != OK && e != ERR_SYNTAX)
		return admin_fail("%s: its settings cannot be changed (%s)",
		    r->name, err_name(e));
	if (conf_load(&conf, r->place.aside, message, sizeof message) == OK)
		(void)!str_copy(r->where, sizeof r->where, conf.store);
	r->database = (struct restore_database){.where = r->where,
	    .name = r->name,
	    .issuer = r->files.reader.head.issuer,
	    .may_replace = r->database.may_replace,
	    .any_issuer = r->issuer != NULL};
	return EXIT_DONE;
}

/* As the owner. */
static int
prepare(struct restore *r)
{
	int status = check_unused(r);

	r->files.name = r->name;
	r->files.place = &r->place;
	if (status == EXIT_DONE)
		status = restore_files_open(&r->files);
	if (status == EXIT_DONE)
		status = check_issuers(r);
	if (status == EXIT_DONE)
		status = restore_files_unpack(&r->files);
	if (status == EXIT_DONE && !r->files.reader.head.has_keys)
		status = restore_files_take_keys(&r->files);
	if (status == EXIT_DONE)
		status = choose_store(r);
	if (status == EXIT_DONE)
		status = restore_check(
		    r->place.aside, r->name, &r->files.reader.head, r->a->now);
	if (status == EXIT_DONE)
		status = restore_check_database(&r->database, r->place.aside);
	return status == EXIT_DONE ? restore_files_finish(&r->files) : status;
}

/* As the owner: the records are in the database, and the file that they came
 * from is not to stay. */
static int
exchange_directories(void *arg)
{
	struct restore *r = arg;
	char name[ADMIN_PATH_CAP];
	int status = EXIT_DONE;

	if (file_path(name, sizeof name, "store",
		store_file(&(struct store_settings){0})) != OK ||
	    unlinkat(r->place.aside_fd, name, 0) != 0)
		return restore_files_refuse(&r->files);
	acting_as_caller(&r->acting);
	status = place_exchange(&r->place);
	acting_as_owner(&r->acting);
	return status;
}

/* As the owner. What was exchanged for records that were then not kept goes
 * back. */
static int
replace_with_database(struct restore *r)
{
	int status = restore_into_database(
	    &r->database, r->place.aside, exchange_directories, r);

	if (status == EXIT_DONE)
		return status;
	acting_as_caller(&r->acting);
	(void)!place_undo(&r->place);
	acting_as_owner(&r->acting);
	return status;
}

/* Programs that start wait until the claim is given up. */
static int
replace(struct restore *r)
{
	const bool has_database = r->where[0] != '\0';
	int claim, status;

	acting_as_owner(&r->acting);
	status = restore_claim(r->place.dir, &claim);
	if (status == EXIT_DONE && has_database)
		status = replace_with_database(r);
	acting_as_caller(&r->acting);
	if (status == EXIT_DONE && !has_database)
		status = place_exchange(&r->place);
	if (claim >= 0)
		close(claim);
	return status;
}

static int
tell_restored(const struct restore *r)
{
	printf("%s is restored, for %s. All sessions and tokens have ended: "
	       "people sign in again.\n",
	    r->place.dir, r->files.reader.head.issuer);
	if (r->place.exists)
		printf("What was there before is %s; remove it when all is "
		       "well.\n",
		    r->place.before);
	if (r->database.existed)
		printf("What the database had before is in its tables "
		       "latchkey_..._before_restore; drop them when all is "
		       "well.\n");
	if (r->acting.root && r->acting.uid == 0)
		printf("It belongs to root; if the programs run as another "
		       "user: chown -R that user %s\n",
		    r->place.dir);
	return EXIT_DONE;
}

static int
restore_from(struct restore *r)
{
	int status = place_open(&r->place, &r->acting, r->a->dir);

	if (status == EXIT_DONE) {
		acting_as_owner(&r->acting);
		status = prepare(r);
		acting_as_caller(&r->acting);
	}
	if (status == EXIT_DONE)
		status = replace(r);
	place_close(&r->place);
	return status == EXIT_DONE ? tell_restored(r) : status;
}

/* --store as latchkey.conf reads it. */
static int
read_restore_options(struct restore *r, const struct args *args)
{
	char message[CONF_MESSAGE_CAP];
	struct buf b;

	r->name = args->operand;
	r->issuer = args_value(args, "--issuer");
	r->store = args_value(args, "--store");
	r->database.may_replace = args_has(args, "--replace");
	buf_init(&b, message, sizeof message);
	if (r->store == NULL ||
	    conf_parse_store(NULL, r->where, r->store, &b) == OK)
		return EXIT_DONE;
	return admin_misused("--store: %s", message);
}

static int
open_backup(struct restore *r)
{
	if (!str_equal(r->name, "-")) {
		r->files.fd = open(r->name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		return r->files.fd >= 0
			   ? EXIT_DONE
			   : admin_fail("%s: %s", r->name, strerror(errno));
	}
	r->name = "standard input";
	r->files.fd = STDIN_FILENO;
	return isatty(r->files.fd)
		   ? admin_misused("-: a backup does not come from a "
				   "terminal")
		   : EXIT_DONE;
}

static int
restore_backup(struct admin *a, const struct args *args)
{
	struct restore *r = calloc(1, sizeof *r);
	int status;

	if (r == NULL)
		return admin_fail("out of memory");
	r->a = a;
	status = read_restore_options(r, args);
	if (status == EXIT_DONE)
		status = open_backup(r);
	if (status == EXIT_DONE && !acting_begin(&r->acting, a->dir))
		status = EXIT_REFUSED;
	if (status == EXIT_DONE)
		status = restore_from(r);
	free(r);
	return status;
}

const struct verb restore_verbs[] = {
    {"restore", NULL, "FILE", false, START_AS_CALLER, restore_options,
	"Puts a backup in the place of the data directory; all tokens end.",
	restore_backup},
    VERB_END,
};
