/*
 * App passwords: for programs that cannot do a browser's sign-in (WebDAV, feed
 * readers), each for one person at one site, made by the command and sent as
 * Basic credentials (RFC 7617). 33 random bytes, 44 base64url characters: the
 * first 9 find the record, and of all of them a sealed hash is kept. Nothing is
 * stretched: there is nothing to guess.
 */
#ifndef LK_DOMAIN_APP_PASSWORD_H
#define LK_DOMAIN_APP_PASSWORD_H

#include "base/err.h"
#include "base/secret.h"
#include "domain/client.h"
#include "domain/keyring.h"
#include "domain/user.h"
#include "store/record_type.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	APP_PASSWORD_ID_LEN = 9,
	APP_PASSWORD_ID_CAP = BASE64URL_CAP(APP_PASSWORD_ID_LEN),
	APP_PASSWORD_LEN = 33,
	APP_PASSWORD_CAP = BASE64URL_CAP(APP_PASSWORD_LEN)
};

struct app_password {
	uint8_t id[APP_PASSWORD_ID_LEN];
	uint8_t user_id[USER_ID_LEN];
	char origin[CLIENT_ID_CAP];  /* the site it is for */
	char name[USER_DISPLAY_CAP]; /* what its owner calls it; may be "" */
	uint8_t hash[HASH_LEN + SEAL_OVERHEAD]; /* sealed */
	int64_t created_at;
	int64_t used_at; /* as noted, at most once an hour; 0: never */
};

extern const struct record_type app_password_record;

/* Gives A an id and a hash, and TEXT the password, which is nowhere else: the
 * caller wipes it. */
void app_password_make(char text[static APP_PASSWORD_CAP],
    struct app_password *a, const struct keyring *k);

enum err app_password_put(
    struct store_txn *t, const struct app_password *a) MUST_CHECK;

/* OK, ERR_NOT_FOUND. */
enum err app_password_get(struct store_txn *t,
    const uint8_t id[static APP_PASSWORD_ID_LEN],
    struct app_password *a) MUST_CHECK;

/*
 * Whether TEXT is the app password of the person who signs in as NAME (or an
 * e-mail address) for the site ORIGIN: U is that person, A the password.
 * ERR_ACCESS_DENIED for any reason, for locked people as well.
 */
enum err app_password_check(struct store_txn *t, const char *name,
    const char *text, const char *origin, const struct keyring *k,
    struct user *u, struct app_password *a) MUST_CHECK;

/* Whether A, used at NOW, is to be noted so. */
bool app_password_use_is_due(const struct app_password *a, int64_t now);

/* Notes it of the app password ID, if it is due. One that is gone is no
 * fault. */
enum err app_password_use(struct store_txn *t,
    const uint8_t id[static APP_PASSWORD_ID_LEN], int64_t now) MUST_CHECK;

/* Calls VISIT for each of a person, until it returns false. */
void app_password_each(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN], record_visit *visit, void *arg);

void app_password_del(
    struct store_txn *t, const uint8_t id[static APP_PASSWORD_ID_LEN]);

/* Removes those that match; how many. A NULL matches all. */
size_t app_password_del_all(
    struct store_txn *t, const uint8_t *user_id, const char *origin);

#endif
