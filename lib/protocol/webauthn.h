/*
 * What an authenticator and the browser say at the registration of a passkey
 * and at each use of it, and whether it is good (WebAuthn 7.1, 7.2; attestation
 * is not looked at). Nothing here knows a store, a person or a clock.
 */
#ifndef LK_PROTOCOL_WEBAUTHN_H
#define LK_PROTOCOL_WEBAUTHN_H

#include "base/err.h"
#include "base/issuer.h"
#include "base/reason.h"
#include "domain/passkey.h"
#include "jose/public_key.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	WEBAUTHN_CHALLENGE_LEN = 32,
	WEBAUTHN_CLIENT_DATA_MAX = 4096,
	WEBAUTHN_AUTH_DATA_MAX = 2048,
	WEBAUTHN_ATTESTATION_MAX = 8192,
	WEBAUTHN_SIGNATURE_MAX = SIGNATURE_MAX,
	WEBAUTHN_HASH_LEN = 32 /* SHA-256 */
};

/* Bytes as they were sent; borrowed. */
struct webauthn_bytes {
	const uint8_t *bytes;
	size_t len;
};

/*
 * The relying party's id of ISSUER: its host. False if browsers know no
 * passkeys there, because the host is an address.
 */
bool webauthn_rp_id(char rp_id[static ISSUER_CAP], const char *issuer);

/* What the browser says it was asked. */
struct webauthn_client_data {
	uint8_t challenge[WEBAUTHN_CHALLENGE_LEN];
	uint8_t hash[WEBAUTHN_HASH_LEN]; /* of all of it */
};

/*
 * Reads clientDataJSON, which must be of TYPE ("webauthn.get") and from a page
 * of ISSUER's origin itself. The challenge is only read: the caller knows
 * which are good. ERR_ACCESS_DENIED, with REASON_PASSKEY_MALFORMED or
 * REASON_PASSKEY_ORIGIN.
 */
enum err webauthn_client_data_read(struct webauthn_client_data *d,
    const struct webauthn_bytes *json, const char *type, const char *issuer,
    enum reason *reason) MUST_CHECK;

struct webauthn_registration {
	uint8_t id[PASSKEY_ID_MAX];
	size_t id_len;
	uint8_t aaguid[PASSKEY_AAGUID_LEN];
	struct public_key key;
	unsigned flags; /* domain/passkey.h */
	uint32_t count;
};

/*
 * Reads an attestation object. ERR_ACCESS_DENIED, with
 * REASON_PASSKEY_MALFORMED, REASON_PASSKEY_ORIGIN (made for another host),
 * REASON_PASSKEY_NOT_PRESENT or REASON_PASSKEY_ALGORITHM.
 */
enum err webauthn_register(struct webauthn_registration *r,
    const struct webauthn_bytes *attestation, const char *issuer,
    enum reason *reason) MUST_CHECK;

struct webauthn_assertion {
	unsigned flags;
	uint32_t count;
};

/*
 * Checks a use: AUTH_DATA for ISSUER's host, signed with D by KEY.
 * ERR_ACCESS_DENIED, with a reason as above or REASON_PASSKEY_SIGNATURE.
 */
enum err webauthn_verify(struct webauthn_assertion *a,
    const struct public_key *key, const struct webauthn_client_data *d,
    const struct webauthn_bytes *auth_data,
    const struct webauthn_bytes *signature, const char *issuer,
    enum reason *reason) MUST_CHECK;

#endif
