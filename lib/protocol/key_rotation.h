/*
 * The provider's signing keys: the first ones are made, and later ones take
 * their place. Private halves are files of DIR/keys; none is read here.
 */
#ifndef LK_PROTOCOL_KEY_ROTATION_H
#define LK_PROTOCOL_KEY_ROTATION_H

#include "base/err.h"
#include "domain/audit.h"
#include "domain/conf.h"
#include "domain/host.h"
#include "domain/signkey.h"
#include "jose/jwa.h"
#include "store/store.h"

#include <stdbool.h>

/* Makes an active and a next key of ALG (EdDSA or RS256) unless there are some;
 * only the next one where other hosts share the store, which do not have it
 * yet. ERR_UNSUPPORTED: RS256 needs libcrypto, which is not here. */
enum err keys_ensure(struct store *s, const char *dir, enum jwa alg,
    const struct change *c) MUST_CHECK;

/* For how long keys that sign no more are published, and kept. */
struct retirement keys_retirement(const struct conf *conf);

/* Why keys are not rotated now, unless they must be. */
enum key_obstacle {
	KEY_OBSTACLE_NONE,
	/* The active key would leave the JWKS too early, by as much. */
	KEY_OBSTACLE_CLOCK,
	/* The key that would sign is one that apps may not have fetched yet. */
	KEY_OBSTACLE_YOUNG,
	/* Or one that a host does not have, of several that share the store
	 * (keys_find_lack). */
	KEY_OBSTACLE_HOSTS
};

/* A host that does not have a key that is to sign: names the two.
 * ERR_NOT_FOUND: there is none. */
struct key_lack {
	char host[HOST_NAME_CAP], kid[KID_CAP];
};
enum err keys_find_lack(struct store *s, const struct conf *conf, int64_t now,
    struct key_lack *lack) MUST_CHECK;

/*
 * The next key becomes active, and a new one next: those of ALG, or with
 * JWA_COUNT of each algorithm that has keys. The first keys of ALG are made as
 * by keys_ensure. Private halves that will sign no more are removed. With
 * AT_ONCE only KEY_OBSTACLE_HOSTS is in the way; else *OBSTACLE says what is,
 * and nothing has changed (ERR_TEMPORARILY_UNAVAILABLE).
 */
enum err keys_rotate(struct store *s, const struct conf *conf, enum jwa alg,
    bool at_once, const struct change *c,
    enum key_obstacle *obstacle) MUST_CHECK;

#endif
