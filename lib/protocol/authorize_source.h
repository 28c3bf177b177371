/*
 * Where the parameters of an authorization request come from. What came with
 * the request itself counts, unless that names others: those that the client
 * pushed before (RFC 9126). Then none that came beside them counts.
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
	struct form form;           /* the parameters that count */
	bool is_pushed;             /* by the client */
	uint8_t id[FAMILY_ID_LEN];  /* of what was (domain/pushed.h) */
	char text[PUSHED_TEXT_CAP]; /* behind FORM, if it is not what came */
};

/*
 * The source of SENT, which a browser brought for the client C at NOW. S
 * borrows from SENT. Refused with ERR_INVALID_REQUEST_URI: a request_uri that
 * was not made here, has expired, is used, or is another client's. One that
 * points elsewhere is left to the caller.
 */
enum err authorize_source_find(struct authorize_source *s,
    const struct provider *p, const struct form *sent, const struct client *c,
    int64_t now, enum reason *reason) MUST_CHECK;

#endif
