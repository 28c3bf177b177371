#include "web/cookie.h"

#include "base/buf.h"
#include "base/str.h"

#include <string.h>

enum { SET_COOKIE_CAP = 4096 };

static const char *
path_of(const struct conf *conf, const struct cookie *c)
{
	if (c->path != NULL)
		return c->path;
	return *conf_issuer_path(conf) != '\0' ? conf_issuer_path(conf) : "/";
}

/* RFC 6265bis 4.1.3. A browser refuses __Host- unless Path is "/". */
static const char *
prefix(const struct conf *conf, const struct cookie *c)
{
	if (!conf->secure)
		return "";
	return str_equal(path_of(conf, c), "/") ? "__Host-" : "__Secure-";
}

bool
cookie_get(const struct conf *conf, const struct request *q,
    const struct cookie *c, char *value, size_t cap)
{
	char name[COOKIE_NAME_CAP];
	struct buf b;

	value[0] = '\0';
	buf_init(&b, name, sizeof name);
	buf_puts(&b, prefix(conf, c));
	buf_puts(&b, c->name);
	return buf_ok(&b) && request_cookie(q, name, value, cap);
}

bool
cookie_next(const struct conf *conf, const struct request *q,
    const struct cookie *c, const char **at, char *name, size_t cap)
{
	const char *start = prefix(conf, c);
	const char *found;
	size_t len;

	while ((found = request_cookie_next(q, at, &len)) != NULL)
		if (len > strlen(start) && str_starts(found, start) &&
		    str_copy_n(name, cap, found + strlen(start),
			len - strlen(start)) == OK)
			return true;
	return false;
}

void
cookie_set(struct response *r, const struct conf *conf, const struct cookie *c,
    const char *value, int64_t max_age_s)
{
	char text[SET_COOKIE_CAP];
	struct buf b;

	buf_init(&b, text, sizeof text);
	buf_puts(&b, prefix(conf, c));
	buf_puts(&b, c->name);
	buf_putc(&b, '=');
	buf_puts(&b, value);
	buf_puts(&b, "; Path=");
	buf_puts(&b, path_of(conf, c));
	if (max_age_s >= 0) {
		buf_puts(&b, "; Max-Age=");
		buf_put_int(&b, max_age_s);
	}
	if (conf->secure)
		buf_puts(&b, "; Secure");
	buf_puts(&b, "; HttpOnly; SameSite=");
	buf_puts(&b, c->same_site == SAME_SITE_STRICT ? "Strict" : "Lax");
	/* These would end the value early and speak as attributes. */
	if (!buf_ok(&b) || strpbrk(value, " \",;\\") != NULL ||
	    strchr(path_of(conf, c), ';') != NULL)
		r->failed = true;
	else
		response_header(r, "Set-Cookie", text);
	buf_wipe(&b);
}
