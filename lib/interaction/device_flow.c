/*
 * A person connects a device (RFC 8628 3.3): types the code that the device
 * shows, signs in, and allows what the device asks for, or does not. A link of
 * the device's (verification_uri_complete) has the code typed already, and asks
 * the same.
 */
#include "interaction/flows.h"

#include "base/json.h"
#include "base/reason.h"
#include "base/str.h"
#include "interaction/consent_page.h"
#include "interaction/enrol_step.h"
#include "interaction/interaction.h"
#include "interaction/second_factor_step.h"
#include "interaction/sign_in_step.h"
#include "protocol/device_consent.h"
#include "web/date.h"
#include "web/reader.h"

/* What the device asks for, what the person answered, and what was decided. */
struct device_interaction {
	bool found; /* a code was typed, and a device waits for it */
	struct device_code device;
	struct authorize_request asked;
	struct authorize_answer answer;
	struct authorize_reply reply;
};

static void
refuse_device(struct interaction *i, enum err e, enum reason reason)
{
	struct call *c = i->call;

	call_log_refusal(c, e, reason, interaction_client_id(i));
	page_error(&c->response, &c->page, e, reason);
}

/* A page to end on. */
static void
show_device_end(struct interaction *i, const char *template)
{
	struct json_build b;

	json_begin(&b);
	json_put_str(&b, "client_name", interaction_client_name(i));
	page_render(&i->call->response, &i->call->page, template, &b, NULL);
}

/* --- the code
 * ---------------------------------------------------------------*/

static void
put_user_code(struct interaction *i, struct json_build *b)
{
	const char *code = form_get(&i->form, "user_code");

	json_put_str(b, "user_code", code != NULL ? code : "");
}

static void check_user_code(struct interaction *i, const struct form *posted);

static const struct step user_code_step = {
    .purpose = "user code",
    .before_session = true,
    .template = "device.html",
    .page = put_user_code,
    .buttons = {{"check", check_user_code}},
};

/* What was typed is there again. */
static void
ask_again_for_code(struct interaction *i, const char *typed, const char *key)
{
	i->form = (struct form){.count = 0};
	if (typed[0] != '\0') {
		i->form.field[0].name = "user_code";
		i->form.field[0].value = typed;
		i->form.count = 1;
	}
	i->alert = message_text(i->call->page.catalogue, key);
	interaction_show(i, &user_code_step);
}

static void
go_on_with_ticket(struct interaction *i, const struct device_ticket *ticket)
{
	i->form = (struct form){.count = 2};
	i->form.field[0].name = "user_code";
	i->form.field[0].value = ticket->user_code;
	i->form.field[1].name = "ticket";
	i->form.field[1].value = ticket->text;
	interaction_again(i);
}

static void
check_user_code(struct interaction *i, const struct form *posted)
{
	const char *typed = form_get(posted, "user_code");
	struct device_ticket ticket;
	struct call *c = i->call;
	enum reason reason = REASON_NONE;
	enum err e;

	if (typed == NULL) {
		ask_again_for_code(i, "", "device.missing");
		return;
	}
	e = device_consent_try(
	    c->provider, typed, c->request.address, c->now, &ticket, &reason);
	if (e == OK) {
		go_on_with_ticket(i, &ticket);
		secret_wipe(&ticket, sizeof ticket);
		return;
	}
	if (reason == REASON_NONE) {
		refuse_device(i, e, reason);
		return;
	}
	call_log_refusal(c, e, reason, NULL);
	c->response.status = err_status(e);
	ask_again_for_code(i, typed,
	    reason == REASON_USER_CODE_WAIT ? "device.wait" : "device.unknown");
}

/* --- what the device asks for
 * ------------------------------------------------*/

static void
put_device_consent(struct interaction *i, struct json_build *b)
{
	const struct device_interaction *s = i->state;

	put_user_code(i, b);
	json_put_str(b, "address", s->device.address);
	date_put(b, "asked_at", s->device.asked_at, &i->call->page);
	consent_page_put(b, i->call->page.catalogue, i->conf, &s->asked.client,
	    s->asked.scope, &s->reply.remembered);
	consent_page_put_apis(b, &s->reply.apis);
}

static void
allow_asking_device(struct interaction *i, const struct form *posted)
{
	struct device_interaction *s = i->state;
	char ticked[SCOPE_CAP];

	if (consent_page_read(ticked, posted) != OK) {
		refuse_device(i, ERR_INVALID_REQUEST, REASON_SCOPE_TOO_LONG);
		return;
	}
	s->answer = (struct authorize_answer){
	    .selected = true, .consented = true, .ticked = ticked};
	i->flow->go_on(i);
}

/* Decided first as if it were allowed, for only who may allow may deny. */
static void
deny_asking_device(struct interaction *i, const struct form *posted)
{
	struct device_interaction *s = i->state;
	struct call *c = i->call;
	enum reason reason = REASON_NONE;
	enum err e;

	(void)posted;
	e = authorize_decide(c->provider, &s->asked, i->cookie, &s->answer,
	    c->now, &s->reply, &reason);
	if (e == OK && s->reply.step != AUTHORIZE_CONSENT) {
		i->flow->go_on(i);
		return;
	}
	if (e == OK)
		e = device_consent_deny(c->provider, &s->device, &s->reply.user,
		    c->request.address, c->now, &reason);
	if (e != OK) {
		refuse_device(i, e, reason);
		return;
	}
	reader_from_person(&c->page, &s->reply.user);
	show_device_end(i, "device_denied.html");
}

static const struct step device_consent_step = {
    .purpose = "device",
    .template = "device_consent.html",
    .page = put_device_consent,
    .buttons = {{"allow", allow_asking_device}, {"deny", deny_asking_device},
	{"switch", sign_in_switch}},
};

/* --- an app this person may not use
 * ------------------------------------------*/

static void
put_no_way_back(struct interaction *i, struct json_build *b)
{
	struct call *c = i->call;

	call_log_refusal(c, ERR_ACCESS_DENIED, REASON_USER_NOT_IN_GROUP,
	    interaction_client_id(i));
	c->response.status = 403;
	json_put_str(b, "back_url", "");
	json_put_str(b, "back_action", "");
}

static const struct step device_closed_step = {
    .purpose = "device closed",
    .template = "denied.html",
    .page = put_no_way_back,
    .buttons = {{"switch", sign_in_switch}},
};

/* --- the flow
 * ----------------------------------------------------------------*/

static enum err
parse_device(struct interaction *i, enum reason *reason)
{
	struct device_interaction *s = i->state;
	const char *ticket = form_get(&i->form, "ticket");
	const char *user_code = form_get(&i->form, "user_code");
	enum err e;

	if (i->form.repeated != NULL)
		return refused(REASON_PARAMETER_REPEATED, reason);
	if (ticket == NULL)
		return OK;
	e = device_consent_find(i->call->provider,
	    user_code != NULL ? user_code : "", ticket, i->call->now,
	    &s->device, &s->asked, reason);
	s->found = e == OK;
	if (s->found)
		i->client = &s->asked.client;
	s->asked.address = i->call->request.address;
	return e;
}

static void
decide_device(struct interaction *i)
{
	struct device_interaction *s = i->state;
	struct call *c = i->call;
	enum reason reason = REASON_NONE;
	enum err e;

	if (!s->found) {
		interaction_show(i, &user_code_step);
		return;
	}
	e = authorize_decide(c->provider, &s->asked, i->cookie, &s->answer,
	    c->now, &s->reply, &reason);
	if (s->reply.signed_in) {
		reader_from_person(&c->page, &s->reply.user);
		call_about_user(c, s->reply.user.name);
	}
	if (e != OK) {
		refuse_device(i, e, reason);
		return;
	}
	switch (s->reply.step) {
	case AUTHORIZE_CODE:
		show_device_end(i, "device_allowed.html");
		break;
	case AUTHORIZE_SIGN_IN:
	case AUTHORIZE_SELECT:
		sign_in_ask(i, "", "");
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
		interaction_show(i, &device_consent_step);
		break;
	case AUTHORIZE_NOT_ADMITTED:
		interaction_show(i, &device_closed_step);
		break;
	}
}

static void
put_device_person(
    struct interaction *i, const struct step *step, struct json_build *b)
{
	const struct device_interaction *s = i->state;

	(void)step;
	json_put_str(b, "display", s->reply.user.display);
	json_put_str(b, "name", s->reply.user.name);
	json_put_bool(b, "can_cancel", false);
}

static const struct step *const device_steps[] = {&enrol_step,
    &enrol_codes_step, &enrol_passkey_step, &sign_in_step, &second_factor_step,
    &user_code_step, &device_consent_step, &device_closed_step, NULL};

static const struct flow device = {
    .path = "/device",
    .steps = device_steps,
    .parse = parse_device,
    .go_on = decide_device,
    .refuse = refuse_device,
    .page = put_device_person,
    .stale = sign_in_stale,
    .proven = sign_in_continue,
    .signed_in = interaction_again,
};

void
device_flow(struct call *c)
{
	struct device_interaction s = {.answer = {.ticked = ""}};

	interaction_run(&device, &s, c);
	authorize_reply_wipe(&s.reply);
}
