/* What https rests on: the certificate, the way to it from http, and that
 * browsers remember it. */
#include "check_web.h"

#include "base/buf.h"
#include "base/issuer.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	DAY_S = 86400,
	CERTIFICATE_LEFT_S = 14 * DAY_S,
	CERTIFICATE_LEFT_PART = 5 /* or this part of its time, if shorter */
};

void
web_check_certificate(struct web *w)
{
	static const struct check_advice advice = {
	    "when it expires no app and no browser trusts the provider",
	    "renew it, reload the web server, and see why that did not happen "
	    "by itself (certbot renew --dry-run)"};
	const int64_t left = w->valid_until - w->c->a->now;
	int64_t enough =
	    (w->valid_until - w->valid_from) / CERTIFICATE_LEFT_PART;

	if (w->valid_until <= 0 || w->untrusted)
		return;
	if (enough > CERTIFICATE_LEFT_S)
		enough = CERTIFICATE_LEFT_S;
	if (left < enough)
		check_found(w->c, CHECK_ERROR, &advice,
		    "the certificate of %s%s expires in %" PRId64 " hours",
		    w->base, w->at, left / 3600);
	else
		check_found(w->c, CHECK_OK, NULL,
		    "the certificate of %s%s is good for %" PRId64 " more days",
		    w->base, w->at, left / DAY_S);
}

/* Without a listener there all is well, too. */
void
web_check_redirect(struct web *w)
{
	static const struct web_advice plain = {
	    "a person who types the address without https:// stays where "
	    "everybody on the way can read and change what is shown",
	    {[SERVER_UNKNOWN] = "send port 80 to https, as conf/webserver.sh's "
				"configuration "
				"does",
		[SERVER_APACHE] = "in <VirtualHost *:80>: `Redirect permanent "
				  "/ https://HOST/`",
		[SERVER_LIGHTTPD] = "for $HTTP[\"scheme\"] == \"http\": "
				    "`url.redirect = ( \"\" => "
				    "\"https://HOST${url.path}${qsa}\" )`",
		[SERVER_NGINX] = "in the server of port 80: `return 301 "
				 "https://HOST$request_uri;`"}};
	const struct check_advice advice = web_advise(w, &plain);
	char url[WEB_URL_CAP], shown[WEB_SHOWN_CAP];
	struct fetch_request q = {.url = url, .address = w->address};
	struct issuer_parts parts;
	const char *location;
	struct buf b;

	/* With a port in the issuer, where http would be is not known. */
	if (!issuer_split(w->base, &parts) || !parts.https ||
	    parts.host[parts.host_len] == ':')
		return;
	buf_init(&b, url, sizeof url);
	buf_printf(&b, "http%s/.well-known/openid-configuration",
	    w->base + strlen("https"));
	if (!buf_ok(&b) || fetch_ask(w->fetch, &q, &w->answer) != OK)
		return;
	location = fetch_header(w->fetch, "Location", 0);
	buf_init(&b, url, sizeof url);
	buf_put(&b, w->base, (size_t)(parts.path - w->base));
	buf_putc(&b, '/');
	if (w->answer.status / 100 == 3 && location != NULL &&
	    str_starts(location, url))
		check_found(w->c, CHECK_OK, NULL, "http is sent to https");
	else
		check_found(w->c, CHECK_ERROR, &advice,
		    "http is not sent to https: it answers %d, and leads to %s",
		    w->answer.status, web_shown(shown, location));
}

/* Whether VALUE has browsers remember anything (RFC 6797 6.1). */
static bool
is_remembered(const char *value)
{
	static const char name[] = "max-age=";
	const char *at = value;

	for (; *at != '\0'; at += strcspn(at, ";")) {
		at += strspn(at, "; \t");
		if (strncasecmp(at, name, strlen(name)) == 0)
			break;
	}
	if (*at == '\0')
		return false;
	at += strlen(name);
	return strtol(at + (*at == '"'), NULL, 10) > 0;
}

void
web_check_remembered(struct web *w)
{
	static const struct web_advice forgotten = {
	    "a browser that is asked for http:// goes there first each time, "
	    "and anybody on the way can keep it there",
	    {[SERVER_UNKNOWN] =
		    "let the web server say `Strict-Transport-Security: "
		    "max-age=31536000` over https, as conf/webserver.sh's "
		    "configuration does; it binds every port of the host",
		[SERVER_APACHE] =
		    "in <VirtualHost *:443>: `Header always set "
		    "Strict-Transport-Security \"max-age=31536000\"` (a2enmod "
		    "headers); it binds every port of the host",
		[SERVER_LIGHTTPD] =
		    "for $HTTP[\"scheme\"] == \"https\": "
		    "`setenv.set-response-header = ( "
		    "\"Strict-Transport-Security\" => \"max-age=31536000\" )`; "
		    "it binds every port of the host",
		[SERVER_NGINX] =
		    "in the server of port 443: `add_header "
		    "Strict-Transport-Security max-age=31536000 always;`; it "
		    "binds every port of the host"}};
	const struct check_advice advice = web_advise(w, &forgotten);
	const char *value =
	    fetch_header(w->fetch, "Strict-Transport-Security", 0);
	char shown[WEB_SHOWN_CAP];

	if (!str_starts(w->base, "https://"))
		return;
	if (value != NULL && is_remembered(value))
		check_found(w->c, CHECK_OK, NULL,
		    "browsers remember that %s%s is https", w->base, w->at);
	else
		check_found(w->c, CHECK_WARNING, &advice,
		    "%s%s answers with Strict-Transport-Security: %s", w->base,
		    w->at, web_shown(shown, value));
}
