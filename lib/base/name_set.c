#include "base/name_set.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

static int
order_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

bool
name_set_add(struct name_set *set, const char *name)
{
	char *copy = strdup(name);
	char *const *node = NULL;

	if (copy != NULL)
		node = tsearch(copy, &set->root, order_names);
	if (node == NULL)
		set->no_memory = true;
	if (node == NULL || *node != copy)
		free(copy);
	return node == NULL || *node == copy;
}

bool
name_set_has(const struct name_set *set, const char *name)
{
	return tfind(name, &set->root, order_names) != NULL;
}

bool
name_set_remove(struct name_set *set, const char *name)
{
	char *const *node = tfind(name, &set->root, order_names);
	char *found = node != NULL ? *node : NULL;

	if (found == NULL)
		return false;
	tdelete(name, &set->root, order_names);
	free(found);
	return true;
}

const char *
name_set_any(const struct name_set *set)
{
	return set->root != NULL ? *(char *const *)set->root : NULL;
}

void
name_set_free(struct name_set *set)
{
	const char *name;

	while ((name = name_set_any(set)) != NULL)
		name_set_remove(set, name);
}
