#include "base/issuer.h"

#include "base/str.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

enum { ADDRESS_CAP = 64 };

static bool
is_address(int family, const char *text, size_t len, uint8_t *address)
{
	char copy[ADDRESS_CAP];

	return str_copy_n(copy, sizeof copy, text, len) == OK &&
	       inet_pton(family, copy, address) == 1;
}

/* Where the host at S ends, or NULL if there is none. */
static const char *
host_end(const char *s)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";
	uint8_t address[sizeof(struct in6_addr)];
	const char *end;

	if (*s == '[') {
		end = strchr(s, ']');
		if (end == NULL ||
		    s[1 + strspn(s + 1, "0123456789abcdef:.")] != ']' ||
		    !is_address(
			AF_INET6, s + 1, (size_t)(end - s - 1), address))
			return NULL;
		return end + 1;
	}
	end = s + strspn(s, name);
	if (end == s || *s == '.' || *s == '-')
		return NULL;
	return end;
}

static const char *
port_end(const char *s)
{
	char digits[6];
	size_t len;
	int64_t port;

	if (*s != ':')
		return s;
	len = strspn(s + 1, "0123456789");
	if (str_copy_n(digits, sizeof digits, s + 1, len) != OK ||
	    str_to_int64(digits, 1, 65535, &port) != OK)
		return NULL;
	return s + 1 + len;
}

/* "", or segments that mean the same to every parser: no "%", no ";" that
 * would end a cookie's Path, no "." or ".." that a server would resolve. */
static bool
path_valid(const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~";

	while (*s != '\0') {
		size_t len;

		if (*s++ != '/')
			return false;
		len = strspn(s, plain);
		if (len == 0 || strspn(s, ".") == len)
			return false;
		s += len;
	}
	return true;
}

bool
issuer_split(const char *issuer, struct issuer_parts *p)
{
	const char *end;

	p->https = str_starts(issuer, "https://");
	if (!p->https && !str_starts(issuer, "http://"))
		return false;
	p->host = strchr(issuer, ':') + strlen("://");
	if ((end = host_end(p->host)) == NULL)
		return false;
	p->host_len = (size_t)(end - p->host);
	p->path = port_end(end);
	return p->path != NULL && path_valid(p->path);
}

static bool
host_is_loopback(const char *host, size_t len)
{
	uint8_t address[sizeof(struct in6_addr)];

	if (is_address(AF_INET, host, len, address))
		return address[0] == 127;
	return (len == strlen("localhost") && str_starts(host, "localhost")) ||
	       (len == strlen("[::1]") && str_starts(host, "[::1]"));
}

bool
issuer_valid(const char *issuer)
{
	struct issuer_parts p;

	return strlen(issuer) < ISSUER_CAP && issuer_split(issuer, &p) &&
	       (p.https || host_is_loopback(p.host, p.host_len));
}
