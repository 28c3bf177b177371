/* With a client secret (RFC 6749 2.3.1), or with a client_id alone. */
#include "base/secret.h"
#include "base/str.h"
#include "protocol/auth_way.h"
#include "protocol/authorization.h"

#include <string.h>

/* user-id ":" password, both form-encoded. */
static enum err
basic_split(struct client_auth *a, char *text)
{
	char *colon = strchr(text, ':'), *secret;
	bool raw_fits;

	if (colon == NULL)
		return ERR_SYNTAX;
	*colon = '\0';
	secret = colon + 1;
	raw_fits =
	    str_copy(a->raw_secret, sizeof a->raw_secret, secret) == OK &&
	    str_copy(a->client_id, sizeof a->client_id, text) == OK;
	if (form_decode(text) != OK || form_decode(secret) != OK)
		return raw_fits ? str_copy(a->secret, sizeof a->secret,
				      a->raw_secret)
				: ERR_SYNTAX;
	if (str_copy(a->client_id, sizeof a->client_id, text) != OK)
		return ERR_SYNTAX;
	return str_copy(a->secret, sizeof a->secret, secret);
}

static enum err
basic_parse(
    struct client_auth *a, const struct caller *who, enum reason *reason)
{
	char text[BASIC_CAP];
	enum err e;

	if (who->authorization == NULL)
		return ERR_NOT_FOUND;
	e = authorization_basic(text, who->authorization);
	if (e == ERR_NOT_FOUND)
		return refused(REASON_CLIENT_AUTH_SCHEME, reason);
	if (e == OK)
		e = basic_split(a, text);
	secret_wipe(text, sizeof text);
	return e == OK ? OK : refused(REASON_BASIC_MALFORMED, reason);
}

static enum err
post_parse(struct client_auth *a, const struct caller *who, enum reason *reason)
{
	const char *client_id = form_get(who->form, "client_id");
	const char *secret = form_get(who->form, "client_secret");

	if (secret == NULL)
		return ERR_NOT_FOUND;
	if (client_id == NULL)
		return refused(REASON_CLIENT_MISSING, reason);
	if (str_copy(a->client_id, sizeof a->client_id, client_id) != OK ||
	    str_copy(a->secret, sizeof a->secret, secret) != OK)
		return refused(REASON_CLIENT_MALFORMED, reason);
	return OK;
}

static enum err
none_parse(struct client_auth *a, const struct caller *who, enum reason *reason)
{
	const char *client_id = form_get(who->form, "client_id");

	if (client_id == NULL)
		return refused(REASON_CLIENT_MISSING, reason);
	return str_copy(a->client_id, sizeof a->client_id, client_id) == OK
		   ? OK
		   : refused(REASON_CLIENT_MALFORMED, reason);
}

static enum err
secret_prove(const struct client_auth *a, const struct provider *p,
    const struct client *c, int64_t now, enum reason *reason)
{
	(void)now;
	if (client_secret_verify(c, a->secret, &p->keyring) == OK ||
	    (a->raw_secret[0] != '\0' &&
		client_secret_verify(c, a->raw_secret, &p->keyring) == OK))
		return OK;
	return refused(REASON_CLIENT_SECRET_WRONG, reason);
}

const struct auth_way auth_client_secret_basic = {
    "client_secret_basic", AUTH_CLIENT_SECRET, basic_parse, secret_prove, NULL};

const struct auth_way auth_client_secret_post = {
    "client_secret_post", AUTH_CLIENT_SECRET, post_parse, secret_prove, NULL};

const struct auth_way auth_none = {"none", AUTH_NONE, none_parse, NULL, NULL};
