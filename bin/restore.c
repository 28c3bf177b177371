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
#include "restore_place.h"
#include "store_setting.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 1 << 16 };

static const struct option restore_options[] = {
    {"--issuer", "ISSUER", false},
    {"--store", "STORE", false},
    {"--replace", NULL, false},
    OPTION_END,
};

/* Those that must be there, and those that may. */
static const char *const directories[] = {
    "store", "keys", "slots", "apps", "templates"};

enum { NEEDED_DIRECTORIES = 3 };

struct restore {
	struct admin *a;
	struct acting acting;
	struct restore_place place;
	const char *name, *issuer, *store; /* as they were given */
	char where[CONF_STORE_CAP];        /* of the database; "": LMDB */
	struct restore_database database;
	int fd; /* of the backup */
	struct archive_reader reader;
	uint8_t bytes[CHUNK];
};

/* --- what is unpacked ----------------------------------------------------- */

static int
refuse_archive(const struct restore *r)
{
	return admin_fail(
	    "%s %s; nothing was changed", r->name, r->reader.message);
}

static int
refuse_unpacked(const struct restore *r)
{
	if (errno == ENOSPC || errno == EDQUOT)
		return admin_fail(
		    "no room for %s; nothing was changed", r->place.aside);
	return admin_fail("%s cannot be written: %s; nothing was changed",
	    r->place.aside, strerror(errno));
}

static ssize_t
read_source(void *arg, void *bytes, size_t len)
{
	const struct restore *r = arg;

	return read(r->fd, bytes, len);
}

static bool
write_unpacked(int fd, const uint8_t *bytes, size_t len)
{
	ssize_t n;

	for (; len > 0; bytes += n, len -= (size_t)n) {
		n = write(fd, bytes, len);
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0)
			return false;
	}
	return true;
}

/* Makes the directory that the file NAME is in, if it is in one. */
static bool
make_directory_of(const struct restore *r, const char *name)
{
	char dir[TAR_NAME_CAP];
	size_t len = strcspn(name, "/");

	if (name[len] == '\0')
		return true;
	return str_copy_n(dir, sizeof dir, name, len) == OK &&
	       (mkdirat(r->place.aside_fd, dir, 0700) == 0 || errno == EEXIST);
}

static int
create_file(const struct restore *r, const char *name)
{
	return make_directory_of(r, name)
		   ? openat(r->place.aside_fd, name,
			 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			 0600)
		   : -1;
}

/* The mode last: nothing is open to others before it is whole. */
static bool
close_file(int fd, unsigned mode)
{
	bool done = fchmod(fd, mode) == 0 && fsync(fd) == 0;

	return close(fd) == 0 && done;
}

static int
unpack_file(struct restore *r)
{
	struct archive_reader *from = &r->reader;
	const int fd = create_file(r, from->file.name);
	size_t len;
	enum err e;

	if (fd < 0)
		return refuse_unpacked(r);
	while (
	    (e = archive_read(from, r->bytes, sizeof r->bytes, &len)) == OK &&
	    len > 0)
		if (!write_unpacked(fd, r->bytes, len)) {
			int status = refuse_unpacked(r);

			close(fd);
			return status;
		}
	if (e != OK) {
		close(fd);
		return refuse_archive(r);
	}
	return close_file(fd, from->file.mode) ? EXIT_DONE : refuse_unpacked(r);
}

static int
unpack_all(struct restore *r)
{
	int status = EXIT_DONE;
	enum err e = OK;

	while (status == EXIT_DONE && (e = archive_next(&r->reader)) == OK)
		status = unpack_file(r);
	secret_wipe(r->bytes, sizeof r->bytes);
	if (status != EXIT_DONE)
		return status;
	return e == ERR_NOT_FOUND ? EXIT_DONE : refuse_archive(r);
}

/* --- keys that the backup does not have ----------------------------------- */

static int
refuse_keyless(const struct restore *r)
{
	return admin_fail("%s has no keys; put secret.key and keys/ into %s "
			  "first",
	    r->name, r->place.dir);
}

/* From the directory as it is. */
static int
take_key(struct restore *r, const char *name)
{
	char path[ADMIN_PATH_CAP];
	size_t len;
	int fd;
	bool done;

	if (file_path(path, sizeof path, r->place.dir, name) != OK ||
	    file_read(path, 0077, r->bytes, sizeof r->bytes, &len) != OK)
		return refuse_keyless(r);
	fd = create_file(r, name);
	done = fd >= 0 && write_unpacked(fd, r->bytes, len);
	if (fd >= 0)
		done = close_file(fd, 0600) && done;
	secret_wipe(r->bytes, sizeof r->bytes);
	return done ? EXIT_DONE : refuse_unpacked(r);
}

static int
take_keys(struct restore *r)
{
	const char *store = store_file(&(struct store_settings){0});
	char path[ADMIN_PATH_CAP], name[ADMIN_PATH_CAP];
	int status = take_key(r, "secret.key");
	struct dirent *entry;
	DIR *keys;

	if (status != EXIT_DONE)
		return status;
	if (file_path(path, sizeof path, r->place.dir, "keys") != OK ||
	    (keys = opendir(path)) == NULL)
		return refuse_keyless(r);
	while (status == EXIT_DONE && (entry = readdir(keys)) != NULL)
		if (file_path(name, sizeof name, "keys", entry->d_name) == OK &&
		    archive_knows(name, store))
			status = take_key(r, name);
	closedir(keys);
	return status;
}

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
	const char *theirs = r->reader.head.issuer;
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

/* What a data directory has besides; and all of it is on the disk. */
static int
finish_unpacked(const struct restore *r)
{
	int fd;

	for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
		if (i < NEEDED_DIRECTORIES &&
		    mkdirat(r->place.aside_fd, directories[i], 0700) != 0 &&
		    errno != EEXIST)
			return refuse_unpacked(r);
		fd = openat(r->place.aside_fd, directories[i],
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0 || fsync(fd) != 0)
			return refuse_unpacked(r);
		close(fd);
	}
	return fsync(r->place.aside_fd) == 0 ? EXIT_DONE : refuse_unpacked(r);
}

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
	    .issuer = r->reader.head.issuer,
	    .may_replace = r->database.may_replace,
	    .any_issuer = r->issuer != NULL};
	return EXIT_DONE;
}

/* As the owner. */
static int
prepare(struct restore *r)
{
	int status = check_unused(r);

	if (status == EXIT_DONE &&
	    archive_open(&r->reader, read_source, r,
		store_file(&(struct store_settings){0})) != OK)
		status = refuse_archive(r);
	if (status == EXIT_DONE)
		status = check_issuers(r);
	if (status == EXIT_DONE)
		status = unpack_all(r);
	if (status == EXIT_DONE && !r->reader.head.has_keys)
		status = take_keys(r);
	if (status == EXIT_DONE)
		status = choose_store(r);
	if (status == EXIT_DONE)
		status = restore_check(
		    r->place.aside, r->name, &r->reader.head, r->a->now);
	if (status == EXIT_DONE)
		status = restore_check_database(&r->database, r->place.aside);
	return status == EXIT_DONE ? finish_unpacked(r) : status;
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
		return refuse_unpacked(r);
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
	    r->place.dir, r->reader.head.issuer);
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
		r->fd = open(r->name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		return r->fd >= 0
			   ? EXIT_DONE
			   : admin_fail("%s: %s", r->name, strerror(errno));
	}
	r->name = "standard input";
	r->fd = STDIN_FILENO;
	return isatty(r->fd) ? admin_misused("-: a backup does not come from a "
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
