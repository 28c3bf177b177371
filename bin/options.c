#include "options.h"

#include "base/nearest.h"
#include "base/str.h"
#include "prompt.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

enum { USAGE_COLUMNS = 80, USAGE_INDENT = 8 };

/* One option with its value, or an operand. */
struct word {
	const struct option *option; /* NULL: an operand */
	const char *value;
};

enum word_result { WORD, WORD_END, WORD_HELP, WORD_VERSION, WORD_BAD };

const struct option *
verb_option(const struct verb *verb, const char *name, size_t len)
{
	const struct option *o;

	for (o = verb->options; o->name != NULL; o++)
		if (strlen(o->name) == len && memcmp(o->name, name, len) == 0)
			return o;
	return NULL;
}

static enum word_result
bad(const char *text, const char *message)
{
	fprintf(stderr, "latchkey: %s: %s\n", text, message);
	return WORD_BAD;
}

/* Names the option that was meant, if one is near. */
static enum word_result
unknown_option(const struct verb *verb, const char *text)
{
	const struct option *o;
	struct nearest n;
	char typed[NEAREST_CAP];

	if (str_copy_n(typed, sizeof typed, text, strcspn(text, "=")) != OK)
		return bad(text, "unknown option");
	nearest_begin(&n, typed);
	for (o = verb->options; o->name != NULL; o++)
		nearest_try(&n, o->name);
	if (nearest_word(&n) == NULL)
		return bad(text, "unknown option");
	fprintf(stderr, "latchkey: %s: unknown option; did you mean %s?\n",
	    text, nearest_word(&n));
	return WORD_BAD;
}

static enum word_result
take_option(const struct args *args, struct args_cursor *c, struct word *w)
{
	const char *text = args->argv[c->at++];
	const size_t len = strcspn(text, "=");
	const bool joined = text[len] == '=';

	w->option = verb_option(args->verb, text, len);
	if (w->option == NULL)
		return unknown_option(args->verb, text);
	if (w->option->value == NULL) {
		w->value = "";
		return joined ? bad(text, "takes no value") : WORD;
	}
	if (joined)
		w->value = text + len + 1;
	else if (c->at < args->argc)
		w->value = args->argv[c->at++];
	else
		return bad(text, "needs a value");
	return WORD;
}

static enum word_result
take_word(const struct args *args, struct args_cursor *c, struct word *w)
{
	const char *text;

	if (!c->operands_only && c->at < args->argc &&
	    str_equal(args->argv[c->at], "--")) {
		c->operands_only = true;
		c->at++;
	}
	if (c->at >= args->argc)
		return WORD_END;
	text = args->argv[c->at];
	if (!c->operands_only &&
	    (str_equal(text, "-h") || str_equal(text, "--help")))
		return WORD_HELP;
	if (!c->operands_only && str_equal(text, "--version"))
		return WORD_VERSION;
	/* One dash begins no option: the ids of sessions and grants may. */
	if (!c->operands_only && str_starts(text, "--"))
		return take_option(args, c, w);
	*w = (struct word){.option = NULL, .value = text};
	c->at++;
	return WORD;
}

static unsigned
times_given(const struct args *args, const char *name)
{
	struct args_cursor c = {0};
	unsigned n = 0;

	while (args_next(args, name, &c) != NULL)
		n++;
	return n;
}

/* What the usage calls the second operand; NULL: the verb has at most one. */
static const char *
second_operand(const struct verb *verb)
{
	const char *space =
	    verb->operand != NULL ? strchr(verb->operand, ' ') : NULL;

	return space != NULL ? space + 1 : NULL;
}

/* False if there is no place for it. */
static bool
place_operand(struct args *args, const char *value)
{
	if (args->verb->operand != NULL && args->operand == NULL)
		args->operand = value;
	else if (second_operand(args->verb) != NULL && args->second == NULL)
		args->second = value;
	else
		return false;
	return true;
}

/* What an operand is called where it is asked for; else as in the usage. */
static const struct operand_title {
	const char *noun, *operand, *title;
} operand_titles[] = {
    {"user", "NAME", "User name"},
    {"user", "OLD", "User name"},
    {"user", "NEW", "New user name"},
    {"app-password", "USER", "User name"},
    {"client", "ID", "client_id of the app"},
    {"site", "ORIGIN", "Address of the site (https://...)"},
    {"init", "ISSUER", "Address of the provider (https://...)"},
};

static const char *
operand_title(const struct verb *verb, const char *operand)
{
	const size_t n = sizeof operand_titles / sizeof operand_titles[0];
	const struct operand_title *t = operand_titles;

	for (; t < operand_titles + n; t++)
		if (str_equal(t->noun, verb->noun) &&
		    str_equal(t->operand, operand))
			return t->title;
	return operand;
}

/* Asks for the operand that the usage calls NAME, if there is a terminal; NULL:
 * it is missing, and that has been printed. */
static const char *
ask_operand(const struct verb *verb, const char *name, char asked[ASKED_CAP])
{
	const char *title = operand_title(verb, name);

	if (prompt_possible() && prompt_line(title, asked, ASKED_CAP) == OK &&
	    asked[0] != '\0')
		return asked;
	fprintf(stderr, "latchkey: missing operand %s\n", name);
	return NULL;
}

static bool
find_operands(struct args *args)
{
	const char *second = second_operand(args->verb);
	char first[32];

	if (args->verb->operand == NULL || args->verb->operand_optional)
		return true;
	(void)!str_copy_n(first, sizeof first, args->verb->operand,
	    strcspn(args->verb->operand, " "));
	if (args->operand == NULL)
		args->operand = ask_operand(args->verb, first, args->asked[0]);
	if (args->operand != NULL && second != NULL && args->second == NULL)
		args->second = ask_operand(args->verb, second, args->asked[1]);
	return args->operand != NULL &&
	       (second == NULL || args->second != NULL);
}

static enum args_result
check_options(const struct args *args)
{
	const struct option *o;

	for (o = args->verb->options; o->name != NULL; o++)
		if (!o->repeats && times_given(args, o->name) > 1) {
			bad(o->name, "given more than once");
			return ARGS_BAD;
		}
	return ARGS_OK;
}

enum args_result
args_parse(struct args *args, const struct verb *verb, int argc, char **argv)
{
	struct args_cursor c = {0};
	struct word w;
	enum word_result r;

	*args = (struct args){.verb = verb, .argc = argc, .argv = argv};
	while ((r = take_word(args, &c, &w)) == WORD) {
		if (w.option != NULL)
			continue;
		if (!place_operand(args, w.value)) {
			bad(w.value, "unexpected argument");
			return ARGS_BAD;
		}
	}
	if (r == WORD_HELP)
		return ARGS_HELP;
	if (r == WORD_VERSION)
		return ARGS_VERSION;
	if (r == WORD_BAD || check_options(args) != ARGS_OK)
		return ARGS_BAD;
	return find_operands(args) ? ARGS_OK : ARGS_BAD;
}

const char *
args_next(const struct args *args, const char *name, struct args_cursor *c)
{
	struct word w;

	/* A name no row has is a slip of ours, not of the user's. */
	assert(verb_option(args->verb, name, strlen(name)) != NULL);
	while (take_word(args, c, &w) == WORD)
		if (w.option != NULL && str_equal(w.option->name, name))
			return w.value;
	return NULL;
}

const char *
args_value(const struct args *args, const char *name)
{
	struct args_cursor c = {0};

	return args_next(args, name, &c);
}

bool
args_has(const struct args *args, const char *name)
{
	return args_value(args, name) != NULL;
}

bool
args_any(const struct args *args)
{
	struct args_cursor c = {0};
	struct word w;

	while (take_word(args, &c, &w) == WORD)
		if (w.option != NULL && !str_equal(w.option->name, "--json"))
			return true;
	return false;
}

/* Prints TEXT after a space, on a new line if this one is full. */
static void
put_wrapped(FILE *out, size_t *column, const char *text)
{
	const size_t len = strlen(text);

	if (*column + 1 + len > USAGE_COLUMNS) {
		fprintf(out, "\n%*s", USAGE_INDENT - 1, "");
		*column = USAGE_INDENT - 1;
	}
	fprintf(out, " %s", text);
	*column += 1 + len;
}

void
verb_usage(FILE *out, const struct verb *verb)
{
	const struct option *o;
	char text[USAGE_COLUMNS];
	size_t column;

	column = (size_t)fprintf(out, "latchkey %s", verb->noun);
	if (verb->name != NULL)
		put_wrapped(out, &column, verb->name);
	if (verb->operand != NULL) {
		snprintf(text, sizeof text, "%s%s%s",
		    verb->operand_optional ? "[" : "", verb->operand,
		    verb->operand_optional ? "]" : "");
		put_wrapped(out, &column, text);
	}
	for (o = verb->options; o->name != NULL; o++) {
		snprintf(text, sizeof text, "[%s%s%s]%s", o->name,
		    o->value != NULL ? " " : "",
		    o->value != NULL ? o->value : "", o->repeats ? "..." : "");
		put_wrapped(out, &column, text);
	}
	putc('\n', out);
}
