#include "options.h"

#include "base/str.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

enum { USAGE_COLUMNS = 80, USAGE_INDENT = 8 };

/* One option with its value, or an operand. */
struct word {
	const struct option *option; /* NULL: an operand */
	const char *value;
};

enum word_result { WORD, WORD_END, WORD_HELP, WORD_BAD };

static const struct option *
find_option(const struct verb *verb, const char *name, size_t len)
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

static enum word_result
take_option(const struct args *args, struct args_cursor *c, struct word *w)
{
	const char *text = args->argv[c->at++];
	const size_t len = strcspn(text, "=");
	const bool joined = text[len] == '=';

	w->option = find_option(args->verb, text, len);
	if (w->option == NULL)
		return bad(text, "unknown option");
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

static enum args_result
check_operands(const struct args *args)
{
	const struct option *o;

	for (o = args->verb->options; o->name != NULL; o++)
		if (!o->repeats && times_given(args, o->name) > 1) {
			bad(o->name, "given more than once");
			return ARGS_BAD;
		}
	if (args->verb->operand != NULL && args->operand == NULL &&
	    !args->verb->operand_optional) {
		fprintf(stderr, "latchkey: missing operand %s\n",
		    args->verb->operand);
		return ARGS_BAD;
	}
	if (second_operand(args->verb) != NULL && args->second == NULL) {
		fprintf(stderr, "latchkey: missing operand %s\n",
		    second_operand(args->verb));
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
	return r == WORD_BAD ? ARGS_BAD : check_operands(args);
}

const char *
args_next(const struct args *args, const char *name, struct args_cursor *c)
{
	struct word w;

	/* A name no row has is a slip of ours, not of the user's. */
	assert(find_option(args->verb, name, strlen(name)) != NULL);
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
