#include "web/browser.h"

#include "base/secret.h"
#include "web/cookie.h"

/* Lax, not Strict: apps send people here from other sites, and those who are
 * signed in must be found so. */
static const struct cookie session_cookie = {
    .name = "latchkey-session", .same_site = SAME_SITE_LAX};

const struct session_cookie *
browser_session(struct session_cookie *cookie, const struct conf *conf,
    const struct request *q)
{
	char text[SESSION_COOKIE_CAP];
	bool good;

	*cookie = (struct session_cookie){0};
	good = cookie_get(conf, q, &session_cookie, text, sizeof text) &&
	       session_cookie_decode(cookie, text) == OK;
	secret_wipe(text, sizeof text);
	return good ? cookie : NULL;
}

void
browser_sign_in(struct response *r, const struct conf *conf,
    const struct session *s, const struct session_cookie *cookie, int64_t now)
{
	char text[SESSION_COOKIE_CAP];

	session_cookie_encode(text, cookie);
	cookie_set(r, conf, &session_cookie, text,
	    s->remembered ? s->absolute_expires_at - now : -1);
	secret_wipe(text, sizeof text);
}

void
browser_sign_out(struct response *r, const struct conf *conf)
{
	cookie_set(r, conf, &session_cookie, "", 0);
}

static const struct cookie device_cookie = {
    .name = "latchkey-device", .same_site = SAME_SITE_LAX};

void
browser_devices(
    struct devices *d, const struct conf *conf, const struct request *q)
{
	char text[DEVICES_TEXT_CAP];

	*d = (struct devices){0};
	if (cookie_get(conf, q, &device_cookie, text, sizeof text) &&
	    devices_decode(d, text) != OK)
		*d = (struct devices){0};
	secret_wipe(text, sizeof text);
}

void
browser_set_devices(
    struct response *r, const struct conf *conf, const struct devices *d)
{
	char text[DEVICES_TEXT_CAP];

	devices_encode(text, d);
	cookie_set(r, conf, &device_cookie, text, DEVICE_LIFETIME_S);
	secret_wipe(text, sizeof text);
}

/* Lax: people come to a site from others, too, and back from the provider. */
static const struct cookie gate_cookie = {
    .name = "latchkey-gate", .path = "/", .same_site = SAME_SITE_LAX};
static const struct cookie sign_in_cookie = {
    .name = "latchkey-sign-in", .path = "/", .same_site = SAME_SITE_LAX};

const char *
browser_gate(char text[static OPAQUE_TOKEN_TEXT_CAP], const struct conf *conf,
    const struct request *q)
{
	return cookie_get(conf, q, &gate_cookie, text, OPAQUE_TOKEN_TEXT_CAP)
		   ? text
		   : NULL;
}

void
browser_set_gate(struct response *r, const struct conf *conf, const char *text,
    int64_t max_age_s)
{
	cookie_set(r, conf, &gate_cookie, text, max_age_s);
}

const uint8_t *
browser_gate_key(uint8_t key[static GATE_KEY_LEN], const struct conf *conf,
    const struct request *q)
{
	char text[BASE64URL_CAP(GATE_KEY_LEN)];
	bool good;

	good = cookie_get(conf, q, &sign_in_cookie, text, sizeof text) &&
	       base64url_decode_exact(key, GATE_KEY_LEN, text) == OK;
	secret_wipe(text, sizeof text);
	return good ? key : NULL;
}

const uint8_t *
browser_make_gate_key(uint8_t key[static GATE_KEY_LEN], const struct conf *conf,
    const struct request *q, struct response *r)
{
	char text[BASE64URL_CAP(GATE_KEY_LEN)];

	if (browser_gate_key(key, conf, q) != NULL)
		return key;
	random_bytes(key, GATE_KEY_LEN);
	base64url_encode(text, sizeof text, key, GATE_KEY_LEN);
	cookie_set(r, conf, &sign_in_cookie, text, -1);
	secret_wipe(text, sizeof text);
	return key;
}
