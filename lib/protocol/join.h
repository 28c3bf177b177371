/*
 * A one-time link in a person's hands (domain/link.h): looked at as often as
 * anybody likes, and spent in the transaction that sets the password, or adds
 * the passkey that the person has instead.
 */
#ifndef LK_PROTOCOL_JOIN_H
#define LK_PROTOCOL_JOIN_H

#include "base/err.h"
#include "base/reason.h"
#include "domain/link.h"
#include "domain/password.h"
#include "domain/user.h"
#include "protocol/passkey_register.h"
#include "protocol/proof.h"
#include "protocol/provider.h"

#include <stdbool.h>
#include <stdint.h>

/* The link and its person; zeroes if the link is unknown. */
struct join {
	struct link link;
	struct user user;
	bool takes_passkey; /* in place of a password */
};

/* Finds whose link TEXT is: OK, or ERR_FORBIDDEN because of *REASON. J is
 * filled in either way, if the link is known. */
enum err join_look(const struct provider *p, const char *text, int64_t now,
    struct join *j, enum reason *reason) MUST_CHECK;

/*
 * Spends the link TEXT, which may have been spent since it was looked at: its
 * person has the password H from now on, and is signed out everywhere. PROOF
 * is of that password. As join_look.
 */
enum err join_set_password(const struct provider *p, const char *text,
    const struct password_hash *h, const char *address, int64_t now,
    struct proof *proof, enum reason *reason) MUST_CHECK;

/*
 * The same with the passkey N, which must do alone: the person has it and no
 * password from now on. ERR_ACCESS_DENIED also as passkey_give, the link
 * being good as before, and with REASON_FACTOR_REQUIRED: the person has a
 * second factor, which the link leaves alone, and a passkey that does alone
 * would go around it.
 */
enum err join_set_passkey(const struct provider *p, const char *text,
    const struct passkey_new *n, const char *address, int64_t now,
    struct proof *proof, enum reason *reason) MUST_CHECK;

void join_wipe(struct join *j);

#endif
