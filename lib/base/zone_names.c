#include "base/zone_names.h"

#include "base/file.h"
#include "base/zone.h"

#include <stdlib.h>
#include <string.h>

/* What is behind COUNT tabs in LINE; NULL: there are fewer. */
static char *
column(char *line, int count)
{
	while (count-- > 0)
		if ((line = strchr(line, '\t')) == NULL)
			return NULL;
		else
			line++;
	return line;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void
zone_names_parse(struct zone_names *z, size_t len)
{
	char *line = z->text, *end, *name;

	z->count = 0;
	z->text[len < ZONE_NAMES_BYTES ? len : ZONE_NAMES_BYTES - 1] = '\0';
	for (; line != NULL; line = end != NULL ? end + 1 : NULL) {
		end = strchr(line, '\n');
		if (end != NULL)
			*end = '\0';
		name = line[0] != '#' ? column(line, 2) : NULL;
		if (name == NULL || z->count == ZONE_NAMES_MAX)
			continue;
		name[strcspn(name, "\t")] = '\0';
		if (zone_name_valid(name))
			z->name[z->count++] = name;
	}
	qsort(z->name, z->count, sizeof *z->name, compare_names);
}

enum err
zone_names_read(struct zone_names *z)
{
	size_t len = 0;
	enum err e = file_read("/usr/share/zoneinfo/zone.tab", 0022, z->text,
	    sizeof z->text - 1, &len);

	zone_names_parse(z, e == OK ? len : 0);
	return e;
}
