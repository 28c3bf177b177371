/*
 * `latchkey check`: what it looks at, a file for each place it looks; and how
 * what it finds is told.
 */
#ifndef LK_BIN_CHECK_H
#define LK_BIN_CHECK_H

#include "admin.h"
#include "domain/client.h"
#include "domain/site.h"

#include <jansson.h>
#include <stdbool.h>

enum check_level { CHECK_OK, CHECK_WARNING, CHECK_ERROR, CHECK_LEVELS };

/* Why it matters, and what to do. */
struct check_advice {
	const char *why, *remedy;
};

struct checking {
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
void check_found(struct checking *c, enum check_level level,
    const struct check_advice *advice, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* How many findings are of LEVEL. */
unsigned check_count(const struct checking *c, enum check_level level);

/* The data directory: owner, permissions, disk. False: there is none. */
bool check_files(struct checking *c);

/* The sockets of the programs, if they are in DIR. */
void check_sockets(struct checking *c, const char *dir);

/* The settings. False: the settings cannot be read. */
bool check_settings(struct checking *c);

/* The store, the secret key, keys and clients in it, the clock. False: it
 * cannot be read. */
bool check_store(struct checking *c);

/* People, for the walk through the store. */
void check_people(struct checking *c, struct store_txn *t);

/* Programs that have files open which are no longer those of the store. */
void check_held(struct checking *c);

/* A site's rules, for the walk through the store; ARG is the checking. */
bool check_site(void *arg, const struct site *s);

/* The provider, through its public address. */
void check_web(struct checking *c);

/* The sites, as a stranger's browser sees them. */
void check_gate(struct checking *c);

#endif
