#include "domain/uri.h"

#include "base/buf.h"
#include "base/str.h"

#include <string.h>

enum { SCHEME_CAP = 64, HOST_CAP = 256, PORT_CAP = 6 };

struct uri {
	char scheme[SCHEME_CAP]; /* lower case */
	bool has_authority;
	bool has_userinfo;
	char host[HOST_CAP]; /* lower case; an IPv6 address in brackets */
	char port[PORT_CAP]; /* "" if none is given */
	const char *rest;    /* path and all after it; borrowed */
};

/* RFC 3986 appendix A, what may stand in a URI */
static bool
is_uri_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._~:/?#[]@!$&'()*+,;=%", c) != NULL);
}

static enum err
split_scheme(struct uri *u, const char **cursor)
{
	size_t len = strspn(*cursor, "abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789+-.");
	char first = **cursor;

	if (len == 0 || (*cursor)[len] != ':' ||
	    !((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z')))
		return ERR_SYNTAX;
	if (str_copy_n(u->scheme, sizeof u->scheme, *cursor, len) != OK)
		return ERR_SYNTAX;
	str_lower(u->scheme);
	*cursor += len + 1;
	return OK;
}

/* A number that a connection can be made to, spelled in one way only. */
static enum err
split_port(struct uri *u, const char *port, size_t len)
{
	int64_t number;

	if (str_copy_n(u->port, sizeof u->port, port, len) != OK ||
	    strspn(u->port, "0123456789") != len || u->port[0] == '0')
		return ERR_SYNTAX;
	return str_to_int64(u->port, 1, 65535, &number);
}

static enum err
split_authority(struct uri *u, const char **cursor)
{
	const char *start = *cursor, *colon;
	size_t len = strcspn(start, "/?#"), host_len = len;

	*cursor += len;
	u->has_userinfo = memchr(start, '@', len) != NULL;
	if (start[0] == '[')
		host_len = strcspn(start, "]/?#") + 1;
	else if ((colon = memchr(start, ':', len)) != NULL)
		host_len = (size_t)(colon - start);
	if (host_len > len ||
	    str_copy_n(u->host, sizeof u->host, start, host_len) != OK)
		return ERR_SYNTAX;
	str_lower(u->host);
	if (host_len == len)
		return OK;
	if (start[host_len] != ':')
		return ERR_SYNTAX;
	return split_port(u, start + host_len + 1, len - host_len - 1);
}

static enum err
split_uri(struct uri *u, const char *uri)
{
	const char *cursor = uri;
	enum err e;

	*u = (struct uri){.rest = ""};
	for (const char *c = uri; *c != '\0'; c++)
		if (!is_uri_char(*c))
			return ERR_SYNTAX;
	e = split_scheme(u, &cursor);
	if (e == OK && str_starts(cursor, "//")) {
		u->has_authority = true;
		cursor += 2;
		e = split_authority(u, &cursor);
	}
	u->rest = cursor;
	return e;
}

static bool
is_web(const struct uri *u)
{
	return str_equal(u->scheme, "https") || str_equal(u->scheme, "http");
}

/* A host goes into headers, where a ';' would begin something else. */
static bool
host_is_plain(const struct uri *u)
{
	const char *host = u->host;

	if (host[0] == '[')
		return strlen(host) > 2 &&
		       strspn(host + 1, "0123456789abcdef:.") ==
			   strlen(host) - 2;
	return host[strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789.-_")] ==
	       '\0';
}

static bool
redirect_is_loopback(const struct uri *u)
{
	return str_equal(u->scheme, "http") && u->has_authority &&
	       !u->has_userinfo &&
	       (str_equal(u->host, "[::1]") ||
		   str_equal(u->host, "localhost") ||
		   (str_starts(u->host, "127.") &&
		       strspn(u->host, "0123456789.") == strlen(u->host)));
}

const char *
uri_refusal(const char *uri)
{
	static const char *const barred[] = {"javascript", "data", "vbscript",
	    "file", "blob", "filesystem", "about", "view-source", "jar", "ws",
	    "wss", "ftp", "mailto"};
	static const char not_absolute[] =
	    "not an absolute URI (https://app.example.org/callback; "
	    "a port is 1 to 65535)";
	struct uri u;

	if (strlen(uri) >= URI_CAP)
		return "a URI has at most 1024 characters";
	if (split_uri(&u, uri) != OK)
		return not_absolute;
	/* Compared byte by byte with what the app sends. */
	if (!str_starts(uri, u.scheme))
		return "the scheme of a URI is written in lower case";
	for (size_t i = 0; i < sizeof barred / sizeof *barred; i++)
		if (str_equal(u.scheme, barred[i]))
			return "a URI with this scheme is not safe to go to";
	if (strchr(uri, '#') != NULL)
		return "a redirect URI has no fragment (#)";
	if (strchr(uri, '*') != NULL)
		return "a * is no wildcard: a URI is compared byte by byte; "
		       "register each one";
	if (is_web(&u) && !host_is_plain(&u))
		return not_absolute;
	if (u.has_userinfo)
		return "a redirect URI has no user name in it";
	if (is_web(&u) && (!u.has_authority || u.host[0] == '\0'))
		return "the URI has no host";
	if (str_equal(u.scheme, "http") && !redirect_is_loopback(&u))
		return "http is safe on a loopback address only; use https";
	return NULL;
}

const char *
uri_web_refusal(const char *uri)
{
	struct uri u;

	if (strlen(uri) >= URI_CAP)
		return "a URI has at most 1024 characters";
	if (split_uri(&u, uri) != OK || !is_web(&u) ||
	    !str_starts(uri, u.scheme))
		return "not an address on the web "
		       "(https://app.example.org/logout; a port is 1 to 65535)";
	if (!u.has_authority || u.host[0] == '\0')
		return "the URI has no host";
	if (u.has_userinfo)
		return "an address to send to has no user name in it";
	if (strchr(uri, '#') != NULL)
		return "an address to send to has no fragment (#)";
	return NULL;
}

bool
uri_is_loopback(const char *uri)
{
	struct uri u;

	return split_uri(&u, uri) == OK && redirect_is_loopback(&u);
}

bool
uri_is_https(const char *uri)
{
	return str_starts(uri, "https://");
}

bool
uri_matches_any_port(const char *registered, const char *given)
{
	struct uri r, g;

	if (str_equal(registered, given))
		return true;
	return split_uri(&r, registered) == OK && split_uri(&g, given) == OK &&
	       redirect_is_loopback(&r) && redirect_is_loopback(&g) &&
	       strlen(r.host) == strlen(g.host) &&
	       strncmp(registered, given, strlen("http://") + strlen(r.host)) ==
		   0 &&
	       str_equal(r.rest, g.rest);
}

enum err
uri_origin(char origin[static ORIGIN_CAP], const char *uri)
{
	struct uri u;
	struct buf b;
	const char *usual;

	origin[0] = '\0';
	if (split_uri(&u, uri) != OK || !is_web(&u) || u.host[0] == '\0')
		return ERR_SYNTAX;
	usual = str_equal(u.scheme, "https") ? "443" : "80";
	buf_init(&b, origin, ORIGIN_CAP);
	buf_printf(&b, "%s://%s", u.scheme, u.host);
	if (u.port[0] != '\0' && !str_equal(u.port, usual))
		buf_printf(&b, ":%s", u.port);
	return buf_ok(&b) ? OK : ERR_SYNTAX;
}

/* The next character of a path, 0 at its end; one that is percent-encoded and
 * need not be is itself, any other is not (RFC 3986 2.3). */
static int
next_of_path(const char **path)
{
	const char *p = *path;
	int high = 0, low = 0, c;

	if (*p == '\0' || *p == '?' || *p == '#')
		return 0;
	(*path)++;
	if (*p != '%' || (high = str_hex_digit(p[1])) < 0 ||
	    (low = str_hex_digit(p[2])) < 0)
		return (unsigned char)*p;
	*path += 2;
	c = 16 * high + low;
	return strspn((char[]){(char)c, '\0'},
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		   "0123456789-._~") == 1
		   ? c
		   : 256 + c;
}

static const char *
uri_path(const char *uri)
{
	struct uri u;

	return split_uri(&u, uri) != OK || u.rest[0] != '/' ? "/" : u.rest;
}

bool
uri_same_place(const char *a, const char *b)
{
	char origin[ORIGIN_CAP], other[ORIGIN_CAP];
	int c, d;

	if (uri_origin(origin, a) != OK || uri_origin(other, b) != OK ||
	    !str_equal(origin, other))
		return false;
	a = uri_path(a);
	b = uri_path(b);
	do {
		c = next_of_path(&a);
		d = next_of_path(&b);
	} while (c == d && c != 0);
	return c == d;
}

enum err
uri_place(char place[static ORIGIN_CAP], const char *uri)
{
	struct uri u;
	struct buf b;

	place[0] = '\0';
	if (split_uri(&u, uri) != OK)
		return ERR_SYNTAX;
	buf_init(&b, place, ORIGIN_CAP);
	if (is_web(&u)) {
		buf_puts(&b, u.host);
		if (u.port[0] != '\0')
			buf_printf(&b, ":%s", u.port);
	} else {
		buf_printf(&b, "%s:", u.scheme);
	}
	return buf_ok(&b) ? OK : ERR_SYNTAX;
}
