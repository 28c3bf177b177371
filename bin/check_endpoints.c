/* What is between the world and the programs, and what it leaves of requests
 * and answers. */
#include "check_web.h"

#include "base/buf.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

enum { BODY_LEN = 65536 };

/* A status that is the web server's, or a program's that cannot work. */
static void
tell_unserved(struct web *w, const char *path)
{
	static const struct web_advice unserved = {
	    "the program there cannot be reached, or cannot work",
	    {[SERVER_UNKNOWN] =
		    "look into the program's log and the web server's error "
		    "log; compare the web server's configuration with "
		    "conf/webserver.sh's"}};
	const struct check_advice advice = web_advise(w, &unserved);

	check_found(w->c, CHECK_ERROR, &advice,
	    "%s%s answers %d, not what the program answers when it works",
	    w->base, path, w->answer.status);
}

/* --- the Authorization header ----------------------------------------------*/

/* An unknown client, by Basic and, under another name, in the form. A program
 * that sees both says that they differ (invalid_request), before it looks for
 * anything; one that sees the form alone finds another fault. */
static bool
basic_arrives(struct web *w, const char *path, bool *arrives)
{
	static const char body[] =
	    "client_id=latchkey-check-form&grant_type=refresh_token&"
	    "refresh_token=latchkey-check&token=latchkey-check";
	const struct fetch_request q = {.url = path,
	    .header = "Authorization: Basic "
		      "bGF0Y2hrZXktY2hlY2s6bGF0Y2hrZXktY2hlY2s=",
	    .body = body,
	    .body_len = sizeof body - 1};
	const char *error;
	json_t *v;

	*arrives = false;
	if (!web_ask(w, &q))
		return false;
	v = web_json(w);
	error = json_string_value(json_object_get(v, "error"));
	if (error == NULL)
		tell_unserved(w, path);
	*arrives = error == NULL || str_equal(error, "invalid_request");
	json_decref(v);
	return true;
}

/* An unreadable token is told from a missing one (RFC 6750 3.1). */
static bool
bearer_arrives(struct web *w, const char *path, bool *arrives)
{
	const struct fetch_request q = {
	    .url = path, .header = "Authorization: Bearer latchkey.check"};
	const char *challenge;

	*arrives = false;
	if (!web_ask(w, &q))
		return false;
	challenge = fetch_header(w->fetch, "WWW-Authenticate", 0);
	if (challenge == NULL || !str_starts(challenge, "Bearer"))
		tell_unserved(w, path);
	*arrives = challenge == NULL || !str_starts(challenge, "Bearer") ||
		   strstr(challenge, "invalid_token") != NULL;
	return true;
}

void
web_check_authorization(struct web *w)
{
	static const struct web_advice hidden = {
	    "apps cannot authenticate, and every access token is refused",
	    {[SERVER_UNKNOWN] = "let the web server, and any proxy before it, "
				"pass the Authorization header on; Apache does "
				"with `CGIPassAuth On`",
		[SERVER_APACHE] =
		    "add `CGIPassAuth On` to the <LocationMatch> of these "
		    "addresses, or to the <Directory> of the programs",
		[SERVER_NGINX] = "take out `fastcgi_pass_request_headers off` "
				 "and `fastcgi_param HTTP_AUTHORIZATION`; a "
				 "proxy before it must pass the header on"}};
	static const struct {
		const char *path;
		bool (*arrives)(struct web *w, const char *path, bool *arrives);
	} endpoints[] = {{"/token", basic_arrives}, {"/refresh", basic_arrives},
	    {"/introspect", basic_arrives}, {"/revoke", basic_arrives},
	    {"/device_authorization", basic_arrives}, {"/par", basic_arrives},
	    {"/userinfo", bearer_arrives},
	    {"/register/latchkey-check", bearer_arrives}};
	/* The last one answers nothing else unless apps register there. */
	const size_t count =
	    sizeof endpoints / sizeof *endpoints - !w->c->a->conf.registration;
	const struct check_advice advice = web_advise(w, &hidden);
	char lost[WEB_SHOWN_CAP];
	bool arrives;
	struct buf b;

	buf_init(&b, lost, sizeof lost);
	for (size_t i = 0; i < count; i++) {
		if (!endpoints[i].arrives(w, endpoints[i].path, &arrives))
			return;
		if (!arrives)
			buf_printf(&b, " %s", endpoints[i].path);
	}
	if (lost[0] != '\0')
		check_found(w->c, CHECK_ERROR, &advice,
		    "the Authorization header does not arrive at%s", lost);
	else
		check_found(
		    w->c, CHECK_OK, NULL, "the Authorization header arrives");
}

/* --- the page to sign in on ------------------------------------------------*/

static const struct web_advice changed = {
    "people are less safe from other sites and from who uses the browser next, "
    "or the page does not work",
    {[SERVER_UNKNOWN] = "let the web server, and any proxy before it, pass "
			"headers on as they are, and add none of its own here",
	[SERVER_APACHE] = "take out the `Header` lines for it on this host",
	[SERVER_LIGHTTPD] = "take it out of setenv.set-response-header and "
			    "setenv.add-response-header on this host",
	[SERVER_NGINX] = "take out `add_header` and `fastcgi_hide_header` for "
			 "it on this host"}};

/* As lib/http/response.c and page.c send them; each once. */
static void
check_headers(struct web *w)
{
	static const struct {
		const char *name, *starts;
	} headers[] = {{"Content-Security-Policy", "default-src 'none';"},
	    {"Cache-Control", "no-store"},
	    {"X-Content-Type-Options", "nosniff"}, {"X-Frame-Options", "DENY"},
	    {"Referrer-Policy", "no-referrer"}};
	const struct check_advice advice = web_advise(w, &changed);
	const char *value, *name;
	char shown[WEB_SHOWN_CAP];

	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
		name = headers[i].name;
		value = fetch_header(w->fetch, name, 0);
		if (fetch_header(w->fetch, name, 1) != NULL)
			check_found(w->c, CHECK_ERROR, &advice,
			    "the sign-in page arrives with %s twice", name);
		else if (value == NULL || !str_starts(value, headers[i].starts))
			check_found(w->c, CHECK_ERROR, &advice,
			    "the sign-in page arrives with %s: %s", name,
			    web_shown(shown, value));
	}
}

/* Of the cookie in VALUE, a Set-Cookie line, as lib/web/cookie.c sends it. */
static bool
cookie_is_whole(const struct web *w, const char *value)
{
	const struct conf *conf = &w->c->a->conf;
	const char *path = conf_issuer_path(conf);
	char wanted[ISSUER_CAP + sizeof "; Path=;"];
	struct buf b;

	buf_init(&b, wanted, sizeof wanted);
	buf_printf(&b, "; Path=%s;", *path != '\0' ? path : "/");
	if (strstr(value, "; HttpOnly") == NULL || !buf_ok(&b) ||
	    strstr(value, wanted) == NULL ||
	    strstr(value, "; SameSite=Lax") == NULL ||
	    strstr(value, "; Domain=") != NULL)
		return false;
	return !conf->secure ||
	       (str_starts(value, *path != '\0' ? "__Secure-" : "__Host-") &&
		   strstr(value, "; Secure") != NULL);
}

static void
check_cookie(struct web *w)
{
	const struct check_advice advice = web_advise(w, &changed);
	const char *value;
	char shown[WEB_SHOWN_CAP];

	for (size_t i = 0;
	     (value = fetch_header(w->fetch, "Set-Cookie", i)) != NULL; i++) {
		if (strstr(value, "latchkey-browser=") == NULL)
			continue; /* the web server's own business */
		if (!cookie_is_whole(w, value))
			check_found(w->c, CHECK_ERROR, &advice,
			    "the sign-in page's cookie arrives changed: %s",
			    web_shown(shown, strchr(value, ';')));
		else
			check_found(w->c, CHECK_OK, NULL,
			    "the sign-in page's cookie and headers arrive");
		return;
	}
	check_found(w->c, CHECK_ERROR, &advice,
	    "the sign-in page's cookie (Set-Cookie) does not arrive");
}

/* A request such as an app would send people here with. */
static bool
put_request(char url[static WEB_URL_CAP], const struct check_run *c)
{
	struct buf b;

	buf_init(&b, url, WEB_URL_CAP);
	buf_puts(&b, "/authorize?response_type=code&scope=openid&state=check&"
		     "code_challenge_method=S256&code_challenge="
		     "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&client_id=");
	buf_put_url_arg(&b, c->client_id);
	buf_puts(&b, "&redirect_uri=");
	buf_put_url_arg(&b, c->redirect_uri);
	return buf_ok(&b);
}

void
web_check_sign_in_page(struct web *w)
{
	char url[WEB_URL_CAP];
	unsigned errors;

	if (w->c->client_id[0] == '\0' || !put_request(url, w->c) ||
	    !web_get(w, url))
		return;
	errors = check_count(w->c, CHECK_ERROR);
	if (w->answer.status != 200 ||
	    strstr(w->answer.body, "name=\"password\"") == NULL)
		tell_unserved(w, "/authorize");
	else
		check_headers(w);
	if (check_count(w->c, CHECK_ERROR) == errors)
		check_cookie(w);
}

/* Pages of our own, which ask a stranger to sign in. */
void
web_check_own_pages(struct web *w)
{
	static const struct web_advice unrouted = {
	    "people cannot reach their account, or administrators the desk",
	    {[SERVER_UNKNOWN] =
		    "put the lines of conf/webserver.sh's configuration for "
		    "/account, /join and /admin into the web server, and start "
		    "the programs account and admin"}};
	static const char *const paths[] = {"/account", "/admin"};
	const struct check_advice advice = web_advise(w, &unrouted);
	unsigned errors = check_count(w->c, CHECK_ERROR);

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		if (!web_get(w, paths[i]))
			return;
		if (w->answer.status != 200 ||
		    strstr(w->answer.body, "name=\"password\"") == NULL)
			check_found(w->c, CHECK_ERROR, &advice,
			    "%s%s answers %d, and not with our page to sign in",
			    w->base, paths[i], w->answer.status);
	}
	if (check_count(w->c, CHECK_ERROR) == errors)
		check_found(w->c, CHECK_OK, NULL,
		    "the account and the desk are reached");
}

/* --- for monitors ----------------------------------------------------------*/

/* What it says of itself is the programs' fault; all else is the way there. */
void
web_check_health(struct web *w)
{
	static const struct web_advice unrouted = {
	    "a monitor that asks there is told nothing",
	    {[SERVER_UNKNOWN] =
		    "put the line of conf/webserver.sh's configuration for "
		    "/health into the web server"}};
	static const struct check_advice failing = {
	    "the programs cannot read the store, or a key that signs",
	    "the log of the program token names the fault (reason=); what "
	    "`latchkey check --offline` finds says what to do"};
	const struct check_advice advice = web_advise(w, &unrouted);
	const char *status;
	json_t *v;

	if (!web_get(w, "/health"))
		return;
	v = web_json(w);
	status = json_string_value(json_object_get(v, "status"));
	if (status == NULL)
		check_found(w->c, CHECK_WARNING, &advice,
		    "%s/health answers %d, and not with its status", w->base,
		    w->answer.status);
	else if (w->answer.status == 200 && str_equal(status, "pass"))
		check_found(w->c, CHECK_OK, NULL,
		    "%s/health says that all is in order", w->base);
	else
		check_found(w->c, CHECK_ERROR, &failing,
		    "%s/health answers %d: the programs are not in order",
		    w->base, w->answer.status);
	json_decref(v);
}

/* --- the rest --------------------------------------------------------------*/

void
web_check_body(struct web *w)
{
	static const struct web_advice small = {
	    "apps that send much, or sign people out with long hints, are "
	    "turned away",
	    {[SERVER_UNKNOWN] = "let the web server take bodies of 128 KiB",
		[SERVER_APACHE] = "`LimitRequestBody 131072`, and with "
				  "mod_fcgid `FcgidMaxRequestLen 262144`",
		[SERVER_LIGHTTPD] = "`server.max-request-size = 128`",
		[SERVER_NGINX] = "`client_max_body_size 128k;`"}};
	const struct check_advice advice = web_advise(w, &small);
	static const char start[] = "client_id=latchkey-check-form&a=";
	char *body = malloc(BODY_LEN);
	const struct fetch_request q = {
	    .url = "/token", .body = body, .body_len = BODY_LEN};
	json_t *v;

	if (body == NULL)
		return;
	memset(body, 'a', BODY_LEN);
	memcpy(body, start, sizeof start - 1);
	if (web_ask(w, &q)) {
		v = web_json(w);
		if (json_object_get(v, "error") == NULL ||
		    w->answer.status == 413)
			check_found(w->c, CHECK_ERROR, &advice,
			    "a request with 64 KiB of body is answered %d",
			    w->answer.status);
		else
			check_found(w->c, CHECK_OK, NULL,
			    "a request with 64 KiB of body arrives");
		json_decref(v);
	}
	free(body);
}

void
web_check_unknown_paths(struct web *w)
{
	static const struct check_advice advice = {
	    "only our own addresses should lead anywhere below the issuer: "
	    "what "
	    "else is there shares its cookies and its name",
	    "use the exact paths of conf/webserver.sh's configuration; if the "
	    "host "
	    "has a site of its own, give the provider a host name of its own"};
	static const char *const paths[] = {
	    "/token/latchkey-check", "/latchkey-check", "/secret.key"};
	char found[WEB_SHOWN_CAP];
	struct buf b;

	buf_init(&b, found, sizeof found);
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		if (!web_get(w, paths[i]))
			return;
		if (w->answer.status != 404)
			buf_printf(&b, " %s (%d)", paths[i], w->answer.status);
	}
	if (found[0] != '\0')
		check_found(w->c, CHECK_WARNING, &advice,
		    "addresses that should not be there answer:%s", found);
	else
		check_found(w->c, CHECK_OK, NULL, "everything else is 404");
}
