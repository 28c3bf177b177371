#include "web/browser.h"

#include "base/secret.h"
#include "web/cookie.h"

/* Lax, not Strict: apps send people here from other sites, and those who are
 * signed in must be found so. */
static const struct cookie session_cookie = {
    .name = "latchkey-session", .path = "/", .same_site = SAME_SITE_LAX};

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
	    s->remembered ? s->expires_at - now : -1);
	secret_wipe(text, sizeof text);
}

void
browser_sign_out(struct response *r, const struct conf *conf)
{
	cookie_set(r, conf, &session_cookie, "", 0);
}
