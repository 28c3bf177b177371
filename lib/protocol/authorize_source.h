/*
 * Where the parameters of an authorization request come from. What came with
 * the request itself counts, unless it names others: those that the client has
 * pushed (RFC 9126), or those in an object that it has signed (RFC 9101). Then
 * nothing that came beside them counts.
 */
#ifndef LK_PROTOCOL_AUTHORIZE_SOURCE_H
#define LK_PROTOCOL_AUTHORIZE_SOURCE_H

#include "base/err.h"
#include "base/form.h"
#include "base/reason.h"
#include "domain/client.h"
#include "domain/pushed.h"
#include "protocol/provider.h"

#include <stdbool.h>
#include <stdint.h>

struct authorize_source {
	bool again; /* set by the caller: a form of ours brings what is kept */
	struct form form; /* the parameters that count */
	bool is_signed;   /* they were in a request object */
	bool is_kept;     /* the store has them: the browser need not */
	bool is_pushed;   /* and the client has pushed them */
	uint8_t id[FAMILY_ID_LEN];        /* of what is kept */
	char request_uri[PUSHED_URI_CAP]; /* that names it */
	char text[PUSHED_TEXT_CAP]; /* behind FORM, if it is not what came */
};

/*
 * The source of SENT, which a browser brought for the client C at NOW. S
 * borrows from SENT. Refused: a request_uri that was not made here, has
 * expired, is used, or is another client's (ERR_INVALID_REQUEST_URI), and what
 * request_object_read refuses. A request_uri that points elsewhere is left to
 * the caller.
 */
enum err authorize_source_find(struct authorize_source *s,
    const struct provider *p, const struct form *sent, const struct client *c,
    int64_t now, enum reason *reason) MUST_CHECK;

/* The same for what C itself has sent, to be pushed. */
enum err authorize_source_push(struct authorize_source *s,
    const struct provider *p, const struct form *sent, const struct client *c,
    int64_t now, enum reason *reason) MUST_CHECK;

#endif
