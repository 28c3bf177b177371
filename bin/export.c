/* latchkey export: people, apps, sites and what they have, as JSON. */
#include "admin.h"
#include "base/file.h"
#include "base/file_writer.h"
#include "base/str.h"
#include "domain/portable_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct export_ctx {
	struct portable_head head;
	const struct keyring *keyring; /* NULL: without secrets */
	struct file_writer out;
	const struct portable_kind *kind;
	size_t count[PORTABLE_SECTIONS];
	size_t *counted;
	enum err e;
};

static void
write_text(struct export_ctx *x, const char *text)
{
	file_writer_put(&x->out, text, strlen(text));
}

static int
put_piece(const char *text, size_t len, void *arg)
{
	struct export_ctx *x = arg;

	file_writer_put(&x->out, text, len);
	return x->out.e == OK ? 0 : -1;
}

/* One record, on a line of its own. */
static bool
put_exported(void *arg, const void *record)
{
	struct export_ctx *x = arg;
	json_t *object = portable_show(x->kind, record, x->keyring);

	write_text(x, (*x->counted)++ > 0 ? ",\n" : "\n");
	if (object == NULL)
		x->e = ERR_CORRUPT;
	else if (json_dump_callback(object, put_piece, x, JSON_COMPACT) != 0)
		x->e = x->out.e != OK ? x->out.e : ERR_NO_MEMORY;
	json_decref(object);
	return x->e == OK;
}

static enum err
put_section(struct store_txn *t, struct export_ctx *x, size_t i, void *record)
{
	x->kind = &portable_kinds[i];
	x->counted = &x->count[i];
	write_text(x, ",\n\"");
	write_text(x, x->kind->section);
	write_text(x, "\":[");
	portable_each(t, x->kind, record, put_exported, x);
	write_text(x, "\n]");
	return x->e == OK ? store_failed(t) : x->e;
}

/* The head without its brace at the end. */
static void
put_head(struct export_ctx *x)
{
	json_t *head = portable_head_show(&x->head);
	char *text = json_dumps(head, JSON_COMPACT);

	if (text == NULL)
		x->e = ERR_NO_MEMORY;
	else
		file_writer_put(&x->out, text, strlen(text) - 1);
	free(text);
	json_decref(head);
}

static enum err
export_step(struct store_txn *t, void *arg)
{
	struct export_ctx *x = arg;
	void *record = malloc(PORTABLE_RECORD_MAX);
	enum err e = record != NULL ? OK : ERR_NO_MEMORY;

	file_writer_restart(&x->out);
	x->e = OK;
	memset(x->count, 0, sizeof x->count);
	put_head(x);
	for (size_t i = 0; i < PORTABLE_SECTIONS && e == OK; i++)
		e = put_section(t, x, i, record);
	write_text(x, "\n}\n");
	if (record != NULL)
		secret_wipe(record, PORTABLE_RECORD_MAX);
	free(record);
	return e;
}

/* --- where to --------------------------------------------------------------*/

/* Secrets are not for terminals, nor for files that others can read. */
static int
check_stdout(void)
{
	struct stat st;

	if (isatty(STDOUT_FILENO))
		return admin_fail("export: secrets are not shown on a "
				  "terminal; name a FILE, or pass them on to "
				  "another program");
	if (fstat(STDOUT_FILENO, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_mode & 0077) != 0)
		return admin_fail("export: others can read the file that "
				  "standard output goes to; name the FILE, or "
				  "set `umask 077` before");
	return EXIT_DONE;
}

static int
refuse_export(const struct admin *a, enum err e, const char *path, bool written)
{
	if (!written)
		return admin_refuse(a, e, "export", "records");
	switch (e) {
	case ERR_NOT_FOUND:
		return admin_fail("%s: no such directory", path);
	case ERR_PERMISSION:
		return admin_fail("%s: the owner of the data directory cannot "
				  "write there; give - and redirect standard "
				  "output",
		    path);
	case ERR_NO_SPACE:
		return admin_fail("%s: no room on the disk, or the name is too "
				  "long; the file that was there is as before",
		    path);
	default:
		return admin_fail("%s: cannot be written (%s)", path,
		    e == ERR_IO ? strerror(errno) : err_name(e));
	}
}

static void
tell_exported(const struct export_ctx *x, const char *path)
{
	if (!str_equal(path, "-"))
		printf("%zu people, %zu apps, %zu sites written to %s.\n",
		    x->count[PORTABLE_PEOPLE],
		    x->count[PORTABLE_APPS] - x->count[PORTABLE_SITES],
		    x->count[PORTABLE_SITES], path);
	if (x->keyring != NULL)
		fputs("latchkey: the export has secrets in it: who reads it "
		      "can sign in as anyone; remove it once it is "
		      "imported\n",
		    stderr);
}

/* An export of before is replaced, and nothing else: the name may be a slip. */
static int
check_export_place(const char *path)
{
	enum err e =
	    file_may_replace(path, "{\"format\":\"" PORTABLE_FORMAT "\"");

	if (e == OK || e == ERR_NOT_FOUND) /* of a directory: writing tells */
		return EXIT_DONE;
	if (e == ERR_UNSUPPORTED)
		return admin_fail("%s is no plain file; name another, or "
				  "write to standard output with -",
		    path);
	return admin_fail("%s is there, and is not an export: it stays as it "
			  "is; name another file",
	    path);
}

static int
export_to(struct admin *a, struct export_ctx *x, const char *path)
{
	bool written;
	enum err e;

	if (!str_equal(path, "-") && check_export_place(path) != EXIT_DONE)
		return EXIT_REFUSED;
	if (str_equal(path, "-"))
		file_writer_begin_at(&x->out, STDOUT_FILENO);
	else
		file_writer_begin(&x->out, path);
	e = x->out.e;
	if (e == OK)
		e = store_read(a->store, export_step, x);
	written = x->out.e != OK;
	if (e == OK) {
		e = file_writer_end(&x->out);
		written = true;
	} else {
		file_writer_abandon(&x->out);
	}
	if (e != OK)
		return refuse_export(a, e, path, written);
	tell_exported(x, path);
	return EXIT_DONE;
}

static int
export_all(struct admin *a, const struct args *args)
{
	const char *path = args->operand != NULL ? args->operand : "-";
	const bool secrets = args_has(args, "--secrets");
	struct export_ctx *x = calloc(1, sizeof *x);
	struct keyring k;
	int status = admin_keyring(a, &k);

	if (status == EXIT_DONE && x == NULL)
		status = admin_fail("out of memory");
	if (status == EXIT_DONE && secrets && str_equal(path, "-"))
		status = check_stdout();
	if (status == EXIT_DONE) {
		x->head = (struct portable_head){
		    .exported_at = a->now, .secrets = secrets};
		str_cut(x->head.program, sizeof x->head.program, LK_VERSION);
		str_cut(x->head.issuer, sizeof x->head.issuer, a->conf.issuer);
		x->keyring = secrets ? &k : NULL;
		status = export_to(a, x, path);
	}
	keyring_wipe(&k);
	free(x);
	return status;
}

static const struct option export_options[] = {
    {"--secrets", NULL, false},
    OPTION_END,
};

const struct verb export_verbs[] = {
    {"export", NULL, "FILE", true, false, export_options,
	"Writes people, apps, sites and what they have as JSON, for another "
	"host or another program.",
	export_all},
    VERB_END,
};
