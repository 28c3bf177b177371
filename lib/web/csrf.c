#include "web/csrf.h"

#include "base/buf.h"
#include "base/str.h"
#include "web/cookie.h"

#include <string.h>

static const struct cookie browser_cookie = {
    .name = "latchkey-browser", .same_site = SAME_SITE_LAX};

/* Whether the request's Origin is the issuer's own. */
static bool
origin_is_ours(const struct conf *conf, const char *origin)
{
	size_t len = origin != NULL ? strlen(origin) : 0;

	return len > 0 && strncmp(conf->issuer, origin, len) == 0 &&
	       (conf->issuer[len] == '\0' || conf->issuer[len] == '/');
}

void
csrf_load(struct csrf *c, const struct keyring *k, const struct conf *conf,
    const struct request *q)
{
	*c = (struct csrf){.keyring = k,
	    .from_us = q->fetch_site != NULL
			   ? str_equal(q->fetch_site, "same-origin")
			   : origin_is_ours(conf, q->origin)};
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

/* The token of a page that was made for the cookie BROWSER. */
static void
make_token(char token[static CSRF_TOKEN_CAP], const struct csrf *c,
    const char browser[static CSRF_BROWSER_CAP], const char *purpose)
{
	uint8_t bytes[24], text[SID_LEN + CSRF_BROWSER_CAP] = {0};
	char mac[CSRF_MAC_CAP];
	struct buf b;

	memcpy(text, c->sid, SID_LEN);
	memcpy(text + SID_LEN, browser, strlen(browser));
	secret_mac(
	    bytes, sizeof bytes, c->keyring->form, purpose, text, sizeof text);
	base64url_encode(mac, sizeof mac, bytes, sizeof bytes);
	buf_init(&b, token, CSRF_TOKEN_CAP);
	buf_printf(&b, "%s.%s", browser, mac);
}

const char *
csrf_browser(struct csrf *c, const struct conf *conf, struct response *r)
{
	uint8_t bytes[16];

	if (c->browser[0] == '\0') {
		random_bytes(bytes, sizeof bytes);
		base64url_encode(
		    c->browser, sizeof c->browser, bytes, sizeof bytes);
		cookie_set(r, conf, &browser_cookie, c->browser, -1);
	}
	return c->browser;
}

void
csrf_make(char token[static CSRF_TOKEN_CAP], struct csrf *c,
    const struct conf *conf, struct response *r, const char *purpose)
{
	make_token(token, c, csrf_browser(c, conf, r), purpose);
}

bool
csrf_may_answer(const struct csrf *c)
{
	return c->browser[0] != '\0' || c->from_us;
}

enum err
csrf_check(const struct csrf *c, const char *purpose, const char *token)
{
	char good[CSRF_TOKEN_CAP], browser[CSRF_BROWSER_CAP];

	if (token == NULL || c->browser[0] == '\0' ||
	    str_copy_n(browser, sizeof browser, token, strcspn(token, ".")) !=
		OK)
		return ERR_FORBIDDEN;
	make_token(good, c, browser, purpose);
	if (!secret_equal_str(good, token))
		return ERR_FORBIDDEN;
	return c->from_us || secret_equal_str(c->browser, browser)
		   ? OK
		   : ERR_FORBIDDEN;
}
