/*
 * An app that redeems codes and never succeeds: it refuses our tokens, for
 * their algorithm, the clock or the spelling of the issuer, and sends the
 * person to sign in again. It has no way to tell us, and often no log.
 */
#ifndef LK_PROTOCOL_UNUSED_CODES_H
#define LK_PROTOCOL_UNUSED_CODES_H

#include "domain/family.h"
#include "protocol/provider.h"

#include <stdbool.h>
#include <stdint.h>

/* Whose a family is that a code has begun. */
struct unused_codes {
	bool begun;
	uint8_t user_id[USER_ID_LEN], sid[SID_LEN];
};

void unused_codes_begin(struct unused_codes *c, const struct family *f);

/* Whether that was the third of CLIENT_ID in the same session within two
 * minutes, and none of them was refreshed or used at userinfo. Reads the store
 * after all is done, and writes nothing. */
bool unused_codes_are(const struct provider *p, const struct unused_codes *c,
    const char *client_id, int64_t now);

#endif
