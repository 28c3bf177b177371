/* `latchkey check`: what it looks at, a file for each place it looks. */
#ifndef LK_BIN_CHECK_H
#define LK_BIN_CHECK_H

#include "check_run.h"
#include "domain/signkey.h"
#include "domain/site.h"
#include "store/store.h"

#include <stdbool.h>

/* The data directory: owner, permissions, disk. False: there is none. */
bool check_files(struct check_run *c);

/* The sockets of the programs, if they are in DIR. */
void check_sockets(struct check_run *c, const char *dir);

/* The settings. False: the settings cannot be read. */
bool check_settings(struct check_run *c);

/* The store and what is in it, with the secret key and the clock. False: it
 * cannot be read. */
bool check_store(struct check_run *c);

/* The secret key, with the store open. */
void check_keyring(struct check_run *c);

/* Keys that sign or will, and the algorithms that clients use. */
enum { CHECK_KEYS_MAX = 32 /* far more than there are */ };
struct check_keys {
	struct signkey keys[CHECK_KEYS_MAX];
	size_t count;
	unsigned algs;
};
void check_keys_read(struct check_keys *keys, struct store_txn *t);
void check_keys(struct check_run *c, const struct check_keys *keys);

/* Where several hosts share the store: what each of them has. */
void check_hosts(struct check_run *c, const struct check_keys *keys);

/* Apps that do not take what they are told of logouts, with the store open. */
void check_logouts(struct check_run *c);

/* The public keys of apps that sign, with the store open. */
void check_client_keys(struct check_run *c);

/* Apps with certificates: whether they can show them, and how long those are
 * good, with the store open; and the web server where they do. */
void check_certificates(struct check_run *c);
void check_certificates_web(struct check_run *c);

/* How old the last backup is, with the store open. */
void check_backup(struct check_run *c);

/* People, for the walk through the store. */
void check_people(struct check_run *c, struct store_txn *t);

/* Second factors that some rule needs, for the walk through the store. */
void check_factors(struct check_run *c, struct store_txn *t);

/* Programs that have files open which are no longer those of the store. */
void check_held(struct check_run *c);

/* A site's rules, for the walk through the store; ARG is the check_run. */
bool check_site(void *arg, const void *record);

/* Whether mails leave, and with an ADDRESS (may be NULL) a test. */
void check_mail(struct check_run *c, const char *address);

/* The provider, through its public address. */
void check_web(struct check_run *c);

/* The sites, as a stranger's browser sees them. */
void check_gate(struct check_run *c);

#endif
