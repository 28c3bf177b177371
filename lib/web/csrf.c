#include "web/csrf.h"

#include "base/buf.h"
#include "web/cookie.h"

#include <string.h>

static const struct cookie browser_cookie = {
    .name = "latchkey-browser", .path = "/", .same_site = SAME_SITE_LAX};

void
csrf_load(struct csrf *c, const struct keyring *k, const struct conf *conf,
    const struct request *q)
{
	*c = (struct csrf){.keyring = k};
	if (!cookie_get(
		conf, q, &browser_cookie, c->browser, sizeof c->browser))
		c->browser[0] = '\0';
}

void
csrf_bind(struct csrf *c, const uint8_t *sid)
{
	if (sid != NULL)
		memcpy(c->sid, sid, SID_LEN);
	else
		memset(c->sid, 0, SID_LEN);
}

static void
mac(char token[static CSRF_TOKEN_CAP], const struct csrf *c,
    const char *purpose)
{
	uint8_t bytes[24], text[SID_LEN + CSRF_BROWSER_CAP] = {0};

	memcpy(text, c->sid, SID_LEN);
	memcpy(text + SID_LEN, c->browser, strlen(c->browser));
	secret_mac(
	    bytes, sizeof bytes, c->keyring->form, purpose, text, sizeof text);
	base64url_encode(token, CSRF_TOKEN_CAP, bytes, sizeof bytes);
}

void
csrf_make(char token[static CSRF_TOKEN_CAP], struct csrf *c,
    const struct conf *conf, struct response *r, const char *purpose)
{
	uint8_t bytes[16];

	if (c->browser[0] == '\0') {
		random_bytes(bytes, sizeof bytes);
		base64url_encode(
		    c->browser, sizeof c->browser, bytes, sizeof bytes);
		cookie_set(r, conf, &browser_cookie, c->browser, -1);
	}
	mac(token, c, purpose);
}

enum err
csrf_check(const struct csrf *c, const char *purpose, const char *token)
{
	char good[CSRF_TOKEN_CAP];

	if (token == NULL || c->browser[0] == '\0')
		return ERR_FORBIDDEN;
	mac(good, c, purpose);
	return secret_equal_str(good, token) ? OK : ERR_FORBIDDEN;
}
