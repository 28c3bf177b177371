#include "admin.h"

#include "base/names.h"
#include "base/nearest.h"
#include "base/str.h"
#include "domain/host.h"
#include "domain/installation.h"
#include "domain/user.h"
#include "remains.h"
#include "stored_names.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
complain(const char *format, va_list ap)
{
	fputs("latchkey: ", stderr);
	vfprintf(stderr, format, ap);
	putc('\n', stderr);
}

int
admin_fail(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	complain(format, ap);
	va_end(ap);
	return EXIT_REFUSED;
}

int
admin_misused(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	complain(format, ap);
	va_end(ap);
	return EXIT_USAGE;
}

/* Names the one that was meant, if it is near. */
static int
refuse_unknown(const struct admin *a, const char *kind, const char *name)
{
	struct nearest n;

	nearest_begin(&n, name);
	if (a->store != NULL)
		stored_names_nearest(a->store, kind, &n);
	if (nearest_word(&n) == NULL)
		return admin_fail("no such %s: %s (see `latchkey %s list`)",
		    kind, name, kind);
	return admin_fail(
	    "no such %s: %s; did you mean %s? (see `latchkey %s list`)", kind,
	    name, nearest_word(&n), kind);
}

int
admin_refuse(
    const struct admin *a, enum err e, const char *kind, const char *name)
{
	switch (e) {
	case ERR_NOT_FOUND:
		return refuse_unknown(a, kind, name);
	case ERR_EXISTS:
		return admin_fail("%s %s exists already (`latchkey %s set` "
				  "changes it)",
		    kind, name, kind);
	case ERR_NO_SPACE:
		return admin_fail("no room: the disk that holds %s is full; "
				  "nothing has changed",
		    a->dir);
	case ERR_NO_MEMORY:
		return admin_fail("out of memory; nothing has changed");
	case ERR_PERMISSION:
		return admin_fail("%s: permission denied; run this as the "
				  "owner of the directory",
		    a->dir);
	case ERR_REPLACED:
		return admin_fail("%s: the store's files were replaced or "
				  "removed by others; nothing has changed, "
				  "try again",
		    a->dir);
	case ERR_LOCK_DAMAGED:
	case ERR_TRUNCATED:
	case ERR_UNREADABLE:
		return admin_fail("%s: the store is damaged (%s), and nothing "
				  "has changed; run `latchkey check`",
		    a->dir, err_name(e));
	case ERR_VERSION:
		return admin_fail(
		    "%s: written by a newer latchkey; use that", a->dir);
	case ERR_CORRUPT:
		return admin_fail("%s: a record or key does not decode; run "
				  "`latchkey check`",
		    a->dir);
	default:
		return admin_fail("%s %s: failed (%s), and nothing has "
				  "changed; run `latchkey check`",
		    kind, name, err_name(e));
	}
}

int
admin_explain(const struct refusal *r)
{
	if (r->option == NULL)
		return admin_fail("%s", r->message);
	return admin_fail("%s '%s': %s", r->option, r->value, r->message);
}

enum err
refusal_set(struct refusal *r, const char *option, const char *value,
    const char *message)
{
	*r = (struct refusal){option, value, message};
	return ERR_INVALID_REQUEST;
}

static const char *
text_refusal(const char *s)
{
	if (!str_is_utf8(s, strlen(s)))
		return "is not UTF-8";
	return str_has_control(s) ? "has a control character in it" : NULL;
}

enum err
option_text(char *text, size_t cap, const struct args *args, const char *option,
    value_refusal *refusal, struct refusal *r)
{
	const char *value = args_value(args, option), *message;

	if (value == NULL)
		return OK;
	message = text_refusal(value);
	if (message == NULL && refusal != NULL && *value != '\0')
		message = refusal(value);
	if (message == NULL && str_copy(text, cap, value) != OK)
		message = "is too long";
	return message == NULL ? OK : refusal_set(r, option, value, message);
}

typedef enum err list_add(char *list, size_t cap, const char *item);

static enum err
add_to_list(char *list, size_t cap, list_add *add, const struct args *args,
    const char *option, value_refusal *refusal, struct refusal *r)
{
	struct args_cursor c = {0};
	const char *word, *message;

	while ((word = args_next(args, option, &c)) != NULL) {
		if (*word == '\0')
			continue;
		message = refusal(word);
		if (message == NULL && add(list, cap, word) != OK)
			message = "too many values";
		if (message != NULL)
			return refusal_set(r, option, word, message);
	}
	return OK;
}

enum err
option_add_words(char *list, size_t cap, const struct args *args,
    const char *option, value_refusal *refusal, struct refusal *r)
{
	return add_to_list(list, cap, words_add, args, option, refusal, r);
}

static const char *
group_refusal(const char *typed)
{
	char name[GROUP_NAME_CAP];

	return user_group_name(name, typed);
}

static enum err
group_add(char *list, size_t cap, const char *typed)
{
	char name[GROUP_NAME_CAP];

	if (user_group_name(name, typed) != NULL)
		return ERR_SYNTAX;
	return names_add(list, cap, name);
}

enum err
option_add_groups(char *list, size_t cap, const struct args *args,
    const char *option, struct refusal *r)
{
	return add_to_list(
	    list, cap, group_add, args, option, group_refusal, r);
}

void
option_remove_groups(char *list, const struct args *args, const char *option)
{
	struct args_cursor c = {0};
	char name[GROUP_NAME_CAP];
	const char *typed;

	while ((typed = args_next(args, option, &c)) != NULL)
		if (user_group_name(name, typed) == NULL)
			names_remove(list, name);
}

enum err
option_groups(char *list, size_t cap, const struct args *args,
    const char *option, struct refusal *r)
{
	if (args_has(args, option))
		list[0] = '\0';
	return option_add_groups(list, cap, args, option, r);
}

enum err
option_list(char *list, size_t cap, const struct args *args, const char *option,
    value_refusal *refusal, struct refusal *r)
{
	if (args_has(args, option))
		list[0] = '\0';
	return option_add_words(list, cap, args, option, refusal, r);
}

bool
admin_become_owner(const char *dir)
{
	const struct passwd *owner;
	struct stat st;

	if (stat(dir, &st) != 0 || st.st_uid == geteuid())
		return true;
	if (geteuid() != 0) {
		owner = getpwuid(st.st_uid);
		admin_fail("%s belongs to %s: run this as that user or as "
			   "root",
		    dir, owner != NULL ? owner->pw_name : "another");
		return false;
	}
	if (setgroups(0, NULL) == 0 && setgid(st.st_gid) == 0 &&
	    setuid(st.st_uid) == 0) {
		/* Root's is not the owner's to read: libpq looks there. */
		unsetenv("HOME");
		return true;
	}
	admin_fail("%s: cannot become its owner: %s", dir, strerror(errno));
	return false;
}

/* Says what is missing of DIR: all of it, or a part. */
static int
refuse_incomplete(const char *dir)
{
	char message[REMAINS_MESSAGE_CAP];

	if (remains_any(dir) && remains_missing(dir, message, sizeof message))
		return admin_fail("%s", message);
	return admin_fail("%s is not a data directory; create one with "
			  "`latchkey -d %s init ISSUER`",
	    dir, dir);
}

static enum err
read_issuer_step(struct store_txn *t, void *arg)
{
	return installation_issuer(t, arg);
}

static enum err
set_issuer_step(struct store_txn *t, void *arg)
{
	installation_set_issuer(t, arg);
	return store_failed(t);
}

/* The store knows the issuer, for the day when latchkey.conf is lost. Where
 * it cannot be noted now, the next command does it. */
static void
note_issuer(struct admin *a)
{
	char issuer[ISSUER_CAP];
	enum err e = store_read(a->store, read_issuer_step, issuer);

	if ((e == OK && !str_equal(issuer, a->conf.issuer)) ||
	    e == ERR_NOT_FOUND)
		(void)!store_write(
		    a->store, a->now, set_issuer_step, a->conf.issuer);
}

int
admin_open(struct admin *a)
{
	char message[CONF_MESSAGE_CAP] = "";
	enum err e;

	e = conf_load(&a->conf, a->dir, message, sizeof message);
	if (e == ERR_NOT_FOUND)
		return refuse_incomplete(a->dir);
	if (e != OK)
		return admin_fail("%s", message);
	e = installation_open(&a->store, a->conf.dir, a->conf.store, false,
	    message, sizeof message);
	if (e == ERR_NOT_FOUND && a->conf.store[0] == '\0')
		return refuse_incomplete(a->dir);
	if (e != OK)
		return admin_fail("%s", message);
	note_issuer(a);
	admin_note_host(a);
	return EXIT_DONE;
}

void
admin_note_host(const struct admin *a)
{
	if (a->conf.store[0] != '\0')
		(void)!host_note(a->store, a->dir, a->now);
}

int
admin_keyring(const struct admin *a, struct keyring *k)
{
	enum err e = installation_keyring(k, a->store, a->dir);

	if (e == OK)
		return EXIT_DONE;
	return admin_fail("%s: %s", a->dir, installation_key_advice(e));
}

void
admin_close(struct admin *a)
{
	store_close(&a->store);
}
