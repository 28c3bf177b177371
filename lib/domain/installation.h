/*
 * The store of a data directory, and what it knows of it: the issuer, and a
 * check value of secret.key. So a key of another directory is noticed before it
 * calls every token forged, and a lost latchkey.conf can be written again.
 *
 * A store that is restored from a backup is turned back in time: a token that
 * was used, stolen or revoked since would be good again. So a restored store
 * begins another epoch, which goes into the keys of tokens, codes, links, forms
 * and cookies (keyring_enter). All that was given away before is refused.
 */
#ifndef LK_DOMAIN_INSTALLATION_H
#define LK_DOMAIN_INSTALLATION_H

#include "base/err.h"
#include "base/issuer.h"
#include "domain/keyring.h"
#include "store/store.h"

/* Opens the store of the data directory DIR, or makes it first (store_open,
 * store_create). WHERE is struct conf's `store`. */
enum err installation_open(struct store **s, const char *dir, const char *where,
    bool create, char *message, size_t message_cap) MUST_CHECK;

/* Puts all that FROM has in the place of the store that WHERE says, which is
 * not in DIR (store_replace). */
enum err installation_replace(struct store *from, const char *dir,
    const char *where, bool replaces, store_ready *ready, void *arg,
    char *message, size_t message_cap) MUST_CHECK;

/* Notes what a new directory is made with. Failures are the transaction's. */
void installation_put(
    struct store_txn *t, const struct keyring *k, const char *issuer);

/* Notes the issuer. */
void installation_set_issuer(struct store_txn *t, const char *issuer);

/* The issuer that was noted last; ERR_NOT_FOUND, with an empty ISSUER. */
enum err installation_issuer(
    struct store_txn *t, char issuer[static ISSUER_CAP]) MUST_CHECK;

/* Reads DIR's secret key, and the epoch of its store S: as keyring_load, and
 * ERR_FOREIGN if the key is not the one that the store was made with. */
enum err installation_keyring(
    struct keyring *k, struct store *s, const char *dir) MUST_CHECK;

/* What its store is known by, which is no secret from who can read it: for MACs
 * of what a reader of the store may give out. */
enum err installation_mark(
    struct store_txn *t, uint8_t mark[static SECRET_KEY_LEN]) MUST_CHECK;

struct epoch {
	uint8_t id[EPOCH_LEN]; /* random; zeroes: never restored */
	int64_t made_at;       /* when its backup was made */
	int64_t restored_at;
};

/* The present one; zeroes if the store was never restored. */
enum err installation_epoch(struct store_txn *t, struct epoch *e) MUST_CHECK;

/* Begins another one, at NOW, of a backup that was made at MADE_AT: ends all
 * sessions, codes and grants, and leaves a line of the audit. */
enum err installation_begin_epoch(
    struct store_txn *t, int64_t made_at, int64_t now) MUST_CHECK;

/* When the last backup was made; ERR_NOT_FOUND: none yet. */
enum err installation_backup(struct store_txn *t, int64_t *made_at) MUST_CHECK;
enum err installation_note_backup(
    struct store_txn *t, int64_t made_at) MUST_CHECK;

/* What to tell the administrator about DIR/secret.key, when keyring_load or
 * installation_keyring said E. */
const char *installation_key_advice(enum err e);

#endif
