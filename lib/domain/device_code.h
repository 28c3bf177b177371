/*
 * Device authorization (RFC 8628): a device that has no browser shows a user
 * code, and a person types it on our page and allows the app there, while the
 * device asks for its tokens with its device code.
 *
 * A user code is eight letters without vowels, so that it spells no word, and
 * is good for ten minutes. The store has a keyed hash of it, which is the key
 * of the record; the device code is an opaque token that names the record. So
 * neither is at rest.
 */
#ifndef LK_DOMAIN_DEVICE_CODE_H
#define LK_DOMAIN_DEVICE_CODE_H

#include "base/err.h"
#include "base/reason.h"
#include "domain/acr.h"
#include "domain/client.h"
#include "domain/code.h"
#include "domain/keyring.h"
#include "domain/pkce.h"
#include "domain/scope.h"
#include "domain/session.h"
#include "store/record_type.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	DEVICE_CODE_LIFETIME_S = 600,
	DEVICE_CODE_INTERVAL_S = 5,      /* between two questions */
	DEVICE_CODE_INTERVAL_MAX_S = 60, /* however often it asks too soon */
	USER_CODE_LETTERS = 8,
	USER_CODE_CAP = USER_CODE_LETTERS + 2, /* "WDJB-MJHT" */
	DEVICE_ADDRESS_CAP = 64
};

enum device_state {
	DEVICE_WAITS,
	DEVICE_ALLOWED,
	DEVICE_DENIED,
	DEVICE_STATES
};

struct device_code {
	uint8_t id[FAMILY_ID_LEN];    /* what user_code_name gives */
	uint8_t user_id[USER_ID_LEN]; /* who allowed it; zeroes before */
	char client_id[CLIENT_ID_CAP];
	char scope[SCOPE_CAP]; /* asked for; once it is allowed, granted */
	enum device_state state;
	bool has_challenge;
	uint8_t code_challenge[PKCE_LEN];
	char address[DEVICE_ADDRESS_CAP]; /* from where the device asks */
	int64_t asked_at;
	int64_t polled_at; /* 0: never */
	uint32_t interval_s;
	int64_t expires_at;
	/* Of the person's sign-in, as in a code. */
	uint8_t sid[SID_LEN];
	int64_t auth_time;
	char amr[AMR_CAP];
	char acr[ACR_CAP];
	char resources[RESOURCE_LIST_CAP]; /* asked for (RFC 8707) */
};

extern const struct record_type device_code_record;

/* A new user code. */
void user_code_make(char code[static USER_CODE_CAP]);

/* What was TYPED as a user code: in upper or lower case, with or without what
 * separates letters. False if it is none. */
bool user_code_read(char code[static USER_CODE_CAP], const char *typed);

/* The id of the record of CODE. */
void user_code_name(uint8_t id[static FAMILY_ID_LEN], const char *code,
    const struct keyring *k);

/* Puts D, which waits from NOW on; ERR_EXISTS: its user code is in use. */
enum err device_code_issue(
    struct store_txn *t, struct device_code *d, int64_t now) MUST_CHECK;

/* The one that is good NOW; ERR_NOT_FOUND. */
enum err device_code_get(struct store_txn *t,
    const uint8_t id[static FAMILY_ID_LEN], int64_t now,
    struct device_code *d) MUST_CHECK;

/* The person of S allows D the scope that is in it, or denies it; OK, or
 * REASON_DEVICE_CODE_EXPIRED where it does not wait any more. */
enum err device_code_allow(struct store_txn *t, struct device_code *d,
    const struct session *s, const char *acr, int64_t now,
    enum reason *reason) MUST_CHECK;
enum err device_code_deny(struct store_txn *t,
    const uint8_t id[static FAMILY_ID_LEN], int64_t now,
    enum reason *reason) MUST_CHECK;

/*
 * The device asks for its tokens, with P (its redirect URI does not count). OK:
 * D is allowed, and is gone from the store, so that it is used once. Refusals
 * may have changed something: ERR_AUTHORIZATION_PENDING, ERR_SLOW_DOWN,
 * ERR_ACCESS_DENIED, ERR_EXPIRED_TOKEN, and those of a code (domain/code.h).
 */
enum err device_code_poll(struct store_txn *t, const struct code_presented *p,
    int64_t now, struct device_code *d, enum reason *reason) MUST_CHECK;

/* Removes those that match; a NULL matches all. */
void device_code_end_all(
    struct store_txn *t, const uint8_t *user_id, const char *client_id);

#endif
