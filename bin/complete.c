#include "complete.h"

#include "admin.h"
#include "base/clock.h"
#include "base/str.h"
#include "domain/recipe.h"
#include "domain/recipe_client.h"
#include "output.h"
#include "stored_names.h"
#include "verbs.h"

#include <string.h>

enum { TYPED_CAP = 1024 };

/* The command line: what comes before the word that is typed, and that word. */
struct complete_line {
	const struct verb *const *nouns;
	const char *dir;
	int argc;
	char **argv;
	const char *word;   /* so far */
	const char *prefix; /* "--option=", which each line begins with */
};

/* What an operand or an option's value is, by what the usage calls it. */
static const struct value_source {
	const char *owner; /* a noun, or an option */
	const char *value; /* NULL: any */
	const char *kind;  /* stored_names.h; NULL: that of the files */
	const char *files;
} value_sources[] = {
    {"user", "NAME", "user", NULL},
    {"user", "OLD", "user", NULL},
    {"client", "ID", "client", NULL},
    {"site", "ORIGIN", "site", NULL},
    {"session", "SID", "session", NULL},
    {"grant", "GRANT_ID", "grant", NULL},
    {"app-password", "USER", "user", NULL},
    {"app-password", "ID", "app-password", NULL},
    {"why", NULL, "user", NULL},
    {"why", NULL, "client", NULL},
    {"--user", NULL, "user", NULL},
    {"--client", NULL, "client", NULL},
    {"--site", NULL, "site", NULL},
    {"--group", NULL, "group", NULL},
    {"--add-group", NULL, "group", NULL},
    {"--remove-group", NULL, "group", NULL},
    {"--app", NULL, "recipe", NULL},
    {NULL, "FILE", NULL, ":files"},
    {NULL, "DIRECTORY", NULL, ":directories"},
    {NULL, "DIR", NULL, ":directories"},
};

enum { VALUE_SOURCES = sizeof value_sources / sizeof value_sources[0] };

/* Values that the usage does not list. */
static const struct value_words {
	const char *value, *words;
} value_words[] = {
    {"ALG", "EdDSA|RS256|HS256"},
    {"GRANT", "authorization_code|refresh_token|client_credentials"},
    {"SCOPE", "openid|profile|email|groups|offline_access"},
};

/* --- what is offered -------------------------------------------------------*/

/* Whether a name can be a line; those of the store may be anything. */
static bool
offer(const struct complete_line *l, const char *text, const char *meaning)
{
	if (!str_starts(text, l->word) || str_has_control(text))
		return true;
	printf("%s%s", l->prefix, text);
	if (meaning != NULL)
		printf("\t%s", meaning);
	putchar('\n');
	return true;
}

static bool
offer_name(void *arg, const char *name)
{
	return offer(arg, name, NULL);
}

static bool
offer_recipe(void *arg, const struct recipe *r, bool own, const char *message)
{
	(void)own, (void)message;
	return r == NULL || offer(arg, r->name, r->title);
}

static void
offer_stored(const struct complete_line *l, const char *kind)
{
	struct admin a = {.dir = conf_dir(l->dir), .now = clock_now()};

	if (admin_become_owner(a.dir) && admin_open(&a) == EXIT_DONE)
		stored_names_each(
		    a.store, kind, offer_name, (void *)(uintptr_t)l);
	admin_close(&a);
}

/* Words with a bar between two. */
static void
offer_words(const struct complete_line *l, const char *words)
{
	char word[64];
	size_t len;

	for (; *words != '\0'; words += words[len] != '\0' ? len + 1 : len) {
		len = strcspn(words, "|");
		if (str_copy_n(word, sizeof word, words, len) == OK)
			offer(l, word, NULL);
	}
}

static void
offer_from(const struct complete_line *l, const struct value_source *s)
{
	if (s->files != NULL)
		puts(s->files);
	else if (str_equal(s->kind, "recipe"))
		recipe_each(
		    conf_dir(l->dir), offer_recipe, (void *)(uintptr_t)l);
	else
		offer_stored(l, s->kind);
}

/* OWNER's VALUE, as the usage calls it. */
static void
offer_value(const struct complete_line *l, const char *owner, const char *value)
{
	const size_t n = sizeof value_words / sizeof value_words[0];
	const struct value_source *s = value_sources;

	if (strchr(value, '|') != NULL && !str_equal(owner, "why")) {
		offer_words(l, value);
		return;
	}
	for (; s < value_sources + VALUE_SOURCES; s++)
		if ((s->owner == NULL || str_equal(s->owner, owner)) &&
		    (s->value == NULL || str_equal(s->value, value)))
			offer_from(l, s);
	for (size_t i = 0; i < n; i++)
		if (str_equal(value_words[i].value, value))
			offer_words(l, value_words[i].words);
}

static void
offer_nouns(const struct complete_line *l)
{
	const struct verb *const *n;

	for (n = l->nouns; *n != NULL; n++)
		offer(l, (*n)->noun, (*n)->name == NULL ? (*n)->summary : NULL);
}

static void
offer_verbs(const struct complete_line *l, const struct verb *verbs)
{
	for (; verbs->noun != NULL; verbs++)
		offer(l, verbs->name, verbs->summary);
}

/* --- where the line is -----------------------------------------------------*/

static bool
was_given(const struct complete_line *l, const char *option)
{
	const size_t len = strlen(option);

	for (int i = 0; i < l->argc; i++)
		if (strncmp(l->argv[i], option, len) == 0 &&
		    (l->argv[i][len] == '\0' || l->argv[i][len] == '='))
			return true;
	return false;
}

static void
offer_options(const struct complete_line *l, const struct verb *verb)
{
	const struct option *o;

	for (o = verb->options; o->name != NULL; o++)
		if (o->repeats || !was_given(l, o->name))
			offer(l, o->name, NULL);
	offer(l, "--help", NULL);
}

/* The option whose value the word is, or NULL. With "--option=" the word is
 * what comes after it. TYPED is room for "--option=". */
static const struct option *
option_of_value(
    struct complete_line *l, const struct verb *verb, char typed[TYPED_CAP])
{
	const size_t len = strcspn(l->word, "=");
	const struct option *o = NULL;

	if (str_starts(l->word, "--") && l->word[len] == '=') {
		o = verb_option(verb, l->word, len);
		if (str_copy_n(typed, TYPED_CAP, l->word, len + 1) != OK)
			return NULL;
		l->prefix = typed;
		l->word += len + 1;
	} else if (l->argc > 0) {
		o = verb_option(
		    verb, l->argv[l->argc - 1], strlen(l->argv[l->argc - 1]));
	}
	return o != NULL && o->value != NULL ? o : NULL;
}

/* How many operands come before the word. */
static int
operands_before(const struct complete_line *l, const struct verb *verb)
{
	const struct option *o;
	int n = 0;

	for (int i = 0; i < l->argc; i++) {
		if (!str_starts(l->argv[i], "--")) {
			n++;
			continue;
		}
		o = verb_option(verb, l->argv[i], strlen(l->argv[i]));
		if (o != NULL && o->value != NULL)
			i++;
	}
	return n;
}

static void
offer_help(const struct complete_line *l)
{
	const struct verb *noun =
	    l->argc > 0 ? verbs_noun(l->nouns, l->argv[0]) : NULL;

	if (l->argc == 0)
		offer_nouns(l);
	else if (l->argc == 1 && noun != NULL && noun->name != NULL)
		offer_verbs(l, noun);
}

/* The line is after VERB now. */
static void
offer_after(struct complete_line *l, const struct verb *verb)
{
	char typed[TYPED_CAP], operand[64];
	const struct option *o = option_of_value(l, verb, typed);

	if (o != NULL) {
		offer_value(l, o->name, o->value);
	} else if (str_equal(verb->noun, "help")) {
		offer_help(l);
	} else if (l->word[0] == '-') {
		offer_options(l, verb);
	} else if (verb->operand != NULL && operands_before(l, verb) == 0) {
		/* What is added has a new name. */
		const bool is_new = verb->name != NULL &&
				    str_equal(verb->name, "add") &&
				    !str_equal(verb->noun, "app-password");

		if (!is_new &&
		    str_copy_n(operand, sizeof operand, verb->operand,
			strcspn(verb->operand, " ")) == OK)
			offer_value(l, verb->noun, operand);
	}
}

/* Takes N words from the beginning of the line. */
static void
skip_words(struct complete_line *l, int n)
{
	l->argc -= n;
	l->argv += n;
}

/* Takes -d DIR from the beginning; false: DIR is what is typed. */
static bool
skip_directory(struct complete_line *l)
{
	while (l->argc > 0 && str_starts(l->argv[0], "-d")) {
		const bool is_apart = l->argv[0][2] == '\0';

		if (is_apart && l->argc == 1)
			return false;
		l->dir = is_apart ? l->argv[1] : l->argv[0] + 2;
		skip_words(l, is_apart ? 2 : 1);
	}
	return true;
}

static void
offer_words_of_line(struct complete_line *l)
{
	const struct verb *noun, *verb;

	if (!skip_directory(l)) {
		puts(":directories");
		return;
	}
	if (l->argc == 0) {
		if (l->word[0] == '-')
			offer_words(l, "-d|--help|--version");
		else
			offer_nouns(l);
		return;
	}
	noun = verbs_noun(l->nouns, l->argv[0]);
	if (noun == NULL)
		return;
	skip_words(l, 1);
	verb = noun;
	if (noun->name != NULL && l->argc == 0) {
		offer_verbs(l, noun);
		return;
	}
	if (noun->name != NULL) {
		verb = verbs_find(noun, l->argv[0]);
		skip_words(l, 1);
	}
	if (verb != NULL)
		offer_after(l, verb);
}

int
complete_words(
    const char *dir, const struct verb *const *nouns, int argc, char **argv)
{
	struct complete_line l = {.nouns = nouns, .dir = dir, .prefix = ""};

	if (argc > 0 && str_equal(argv[0], "--")) {
		argc--;
		argv++;
	}
	if (argc == 0)
		return admin_misused("complete: for the shells' completion");
	l.argc = argc - 1;
	l.argv = argv;
	l.word = argv[argc - 1];
	offer_words_of_line(&l);
	return output_finish();
}
