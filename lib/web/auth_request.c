#include "web/auth_request.h"

#include "base/buf.h"
#include "base/reason.h"
#include "base/str.h"
#include "domain/acr.h"
#include "http/request.h"
#include "web/reply.h"

#include <stdlib.h>
#include <string.h>

enum { CHALLENGE_CAP = 3072 };

/* A variable of the request; "" if it is not there. */
static const char *
auth_request_param(const struct exchange *x, const char *name)
{
	const char *value = exchange_param(x, name);

	return value != NULL ? value : "";
}

/* What the server's configuration says: with each request, or once, in the
 * environment of a gate that guards one site. */
static const char *
setting(const struct exchange *x, const char *name)
{
	const char *value = auth_request_param(x, name);

	if (value[0] == '\0')
		value = getenv(name);
	return value != NULL ? value : "";
}

/* A role goes before what a configuration says, for an authorizer's 200 lets a
 * request on and nothing else does. */
static enum err
read_form(struct auth_request *f, const struct exchange *x)
{
	const char *asked = setting(x, "LATCHKEY_GATE");
	const char *apache = auth_request_param(x, "FCGI_APACHE_ROLE");

	f->form = AUTH_REQUEST_PAGE;
	if (str_equal(auth_request_param(x, "FCGI_ROLE"), "AUTHORIZER")) {
		f->variables = true;
		/* mod_authnz_fcgi, too, names its hook. */
		if (apache[0] == '\0' || str_equal(apache, "AUTHENTICATOR"))
			f->form = AUTH_REQUEST_ANSWER;
		else if (str_equal(apache, "ACCESS_CHECKER"))
			f->form = AUTH_REQUEST_YES_NO;
		else
			return ERR_FORBIDDEN;
	} else if (str_equal(asked, "auth_request")) {
		f->form = AUTH_REQUEST_YES_NO;
	} else if (str_equal(asked, "forward_auth")) {
		f->form = AUTH_REQUEST_ANSWER;
	} else if (asked[0] != '\0') {
		return ERR_FORBIDDEN;
	}
	return OK;
}

static bool
is_forward_auth(const struct auth_request *f)
{
	return f->form == AUTH_REQUEST_ANSWER && !f->variables;
}

static void
read_request(struct auth_request *f, const struct exchange *x)
{
	const char *redirected =
	    auth_request_param(x, "REDIRECT_REQUEST_METHOD");

	if (is_forward_auth(f)) {
		f->method = auth_request_param(x, "HTTP_X_FORWARDED_METHOD");
		f->target = auth_request_param(x, "HTTP_X_FORWARDED_URI");
		return;
	}
	/* Apache asks for an error's page with GET after any method. */
	f->method = f->form == AUTH_REQUEST_PAGE && redirected[0] != '\0'
			? redirected
			: auth_request_param(x, "REQUEST_METHOD");
	f->target = request_target(auth_request_param(x, "REQUEST_URI"));
}

/* Which of two an app would take is not known, and "" is no address. */
static void
read_destination(struct auth_request *f, const struct exchange *x)
{
	static const char name[] = "HTTP_DESTINATION";

	f->destination =
	    exchange_param_is_repeated(x, name) ? "" : exchange_param(x, name);
}

/* What the browser says of the page that asks; no page can forge it. The site
 * is known. */
static void
read_asker(struct auth_request *f, const struct exchange *x)
{
	const char *accept = auth_request_param(x, "HTTP_ACCEPT");
	const char *mode = auth_request_param(x, "HTTP_SEC_FETCH_MODE");
	const char *site = auth_request_param(x, "HTTP_SEC_FETCH_SITE");
	const char *origin = auth_request_param(x, "HTTP_ORIGIN");
	bool navigates = str_equal(mode, "navigate");

	f->accepts_html = strstr(accept, "html") != NULL;
	f->accepts_json = strstr(accept, "json") != NULL;
	f->from_script =
	    (mode[0] != '\0' && !navigates) ||
	    str_equal_nocase(auth_request_param(x, "HTTP_X_REQUESTED_WITH"),
		"XMLHttpRequest");
	f->from_other_site =
	    site[0] != '\0'
		? str_equal(site, "cross-site")
		: origin[0] != '\0' && !str_equal(origin, f->origin);
	f->from_own_page = navigates && (str_equal(site, "same-origin") ||
					    str_equal(site, "none"));
}

static enum err
read_site(struct auth_request *f, const struct exchange *x)
{
	const char *origin = setting(x, "LATCHKEY_SITE");
	char forwarded[ORIGIN_CAP];
	struct buf b;

	if (origin[0] == '\0' && is_forward_auth(f)) {
		buf_init(&b, forwarded, sizeof forwarded);
		buf_printf(&b, "%s://%s",
		    auth_request_param(x, "HTTP_X_FORWARDED_PROTO"),
		    auth_request_param(x, "HTTP_X_FORWARDED_HOST"));
		if (buf_ok(&b))
			origin = forwarded;
	}
	return uri_origin(f->origin, origin) == OK ? OK : ERR_FORBIDDEN;
}

enum err
auth_request_read(
    struct auth_request *f, const struct exchange *x, enum reason *reason)
{
	enum err e, site;

	*f = (struct auth_request){0};
	e = read_form(f, x);
	read_request(f, x);
	read_destination(f, x);
	site = read_site(f, x);
	read_asker(f, x);
	if (e != OK)
		return refused(REASON_FORM_UNKNOWN, reason);
	return site == OK ? OK : refused(REASON_SITE_NOT_NAMED, reason);
}

bool
auth_request_wants_page(
    const struct auth_request *f, const struct site_rule *rule)
{
	if (f->from_script)
		return false;
	if (f->accepts_html)
		return true;
	/* If nothing says so, it is for a page if there is nothing else. */
	return !f->accepts_json && !rule->app_password &&
	       rule->audience[0] == '\0' &&
	       (str_equal(f->method, "GET") || str_equal(f->method, "HEAD"));
}

static void
put_identity_header(struct response *r, const struct auth_request *f,
    const char *variable, const char *header, const char *value)
{
	response_header(r, f->variables ? variable : header, value);
}

/* All four, always: what is not said would leave a client's own word. */
void
auth_request_let_on(struct response *r, const struct auth_request *f,
    const struct gate_reply *reply)
{
	const struct user *u = &reply->user;
	char user[sizeof "client:" + CLIENT_ID_CAP] = "";
	struct buf b;

	response_begin(r, 200);
	r->bare = true;
	buf_init(&b, user, sizeof user);
	if (reply->has_user)
		buf_puts(&b, u->name);
	else if (reply->client_id[0] != '\0') /* no person's name has a ":" */
		buf_printf(&b, "client:%s", reply->client_id);
	put_identity_header(r, f, "Variable-REMOTE_USER", "Remote-User", user);
	/* With commas, as apps split it; that is how they are kept. */
	put_identity_header(
	    r, f, "Variable-REMOTE_GROUPS", "Remote-Groups", u->groups);
	put_identity_header(r, f, "Variable-REMOTE_NAME", "Remote-Name",
	    u->display[0] != '\0' ? u->display : u->name);
	put_identity_header(
	    r, f, "Variable-REMOTE_EMAIL", "Remote-Email", u->email);
	if (f->variables)
		response_header(r, "Variable-LATCHKEY_PASSED", "yes");
}

void
auth_request_say_no(struct response *r)
{
	response_begin(r, 401);
	r->bare = true;
}

/* RFC 9470 3: what a sign-in has to be that the app is to ask for. */
static void
put_step_up(struct buf *b, const struct site_rule *rule)
{
	buf_printf(b, ", error=\"%s\"",
	    err_wire(ERR_INSUFFICIENT_USER_AUTHENTICATION));
	if (rule->factor)
		buf_printf(b, ", acr_values=\"%s\"", acr_word(ACR_TWO));
	if (rule->max_age_s > 0)
		buf_printf(b, ", max_age=\"%lld\"", (long long)rule->max_age_s);
}

/* RFC 6750 3, RFC 9449 7.1; a realm is the site's. */
static void
put_token_scheme(struct response *r, const struct auth_request *f,
    const struct gate_reply *reply, const char *metadata, enum err e)
{
	const struct site_rule *rule = &reply->rule;
	char challenge[CHALLENGE_CAP];
	struct buf b;

	buf_init(&b, challenge, sizeof challenge);
	buf_printf(&b, "%s realm=\"%s\"",
	    reply->possession.by_dpop ? "DPoP" : "Bearer", f->origin);
	if (reply->possession.by_dpop)
		buf_printf(&b, ", algs=\"%s\"", dpop_algs);
	if (e == ERR_INSUFFICIENT_USER_AUTHENTICATION)
		put_step_up(&b, rule);
	else if (err_is_of_token(e))
		buf_printf(&b, ", error=\"%s\"", err_wire(e));
	if (e == ERR_INSUFFICIENT_SCOPE ||
	    (metadata[0] != '\0' && rule->scope[0] != '\0'))
		buf_printf(&b, ", scope=\"%s\"", rule->scope);
	if (metadata[0] != '\0') /* RFC 9728 5.1 */
		buf_printf(&b, ", resource_metadata=\"%s\"", metadata);
	response_header(r, "WWW-Authenticate", challenge);
	reply_possession(r, &reply->possession);
}

static void
put_basic(struct response *r, const struct auth_request *f)
{
	char challenge[CHALLENGE_CAP];
	struct buf b;

	buf_init(&b, challenge, sizeof challenge);
	buf_printf(&b, "Basic realm=\"%s\", charset=\"UTF-8\"", f->origin);
	response_header(r, "WWW-Authenticate", challenge);
}

void
auth_request_refuse(struct response *r, const struct auth_request *f,
    const struct gate_reply *reply, const char *metadata, enum err e,
    enum reason reason)
{
	const struct site_rule *rule = &reply->rule;
	/* To a script's request a browser would answer Basic itself, with a
	 * window that asks for a password. */
	bool basic = rule->app_password && !f->from_script;
	bool comes_again = e == ERR_LOGIN_REQUIRED || e == ERR_ACCESS_DENIED ||
			   (err_is_of_token(e) && e != ERR_INSUFFICIENT_SCOPE);

	reply_error(r, e, reason);
	if (comes_again)
		r->status = 401;
	if (basic && comes_again)
		put_basic(r, f);
	if (e == ERR_INSUFFICIENT_SCOPE ||
	    (comes_again && (!basic || rule->audience[0] != '\0')))
		put_token_scheme(r, f, reply, metadata, e);
}
