/* What is good only once: the ids of assertions that were used. */
#ifndef LK_DOMAIN_REPLAY_H
#define LK_DOMAIN_REPLAY_H

#include "base/err.h"
#include "base/secret.h"
#include "store/store.h"

#include <stdint.h>

/* Remembers ID, a hash of what was used and who by, until EXPIRES_AT. OK, or
 * ERR_EXISTS: it was used before. */
enum err replay_note(struct store_txn *t, const uint8_t id[static HASH_LEN],
    int64_t expires_at) MUST_CHECK;

#endif
