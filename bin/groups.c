#include "groups.h"

#include "base/names.h"
#include "domain/user.h"

#include <stdio.h>

struct search {
	const char *group;
	bool found;
};

static bool
has_group(void *arg, const void *record)
{
	const struct user *u = record;
	struct search *s = arg;

	s->found = names_has(u->groups, s->group);
	return !s->found;
}

static enum err
search_step(struct store_txn *t, void *arg)
{
	struct search *s = arg;

	s->found = false;
	user_each(t, has_group, s);
	return store_failed(t);
}

void
groups_warn_of_empty(const struct admin *a, const char *groups)
{
	char name[GROUP_NAME_CAP];
	struct search s = {.group = name};

	while (names_next(&groups, name, sizeof name))
		if (store_read(a->store, search_step, &s) == OK && !s.found)
			fprintf(stderr,
			    "latchkey: warning: no person is in the group "
			    "'%s'\n",
			    name);
}
