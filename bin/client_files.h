/* The files that the options of `client add` and `client set` name: keys,
 * certificates, a picture. They are read before the step that uses them, which
 * may be run more than once. */
#ifndef LK_BIN_CLIENT_FILES_H
#define LK_BIN_CLIENT_FILES_H

#include "client_certificate.h"
#include "client_keys.h"

struct client_files {
	struct given_keys keys;
	enum err keys_error; /* counts for who has keys in the file */
	struct refusal keys_refusal;
	struct given_certificates certificates;
	struct icon icon; /* empty: none */
};

/* On an error R says which and why. */
enum err client_files_read(struct client_files *f, const struct admin *a,
    const struct args *args, struct refusal *r) MUST_CHECK;

/* Gives C its keys or its certificates. The options have been applied. */
enum err client_files_take(struct client *c, const struct client_files *f,
    const struct args *args, struct refusal *r) MUST_CHECK;

/* Keeps what there is beside, once C is put. */
enum err client_files_keep(struct store_txn *t, const struct client_files *f,
    const struct client *c, int64_t now) MUST_CHECK;

#endif
