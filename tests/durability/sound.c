/*
 * Looks at the store of a data directory as it is, writes to it, looks again:
 *
 *	sound DIR
 *
 * Says what is wrong and fails, or says nothing.
 */
#include "base/clock.h"
#include "base/secret.h"
#include "invariants.h"

#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
	char path[512], message[512] = "";
	struct store *s = NULL;
	const char *broken;

	if (argc != 2 || secret_init() != OK)
		return EXIT_FAILURE;
	snprintf(path, sizeof path, "%s/store", argv[1]);
	if (store_open(&s, &(struct store_settings){.dir = path}, message,
		sizeof message) != OK) {
		fprintf(stderr, "sound: %s\n", message);
		return EXIT_FAILURE;
	}
	broken = invariants_broken(s);
	if (broken == NULL)
		broken = invariants_broken_by_write(s, clock_now());
	store_close(&s);
	if (broken != NULL)
		fprintf(stderr, "sound: %s\n", broken);
	return broken == NULL ? EXIT_SUCCESS : EXIT_FAILURE;
}
