#include "protocol/request_object.h"

#include "base/form.h"
#include "base/json.h"
#include "base/str.h"
#include "jose/jwt.h"
#include "protocol/client_signature.h"

#include <string.h>

enum {
	OBJECT_LIFE_MAX_S = 3600,
	OBJECT_AHEAD_S = 60, /* by which the client's clock may be */
	NUMBER_CAP = 24
};

/* What an object may ask for. Its other members are claims of a JWT, or make no
 * difference (RFC 9101 4). */
static const char *const parameters[] = {"response_type", "response_mode",
    "redirect_uri", "scope", "state", "nonce", "code_challenge",
    "code_challenge_method", "dpop_jkt", "prompt", "max_age", "ui_locales",
    "login_hint", "id_token_hint", "acr_values", "claims", "registration",
    "resource"};

enum { PARAMETERS = sizeof parameters / sizeof *parameters };

/* An object in an object: claims. */
static enum err
put_object(struct buf *form, const char *name, const json_t *value)
{
	char text[JWT_CAP];
	struct buf b;

	buf_init(&b, text, sizeof text);
	json_write(&b, value);
	if (!buf_ok(&b))
		return ERR_NO_SPACE;
	form_put_field(form, name, text);
	return OK;
}

/* `resource` may be several (RFC 8707 2). */
static enum err
put_several(
    struct buf *form, const char *name, const struct json_object_view *claims)
{
	char list[RESOURCE_LIST_CAP], word[RESOURCE_LIST_CAP];
	const char *cursor = list;

	if (!str_equal(name, "resource") ||
	    json_object_view_words(list, sizeof list, claims, name) != OK)
		return ERR_SYNTAX;
	while (words_next(&cursor, word, sizeof word))
		form_put_field(form, name, word);
	return OK;
}

static enum err
put_parameter(
    struct buf *form, const char *name, const struct json_object_view *claims)
{
	const char *text = json_object_view_str(claims, name);
	const json_t *object = json_object_view_object(claims, name);
	char number[NUMBER_CAP];
	struct buf b;
	int64_t n;

	if (text != NULL) {
		form_put_field(form, name, text);
		return OK;
	}
	if (object != NULL)
		return put_object(form, name, object);
	if (json_object_view_number(claims, name, &n) != OK)
		return put_several(form, name, claims);
	buf_init(&b, number, sizeof number);
	buf_put_int(&b, n);
	form_put_field(form, name, number);
	return OK;
}

static enum err
put_parameters(struct buf *form, const struct jwt *j, enum reason *reason)
{
	/* RFC 9101 4 */
	if (json_object_view_has(&j->claims, "request") ||
	    json_object_view_has(&j->claims, "request_uri"))
		return refused(REASON_REQUEST_OBJECT_MALFORMED, reason);
	for (size_t i = 0; i < PARAMETERS; i++)
		if (json_object_view_has(&j->claims, parameters[i]) &&
		    put_parameter(form, parameters[i], &j->claims) != OK)
			return refused(REASON_REQUEST_OBJECT_MALFORMED, reason);
	return buf_ok(form) ? OK : refused(REASON_REQUEST_TOO_LONG, reason);
}

/* Whether CLAIM is there and is not a time up to LATEST. */
static bool
object_is_later(const struct jwt *j, const char *claim, int64_t latest)
{
	int64_t time;
	enum err e = jwt_time(j, claim, &time);

	return e != ERR_NOT_FOUND && (e != OK || time > latest);
}

static bool
object_is_in_time(const struct jwt *j, int64_t now)
{
	int64_t expires_at;

	return jwt_time(j, "exp", &expires_at) == OK && expires_at > now &&
	       expires_at <= now + OBJECT_LIFE_MAX_S &&
	       !object_is_later(j, "nbf", now + OBJECT_AHEAD_S) &&
	       !object_is_later(j, "iat", now + OBJECT_AHEAD_S);
}

/* What costs little, before the signature is looked at. Its type keeps it apart
 * from other JWTs that the client makes (RFC 9101 10.8). */
static enum err
check_object(const struct jwt *j, const struct provider *p,
    const struct client *c, int64_t now, enum reason *reason)
{
	const char *iss = jwt_str(j, "iss");
	const char *client_id = jwt_str(j, "client_id");

	if (!str_equal(j->typ, "oauth-authz-req+jwt"))
		return refused(REASON_REQUEST_OBJECT_TYPE, reason);
	if (iss == NULL || client_id == NULL || !str_equal(iss, c->client_id) ||
	    !str_equal(client_id, c->client_id))
		return refused(REASON_REQUEST_OBJECT_CLIENT, reason);
	if (!jwt_is_for(j, p->conf.issuer))
		return refused(REASON_REQUEST_OBJECT_AUDIENCE, reason);
	return object_is_in_time(j, now)
		   ? OK
		   : refused(REASON_REQUEST_OBJECT_TIME, reason);
}

static enum err
check_object_signature(const struct provider *p, const struct jwt *j,
    const struct client *c, int64_t now, enum reason *reason)
{
	enum err e = client_signature_check(p, j, c, now);

	switch (e) {
	case ERR_UNSUPPORTED:
		return refused(REASON_REQUEST_OBJECT_ALGORITHM, reason);
	case ERR_INVALID_TOKEN:
	case ERR_NOT_FOUND:
		return refused(REASON_REQUEST_OBJECT_SIGNATURE, reason);
	default:
		return e;
	}
}

enum err
request_object_read(struct buf *form, const struct provider *p,
    const struct client *c, const char *text, int64_t now, enum reason *reason)
{
	struct jwt j;
	enum err e;

	if (!client_signs(c))
		return refused(REASON_REQUEST_UNSUPPORTED, reason);
	if (jwt_parse(&j, text) != OK)
		return refused(REASON_REQUEST_OBJECT_MALFORMED, reason);
	e = check_object(&j, p, c, now, reason);
	if (e == OK)
		e = check_object_signature(p, &j, c, now, reason);
	if (e == OK)
		e = put_parameters(form, &j, reason);
	jwt_wipe(&j);
	return e;
}
