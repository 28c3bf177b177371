/* latchkey init: makes a data directory, whole or not at all. */
#include "admin.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"
#include "domain/conf_value.h"
#include "domain/installation.h"
#include "domain/keyring.h"
#include "jose/libcrypto.h"
#include "output.h"
#include "remains.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CONF_TEXT_CAP = 16384, COMMENT_COLUMNS = 78 };

static const struct option init_options[] = {
    {"--alg", "ALG", false},
    {"--store", "STORE", false},
    OPTION_JSON,
    OPTION_END,
};

static const char *const subdirectories[] = {"keys", "slots", "store"};
static const char *const files[] = {"latchkey.conf", "secret.key"};

enum {
	SUBDIRECTORIES = sizeof subdirectories / sizeof subdirectories[0],
	FILES = sizeof files / sizeof files[0]
};

/* What a new provider is to be. */
struct founding {
	const char *issuer, *alg;
	const char *store;          /* as the setting has it; NULL: LMDB */
	char where[CONF_STORE_CAP]; /* of the database; "": none */
};

/* --- latchkey.conf ---------------------------------------------------------*/

static void
put_comment(struct buf *b, const char *text)
{
	size_t column = 1;
	char word[COMMENT_COLUMNS];

	buf_putc(b, '#');
	while (words_next(&text, word, sizeof word)) {
		if (column + 1 + strlen(word) > COMMENT_COLUMNS) {
			buf_puts(b, "\n#");
			column = 1;
		}
		buf_printf(b, " %s", word);
		column += 1 + strlen(word);
	}
	buf_putc(b, '\n');
}

/* VALUE NULL: the default, as a comment. */
static void
put_setting(struct buf *b, const struct conf_key *k, const char *value)
{
	const bool is_default = value == NULL;

	if (is_default)
		value = k->default_value != NULL ? k->default_value : "";
	buf_putc(b, '\n');
	put_comment(b, k->meaning);
	buf_printf(b, "%s%s =%s%s\n", is_default ? "#" : "", k->name,
	    *value != '\0' ? " " : "", value);
}

static enum err
write_conf(const char *dir, const struct founding *f)
{
	const struct conf_key *k;
	char path[ADMIN_PATH_CAP], text[CONF_TEXT_CAP];
	struct buf b;
	enum err e;

	buf_init(&b, text, sizeof text);
	put_comment(&b,
	    "Settings of latchkey; see latchkey.conf(5). A line "
	    "that begins with # shows a default. `latchkey check` tells "
	    "whether all is well.");
	for (k = conf_keys; k->name != NULL; k++) {
		const char *value = NULL;

		if (str_equal(k->name, "issuer"))
			value = f->issuer;
		else if (str_equal(k->name, "default_alg"))
			value = f->alg;
		else if (str_equal(k->name, "store"))
			value = f->store;
		put_setting(&b, k, value);
	}
	if (!buf_ok(&b))
		return ERR_NO_SPACE;
	e = file_path(path, sizeof path, dir, "latchkey.conf");
	return e == OK ? file_write(path, 0600, b.text, b.len, 1) : e;
}

/* --- making and unmaking ---------------------------------------------------*/

static void
remove_directory(const char *path)
{
	const struct dirent *entry;
	DIR *d = opendir(path);

	while (d != NULL && (entry = readdir(d)) != NULL)
		unlinkat(dirfd(d), entry->d_name, 0);
	if (d != NULL)
		closedir(d);
	rmdir(path);
}

/* Everything here is ours: nothing of these names was there before. */
static void
undo(const char *dir, bool made_dir)
{
	char path[ADMIN_PATH_CAP];
	size_t i;

	for (i = 0; i < FILES; i++)
		if (file_path(path, sizeof path, dir, files[i]) == OK)
			unlink(path);
	for (i = 0; i < SUBDIRECTORIES; i++)
		if (file_path(path, sizeof path, dir, subdirectories[i]) == OK)
			remove_directory(path);
	if (made_dir)
		rmdir(dir);
}

/* Whether DIR has nothing yet that we would make. What is there is never
 * advised away: it may be all that is left of a living provider. */
static int
refuse_used(const char *dir)
{
	char message[REMAINS_MESSAGE_CAP];
	struct stat st;

	if (stat(dir, &st) != 0)
		return admin_fail("%s: %s", dir, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return admin_fail("%s: not a directory", dir);
	if ((st.st_mode & 0022) != 0)
		return admin_fail(
		    "%s: others can write there; `chmod go-w %s`", dir, dir);
	if (!remains_any(dir))
		return EXIT_DONE;
	if (remains_missing(dir, message, sizeof message))
		return admin_fail("%s. For a new provider, name another "
				  "directory",
		    message);
	return admin_fail("%s: the directory is initialised already; for a new "
			  "provider, name another",
	    dir);
}

static int
make_store(struct admin *a, const struct founding *f)
{
	char message[CONF_MESSAGE_CAP] = "";
	enum err e = installation_open(
	    &a->store, a->dir, f->where, true, message, sizeof message);

	return e == OK ? EXIT_DONE : admin_fail("%s", message);
}

struct identity {
	struct keyring keyring;
	const char *issuer;
};

static enum err
identity_step(struct store_txn *t, void *arg)
{
	const struct identity *id = arg;

	installation_put(t, &id->keyring, id->issuer);
	return store_failed(t);
}

/* Makes the store know its issuer and its secret key. */
static int
put_identity(struct admin *a, const char *issuer)
{
	struct identity id = {.issuer = issuer};
	enum err e = keyring_load(&id.keyring, a->dir);

	if (e == OK)
		e = store_write(a->store, a->now, identity_step, &id);
	keyring_wipe(&id.keyring);
	return e == OK ? EXIT_DONE
		       : admin_fail("%s/store cannot be written (%s)", a->dir,
			     err_name(e));
}

static int
fill(struct admin *a, const struct founding *f)
{
	char path[ADMIN_PATH_CAP];
	size_t i;
	int status;
	enum err e;

	for (i = 0; i < SUBDIRECTORIES; i++)
		if (file_path(path, sizeof path, a->dir, subdirectories[i]) !=
			OK ||
		    mkdir(path, 0700) != 0)
			return admin_fail("%s/%s: %s", a->dir,
			    subdirectories[i], strerror(errno));
	e = keyring_create(a->dir);
	if (e != OK)
		return admin_fail("%s/secret.key cannot be written (%s)",
		    a->dir, err_name(e));
	status = make_store(a, f);
	if (status == EXIT_DONE)
		status = put_identity(a, f->issuer);
	if (status == EXIT_DONE)
		status = admin_ensure_keys(a, JWA_EDDSA);
	if (status == EXIT_DONE && str_equal(f->alg, jwa_name(JWA_RS256)))
		status = admin_ensure_keys(a, JWA_RS256);
	if (status != EXIT_DONE)
		return status;
	/* Last: with it the directory counts as initialised. */
	e = write_conf(a->dir, f);
	return e == OK ? EXIT_DONE
		       : admin_fail("%s/latchkey.conf cannot be written (%s)",
			     a->dir, err_name(e));
}

/* What new clients get if nothing is said: OpenID Connect's own default, which
 * every client takes, where it can be had. */
static const char *
usual_alg(void)
{
	return jwa_name(libcrypto_available() == OK ? JWA_RS256 : JWA_EDDSA);
}

static int
make(struct admin *a, const struct founding *f)
{
	const bool made_dir = mkdir(a->dir, 0700) == 0;
	int status;

	if (!made_dir && errno != EEXIST)
		return admin_fail("%s: %s", a->dir, strerror(errno));
	status = refuse_used(a->dir);
	if (status != EXIT_DONE)
		return status;
	status = fill(a, f);
	if (status != EXIT_DONE) {
		store_close(&a->store);
		undo(a->dir, made_dir);
	}
	return status;
}

static int
refuse_issuer(const char *issuer)
{
	if (str_ends(issuer, "/"))
		return admin_fail("issuer %s: leave out the slash at the end; "
				  "clients compare it byte by byte",
		    issuer);
	return admin_fail(
	    "issuer %s: give an address such as "
	    "https://id.example.org: https, or http on a loopback address, in "
	    "lower case, without query or fragment",
	    issuer);
}

static int
say_next(const struct admin *a, const char *issuer)
{
	static const char *const next[] = {
	    "user add NAME", "client add ID --redirect-uri URI", "check"};
	/* LATCHKEY_DATA may be there for this command alone. */
	const bool is_usual = str_equal(a->dir, conf_dir("")) &&
			      str_equal(a->dir, conf_dir(NULL));

	printf("%s is ready for %s. Next:\n", a->dir, issuer);
	for (size_t i = 0; i < sizeof next / sizeof *next; i++)
		printf("  latchkey%s%s %s\n", is_usual ? "" : " -d ",
		    is_usual ? "" : a->dir, next[i]);
	return EXIT_DONE;
}

/* As latchkey.conf reads it. */
static int
read_store(struct founding *f)
{
	char message[CONF_MESSAGE_CAP];
	struct buf b;

	if (f->store == NULL)
		return EXIT_DONE;
	buf_init(&b, message, sizeof message);
	return conf_parse_store(NULL, f->where, f->store, &b) == OK
		   ? EXIT_DONE
		   : admin_misused("--store: %s", message);
}

static int
init_data_directory(struct admin *a, const struct args *args)
{
	struct founding f = {.issuer = args->operand,
	    .alg = args_value(args, "--alg"),
	    .store = args_value(args, "--store")};
	sigset_t all, before;
	int status;

	if (!issuer_valid(args->operand))
		return refuse_issuer(args->operand);
	if (f.alg == NULL)
		f.alg = usual_alg();
	if (jwa_issued_from_name(f.alg) == JWA_COUNT)
		return admin_misused("--alg %s: EdDSA, RS256 or HS256", f.alg);
	status = read_store(&f);
	if (status != EXIT_DONE)
		return status;
	/* Interrupted halfway it would leave half a directory. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	status = make(a, &f);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (status != EXIT_DONE)
		return status;
	if (args_has(args, "--json"))
		return output_json(json_pack("{s:s, s:s}", "directory", a->dir,
		    "issuer", args->operand));
	return say_next(a, args->operand);
}

const struct verb init_verbs[] = {
    {"init", NULL, "ISSUER", false, true, init_options,
	"Makes the data directory of the provider at ISSUER.",
	init_data_directory},
    VERB_END,
};
