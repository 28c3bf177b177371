/*
 * Authorization requests that wait for a person: pushed by a client (RFC 9126),
 * or signed by it in an object that a browser brought (RFC 9101). From then on
 * the browser brings the request_uri alone.
 *
 * A request_uri is an opaque token, which names the record of its request. It
 * is good for a short time, until a browser comes with it; from then on for as
 * long as a person may take to sign in, and until a code is issued. Opening the
 * page spends nothing, so that it can be loaded again; and a button that is
 * pressed twice gives another code, because the browser drops the first answer.
 * The store has neither the request_uri nor, in the clear, what was pushed: a
 * request may name a person.
 *
 * A signed object that comes by way of the browser was opened when it came. It
 * has one record, however often it comes, and is not spent: it is as good as
 * what it asks for.
 */
#ifndef LK_DOMAIN_PUSHED_H
#define LK_DOMAIN_PUSHED_H

#include "base/err.h"
#include "base/reason.h"
#include "base/secret.h"
#include "domain/client.h"
#include "domain/keyring.h"
#include "domain/opaque_token.h"
#include "store/record_type.h"

#include <stdbool.h>
#include <stdint.h>

#define PUSHED_URI_PREFIX "urn:ietf:params:oauth:request_uri:"

enum {
	PUSHED_LIFETIME_S = 90,
	PUSHED_OPEN_LIFETIME_S = 3600,
	PUSHED_AGAIN_S = 10,     /* for a button that is pressed twice */
	PUSHED_TEXT_CAP = 16384, /* of a request, as a form */
	PUSHED_RECORDS_MAX = 20000,
	PUSHED_OF_STRANGER_MAX = 200,
	PUSHED_URI_CAP = sizeof PUSHED_URI_PREFIX - 1 + OPAQUE_TOKEN_TEXT_CAP
};

struct pushed {
	uint8_t id[FAMILY_ID_LEN];
	char client_id[CLIENT_ID_CAP];
	bool by_client;  /* it pushed it */
	bool is_signed;  /* it came in a request object */
	bool opened;     /* a browser has come with it */
	int64_t used_at; /* when a code was issued; 0: not yet. The record then
			  * waits for its end */
	int64_t expires_at;
	uint8_t sealed[PUSHED_TEXT_CAP + SEAL_OVERHEAD];
	size_t sealed_len;
};

extern const struct record_type pushed_record;

/* Whether URI has the form of ours: any other is one by reference. */
bool pushed_uri_has_form(const char *uri);

void pushed_uri_make(char uri[static PUSHED_URI_CAP], const struct pushed *p,
    const struct keyring *k);

/* The id in URI: ERR_INVALID_REQUEST_URI unless it was made here. */
enum err pushed_uri_read(uint8_t id[static FAMILY_ID_LEN], const char *uri,
    const struct keyring *k, enum reason *reason) MUST_CHECK;

/* Gives P an id, and seals TEXT in it, which its client pushes; ERR_NO_SPACE:
 * it is too long. */
enum err pushed_begin(struct pushed *p, const char *text, int64_t now,
    const struct keyring *k) MUST_CHECK;

/* The same for TEXT, which is in the request object OBJECT of P's client. */
enum err pushed_begin_object(struct pushed *p, const char *object,
    const char *text, const struct keyring *k) MUST_CHECK;

/* The text of P; the caller wipes. */
enum err pushed_text(char text[static PUSHED_TEXT_CAP], const struct pushed *p,
    const struct keyring *k) MUST_CHECK;

/* Puts P, good from NOW on. */
enum err pushed_issue(
    struct store_txn *t, struct pushed *p, int64_t now) MUST_CHECK;

/* Puts P, which a browser has brought NOW, unless it is there already. */
enum err pushed_keep(
    struct store_txn *t, struct pushed *p, int64_t now) MUST_CHECK;

/*
 * After P of C was put: of a client that no one vouches for
 * (client_is_stranger) there are so many at a time, and the first to go are its
 * own, or it could push out those of all others. What is pushed without
 * authentication is not counted: its network is (throttle.h).
 */
void pushed_bound(struct store_txn *t, const struct client *c,
    const struct pushed *p, int64_t now);

/* Who comes with a request. */
struct pushed_presented {
	const uint8_t *id;
	const char *client_id;
	bool again; /* by a form of ours, whose button may be pressed twice */
};

/* The request of BY, if it is good NOW: else ERR_INVALID_REQUEST_URI. */
enum err pushed_get(struct store_txn *t, const struct pushed_presented *by,
    int64_t now, struct pushed *p, enum reason *reason) MUST_CHECK;

/* The same, and a browser has come with it. */
enum err pushed_open(struct store_txn *t, const struct pushed_presented *by,
    int64_t now, struct pushed *p, enum reason *reason) MUST_CHECK;

/* The same, and a code is issued: it is good no more. */
enum err pushed_spend(struct store_txn *t, const struct pushed_presented *by,
    int64_t now, enum reason *reason) MUST_CHECK;

/* Removes those of a client; of all if it is NULL. */
void pushed_end_all(struct store_txn *t, const char *client_id);

#endif
