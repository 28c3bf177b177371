/*
 * The exchange is ours here: it keeps what was written.
 */
#include "http/response.h"

#include "base/str.h"
#include "check.h"
#include "web/cookie.h"

#include <string.h>

struct exchange {
	struct buf sent;
	char text[RESPONSE_HEADERS_CAP + RESPONSE_BODY_CAP];
};

static struct response r;
static struct exchange x;

enum err
exchange_write(struct exchange *e, const void *bytes, size_t len)
{
	buf_put(&e->sent, bytes, len);
	return OK;
}

const char *
exchange_param(const struct exchange *e, const char *name)
{
	(void)e;
	(void)name;
	return NULL;
}

bool
exchange_param_is_repeated(const struct exchange *e, const char *name)
{
	(void)e;
	(void)name;
	return false;
}

enum err
exchange_read(struct exchange *e, void *bytes, size_t cap, size_t *len)
{
	(void)e;
	(void)bytes;
	(void)cap;
	*len = 0;
	return OK;
}

static void
send_answer(bool head)
{
	buf_init(&x.sent, x.text, sizeof x.text);
	response_send(&r, &x, head);
}

static bool
sent(const char *what)
{
	return strstr(x.text, what) != NULL;
}

static void
defaults(void)
{
	response_begin(&r, 200);
	buf_puts(&r.body, "hello");
	send_answer(false);
	CHECK(str_starts(x.text, "Status: 200 OK\r\n"),
	    "response: Status is the first line");
	CHECK(sent("\r\nContent-Length: 5\r\n") &&
		  str_ends(x.text, "\r\n\r\nhello"),
	    "response: the body follows an empty line, its length is told");
	CHECK(sent("\r\nX-Content-Type-Options: nosniff\r\n") &&
		  sent("\r\nX-Frame-Options: DENY\r\n") &&
		  sent("\r\nReferrer-Policy: no-referrer\r\n") &&
		  sent("\r\nContent-Security-Policy: default-src 'none'; "
		       "frame-ancestors 'none'; base-uri 'none'; "
		       "form-action 'none'\r\n"),
	    "response: every answer has the security headers");
	CHECK(sent("\r\nCache-Control: no-store\r\nPragma: no-cache\r\n"),
	    "response: nothing is kept unless so said (RFC 6749 5.1)");
}

static void
variants(void)
{
	response_begin(&r, 200);
	r.cache = "public, max-age=3600";
	r.content_type = "application/json";
	r.csp = "default-src 'self'";
	buf_puts(&r.body, "{}");
	response_header(&r, "X-One", "1");
	send_answer(true);
	CHECK(sent("Content-Length: 2\r\n") && str_ends(x.text, "\r\n\r\n"),
	    "response: HEAD tells the length and sends no body");
	CHECK(sent("\r\nCache-Control: public, max-age=3600\r\n") &&
		  !sent("Pragma") && sent("\r\nX-One: 1\r\n") &&
		  sent("\r\nContent-Type: application/json\r\n") &&
		  sent("\r\nContent-Security-Policy: default-src 'self'\r\n"),
	    "response: what is set is sent");
	response_begin(&r, 204);
	send_answer(false);
	CHECK(str_starts(x.text, "Status: 204 No Content\r\n") &&
		  !sent("Content-Length") && !sent("\r\nContent-Type"),
	    "response: 204 says nothing of a body");
	response_begin(&r, 200);
	response_redirect(&r, "https://a.example/?code=x");
	send_answer(false);
	CHECK(str_starts(x.text, "Status: 303 See Other\r\n") &&
		  sent("\r\nLocation: https://a.example/?code=x\r\n"),
	    "response: a redirect is 303, so that a POST is not repeated");
}

static bool
is_bare_failure(void)
{
	return str_starts(x.text, "Status: 500 Internal Server Error\r\n") &&
	       sent("\r\nX-Frame-Options: DENY\r\n") && !sent("secret");
}

static void
failures(void)
{
	static const char *const bad[] = {
	    "a\r\nSet-Cookie: secret", "a\nb", "a\rb", "a\x7F", "a\tb"};
	bool all = true;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		response_begin(&r, 200);
		response_header(&r, "X-One", bad[i]);
		buf_puts(&r.body, "secret");
		send_answer(false);
		all = all && is_bare_failure() && !sent("X-One");
	}
	CHECK(all, "response: a header with CR, LF or another control "
		   "character becomes a bare 500");
	response_begin(&r, 200);
	response_redirect(&r, "https://a.example/\r\n\r\nsecret");
	send_answer(false);
	CHECK(is_bare_failure(), "response: so does such a Location");
	response_begin(&r, 200);
	r.csp = "default-src 'self'\r\nX-Secret: secret";
	send_answer(false);
	CHECK(is_bare_failure(), "response: so does such a policy");
	response_begin(&r, 200);
	for (size_t i = 0; i < RESPONSE_BODY_CAP; i++)
		buf_putc(&r.body, 'x');
	send_answer(false);
	CHECK(is_bare_failure() && !sent("xxx"),
	    "response: a body that does not fit is not sent in part");
	response_begin(&r, 200);
	for (size_t i = 0; i < RESPONSE_HEADERS_CAP / 8; i++)
		response_header(&r, "X-One", "secret");
	send_answer(false);
	CHECK(is_bare_failure(), "response: headers neither");
	response_begin(&r, 200);
	send_answer(false);
	CHECK(str_starts(x.text, "Status: 200 OK\r\n"),
	    "response: the next answer starts empty");
}

static void
wiping(void)
{
	bool clean = true;

	response_begin(&r, 200);
	buf_puts(&r.body, "access_token");
	response_header(&r, "Set-Cookie", "secret");
	send_answer(false);
	for (size_t i = 0; i < 32; i++)
		clean = clean && r.body_text[i] == '\0' &&
			r.headers_text[i] == '\0';
	CHECK(clean, "response: what was sent is wiped");
}

/* The path of the issuer. */
static const char *issuer_at = "";

static bool
sets(bool secure, const struct cookie *c, const char *value, int64_t max_age_s,
    const char *want)
{
	static struct conf conf;

	conf.secure = secure;
	if (str_copy(conf.issuer, sizeof conf.issuer, issuer_at) != OK)
		return false;
	response_begin(&r, 200);
	cookie_set(&r, &conf, c, value, max_age_s);
	send_answer(false);
	return sent(want);
}

static void
cookies(void)
{
	const struct cookie root = {"s", "/", SAME_SITE_LAX};
	const struct cookie issuer = {"i", NULL, SAME_SITE_LAX};
	const struct cookie path = {"r", "/idp/refresh", SAME_SITE_STRICT};

	CHECK(sets(true, &root, "v", -1,
		  "\r\nSet-Cookie: __Host-s=v; Path=/; Secure; HttpOnly; "
		  "SameSite=Lax\r\n"),
	    "cookie: over https, for all paths, it has the prefix __Host-");
	CHECK(sets(true, &path, "v", 60,
		  "\r\nSet-Cookie: __Secure-r=v; Path=/idp/refresh; "
		  "Max-Age=60; Secure; HttpOnly; SameSite=Strict\r\n"),
	    "cookie: for one path it has the prefix __Secure-");
	CHECK(sets(true, &issuer, "v", -1,
		  "\r\nSet-Cookie: __Host-i=v; Path=/; Secure; HttpOnly; "
		  "SameSite=Lax\r\n"),
	    "cookie: the issuer's own is __Host- where the issuer has no path");
	issuer_at = "/idp";
	CHECK(sets(true, &issuer, "v", -1,
		  "\r\nSet-Cookie: __Secure-i=v; Path=/idp; Secure; HttpOnly; "
		  "SameSite=Lax\r\n") &&
		  sets(true, &root, "v", -1,
		      "\r\nSet-Cookie: __Host-s=v; Path=/; Secure; "),
	    "cookie: below a path it is __Secure-, and for that path alone");
	issuer_at = "";
	CHECK(sets(false, &root, "", 0,
		  "\r\nSet-Cookie: s=; Path=/; Max-Age=0; HttpOnly; "
		  "SameSite=Lax\r\n"),
	    "cookie: over http it has neither prefix nor Secure");
	CHECK(sets(true, &root, "v; Domain=example.org", -1, "Status: 500") &&
		  sets(true, &root, "a\r\nb", -1, "Status: 500"),
	    "cookie: a value that would speak as an attribute fails");
}

static void
prefixes_read(void)
{
	static struct conf conf = {.secure = true};
	static struct request q;
	const struct cookie root = {"s", "/", SAME_SITE_LAX};
	char value[8];

	if (str_copy(q.cookie_text, sizeof q.cookie_text,
		"s=bad; __Secure-s=bad; __Host-s=good") != OK)
		return;
	CHECK(cookie_get(&conf, &q, &root, value, sizeof value) &&
		  str_equal(value, "good"),
	    "cookie: only the one with the right prefix is read");
	conf.secure = false;
	CHECK(cookie_get(&conf, &q, &root, value, sizeof value) &&
		  str_equal(value, "bad"),
	    "cookie: over http, the one without");
}

int
main(void)
{
	defaults();
	variants();
	failures();
	wiping();
	cookies();
	prefixes_read();
	return check_done();
}
