#include "protocol/client_auth.h"

#include "base/secret.h"
#include "base/str.h"
#include "domain/throttle.h"
#include "protocol/auth_way.h"

extern const struct auth_way auth_client_secret_basic, auth_client_secret_post,
    auth_private_key_jwt, auth_client_secret_jwt, auth_tls_client,
    auth_self_signed, auth_none;

/* They are tried in this order; the last is what is left if no other was
 * used. */
static const struct auth_way *const ways[] = {
    &auth_client_secret_basic,
    &auth_private_key_jwt,
    &auth_client_secret_jwt,
    &auth_client_secret_post,
    &auth_tls_client,
    &auth_self_signed,
    &auth_none,
};

enum { WAYS = sizeof ways / sizeof *ways };

enum err
client_auth_parse(
    struct client_auth *a, const struct caller *who, enum reason *reason)
{
	const char *client_id = form_get(who->form, "client_id");

	*a = (struct client_auth){.who = who};
	for (size_t i = 0; i < WAYS; i++) {
		enum err e;

		if (ways[i]->parse == NULL ||
		    (ways[i] == &auth_none && a->way != NULL))
			continue;
		e = ways[i]->parse(a, who, reason);
		if (e == ERR_NOT_FOUND)
			continue;
		if (a->way != NULL)
			return refused(REASON_CLIENT_AUTH_TWICE, reason);
		if (e != OK)
			return e;
		a->way = ways[i];
	}
	if (client_id != NULL && !str_equal(client_id, a->client_id))
		return refused(REASON_CLIENT_ID_DIFFERS, reason);
	/* Some public clients send Basic with an empty password. */
	if (a->way->method == AUTH_CLIENT_SECRET && a->secret[0] == '\0')
		a->way = &auth_none;
	return OK;
}

void
client_auth_wipe(struct client_auth *a)
{
	secret_wipe(a, sizeof *a);
}

/* The way that A goes if it is C's. A certificate comes with the connection, so
 * that a request with one is like a public client's. */
static const struct auth_way *
way_for(const struct client_auth *a, const struct client *c)
{
	for (size_t i = 0; a->way == &auth_none && i < WAYS; i++)
		if (ways[i]->parse == NULL && ways[i]->method == c->auth_method)
			return ways[i];
	return a->way;
}

enum err
client_auth_find(struct store_txn *t, const struct client_auth *a,
    struct client *c, enum reason *reason)
{
	enum err e = client_get(t, a->client_id, c);

	if (e == ERR_NOT_FOUND)
		return refused(REASON_CLIENT_UNKNOWN, reason);
	if (e != OK)
		return e;
	if (c->is_site) /* what it has is the gate's to redeem */
		return refused(REASON_CLIENT_IS_SITE, reason);
	if (way_for(a, c)->method == c->auth_method)
		return OK;
	if (client_is_public(c) && a->way->method == AUTH_CLIENT_SECRET)
		return refused(REASON_PUBLIC_CLIENT_SENT_SECRET, reason);
	if (c->auth_method == AUTH_CLIENT_SECRET && a->way == &auth_none)
		return refused(REASON_CLIENT_SECRET_MISSING, reason);
	return refused(REASON_CLIENT_AUTH_METHOD, reason);
}

enum err
client_auth_prove(const struct client_auth *a, const struct provider *p,
    const struct client *c, int64_t now, enum reason *reason)
{
	const struct auth_way *way = way_for(a, c);

	return way->prove != NULL ? way->prove(a, p, c, now, reason) : OK;
}

bool
client_auth_is_once(const struct client_auth *a)
{
	return a->way->remember != NULL;
}

enum err
client_auth_remember(
    struct store_txn *t, const struct client_auth *a, enum reason *reason)
{
	return a->way->remember != NULL ? a->way->remember(t, a, reason) : OK;
}

struct remember_ctx {
	const struct client_auth *auth;
	enum reason reason;
};

static enum err
remember_step(struct store_txn *t, void *arg)
{
	struct remember_ctx *r = arg;

	return client_auth_remember(t, r->auth, &r->reason);
}

enum err
client_auth_remember_alone(const struct client_auth *a,
    const struct provider *p, int64_t now, enum reason *reason)
{
	struct remember_ctx r = {.auth = a};
	enum err e = OK;

	if (client_auth_is_once(a))
		e = store_write(p->store, now, remember_step, &r);
	if (e != OK)
		*reason = r.reason;
	return e;
}

enum err
client_auth_charge(struct store_txn *t, const struct client_auth *a,
    const struct client *c, const struct keyring *k, const char *what,
    enum reason too_many, int64_t now, enum reason *reason)
{
	const struct throttle_try by = {
	    .name = what, .address = a->who->address, .network_alone = true};
	int64_t wait_s;
	enum err e;

	if (!client_is_public(c))
		return OK;
	e = throttle_charge(t, k, &by, now, &wait_s);
	return e == ERR_TOO_MANY_REQUESTS ? refused(too_many, reason) : e;
}

void
client_auth_names(
    struct buf *words, const struct provider *p, bool confidential)
{
	for (size_t i = 0; i < WAYS; i++)
		if ((!confidential || ways[i]->method != AUTH_NONE) &&
		    (ways[i]->parse != NULL || p->conf.mtls_origin[0] != '\0'))
			buf_printf(words, "%s ", ways[i]->name);
}
