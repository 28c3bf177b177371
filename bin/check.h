/* `latchkey check`: what it looks at, a file for each place it looks. */
#ifndef LK_BIN_CHECK_H
#define LK_BIN_CHECK_H

#include "checking.h"
#include "domain/site.h"
#include "store/store.h"

#include <stdbool.h>

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
bool check_site(void *arg, const void *record);

/* The provider, through its public address. */
void check_web(struct checking *c);

/* The sites, as a stranger's browser sees them. */
void check_gate(struct checking *c);

#endif
