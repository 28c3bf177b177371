#include "protocol/client_auth.h"

#include "base/reason.h"
#include "base/secret.h"
#include "base/str.h"
#include "protocol/authorization.h"

#include <string.h>

static enum err
pair_set(struct client_pair *p, const char *client_id, const char *secret)
{
	if (str_copy(p->client_id, sizeof p->client_id, client_id) != OK ||
	    str_copy(p->secret, sizeof p->secret, secret) != OK)
		return ERR_INVALID_CLIENT;
	return OK;
}

/* user-id ":" password, both form-encoded: each as it stands and decoded. */
static enum err
split_basic(struct client_auth *a, char *text)
{
	char *colon = strchr(text, ':');
	enum err e;

	if (colon == NULL)
		return ERR_INVALID_CLIENT;
	*colon = '\0';
	e = pair_set(&a->raw, text, colon + 1);
	a->has_raw = e == OK;
	if (form_decode(text) == OK && form_decode(colon + 1) == OK)
		e = pair_set(&a->pair, text, colon + 1);
	else if (a->has_raw)
		a->pair = a->raw;
	return e;
}

enum err
client_auth_parse(
    struct client_auth *a, const struct caller *who, enum reason *reason)
{
	const char *client_id = form_get(who->form, "client_id");
	const char *secret = form_get(who->form, "client_secret");
	char text[BASIC_CAP];
	enum err e;

	*a = (struct client_auth){0};
	if (who->authorization == NULL) {
		if (client_id == NULL)
			return refused(REASON_CLIENT_MISSING, reason);
		if (pair_set(&a->pair, client_id,
			secret != NULL ? secret : "") != OK)
			return refused(REASON_CLIENT_MALFORMED, reason);
		return OK;
	}
	e = authorization_basic(text, who->authorization);
	if (e == ERR_NOT_FOUND)
		return refused(REASON_CLIENT_AUTH_SCHEME, reason);
	a->basic = true;
	if (e == OK)
		e = split_basic(a, text);
	secret_wipe(text, sizeof text);
	if (e != OK)
		return refused(REASON_BASIC_MALFORMED, reason);
	if (secret != NULL)
		return refused(REASON_CLIENT_AUTH_TWICE, reason);
	if (client_id != NULL && !str_equal(client_id, a->pair.client_id) &&
	    !str_equal(client_id, a->raw.client_id))
		return refused(REASON_CLIENT_ID_DIFFERS, reason);
	return OK;
}

static enum err
check_pair(struct store_txn *t, const struct client_pair *p,
    const struct keyring *k, struct client *c, enum reason *reason)
{
	enum err e = client_get(t, p->client_id, c);

	if (e == ERR_NOT_FOUND)
		return refused(REASON_CLIENT_UNKNOWN, reason);
	if (e != OK)
		return e;
	if (c->is_site) /* what it has is the gate's to redeem */
		return refused(REASON_CLIENT_IS_SITE, reason);
	if (client_is_public(c))
		return p->secret[0] == '\0'
			   ? OK
			   : refused(REASON_PUBLIC_CLIENT_SENT_SECRET, reason);
	if (p->secret[0] == '\0')
		return refused(REASON_CLIENT_SECRET_MISSING, reason);
	if (client_secret_verify(c, p->secret, k) != OK)
		return refused(REASON_CLIENT_SECRET_WRONG, reason);
	return OK;
}

enum err
client_auth_check(struct store_txn *t, const struct client_auth *a,
    const struct keyring *k, struct client *c, enum reason *reason)
{
	enum err e = check_pair(t, &a->pair, k, c, reason);

	if (e == ERR_INVALID_CLIENT && a->has_raw)
		e = check_pair(t, &a->raw, k, c, reason);
	if (e != OK)
		secret_wipe(c, sizeof *c);
	return e;
}

void
client_auth_wipe(struct client_auth *a)
{
	secret_wipe(a, sizeof *a);
}
