#include "protocol/token_endpoint.h"

#include "base/clock.h"
#include "base/str.h"
#include "domain/document.h"
#include "protocol/access_token.h"
#include "protocol/caller_certificate.h"
#include "protocol/id_token.h"
#include "protocol/token_grant.h"
#include "protocol/unused_codes.h"

#include <string.h>

static const struct grant_row {
	enum grant_type grant_type;
	grant_want *want; /* NULL: nothing of its own */
	grant_look *look;
	grant_commit *commit;   /* NULL: nothing is changed */
	grant_prepare *prepare; /* NULL: nothing is to be done */
	grant_issue *issue;     /* NULL: token_issue */
} grant_rows[] = {
    {GRANT_AUTHORIZATION_CODE, NULL, grant_code_look, grant_code_commit, NULL,
	NULL},
    {GRANT_REFRESH_TOKEN, grant_refresh_want, grant_refresh_look,
	grant_refresh_commit, NULL, NULL},
    {GRANT_CLIENT_CREDENTIALS, NULL, grant_client_look, NULL, NULL, NULL},
    {GRANT_DEVICE_CODE, NULL, grant_device_look, grant_device_commit, NULL,
	NULL},
    {GRANT_TOKEN_EXCHANGE, NULL, grant_exchange_look, NULL,
	grant_exchange_prepare, grant_exchange_issue},
};

enum err
token_request_parse(
    struct token_request *q, const struct caller *who, enum reason *reason)
{
	const char *grant_type = form_get(who->form, "grant_type");
	enum err e;

	*q = (struct token_request){.who = who};
	if (who->form->repeated != NULL)
		return refused(REASON_PARAMETER_REPEATED, reason);
	e = client_auth_parse(&q->auth, who, reason);
	if (e != OK)
		return e;
	if (grant_type == NULL)
		return refused(REASON_GRANT_TYPE_MISSING, reason);
	q->grant_type = grant_from_name(grant_type);
	if (q->grant_type == 0)
		return refused(REASON_GRANT_TYPE_UNKNOWN, reason);
	q->code = form_get(who->form, "code");
	q->redirect_uri = form_get(who->form, "redirect_uri");
	q->code_verifier = form_get(who->form, "code_verifier");
	q->refresh_token = form_get(who->form, "refresh_token");
	q->device_code = form_get(who->form, "device_code");
	q->subject_token = form_get(who->form, "subject_token");
	q->subject_token_type = form_get(who->form, "subject_token_type");
	q->actor_token = form_get(who->form, "actor_token");
	q->actor_token_type = form_get(who->form, "actor_token_type");
	q->requested_token_type = form_get(who->form, "requested_token_type");
	q->audience = form_get(who->form, "audience");
	q->scope = form_get(who->form, "scope");
	e = form_get_all(
	    q->resources, sizeof q->resources, who->form, "resource");
	return e == OK ? OK : refused(REASON_RESOURCE_UNKNOWN, reason);
}

void
token_request_wipe(struct token_request *q)
{
	secret_wipe(q, sizeof *q);
}

void
token_reply_wipe(struct token_reply *r)
{
	secret_wipe(r->access_token, strlen(r->access_token));
	secret_wipe(r->id_token, strlen(r->id_token));
	secret_wipe(r->refresh_token, sizeof r->refresh_token);
}

static const struct grant_row *
grant_row_of(const struct token_grant *g)
{
	const struct grant_row *row = grant_rows;

	while (row->grant_type != g->q->grant_type)
		row++;
	return row;
}

/* The certificate of a client whose tokens are bound to it. */
static enum err
take_certificate(struct token_grant *g)
{
	struct certificate shown;

	g->refusal = caller_certificate(
	    &shown, g->q->who, g->now, ERR_INVALID_REQUEST, &g->reason);
	if (g->refusal == OK)
		evidence_add(
		    &g->evidence, CONFIRMATION_CERTIFICATE, shown.hash);
	return g->refusal;
}

static void
token_want(struct store_txn *t, const struct token_grant *g)
{
	const struct grant_row *row = grant_row_of(g);

	store_want_first(t, TABLE_KEYS);
	if (row->want != NULL)
		row->want(t, g);
}

/* The client, and whether it may have what it asks for. Without a key that
 * signs there is no answer, and nothing must be used up for none. */
static enum err
token_look_step(struct store_txn *t, void *arg)
{
	struct token_grant *g = arg;
	struct client *c = g->client;
	enum err e;

	g->refusal = OK;
	g->reason = REASON_NONE;
	if (store_is_far(t))
		token_want(t, g);
	e = client_auth_find(t, &g->q->auth, c, &g->reason);
	if (e != OK)
		return e;
	if (c->source == CLIENT_OF_DOCUMENT &&
	    !document_is_allowed(&g->p->conf, c->client_id))
		return refused_as(ERR_INVALID_CLIENT,
		    REASON_CLIENT_DOCUMENT_NOT_ALLOWED, &g->reason);
	if (!(c->grants & (unsigned)g->q->grant_type)) {
		g->refusal = refused(REASON_GRANT_TYPE_NOT_ALLOWED, &g->reason);
		return OK;
	}
	if (c->certificate_bound && take_certificate(g) != OK)
		return OK;
	if (c->require_dpop && g->proof.key.kind == CONFIRMATION_NONE) {
		g->refusal = refused(REASON_DPOP_MISSING, &g->reason);
		return OK;
	}
	e = signkey_active(
	    t, conf_access_token_alg(&g->p->conf, c->alg), &g->key);
	if (e == ERR_NOT_FOUND)
		return refused(REASON_NO_SIGNING_KEY, &g->reason);
	if (e == OK)
		g->refusal = grant_row_of(g)->look(t, g);
	return e;
}

static enum err
token_commit_step(struct store_txn *t, void *arg)
{
	struct token_grant *g = arg;
	const struct grant_row *row = grant_row_of(g);
	enum err e;

	if (client_auth_is_once(&g->q->auth))
		store_want(t, TABLE_REPLAY, g->q->auth.once, HASH_LEN);
	if (g->proof.key.kind != CONFIRMATION_NONE)
		store_want(t, TABLE_REPLAY, g->proof.once, HASH_LEN);
	e = client_auth_remember(t, &g->q->auth, &g->reason);

	if (e == OK)
		e = g->refusal;
	/* Not for what the look has refused: a stranger has us write nothing.
	 */
	if (e == OK)
		e = dpop_remember(t, &g->proof, &g->reason);
	return e == OK && row->commit != NULL ? row->commit(t, g) : e;
}

/* Makes and signs what was granted. No access token outlives its family. */
static enum err
token_issue(struct token_grant *g, struct token_reply *r)
{
	bool person = g->q->grant_type != GRANT_CLIENT_CREDENTIALS;
	int64_t expires_at = g->now + g->p->conf.access_token_lifetime_s;
	char resources[RESOURCE_LIST_CAP];
	enum err e = OK;

	/* The family keeps its whole scope (RFC 6749 6). */
	if (g->whole_scope)
		e = scope_intersect(
		    g->scope, g->family.scope, g->client->scope);
	if (e == OK)
		e = resource_narrow(resources, g->q->resources,
		    g->family.resources[0] != '\0' || g->q->resources[0] == '\0'
			? g->family.resources
			: g->client->audience);
	if (e != OK)
		return e;
	if (person)
		expires_at = earlier(expires_at, g->family.absolute_expires_at);
	struct access_token_grant access = {.client = g->client,
	    .family = person ? &g->family : NULL,
	    .user = person ? &g->prerequisites.user : NULL,
	    .scope = g->scope,
	    .resources = resources,
	    .cnf = evidence_confirmation(&g->evidence),
	    .issued_at = g->now,
	    .expires_at = expires_at};
	struct id_token_grant id = {.client = g->client,
	    .family = &g->family,
	    .user = &g->prerequisites.user,
	    .scope = g->scope,
	    .nonce = g->nonce,
	    .access_token = r->access_token,
	    .issued_at = g->now,
	    .expires_at = expires_at};

	r->token_type = access_token_type(&access.cnf);
	r->expires_in = expires_at - g->now;
	memcpy(r->scope, g->scope, sizeof r->scope);
	e = access_token_make(r->access_token, g->p, &access, &g->key);
	if (e == OK && person && words_has(g->scope, "openid"))
		e = id_token_make(r->id_token, g->p, &id, &g->key);
	if (e == OK && g->family.refreshable) {
		struct opaque_token token = {.number = g->family.current};

		memcpy(token.family_id, g->family.family_id, FAMILY_ID_LEN);
		opaque_token_encode(r->refresh_token, OPAQUE_TOKEN_REFRESH,
		    &token, &g->p->keyring);
		r->cookie = g->family.cookie;
		r->instead = g->family.given_instead;
		r->cookie_max_age_s = g->family.expires_at - g->now;
	}
	return e;
}

/* Who has the key of a proof gets tokens for it. */
static enum err
take_evidence(struct token_grant *g)
{
	enum err e =
	    dpop_check_caller(&g->proof, g->q->who, g->now, &g->reason);

	if (g->proof.key.kind != CONFIRMATION_NONE)
		evidence_add(
		    &g->evidence, CONFIRMATION_JKT, g->proof.key.thumbprint);
	return e;
}

/* Whether what the request shows is good only once. */
static bool
is_once(const struct token_grant *g)
{
	return client_auth_is_once(&g->q->auth) ||
	       (g->refusal == OK && g->proof.key.kind != CONFIRMATION_NONE);
}

enum err
token_endpoint(const struct provider *p, const struct token_request *q,
    int64_t now, struct token_reply *r, enum reason *reason)
{
	struct client client;
	struct token_grant g = {.p = p, .q = q, .now = now, .client = &client};
	const struct grant_row *row = grant_row_of(&g);
	enum err e;

	r->issued_token_type = NULL;
	r->access_token[0] = r->id_token[0] = r->refresh_token[0] = '\0';
	r->cookie = r->instead = false;
	r->codes = (struct unused_codes){.begun = false};
	e = take_evidence(&g);
	if (row->prepare != NULL)
		row->prepare(&g);
	if (e == OK)
		e = store_read(p->store, token_look_step, &g);
	/* Why a token is refused is told to its client alone, and what is good
	 * only once proves nothing the second time. */
	if (e == OK)
		e = client_auth_prove(&q->auth, p, &client, now, &g.reason);
	if (e == OK && !client_auth_is_once(&q->auth))
		e = g.refusal;
	if (e == OK && (row->commit != NULL || is_once(&g)))
		e = store_write(p->store, now, token_commit_step, &g);
	if (e == OK)
		e = row->issue != NULL ? row->issue(&g, r) : token_issue(&g, r);
	if (e == OK && q->grant_type == GRANT_AUTHORIZATION_CODE)
		unused_codes_begin(&r->codes, &g.family);
	if (e != OK)
		token_reply_wipe(r);
	*reason = g.reason;
	user_wipe(&g.prerequisites.user);
	return e;
}
