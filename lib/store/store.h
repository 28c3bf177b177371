/*
 * The store: tables of records, changed in transactions. What keeps them is an
 * engine (engine.h), which nothing above this floor knows.
 *
 * All work is done in steps. A step is a function with an input and output of
 * its own, run inside a transaction:
 *
 *	struct rotation r = { .presented = token };
 *	e = store_write(store, now, rotate_step, &r);
 *
 * A step may be run more than once (the map had to grow, the transaction it
 * shared failed), so it touches nothing but the transaction and its own
 * argument, and sets every output on every run. It does nothing slow: no
 * hashing of passwords, no signing, no rendering; there is one writer.
 *
 * Two channels. What the step returns is its answer, and "no" is an answer
 * whose changes are kept: a replayed token is refused *and* its family is
 * ended. What fails in the store makes the transaction fail, stickily: all
 * later calls on it do nothing, and nothing of it is kept.
 *
 * Expiry. A record put with an expires_at is entered into an index by that
 * time. Each write transaction removes a bounded handful of what has expired,
 * and more when there is a backlog. There is no cron job. A reader must check
 * a record's own expiry all the same.
 */
#ifndef LK_STORE_STORE_H
#define LK_STORE_STORE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The tables and the names they have on disk. Their numbers are there as well,
 * in the entries of the expiry index: a new table is the last. */
#define STORE_TABLES(X)                                                        \
	X(META, "meta")                   /* schema, algorithms in use */      \
	X(USERS, "users")                 /* user_id -> user */                \
	X(USER_NAMES, "user_names")       /* name -> user_id */                \
	X(USER_EMAILS, "user_emails")     /* address 0 rank user_id */         \
	X(CLIENTS, "clients")             /* client_id -> client */            \
	X(ORIGINS, "origins")             /* origin 0 client_id -> nothing */  \
	X(KEYS, "keys")                   /* kid -> public key and state */    \
	X(CODES, "codes")                 /* family_id -> code */              \
	X(FAMILIES, "families")           /* family_id -> family */            \
	X(SESSIONS, "sessions")           /* sid -> session */                 \
	X(CONSENTS, "consents")           /* user_id client_id -> consent */   \
	X(THROTTLE, "throttle")           /* keyed hash -> bucket */           \
	X(REVOKED, "revoked")             /* jti -> nothing */                 \
	X(REPLAY, "replay")               /* hash -> nothing */                \
	X(AUDIT, "audit")                 /* time, number -> event */          \
	X(SITES, "sites")                 /* origin -> site */                 \
	X(APP_PASSWORDS, "app_passwords") /* id -> app password */             \
	X(LINKS, "links")                 /* keyed hash -> link */             \
	X(FACTORS, "factors")             /* user_id -> factors */             \
	X(PASSKEYS, "passkeys")           /* hash of id -> passkey */          \
	X(ICONS, "icons")                 /* client_id -> a picture */         \
	X(TRIES, "tries")                 /* user_id -> tries that failed */   \
	X(DEVICE_CODES, "device_codes")   /* keyed hash -> device code */      \
	X(SESSION_CLIENTS, "session_clients") /* user_id sid client_id */      \
	X(LOGOUTS, "logouts")                 /* due time, id -> logout */     \
	X(RESOURCES, "resources")     /* address 0 client_id -> address */     \
	X(CLIENT_KEYS, "client_keys") /* client_id -> its keys */              \
	X(PUSHED, "pushed")           /* id -> pushed request */               \
	X(REGISTRATION_TOKENS, "registration_tokens") /* id -> token */        \
	X(DOCUMENTS, "documents")           /* client_id -> document */        \
	X(DOCUMENT_HOSTS, "document_hosts") /* host -> when it was asked */    \
	X(HOSTS, "hosts")                   /* name -> what a host has */

enum store_table {
#define X(id, name) TABLE_##id,
	STORE_TABLES(X)
#undef X
	    TABLE_COUNT
};

/*
 * The indexes: to find the records of a table by a field that is not their key.
 * A field of LEN bytes is AT such a place in the value; VALUE_STRING has two
 * bytes of length there, KEY_REST is the end of the key. The store keeps the
 * entries in the transaction that puts, removes or sweeps the record. A record
 * that is too short for its field has no entry: it does not decode, either.
 *
 * The families of a session are among those of its person. An index has its
 * number on disk: a new one is the last.
 */
#define STORE_INDEXES(X)                                                       \
	X(SESSIONS_BY_USER, SESSIONS, VALUE, 1, 16)                            \
	X(CODES_BY_USER, CODES, VALUE, 1, 16)                                  \
	X(CODES_BY_CLIENT, CODES, VALUE_STRING, 17, 0)                         \
	X(FAMILIES_BY_USER, FAMILIES, VALUE, 1, 16)                            \
	X(FAMILIES_BY_CLIENT, FAMILIES, VALUE_STRING, 33, 0)                   \
	X(CONSENTS_BY_CLIENT, CONSENTS, KEY_REST, 16, 0)                       \
	X(APP_PASSWORDS_BY_USER, APP_PASSWORDS, VALUE, 1, 16)                  \
	X(APP_PASSWORDS_BY_ORIGIN, APP_PASSWORDS, VALUE_STRING, 17, 0)         \
	X(AUDIT_BY_USER, AUDIT, VALUE, 1, 16)                                  \
	X(LINKS_BY_USER, LINKS, VALUE, 1, 16)                                  \
	X(PASSKEYS_BY_USER, PASSKEYS, VALUE, 1, 16)                            \
	X(DEVICE_CODES_BY_USER, DEVICE_CODES, VALUE, 1, 16)                    \
	X(DEVICE_CODES_BY_CLIENT, DEVICE_CODES, VALUE_STRING, 17, 0)           \
	X(PUSHED_BY_CLIENT, PUSHED, VALUE_STRING, 1, 0)

enum store_index {
#define X(id, table, kind, at, len) INDEX_##id,
	STORE_INDEXES(X)
#undef X
	    INDEX_COUNT
};

enum {
	STORE_KEY_MAX = 400,     /* bytes in a key, at least 1 */
	STORE_VALUE_MAX = 65536, /* bytes in a value */
	STORE_SWEEP = 2,         /* expired records removed a write, besides
				  * as many as it adds that will expire */
	STORE_SWEEP_MORE = 64,   /* and so many a commit when some have been
				  * expired for longer than STORE_OVERDUE_S:
				  * about 0.2 ms */
	STORE_OVERDUE_S = 60,
	STORE_NAME_CAP = 600,
	STORE_FINDINGS_MAX = 8,
	STORE_FINDING_CAP = 200,
	STORE_SCHEMA = 6 /* those before it were never released */
};

struct store;
struct store_txn;

/* Borrowed from the store: valid until the next put or del in the same
 * transaction, or the step's end. */
struct store_value {
	const uint8_t *bytes;
	size_t len;
};

/* Which store is to be opened. */
struct store_settings {
	const char *dir;    /* its own directory, which must exist */
	const char *engine; /* by name; NULL: LMDB */
	const char *where;  /* how an engine that is far away is reached */
};

/*
 * Makes a new store and leaves it closed. MESSAGE gets one line for the
 * administrator on an error: ERR_EXISTS, ERR_PERMISSION, ERR_UNSUPPORTED (a
 * network file system; no such engine), ERR_IO.
 */
enum err store_create(const struct store_settings *settings, char *message,
    size_t message_cap) MUST_CHECK;

/*
 * Opens a store: once in a process, after any fork. MESSAGE as above,
 * ERR_PERMISSION also for a store that others can read; ERR_NOT_FOUND (no store
 * there), ERR_CORRUPT (not a store of ours), ERR_VERSION (written by a newer
 * latchkey), ERR_OUTDATED (written by one that was never released).
 */
enum err store_open(struct store **s, const struct store_settings *settings,
    char *message, size_t message_cap) MUST_CHECK;

/*
 * Puts all that FROM has into TO, which was just made. Then MOVED is called,
 * with the number of rows, while no one else can change FROM, if its engine has
 * one writer; another answer of it than OK is the answer. Errors: as those of a
 * step that fails; ERR_CORRUPT: they are not the same.
 */
typedef enum err store_moved(void *arg, uint64_t rows);
enum err store_transfer(struct store *from, struct store *to,
    store_moved *moved, void *arg) MUST_CHECK;

/* The same for a store that is not used again: where others have it open, they
 * do not write in the meantime, nor ever after, unless MOVED fails. */
enum err store_move(struct store *from, struct store *to, store_moved *moved,
    void *arg) MUST_CHECK;

/*
 * Puts all that FROM has in the place of the store that SETTINGS name, whole or
 * not at all, in an engine that does so (PostgreSQL): else ERR_UNSUPPORTED.
 * READY is called when all is there, just before it is kept; another answer of
 * it than OK undoes it all, and is the answer. What was there is kept beside
 * it. ERR_EXISTS: there is a store, and REPLACES is false; ERR_BUSY: others
 * have it open (the log says from where); and MESSAGE, as store_open.
 */
typedef enum err store_ready(void *arg);
enum err store_replace(struct store *from,
    const struct store_settings *settings, bool replaces, store_ready *ready,
    void *arg, char *message, size_t message_cap) MUST_CHECK;

/* The file in the store's directory without which it is missing; NULL if the
 * engine has none. */
const char *store_file(const struct store_settings *settings);

/*
 * The store may be replaced under a program that has it open: it was restored,
 * or a file of it was removed. Writers look before each commit, readers once a
 * second. Then nothing more is done with the old one: every step is refused
 * with ERR_REPLACED, until store_renew opens the one that is there now.
 */

/* Looks, at most once a second. A number that changes with each loss: what was
 * derived from the store is then to be derived again. S may be NULL. */
unsigned store_generation(struct store *s);

/* Whether the store is lost, and store_renew is to be called. */
bool store_is_lost(const struct store *s);

/*
 * Opens the store that is there, once no step uses the old one. As
 * store_open, also ERR_LOCK_DAMAGED; after an error it can be called again.
 * Where a step does not end, because it waits for a lock that is gone, ends the
 * process with a line in the log.
 */
enum err store_renew(
    struct store *s, char *message, size_t message_cap) MUST_CHECK;

/* Accepts NULL, sets *s to NULL. */
void store_close(struct store **s);

/*
 * Writes the store, as it was last committed, to FD from where that is: the
 * bytes are those of its file (store_file). Programs go on.
 * ERR_NO_SPACE and ERR_IO may also be of FD; ERR_UNSUPPORTED if the engine has
 * no file.
 */
enum err store_copy(struct store *s, int fd) MUST_CHECK;

/*
 * Keeps other processes out of a store, until FD is closed: those that want to
 * open it wait until then, and this one must not open it. ERR_BUSY if a process
 * has it open, *HOLDER being its number (0: unknown); ERR_NOT_FOUND if none
 * ever had; ERR_PERMISSION, ERR_IO.
 */
enum err store_claim(
    const struct store_settings *settings, int *fd, int64_t *holder) MUST_CHECK;

typedef enum err store_step(struct store_txn *t, void *arg);

/* Runs STEP on a snapshot; changes are a programming error. Returns what the
 * step returned, or ERR_IO, ERR_CORRUPT if the store failed. */
enum err store_read(struct store *s, store_step *step, void *arg) MUST_CHECK;

/*
 * Runs STEP in a write transaction, sweeps a handful of what had expired at
 * NOW (Unix seconds), commits and syncs. What the step returned, once that is
 * on disk; otherwise ERR_NO_SPACE (disk full), ERR_IO, ERR_CORRUPT, and nothing
 * has changed.
 */
enum err store_write(
    struct store *s, int64_t now, store_step *step, void *arg) MUST_CHECK;

/* The value of KEY; ERR_NOT_FOUND, with an empty VALUE. */
enum err store_get(struct store_txn *t, enum store_table table, const void *key,
    size_t key_len, struct store_value *value) MUST_CHECK;

/*
 * Where a store is far away, each get, count and scan of something that is not
 * here yet costs a flight, which ends the step; then it runs again. So a step
 * that knows what it will read says so before it reads anything: all of it
 * comes with the first flight. It is a hint: what is wanted need not be there,
 * nor be read. Where a store is at hand nothing is done.
 *
 * store_want_by: those of an index; store_want_first: the first few of a table,
 * for a walk through one that is short.
 */
void store_want(struct store_txn *t, enum store_table table, const void *key,
    size_t key_len);
void store_want_by(
    struct store_txn *t, enum store_index index, const void *field, size_t len);
void store_want_count(struct store_txn *t, enum store_table table);
void store_want_first(struct store_txn *t, enum store_table table);

/* Whether it is worth work to find out what to want. */
bool store_is_far(const struct store_txn *t) MUST_CHECK;

/* The step puts KEY, which was made at random or is new for another reason:
 * whether it is there need not be asked. If it is, the step runs again. */
void store_new(struct store_txn *t, enum store_table table, const void *key,
    size_t key_len);

/* Puts or replaces. EXPIRES_AT in Unix seconds, 0 for never. Failures are the
 * transaction's. */
void store_put(struct store_txn *t, enum store_table table, const void *key,
    size_t key_len, const void *value, size_t value_len, int64_t expires_at);

/*
 * Where several hosts share a store, another may change it between what a step
 * reads and its commit. Of those that put or remove the same record one is run
 * again, and so is one of two that put the same new one. What a step only reads
 * may be older than its commit, as if the step had come a little earlier: most
 * bear that. One does not which puts something that belongs to what it read, as
 * a session belongs to its person: who locks the person at the same time ends
 * all sessions, and has not seen it. It holds that record: of those that hold
 * or change a record, one comes after the other.
 *
 * KEY was read, and is there. For a read, and where a store has one host,
 * nothing is done.
 */
void store_hold(struct store_txn *t, enum store_table table, const void *key,
    size_t key_len);

/* The same for a rare step that puts something because it has found nothing (no
 * one has this address): one that does comes after the other. */
void store_hold_all(struct store_txn *t);

/* Removes KEY, if it is there. */
void store_del(struct store_txn *t, enum store_table table, const void *key,
    size_t key_len);

/*
 * Calls VISIT for each record whose key starts with the PREFIX_LEN bytes at
 * PREFIX, in key order, until it returns false. VISIT must not change the
 * table.
 */
typedef bool store_visit(void *arg, const void *key, size_t key_len,
    const struct store_value *value);
void store_scan(struct store_txn *t, enum store_table table, const void *prefix,
    size_t prefix_len, store_visit *visit, void *arg);

/* The same from the last key to the first. */
void store_scan_back(struct store_txn *t, enum store_table table,
    const void *prefix, size_t prefix_len, store_visit *visit, void *arg);

/* Removes the records for which MATCH returns true; how many. */
size_t store_prune(struct store_txn *t, enum store_table table,
    const void *prefix, size_t prefix_len, store_visit *match, void *arg);

/* The same for the records whose field of INDEX is the LEN bytes at FIELD, in
 * the order of their keys. */
void store_scan_by(struct store_txn *t, enum store_index index,
    const void *field, size_t len, store_visit *visit, void *arg);
void store_scan_back_by(struct store_txn *t, enum store_index index,
    const void *field, size_t len, store_visit *visit, void *arg);
size_t store_prune_by(struct store_txn *t, enum store_index index,
    const void *field, size_t len, store_visit *match, void *arg);

/* Removes all records of TABLE, in the time that this takes: it is for a store
 * that no program has open. */
void store_clear(struct store_txn *t, enum store_table table);

/* For `latchkey check`: the entries of all indexes that have no record with
 * such a field, and the fields of records that have no entry. */
struct store_index_faults {
	uint64_t stray, missing;
};
void store_check_indexes(struct store_txn *t, struct store_index_faults *f);

/* Where TABLE has more than MOST records, removes up to LIMIT of those that
 * expire, the first to expire first. */
void store_bound(
    struct store_txn *t, enum store_table table, size_t most, size_t limit);

/* By how many seconds a clock that says NOW is behind the newest commit; 0 if
 * it is not, or by no more than NTP may set it back. */
int64_t store_clock_behind(struct store_txn *t, int64_t now) MUST_CHECK;

/* Makes the transaction fail with E: for a record that does not decode. */
void store_fail(struct store_txn *t, enum err e);

/* Whether the transaction has failed, and why (OK if not). */
enum err store_failed(const struct store_txn *t) MUST_CHECK;

/* What an engine has to say about how it is used, and kept. */
struct store_finding {
	enum store_level {
		STORE_FINE,
		STORE_NOTE,
		STORE_WARNING,
		STORE_FAULT
	} level;
	char text[STORE_FINDING_CAP];
	const char *why, *remedy; /* why it matters, and what to do; or NULL */
};

/* For `latchkey check`. */
struct store_figures {
	uint64_t entries[TABLE_COUNT];
	uint64_t expiry_entries, index_entries;
	uint64_t bytes_used;
	uint64_t
	    bytes_limit; /* a store that reaches it makes more room first */
	struct store_finding findings[STORE_FINDINGS_MAX];
	size_t finding_count;

	/* Of a store with a server; else 0. */
	int64_t server_time;   /* by its clock */
	uint32_t connections;  /* that it takes from all programs */
	uint32_t of_a_program; /* that each may have */
};
enum err store_measure(struct store *s, struct store_figures *f) MUST_CHECK;

#endif
