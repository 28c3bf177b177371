#include "protocol/device_authorization.h"

#include "base/json.h"
#include "base/str.h"
#include "domain/api.h"
#include "domain/device_code.h"
#include "protocol/client_auth.h"

#include <string.h>

enum { USER_CODE_TRIES = 8 };

struct device_ctx {
	const struct provider *p;
	const struct caller *who;
	int64_t now;
	struct client_auth auth;

	struct client *client; /* large, so not in here */
	struct device_code device;
	enum err resources; /* whether there are such APIs */
	char user_code[USER_CODE_CAP];
	enum reason reason;
};

/* The client, and the APIs that it names (RFC 8707 2): what is wrong with them
 * is told to it alone. */
static enum err
find_device_client(struct store_txn *t, void *arg)
{
	struct device_ctx *d = arg;
	char asked[RESOURCE_LIST_CAP];
	enum err e = client_auth_find(t, &d->auth, d->client, &d->reason);

	if (e != OK)
		return e;
	d->resources =
	    form_get_all(asked, sizeof asked, d->who->form, "resource");
	if (d->resources == OK)
		d->resources =
		    apis_settle(t, d->client, asked, d->device.resources);
	return store_failed(t);
}

/* What the client may have of what it asks for; all it may have, if it names
 * nothing. */
static enum err
parse_device_scope(struct device_ctx *d)
{
	const struct client *c = d->client;
	const char *asked = form_get(d->who->form, "scope");
	char *scope = d->device.scope;

	if (scope_intersect(
		scope, asked != NULL ? asked : c->scope, c->scope) != OK)
		return refused(REASON_SCOPE_MALFORMED, &d->reason);
	if (!(c->grants & GRANT_REFRESH_TOKEN))
		words_remove(scope, "offline_access");
	return scope[0] != '\0' ? OK
				: refused(REASON_SCOPE_NOT_ALLOWED, &d->reason);
}

/* A few clients send it (RFC 7636), and then it counts. */
static enum err
parse_device_challenge(struct device_ctx *d)
{
	const char *method = form_get(d->who->form, "code_challenge_method");
	const char *challenge = form_get(d->who->form, "code_challenge");

	if (challenge == NULL && method == NULL)
		return OK;
	if (challenge == NULL)
		return refused(REASON_CODE_CHALLENGE_MISSING, &d->reason);
	if (method == NULL || !str_equal(method, "S256"))
		return refused(
		    REASON_CODE_CHALLENGE_METHOD_UNSUPPORTED, &d->reason);
	if (pkce_challenge(d->device.code_challenge, challenge) != OK)
		return refused(REASON_CODE_CHALLENGE_MALFORMED, &d->reason);
	d->device.has_challenge = true;
	return OK;
}

static enum err
issue_device_codes(struct store_txn *t, void *arg)
{
	struct device_ctx *d = arg;
	enum err e = client_auth_remember(t, &d->auth, &d->reason);

	if (e == OK)
		e = client_auth_charge(t, &d->auth, d->client, &d->p->keyring,
		    "/device_authorization", REASON_DEVICES_TOO_MANY, d->now,
		    &d->reason);
	for (int n = 0; e == OK && n < USER_CODE_TRIES; n++) {
		user_code_make(d->user_code);
		user_code_name(d->device.id, d->user_code, &d->p->keyring);
		e = device_code_issue(t, &d->device, d->now);
		if (e != ERR_EXISTS)
			return e;
		e = OK;
	}
	return e == OK ? ERR_EXISTS : e;
}

static void
put_device_url(struct json_text *t, const char *name, const struct conf *conf,
    const char *user_code)
{
	char url[ISSUER_CAP + 64];
	struct buf b;

	buf_init(&b, url, sizeof url);
	buf_printf(&b, "%s/device", conf->issuer);
	if (user_code != NULL)
		buf_printf(&b, "?user_code=%s", user_code);
	json_text_str(t, name, url);
}

static void
put_device_codes(struct buf *answer, const struct device_ctx *d)
{
	struct opaque_token token = {.number = (uint64_t)d->device.expires_at};
	char text[OPAQUE_TOKEN_TEXT_CAP];
	struct json_text t;

	memcpy(token.family_id, d->device.id, FAMILY_ID_LEN);
	opaque_token_encode(text, OPAQUE_TOKEN_DEVICE, &token, &d->p->keyring);
	json_text_begin(&t, answer);
	json_text_str(&t, "device_code", text);
	json_text_str(&t, "user_code", d->user_code);
	put_device_url(&t, "verification_uri", &d->p->conf, NULL);
	put_device_url(
	    &t, "verification_uri_complete", &d->p->conf, d->user_code);
	json_text_int(&t, "expires_in", DEVICE_CODE_LIFETIME_S);
	json_text_int(&t, "interval", DEVICE_CODE_INTERVAL_S);
	json_text_end(&t);
	secret_wipe(text, sizeof text);
}

static enum err
check_device_request(struct device_ctx *d)
{
	enum err e;

	if (!(d->client->grants & GRANT_DEVICE_CODE))
		return refused(REASON_GRANT_TYPE_NOT_ALLOWED, &d->reason);
	e = parse_device_scope(d);
	if (e == OK && d->resources != OK)
		e = refused(REASON_RESOURCE_UNKNOWN, &d->reason);
	if (e == OK)
		e = parse_device_challenge(d);
	memcpy(d->device.client_id, d->client->client_id,
	    sizeof d->device.client_id);
	str_cut(d->device.address, sizeof d->device.address, d->who->address);
	return e;
}

enum err
device_authorization(const struct provider *p, const struct caller *who,
    int64_t now, struct buf *answer, enum reason *reason)
{
	struct client client;
	struct device_ctx d = {
	    .p = p, .who = who, .now = now, .client = &client};
	enum err e;

	if (who->form->repeated != NULL)
		return refused(REASON_PARAMETER_REPEATED, reason);
	e = client_auth_parse(&d.auth, who, &d.reason);
	if (e == OK)
		e = store_read(p->store, find_device_client, &d);
	if (e == OK)
		e = client_auth_prove(&d.auth, p, &client, now, &d.reason);
	if (e == OK)
		e = check_device_request(&d);
	if (e == OK)
		e = store_write(p->store, now, issue_device_codes, &d);
	if (e == OK)
		put_device_codes(answer, &d);
	client_auth_wipe(&d.auth);
	secret_wipe(d.user_code, sizeof d.user_code);
	*reason = d.reason;
	return e;
}
