#include "protocol/userinfo.h"

#include "base/json.h"
#include "base/reason.h"
#include "base/str.h"
#include "domain/client_use.h"
#include "protocol/access_token.h"
#include "protocol/authorization.h"
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
	claims_of_user(&t, &q->user, q->token.scope);
	json_text_end(&t);
}

enum err
userinfo(const struct provider *p, const struct caller *who, int64_t now,
    struct buf *answer, bool *missing, enum reason *reason)
{
	struct client client;
	struct userinfo_ctx q = {.now = now, .client = &client};
	const char *in_header = authorization_bearer(who->authorization);
	const char *in_form = form_get(who->form, "access_token");
	const char *text = in_header != NULL ? in_header : in_form;
	enum err e;

	*missing = text == NULL;
	if (who->form->repeated != NULL)
		return refused(REASON_PARAMETER_REPEATED, reason);
	if (text == NULL)
		return refused(REASON_TOKEN_MISSING, reason);
	if (in_header != NULL && in_form != NULL)
		return refused(REASON_TOKEN_TWICE, reason);
	e = access_token_parse(p, text, now, &q.token, reason);
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
