/*
 * Hosts. Where several share one store, each says in a row of its own what it
 * has that is not in the store: the private halves of signing keys, and its
 * secret.key. So a key signs only when every host has it, and `latchkey check`
 * tells what is to be copied where.
 *
 * The programs look when they start and once an hour, and each command does;
 * the row is written if it says something else, or is an hour old. A host that
 * is gone is forgotten after two days.
 */
#ifndef LK_DOMAIN_HOST_H
#define LK_DOMAIN_HOST_H

#include "base/err.h"
#include "base/secret.h"
#include "store/record_type.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	HOST_NAME_CAP = 320,
	HOST_VERSION_CAP = 32,
	HOST_KEYS_CAP = 1024,
	HOST_NOTE_S = 3600,
	HOST_LIFE_S = 2 * 86400
};

struct host {
	char name[HOST_NAME_CAP]; /* of the host, a colon, its data directory */
	char version[HOST_VERSION_CAP];
	/* Of its secret.key (struct keyring's check); zeroes: it has none that
	 * can be read. */
	uint8_t secret_key[SECRET_KEY_LEN];
	char keys[HOST_KEYS_CAP]; /* kids of those that it can sign with */
	int64_t seen_at, expires_at;
};

extern const struct record_type host_record;

/* The name of this host with the data directory DIR. */
void host_own_name(char name[static HOST_NAME_CAP], const char *dir);

/* Looks at what DIR has, and writes it into the row of this host unless it says
 * so already, since less than an hour. Not inside a transaction. */
enum err host_note(struct store *s, const char *dir, int64_t now) MUST_CHECK;

/* Every host that was seen, until VISIT returns false. */
void host_each(
    struct store_txn *t, int64_t now, record_visit *visit, void *arg);

bool host_has_key(const struct host *h, const char *kid);

/* A host that does not have the key KID; ERR_NOT_FOUND: all have it. */
enum err host_lacking(struct store_txn *t, const char *kid, int64_t now,
    char name[static HOST_NAME_CAP]) MUST_CHECK;

/* Whether there is a host other than OWN. */
bool host_has_others(struct store_txn *t, const char *own, int64_t now);

/* Forgets it; ERR_NOT_FOUND. */
enum err host_del(struct store_txn *t, const char *name) MUST_CHECK;

#endif
