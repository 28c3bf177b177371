#include "protocol/userinfo.h"

#include "base/json.h"
#include "base/reason.h"
#include "base/str.h"
#include "domain/client_use.h"
#include "protocol/access_token.h"
#include "protocol/claims.h"

struct userinfo_ctx {
	int64_t now;
	struct access_token token;
	struct family family;
	struct client *client;
	struct user user;
	enum reason reason;
};

static enum err
userinfo_step(struct store_txn *t, void *arg)
{
	struct userinfo_ctx *q = arg;

	return access_token_require(
	    t, &q->token, q->now, &q->family, q->client, &q->user, &q->reason);
}

static void
answer_for(struct buf *answer, const struct userinfo_ctx *q)
{
	struct json_text t;

	json_text_begin(&t, answer);
	json_text_str(&t, "sub", q->token.sub);
	claims_of_user(&t, &q->user,
	    &(struct claims_told){.client = q->client,
		.scope = q->token.scope,
		.claims = q->family.userinfo_claims});
	json_text_end(&t);
}

/* The one token that came, in the header or the form; REASON: none, or two. */
static enum reason
read_token(struct token_presented *q, const struct caller *who)
{
	const char *in_form = form_get(who->form, "access_token");

	*q = (struct token_presented){.proof = who->dpop,
	    .method = who->method,
	    .url = who->url,
	    .who = who};
	token_presented_read(q, who->authorization);
	if (q->text != NULL && in_form != NULL)
		return REASON_TOKEN_TWICE;
	if (q->text == NULL)
		q->text = in_form;
	return q->text == NULL ? REASON_TOKEN_MISSING : REASON_NONE;
}

enum err
userinfo(const struct provider *p, const struct caller *who, int64_t now,
    struct buf *answer, struct possession *how, enum reason *reason)
{
	struct client client;
	struct userinfo_ctx q = {.now = now, .client = &client};
	struct token_presented token;
	enum reason unread = read_token(&token, who);
	enum err e;

	*how = (struct possession){.by_dpop = token.as_dpop};
	if (who->form->repeated != NULL)
		return refused(REASON_PARAMETER_REPEATED, reason);
	if (unread != REASON_NONE)
		return refused(unread, reason);
	e = access_token_parse(p, token.text, now, &q.token, reason);
	if (e == OK)
		e = possession_require(how, p, &token, &q.token, now, reason);
	if (e != OK)
		return e;
	e = store_read(p->store, userinfo_step, &q);
	*reason = q.reason;
	if (e == OK && !words_has(q.token.scope, "openid"))
		e = refused(REASON_SCOPE_OPENID_MISSING, reason);
	if (e == OK) {
		answer_for(answer, &q);
		client_use_note(p->conf.dir, client.client_id, now);
	}
	user_wipe(&q.user);
	return e;
}
