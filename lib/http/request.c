#include "http/request.h"

#include "base/buf.h"
#include "base/secret.h"
#include "base/str.h"

#include <string.h>

static void
start_request(struct request *r)
{
	r->method = METHOD_OTHER;
	r->path[0] = '\0';
	r->query.count = r->body.count = 0;
	r->query.repeated = r->body.repeated = NULL;
	r->address[0] = '\0';
	r->authorization = r->origin = r->dpop = r->content_type = NULL;
	r->client_certificate = r->client_verify = NULL;
	r->fetch_site = r->asked_headers = r->accept_language = NULL;
	r->accept = NULL;
	r->cookie_text[0] = '\0';
	r->query_len = r->body_len = 0;
}

/* A variable that is set to something; servers leave out some absent headers
 * and send others empty. */
static const char *
param(const struct exchange *x, const char *name)
{
	const char *value = exchange_param(x, name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

static const struct {
	const char *name;
	enum method method;
} methods[] = {{"GET", METHOD_GET}, {"HEAD", METHOD_HEAD},
    {"POST", METHOD_POST}, {"OPTIONS", METHOD_OPTIONS}, {"PUT", METHOD_PUT},
    {"DELETE", METHOD_DELETE}};

const char *
method_name(enum method m)
{
	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
		if (methods[i].method == m)
			return methods[i].name;
	return "";
}

static enum method
read_method(const struct exchange *x)
{
	const char *name = param(x, "REQUEST_METHOD");

	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
		if (name != NULL && str_equal(name, methods[i].name))
			return methods[i].method;
	return METHOD_OTHER;
}

const char *
request_target(const char *target)
{
	const char *authority;

	if (!str_starts(target, "http://") && !str_starts(target, "https://"))
		return target;
	authority = strstr(target, "//") + 2;
	return authority + strcspn(authority, "/?");
}

static enum err
read_path(struct request *r, const struct exchange *x, const char *target)
{
	const char *script = param(x, "SCRIPT_NAME");
	const char *info = param(x, "PATH_INFO");
	struct buf b;

	buf_init(&b, r->path, sizeof r->path);
	if (target != NULL) {
		target = request_target(target);
		buf_put(&b, target, strcspn(target, "?"));
	} else {
		buf_puts(&b, script != NULL ? script : "");
		buf_puts(&b, info != NULL ? info : "");
	}
	if (!buf_ok(&b)) {
		buf_reset(&b);
		return ERR_NO_SUCH_PAGE;
	}
	/* The server has decoded the other two already. */
	if ((target != NULL && str_percent_decode(r->path, b.len) != OK) ||
	    !str_is_utf8(r->path, strlen(r->path)) ||
	    str_has_control(r->path)) {
		buf_reset(&b);
		return ERR_INVALID_REQUEST;
	}
	return OK;
}

enum err
request_read_query(struct request *r, const char *query)
{
	if (str_copy(r->query_text, sizeof r->query_text, query) != OK)
		return ERR_INVALID_REQUEST;
	r->query_len = strlen(r->query_text);
	if (form_parse(&r->query, r->query_text, r->query_len) != OK)
		return ERR_INVALID_REQUEST;
	return OK;
}

static enum err
read_query(struct request *r, const struct exchange *x, const char *target)
{
	const char *query = exchange_param(x, "QUERY_STRING");

	if (query == NULL && target != NULL &&
	    (query = strchr(target, '?')) != NULL)
		query++;
	return query == NULL ? OK : request_read_query(r, query);
}

/* NULL in *VALUE where the header is absent. */
static enum err
read_header(
    const struct exchange *x, const char *name, size_t max, const char **value)
{
	const char *text = param(x, name);

	*value = NULL;
	if (text == NULL)
		return OK;
	if (strlen(text) > max || str_has_control(text))
		return ERR_INVALID_REQUEST;
	*value = text;
	return OK;
}

static void
read_proof(struct request *r, const struct exchange *x)
{
	static const char name[] = "HTTP_DPOP";
	enum err e = read_header(x, name, REQUEST_HEADER_MAX, &r->dpop);

	if (e != OK || (r->dpop != NULL && exchange_param_is_repeated(x, name)))
		r->dpop = "";
}

static enum err
read_headers(struct request *r, const struct exchange *x)
{
	const char *cookies;

	if (read_header(x, "HTTP_AUTHORIZATION", REQUEST_HEADER_MAX,
		&r->authorization) != OK)
		return ERR_INVALID_REQUEST;
	/* Where Apache hides the header, a rewrite rule can bring it back, and
	 * an internal redirect then renames it. */
	if (r->authorization == NULL &&
	    read_header(x, "REDIRECT_HTTP_AUTHORIZATION", REQUEST_HEADER_MAX,
		&r->authorization) != OK)
		return ERR_INVALID_REQUEST;
	if (read_header(x, "HTTP_ORIGIN", REQUEST_HEADER_MAX, &r->origin) ||
	    read_header(x, "HTTP_COOKIE", REQUEST_COOKIES_MAX, &cookies))
		return ERR_INVALID_REQUEST;
	/* One that cannot be is ignored: it is a question, and has an answer
	 * without it. */
	if (read_header(x, "HTTP_ACCESS_CONTROL_REQUEST_HEADERS",
		REQUEST_HEADER_MAX, &r->asked_headers) != OK)
		r->asked_headers = NULL;
	if (read_header(x, "HTTP_SEC_FETCH_SITE", REQUEST_HEADER_MAX,
		&r->fetch_site) != OK)
		r->fetch_site = NULL;
	if (read_header(x, "HTTP_ACCEPT_LANGUAGE", REQUEST_HEADER_MAX,
		&r->accept_language) != OK)
		r->accept_language = NULL;
	if (read_header(x, "HTTP_ACCEPT", REQUEST_HEADER_MAX, &r->accept) != OK)
		r->accept = NULL;
	if (read_header(x, "HTTP_USER_AGENT", REQUEST_HEADER_MAX, &r->agent) !=
	    OK)
		r->agent = NULL;
	read_proof(r, x);
	if (cookies == NULL)
		return OK;
	return str_copy(r->cookie_text, sizeof r->cookie_text, cookies);
}

static void
read_address(struct request *r, const struct exchange *x)
{
	const char *address = param(x, "REMOTE_ADDR");

	if (address == NULL || str_has_control(address) ||
	    str_copy(r->address, sizeof r->address, address) != OK)
		r->address[0] = '\0';
}

/* No client can set these: what it sends becomes an HTTP_ variable. */
static void
read_client_certificate(struct request *r, const struct exchange *x)
{
	r->client_verify = param(x, "SSL_CLIENT_VERIFY");
	r->client_certificate = param(x, "SSL_CLIENT_CERT");
}

enum err
request_read_head(struct request *r, const struct exchange *x)
{
	start_request(r);
	r->method = read_method(x);
	read_address(r, x);
	read_client_certificate(r, x);
	return read_headers(r, x);
}

enum err
request_read(struct request *r, struct exchange *x)
{
	const char *target = param(x, "REQUEST_URI");
	enum err e;

	start_request(r);
	/* In this order: who renders an error needs method and path. */
	r->method = read_method(x);
	read_address(r, x);
	read_client_certificate(r, x);
	if ((e = read_path(r, x, target)) != OK)
		return e;
	if ((e = read_headers(r, x)) != OK)
		return e;
	return read_query(r, x, target);
}

/* How long the body is said to be; -1 where nothing is said. */
static enum err
content_length(const struct exchange *x, int64_t *length)
{
	const char *text = param(x, "CONTENT_LENGTH");

	*length = -1;
	if (text == NULL)
		return OK;
	if (str_to_int64(text, 0, INT64_MAX, length) != OK)
		return ERR_INVALID_REQUEST;
	return *length > REQUEST_BODY_MAX ? ERR_CONTENT_TOO_LARGE : OK;
}

/* Whether TYPE is WANTED, with any parameters (RFC 9110 8.3.1). */
static bool
is_type(const char *type, const char *wanted)
{
	char name[64];

	return str_copy_n(name, sizeof name, type, strcspn(type, "; \t")) ==
		   OK &&
	       str_equal_nocase(name, wanted);
}

/* Reads to the end, or to LENGTH if it is known: a CGI's standard input need
 * not end there. One byte too many is how a body over the ceiling shows. */
static enum err
read_body(struct request *r, struct exchange *x, int64_t length)
{
	size_t want = length < 0 ? sizeof r->body_text : (size_t)length;

	while (r->body_len < want) {
		size_t n;

		if (exchange_read(x, r->body_text + r->body_len,
			want - r->body_len, &n) != OK)
			return ERR_INVALID_REQUEST;
		if (n == 0)
			break;
		r->body_len += n;
	}
	if (r->body_len > REQUEST_BODY_MAX)
		return ERR_CONTENT_TOO_LARGE;
	return length >= 0 && r->body_len < want ? ERR_INVALID_REQUEST : OK;
}

/* The body, which is of the type WANTED. */
static enum err
read_typed(struct request *r, struct exchange *x, const char *wanted)
{
	const char *type = param(x, "CONTENT_TYPE");
	int64_t length;
	enum err e;

	r->content_type = type;
	if ((e = content_length(x, &length)) != OK)
		return e;
	if (type != NULL && !is_type(type, wanted))
		return ERR_UNSUPPORTED_MEDIA_TYPE;
	if ((e = read_body(r, x, length)) != OK)
		return e;
	return type == NULL && r->body_len > 0 ? ERR_UNSUPPORTED_MEDIA_TYPE
					       : OK;
}

enum err
request_read_json(struct request *r, struct exchange *x)
{
	if (r->method != METHOD_POST && r->method != METHOD_PUT)
		return OK;
	return read_typed(r, x, "application/json");
}

enum err
request_read_form(struct request *r, struct exchange *x)
{
	enum err e;

	if (r->method != METHOD_POST)
		return OK;
	e = read_typed(r, x, "application/x-www-form-urlencoded");
	if (e != OK)
		return e;
	if (form_parse(&r->body, r->body_text, r->body_len) != OK)
		return ERR_INVALID_REQUEST;
	return OK;
}

const struct form *
request_form(const struct request *r)
{
	return r->method == METHOD_POST ? &r->body : &r->query;
}

/* The value in "name=value" at PAIR of LEN bytes, if NAME is its name. */
static const char *
cookie_value(const char *pair, size_t len, const char *name, size_t name_len)
{
	if (len <= name_len || pair[name_len] != '=' ||
	    memcmp(pair, name, name_len) != 0)
		return NULL;
	return pair + name_len + 1;
}

bool
request_accepts(const struct request *r, const char *type)
{
	const char *at = r->accept != NULL ? r->accept : "";
	char word[128];

	while (*at != '\0') {
		at += strspn(at, " \t,");
		if (str_copy_n(word, sizeof word, at, strcspn(at, " \t,;")) ==
			OK &&
		    str_equal_nocase(word, type))
			return true;
		at += strcspn(at, ",");
	}
	return false;
}

bool
request_cookie(
    const struct request *r, const char *name, char *value, size_t cap)
{
	size_t name_len = strlen(name), len, found_len = 0;
	const char *found = NULL, *v;

	value[0] = '\0';
	for (const char *p = r->cookie_text; *p != '\0'; p += len) {
		p += strspn(p, "; ");
		len = strcspn(p, ";");
		if ((v = cookie_value(p, len, name, name_len)) == NULL)
			continue;
		/* Twice: one of them was planted, by a sister host or over
		 * http, and there is no telling which. */
		if (found != NULL)
			return false;
		found = v;
		found_len = len - name_len - 1;
	}
	return found != NULL && str_copy_n(value, cap, found, found_len) == OK;
}

const char *
request_cookie_next(const struct request *r, const char **at, size_t *len)
{
	const char *pair = *at != NULL ? *at : r->cookie_text;

	pair += strspn(pair, "; ");
	*at = pair + strcspn(pair, ";");
	*len = strcspn(pair, "=; ");
	return *pair != '\0' ? pair : NULL;
}

void
request_wipe(struct request *r)
{
	secret_wipe(r->query_text, r->query_len);
	secret_wipe(r->body_text, r->body_len);
	secret_wipe(r->cookie_text, strlen(r->cookie_text));
	start_request(r);
}
