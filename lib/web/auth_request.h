/*
 * How web servers ask the gate, and what they take for an answer: gate(8) has
 * the table. Which site a request is for is the server's configuration's word,
 * never the Host header's, where a client can say what it likes.
 */
#ifndef LK_WEB_AUTH_REQUEST_H
#define LK_WEB_AUTH_REQUEST_H

#include "base/err.h"
#include "base/reason.h"
#include "domain/uri.h"
#include "http/gateway.h"
#include "http/response.h"
#include "protocol/gate.h"

#include <stdbool.h>

enum auth_request_form {
	AUTH_REQUEST_ANSWER, /* 200, or what the browser gets */
	AUTH_REQUEST_YES_NO, /* 200 or 401, and nothing else */
	AUTH_REQUEST_PAGE    /* what the browser gets; lets nothing on */
};

struct auth_request {
	enum auth_request_form form;
	bool variables;          /* Variable-REMOTE_USER, not Remote-User */
	char origin[ORIGIN_CAP]; /* of the site */
	/* of the request asked about; borrowed until it is finished */
	const char *method, *target;
	const char *destination; /* the header; NULL: none. "": several */
	bool accepts_html, accepts_json;
	bool from_script;     /* a page's script asks, not a person */
	bool from_own_page;   /* a person follows a link of the site, or none */
	bool from_other_site; /* another site's page asks, or its form */
};

/* ERR_FORBIDDEN, with a *REASON: the server did not say what it asks. F
 * has what is known even so. */
enum err auth_request_read(struct auth_request *f, const struct exchange *x,
    enum reason *reason) MUST_CHECK;

/* Whether who asks is a person with a browser, to whom a page means something;
 * RULE is what decided. */
bool auth_request_wants_page(
    const struct auth_request *f, const struct site_rule *rule);

/* Lets the request on, as REPLY's. */
void auth_request_let_on(struct response *r, const struct auth_request *f,
    const struct gate_reply *reply);

/* "No", where nothing else is wanted. */
void auth_request_say_no(struct response *r);

/* The refusal E for a program: JSON, and with 401 how to come again. METADATA
 * is where a document says who gives tokens (RFC 9728 5.1); "": nowhere. */
void auth_request_refuse(struct response *r, const struct auth_request *f,
    const struct gate_reply *reply, const char *metadata, enum err e,
    enum reason reason);

#endif
