/*
 * The keys of clients with a jwks_uri (domain/client_keys.h), fetched by
 * libexec/fetch: when the client is registered, and when an assertion comes
 * that the kept keys do not verify, or that are too old to rely on. Nothing
 * here is done in a transaction.
 */
#ifndef LK_PROTOCOL_KEY_FETCH_H
#define LK_PROTOCOL_KEY_FETCH_H

#include "base/err.h"
#include "domain/client_keys.h"
#include "protocol/provider.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Asks for C's keys now. OK; else PROBLEM is a word: of fetch_outcome_name,
 * "status 404", or "private_key" (ERR_FORBIDDEN), "no_jwk_set" (ERR_SYNTAX),
 * "too_many_keys" (ERR_NO_SPACE), "no_usable_key" (ERR_UNSUPPORTED) of what is
 * there. Without an answer, or with another one than 200, ERR_IO.
 */
enum err key_fetch_ask(const struct conf *conf, const struct client *c,
    char jwks[static CLIENT_JWKS_CAP],
    char problem[static CLIENT_KEYS_PROBLEM_CAP]) MUST_CHECK;

/* What is kept of C's keys, fetched again first if they are too old. */
enum err key_fetch_kept(const struct provider *p, const struct client *c,
    int64_t now, struct client_keys *k) MUST_CHECK;

/* K does not verify what C sent: OK, and K is newer, fetched by this call or by
 * another that it waited for; ERR_NOT_FOUND: there is none newer, or it must
 * not be asked for yet. */
enum err key_fetch_newer(const struct provider *p, const struct client *c,
    int64_t now, struct client_keys *k) MUST_CHECK;

#endif
