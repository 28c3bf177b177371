/*
 * Clients that are documents: their client_id is the address where an app says
 * what it is (OAuth Client ID Metadata Document). The client that was read
 * there is a row of the clients like any other (domain/client.h), of the source
 * CLIENT_OF_DOCUMENT; here is what else is known of it, and when which address
 * may be asked. Strangers name these addresses, so all of it is bounded.
 */
#ifndef LK_DOMAIN_DOCUMENT_H
#define LK_DOMAIN_DOCUMENT_H

#include "base/err.h"
#include "domain/client.h"
#include "domain/conf.h"
#include "domain/uri.h"
#include "store/record_type.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	DOCUMENT_TEXT_MAX = 5 * 1024, /* bytes of a document, as the draft has
				       * it */
	DOCUMENTS_MAX = 200,
	/* For how long one is not asked for again: what the answer said, within
	 * these. */
	DOCUMENT_FRESH_MIN_S = 300,
	DOCUMENT_FRESH_S = 3600, /* if it said nothing */
	DOCUMENT_FRESH_MAX_S = 86400,
	/* For how long one is kept that no person has allowed. */
	DOCUMENT_UNUSED_S = 86400,

	/* In DOCUMENT_ASKS_S, of all hosts, for documents; and as many for
	 * keys. */
	DOCUMENT_ASKS_MAX = 10,
	DOCUMENT_ASKS_S = 60,
	DOCUMENT_PAUSE_S = 10, /* after a host did not answer well */
	DOCUMENT_ASKING_S = 15 /* asking takes no longer */
};

struct document {
	char client_id[CLIENT_ID_CAP]; /* its address */
	int64_t fetched_at;
	int64_t
	    fresh_until;    /* then it is read again before a person is asked */
	int64_t kept_until; /* then it goes, with all that it was granted */
	bool used;          /* a person has allowed it */
};

extern const struct record_type document_record;

/* What a host is asked for. Each is counted by itself: whose keys are asked
 * for again and again keeps no one's document from being read. */
enum document_ask { ASK_DOCUMENT, ASK_KEYS };

/* What is known of the requests to one host; or to all, under "*" for
 * documents, and under "*keys" for keys. */
struct document_host {
	char host[ORIGIN_CAP];
	int64_t asked_at;
	bool asking;    /* since then, and has not ended */
	uint32_t count; /* of all hosts, since then */
	int64_t expires_at;
};

extern const struct record_type document_host_record;

/* Whether the settings let URL, which may be one, be a client. */
bool document_is_allowed(const struct conf *conf, const char *url);

/* ERR_NOT_FOUND: it was never read, or it is gone. */
enum err document_get(
    struct store_txn *t, const char *url, struct document *d) MUST_CHECK;
/* Whether the client that was read there is still what it says. */
bool document_is_fresh(const struct document *d, int64_t now);

/*
 * The caller is about to ask HOST, of the URL of a stranger, for WHAT: OK.
 * ERR_BUSY: another one asks it at this moment. ERR_TOO_MANY_REQUESTS: it
 * failed a moment ago, or too many were asked; after *WAIT_S seconds it may be
 * tried again.
 */
enum err document_begin(struct store_txn *t, const char *host,
    enum document_ask what, int64_t now, int64_t *wait_s) MUST_CHECK;
/* Whether another one asks HOST at this moment. */
bool document_is_asked(struct store_txn *t, const char *host, int64_t now);
enum err document_end(
    struct store_txn *t, const char *host, bool failed, int64_t now) MUST_CHECK;

/*
 * Puts C, which was read at its client_id and may be kept for FRESH_S seconds
 * (-1: it was not said). Those that are over go first, and if there are too
 * many one that no one uses. ERR_NO_SPACE: all are used. A line of the audit
 * says which person made it be read, and from where.
 */
struct document_read_by {
	const char *user, *address;
	const uint8_t *user_id;
};
enum err document_put(struct store_txn *t, struct client *c, int64_t fresh_s,
    const struct document_read_by *by, int64_t now) MUST_CHECK;

/* A person has allowed it: what it was granted ends at UNTIL at the latest. */
enum err document_use(
    struct store_txn *t, const char *url, int64_t until) MUST_CHECK;

/* A client came along from another store: it is kept for a while, to be read
 * again. */
enum err document_adopt(
    struct store_txn *t, const char *url, int64_t now) MUST_CHECK;

void document_del(struct store_txn *t, const char *url);

#endif
