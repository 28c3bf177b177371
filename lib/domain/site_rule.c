#include "domain/site_rule.h"

#include "base/buf.h"
#include "base/names.h"
#include "base/str.h"
#include "domain/scope.h"
#include "domain/user.h"

#include <string.h>

/* --- rules as text ------------------------------------------------------- */

static enum err
because(const char *what, const char **why)
{
	*why = what;
	return ERR_SYNTAX;
}

static enum err
parse_methods(struct site_rule *r, const char *word, const char **why)
{
	char list[SITE_RULE_CAP], method[SITE_RULE_CAP];
	const char *cursor = list;

	if (str_copy(list, sizeof list, word) != OK)
		return because("is too long", why);
	for (char *c = list; *c != '\0'; c++)
		if (*c == ',')
			*c = ' ';
		else if (*c < 'A' || *c > 'Z')
			return because("begins with a path (/...) or methods "
				       "(GET,POST)",
			    why);
	while (words_next(&cursor, method, sizeof method))
		if (words_add(r->methods, sizeof r->methods, method) != OK)
			return because("is too long", why);
	return r->methods[0] != '\0' ? OK : because("is empty", why);
}

static enum err
parse_path(struct site_rule *r, const char *word, const char **why)
{
	char path[SITE_PATH_CAP];
	size_t len;

	if (word[0] != '/')
		return because("has no path (/...)", why);
	if (strchr(word, '?') != NULL || site_path_read(path, word) != OK)
		return because("has a path with . or .. in it, a query, or "
			       "what cannot be read in one way only",
		    why);
	len = strlen(path);
	if (len > 1 && path[len - 1] == '/')
		path[len - 1] = '\0';
	if (str_copy(r->path, sizeof r->path, path) != OK)
		return because("is too long", why);
	return OK;
}

/* WORD's value if it is PREFIX and more, else NULL. */
static const char *
value_of(const char *word, const char *prefix)
{
	return str_starts(word, prefix) ? word + strlen(prefix) : NULL;
}

static enum err
parse_group(struct site_rule *r, const char *name, const char **why)
{
	*why = user_group_refusal(name);
	if (*why != NULL)
		return ERR_SYNTAX;
	return names_add(r->groups, sizeof r->groups, name);
}

static enum err
parse_audience(struct site_rule *r, const char *audience, const char **why)
{
	if (audience[0] == '\0' || r->audience[0] != '\0')
		return because("has one audience after bearer:", why);
	if (str_copy(r->audience, sizeof r->audience, audience) != OK)
		return because("has too long an audience", why);
	return OK;
}

static enum err
parse_scope(struct site_rule *r, const char *name, const char **why)
{
	if (!scope_word_valid(name))
		return because("has a scope that can be none", why);
	return words_add(r->scope, sizeof r->scope, name);
}

static enum err
parse_who(struct site_rule *r, const char *word, const char **why)
{
	const char *value;

	if ((value = value_of(word, "group:")) != NULL)
		return parse_group(r, value, why);
	if ((value = value_of(word, "bearer:")) != NULL)
		return parse_audience(r, value, why);
	if ((value = value_of(word, "scope:")) != NULL)
		return parse_scope(r, value, why);
	if (str_equal(word, "anyone"))
		r->anyone = true;
	else if (str_equal(word, "signed-in"))
		r->signed_in = true;
	else if (str_equal(word, "app-password"))
		r->app_password = true;
	else if (str_equal(word, "strict"))
		r->strict = true;
	else
		return because("says after its path who may: anyone, "
			       "signed-in, group:NAME or group:\"A NAME\", "
			       "bearer:AUDIENCE, "
			       "app-password, scope:NAME, strict",
		    why);
	return OK;
}

bool
site_rule_takes_people(const struct site_rule *r)
{
	return r->signed_in || r->groups[0] != '\0';
}

/* Words that would have no effect are slips, and a slip here opens or closes
 * what was not meant. */
static enum err
check_sense(const struct site_rule *r, const char **why)
{
	bool people = site_rule_takes_people(r), token = r->audience[0] != '\0';

	if (!r->anyone && !people && !token)
		return because("names nobody who may", why);
	if (r->anyone && (people || token || r->app_password))
		return because("has anyone and somebody besides", why);
	if (r->signed_in && r->groups[0] != '\0')
		return because(
		    "has signed-in and a group, which is fewer", why);
	if (r->app_password && !people)
		return because(
		    "has app-password without signed-in or a group", why);
	if ((r->scope[0] != '\0' || r->strict) && !token)
		return because("has scope or strict without bearer", why);
	return OK;
}

/* The next word into WORD, "" at the end; a group name with spaces in it is in
 * quotes, which are taken off: group:"Family & Friends". */
static enum err
next_who(const char **cursor, char word[static SITE_RULE_CAP], const char **why)
{
	static const char quoted[] = "group:\"";
	const char *name, *end;
	struct buf b;

	*cursor += strspn(*cursor, " ");
	if (!str_starts(*cursor, quoted)) {
		(void)words_next(cursor, word, SITE_RULE_CAP);
		return OK;
	}
	name = *cursor + strlen(quoted);
	end = strchr(name, '"');
	if (end == NULL || (end[1] != ' ' && end[1] != '\0'))
		return because("has a group in quotes that do not end", why);
	buf_init(&b, word, SITE_RULE_CAP);
	buf_puts(&b, "group:");
	buf_put(&b, name, (size_t)(end - name));
	*cursor = end + 1;
	return OK;
}

enum err
site_rule_parse(struct site_rule *r, const char *text, const char **why)
{
	char word[SITE_RULE_CAP];
	const char *cursor = text;
	enum err e = OK;

	*r = (struct site_rule){0};
	*why = NULL;
	if (strlen(text) >= SITE_RULE_CAP || str_has_control(text))
		return because("has at most 511 characters, on one line", why);
	if (!words_next(&cursor, word, sizeof word))
		return because("is empty", why);
	if (word[0] != '/') {
		e = parse_methods(r, word, why);
		if (e == OK && !words_next(&cursor, word, sizeof word))
			return because("has no path (/...)", why);
	}
	if (e == OK)
		e = parse_path(r, word, why);
	while (e == OK && (e = next_who(&cursor, word, why)) == OK &&
	       word[0] != '\0')
		e = parse_who(r, word, why);
	return e == OK ? check_sense(r, why) : e;
}

bool
site_rule_clashes(const struct site_rule *a, const struct site_rule *b)
{
	if (!str_equal(a->path, b->path))
		return false;
	if (a->methods[0] == '\0' || b->methods[0] == '\0')
		return a->methods[0] == b->methods[0];
	return words_overlap(a->methods, b->methods);
}

bool
site_rule_next(const char **cursor, char text[static SITE_RULE_CAP])
{
	size_t len = strcspn(*cursor, "\n");

	if (**cursor == '\0' ||
	    str_copy_n(text, SITE_RULE_CAP, *cursor, len) != OK)
		return false;
	*cursor += len + ((*cursor)[len] == '\n');
	return true;
}

/* --- a request's path ---------------------------------------------------- */

/* The path of TARGET as it came; with STRIP without what ";" begins in a
 * segment. */
static enum err
copy_path(struct buf *b, const char *target, bool strip)
{
	const char *end = target + strcspn(target, "?");

	while (target < end) {
		size_t len = strcspn(target, strip ? ";?" : "?");

		buf_put(b, target, len);
		target += len;
		if (target < end)
			target += strcspn(target, "/?");
	}
	return buf_ok(b) ? OK : ERR_INVALID_REQUEST;
}

static bool
is_hex(char c)
{
	return c != '\0' && strchr("0123456789abcdefABCDEF", c) != NULL;
}

/* What must not be in a path before it is decoded: some decode %2F and then
 * split, some split first; and "\" is a slash to some. */
static bool
is_plain(const char *raw)
{
	for (const char *c = raw; *c != '\0'; c++)
		if (*c == '\\' || *c == '#' || str_starts_nocase(c, "%2f") ||
		    str_starts_nocase(c, "%5c"))
			return false;
	return true;
}

/* And after: encoded once more, for whoever decodes twice; and segments that
 * somebody would resolve, also those with a parameter. */
static bool
is_unambiguous(const char *path)
{
	if (path[0] != '/' || str_has_control(path))
		return false;
	for (const char *c = path; *c != '\0'; c++) {
		size_t dots;

		if (*c == '%' && is_hex(c[1]) && is_hex(c[2]))
			return false;
		if (*c != '/')
			continue;
		dots = strspn(c + 1, ".");
		if ((dots == 1 || dots == 2) &&
		    (c[1 + dots] == '\0' || strchr("/;", c[1 + dots]) != NULL))
			return false;
	}
	return true;
}

static void
collapse_slashes(char *path)
{
	char *out = path;

	for (const char *in = path; *in != '\0'; in++)
		if (*in != '/' || in[1] != '/')
			*out++ = *in;
	*out = '\0';
}

static enum err
read_path(char path[static SITE_PATH_CAP], const char *target, bool strip)
{
	struct buf b;

	buf_init(&b, path, SITE_PATH_CAP);
	if (copy_path(&b, target, strip) != OK || !is_plain(path) ||
	    str_percent_decode(path, b.len) != OK || !is_unambiguous(path))
		return ERR_INVALID_REQUEST;
	collapse_slashes(path);
	return OK;
}

enum err
site_path_read(char path[static SITE_PATH_CAP], const char *target)
{
	return read_path(path, target, false);
}

bool
site_path_covers(const char *prefix, const char *path)
{
	size_t len = strlen(prefix);

	if (str_equal(prefix, "/"))
		return true;
	return str_starts(path, prefix) &&
	       (path[len] == '/' || path[len] == '\0');
}

static bool
names_method(const struct site_rule *r, const char *method)
{
	return words_has(r->methods, method) ||
	       (str_equal(method, "HEAD") && words_has(r->methods, "GET"));
}

/* Whether A, which covers the request, goes before B, which does, too. */
static bool
goes_before(const struct site_rule *a, const struct site_rule *b)
{
	size_t a_len = strlen(a->path), b_len = strlen(b->path);

	if (a_len != b_len)
		return a_len > b_len;
	return a->methods[0] != '\0' && b->methods[0] == '\0';
}

static enum err
find_for_path(struct site_rule *best, const char *rules, const char *method,
    const char *path)
{
	char text[SITE_RULE_CAP];
	struct site_rule r;
	bool found = false;
	const char *why;

	while (site_rule_next(&rules, text)) {
		if (site_rule_parse(&r, text, &why) != OK)
			return ERR_CORRUPT;
		if (!site_path_covers(r.path, path) ||
		    (r.methods[0] != '\0' && !names_method(&r, method)) ||
		    (found && !goes_before(&r, best)))
			continue;
		*best = r;
		found = true;
	}
	if (!found)
		*best = (struct site_rule){0};
	return found ? OK : ERR_NOT_FOUND;
}

enum err
site_rule_find(struct site_rule *r, const char *rules, const char *method,
    const char *target)
{
	char path[SITE_PATH_CAP];
	struct site_rule other;
	enum err e;

	*r = (struct site_rule){0};
	e = read_path(path, target, false);
	if (e != OK)
		return e;
	e = find_for_path(r, rules, method, path);
	if (strchr(path, ';') == NULL)
		return e;
	if (read_path(path, target, true) != OK ||
	    find_for_path(&other, rules, method, path) != e ||
	    !str_equal(other.path, r->path) ||
	    !str_equal(other.methods, r->methods)) {
		*r = (struct site_rule){0};
		return ERR_INVALID_REQUEST;
	}
	return e;
}
