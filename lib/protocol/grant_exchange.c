/*
 * urn:ietf:params:oauth:grant-type:token-exchange (RFC 8693): an API that was
 * called with a person's access token gets one for an API that it calls in
 * turn. The new token is the person's, names both clients (`act`), lives no
 * longer, has no more scope, and is of the same family: it ends with it. There
 * is no refresh token for it.
 */
#include "base/clock.h"
#include "base/str.h"
#include "domain/exchange.h"
#include "protocol/token_grant.h"

#include <string.h>

#define ACCESS_TOKEN_TYPE "urn:ietf:params:oauth:token-type:access_token"

/* The request alone (RFC 8693 2.1). The actor is the client, which has proved
 * itself: no other token could say it better. */
static enum err
check_request(const struct token_request *q, enum reason *reason)
{
	if (q->subject_token == NULL)
		return refused(REASON_SUBJECT_TOKEN_MISSING, reason);
	if (q->subject_token_type == NULL ||
	    !str_equal(q->subject_token_type, ACCESS_TOKEN_TYPE))
		return refused(REASON_SUBJECT_TOKEN_TYPE, reason);
	if (q->actor_token != NULL || q->actor_token_type != NULL)
		return refused(REASON_ACTOR_TOKEN_UNSUPPORTED, reason);
	if (q->requested_token_type != NULL &&
	    !str_equal(q->requested_token_type, ACCESS_TOKEN_TYPE))
		return refused(REASON_REQUESTED_TOKEN_TYPE, reason);
	return OK;
}

/* A subject token that is no good makes the request invalid (2.2.2). */
static enum err
as_request_error(enum err e)
{
	return e == ERR_INVALID_TOKEN ? ERR_INVALID_REQUEST : e;
}

void
grant_exchange_prepare(struct token_grant *g)
{
	enum err e = check_request(g->q, &g->subject_reason);

	if (e == OK)
		e = access_token_parse(g->p, g->q->subject_token, g->now,
		    &g->subject, &g->subject_reason);
	if (e == OK && !g->subject.has_family)
		e = refused(REASON_SUBJECT_TOKEN_NO_PERSON, &g->subject_reason);
	if (e == OK && g->subject.exchanges >= EXCHANGES_MAX)
		e = refused(REASON_EXCHANGED_TOO_OFTEN, &g->subject_reason);
	g->subject_refusal = as_request_error(e);
}

/* The subject token, which the client must have been meant to hold: it is its
 * own, or was sent to it. In a frame of its own: a client is large. */
static NOINLINE enum err
require_subject(struct store_txn *t, struct token_grant *g)
{
	const struct access_token *a = &g->subject;
	struct user *u = &g->prerequisites.user;
	struct client app;
	enum err e;

	if (!str_equal(a->client_id, g->client->client_id) &&
	    !client_is_audience(g->client, a->aud))
		return refused(REASON_SUBJECT_TOKEN_FOREIGN, &g->reason);
	/* One that is bound to a key is exchanged by who has the key: else who
	 * stole it would have a token here that needs none. */
	e = confirmation_require(
	    &a->cnf, &g->evidence, ERR_INVALID_REQUEST, &g->reason);
	if (e != OK)
		return e;
	e = access_token_require(t, a, g->now, &g->family, &app, u, &g->reason);
	if (e == OK && !client_admits(g->client, u))
		e = refused_as(
		    ERR_INVALID_REQUEST, REASON_USER_NOT_IN_GROUP, &g->reason);
	return as_request_error(e);
}

/* One target that was asked for, by its address or its client_id. */
static enum err
add_target(struct store_txn *t, struct token_grant *g, const char *name)
{
	char aud[AUDIENCE_CAP];
	struct client api;
	enum err e = exchange_target(t, g->client, name, aud, &api);

	if (e == OK)
		e = words_add(g->audience, sizeof g->audience, aud);
	return e == OK || store_failed(t) != OK
		   ? e
		   : refused(REASON_TARGET_NOT_ALLOWED, &g->reason);
}

/* What the new token is for. Who may call one API alone need not name it. */
static enum err
settle_targets(struct store_txn *t, struct token_grant *g)
{
	const char *cursor = g->q->resources, *named = g->q->audience;
	const char *allowed = g->client->exchange_for;
	char word[AUDIENCE_CAP];
	enum reason lost;
	enum err e = OK;

	g->audience[0] = '\0';
	if (named == NULL && cursor[0] == '\0') {
		if (words_count(allowed) != 1)
			return refused(REASON_TARGET_MISSING, &g->reason);
		named = allowed;
	}
	if (named != NULL)
		e = add_target(t, g, named);
	while (e == OK && words_next(&cursor, word, sizeof word))
		e = add_target(t, g, word);
	if (e == OK && (cursor[0] != '\0' || /* one is too long */
			   words_count(g->audience) > RESOURCE_LIST_MAX))
		return refused(REASON_TARGET_NOT_ALLOWED, &g->reason);
	if (e != OK)
		return e;
	lost =
	    exchange_refusal(t, g->client, g->audience, &g->prerequisites.user);
	return lost == REASON_NONE
		   ? OK
		   : refused_as(ERR_INVALID_TARGET, lost, &g->reason);
}

/* Of what the subject token may, what the client may ask for. There is nothing
 * to outlive the session with. */
static enum err
narrow_scope(struct token_grant *g)
{
	const char *had = g->subject.scope, *asked = g->q->scope;

	if (scope_intersect(
		g->scope, asked != NULL ? asked : had, g->client->scope) != OK)
		return refused(REASON_SCOPE_MALFORMED, &g->reason);
	if (asked != NULL && !words_subset(asked, had))
		return refused(REASON_SCOPE_WIDENED, &g->reason);
	words_remove(g->scope, "offline_access");
	if (asked != NULL && g->scope[0] == '\0')
		return refused(REASON_SCOPE_NOT_ALLOWED, &g->reason);
	return OK;
}

enum err
grant_exchange_look(struct store_txn *t, struct token_grant *g)
{
	enum err e;

	if (g->subject_refusal != OK)
		return refused_as(
		    g->subject_refusal, g->subject_reason, &g->reason);
	e = require_subject(t, g);
	if (e == OK)
		e = settle_targets(t, g);
	return e == OK ? narrow_scope(g) : e;
}

enum err
grant_exchange_issue(struct token_grant *g, struct token_reply *r)
{
	int64_t end = earlier(g->now + g->p->conf.access_token_lifetime_s,
	    earlier(g->subject.expires_at, g->family.absolute_expires_at));
	struct access_token_grant access = {.client = g->client,
	    .family = &g->family,
	    .user = &g->prerequisites.user,
	    .scope = g->scope,
	    .resources = g->audience,
	    .cnf = evidence_confirmation(&g->evidence),
	    .subject = &g->subject,
	    .issued_at = g->now,
	    .expires_at = end};

	r->issued_token_type = ACCESS_TOKEN_TYPE;
	r->token_type = access_token_type(&access.cnf);
	r->expires_in = end - g->now;
	memcpy(r->scope, g->scope, sizeof r->scope);
	return access_token_make(r->access_token, g->p, &access, &g->key);
}
