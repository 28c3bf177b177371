#include "verbs.h"

#include "base/nearest.h"
#include "base/str.h"

/* A noun has the first of these verbs that it has. */
static const struct alias {
	const char *name, *verb;
} aliases[] = {
    {"ls", "list"},
    {"rm", "del"},
    {"delete", "del"},
    {"remove", "del"},
    {"rm", "end"},
    {"delete", "end"},
    {"remove", "end"},
};

enum { ALIASES = sizeof aliases / sizeof aliases[0] };

const struct verb *
verbs_noun(const struct verb *const *nouns, const char *name)
{
	for (; *nouns != NULL; nouns++)
		if (str_equal((*nouns)->noun, name))
			return *nouns;
	return NULL;
}

static const struct verb *
find_by_own_name(const struct verb *verbs, const char *name)
{
	for (; verbs->noun != NULL; verbs++)
		if (str_equal(verbs->name, name))
			return verbs;
	return NULL;
}

const struct verb *
verbs_find(const struct verb *verbs, const char *name)
{
	const struct verb *found = find_by_own_name(verbs, name);

	for (size_t i = 0; i < ALIASES && found == NULL; i++)
		if (str_equal(aliases[i].name, name))
			found = find_by_own_name(verbs, aliases[i].verb);
	return found;
}

static void
tell_meant(const struct nearest *n, const char *noun)
{
	const char *space = noun != NULL ? " " : "";

	noun = noun != NULL ? noun : "";
	fprintf(
	    stderr, "latchkey: %s%s%s: unknown verb", noun, space, n->typed);
	if (nearest_word(n) != NULL)
		fprintf(stderr, "; did you mean `%s%s%s`?", noun, space,
		    nearest_word(n));
	putc('\n', stderr);
}

void
verbs_unknown_noun(const struct verb *const *nouns, const char *name)
{
	struct nearest n;

	nearest_begin(&n, name);
	for (; *nouns != NULL; nouns++)
		nearest_try(&n, (*nouns)->noun);
	tell_meant(&n, NULL);
}

void
verbs_unknown(const struct verb *verbs, const char *name)
{
	const char *noun = verbs->noun;
	struct nearest n;

	nearest_begin(&n, name);
	for (; verbs->noun != NULL; verbs++)
		nearest_try(&n, verbs->name);
	tell_meant(&n, noun);
}
