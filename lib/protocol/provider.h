/*
 * What every decision of the protocol needs: the settings, the store, the
 * keys. Opened once a process; several threads may use one.
 */
#ifndef LK_PROTOCOL_PROVIDER_H
#define LK_PROTOCOL_PROVIDER_H

#include "base/err.h"
#include "domain/conf.h"
#include "domain/family.h"
#include "domain/keyring.h"
#include "domain/session.h"
#include "domain/signer.h"
#include "domain/signkey.h"
#include "jose/jwa.h"
#include "store/store.h"

struct provider {
	struct conf conf;
	struct store *store;
	struct keyring keyring; /* zeroes without PROVIDER_KEYRING */
	struct signer *signer;  /* NULL without PROVIDER_SIGNER */
};

/* What a program may touch beside the store: as little as it can do with. */
enum { PROVIDER_KEYRING = 1 << 0, PROVIDER_SIGNER = 1 << 1 };

/* After the store's files were replaced (store_renew): opens them, and reads
 * the secret key that belongs to them. Calls that have a copy of P may go on;
 * what they ask of the store is refused until then. */
enum err provider_renew(struct provider *p, unsigned uses, char *message,
    size_t message_cap) MUST_CHECK;

/* Opens what USES says in the data directory DIR. MESSAGE gets one line that
 * says what to do on an error. */
enum err provider_open(struct provider *p, const char *dir, unsigned uses,
    char *message, size_t message_cap) MUST_CHECK;
void provider_close(struct provider *p);

/* Where several hosts share the store: says in it what this one has
 * (domain/host.h), if USES may read all of that. Else nothing. Once an hour is
 * enough; provider_open does it as well. */
void provider_note_host(const struct provider *p, unsigned uses);

struct family_lifetimes provider_lifetimes(const struct provider *p);
struct session_lifetimes provider_session_lifetimes(
    const struct provider *p, bool remembered);

/* The algorithms to announce: those of registered clients; before there are
 * any, the default one. Bits 1 << enum jwa. */
unsigned provider_algs(const struct provider *p, struct store_txn *t);

#endif
