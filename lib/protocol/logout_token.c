#include "protocol/logout_token.h"

#include "base/json.h"
#include "protocol/id_token.h"

enum { JTI_LEN = 16 };

#define LOGOUT_EVENT "http://schemas.openid.net/event/backchannel-logout"

/* No nonce, by which it cannot be taken for an ID token (2.4), nor can its
 * type. */
static json_t *
logout_claims(const struct provider *p, const struct client *c,
    const struct logout *l, int64_t now)
{
	char sub[SUB_CAP], text[SID_TEXT_CAP], jti[BASE64URL_CAP(JTI_LEN)];
	uint8_t number[JTI_LEN];
	struct json_build b;

	user_sub(sub, l->user_id);
	random_bytes(number, sizeof number);
	base64url_encode(jti, sizeof jti, number, sizeof number);
	json_begin(&b);
	json_put_str(&b, "iss", p->conf.issuer);
	json_put_str(&b, "sub", sub);
	json_put_str(&b, "aud", c->client_id);
	json_put(&b, "iat", json_integer(now));
	json_put(&b, "exp", json_integer(now + LOGOUT_TOKEN_LIFETIME_S));
	json_put_str(&b, "jti", jti);
	json_put(&b, "events", json_pack("{s:{}}", LOGOUT_EVENT));
	if (!l->everywhere) {
		base64url_encode(text, sizeof text, l->sid, SID_LEN);
		json_put_str(&b, "sid", text);
	}
	return json_finish(&b);
}

enum err
logout_token_make(char text[static JWT_CAP], const struct provider *p,
    const struct client *c, const struct logout *l, const struct signkey *k,
    int64_t now)
{
	char json[JWT_CAP];
	json_t *object = logout_claims(p, c, l, now);
	struct buf claims;

	if (object == NULL)
		return ERR_NO_MEMORY;
	buf_init(&claims, json, sizeof json);
	json_write(&claims, object);
	json_decref(object);
	return id_token_sign(text, p, c, &claims, "logout+jwt", k);
}
