#include "protocol/pushed_authorization.h"

#include "base/json.h"
#include "base/str.h"
#include "domain/pushed.h"
#include "protocol/authorize.h"
#include "protocol/client_auth.h"
#include "protocol/dpop.h"

struct push_ctx {
	const struct provider *p;
	const struct caller *who;
	int64_t now;
	struct client_auth auth;
	struct dpop proof; /* that came, if one did */

	/* Large, so not in here. */
	struct client *client;
	struct pushed *pushed;
	enum reason reason;
};

static enum err
find_pushing_client(struct store_txn *t, void *arg)
{
	struct push_ctx *c = arg;

	return client_auth_find(t, &c->auth, c->client, &c->reason);
}

/* Whose request it is the record says; how the client has authenticated is no
 * part of it. */
static bool
is_kept(const char *name)
{
	static const char *const left_out[] = {"client_id", "client_secret",
	    "client_assertion", "client_assertion_type"};
	const size_t count = sizeof left_out / sizeof *left_out;

	return str_index(left_out, count, name) == count;
}

/* A proof binds the code as dpop_jkt does, which it must not contradict (RFC
 * 9449 10.1). */
static enum err
check_key(struct push_ctx *c, const struct authorize_request *q)
{
	struct evidence shown = {0};

	if (c->proof.key.kind == CONFIRMATION_NONE)
		return OK;
	evidence_add(&shown, CONFIRMATION_JKT, c->proof.key.thumbprint);
	return confirmation_is_met(&q->cnf, &shown)
		   ? OK
		   : refused_as(
			 ERR_INVALID_REQUEST, REASON_DPOP_KEY, &c->reason);
}

/* With the key of the proof, if the request does not name it. */
static void
put_key_of_proof(
    struct buf *b, const struct form *kept, const struct confirmation *key)
{
	char text[CONFIRMATION_CAP];

	if (key->kind == CONFIRMATION_NONE ||
	    form_get(kept, "dpop_jkt") != NULL)
		return;
	base64url_encode(text, sizeof text, key->thumbprint, CONFIRMATION_LEN);
	form_put_field(b, "dpop_jkt", text);
}

static enum err
keep_parameters(struct push_ctx *c, const struct form *asked)
{
	char text[PUSHED_TEXT_CAP];
	struct form kept = {.count = 0};
	struct buf b;
	enum err e = ERR_NO_SPACE;

	for (size_t i = 0; i < asked->count; i++)
		if (is_kept(asked->field[i].name))
			kept.field[kept.count++] = asked->field[i];
	buf_init(&b, text, sizeof text);
	form_put(&b, &kept);
	put_key_of_proof(&b, &kept, &c->proof.key);
	if (buf_ok(&b))
		e = pushed_begin(c->pushed, text, c->now, &c->p->keyring);
	secret_wipe(text, sizeof text);
	return e == ERR_NO_SPACE ? refused(REASON_REQUEST_TOO_LONG, &c->reason)
				 : e;
}

/* As the authorization endpoint will judge it, so that the client is told now
 * what is wrong. */
static enum err
check_pushed_request(struct push_ctx *c)
{
	struct authorize_source source;
	struct authorize_request q;
	enum err e = authorize_parse_pushed(
	    c->p, c->client, c->who->form, c->now, &source, &q, &c->reason);

	c->pushed->is_signed = e == OK && source.is_signed;
	if (e == OK)
		e = check_key(c, &q);
	return e == OK ? keep_parameters(c, &source.form) : e;
}

static enum err
issue_pushed(struct store_txn *t, void *arg)
{
	struct push_ctx *c = arg;
	enum err e = client_auth_remember(t, &c->auth, &c->reason);

	if (e == OK)
		e = client_auth_charge(t, &c->auth, c->client, &c->p->keyring,
		    "/par", REASON_PUSHED_TOO_MANY, c->now, &c->reason);
	if (e == OK)
		e = dpop_remember(t, &c->proof, &c->reason);
	if (e == OK)
		e = pushed_issue(t, c->pushed, c->now);
	if (e == OK)
		pushed_bound(t, c->client, c->pushed, c->now);
	return e;
}

static void
put_pushed(struct buf *answer, const struct push_ctx *c)
{
	char uri[PUSHED_URI_CAP];
	struct json_text t;

	pushed_uri_make(uri, c->pushed, &c->p->keyring);
	json_text_begin(&t, answer);
	json_text_str(&t, "request_uri", uri);
	json_text_int(&t, "expires_in", PUSHED_LIFETIME_S);
	json_text_end(&t);
	secret_wipe(uri, sizeof uri);
}

static enum err
push(struct push_ctx *c)
{
	enum err e = client_auth_parse(&c->auth, c->who, &c->reason);

	if (e == OK)
		e = dpop_check_caller(&c->proof, c->who, c->now, &c->reason);
	if (e == OK)
		e = store_read(c->p->store, find_pushing_client, c);
	if (e == OK)
		e = client_auth_prove(
		    &c->auth, c->p, c->client, c->now, &c->reason);
	if (e == OK)
		e = check_pushed_request(c);
	if (e == OK)
		e = str_copy(c->pushed->client_id, sizeof c->pushed->client_id,
		    c->client->client_id);
	return e == OK ? store_write(c->p->store, c->now, issue_pushed, c) : e;
}

enum err
pushed_authorization(const struct provider *p, const struct caller *who,
    int64_t now, struct buf *answer, char client_id[static CLIENT_ID_CAP],
    enum reason *reason)
{
	struct client client;
	struct pushed pushed = {.opened = false};
	struct push_ctx c = {.p = p,
	    .who = who,
	    .now = now,
	    .client = &client,
	    .pushed = &pushed};
	enum err e;

	client_id[0] = '\0';
	if (who->form->repeated != NULL)
		return refused(REASON_PARAMETER_REPEATED, reason);
	e = push(&c);
	str_cut(client_id, CLIENT_ID_CAP, c.auth.client_id);
	if (e == OK)
		put_pushed(answer, &c);
	client_auth_wipe(&c.auth);
	*reason = c.reason;
	return e;
}
