/*
 * Dynamic client registration (RFC 7591, OpenID Connect Dynamic Client
 * Registration 1.0) with initial access tokens, and what an app then does with
 * its own registration (RFC 7592). All is refused unless latchkey.conf says
 * `registration = tokens`.
 */
#ifndef LK_PROTOCOL_REGISTRATION_H
#define LK_PROTOCOL_REGISTRATION_H

#include "base/buf.h"
#include "base/err.h"
#include "base/reason.h"
#include "domain/client_metadata.h"
#include "protocol/caller.h"
#include "protocol/provider.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct registration_request {
	const struct caller *who;
	const char *text; /* the body: JSON */
	size_t len;
	const char *client_id; /* of the address; NULL: a new one */
};

/* What became of it. */
struct registration_outcome {
	enum reason reason;
	struct metadata_fault fault;   /* with REASON_METADATA_REFUSED */
	bool missing;                  /* no token came (RFC 6750 3.1) */
	char client_id[CLIENT_ID_CAP]; /* whose it is, once it is known; "" */
};

/*
 * Each answers with JSON, except the last, which has nothing to say.
 * ERR_INVALID_TOKEN: the token is missing, or is not good for that;
 * ERR_INVALID_REDIRECT_URI, ERR_INVALID_CLIENT_METADATA: what the app says of
 * itself cannot be.
 */
enum err registration_add(const struct provider *p,
    const struct registration_request *q, int64_t now, struct buf *answer,
    struct registration_outcome *o) MUST_CHECK;
enum err registration_show(const struct provider *p,
    const struct registration_request *q, struct buf *answer,
    struct registration_outcome *o) MUST_CHECK;
enum err registration_change(const struct provider *p,
    const struct registration_request *q, int64_t now, struct buf *answer,
    struct registration_outcome *o) MUST_CHECK;
enum err registration_remove(const struct provider *p,
    const struct registration_request *q, int64_t now,
    struct registration_outcome *o) MUST_CHECK;

#endif
