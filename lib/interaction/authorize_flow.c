/*
 * What a step has answered (prompt=login, max_age) is taken out of the app's
 * request, which goes along with every step (interaction.h); that is no promise
 * to the app, which has auth_time. Of a request that the store keeps, pushed or
 * signed, the request_uri goes along, and a word of ours, `answered`, which no
 * one else can make.
 */
#include "interaction/flows.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/reason.h"
#include "base/str.h"
#include "domain/document_url.h"
#include "domain/scope.h"
#include "domain/uri.h"
#include "interaction/consent_page.h"
#include "interaction/enrol_step.h"
#include "interaction/interaction.h"
#include "interaction/second_factor_step.h"
#include "interaction/sign_in_step.h"
#include "protocol/authorize.h"
#include "protocol/authorize_source.h"
#include "protocol/client_document.h"
#include "web/csrf.h"
#include "web/reader.h"
#include "web/reply.h"

enum { PROMPT_TEXT_CAP = 128 };

/* What the app asks for, what the person answered, and what was decided. */
struct authorize_state {
	struct authorize_source source;
	struct authorize_request asked;
	struct authorize_answer answer;
	struct authorize_reply reply;
	char prompt[PROMPT_TEXT_CAP]; /* what is left of it */
	unsigned answered;            /* of what is kept */
	char token[CSRF_TOKEN_CAP];   /* that says so */
};

/* --- a request that is kept ------------------------------------------------*/

/* What the token of ANSWERED is for: this request alone, in this browser. */
enum { ANSWERED_PURPOSE_CAP = 32 + PUSHED_URI_CAP };

static void
put_answered_purpose(char purpose[static ANSWERED_PURPOSE_CAP],
    const struct interaction *i, unsigned answered)
{
	const struct authorize_state *s = i->state;
	struct buf b;

	buf_init(&b, purpose, ANSWERED_PURPOSE_CAP);
	buf_printf(&b, "answered %u %s", answered, s->source.request_uri);
}

static void
read_answered(struct interaction *i)
{
	static const unsigned all[] = {
	    PROMPT_LOGIN | PROMPT_SELECT_ACCOUNT, PROMPT_SELECT_ACCOUNT};
	struct authorize_state *s = i->state;
	const char *token = form_get(&i->form, "answered");
	char purpose[ANSWERED_PURPOSE_CAP];

	csrf_bind(&i->csrf, NULL);
	for (size_t n = 0; n < 2 && s->answered == 0; n++) {
		put_answered_purpose(purpose, i, all[n]);
		if (csrf_check(&i->csrf, purpose, token) == OK)
			s->answered = all[n];
	}
	authorize_answered(&s->asked, s->answered);
}

static void
add_kept(struct form *f, const char *name, const char *value)
{
	f->field[f->count].name = name;
	f->field[f->count++].value = value != NULL ? value : "";
}

/* From now on the app's request is this: what came beside does not count. */
static void
keep_request_uri(struct interaction *i)
{
	const struct authorize_state *s = i->state;
	struct form kept = {.count = 0};

	add_kept(&kept, "client_id", s->asked.client.client_id);
	add_kept(&kept, "request_uri", s->source.request_uri);
	add_kept(&kept, "answered", form_get(&i->form, "answered"));
	i->form = kept;
}

static void
note_answered(struct interaction *i, unsigned answered)
{
	struct authorize_state *s = i->state;
	struct form *f = &i->form;
	char purpose[ANSWERED_PURPOSE_CAP];

	s->answered |= answered;
	put_answered_purpose(purpose, i, s->answered);
	csrf_bind(&i->csrf, NULL);
	csrf_make(s->token, &i->csrf, i->conf, &i->call->response, purpose);
	f->field[f->count - 1].value = s->token;
}

/* --- any request -----------------------------------------------------------*/

/* Takes what was ANSWERED out of the app's request. A sign-in a moment ago
 * answers max_age as well, and a hint that fits no person: left in, it would
 * ask for ever. */
static void
remove_answered(struct interaction *i, unsigned answered)
{
	struct authorize_state *s = i->state;
	struct form *f = &i->form;

	if (s->source.is_kept) {
		note_answered(i, answered);
		return;
	}
	for (size_t n = 0; n < f->count; n++) {
		const char *name = f->field[n].name;

		if ((answered & PROMPT_LOGIN) &&
		    (str_equal(name, "max_age") ||
			(str_equal(name, "id_token_hint") &&
			    s->asked.bad_hint)))
			f->field[n].value = "";
		if (!str_equal(name, "prompt") ||
		    str_copy(s->prompt, sizeof s->prompt, f->field[n].value) !=
			OK)
			continue;
		if (answered & PROMPT_LOGIN)
			words_remove(s->prompt, "login");
		if (answered & PROMPT_SELECT_ACCOUNT)
			words_remove(s->prompt, "select_account");
		f->field[n].value = s->prompt;
	}
}

static void
refuse_authorization(struct interaction *i, enum err e, enum reason reason)
{
	const struct authorize_state *s = i->state;
	const struct form *asked =
	    s->source.form.count > 0 ? &s->source.form : &i->form;
	struct call *c = i->call;

	c->about.redirect_uri = form_get(asked, "redirect_uri");
	call_log_refusal(c, e, reason, form_get(&i->form, "client_id"));
	if (s->asked.may_redirect && err_status(e) < 500)
		reply_error_to_app(
		    &c->response, &c->page, &s->asked, e, reason);
	else if (reason == REASON_REDIRECT_URI_UNREGISTERED)
		page_error_about(
		    &c->response, &c->page, e, reason, c->about.redirect_uri);
	else
		page_error(&c->response, &c->page, e, reason);
}

/* --- the account to go on with ---------------------------------------------*/

static void
put_name(struct interaction *i, struct json_build *b)
{
	const struct authorize_state *s = i->state;

	json_put_str(b, "name", s->reply.user.name);
}

static void
continue_as(struct interaction *i, const struct form *posted)
{
	(void)posted;
	remove_answered(i, PROMPT_SELECT_ACCOUNT);
	interaction_again(i);
}

static const struct step select_step = {
    .purpose = "select",
    .template = "select.html",
    .page = put_name,
    .buttons = {{"continue", continue_as}, {"switch", sign_in_switch},
	{"cancel", interaction_decline}},
};

/* --- consent ---------------------------------------------------------------*/

/* Where an app says itself what it is. */
static void
put_document_host(struct json_build *b, const struct client *c)
{
	char host[ORIGIN_CAP] = "";

	if (c->source == CLIENT_OF_DOCUMENT)
		document_url_host(host, c->client_id);
	json_put_str(b, "document_host", host);
}

static void
put_consent(struct interaction *i, struct json_build *b)
{
	const struct authorize_state *s = i->state;
	char host[ORIGIN_CAP];

	if (uri_place(host, s->asked.redirect_uri) != OK)
		host[0] = '\0';
	json_put_str(b, "client_host", host);
	put_document_host(b, &s->asked.client);
	json_put_bool(b, "unverified", client_is_stranger(&s->asked.client));
	json_put_bool(b, "comes_here", uri_is_loopback(s->asked.redirect_uri));
	put_name(i, b);
	consent_page_put(b, i->call->page.catalogue, i->conf, &s->asked.client,
	    s->asked.consent_scope, &s->reply.remembered);
	consent_page_put_apis(b, &s->reply.apis);
}

static void
allow(struct interaction *i, const struct form *posted)
{
	struct authorize_state *s = i->state;
	char ticked[SCOPE_CAP];

	if (consent_page_read(ticked, posted) != OK) {
		refuse_authorization(
		    i, ERR_INVALID_REQUEST, REASON_SCOPE_TOO_LONG);
		return;
	}
	s->answer = (struct authorize_answer){
	    .selected = true, .consented = true, .ticked = ticked};
	i->flow->go_on(i);
}

static const struct step consent_step = {
    .purpose = "consent",
    .template = "consent.html",
    .page = put_consent,
    .buttons = {{"allow", allow}, {"deny", interaction_decline},
	{"switch", sign_in_switch}},
};

/* --- an app this person may not use ----------------------------------------*/

/* They are told, and shown the way back. */
static void
put_way_back(struct interaction *i, struct json_build *b)
{
	const enum reason reason = REASON_USER_NOT_IN_GROUP;
	const struct authorize_state *s = i->state;
	struct call *c = i->call;

	call_about_user(c, s->reply.user.name);
	call_log_refusal(c, ERR_ACCESS_DENIED, reason, i->client->client_id);
	c->response.status = 403;
	put_name(i, b);
	reply_offer_error(b, &c->page, &s->asked, ERR_ACCESS_DENIED, reason);
}

static const struct step denied_step = {
    .purpose = "denied",
    .template = "denied.html",
    .page = put_way_back,
    .buttons = {{"switch", sign_in_switch}},
};

/* --- an app that says what it is in a document -----------------------------*/

/* It cannot be had: a page says why. Nothing is sent to an app of which nothing
 * is known. */
static void
refuse_unread(
    struct interaction *i, enum err e, const struct client_document_reply *r)
{
	const char *url = i->client->client_id;
	struct call *c = i->call;
	char seconds[24];
	struct buf b;

	call_log_refusal(c, e, r->reason, url);
	if (r->wait_s > 0) {
		buf_init(&b, seconds, sizeof seconds);
		buf_put_int(&b, r->wait_s);
		response_header(&c->response, "Retry-After", seconds);
	}
	page_error_about(&c->response, &c->page, e, r->reason,
	    r->reason == REASON_CLIENT_DOCUMENT_INVALID ? r->problem : url);
}

/* Reads it for the person who is signed in; then all of the request is looked
 * at again, for nothing of it was. */
static void
read_document(struct interaction *i)
{
	const struct authorize_state *s = i->state;
	struct client_document_reply r = {
	    .reason = REASON_CLIENT_DOCUMENT_UNREAD};
	struct call *c = i->call;
	struct user user;
	enum err e =
	    client_document_reader(c->provider, i->cookie, c->now, &user);

	if (e == ERR_LOGIN_REQUIRED && !s->asked.silent) {
		sign_in_ask(i, s->asked.login_hint, "");
		return;
	}
	if (e == OK) {
		reader_from_person(&c->page, &user);
		call_about_user(c, user.name);
		e = client_document_read(c->provider, i->client->client_id,
		    &user, c->request.address, c->now, &r);
	}
	if (e == OK)
		interaction_again(i);
	else
		refuse_unread(i, e, &r);
	user_wipe(&user);
}

/* --- the flow --------------------------------------------------------------*/

static enum err
parse_authorization(struct interaction *i, enum reason *reason)
{
	struct authorize_state *s = i->state;
	enum err e;

	if (i->own_form && i->form.count == 0)
		return refused(REASON_REQUEST_LOST, reason);
	i->client = &s->asked.client;
	s->source.again = i->own_form;
	e = authorize_parse(i->call->provider, &i->form, i->call->now,
	    &s->source, &s->asked, reason);
	i->client_is_guessed = s->asked.is_unread;
	if (s->source.is_kept) {
		reader_from_app(&i->call->page, &s->source.form);
		keep_request_uri(i);
		read_answered(i);
	}
	return e;
}

static void
send_code(struct interaction *i, const struct authorize_state *s)
{
	const struct reply_param params[] = {
	    {"code", s->reply.code}, {NULL, NULL}};

	reply_to_app(&i->call->response, &i->call->page, &s->asked, params);
}

static void
decide_authorization(struct interaction *i)
{
	struct authorize_state *s = i->state;
	struct call *c = i->call;
	enum reason reason = REASON_NONE;
	enum err e;

	if (s->asked.is_unread) {
		read_document(i);
		return;
	}
	e = authorize_decide(c->provider, &s->asked, i->cookie, &s->answer,
	    c->now, &s->reply, &reason);
	if (s->reply.signed_in) {
		reader_from_person(&c->page, &s->reply.user);
		call_about_user(c, s->reply.user.name);
	}
	if (e != OK) {
		refuse_authorization(i, e, reason);
		return;
	}
	switch (s->reply.step) {
	case AUTHORIZE_CODE:
		send_code(i, s);
		break;
	case AUTHORIZE_SIGN_IN:
		if (s->asked.bad_hint)
			call_log_event(
			    c, "id_token_hint_invalid", i->client->client_id);
		sign_in_ask(i, s->asked.login_hint, "");
		break;
	case AUTHORIZE_SELECT:
		interaction_show(i, &select_step);
		break;
	case AUTHORIZE_FACTOR:
		second_factor_ask(i, &s->reply);
		break;
	case AUTHORIZE_ENROL:
		interaction_show(i, &enrol_step);
		break;
	case AUTHORIZE_ENROL_PASSKEY:
		interaction_show(i, &enrol_passkey_step);
		break;
	case AUTHORIZE_CONSENT:
		interaction_show(i, &consent_step);
		break;
	case AUTHORIZE_NOT_ADMITTED:
		interaction_show(i, &denied_step);
		break;
	}
}

static void
put_person(struct interaction *i, const struct step *step, struct json_build *b)
{
	const struct authorize_state *s = i->state;

	/* Both pages answer which account it is. */
	if (step == &sign_in_step || step == &consent_step)
		remove_answered(i, PROMPT_SELECT_ACCOUNT);
	json_put_str(b, "display", s->reply.user.display);
	json_put_bool(b, "can_cancel", true);
}

static void
go_on_signed_in(struct interaction *i)
{
	remove_answered(i, PROMPT_LOGIN | PROMPT_SELECT_ACCOUNT);
	interaction_again(i);
}

static const struct step *const authorize_steps[] = {&enrol_step,
    &enrol_codes_step, &enrol_passkey_step, &sign_in_step, &second_factor_step,
    &select_step, &consent_step, &denied_step, NULL};

static const struct flow authorization = {
    .path = "/authorize",
    .steps = authorize_steps,
    .parse = parse_authorization,
    .go_on = decide_authorization,
    .refuse = refuse_authorization,
    .page = put_person,
    .stale = sign_in_stale,
    .proven = sign_in_continue,
    .signed_in = go_on_signed_in,
};

void
authorize_flow(struct call *c)
{
	struct authorize_state s = {.answer = {.ticked = ""}};

	interaction_run(&authorization, &s, c);
	authorize_reply_wipe(&s.reply);
}
