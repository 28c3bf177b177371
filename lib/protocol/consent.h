/*
 * Consent: what a person lets an app have. Remembered scope by scope, so that
 * an app which later asks for more asks only then.
 */
#ifndef LK_PROTOCOL_CONSENT_H
#define LK_PROTOCOL_CONSENT_H

#include "base/err.h"
#include "domain/client.h"
#include "domain/consent.h"
#include "domain/scope.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

/* The scopes that cannot be unticked: without openid there is no sign-in. */
bool consent_is_required(const char *scope);

/*
 * Whether the person has answered for every scope of REQUESTED before, and has
 * allowed the APIs among RESOURCES. If so, GRANTED is what they said yes to. A
 * `trusted` client has every scope granted, and the APIs that its tokens are
 * for anyway.
 * REMEMBERED gets what is known, for the page to tick.
 */
bool consent_settled(struct store_txn *t, const struct client *c,
    const uint8_t user_id[static USER_ID_LEN], const char *requested,
    const char *resources, char granted[static SCOPE_CAP],
    struct consent *remembered);

/*
 * The person says yes, with TICKED among the optional scopes of REQUESTED, and
 * to RESOURCES: remembered, and GRANTED is what the app gets. ERR_ACCESS_DENIED
 * if that is nothing.
 */
enum err consent_give(struct store_txn *t, const struct client *c,
    const uint8_t user_id[static USER_ID_LEN], const char *requested,
    const char *ticked, const char *resources, int64_t now,
    char granted[static SCOPE_CAP]) MUST_CHECK;

#endif
