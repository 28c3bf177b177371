/*
 * What the grants of the token endpoint have in common: one request on its way
 * through the store, and the two steps of each grant. For token_endpoint.c and
 * the files grant_*.c alone.
 */
#ifndef LK_PROTOCOL_TOKEN_GRANT_H
#define LK_PROTOCOL_TOKEN_GRANT_H

#include "base/reason.h"
#include "domain/code.h"
#include "domain/family.h"
#include "protocol/access_token.h"
#include "protocol/dpop.h"
#include "protocol/token_endpoint.h"

/* What went in, what was decided, and what is needed to sign when the
 * transaction is over. */
struct token_grant {
	const struct provider *p;
	const struct token_request *q;
	int64_t now;

	struct client *client;    /* large, so not in here */
	struct signkey key;       /* signs both tokens */
	struct dpop proof;        /* that came, if one did */
	struct evidence evidence; /* what the request has proved to hold */
	struct code_presented code;
	struct refresh_presented refresh;

	struct family_prerequisites
	    prerequisites; /* its user: the person, if there is one */
	struct family family;
	char scope[SCOPE_CAP]; /* of the answer */
	bool whole_scope;      /* then that is what the family has and the
				* client still may */
	char nonce[NONCE_CAP];

	/* Of an exchange: what is exchanged, why not if it is none, and what
	 * the new token is for. */
	struct access_token subject;
	enum err subject_refusal;
	enum reason subject_reason;
	char audience[RESOURCE_LIST_CAP];

	enum err refusal; /* of the look */
	enum reason reason;
};

/* What is done before the store is asked: signatures are verified. */
typedef void grant_prepare(struct token_grant *g);

/* Says to a store that is far away what the look will read, as far as the
 * request tells it. */
typedef void grant_want(struct store_txn *t, const struct token_grant *g);

/* Whether the request may go on, on a snapshot; the client is found, but has
 * proved nothing. Refuses all that needs no writer, so that it waits for
 * none. */
typedef enum err grant_look(struct store_txn *t, struct token_grant *g);

/* What the grant changes, once the client has proved itself. A refusal may
 * still change something. */
typedef enum err grant_commit(struct store_txn *t, struct token_grant *g);

/* Makes and signs what was granted, into R, which is wiped on an error. */
typedef enum err grant_issue(struct token_grant *g, struct token_reply *r);

grant_look grant_code_look, grant_refresh_look, grant_client_look,
    grant_device_look, grant_exchange_look;
grant_want grant_refresh_want;
grant_commit grant_code_commit, grant_refresh_commit, grant_device_commit;
grant_prepare grant_exchange_prepare;
grant_issue grant_exchange_issue;

/*
 * Whether a page of ORIGIN may have the refresh cookie of C set, or a token
 * taken from it: it must be the app's own. A browser says whose page asks, and
 * no page of another site can forge that; it sends cookies for other apps of
 * the same site, and takes them from answers to other sites' forms, too.
 * OK or ERR_UNAUTHORIZED_CLIENT.
 */
enum err refresh_cookie_admit(
    const struct client *c, const char *origin, enum reason *reason) MUST_CHECK;

#endif
