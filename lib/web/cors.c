#include "web/cors.h"

#include "domain/client.h"

#include <string.h>

enum { CORS_HEADERS_MAX = 4096 };

struct search {
	const char *origin;
	bool known;
};

static enum err
find_origin(struct store_txn *t, void *arg)
{
	struct search *s = arg;

	s->known = client_origin_known(t, s->origin);
	return store_failed(t);
}

enum err
cors_allow(struct response *r, const struct provider *p,
    const struct request *q, enum cors policy)
{
	struct search s = {.origin = q->origin};
	enum err e;

	if (policy == CORS_ANY)
		response_header(r, "Access-Control-Allow-Origin", "*");
	if (policy != CORS_CLIENTS)
		return OK;
	response_header(r, "Vary", "Origin");
	if (q->origin == NULL)
		return OK;
	e = store_read(p->store, find_origin, &s);
	if (e != OK || !s.known)
		return e;
	response_header(r, "Access-Control-Allow-Origin", q->origin);
	/* For clients whose refresh token lives in a cookie. The cookie is
	 * SameSite=Strict: browsers never send it for other sites, with any
	 * answer of ours. */
	response_header(r, "Access-Control-Allow-Credentials", "true");
	return OK;
}

/* A list of header names (RFC 9110 5.6.1, 5.6.2), to be said back. */
static bool
is_header_list(const char *s)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789!#$%&'*+-.^_`|~, ";

	return s != NULL && s[strspn(s, allowed)] == '\0' &&
	       strlen(s) <= CORS_HEADERS_MAX;
}

enum err
cors_preflight(struct response *r, const struct provider *p,
    const struct request *q, enum cors policy, const char *methods)
{
	const char *headers = "Authorization, Content-Type";

	/* By name: "*" matches none where there are credentials, and never
	 * for Authorization. */
	if (policy != CORS_NONE && is_header_list(q->asked_headers))
		headers = q->asked_headers;
	response_begin(r, 204);
	response_header(r, "Access-Control-Allow-Methods", methods);
	response_header(r, "Access-Control-Allow-Headers", headers);
	response_header(r, "Access-Control-Max-Age", "3600");
	return cors_allow(r, p, q, policy);
}
