/* latchkey backup: all that a data directory has, as of one moment, in one
 * file, while the programs go on. */
#include "acting.h"
#include "admin.h"
#include "backup_store.h"
#include "backup_target.h"
#include "base/file.h"
#include "base/str.h"
#include "domain/archive.h"
#include "domain/installation.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { KEEP_MAX = 100000, NICE = 10 };

static const struct option backup_options[] = {
    {"--without-keys", NULL, false},
    {"--to", "DIR", false},
    {"--keep", "N", false},
    OPTION_END,
};

struct backup {
	struct admin *a;
	struct acting acting;
	struct backup_target target;
	bool has_keys;
	bool by_hand; /* one file was named */
	size_t keep;  /* 0: all */
	struct archive_writer writer;
	uint8_t bytes[ARCHIVE_FILE_MAX];
};

/* --- what goes in --------------------------------------------------------- */

/* What is written to is full, or gone. */
static int
refuse_target(const struct backup *b, enum err e)
{
	if (e == ERR_NO_SPACE)
		return admin_fail("%s: no room for the backup; nothing was "
				  "changed",
		    b->target.path);
	return admin_fail("%s cannot be written (%s); nothing was changed",
	    b->target.path, err_name(e));
}

static int
add_store_file(struct backup *b, struct store *store)
{
	char name[TAR_NAME_CAP];
	enum err e;

	snprintf(name, sizeof name, "store/%s",
	    store_file(&(struct store_settings){.dir = b->a->dir}));
	e = archive_add_begin(&b->writer, name);
	if (e == OK)
		e = store_copy(store, b->target.fd);
	if (e == OK)
		e = archive_add_end(&b->writer);
	if (e == ERR_NO_SPACE || e == ERR_IO || e == OK)
		return e == OK ? EXIT_DONE : refuse_target(b, e);
	return admin_fail("%s/store cannot be copied (%s); run `latchkey "
			  "check`",
	    b->a->dir, err_name(e));
}

static int
add_store(struct backup *b)
{
	struct backup_store s;
	int status = backup_store_open(&s, b->a);

	if (status == EXIT_DONE)
		status = add_store_file(b, s.store);
	backup_store_close(&s);
	return status;
}

/* NAME: of the data directory. One that is private is for its owner alone, in
 * the backup. */
static int
add_file(struct backup *b, const char *name, bool is_private)
{
	char path[ADMIN_PATH_CAP];
	unsigned mode = 0600;
	struct stat st;
	size_t len;
	enum err e = file_path(path, sizeof path, b->a->dir, name);

	if (e == OK)
		e = file_read(path, 0, b->bytes, sizeof b->bytes, &len);
	if (e != OK)
		return admin_fail("%s/%s cannot be read (%s)", b->a->dir, name,
		    e == ERR_NO_SPACE ? "it is too large" : err_name(e));
	if (!is_private && stat(path, &st) == 0)
		mode |= st.st_mode & 0644;
	e = archive_add(&b->writer, name, mode, b->bytes, len);
	secret_wipe(b->bytes, len);
	return e == OK ? EXIT_DONE : refuse_target(b, e);
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int
add_entry(struct backup *b, const char *below, bool is_private)
{
	const char *store = store_file(&(struct store_settings){0});
	char path[ADMIN_PATH_CAP];
	struct stat st;

	if (file_path(path, sizeof path, b->a->dir, below) == OK &&
	    stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    archive_knows(below, store))
		return add_file(b, below, is_private);
	fprintf(stderr,
	    "latchkey: %s/%s is left out: it is no file of latchkey's\n",
	    b->a->dir, below);
	return EXIT_DONE;
}

/* All of a subdirectory, which need not be there. */
static int
add_directory(struct backup *b, const char *name, bool is_private)
{
	char path[ADMIN_PATH_CAP], below[ADMIN_PATH_CAP];
	struct dirent **entries = NULL;
	int status = EXIT_DONE, count;

	if (file_path(path, sizeof path, b->a->dir, name) != OK)
		return admin_fail("%s: the name is too long", b->a->dir);
	count = scandir(path, &entries, is_visible, alphasort);
	if (count < 0)
		return errno == ENOENT
			   ? EXIT_DONE
			   : admin_fail("%s: %s", path, strerror(errno));
	for (int i = 0; i < count; i++) {
		if (status == EXIT_DONE && file_path(below, sizeof below, name,
					       entries[i]->d_name) == OK)
			status = add_entry(b, below, is_private);
		free(entries[i]);
	}
	free(entries);
	return status;
}

/* The store before the keys: a key has its file before it has its row, and
 * loses it after that. */
static int
add_everything(struct backup *b)
{
	const char *logo = b->a->conf.logo;
	int status = add_store(b);

	if (status == EXIT_DONE && b->has_keys)
		status = add_directory(b, "keys", true);
	if (status == EXIT_DONE && b->has_keys)
		status = add_file(b, "secret.key", true);
	if (status == EXIT_DONE)
		status = add_file(b, "latchkey.conf", false);
	if (status == EXIT_DONE && logo[0] != '\0')
		status = add_entry(b, logo, false);
	if (status == EXIT_DONE)
		status = add_directory(b, "apps", false);
	return status == EXIT_DONE ? add_directory(b, "templates", false)
				   : status;
}

/* --- one backup ----------------------------------------------------------- */

static int
write_backup(struct backup *b)
{
	struct archive_head head = {
	    .made_at = b->a->now, .has_keys = b->has_keys};
	int status;
	enum err e = str_copy(head.version, sizeof head.version, LK_VERSION);

	if (e == OK)
		e = str_copy(
		    head.issuer, sizeof head.issuer, b->a->conf.issuer);
	if (e == OK)
		e = archive_begin(&b->writer, b->target.fd, &head);
	if (e != OK)
		return refuse_target(b, e);
	status = add_everything(b);
	if (status != EXIT_DONE)
		return status;
	e = archive_end(&b->writer);
	return e == OK ? EXIT_DONE : refuse_target(b, e);
}

static enum err
note_backup_step(struct store_txn *t, void *arg)
{
	return installation_note_backup(t, *(int64_t *)arg);
}

/* For `latchkey check`. The backup is good without it. */
static void
note_backup(struct backup *b)
{
	enum err e =
	    store_write(b->a->store, b->a->now, note_backup_step, &b->a->now);

	if (e != OK)
		fprintf(stderr,
		    "latchkey: the backup is made, but %s/store does not know "
		    "of it (%s)\n",
		    b->a->dir, err_name(e));
}

static void
tell_made(const struct backup *b)
{
	if (!str_equal(b->target.path, "-"))
		printf("%s: backup of %s, %" PRId64 " KiB%s\n", b->target.path,
		    b->a->conf.issuer, b->writer.at / 1024,
		    b->has_keys ? "" : ", without keys");
	if (b->has_keys && b->by_hand)
		fputs("latchkey: the backup can sign tokens and has secrets in "
		      "it: who reads it can sign in as anyone; keep it where "
		      "only you can, or make it --without-keys\n",
		    stderr);
}

/* As the owner; the target was opened as the caller. */
static int
make_backup(struct backup *b)
{
	int status;

	/* Programs that serve come first. */
	(void)!setpriority(PRIO_PROCESS, 0, NICE);
	status = write_backup(b);
	archive_abandon(&b->writer);
	acting_as_caller(&b->acting);
	if (status == EXIT_DONE)
		status = target_finish(&b->target);
	if (status == EXIT_DONE && b->keep > 0)
		status = target_prune(&b->target, b->keep);
	acting_as_owner(&b->acting);
	if (status == EXIT_DONE) {
		note_backup(b);
		tell_made(b);
	}
	return status;
}

/* --- the command ---------------------------------------------------------- */

static int
read_backup_options(struct backup *b, const struct args *args)
{
	const char *keep = args_value(args, "--keep");
	int64_t n = 0;

	if ((args->operand == NULL) == (args_value(args, "--to") == NULL))
		return admin_misused("name a file, or - for standard output, "
				     "or a directory with --to");
	if (keep != NULL && args_value(args, "--to") == NULL)
		return admin_misused("--keep goes with --to");
	if (keep != NULL && str_to_int64(keep, 1, KEEP_MAX, &n) != OK)
		return admin_misused("--keep %s: a number from 1 on", keep);
	b->keep = (size_t)n;
	b->by_hand = args->operand != NULL && !str_equal(args->operand, "-");
	b->has_keys = !args_has(args, "--without-keys");
	return EXIT_DONE;
}

static int
place_target(struct backup *b, const struct args *args)
{
	const char *to = args_value(args, "--to");
	int status = EXIT_DONE;

	if (to != NULL)
		status =
		    target_name(&b->target, to, b->a->conf.issuer, b->a->now);
	else if (str_copy(b->target.path, sizeof b->target.path,
		     args->operand) != OK)
		status =
		    admin_misused("%s: the name is too long", args->operand);
	if (status != EXIT_DONE)
		return status;
	/* What goes to standard output is put together in the directory. */
	if (!str_equal(b->target.path, "-"))
		acting_as_caller(&b->acting);
	status = target_open(&b->target, b->a->dir);
	acting_as_owner(&b->acting);
	return status;
}

static int
back_up(struct admin *a, const struct args *args)
{
	struct backup *b = calloc(1, sizeof *b);
	int status;

	if (b == NULL)
		return admin_fail("out of memory");
	b->a = a;
	b->target.fd = -1;
	status = read_backup_options(b, args);
	if (status == EXIT_DONE && !acting_begin(&b->acting, a->dir))
		status = EXIT_REFUSED;
	if (status == EXIT_DONE) {
		acting_as_owner(&b->acting);
		status = admin_open(a);
	}
	if (status == EXIT_DONE)
		status = place_target(b, args);
	if (status == EXIT_DONE)
		status = make_backup(b);
	acting_as_caller(&b->acting);
	target_close(&b->target);
	acting_as_owner(&b->acting);
	free(b);
	return status;
}

const struct verb backup_verbs[] = {
    {"backup", NULL, "FILE", true, START_AS_CALLER, backup_options,
	"Writes all of the data directory, as of one moment, into one file, "
	"while the programs go on.",
	back_up},
    VERB_END,
};
