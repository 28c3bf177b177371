#include "domain/site_rules.h"

#include "base/buf.h"
#include "base/str.h"

#include <string.h>

bool
site_rules_next(const char **cursor, char text[static SITE_RULE_CAP])
{
	size_t len = strcspn(*cursor, "\n");

	if (**cursor == '\0' ||
	    str_copy_n(text, SITE_RULE_CAP, *cursor, len) != OK)
		return false;
	*cursor += len + ((*cursor)[len] == '\n');
	return true;
}

void
site_rules_clear(struct site_rules *rules)
{
	rules->text[0] = '\0';
	rules->count = rules->words_len = 0;
}

/* --- rules as they are parsed --------------------------------------------- */

/* What there is to compare in a rule. */
struct row {
	const char *methods, *path;
};

static struct row
row_at(const struct site_rules *rules, size_t place)
{
	const struct site_rules_entry *e = &rules->entry[place];

	return (struct row){rules->words + e->methods, rules->words + e->path};
}

static uint16_t
keep(struct site_rules *rules, const char *words)
{
	size_t at = rules->words_len;

	/* There is room: a rule's words are no longer than its text. */
	if (str_copy(rules->words + at, sizeof rules->words - at, words) == OK)
		rules->words_len += strlen(words) + 1;
	return (uint16_t)at;
}

static void
append_rule(struct site_rules *rules, const struct site_rule *r)
{
	rules->entry[rules->count++] =
	    (struct site_rules_entry){.methods = keep(rules, r->methods),
		.path = keep(rules, r->path),
		.groups = keep(rules, r->groups),
		.audience = keep(rules, r->audience),
		.scope = keep(rules, r->scope),
		.anyone = r->anyone,
		.signed_in = r->signed_in,
		.app_password = r->app_password,
		.strict = r->strict,
		.factor = r->factor,
		.max_age_s = (int32_t)r->max_age_s};
}

enum err
site_rules_get(
    struct site_rule *r, const struct site_rules *rules, size_t place)
{
	const struct site_rules_entry *e = &rules->entry[place];
	const char *words = rules->words;

	r->anyone = e->anyone;
	r->signed_in = e->signed_in;
	r->app_password = e->app_password;
	r->strict = e->strict;
	r->factor = e->factor;
	r->max_age_s = e->max_age_s;
	if (str_copy(r->methods, sizeof r->methods, words + e->methods) != OK ||
	    str_copy(r->path, sizeof r->path, words + e->path) != OK ||
	    str_copy(r->groups, sizeof r->groups, words + e->groups) != OK ||
	    str_copy(r->audience, sizeof r->audience, words + e->audience) !=
		OK ||
	    str_copy(r->scope, sizeof r->scope, words + e->scope) != OK)
		return ERR_NO_SPACE;
	return OK;
}

/* Whether the two are for the same path in any case of letters, and for a
 * method of both: then the second would never decide. */
static bool
clash(const struct row *a, const struct row *b)
{
	if (!str_equal_nocase(a->path, b->path))
		return false;
	if (a->methods[0] == '\0' || b->methods[0] == '\0')
		return a->methods[0] == b->methods[0];
	return words_overlap(a->methods, b->methods);
}

static enum err
parse_rules(struct site_rules *rules, const char *text)
{
	const char *cursor = text, *message;
	char line[SITE_RULE_CAP];
	struct site_rule r;

	while (site_rules_next(&cursor, line)) {
		if (rules->count == SITE_RULES_MAX ||
		    site_rule_parse(&r, line, &message) != OK)
			return ERR_CORRUPT;
		append_rule(rules, &r);
	}
	if (*cursor != '\0')
		return ERR_CORRUPT;
	return str_copy(rules->text, sizeof rules->text, text);
}

enum err
site_rules_parse(struct site_rules *rules, const char *text)
{
	enum err e;

	if (str_equal(rules->text, text))
		return OK;
	site_rules_clear(rules);
	e = parse_rules(rules, text);
	if (e != OK)
		site_rules_clear(rules);
	return e;
}

const char *
site_rules_add(struct site_rules *rules, const char *rule)
{
	char composed[SITE_RULE_CAP];
	size_t len = strlen(rules->text);
	struct site_rule added;
	const char *message;
	struct buf b;

	if (site_rule_parse(&added, rule, &message) != OK)
		return message;
	if (site_rule_compose(composed, rule) != OK)
		return "has letters beyond ASCII in a name, and is too long, "
		       "or libunistring, which they need, cannot be loaded";
	if (site_rule_parse(&added, composed, &message) != OK)
		return message;
	for (size_t i = 0; i < rules->count; i++) {
		struct row before = row_at(rules, i);

		if (clash(&before, &(struct row){added.methods, added.path}))
			return "is for the same path and method as a rule "
			       "before it";
	}
	buf_init(&b, rules->text + len, sizeof rules->text - len);
	buf_printf(&b, "%s%s", len > 0 ? "\n" : "", composed);
	if (buf_ok(&b) && rules->count < SITE_RULES_MAX) {
		append_rule(rules, &added);
		return NULL;
	}
	rules->text[len] = '\0';
	return "too many rules; there are at most 64";
}

/* --- which rule decides --------------------------------------------------- */

/* Whether a rule for METHODS is for METHOD. */
static bool
takes_method(const char *methods, const char *method)
{
	return methods[0] == '\0' || words_has(methods, method) ||
	       (str_equal(method, "HEAD") && words_has(methods, "GET"));
}

/* Which of the rules decides, so far. */
struct winner {
	size_t weight; /* 0: none does */
	size_t rule;   /* its place among them */
};

/* The longer path goes first; then the rule that names the method. */
static void
compete(struct winner *w, const struct row *r, size_t place)
{
	size_t weight = 2 * strlen(r->path) + (r->methods[0] != '\0');

	if (weight > w->weight)
		*w = (struct winner){weight, place};
}

/* For each reading of a path, as it is written and without regard to case. */
struct contest {
	struct winner as_written[SITE_PATH_READINGS];
	struct winner folded[SITE_PATH_READINGS];
};

static void
enter(struct contest *c, const struct site_path_readings *paths,
    const struct row *r, size_t place)
{
	for (size_t i = 0; i < paths->count; i++) {
		const char *path = site_path_reading(paths, i);

		if (!site_path_covers_folded(r->path, path))
			continue;
		compete(&c->folded[i], r, place);
		if (site_path_covers(r->path, path))
			compete(&c->as_written[i], r, place);
	}
}

static bool
is_same(const struct winner *a, const struct winner *b)
{
	return a->weight == b->weight && a->rule == b->rule;
}

static bool
is_unanimous(const struct contest *c, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!is_same(&c->as_written[i], &c->as_written[0]) ||
		    !is_same(&c->folded[i], &c->as_written[0]))
			return false;
	return true;
}

/* The path of the gate's own is no rule's in any reading. */
static bool
is_own(const struct site_path_readings *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		if (site_path_covers_folded(
			SITE_OWN_PATH, site_path_reading(paths, i)))
			return true;
	return false;
}

static enum err
find_winner(size_t *place, const struct site_rules *rules, const char *method,
    const struct site_path_readings *paths)
{
	struct contest c = {0};

	for (size_t i = 0; i < rules->count; i++) {
		struct row r = row_at(rules, i);

		if (takes_method(r.methods, method))
			enter(&c, paths, &r, i);
	}
	if (is_own(paths) || !is_unanimous(&c, paths->count))
		return ERR_INVALID_REQUEST;
	*place = c.as_written[0].rule;
	return c.as_written[0].weight > 0 ? OK : ERR_NOT_FOUND;
}

/* METHOD in capitals; false if it is already, or longer than any rule. */
static bool
capitalize(char capitals[static SITE_RULE_CAP], const char *method)
{
	bool changed = false;

	if (str_copy(capitals, SITE_RULE_CAP, method) != OK)
		return false;
	for (char *c = capitals; *c != '\0'; c++)
		if (*c >= 'a' && *c <= 'z') {
			*c = (char)(*c - 'a' + 'A');
			changed = true;
		}
	return changed;
}

enum err
site_rules_find(struct site_rule *r, const struct site_rules *rules,
    const char *method, const char *target)
{
	struct site_path_readings paths;
	char capitals[SITE_RULE_CAP];
	size_t place = 0, other = 0;
	enum err e;

	*r = (struct site_rule){0};
	if (site_path_readings(&paths, target) != OK)
		return ERR_INVALID_REQUEST;
	e = find_winner(&place, rules, method, &paths);
	if (capitalize(capitals, method) &&
	    (find_winner(&other, rules, capitals, &paths) != e ||
		other != place))
		return ERR_METHOD_NOT_ALLOWED;
	return e == OK ? site_rules_get(r, rules, place) : e;
}
