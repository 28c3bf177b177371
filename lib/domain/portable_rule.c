#include "domain/portable_rule.h"

#include "base/buf.h"
#include "base/names.h"
#include "base/str.h"
#include "domain/app_password.h"
#include "domain/attribute.h"
#include "domain/client_scope.h"
#include "domain/clients.h"
#include "domain/conf.h"
#include "domain/consent.h"
#include "domain/document_url.h"
#include "domain/factor.h"
#include "domain/own_claim.h"
#include "domain/passkey.h"
#include "domain/site.h"

#include <sodium.h>
#include <string.h>

/* One member after the other, as long as nothing is wrong. */
struct judgement {
	struct portable_fault *fault;
	enum err e;
};

typedef const char *refusal_of(const char *text);

static void
refuse_unless(
    struct judgement *j, bool right, const char *member, const char *message)
{
	if (j->e == OK && !right)
		j->e = portable_wrong(j->fault, member, message);
}

/* TEXT, which may be "". */
static void
judge_text(struct judgement *j, const char *member, const char *text,
    refusal_of *refusal)
{
	const char *message = NULL;

	if (str_has_control(text))
		message = "has a control character";
	else if (text[0] != '\0' && refusal != NULL)
		message = refusal(text);
	refuse_unless(j, message == NULL, member, message);
}

static void
judge_words(struct judgement *j, const char *member, const char *list,
    refusal_of *refusal)
{
	char word[URI_CAP];

	while (words_next(&list, word, sizeof word))
		judge_text(j, member, word, refusal);
	refuse_unless(j, *list == '\0', member, "has a word that is too long");
}

/* Groups are composed as they are when they are typed. */
static void
judge_groups(struct judgement *j, const char *list)
{
	char typed[GROUP_NAME_CAP], name[GROUP_NAME_CAP];
	const char *message;

	while (names_next(&list, typed, sizeof typed)) {
		message = user_group_name(name, typed);
		refuse_unless(j, message == NULL, "groups", message);
		refuse_unless(j, message != NULL || str_equal(name, typed),
		    "groups", "a name is to be composed (NFC)");
	}
	refuse_unless(
	    j, *list == '\0', "groups", "a group name has at most 128 bytes");
}

/* --- people ---------------------------------------------------------------*/

/* What signing in would compute for each try is bounded as in
 * latchkey.conf. */
static void
judge_password(struct judgement *j, const struct user *u)
{
	const struct password_hash *h = &u->password;
	bool stretched = u->has_password && !imported_is_argon2(h->imported);

	refuse_unless(j, u->has_password || h->imported[0] == '\0', "imported",
	    "is there where `has_password` is true alone");
	refuse_unless(j, !stretched || (h->opslimit >= 1 && h->opslimit <= 10),
	    "opslimit", "is a number from 1 to 10");
	refuse_unless(j,
	    !stretched || (h->memlimit_mib >= 8 && h->memlimit_mib <= 1024),
	    "memlimit_mib", "is a number from 8 to 1024");
	refuse_unless(j,
	    !u->has_password || !sodium_is_zero(h->hash, sizeof h->hash),
	    "password_hash", "is missing");
}

static void
judge_person(struct judgement *j, const struct user *u, bool secrets)
{
	refuse_unless(j, !sodium_is_zero(u->user_id, USER_ID_LEN), "sub",
	    "is a random UUID");
	refuse_unless(j, user_name_refusal(u->name) == NULL,
	    "preferred_username", user_name_refusal(u->name));
	judge_text(j, "name", u->display, NULL);
	judge_text(j, "given_name", u->given_name, NULL);
	judge_text(j, "family_name", u->family_name, NULL);
	judge_text(j, "email", u->email, user_email_refusal);
	refuse_unless(j, !u->email_verified || u->email[0] != '\0',
	    "email_verified", "is true without an address");
	judge_text(j, "locale", u->language, user_language_refusal);
	judge_text(j, "zoneinfo", u->zoneinfo, user_zone_refusal);
	judge_text(j, "phone_number", u->phone, user_phone_refusal);
	refuse_unless(j, !u->phone_verified || u->phone[0] != '\0',
	    "phone_number_verified", "is true without a number");
	judge_text(j, "street_address", u->street_address, NULL);
	judge_text(j, "postal_code", u->postal_code, NULL);
	judge_text(j, "locality", u->locality, NULL);
	judge_text(j, "region", u->region, NULL);
	judge_text(j, "country", u->country, NULL);
	judge_groups(j, u->groups);
	refuse_unless(j, attributes_refusal(u) == NULL, "attributes",
	    attributes_refusal(u));
	if (secrets)
		judge_password(j, u);
}

/* --- apps -----------------------------------------------------------------*/

static const char *
scope_word_refusal(const char *s)
{
	return scope_word_valid(s) ? NULL
				   : "a scope is a word of printable ASCII";
}

/* The keys as we write them. */
static void
judge_jwks(struct judgement *j, const char *text)
{
	char same[CLIENT_JWKS_CAP];
	enum err e = OK;

	if (text[0] != '\0')
		e = client_jwks_read(same, text, strlen(text));
	refuse_unless(j, e != ERR_FORBIDDEN, "jwks", "has a private key");
	refuse_unless(j, e == OK, "jwks",
	    "is no set of public keys that can be used here");
	refuse_unless(j, e != OK || text[0] == '\0' || str_equal(same, text),
	    "jwks", "has more in it than the keys need");
}

static void
judge_lines(struct judgement *j, const char *member, const char *rows,
    refusal_of *refusal)
{
	char row[SCOPE_TEXTS_CAP];
	size_t len;

	for (; *rows != '\0'; rows += len + (rows[len] == '\n')) {
		len = strcspn(rows, "\n");
		if (str_copy_n(row, sizeof row, rows, len) == OK)
			refuse_unless(
			    j, refusal(row) == NULL, member, refusal(row));
	}
}

/* Each name once: a token cannot have a claim twice. */
static void
judge_own_claims(struct judgement *j, const char *rows)
{
	struct client once = {.claims = ""};
	char row[OWN_CLAIMS_CAP];
	size_t len;

	judge_lines(j, "claims", rows, own_claim_refusal);
	for (; *rows != '\0'; rows += len + (rows[len] == '\n')) {
		len = strcspn(rows, "\n");
		refuse_unless(j,
		    str_copy_n(row, sizeof row, rows, len) == OK &&
			own_claim_add(&once, row) == OK,
		    "claims", "has a claim twice");
	}
}

static bool
has_own_resources(const struct client *site)
{
	const char *cursor = site->resources;
	char word[AUDIENCE_CAP];

	while (words_next(&cursor, word, sizeof word))
		if (!site_has_resource(site->client_id, word))
			return false;
	return true;
}

/* The client of a site is as the gate makes it, except for what can be
 * changed. */
static void
judge_site_client(struct judgement *j, const struct client *c)
{
	struct client made;
	bool same;

	if (site_client(&made, c->client_id) != OK) {
		refuse_unless(j, false, "client_id", "is too long for a site");
		return;
	}
	same = made.trusted == c->trusted && made.alg == c->alg &&
	       made.grants == c->grants && str_equal(made.scope, c->scope) &&
	       str_equal(made.redirect_uris, c->redirect_uris) &&
	       str_equal(made.post_logout_redirect_uris,
		   c->post_logout_redirect_uris) &&
	       c->auth_method == made.auth_method && c->jwks[0] == '\0' &&
	       c->jwks_uri[0] == '\0' && c->certificates[0] == '\0' &&
	       !c->certificate_bound &&
	       sodium_is_zero(c->secret_hash, sizeof c->secret_hash) &&
	       c->hs256_secret[0] == '\0' && has_own_resources(c) &&
	       c->audience[0] == '\0' && !c->introspect_any && !c->no_pkce &&
	       c->backchannel_logout_uri[0] == '\0' &&
	       c->frontchannel_logout_uri[0] == '\0' && !c->cookie_refresh &&
	       c->exchange_for[0] == '\0';
	refuse_unless(
	    j, same, "is_site", "is true of an app that is not as sites are");
}

static void
judge_app(struct judgement *j, const struct client *c)
{
	if (c->source == CLIENT_OF_DOCUMENT)
		judge_text(j, "client_id", c->client_id, document_url_refusal);
	else
		judge_text(j, "client_id", c->client_id, client_id_refusal);
	refuse_unless(j, c->name[0] != '\0', "client_name", "is missing");
	judge_text(j, "client_name", c->name, NULL);
	judge_jwks(j, c->jwks);
	judge_words(j, "redirect_uris", c->redirect_uris, uri_refusal);
	judge_words(j, "post_logout_redirect_uris",
	    c->post_logout_redirect_uris, uri_refusal);
	judge_words(j, "scope", c->scope, scope_word_refusal);
	judge_lines(
	    j, "scope_texts", c->scope_texts, client_scope_text_refusal);
	judge_own_claims(j, c->claims);
	judge_groups(j, c->groups);
	judge_words(j, "audience", c->audience, resource_refusal);
	judge_words(j, "resources", c->resources, resource_refusal);
	judge_words(j, "exchange_for", c->exchange_for, client_id_refusal);
	judge_text(j, "client_uri", c->link, client_link_refusal);
	judge_text(j, "client_jwks_uri", c->jwks_uri, client_jwks_uri_refusal);
	judge_text(j, "backchannel_logout_uri", c->backchannel_logout_uri,
	    client_backchannel_refusal);
	judge_text(j, "frontchannel_logout_uri", c->frontchannel_logout_uri,
	    client_frontchannel_refusal);
	refuse_unless(j, client_refusal(c) == NULL, NULL, client_refusal(c));
	refuse_unless(j,
	    client_has_secret(c) ||
		sodium_is_zero(c->secret_hash, sizeof c->secret_hash),
	    "secret_hash", "is there where the app has a secret alone");
	if (c->is_site)
		judge_site_client(j, c);
}

static void
judge_icon(struct judgement *j, const struct portable_icon *icon)
{
	const char *message = icon_refusal(icon->bytes, icon->len);

	refuse_unless(j, message == NULL, "picture", message);
}

static void
judge_site(struct judgement *j, const struct site_row *row, bool secure)
{
	const char *cursor = row->rules,
		   *message = site_origin_refusal(row->origin, secure);
	char rule[SITE_RULE_CAP];
	struct site_rules rules;

	refuse_unless(j, message == NULL, "origin", message);
	site_rules_clear(&rules);
	while (j->e == OK && site_rules_next(&cursor, rule)) {
		message = site_rules_add(&rules, rule);
		refuse_unless(j, message == NULL, "rules", message);
	}
	refuse_unless(j, str_equal(rules.text, row->rules), "rules",
	    "has what is no rule");
}

/* --- what people have -----------------------------------------------------*/

static void
judge_factor(struct judgement *j, const struct factor *f, bool secrets)
{
	refuse_unless(j, !secrets || factor_kinds(f) != 0, NULL,
	    "has neither an authenticator app nor recovery codes");
}

static void
judge_passkey(struct judgement *j, const struct passkey *k)
{
	judge_text(j, "name", k->name, NULL);
	refuse_unless(j, k->rp_id[0] != '\0', "host", "is missing");
	judge_text(j, "host", k->rp_id, NULL);
	judge_words(j, "transports", k->transports, NULL);
}

static void
judge_consent(struct judgement *j, const struct consent *c)
{
	judge_words(j, "scope", c->granted, scope_word_refusal);
	judge_words(j, "declined", c->declined, scope_word_refusal);
	judge_words(j, "resources", c->resources, resource_refusal);
}

enum err
portable_judge(enum portable_section section, const void *record, bool secrets,
    const struct portable_host *host, struct portable_fault *fault)
{
	struct judgement j = {fault, OK};

	switch (section) {
	case PORTABLE_PEOPLE:
		judge_person(&j, record, secrets);
		break;
	case PORTABLE_APPS:
		judge_app(&j, record);
		break;
	case PORTABLE_ICONS:
		judge_icon(&j, record);
		break;
	case PORTABLE_SITES:
		judge_site(&j, record, host->secure);
		break;
	case PORTABLE_FACTORS:
		judge_factor(&j, record, secrets);
		break;
	case PORTABLE_PASSKEYS:
		judge_passkey(&j, record);
		break;
	case PORTABLE_APP_PASSWORDS:
		judge_text(&j, "name",
		    ((const struct app_password *)record)->name, NULL);
		break;
	case PORTABLE_CONSENTS:
		judge_consent(&j, record);
		break;
	default:
		break;
	}
	return j.e;
}
