#include "domain/clients.h"

#include "base/buf.h"
#include "base/str.h"
#include "domain/document.h"
#include "domain/icon.h"
#include "domain/removal.h"

#include <string.h>

#define DEFAULT_SCOPE "openid profile email groups offline_access"

bool
client_has_secret(const struct client *c)
{
	return c->auth_method == AUTH_CLIENT_SECRET ||
	       c->auth_method == AUTH_CLIENT_SECRET_JWT;
}

void
client_begin(struct client *c, enum jwa default_alg, bool is_public)
{
	c->alg = default_alg;
	c->auth_method = is_public ? AUTH_NONE : AUTH_CLIENT_SECRET;
	/* The default for all would refuse every public client. */
	if (is_public && c->alg == JWA_HS256)
		c->alg = JWA_EDDSA;
	c->grants = GRANT_AUTHORIZATION_CODE | GRANT_REFRESH_TOKEN;
}

enum err
client_default_scope(struct client *c)
{
	if (c->scope[0] != '\0' ||
	    (c->grants & (GRANT_AUTHORIZATION_CODE | GRANT_DEVICE_CODE)) == 0)
		return OK;
	return str_copy(c->scope, sizeof c->scope, DEFAULT_SCOPE);
}

void
client_default_link(struct client *c)
{
	const char *cursor = c->redirect_uris;
	char uri[URI_CAP], origin[ORIGIN_CAP];
	struct buf b;

	while (words_next(&cursor, uri, sizeof uri)) {
		if (!uri_is_https(uri) || uri_origin(origin, uri) != OK)
			continue;
		buf_init(&b, c->link, sizeof c->link);
		buf_printf(&b, "%s/", origin);
		return;
	}
}

void
clients_set_icon(
    struct store_txn *t, struct client *c, const uint8_t *icon, size_t len)
{
	c->icon[0] = '\0';
	if (len == 0) {
		icon_del(t, c->client_id);
		return;
	}
	icon_tag(c->icon, icon, len);
	icon_put(t, c->client_id, icon, len);
}

/* What an administrator wants to read of it afterwards: what the client may do
 * to others. NULL: nothing. */
static const char *
permission_detail(char detail[static AUDIT_TEXT_CAP], const struct client *c,
    const char *exchanged_for)
{
	char text[sizeof c->exchange_for + 32];
	struct buf b;

	if (str_equal(c->exchange_for, exchanged_for))
		return NULL;
	buf_init(&b, text, sizeof text);
	buf_printf(&b, "exchanges tokens for %s",
	    c->exchange_for[0] != '\0' ? c->exchange_for : "none");
	str_cut(detail, AUDIT_TEXT_CAP, text);
	return detail;
}

enum err
clients_add(struct store_txn *t, struct client *c, const struct change *by)
{
	char detail[AUDIT_TEXT_CAP];
	enum err e = client_add(t, c, by->now);

	if (e == OK)
		audit_change(t, by, "client_added", NULL, c->client_id,
		    permission_detail(detail, c, ""));
	return e;
}

enum err
clients_get(struct store_txn *t, const char *client_id, struct client *c)
{
	enum err e = client_get(t, client_id, c);

	return e == OK && c->is_site ? ERR_UNSUPPORTED : e;
}

enum err
client_settle_secret(struct client *c, const struct client *was,
    const char *secret, bool as_new, const struct keyring *k, bool *used)
{
	const bool had_secret = client_has_secret(was);
	enum err e = OK;

	*used = client_has_secret(c) &&
		(!had_secret || as_new ||
		    (client_keeps_secret(c) && !client_keeps_secret(was)));
	if (*used)
		e = client_secret_set(c, secret, k);
	else if (!client_keeps_secret(c))
		c->hs256_secret[0] = '\0';
	if (!client_has_secret(c))
		memset(c->secret_hash, 0, sizeof c->secret_hash);
	return e;
}

enum err
clients_set(struct store_txn *t, struct client *c, const struct client *was,
    const char *secret, bool as_new, const struct keyring *k,
    const struct change *by, bool *used)
{
	enum err e = client_settle_secret(c, was, secret, as_new, k, used);
	char detail[AUDIT_TEXT_CAP];

	/* Its document would be read over it. */
	if (c->source == CLIENT_OF_DOCUMENT)
		return ERR_UNSUPPORTED;
	document_del(t, c->client_id); /* of one that is vouched for now */
	c->unused_until = c->used_until = 0; /* what an administrator changes */
	if (e == OK)
		e = client_put(t, c, by->now);
	if (e != OK)
		return e;
	audit_change(t, by, "client_changed", NULL, c->client_id,
	    *used ? "new secret"
		  : permission_detail(detail, c, was->exchange_for));
	if (client_is_stranger(was) && !client_is_stranger(c))
		audit_change(
		    t, by, "client_vouched_for", NULL, c->client_id, NULL);
	return store_failed(t);
}

void
client_vouch(struct client *c)
{
	c->source = CLIENT_OF_ADMINISTRATOR;
	c->registration_hash[0] = '\0';
	c->unused_until = c->used_until = 0;
}

enum err
clients_set_secret(struct store_txn *t, struct client *c, const char *secret,
    const struct keyring *k, const struct change *by)
{
	enum err e = client_secret_set(c, secret, k);

	if (e == OK)
		e = client_put(t, c, by->now);
	if (e == OK)
		audit_change(
		    t, by, "client_secret_changed", NULL, c->client_id, NULL);
	return e;
}

enum err
clients_remove(
    struct store_txn *t, const char *client_id, const struct change *by)
{
	struct client c;
	enum err e = clients_get(t, client_id, &c);

	if (e == OK)
		e = remove_client(t, client_id);
	if (e == OK)
		audit_change(t, by, "client_deleted", NULL, client_id, NULL);
	return e;
}
