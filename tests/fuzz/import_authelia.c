/* Of any file: each person of it is whole, in the order of its lines, and what
 * cannot be used of it is told. */
#include "import_source.h"

#include "fuzz.h"

#include <string.h>

enum { TEXT_MAX = 511, GROUPS_MAX = 4095, PEOPLE_MAX = 100 };

struct people {
	size_t count;
	unsigned line;
};

static bool
take_one(void *arg, const struct import_person *p)
{
	struct people *all = arg;
	const char *const texts[] = {p->name, p->hash, p->display,
	    p->given_name, p->family_name, p->email, p->language, p->zoneinfo};

	PROMISE(p->line >= all->line && p->line > 0);
	all->line = p->line;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		PROMISE(strlen(texts[i]) <= TEXT_MAX);
	PROMISE(strlen(p->groups) <= GROUPS_MAX);
	PROMISE(p->group_ends[0] != '\0');
	return ++all->count < PEOPLE_MAX;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = malloc(len + 1), message[IMPORT_MESSAGE_CAP];
	struct people all = {0};
	bool good;

	if (text == NULL)
		return 0;
	if (len > 0)
		memcpy(text, bytes, len);
	text[len] = '\0';
	good = import_authelia(text, len, take_one, &all, message);
	PROMISE(strlen(message) < sizeof message);
	PROMISE(good == (message[0] == '\0' && all.count < PEOPLE_MAX));
	free(text);
	return 0;
}
