/* The signature algorithms (RFC 7518 3.1, RFC 8037 3.1). */
#ifndef LK_JOSE_JWA_H
#define LK_JOSE_JWA_H

enum jwa { JWA_EDDSA, JWA_RS256, JWA_HS256, JWA_COUNT };

/* "EdDSA" (never "Ed25519": clients fail on that), "RS256", "HS256". */
const char *jwa_name(enum jwa alg);

/* JWA_COUNT if there is no such one. */
enum jwa jwa_from_name(const char *name);

/*
 * The algorithm that signs the access tokens of a client of ALG: ALG itself,
 * except for HS256, whose secret no resource server has. Then it is that of
 * the setting DEFAULT_ALG; if that is HS256 too, EdDSA.
 */
enum jwa jwa_of_access_tokens(enum jwa alg, const char *default_alg);

#endif
