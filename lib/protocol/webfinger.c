#include "protocol/webfinger.h"

#include "base/issuer.h"
#include "base/json.h"
#include "base/names.h"
#include "base/str.h"

#include <string.h>

#define ISSUER_RELATION "http://openid.net/specs/connect/1.0/issuer"

/* The issuer's host, or the domain it is in: id.example.org serves the people
 * at example.org. */
static bool
domain_has_issuer(const struct conf *conf, const char *domain)
{
	struct issuer_parts issuer;
	char host[ISSUER_CAP];
	const char *parent;

	if (!issuer_split(conf->issuer, &issuer) ||
	    str_copy_n(host, sizeof host, issuer.host, issuer.host_len) != OK)
		return false;
	host[strcspn(host, host[0] == '[' ? "" : ":")] = '\0';
	parent = strchr(host, '.');
	return str_equal_nocase(domain, host) ||
	       (parent != NULL && strchr(parent + 1, '.') != NULL &&
		   str_equal_nocase(domain, parent + 1));
}

static bool
domain_is_ours(const struct conf *conf, const char *domain)
{
	const char *cursor = conf->webfinger_domains;
	char name[CONF_DOMAINS_CAP];

	if (cursor[0] == '\0')
		return domain_has_issuer(conf, domain);
	while (names_next(&cursor, name, sizeof name))
		if (str_equal_nocase(name, domain))
			return true;
	return false;
}

static bool
resource_is_ours(const struct conf *conf, const char *resource)
{
	const char *at = strrchr(resource, '@');
	size_t len = strlen(conf->issuer);

	if (str_starts_nocase(resource, "acct:"))
		return at != NULL && at > resource + strlen("acct:") &&
		       domain_is_ours(conf, at + 1);
	return str_starts(resource, conf->issuer) &&
	       (resource[len] == '\0' || str_equal(resource + len, "/"));
}

/* The links, of those that were asked for (RFC 7033 4.3). */
static json_t *
make_links(const struct conf *conf, const struct form *query)
{
	const char *rel = form_get(query, "rel");

	if (rel != NULL && !str_equal(rel, ISSUER_RELATION) &&
	    (query->repeated == NULL || !str_equal(query->repeated, "rel")))
		return json_array();
	return json_pack(
	    "[{s:s, s:s}]", "rel", ISSUER_RELATION, "href", conf->issuer);
}

/* `rel` may be given more than once, and nothing else (RFC 7033 4.1). That
 * `resource` is, the form does not say. */
static bool
is_repeated(const struct form *query)
{
	size_t resources = 0;

	for (size_t i = 0; i < query->count; i++)
		resources += str_equal(query->field[i].name, "resource");
	return resources > 1 ||
	       (query->repeated != NULL && !str_equal(query->repeated, "rel"));
}

enum err
webfinger_answer(const struct conf *conf, const struct form *query,
    struct buf *answer, enum reason *reason)
{
	const char *resource = form_get(query, "resource");
	struct json_build b;
	json_t *document;

	if (is_repeated(query))
		return refused(REASON_PARAMETER_REPEATED, reason);
	if (resource == NULL)
		return refused(REASON_WEBFINGER_RESOURCE_MISSING, reason);
	if (!resource_is_ours(conf, resource))
		return refused(REASON_WEBFINGER_RESOURCE_UNKNOWN, reason);
	json_begin(&b);
	json_put_str(&b, "subject", resource);
	json_put(&b, "links", make_links(conf, query));
	document = json_finish(&b);
	if (document == NULL)
		return ERR_NO_MEMORY;
	json_write(answer, document);
	json_decref(document);
	return OK;
}
