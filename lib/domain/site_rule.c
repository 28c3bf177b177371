#include "domain/site_rule.h"

#include "base/names.h"
#include "base/str.h"
#include "domain/opaque_string.h"
#include "domain/scope.h"
#include "domain/user.h"

#include <string.h>

static enum err
because(const char *what, const char **message)
{
	*message = what;
	return ERR_SYNTAX;
}

static enum err
parse_methods(struct site_rule *r, const char *word, const char **message)
{
	char list[SITE_RULE_CAP], method[SITE_RULE_CAP];
	const char *cursor = list;

	if (str_copy(list, sizeof list, word) != OK)
		return because("is too long", message);
	for (char *c = list; *c != '\0'; c++)
		if (*c == ',')
			*c = ' ';
		else if (*c < 'A' || *c > 'Z')
			return because(
			    "a rule begins with a path (/path) or methods "
			    "(GET,POST)",
			    message);
	while (words_next(&cursor, method, sizeof method))
		if (words_add(r->methods, sizeof r->methods, method) != OK)
			return because("is too long", message);
	return r->methods[0] != '\0' ? OK : because("is empty", message);
}

static enum err
parse_path(struct site_rule *r, const char *word, const char **message)
{
	char path[SITE_PATH_CAP];
	size_t len;

	if (word[0] != '/')
		return because("has no path (/path)", message);
	if (strchr(word, '?') != NULL || site_path_read(path, word) != OK ||
	    strpbrk(path, ";?%") != NULL)
		return because("has a path with . or .. in it, a query, or "
			       "what cannot be read in one way only",
		    message);
	len = strlen(path);
	if (len > 1 && path[len - 1] == '/')
		path[len - 1] = '\0';
	if (str_copy(r->path, sizeof r->path, path) != OK)
		return because("is too long", message);
	return OK;
}

/* WORD's value if it is PREFIX and more, else NULL. */
static const char *
value_of(const char *word, const char *prefix)
{
	return str_starts(word, prefix) ? word + strlen(prefix) : NULL;
}

static enum err
parse_group(struct site_rule *r, const char *name, const char **message)
{
	*message = user_group_refusal(name);
	if (*message != NULL)
		return ERR_SYNTAX;
	return names_add(r->groups, sizeof r->groups, name);
}

static enum err
parse_audience(struct site_rule *r, const char *audience, const char **message)
{
	if (audience[0] == '\0' || r->audience[0] != '\0')
		return because("has one audience after bearer:", message);
	if (str_copy(r->audience, sizeof r->audience, audience) != OK)
		return because("has too long an audience", message);
	return OK;
}

static enum err
parse_scope(struct site_rule *r, const char *name, const char **message)
{
	if (!scope_word_valid(name))
		return because("has a scope that can be none", message);
	return words_add(r->scope, sizeof r->scope, name);
}

static enum err
parse_age_limit(struct site_rule *r, const char *seconds, const char **message)
{
	if (r->max_age_s != 0 || str_to_int64(seconds, SITE_RULE_AGE_MIN,
				     SITE_RULE_AGE_MAX, &r->max_age_s) != OK)
		return because(
		    "has one max-age, of 60 to 31536000 seconds", message);
	return OK;
}

static enum err
parse_who(struct site_rule *r, const char *word, const char **message)
{
	const char *value;

	if ((value = value_of(word, "group:")) != NULL)
		return parse_group(r, value, message);
	if ((value = value_of(word, "bearer:")) != NULL)
		return parse_audience(r, value, message);
	if ((value = value_of(word, "scope:")) != NULL)
		return parse_scope(r, value, message);
	if ((value = value_of(word, "max-age:")) != NULL)
		return parse_age_limit(r, value, message);
	if (str_equal(word, "anyone"))
		r->anyone = true;
	else if (str_equal(word, "signed-in"))
		r->signed_in = true;
	else if (str_equal(word, "app-password"))
		r->app_password = true;
	else if (str_equal(word, "strict"))
		r->strict = true;
	else if (str_equal(word, "factor"))
		r->factor = true;
	else
		return because("a rule says after its path who may: anyone, "
			       "signed-in, group:NAME (in quotes if it has "
			       "spaces), bearer:AUDIENCE, "
			       "app-password, scope:NAME, strict, factor, "
			       "max-age:SECONDS",
		    message);
	return OK;
}

bool
site_rule_takes_people(const struct site_rule *r)
{
	return r->signed_in || r->groups[0] != '\0';
}

bool
site_rule_judges_sign_in(const struct site_rule *r)
{
	return r->factor || r->max_age_s > 0;
}

/* Words that would have no effect are slips, and a slip here opens or closes
 * what was not meant. */
static enum err
check_sense(const struct site_rule *r, const char **message)
{
	bool people = site_rule_takes_people(r), token = r->audience[0] != '\0';

	if (!r->anyone && !people && !token)
		return because("names no one", message);
	if (r->anyone &&
	    (people || token || r->app_password || site_rule_judges_sign_in(r)))
		return because(
		    "has anyone and other conditions besides", message);
	if (r->signed_in && r->groups[0] != '\0')
		return because(
		    "has signed-in and a group, which is fewer", message);
	if (r->app_password && !people)
		return because(
		    "has app-password without signed-in or a group", message);
	if (r->app_password && site_rule_judges_sign_in(r))
		return because("has app-password and factor or max-age, which "
			       "an app password cannot meet",
		    message);
	if ((r->scope[0] != '\0' || r->strict) && !token)
		return because("has scope or strict without bearer", message);
	return OK;
}

/* The next word into WORD, "" at the end; a group name with spaces in it is in
 * quotes, which are taken off: group:"Family & Friends". */
static enum err
next_who(
    const char **cursor, char word[static SITE_RULE_CAP], const char **message)
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
		return because(
		    "has a group in quotes that do not end", message);
	buf_init(&b, word, SITE_RULE_CAP);
	buf_puts(&b, "group:");
	buf_put(&b, name, (size_t)(end - name));
	*cursor = end + 1;
	return OK;
}

enum err
site_rule_parse(struct site_rule *r, const char *text, const char **message)
{
	char word[SITE_RULE_CAP];
	const char *cursor = text;
	enum err e = OK;

	*r = (struct site_rule){0};
	*message = NULL;
	if (strlen(text) >= SITE_RULE_CAP || str_has_control(text))
		return because(
		    "has at most 511 characters, on one line", message);
	if (!words_next(&cursor, word, sizeof word))
		return because("is empty", message);
	if (word[0] != '/') {
		e = parse_methods(r, word, message);
		if (e == OK && !words_next(&cursor, word, sizeof word))
			return because("has no path (/path)", message);
	}
	if (e == OK)
		e = parse_path(r, word, message);
	while (e == OK && (e = next_who(&cursor, word, message)) == OK &&
	       word[0] != '\0')
		e = parse_who(r, word, message);
	return e == OK ? check_sense(r, message) : e;
}

enum err
site_rule_compose(char composed[static SITE_RULE_CAP], const char *text)
{
	char word[SITE_RULE_CAP];
	const char *cursor = text;
	size_t len;
	enum err e;

	if (words_next(&cursor, word, sizeof word) && word[0] != '/')
		(void)words_next(&cursor, word, sizeof word);
	len = (size_t)(cursor - text);
	e = str_copy_n(composed, SITE_RULE_CAP, text, len);
	return e == OK
		   ? opaque_string(composed + len, SITE_RULE_CAP - len, cursor)
		   : e;
}
