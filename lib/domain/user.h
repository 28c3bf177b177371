/*
 * People. A user is found by name, and known to everything else by user_id,
 * a random UUID that is never used again: the claim `sub` (OpenID Connect Core
 * 8).
 */
#ifndef LK_DOMAIN_USER_H
#define LK_DOMAIN_USER_H

#include "base/err.h"
#include "base/secret.h"
#include "base/uuid.h"
#include "domain/password.h"
#include "store/record_type.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	USER_ID_LEN = UUID_LEN,
	SUB_CAP = UUID_CAP,
	USER_NAME_CAP = 65,
	USER_DISPLAY_CAP = 129,
	USER_FULL_NAME_CAP = 2 * USER_DISPLAY_CAP,
	USER_EMAIL_CAP = 255,
	LANGUAGE_CAP = 36,
	ZONE_CAP = 65,
	PHONE_CAP = 65,
	STREET_CAP = 257,
	GROUPS_CAP = 1024,
	ATTRIBUTES_CAP = 1024,
	GROUP_NAME_CAP = 129
};

struct user {
	uint8_t user_id[USER_ID_LEN];
	char name[USER_NAME_CAP];       /* preferred_username; lower case */
	char display[USER_DISPLAY_CAP]; /* the claim `name`; may be "" */
	char email[USER_EMAIL_CAP];     /* may be "" */
	bool email_verified;            /* of one person at most */
	bool locked;
	bool has_password;
	char groups[GROUPS_CAP]; /* names (base/names.h) */
	struct password_hash password;
	int64_t created_at, changed_at;
	bool require_factor; /* a password alone is not enough */
	int64_t reset_at;    /* a link set the password; 0: never, or the person
			      * has been told */
	uint32_t devices_ended; /* how often: covered by device cookies */
	/* Each may be "": not told. */
	char given_name[USER_DISPLAY_CAP], family_name[USER_DISPLAY_CAP];
	char language[LANGUAGE_CAP];     /* RFC 5646; the claim `locale` */
	char zoneinfo[ZONE_CAP];         /* "Europe/Berlin" */
	char attributes[ATTRIBUTES_CAP]; /* lines: domain/attribute.h */
	char phone[PHONE_CAP];           /* the claim `phone_number` */
	bool phone_verified;
	/* The claim `address` (OpenID Connect Core 5.1.1). */
	char street_address[STREET_CAP], postal_code[PHONE_CAP];
	char locality[USER_DISPLAY_CAP], region[USER_DISPLAY_CAP];
	char country[USER_DISPLAY_CAP];
};

extern const struct record_type user_record;

/* Each: NULL if S may be one, else what is wrong, for people. */
const char *user_name_refusal(const char *s); /* [a-z0-9][a-z0-9._@-]*, 64 */
const char *user_email_refusal(const char *s);
/* Text without comma, quote or control character, up to 128 bytes. */
const char *user_group_refusal(const char *s);
const char *user_language_refusal(const char *s); /* RFC 5646's form */
const char *user_zone_refusal(const char *s);     /* a name of tzdata's form */
/* "+", 7 to 15 digits (E.164) with " ", "-", ".", "(" or ")" among them, and
 * maybe ";ext=" with up to 8 more (RFC 3966). */
const char *user_phone_refusal(const char *s);

/* What U is called: the claim `name`. In ROOM, or U's own. */
const char *user_full_name(
    char room[static USER_FULL_NAME_CAP], const struct user *u);

/* The group that TYPED names: composed as passwords are
 * (domain/opaque_string.h), so that it is one group however it is typed. NULL,
 * or what is wrong. */
const char *user_group_name(
    char name[static GROUP_NAME_CAP], const char *typed) MUST_CHECK;

/* Whether any part of the postal address is known. */
bool user_has_address(const struct user *u);

void user_sub(char sub[static SUB_CAP], const uint8_t id[static USER_ID_LEN]);
/* Back; ERR_SYNTAX if SUB is no person's. */
enum err user_id_of_sub(
    uint8_t id[static USER_ID_LEN], const char *sub) MUST_CHECK;

/* OK, ERR_NOT_FOUND (U zeroed); a bad record fails the transaction. NAME is
 * compared in lower case. */
enum err user_find(
    struct store_txn *t, const char *name, struct user *u) MUST_CHECK;
enum err user_get(struct store_txn *t, const uint8_t id[static USER_ID_LEN],
    struct user *u) MUST_CHECK;

/* The person whom ADDRESS names, were it no user name (domain/user_email.h):
 * OK, ERR_NOT_FOUND (U zeroed). */
enum err user_find_email(
    struct store_txn *t, const char *address, struct user *u) MUST_CHECK;

/* The person who signs in as TYPED, a name or else an e-mail address: OK,
 * ERR_NOT_FOUND (U zeroed). */
enum err user_find_typed(
    struct store_txn *t, const char *typed, struct user *u) MUST_CHECK;

/* What T puts belongs to the person of ID (store_hold). */
void user_hold(struct store_txn *t, const uint8_t id[static USER_ID_LEN]);

/* As user_get, and the person may act now: ERR_ACCESS_DENIED if gone or
 * locked. What every use of a session, code or token asks. */
enum err user_require(struct store_txn *t, const uint8_t id[static USER_ID_LEN],
    struct user *u) MUST_CHECK;

/* Gives U a user_id and puts it; ERR_EXISTS if the name is taken, or the
 * address as in user_put. */
enum err user_add(struct store_txn *t, struct user *u, int64_t now) MUST_CHECK;

/* Puts U, who is of another store, with the id and the times that it has:
 * ERR_EXISTS as user_add. */
enum err user_restore(struct store_txn *t, const struct user *u) MUST_CHECK;

/* Puts a changed U (the name stays). ERR_EXISTS, and nothing is put: another
 * person has the same verified address (domain/user_email.h). */
enum err user_put(struct store_txn *t, struct user *u, int64_t now) MUST_CHECK;

/*
 * Gives the person OLD the name U->name, and U the rest of the record. All else
 * knows people by user_id, and stays as it is. ERR_NOT_FOUND; ERR_EXISTS: the
 * name is taken.
 */
enum err user_rename(struct store_txn *t, const char *old, struct user *u,
    int64_t now) MUST_CHECK;

/* Makes all device cookies of U worthless (domain/device.h); U is to be put. */
void user_end_devices(struct user *u);

/* Removes the record and its indexes alone; a person is removed with what is
 * theirs by remove_user (domain/removal.h). */
enum err user_drop(struct store_txn *t, const struct user *u) MUST_CHECK;

/* Calls VISIT for everyone, by name, until it returns false. */
void user_each(struct store_txn *t, record_visit *visit, void *arg);

/* For `latchkey check`: calls VISIT for everyone whose address the index of
 * addresses does not have, and returns how many entries it has that no person
 * has. */
size_t user_verify_emails(struct store_txn *t, record_visit *visit, void *arg);

void user_wipe(struct user *u);

#endif
