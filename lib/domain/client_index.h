/*
 * Clients by what is said of them in their own words: an origin of a redirect
 * URI, the address of an API. An entry is TEXT 0 client_id, and has a value.
 */
#ifndef LK_DOMAIN_CLIENT_INDEX_H
#define LK_DOMAIN_CLIENT_INDEX_H

#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Puts the client under TEXT, with VALUE, until it expires with the client (0:
 * never). One whose entry would be longer than a key can be is not put: it is
 * not found. */
void client_index_put(struct store_txn *t, enum store_table table,
    const char *text, const char *client_id, const char *value,
    int64_t expires_at);
void client_index_del(struct store_txn *t, enum store_table table,
    const char *text, const char *client_id);

/* Calls VISIT with each client under TEXT and the value of its entry, by
 * client_id, until it returns false. Both are borrowed for the call. */
typedef bool client_index_visit(
    void *arg, const char *client_id, const char *value);
void client_index_each(struct store_txn *t, enum store_table table,
    const char *text, client_index_visit *visit, void *arg);

#endif
