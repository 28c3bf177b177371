/*
 * Records as `latchkey export` writes them down and `latchkey import` takes
 * them back, by the tables of their fields (latchkey-export(5)). What is sealed
 * with secret.key is opened, for the host that reads it has another one.
 * Sessions, tokens, codes, links and all that passes by itself stay where they
 * are.
 */
#ifndef LK_DOMAIN_PORTABLE_H
#define LK_DOMAIN_PORTABLE_H

#include "base/err.h"
#include "domain/client.h"
#include "domain/icon.h"
#include "domain/keyring.h"
#include "store/record_type.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define PORTABLE_FORMAT "latchkey-export"

enum {
	PORTABLE_VERSION = 1,
	PORTABLE_MESSAGE_CAP = 512,
	PORTABLE_RECORD_MAX = 1 << 17 /* bytes of any struct that is one */
};

/* In the order in which they are written: what a record names comes before
 * it. */
enum portable_section {
	PORTABLE_PEOPLE,
	PORTABLE_APPS,
	PORTABLE_ICONS,
	PORTABLE_SITES,
	PORTABLE_FACTORS,
	PORTABLE_PASSKEYS,
	PORTABLE_APP_PASSWORDS,
	PORTABLE_CONSENTS,
	PORTABLE_KEYS,
	PORTABLE_SECTIONS
};

/* A client's picture, a record of no table (domain/icon.h). */
struct portable_icon {
	char client_id[CLIENT_ID_CAP];
	size_t len;
	uint8_t bytes[ICON_MAX];
};

/* What is wrong with a record. */
struct portable_fault {
	const char *member; /* NULL: it as a whole */
	char message[PORTABLE_MESSAGE_CAP];
};

/* Where a record has the id of a person or an app that it is about. */
struct portable_owner {
	bool is;
	size_t at;
};

struct portable_kind {
	const char *section; /* "people" */
	const struct record_type *type;
	struct portable_owner person, app;
	/* Adds the sealed fields, opened, to an object; takes them back from
	 * one that may lack them. ERR_SYNTAX: FAULT names the member. NULL: no
	 * field is sealed. */
	enum err (*open)(
	    json_t *object, const void *record, const struct keyring *k);
	enum err (*seal)(void *record, const json_t *object,
	    const struct keyring *k, struct portable_fault *fault);
	/* Calls VISIT for all; NULL: by the type. */
	void (*each)(struct store_txn *t, record_visit *visit, void *arg);
};

extern const struct portable_kind portable_kinds[PORTABLE_SECTIONS];

/* Calls VISIT for each record of KIND, in the order of their keys, until it
 * returns false. RECORD is room for one, which the caller wipes. */
void portable_each(struct store_txn *t, const struct portable_kind *kind,
    void *record, record_visit *visit, void *arg);

/* RECORD as an object, the caller's to json_decref; K NULL: without secrets.
 * NULL: no memory, or a secret does not open. */
json_t *portable_show(const struct portable_kind *kind, const void *record,
    const struct keyring *k) MUST_CHECK;

/*
 * Reads RECORD from OBJECT; K NULL: it has no secrets. A member that is missing
 * is empty, unless it is of the key. ERR_SYNTAX: FAULT says what is wrong, and
 * RECORD is zeroes. What its values mean is looked at in domain/portable_rule.
 */
enum err portable_read(const struct portable_kind *kind, void *record,
    const json_t *object, const struct keyring *k,
    struct portable_fault *fault) MUST_CHECK;

/* Sets FAULT; returns ERR_SYNTAX. */
enum err portable_wrong(
    struct portable_fault *fault, const char *member, const char *message);

#endif
