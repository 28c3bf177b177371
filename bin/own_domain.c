#include "own_domain.h"

#include "base/buf.h"
#include "base/issuer.h"
#include "base/library.h"
#include "base/str.h"
#include "domain/uri.h"

#include <stdio.h>
#include <string.h>

/* What we call of libpsl, which libcurl brings along. */
struct psl_ctx_st;
typedef const struct psl_ctx_st *psl_builtin_call(void);
typedef const char *psl_registrable_domain_call(
    const struct psl_ctx_st *psl, const char *domain);

enum { HOST_CAP = 256 };

/* The registrable domain of HOST; NULL if it has none. It is a part of HOST. */
static const char *
registrable_domain(const char *host)
{
	static psl_builtin_call *builtin;
	static psl_registrable_domain_call *domain_of;
	void *library;

	if (domain_of == NULL) {
		library = library_open("libpsl.so.5");
		if (library == NULL ||
		    !library_find(library, "psl_builtin", &builtin) ||
		    !library_find(
			library, "psl_registrable_domain", &domain_of))
			return NULL;
	}
	return domain_of(builtin(), host);
}

/* The host of URI, which is https; false for an address. */
static bool
host_of(char host[static HOST_CAP], const char *uri)
{
	const char *begin = uri + strlen("https://");
	size_t len = strcspn(begin, ":/?");

	return uri_is_https(uri) && *begin != '[' &&
	       str_copy_n(host, HOST_CAP, begin, len) == OK &&
	       host[strspn(host, "0123456789.")] != '\0';
}

static bool
all_in_domain(const char *uris, const char *domain)
{
	char uri[URI_CAP], host[HOST_CAP];
	const char *at;

	while (words_next(&uris, uri, sizeof uri)) {
		if (!host_of(host, uri))
			return false;
		str_lower(host);
		at = registrable_domain(host);
		if (at == NULL || !str_equal(at, domain))
			return false;
	}
	return true;
}

void
own_domain_hint(const struct admin *a, const struct client *c)
{
	char host[HOST_CAP];
	const char *domain;

	if (c->trusted || client_is_public(c) || c->redirect_uris[0] == '\0' ||
	    !host_of(host, a->conf.issuer))
		return;
	domain = registrable_domain(host);
	if (domain == NULL || !all_in_domain(c->redirect_uris, domain))
		return;
	fprintf(stderr,
	    "latchkey: hint: %s is at %s, as this provider is; if the app is "
	    "your own, people need not be asked: `latchkey client set %s "
	    "--trusted`\n",
	    c->client_id, domain, c->client_id);
}
