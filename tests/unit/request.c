/*
 * The exchange is ours here: variables and a body set by each test.
 */
#include "web/call.h"

#include "base/str.h"
#include "check.h"

#include <stdlib.h>
#include <string.h>

struct exchange {
	const char *variables[16]; /* name, value, ..., NULL */
	const char *body;
	size_t body_len, read;
	size_t most; /* bytes a read gives, as slow peers do */
	bool broken;
};

static struct request r;
static struct exchange x;

const char *
exchange_param(const struct exchange *e, const char *name)
{
	for (size_t i = 0; e->variables[i] != NULL; i += 2)
		if (str_equal(e->variables[i], name))
			return e->variables[i + 1];
	return NULL;
}

bool
exchange_param_is_repeated(const struct exchange *e, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; e->variables[i] != NULL; i += 2)
		count += str_equal(e->variables[i], name);
	return count > 1;
}

enum err
exchange_read(struct exchange *e, void *bytes, size_t cap, size_t *len)
{
	*len = e->body_len - e->read;
	if (*len > cap)
		*len = cap;
	if (*len > e->most)
		*len = e->most;
	if (*len == 0 && e->broken)
		return ERR_IO;
	memcpy(bytes, e->body + e->read, *len);
	e->read += *len;
	return OK;
}

static enum err
get_with(const char *uri, const char *name, const char *value)
{
	x = (struct exchange){.variables = {"REQUEST_METHOD", "GET",
				  "REQUEST_URI", uri, name, value}};
	return request_read(&r, &x);
}

static enum err
get(const char *uri)
{
	return get_with(uri, NULL, NULL);
}

#define FORM_TYPE "application/x-www-form-urlencoded"

static enum err
post_n(const char *type, const char *length, const char *body, size_t len)
{
	x = (struct exchange){
	    .variables = {"REQUEST_METHOD", "POST", "REQUEST_URI", "/token",
		"CONTENT_TYPE", type == NULL ? "" : type, "CONTENT_LENGTH",
		length == NULL ? "" : length},
	    .body = body,
	    .body_len = len,
	    .most = 1000};
	return request_read(&r, &x) == OK ? request_read_form(&r, &x)
					  : ERR_COUNT;
}

static enum err
post(const char *type, const char *length, const char *body)
{
	return post_n(type, length, body, strlen(body));
}

static bool
field(const char *name, const char *value)
{
	const char *got = form_get(request_form(&r), name);

	return got != NULL && str_equal(got, value);
}

static void
methods(void)
{
	CHECK(
	    get("/") == OK && r.method == METHOD_GET, "request: GET is known");
	CHECK(get_with("/", "X", "") == OK &&
		  (x.variables[1] = "HEAD", request_read(&r, &x) == OK) &&
		  r.method == METHOD_HEAD,
	    "request: HEAD is a method of its own");
	CHECK((x.variables[1] = "get", request_read(&r, &x) == OK) &&
		  r.method == METHOD_OTHER,
	    "request: methods are compared with their case");
	CHECK((x.variables[1] = "PUT", request_read(&r, &x) == OK) &&
		  r.method == METHOD_PUT &&
		  (x.variables[1] = "DELETE", request_read(&r, &x) == OK) &&
		  r.method == METHOD_DELETE,
	    "request: PUT and DELETE are known");
	x.variables[0] = NULL;
	CHECK(request_read(&r, &x) == OK && r.method == METHOD_OTHER,
	    "request: without a method it is none of ours");
}

static void
paths(void)
{
	CHECK(get("/idp/tok%65n?a=%41") == OK &&
		  str_equal(r.path, "/idp/token") && field("a", "A"),
	    "request: path and query of REQUEST_URI are decoded");
	CHECK(get("/a+b") == OK && str_equal(r.path, "/a+b"),
	    "request: a plus in a path is a plus");
	CHECK(get("https://id.example.org/token?a=b") == OK &&
		  str_equal(r.path, "/token") && field("a", "b"),
	    "request: an absolute target is taken too (RFC 9112 3.2.2)");
	CHECK(get("/a%00b") == ERR_INVALID_REQUEST && r.path[0] == '\0' &&
		  get("/a%0d%0ab") == ERR_INVALID_REQUEST &&
		  get("/%zz") == ERR_INVALID_REQUEST &&
		  get("/%FF") == ERR_INVALID_REQUEST,
	    "request: NUL, CR, LF, broken encoding and UTF-8 are refused");
	x = (struct exchange){
	    .variables = {"SCRIPT_NAME", "/idp/token", "PATH_INFO", "/x%41"}};
	CHECK(
	    request_read(&r, &x) == OK && str_equal(r.path, "/idp/token/x%41"),
	    "request: without REQUEST_URI the path is SCRIPT_NAME and "
	    "PATH_INFO, decoded by the server");
}

static void
queries(void)
{
	CHECK(get_with("/?a=1", "QUERY_STRING", "b=2") == OK &&
		  field("b", "2") && form_get(&r.query, "a") == NULL,
	    "request: QUERY_STRING goes before REQUEST_URI's query");
	CHECK(get("/") == OK && r.query.count == 0,
	    "request: no query is an empty form");
	CHECK(get("/?a=%00") == ERR_INVALID_REQUEST &&
		  get("/?a=%F") == ERR_INVALID_REQUEST &&
		  get("/?a=%C3") == ERR_INVALID_REQUEST && r.query.count == 0,
	    "request: NUL, broken encoding and UTF-8 are refused");
	CHECK(get("/?a=1&a=2") == OK && r.query.repeated != NULL,
	    "request: a parameter given twice is noted");
}

static void
ceilings(void)
{
	static char text[REQUEST_QUERY_MAX + 3];

	memset(text, 'x', sizeof text);
	text[0] = '/';
	text[REQUEST_PATH_CAP - 1] = '\0';
	CHECK(get(text) == OK && strlen(r.path) == REQUEST_PATH_CAP - 1,
	    "request: the longest path is taken whole");
	text[REQUEST_PATH_CAP - 1] = 'x';
	text[REQUEST_PATH_CAP] = '\0';
	CHECK(get(text) == ERR_NO_SUCH_PAGE && r.path[0] == '\0',
	    "request: one byte more is no page of ours");
	text[REQUEST_PATH_CAP] = 'x';
	text[1] = '?';
	text[REQUEST_QUERY_MAX + 2] = '\0';
	CHECK(get(text) == OK && r.query.count == 1,
	    "request: the longest query is taken whole");
	CHECK(get_with("/", "QUERY_STRING", text) == ERR_INVALID_REQUEST,
	    "request: a longer query is refused");
	text[REQUEST_COOKIES_MAX + 1] = '\0';
	CHECK(get_with("/", "HTTP_COOKIE", text + 1) == OK &&
		  get_with("/", "HTTP_COOKIE", text) == ERR_INVALID_REQUEST,
	    "request: cookies over their ceiling are refused");
	text[REQUEST_HEADER_MAX + 1] = '\0';
	CHECK(get_with("/", "HTTP_AUTHORIZATION", text + 1) == OK &&
		  get_with("/", "HTTP_AUTHORIZATION", text) ==
		      ERR_INVALID_REQUEST &&
		  r.authorization == NULL,
	    "request: a header over its ceiling is refused");
	CHECK(get_with("/", "HTTP_DPOP", text) == OK && str_equal(r.dpop, ""),
	    "request: a proof over it is none that can be read");
}

static void
headers(void)
{
	CHECK(get_with("/", "HTTP_AUTHORIZATION", "Bearer x") == OK &&
		  str_equal(r.authorization, "Bearer x"),
	    "request: Authorization is there");
	CHECK(get_with("/", "REDIRECT_HTTP_AUTHORIZATION", "Bearer x") == OK &&
		  r.authorization != NULL,
	    "request: also where Apache renamed it");
	CHECK(get_with("/", "HTTP_AUTHORIZATION", "") == OK &&
		  r.authorization == NULL && r.origin == NULL,
	    "request: an empty header is an absent one");
	CHECK(get_with("/", "HTTP_ORIGIN", "https://a.example") == OK &&
		  str_equal(r.origin, "https://a.example"),
	    "request: Origin is there");
	CHECK(get_with("/", "HTTP_ORIGIN", "a\rb") == ERR_INVALID_REQUEST,
	    "request: a control character in a header is refused");
	CHECK(get_with("/", "HTTP_SEC_FETCH_SITE", "same-origin") == OK &&
		  str_equal(r.fetch_site, "same-origin") &&
		  get_with("/", "HTTP_AUTHORIZATION", "a\rb") ==
		      ERR_INVALID_REQUEST &&
		  r.fetch_site == NULL,
	    "request: one that is refused has no header of the one before");
	CHECK(get_with("/", "REMOTE_ADDR", "2001:db8::1") == OK &&
		  str_equal(r.address, "2001:db8::1"),
	    "request: the address is the peer's");
}

/* What a decision is told of who asks. */
static void
caller(void)
{
	static const struct provider provider = {
	    .conf.issuer = "https://id.example.org/idp"};
	static struct call c = {.provider = &provider};

	x = (struct exchange){
	    .variables = {"REQUEST_METHOD", "GET", "REQUEST_URI", "/cgi/token",
		"REMOTE_ADDR", "2001:db8::1", "HTTP_AUTHORIZATION", "Basic x",
		"HTTP_DPOP", "proof", "HTTP_SSL_CLIENT_CERT", "mine",
		"HTTP_HOST", "evil.example"}};
	CHECK(request_read(&c.request, &x) == OK, "caller: a request");
	call_set_caller(&c, "/token");
	CHECK(str_equal(c.caller.method, "GET") &&
		  str_equal(c.caller.address, "2001:db8::1") &&
		  str_equal(c.caller.authorization, "Basic x") &&
		  str_equal(c.caller.dpop, "proof") &&
		  c.caller.origin == NULL && c.caller.form->count == 0,
	    "caller: has the method, the address and the headers");
	CHECK(str_equal(c.caller.url, "https://id.example.org/idp/token"),
	    "caller: its URL is the announced one, not what Host says");
	CHECK(c.caller.certificate == NULL,
	    "caller: no header can pass for a certificate");
	x = (struct exchange){
	    .variables = {"REQUEST_METHOD", "GET", "REQUEST_URI", "/token",
		"HTTP_DPOP", "proof", "HTTP_DPOP", "proof"}};
	CHECK(
	    request_read(&c.request, &x) == OK && str_equal(c.request.dpop, ""),
	    "caller: of several proofs none is read (RFC 9449 4.3)");
}

static void
cookies(void)
{
	char value[8];

	CHECK(get_with("/", "HTTP_COOKIE", "a=1; session=abc; b=2") == OK &&
		  request_cookie(&r, "session", value, sizeof value) &&
		  str_equal(value, "abc") &&
		  request_cookie(&r, "a", value, sizeof value) &&
		  str_equal(value, "1") &&
		  request_cookie(&r, "b", value, sizeof value) &&
		  str_equal(value, "2"),
	    "cookie: each is found, in any position");
	CHECK(!request_cookie(&r, "c", value, sizeof value) &&
		  value[0] == '\0' &&
		  !request_cookie(&r, "ession", value, sizeof value) &&
		  !request_cookie(&r, "sess", value, sizeof value),
	    "cookie: only a whole name is found");
	CHECK(get_with("/", "HTTP_COOKIE", "s=1; s=2") == OK &&
		  !request_cookie(&r, "s", value, sizeof value) &&
		  value[0] == '\0',
	    "cookie: one that is there twice is none");
	CHECK(get_with("/", "HTTP_COOKIE", "s=12345678") == OK &&
		  !request_cookie(&r, "s", value, sizeof value) &&
		  value[0] == '\0',
	    "cookie: a value too long is not cut");
	CHECK(get_with("/", "HTTP_COOKIE", "s=a=b;t=;;u") == OK &&
		  request_cookie(&r, "s", value, sizeof value) &&
		  str_equal(value, "a=b") &&
		  request_cookie(&r, "t", value, sizeof value) &&
		  value[0] == '\0' &&
		  !request_cookie(&r, "u", value, sizeof value),
	    "cookie: odd ones do no harm");
}

static void
bodies(void)
{
	CHECK(post(FORM_TYPE, "7", "a=1&b=2") == OK && field("a", "1") &&
		  field("b", "2"),
	    "body: a form is read");
	CHECK(post(FORM_TYPE, NULL, "a=1&b=2") == OK && field("b", "2"),
	    "body: without CONTENT_LENGTH it is read to its end");
	CHECK(post("Application/X-WWW-Form-Urlencoded; charset=UTF-8", "3",
		  "a=1") == OK,
	    "body: the type has any case, and parameters");
	CHECK(post(FORM_TYPE, "3", "a=1&b=2") == OK && x.read == 3,
	    "body: no more than CONTENT_LENGTH is read");
	CHECK(post(NULL, NULL, "") == OK && post(NULL, "0", "") == OK &&
		  r.body.count == 0,
	    "body: an empty one needs no type");
	CHECK(
	    post(NULL, "3", "a=1") == ERR_UNSUPPORTED_MEDIA_TYPE &&
		post("application/json", "2", "{}") ==
		    ERR_UNSUPPORTED_MEDIA_TYPE &&
		post(FORM_TYPE "x", "3", "a=1") == ERR_UNSUPPORTED_MEDIA_TYPE &&
		r.body.count == 0,
	    "body: another type is refused");
	CHECK(post(FORM_TYPE, "4", "a=1") == ERR_INVALID_REQUEST,
	    "body: one cut short is refused");
	CHECK(post(FORM_TYPE, "-1", "a=1") == ERR_INVALID_REQUEST &&
		  post(FORM_TYPE, "3x", "a=1") == ERR_INVALID_REQUEST,
	    "body: a length that is none is refused");
	CHECK(post(FORM_TYPE, "5", "a=%00") == ERR_INVALID_REQUEST &&
		  post_n(FORM_TYPE, "5", "a=b\0c", 5) == ERR_INVALID_REQUEST &&
		  post(FORM_TYPE, "4", "a=%4") == ERR_INVALID_REQUEST &&
		  post(FORM_TYPE, "5", "a=%ff") == ERR_INVALID_REQUEST,
	    "body: NUL, broken encoding and UTF-8 are refused");
	CHECK(post(FORM_TYPE, NULL, "") == OK &&
		  (x.broken = true, x.variables[6] = NULL,
		      request_read_form(&r, &x) == ERR_INVALID_REQUEST),
	    "body: a peer that has gone is no end of a body");
	CHECK(get("/?a=1") == OK && request_read_form(&r, &x) == OK &&
		  r.body.count == 0 && field("a", "1"),
	    "body: a GET has none");
}

static void
big_bodies(void)
{
	static char body[REQUEST_BODY_MAX + 1];

	memset(body, 'x', sizeof body);
	CHECK(post_n(FORM_TYPE, NULL, body, REQUEST_BODY_MAX) == OK &&
		  r.body.count == 1 &&
		  post_n(FORM_TYPE, "65536", body, REQUEST_BODY_MAX) == OK,
	    "body: 64 KiB are read");
	CHECK(
	    post_n(FORM_TYPE, NULL, body, sizeof body) == ERR_CONTENT_TOO_LARGE,
	    "body: one byte more is too large, even without CONTENT_LENGTH");
	CHECK(post_n(FORM_TYPE, "65537", body, sizeof body) ==
		      ERR_CONTENT_TOO_LARGE &&
		  x.read == 0,
	    "body: one that is said to be too large is not read");
}

static void
wiping(void)
{
	bool clean = true;

	memset(r.body_text, 0, sizeof r.body_text);
	CHECK(post(FORM_TYPE, "14", "password=hunte") == OK &&
		  field("password", "hunte"),
	    "request: a secret came in");
	request_wipe(&r);
	for (size_t i = 0; i < 32; i++)
		clean = clean && r.body_text[i] == '\0';
	CHECK(clean && r.body.count == 0, "request: after a wipe it is gone");
}

int
main(void)
{
	methods();
	paths();
	queries();
	ceilings();
	headers();
	caller();
	cookies();
	bodies();
	big_bodies();
	wiping();
	return check_done();
}
