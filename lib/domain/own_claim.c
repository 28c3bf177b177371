#include "domain/own_claim.h"

#include "base/buf.h"
#include "base/str.h"
#include "domain/claim.h"

#include <string.h>

enum {
	OWN_CLAIM_ROW_CAP =
	    OWN_CLAIM_NAME_CAP + 16 + ATTRIBUTE_KEY_CAP + SCOPE_WORD_CAP
};

static const char *const source_names[OWN_CLAIM_SOURCES] = {
    [OWN_CLAIM_GROUPS] = "groups",
    [OWN_CLAIM_NAME] = "name",
    [OWN_CLAIM_USERNAME] = "username",
    [OWN_CLAIM_EMAIL] = "email",
    [OWN_CLAIM_ATTRIBUTE] = "attribute",
};

/* What a JWT or an answer of ours says by itself (RFC 7519, 7800, 8693, 9068;
 * OpenID Connect Core 2; logout tokens). */
static const char *const reserved[] = {"iss", "sub", "aud", "exp", "nbf", "iat",
    "jti", "auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash",
    "s_hash", "sid", "cnf", "act", "may_act", "scope", "client_id", "events",
    "sub_id", "sub_jwk", "active", "token_type", "typ", "htm", "htu", "ath",
    "toe", "txn", "_claim_names", "_claim_sources"};

static bool
is_reserved(const char *name)
{
	const size_t count = sizeof reserved / sizeof *reserved;

	if (str_index(reserved, count, name) < count)
		return true;
	for (const struct claim *k = claims_known; k->name != NULL; k++)
		if (str_equal(k->name, name))
			return true;
	return false;
}

static const char *
own_claim_name_refusal(const char *s)
{
	size_t len = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz0123456789_.:/-");

	if (len == 0 || s[len] != '\0' || len >= OWN_CLAIM_NAME_CAP)
		return "a claim is named by up to 64 letters, digits and "
		       "_ . : / -";
	return is_reserved(s) ? "tokens have this claim by themselves; it "
				"cannot be another's"
			      : NULL;
}

/* SOURCE or attribute:KEY. */
static enum err
read_claim_source(struct own_claim *o, char *text)
{
	char *key = strchr(text, ':');

	if (key != NULL)
		*key++ = '\0';
	o->source = (enum own_claim_source)str_index(
	    source_names, OWN_CLAIM_SOURCES, text);
	if (o->source == OWN_CLAIM_SOURCES ||
	    (key != NULL && o->source != OWN_CLAIM_ATTRIBUTE))
		return ERR_SYNTAX;
	if (o->source != OWN_CLAIM_ATTRIBUTE)
		return OK;
	return str_copy(o->key, sizeof o->key, key != NULL ? key : o->name);
}

/* ROW is overwritten. */
static enum err
read_own_claim(struct own_claim *o, char *row)
{
	char *source = strchr(row, '='), *scope;

	*o = (struct own_claim){.source = OWN_CLAIM_SOURCES};
	if (source == NULL)
		return ERR_SYNTAX;
	*source++ = '\0';
	scope = strchr(source, '@');
	if (scope != NULL)
		*scope++ = '\0';
	if (str_copy(o->name, sizeof o->name, row) != OK ||
	    (scope != NULL &&
		(!scope_word_valid(scope) ||
		    str_copy(o->scope, sizeof o->scope, scope) != OK)))
		return ERR_SYNTAX;
	return read_claim_source(o, source);
}

const char *
own_claim_refusal(const char *row)
{
	char text[OWN_CLAIM_ROW_CAP];
	struct own_claim o;

	if (str_copy(text, sizeof text, row) != OK || str_has_control(row) ||
	    read_own_claim(&o, text) != OK)
		return "give CLAIM=SOURCE or CLAIM=SOURCE@SCOPE; SOURCE is "
		       "groups, name, username, email, attribute or "
		       "attribute:KEY";
	if (o.source == OWN_CLAIM_ATTRIBUTE &&
	    attribute_key_refusal(o.key) != NULL)
		return attribute_key_refusal(o.key);
	return own_claim_name_refusal(o.name);
}

enum err
own_claim_add(struct client *c, const char *row)
{
	const size_t name_len = strcspn(row, "=");
	const char *rows = c->claims;
	struct own_claim o;

	while (own_claim_next(&rows, &o))
		if (strlen(o.name) == name_len &&
		    strncmp(o.name, row, name_len) == 0)
			return ERR_EXISTS;
	return rows_add(c->claims, sizeof c->claims, row);
}

bool
own_claim_next(const char **rows, struct own_claim *o)
{
	char row[OWN_CLAIM_ROW_CAP];
	size_t len = strcspn(*rows, "\n");

	if (len == 0 || str_copy_n(row, sizeof row, *rows, len) != OK)
		return false;
	*rows += len + ((*rows)[len] == '\n');
	return read_own_claim(o, row) == OK;
}

bool
own_claim_is_told(const struct own_claim *o, const char *scope)
{
	return words_has(scope, o->scope[0] != '\0' ? o->scope : "openid");
}

unsigned
own_claims_told(
    char set[static OWN_CLAIMS_CAP], const char *rows, const char *scope)
{
	unsigned sources = 0;
	struct own_claim o;
	struct buf b;

	buf_init(&b, set, OWN_CLAIMS_CAP);
	while (own_claim_next(&rows, &o)) {
		if (!own_claim_is_told(&o, scope))
			continue;
		sources |= 1U << o.source;
		if (o.source == OWN_CLAIM_ATTRIBUTE)
			buf_printf(&b, "%s%s", b.len > 0 ? ", " : "", o.name);
	}
	return sources;
}

bool
own_claims_tell(unsigned sources, const char *scope)
{
	static const char *const scopes[OWN_CLAIM_SOURCES] = {
	    [OWN_CLAIM_GROUPS] = "groups",
	    [OWN_CLAIM_NAME] = "profile",
	    [OWN_CLAIM_USERNAME] = "profile",
	    [OWN_CLAIM_EMAIL] = "email",
	};

	for (unsigned s = 0; s < OWN_CLAIM_SOURCES; s++)
		if (sources & 1U << s && scopes[s] != NULL &&
		    str_equal(scopes[s], scope))
			return true;
	return false;
}
