/*
 * Public keys of others, as JSON Web Keys (RFC 7517, RFC 7518 6, RFC 8037 2):
 * the keys of clients and those that proofs carry. Ed25519; RSA of 2048 to 4096
 * bits with e 65537, for RS256 unless `alg` says PS256; P-256.
 */
#ifndef LK_JOSE_JWK_H
#define LK_JOSE_JWK_H

#include "base/err.h"
#include "jose/public_key.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Reads JWK, in which no name may be twice (JSON_REJECT_DUPLICATES).
 * ERR_FORBIDDEN    it has a member of a private or symmetric key
 * ERR_UNSUPPORTED  another kind of key, another algorithm, or not for
 *                  signatures; or RSA or P-256, and no libcrypto here
 * ERR_SYNTAX       anything else: a value that is missing, not in its one
 *                  spelling or not on the curve; alg, use and key_ops that
 *                  contradict the key or each other
 * On an error K is all zeroes. Members it does not know it ignores, as RFC 7517
 * 4 wants.
 */
enum err jwk_read(struct public_key *k, const json_t *jwk) MUST_CHECK;

/* The same without the question whether the key can be used here, and is a
 * point of its curve (public_key_check): for a key that verifies something at
 * once, and proves nothing before. It loads no libcrypto. */
enum err jwk_read_form(struct public_key *k, const json_t *jwk) MUST_CHECK;

enum { JWK_SET_MAX = 8, JWK_SET_TEXT_MAX = 16384 };

struct jwk_set {
	size_t count;
	struct public_key keys[JWK_SET_MAX];
};

/*
 * Reads a JWK set of LEN bytes. Keys that are ERR_UNSUPPORTED are left out (RFC
 * 7517 5); any other that cannot be read makes the set unreadable, with
 * jwk_read's error. ERR_SYNTAX also for the same key or the same kid twice,
 * ERR_NO_SPACE for more than JWK_SET_TEXT_MAX bytes or JWK_SET_MAX keys,
 * ERR_UNSUPPORTED if none is left. On an error the set is empty.
 */
enum err jwk_set_read(
    struct jwk_set *set, const char *text, size_t len) MUST_CHECK;

/* The same with jwk_read_form: for a set that jwk_set_read has read before. */
enum err jwk_set_read_form(
    struct jwk_set *set, const char *text, size_t len) MUST_CHECK;

/* Leaves in SET the keys for ALG alone. ANY_RSA: every RSA key is for RS256 and
 * for PS256, also if its own `alg` is the other one. */
void jwk_set_limit(struct jwk_set *set, enum jwa alg, bool any_rsa);

#endif
