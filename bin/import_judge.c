/* What becomes of a person of another system: each text is held to what one of
 * ours may be. Without a name of ours there is no person; other texts that
 * cannot be taken are left out, with a note. */
#include "base/names.h"
#include "base/str.h"
#include "import.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void refuse_row(struct import_row *row, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void note_row(struct import_row *row, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
refuse_row(struct import_row *row, const char *format, ...)
{
	va_list ap;

	row->outcome = IMPORT_REFUSED;
	va_start(ap, format);
	vsnprintf(row->why, sizeof row->why, format, ap);
	va_end(ap);
}

/* One more sentence. */
static void
note_row(struct import_row *row, const char *format, ...)
{
	size_t len = strlen(row->note);
	va_list ap;

	if (len > 0 && len + 2 < sizeof row->note) {
		memcpy(row->note + len, "; ", 3);
		len += 2;
	}
	va_start(ap, format);
	vsnprintf(row->note + len, sizeof row->note - len, format, ap);
	va_end(ap);
}

static const char *
plain_text_refusal(const char *s)
{
	if (!str_is_utf8(s, strlen(s)))
		return "it is not UTF-8";
	return str_has_control(s) ? "it has a control character" : NULL;
}

/* Sets TEXT, or notes why WHAT is left out. */
static void
take_text(struct import_row *row, char *text, size_t cap, const char *what,
    const char *value, const char *(*refusal)(const char *))
{
	const char *message = value[0] != '\0' ? refusal(value) : NULL;

	if (message == NULL && str_copy(text, cap, value) != OK)
		message = "it is too long";
	if (message == NULL)
		return;
	text[0] = '\0';
	note_row(row, "%s left out: %s", what, message);
}

static void
take_group(struct import_row *row, const char *typed)
{
	char name[GROUP_NAME_CAP];
	const char *message = user_group_name(name, typed);

	if (message == NULL &&
	    names_add(row->user.groups, sizeof row->user.groups, name) != OK)
		message = "a person has too many groups";
	if (message != NULL)
		note_row(row, "a group left out: %s", message);
}

static void
take_groups(struct import_row *row, const char *list, const char *ends)
{
	char typed[2 * GROUP_NAME_CAP];

	for (;; list++) {
		size_t len;

		list += strspn(list, " ");
		len = strcspn(list, ends);
		if (len > 0) {
			size_t used = len;

			while (list[used - 1] == ' ')
				used--;
			if (str_copy_n(typed, sizeof typed, list, used) == OK)
				take_group(row, typed);
			else
				note_row(row, "a group left out: it is too "
					      "long");
		}
		list += len;
		if (*list == '\0')
			return;
	}
}

static void
take_hash(struct import_row *row, const char *hash)
{
	const char *message = NULL;
	enum err e = str_copy(row->hash, sizeof row->hash, hash);

	if (hash[0] != '\0' && e == OK)
		e = imported_try(row->hash, &row->cost);
	if (hash[0] != '\0' && e == OK)
		return;
	if (hash[0] == '\0')
		message = "there is no password";
	else if (e == ERR_UNSUPPORTED && imported_method(hash)[0] != '\0')
		message = "the library that knows this kind of hash is not "
			  "here";
	else if (e == ERR_UNSUPPORTED)
		message = "this kind of password hash cannot be verified";
	else if (e == ERR_CONTENT_TOO_LARGE)
		message = "the password hash takes more than a second";
	else if (e == ERR_TEMPORARILY_UNAVAILABLE)
		message = "the password hash takes too much memory";
	else
		message = "the password hash is damaged";
	row->link_because = message;
	secret_wipe(row->hash, sizeof row->hash);
	row->hash[0] = '\0';
	row->cost = (struct imported_cost){0};
	row->needs_link = true;
}

static void
take_given_groups(struct import_row *row, const struct args *args)
{
	struct args_cursor cursor = {0};
	const char *name;

	while ((name = args_next(args, "--group", &cursor)) != NULL)
		take_group(row, name);
}

static void
take_profile(struct import_row *row, const struct import_person *p,
    const struct args *args)
{
	struct user *u = &row->user;

	take_text(row, u->display, sizeof u->display, "name", p->display,
	    plain_text_refusal);
	take_text(row, u->given_name, sizeof u->given_name, "given name",
	    p->given_name, plain_text_refusal);
	take_text(row, u->family_name, sizeof u->family_name, "family name",
	    p->family_name, plain_text_refusal);
	take_text(row, u->email, sizeof u->email, "address", p->email,
	    user_email_refusal);
	take_text(row, u->language, sizeof u->language, "language", p->language,
	    user_language_refusal);
	take_text(row, u->zoneinfo, sizeof u->zoneinfo, "time zone",
	    p->zoneinfo, user_zone_refusal);
	u->email_verified =
	    u->email[0] != '\0' && !args_has(args, "--email-unverified");
	take_groups(row, p->groups, p->group_ends);
	take_given_groups(row, args);
	u->locked = p->locked;
	if (p->locked)
		note_row(row, "locked, as it was there");
}

/* An earlier row of the same name; NULL: none. */
static const struct import_row *
find_row(const struct import_rows *rows, const char *name)
{
	for (size_t i = 0; i < rows->count; i++)
		if (str_equal(rows->row[i].user.name, name))
			return &rows->row[i];
	return NULL;
}

/* The name of ours; false: there is none. */
static bool
take_user_name(
    struct import_row *row, const struct import_rows *rows, const char *typed)
{
	const struct import_row *before;
	char name[USER_NAME_CAP];
	const char *message;

	if (str_copy(name, sizeof name, typed) != OK) {
		refuse_row(row, "a user name has at most 64 characters");
		return false;
	}
	str_lower(name);
	message = user_name_refusal(name);
	if (message != NULL) {
		refuse_row(row, "%s", message);
		return false;
	}
	before = find_row(rows, name);
	if (before != NULL) {
		refuse_row(row, "the name is that of line %u", before->line);
		return false;
	}
	if (!str_equal(name, typed))
		note_row(row, "the name is now in lower case");
	memcpy(row->user.name, name, sizeof name);
	return true;
}

static struct import_row *
add_row(struct import_rows *rows)
{
	if (rows->count == rows->cap) {
		size_t cap = rows->cap > 0 ? 2 * rows->cap : 64;
		struct import_row *row;

		if (rows->count >= IMPORT_ROWS_MAX)
			return NULL;
		row = reallocarray(rows->row, cap, sizeof *row);
		rows->no_memory = row == NULL;
		if (row == NULL)
			return NULL;
		rows->row = row;
		rows->cap = cap;
	}
	return &rows->row[rows->count];
}

bool
import_judge(void *arg, const struct import_person *p)
{
	struct import_rows *rows = arg;
	struct import_row *row = add_row(rows);

	if (row == NULL)
		return false;
	*row = (struct import_row){.line = p->line};
	str_cut(row->typed, sizeof row->typed, p->name);
	if (p->unreadable != NULL) {
		refuse_row(row, "%s", p->unreadable);
	} else if (p->left_out != NULL) {
		refuse_row(row, "%s", p->left_out);
		row->outcome = IMPORT_LEFT_OUT;
	} else if (take_user_name(row, rows, p->name)) {
		take_profile(row, p, rows->args);
		take_hash(row, p->hash);
	}
	rows->count++;
	return true;
}

void
import_rows_free(struct import_rows *rows)
{
	if (rows->row != NULL)
		secret_wipe(rows->row, rows->cap * sizeof *rows->row);
	free(rows->row);
	rows->row = NULL;
	rows->count = rows->cap = 0;
}
