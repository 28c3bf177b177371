/* The signature algorithms (RFC 7518 3.1, RFC 8037 3.1). */
#ifndef LK_JOSE_JWA_H
#define LK_JOSE_JWA_H

/*
 * ES256 and PS256 are only verified: the tokens of others may have them. No
 * client is known that takes nothing else, and some fail on ID tokens that have
 * one of them.
 */
enum jwa {
	JWA_EDDSA,
	JWA_RS256,
	JWA_HS256,
	JWA_ISSUED, /* those before it sign our tokens */
	JWA_ES256 = JWA_ISSUED,
	JWA_PS256, /* of the same keys as RS256 */
	JWA_COUNT
};

/* "EdDSA" (never "Ed25519": clients fail on that), "RS256", "HS256", "ES256",
 * "PS256". */
const char *jwa_name(enum jwa alg);

/* JWA_COUNT if there is no such one. */
enum jwa jwa_from_name(const char *name);

/* The same of what others made, which may say "Ed25519" (RFC 9864 2.2). */
enum jwa jwa_of_others(const char *name);

/* The same for algorithms that sign our tokens: those that keys, clients and
 * settings may have. */
enum jwa jwa_issued_from_name(const char *name);

#endif
