/*
 * Looks at the store that a data directory names, as it is, writes to it, looks
 * again:
 *
 *	sound DIR
 *
 * Says what is wrong and fails, or says nothing.
 */
#include "base/clock.h"
#include "base/secret.h"
#include "invariants.h"
#include "protocol/provider.h"

#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
	char message[512] = "";
	static struct provider p;
	const char *broken;

	if (argc != 2 || secret_init() != OK)
		return EXIT_FAILURE;
	if (provider_open(&p, argv[1], 0, message, sizeof message) != OK) {
		fprintf(stderr, "sound: %s\n", message);
		return EXIT_FAILURE;
	}
	broken = invariants_broken(p.store);
	if (broken == NULL)
		broken = invariants_broken_by_write(p.store, clock_now());
	provider_close(&p);
	if (broken != NULL)
		fprintf(stderr, "sound: %s\n", broken);
	return broken == NULL ? EXIT_SUCCESS : EXIT_FAILURE;
}
