#include "http/response.h"

#include "base/log.h"
#include "base/message.h"
#include "base/secret.h"
#include "base/str.h"

#include <string.h>

enum { HEAD_CAP = 4096 };

static const char default_csp[] = "default-src 'none'; frame-ancestors 'none'; "
				  "base-uri 'none'; form-action 'none'";

/* A code or token in a URL must not reach the next site. */
static const char security_headers[] = "X-Content-Type-Options: nosniff\r\n"
				       "Referrer-Policy: no-referrer\r\n";

static const struct {
	int status;
	const char *reason;
} reasons[] = {
    {200, "OK"},
    {201, "Created"},
    {204, "No Content"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
};

static const char *
reason_phrase(int status)
{
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Unnamed"; /* some servers refuse a status without one */
}

/* RFC 9110 8.6, 15.4.5: these never have a body. */
static bool
is_bodiless(int status)
{
	return status < 200 || status == 204 || status == 304;
}

static void
wipe(struct response *r)
{
	secret_wipe(r->headers_text, r->headers.len);
	secret_wipe(r->body_text, r->body.len);
}

void
response_begin(struct response *r, int status)
{
	wipe(r);
	r->status = status;
	r->content_type = "text/html; charset=utf-8";
	r->csp = default_csp;
	r->cache = "no-store";
	r->bare = false;
	r->may_be_framed = false;
	r->failed = false;
	buf_init(&r->headers, r->headers_text, sizeof r->headers_text);
	buf_init(&r->body, r->body_text, sizeof r->body_text);
}

/* Whether the header may be sent as it is. */
static bool
put_header(struct buf *b, const char *name, const char *value)
{
	buf_puts(b, name);
	buf_puts(b, ": ");
	buf_puts(b, value);
	buf_puts(b, "\r\n");
	return !str_has_control(value);
}

void
response_header(struct response *r, const char *name, const char *value)
{
	if (!put_header(&r->headers, name, value))
		r->failed = true;
}

void
response_redirect(struct response *r, const char *location)
{
	r->status = 303;
	response_header(r, "Location", location);
}

static void
put_body_headers(struct buf *b, const struct response *r)
{
	if (is_bodiless(r->status))
		return;
	buf_puts(b, "Content-Length: ");
	buf_put_int(b, (int64_t)r->body.len);
	buf_puts(b, "\r\n");
}

/* What every answer begins with. Status is first: servers lose what comes
 * before it, and take an answer without one for a 200. */
static bool
build_head(struct buf *b, const struct response *r)
{
	bool good = true;

	buf_printf(b, "Status: %d %s\r\n", r->status, reason_phrase(r->status));
	if (r->bare)
		return buf_ok(b);
	if (r->body.len > 0)
		good = put_header(b, "Content-Type", r->content_type);
	put_body_headers(b, r);
	good = put_header(b, "Cache-Control", r->cache) && good;
	if (str_equal(r->cache, "no-store")) /* RFC 6749 5.1 wants both */
		good = put_header(b, "Pragma", "no-cache") && good;
	good = put_header(b, "Content-Security-Policy", r->csp) && good;
	buf_put(b, security_headers, sizeof security_headers - 1);
	if (!r->may_be_framed)
		good = put_header(b, "X-Frame-Options", "DENY") && good;
	return good && buf_ok(b);
}

static void
become_failure(struct response *r, struct buf *head)
{
	log_fault("server_error", "reason", "answer_not_sendable", NULL);
	response_begin(r, 500);
	r->content_type = "text/plain; charset=utf-8";
	buf_printf(&r->body, "%s\n", message_text(catalogues, "failed"));
	buf_reset(head);
	(void)build_head(head, r);
}

/* A peer that has gone needs no answer, so nothing is made of errors here. */
static void
put_bytes(struct exchange *x, const char *bytes, size_t len)
{
	if (exchange_write(x, bytes, len) != OK)
		return;
}

void
response_send(struct response *r, struct exchange *x, bool head)
{
	char head_text[HEAD_CAP];
	struct buf b;

	buf_init(&b, head_text, sizeof head_text);
	if (!build_head(&b, r) || r->failed || !buf_ok(&r->headers) ||
	    !buf_ok(&r->body))
		become_failure(r, &b);
	put_bytes(x, b.text, b.len);
	put_bytes(x, r->headers.text, r->headers.len);
	put_bytes(x, "\r\n", 2);
	if (!head && !is_bodiless(r->status))
		put_bytes(x, r->body.text, r->body.len);
	response_begin(r, r->status);
}
