#include "domain/document_url.h"

#include "base/str.h"
#include "domain/client.h"

#include <string.h>

#define HTTPS "https://"

enum { HTTPS_LEN = sizeof HTTPS - 1, LABEL_MAX = 63 };

bool
document_url_is_one(const char *client_id)
{
	return str_starts(client_id, HTTPS);
}

/* --- the host --------------------------------------------------------------*/

static bool
is_label(const char *label, size_t len)
{
	return len > 0 && len <= LABEL_MAX && label[0] != '-' &&
	       label[len - 1] != '-' &&
	       strspn(label, "abcdefghijklmnopqrstuvwxyz0123456789-") >= len;
}

/* Labels with dots between them, two or more. Where the last begins with a
 * figure, resolvers take the whole for an address (RFC 3696 2). */
static bool
is_host_name(const char *host, size_t len)
{
	const char *label = host, *dot;
	size_t left = len;

	while ((dot = memchr(label, '.', left)) != NULL) {
		if (!is_label(label, (size_t)(dot - label)))
			return false;
		left -= (size_t)(dot - label) + 1;
		label = dot + 1;
	}
	return label != host && is_label(label, left) &&
	       (label[0] < '0' || label[0] > '9');
}

/* In its one spelling, and not the usual one, which is not written. */
static bool
is_port(const char *port, size_t len)
{
	char text[6];
	int64_t number;

	return str_copy_n(text, sizeof text, port, len) == OK &&
	       strspn(text, "0123456789") == len && text[0] != '0' &&
	       str_to_int64(text, 1, 65535, &number) == OK && number != 443;
}

static bool
is_authority(const char *text, size_t len)
{
	const char *colon = memchr(text, ':', len);
	const size_t host_len = colon != NULL ? (size_t)(colon - text) : len;

	return len < ORIGIN_CAP && is_host_name(text, host_len) &&
	       (colon == NULL || is_port(colon + 1, len - host_len - 1));
}

bool
document_host_is_valid(const char *host)
{
	return is_authority(host, strlen(host));
}

void
document_url_host(char host[static ORIGIN_CAP], const char *url)
{
	const char *at = url + HTTPS_LEN;

	if (!document_url_is_one(url) ||
	    str_copy_n(host, ORIGIN_CAP, at, strcspn(at, "/?#")) != OK)
		host[0] = '\0';
}

/* --- the rest --------------------------------------------------------------*/

static bool
is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c != '\0' && strchr("-._~", c));
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* A byte that has to be encoded, in capitals: RFC 3986 6.2.2 has other
 * spellings of the same address. */
static bool
is_needed_escape(const char *s)
{
	int high = hex_value(s[1]), low = high >= 0 ? hex_value(s[2]) : -1;
	int byte = high * 16 + low;

	return low >= 0 && byte > ' ' && byte != 0x7f && byte != '/' &&
	       byte != '\\' && (byte >= 0x80 || !is_unreserved((char)byte));
}

/* The path and the query. */
static bool
has_one_spelling(const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '%') {
			if (!is_needed_escape(s))
				return false;
			s += 2;
		} else if (!is_unreserved(*s) &&
			   strchr("/:?=&+,", *s) == NULL) {
			return false;
		}
	}
	return true;
}

/* "." and "..", between slashes or at the end; and none at all, which servers
 * drop. */
static bool
has_bad_segment(const char *path)
{
	size_t len;

	while (*path == '/') {
		path++;
		len = strcspn(path, "/?");
		if ((len == 0 && *path == '/') || (len == 1 && *path == '.') ||
		    (len == 2 && path[0] == '.' && path[1] == '.'))
			return true;
		path += len;
	}
	return false;
}

const char *
document_url_refusal(const char *url)
{
	const char *authority = url + HTTPS_LEN;
	size_t len;

	if (!document_url_is_one(url))
		return "expected an address that begins with https://";
	if (strlen(url) >= CLIENT_ID_CAP)
		return "expected at most 128 characters";
	if (strchr(url, '#') != NULL)
		return "expected no fragment (#)";
	len = strcspn(authority, "/?");
	if (memchr(authority, '@', len) != NULL)
		return "expected no user name";
	if (!is_authority(authority, len))
		return "expected a host name in lower case, with a port only "
		       "if it is not 443; no address in figures, and no dot "
		       "at the end";
	if (authority[len] != '/')
		return "expected a path";
	if (has_bad_segment(authority + len))
		return "expected no empty, single-dot or double-dot segment in "
		       "the path";
	if (!has_one_spelling(authority + len))
		return "expected letters, digits and - . _ ~ / : ? = & + , as "
		       "they are, and others encoded (%XX, in capitals)";
	return NULL;
}
