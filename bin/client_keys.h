/* The public keys of an app, as `client add` and `client set` are given them:
 * in a file (--jwks), or at an address of the app's own (--jwks-uri). */
#ifndef LK_BIN_CLIENT_KEYS_H
#define LK_BIN_CLIENT_KEYS_H

#include "admin.h"
#include "base/err.h"
#include "domain/client_keys.h"
#include "options.h"

#include <stdbool.h>

struct given_keys {
	char jwks[CLIENT_JWKS_CAP];    /* of the file; "": none is given */
	char uri[URI_CAP];             /* "": none is given */
	char fetched[CLIENT_JWKS_CAP]; /* from there; "": nothing as yet */
};

/* Reads what ARGS name; an address is asked. That nothing is there as yet is a
 * warning, for the app may be set up later; that something else is there than
 * an app's public keys is refused. */
enum err given_keys_read(struct given_keys *g, const struct admin *a,
    const struct args *args, struct refusal *r) MUST_CHECK;

/* Gives them to C, in place of others; in a step. */
enum err given_keys_take(
    const struct given_keys *g, struct client *c) MUST_CHECK;

/* Keeps what was fetched, once C is put. */
enum err given_keys_keep(struct store_txn *t, const struct given_keys *g,
    const struct client *c, int64_t now) MUST_CHECK;

/* What a word of client_keys.problem means, for people. */
const char *client_keys_sentence(const char *problem);

#endif
