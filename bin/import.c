#include "import.h"

#include "base/names.h"
#include "base/str.h"
#include "domain/imported_people.h"
#include "domain/people.h"
#include "domain/user_email.h"
#include "import_file.h"
#include "import_latchkey.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const struct {
	const char *word;
	import_read *read;
} sources[] = {
    {"htpasswd", import_htpasswd},
    {"shadow", import_shadow},
    {"authelia", import_authelia},
    {"csv", import_csv},
};

enum { SOURCES = sizeof sources / sizeof *sources };

static import_read *
find_source(const char *word)
{
	for (size_t i = 0; word != NULL && i < SOURCES; i++)
		if (str_equal(sources[i].word, word))
			return sources[i].read;
	return NULL;
}

/* --- the file --------------------------------------------------------------*/

static int
read_rows(struct import_rows *rows, import_read *read, const char *path)
{
	char message[IMPORT_MESSAGE_CAP] = "";
	struct import_file file = {0};
	int status = import_file_read(&file, path, IMPORT_FILE_MAX);
	bool whole;

	if (status == EXIT_DONE) {
		whole = read(file.bytes, file.len, import_judge, rows, message);
		if (message[0] != '\0')
			status = admin_fail(
			    "%s: %s; nothing has changed", path, message);
		else if (!whole)
			status = rows->no_memory
				     ? admin_fail("out of memory; nothing has "
						  "changed")
				     : admin_fail("%s: more than %d people; "
						  "import them in parts",
					   path, IMPORT_ROWS_MAX);
	}
	import_file_free(&file);
	return status;
}

/* --- people ----------------------------------------------------------------*/

struct import_ctx {
	struct import_rows *rows;
	const struct keyring *keyring;
	struct change change;
	bool merge, dry;
};

/* Text of IS, where WAS has none. */
static void
fill_lack(char *was, size_t cap, const char *is)
{
	if (was[0] == '\0' && str_copy(was, cap, is) != OK)
		was[0] = '\0';
}

/* What the person WAS lacks comes from the row; what they have stays. */
static void
merge_person(struct import_row *row, struct user *was)
{
	const struct user *is = &row->user;
	const char *groups = is->groups;
	char name[GROUP_NAME_CAP];

	if (was->email[0] == '\0')
		was->email_verified = is->email_verified;
	fill_lack(was->display, sizeof was->display, is->display);
	fill_lack(was->given_name, sizeof was->given_name, is->given_name);
	fill_lack(was->family_name, sizeof was->family_name, is->family_name);
	fill_lack(was->email, sizeof was->email, is->email);
	fill_lack(was->language, sizeof was->language, is->language);
	fill_lack(was->zoneinfo, sizeof was->zoneinfo, is->zoneinfo);
	while (names_next(&groups, name, sizeof name))
		if (names_add(was->groups, sizeof was->groups, name) != OK)
			break;
	row->kept_password = was->has_password;
	if (was->has_password)
		row->needs_link = false;
	else if (is->has_password) {
		was->password = is->password;
		was->has_password = true;
	}
	row->user = *was;
}

/* An address that is another's verified one comes all the same. */
static enum err
yield_address(struct store_txn *t, struct import_row *row)
{
	uint8_t rival[USER_ID_LEN];
	enum err e = user_email_rival(t, &row->user, rival);

	if (e == OK)
		row->user.email_verified = false;
	return e == ERR_NOT_FOUND ? OK : e;
}

/* They choose a password themselves. */
static enum err
invite_person(
    struct store_txn *t, const struct import_ctx *c, struct import_row *row)
{
	struct link link;

	link_make(row->link, &link, LINK_INVITE, LINK_INVITE_S, &row->user,
	    c->keyring, &c->change);
	return link_put(t, &link, &row->user, &c->change);
}

static enum err
put_row(struct store_txn *t, const struct import_ctx *c, struct import_row *row)
{
	struct user was;
	enum err e = user_find(t, row->user.name, &was);
	bool is_new = e == ERR_NOT_FOUND;

	if (e != OK && !is_new)
		return e;
	if (!is_new && !c->merge) {
		row->outcome = IMPORT_LEFT_OUT;
		str_cut(row->why, sizeof row->why,
		    "the person exists already; --merge adds what they lack");
		user_wipe(&was);
		return OK;
	}
	row->outcome = is_new ? IMPORT_ADDED : IMPORT_MERGED;
	if (!is_new)
		merge_person(row, &was);
	user_wipe(&was);
	e = yield_address(t, row);
	if (e != OK || c->dry)
		return e;
	e = is_new ? people_add(t, &row->user, &c->change)
		   : people_set(t, &row->user, &c->change);
	if (e == OK && row->user.password.imported[0] != '\0')
		imported_people_note(t, &row->cost);
	/* A link is good as long as the person may sign in. */
	if (e == OK && row->needs_link && !row->user.locked)
		e = invite_person(t, c, row);
	return e;
}

/* All of them or, if the store fails, none. */
static enum err
import_step(struct store_txn *t, void *arg)
{
	struct import_ctx *c = arg;
	enum err e = OK;

	for (size_t i = 0; e == OK && i < c->rows->count; i++) {
		struct import_row *row = &c->rows->row[i];

		if (row->why[0] == '\0')
			e = put_row(t, c, row);
	}
	return e;
}

/* Outside the transaction, for each takes as long as fifty commits. */
static enum err
wrap_hashes(const struct admin *a, struct import_rows *rows)
{
	enum err e = OK;

	for (size_t i = 0; e == OK && i < rows->count; i++) {
		struct import_row *row = &rows->row[i];
		struct user *u = &row->user;

		if (row->why[0] != '\0' || row->hash[0] == '\0' ||
		    u->has_password)
			continue;
		e = password_import(&u->password, row->hash, &a->conf);
		u->has_password = e == OK;
	}
	return e;
}

static int
import_rows(struct admin *a, struct import_ctx *c)
{
	const bool dry = c->dry;
	enum err e;

	/* First without a change: whose password is needed at all? */
	c->dry = true;
	e = store_read(a->store, import_step, c);
	c->dry = dry;
	if (e == OK && !dry)
		e = wrap_hashes(a, c->rows);
	if (e == ERR_BUSY || e == ERR_TEMPORARILY_UNAVAILABLE)
		return admin_fail("a password could not be hashed (%s); "
				  "nothing has changed, try again",
		    err_name(e));
	if (e == OK && !dry)
		e = store_write(a->store, a->now, import_step, c);
	return e == OK ? EXIT_DONE : admin_refuse(a, e, "user", "list");
}

static int
import_people(struct admin *a, const struct args *args)
{
	struct import_rows rows = {.args = args};
	struct import_ctx c = {.rows = &rows,
	    .change = {.now = a->now},
	    .merge = args_has(args, "--merge"),
	    .dry = args_has(args, "--dry-run")};
	import_read *read = find_source(args_value(args, "--from"));
	struct keyring k;
	int status;

	if (read == NULL)
		return admin_misused("import --from: give htpasswd, shadow, "
				     "authelia or csv");
	status = admin_keyring(a, &k);
	if (status != EXIT_DONE)
		return status;
	c.keyring = &k;
	status = read_rows(&rows, read, args->operand);
	if (status == EXIT_DONE)
		status = import_rows(a, &c);
	if (status == EXIT_DONE)
		status = import_tell(
		    &rows, a->conf.issuer, c.dry, args_has(args, "--json"));
	import_rows_free(&rows);
	keyring_wipe(&k);
	return status;
}

/* One import at a time: each looks at what is here before it changes it. */
static int
run_import(struct admin *a, const struct args *args)
{
	const bool is_ours = !args_has(args, "--from");
	int fd, status;

	if (is_ours &&
	    (args_has(args, "--group") || args_has(args, "--email-unverified")))
		return admin_misused("import: --group and --email-unverified "
				     "go with --from");
	if (!is_ours && args_has(args, "--other-issuer"))
		return admin_misused(
		    "import: --other-issuer does not go with --from");
	fd = open(a->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return admin_fail("%s: %s", a->dir, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		status = admin_fail("another import is running; nothing has "
				    "changed, try again when it is done");
	else
		status =
		    is_ours ? import_latchkey(a, args) : import_people(a, args);
	close(fd);
	return status;
}

static const struct option import_options[] = {
    {"--from", "htpasswd|shadow|authelia|csv", false},
    {"--group", "GROUP", true},
    {"--email-unverified", NULL, false},
    {"--merge", NULL, false},
    {"--dry-run", NULL, false},
    {"--other-issuer", NULL, false},
    OPTION_JSON,
    OPTION_END,
};

const struct verb import_verbs[] = {
    {"import", NULL, "FILE", false, false, import_options,
	"Adds what another latchkey exported, or the people of another system.",
	run_import},
    VERB_END,
};
