#include "web/call.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/reason.h"
#include "base/str.h"

/* Nothing is believed where the settings have no place for certificates. */
static void
set_certificate(struct caller *who, const struct call *c)
{
	const struct request *r = &c->request;

	who->certificate_told = c->provider->conf.mtls_origin[0] != '\0' &&
				r->client_verify != NULL;
	who->certificate = who->certificate_told ? r->client_certificate : NULL;
	who->certificate_verified =
	    who->certificate != NULL && str_equal(r->client_verify, "SUCCESS");
}

void
call_set_caller(struct call *c, const char *path)
{
	const struct conf *conf = &c->provider->conf;
	const struct request *r = &c->request;
	struct buf url;

	c->caller.method = method_name(r->method);
	c->caller.address = r->address;
	c->caller.authorization = r->authorization;
	c->caller.dpop = r->dpop;
	set_certificate(&c->caller, c);
	c->caller.origin = r->origin;
	c->caller.form = &r->body;
	buf_init(&url, c->caller.url, sizeof c->caller.url);
	/* Certificates are asked for at mtls_origin alone. */
	if (c->caller.certificate_told)
		buf_printf(
		    &url, "%s%s", conf->mtls_origin, conf_issuer_path(conf));
	else
		buf_puts(&url, conf->issuer);
	buf_puts(&url, path);
}

static const char *
call_address(const struct call *c)
{
	return c->request.address[0] != '\0' ? c->request.address : NULL;
}

void
call_about_user(struct call *c, const char *name)
{
	str_cut(c->about.user, sizeof c->about.user, name);
}

/* As the log shows it, cut to what fits. */
static void
note_text(char *text, size_t cap, const char *s)
{
	struct buf b;

	buf_init(&b, text, cap);
	if (s != NULL)
		buf_put_log(&b, s);
}

/* A page that is not there is no one's sign-in: what looks for holes in other
 * software would fill the ring. */
static bool
is_worth_keeping(enum err e, enum reason reason)
{
	return reason != REASON_NONE ||
	       (e != ERR_NO_SUCH_PAGE && e != ERR_METHOD_NOT_ALLOWED);
}

/* What `latchkey check` asks in vain on purpose (bin/check_endpoints.c). Such a
 * request is refused before anyone's password, secret or token is looked at, so
 * that no guess can hide among them. */
static bool
is_asked_by_check(const struct call *c, enum reason reason)
{
	const char *sent;

	switch (reason) {
	case REASON_CLIENT_ID_DIFFERS:
	case REASON_CLIENT_MISSING:
	case REASON_CLIENT_UNKNOWN:
	case REASON_GRANT_TYPE_MISSING:
		sent = form_get(&c->request.body, "client_id");
		return sent != NULL && str_equal(sent, "latchkey-check-form");
	case REASON_NOT_A_JWT:
	case REASON_REGISTRATION_ACCESS_UNKNOWN:
		sent = c->request.authorization;
		return sent != NULL && str_equal(sent, "Bearer latchkey.check");
	default:
		return false;
	}
}

static void
keep_refusal(
    const struct call *c, enum err e, enum reason reason, const char *client_id)
{
	struct refusal_note n = {.at = c->now};

	if (c->refusals == NULL || !is_worth_keeping(e, reason) ||
	    is_asked_by_check(c, reason))
		return;
	str_cut(n.error, sizeof n.error,
	    err_is_fault(e) ? "server_error" : err_name(e));
	/* What failed is what an administrator looks for. */
	str_cut(n.reason, sizeof n.reason,
	    reason == REASON_NONE && err_is_fault(e) ? err_name(e)
						     : reason_word(reason));
	str_cut(n.cause, sizeof n.cause, c->about.cause);
	note_text(n.client_id, sizeof n.client_id, client_id);
	note_text(n.user, sizeof n.user, c->about.user);
	note_text(n.address, sizeof n.address, c->request.address);
	note_text(n.redirect_uri, sizeof n.redirect_uri, c->about.redirect_uri);
	refusals_keep(c->refusals, c->provider->conf.dir, &n);
}

void
call_log_refusal(
    const struct call *c, enum err e, enum reason reason, const char *client_id)
{
	const char *address = call_address(c);
	const char *user = c->about.user[0] != '\0' ? c->about.user : NULL;

	if (err_is_fault(e))
		log_fault("server_error", "cause", err_name(e), "reason",
		    reason_word(reason), "client_id", client_id, "user", user,
		    "address", address, NULL);
	else
		log_note(err_name(e), "reason", reason_word(reason),
		    "client_id", client_id, "user", user, "cause",
		    c->about.cause, "redirect_uri", c->about.redirect_uri,
		    "address", address, NULL);
	keep_refusal(c, e, reason, client_id);
}

void
call_log_event(const struct call *c, const char *what, const char *client_id)
{
	log_note(
	    what, "client_id", client_id, "address", call_address(c), NULL);
}

void
call_log_kept_event(
    const struct call *c, const char *what, const char *client_id)
{
	struct refusal_note n = {.at = c->now};

	call_log_event(c, what, client_id);
	if (c->refusals == NULL)
		return;
	str_cut(n.error, sizeof n.error, what);
	note_text(n.client_id, sizeof n.client_id, client_id);
	note_text(n.address, sizeof n.address, c->request.address);
	refusals_keep(c->refusals, c->provider->conf.dir, &n);
}
