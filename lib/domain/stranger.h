/*
 * Apps that register themselves (RFC 7591) and change their own registration
 * (RFC 7592): their ids, their tokens for that, how many there may be, and what
 * each change leaves in the audit. What they may say of themselves is in
 * domain/client_metadata.h.
 *
 * One that no person has allowed within STRANGER_UNUSED_S goes by itself; one
 * that no person has used for STRANGER_ABANDONED_S goes as soon as there is
 * anything to do with another. One that an administrator has changed stays.
 */
#ifndef LK_DOMAIN_STRANGER_H
#define LK_DOMAIN_STRANGER_H

#include "base/err.h"
#include "base/secret.h"
#include "domain/audit.h"
#include "domain/client.h"
#include "domain/registration_token.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	STRANGERS_MAX = 500,
	STRANGER_UNUSED_S = 7 * 86400,
	STRANGER_ABANDONED_S = 90 * 86400,
	STRANGER_ACCESS_LEN = 32,
	STRANGER_ACCESS_CAP = BASE64URL_CAP(STRANGER_ACCESS_LEN)
};

/* Makes C, which has been read from metadata, an app that registered itself at
 * NOW: it gets an id, and ACCESS, its registration access token, which is
 * nowhere else; the caller wipes that. */
void stranger_make(
    struct client *c, char access[static STRANGER_ACCESS_CAP], int64_t now);

/* Whether ACCESS is the registration access token of C, in constant time. */
bool stranger_is_proven(const struct client *c, const char *access);

/* C becomes what it SAID of itself last; but it may ask for no more than
 * before, and what an administrator has set stays. */
void stranger_take(struct client *c, const struct client *said);

/* A person uses C, which is there: allows it, or it refreshes its tokens for
 * them. That is noted once a day, and then those go that are over. */
enum err stranger_use(
    struct store_txn *t, const struct client *c, int64_t now) MUST_CHECK;

/* Removes those that are over, and all that they were granted, each with its
 * line of the audit. */
enum err strangers_tidy(struct store_txn *t, int64_t now) MUST_CHECK;

/* Whether there is room for one more of them. */
bool strangers_have_room(struct store_txn *t);

/* Each with its line of the audit. TOKEN is what it registered with. */
enum err stranger_add(struct store_txn *t, struct client *c,
    const struct registration_token *token, const struct change *by) MUST_CHECK;
enum err stranger_put(
    struct store_txn *t, struct client *c, const struct change *by) MUST_CHECK;
enum err stranger_remove(struct store_txn *t, const char *client_id,
    const struct change *by) MUST_CHECK;

#endif
