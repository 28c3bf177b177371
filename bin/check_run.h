/* A run of `latchkey check`: what it is given, and the findings it reports. */
#ifndef LK_BIN_CHECK_RUN_H
#define LK_BIN_CHECK_RUN_H

#include "admin.h"
#include "domain/client.h"

#include <jansson.h>

/* A note is of what is not wrong and could be better. */
enum check_level {
	CHECK_OK,
	CHECK_NOTE,
	CHECK_WARNING,
	CHECK_ERROR,
	CHECK_LEVELS
};

/* Why it matters, and what to do. */
struct check_advice {
	const char *why, *remedy;
};

struct check_run {
	struct admin *a;
	const struct args *args;
	json_t *findings;
	/* Of each site, by its origin, paths that strangers may not pass by,
	 * and whether people who sign in may: {"https://...": {"/": true}}. */
	json_t *sites;
	/* An app that people can be sent here by, if there is one. */
	char client_id[CLIENT_ID_CAP], redirect_uri[URI_CAP];
};

/* Adds a finding; for what is well ADVICE may be NULL. */
void check_found(struct check_run *c, enum check_level level,
    const struct check_advice *advice, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* How many findings are of LEVEL. */
unsigned check_count(const struct check_run *c, enum check_level level);

#endif
