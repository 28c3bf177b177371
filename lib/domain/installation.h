/*
 * The store of a data directory, and what it knows of it: the issuer, and a
 * check value of secret.key. So a key of another directory is noticed before it
 * calls every token forged, and a lost latchkey.conf can be written again.
 */
#ifndef LK_DOMAIN_INSTALLATION_H
#define LK_DOMAIN_INSTALLATION_H

#include "base/err.h"
#include "base/issuer.h"
#include "domain/keyring.h"
#include "store/store.h"

/* Opens the store of the data directory DIR, or makes it first (store_open,
 * store_create). */
enum err installation_open(struct store **s, const char *dir, bool create,
    char *message, size_t message_cap) MUST_CHECK;

/* Notes what a new directory is made with. Failures are the transaction's. */
void installation_put(
    struct store_txn *t, const struct keyring *k, const char *issuer);

/* Notes the issuer. */
void installation_set_issuer(struct store_txn *t, const char *issuer);

/* The issuer that was noted last; ERR_NOT_FOUND, with an empty ISSUER. */
enum err installation_issuer(
    struct store_txn *t, char issuer[static ISSUER_CAP]) MUST_CHECK;

/* ERR_FOREIGN if K is not the key this store was made with. */
enum err installation_fits(
    struct store_txn *t, const struct keyring *k) MUST_CHECK;

/* What to tell the administrator about DIR/secret.key, when keyring_load or
 * installation_fits said E. */
const char *installation_key_advice(enum err e);

#endif
