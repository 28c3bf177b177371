/*
 * All programs of cgi-bin in one file, which has a name for each: then what
 * they have in common is in memory, and on the disk, once. Their sources know
 * nothing of it; the Makefile calls token's main token_main.
 */
#include <stdio.h>
#include <string.h>

#define X(name) int name##_main(void);
LK_PROGRAMS
#undef X

static const struct {
	const char *name;
	int (*main)(void);
} programs[] = {
#define X(name) {#name, name##_main},
    LK_PROGRAMS
#undef X
};

int
main(int argc, char **argv)
{
	const char *path = argc > 0 ? argv[0] : "";
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;

	for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
		if (strcmp(programs[i].name, name) == 0)
			return programs[i].main();
	fprintf(stderr, "latchkey: %s: there is no such program\n", name);
	return 127;
}
