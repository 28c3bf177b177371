#include "interaction/account_password.h"

#include "base/str.h"
#include "domain/new_password.h"
#include "interaction/own_parts.h"
#include "interaction/password_words.h"
#include "protocol/account_password.h"
#include "protocol/authenticate.h"
#include "web/browser.h"

static const struct step password_step;

static void
put_password_form(struct interaction *i, struct json_build *b)
{
	const struct user *u = &own_state(i)->account.user;

	json_put_bool(b, "has_password", u->has_password);
	json_put_str(b, "user_name", u->name);
	password_words_put_hint(i, b);
}

/* The old password was not right, or not looked at. */
static void
refuse_old(
    struct interaction *i, enum err e, const struct password_change_reply *r)
{
	struct call *c = i->call;
	char text[256];
	struct buf b;

	if (e == ERR_TOO_MANY_REQUESTS) {
		buf_init(&b, text, sizeof text);
		message_put_count(
		    &b, c->page.catalogue, "login.wait", r->wait_s);
		i->alert = text;
	} else if (e == ERR_BUSY || e == ERR_TEMPORARILY_UNAVAILABLE) {
		i->alert = own_text(i, "login.crowded");
	} else if (e == ERR_ACCESS_DENIED) {
		i->alert = own_text(i, "change_password.wrong");
	} else {
		own_page_refuse(i, e, REASON_NONE);
		return;
	}
	c->about.cause = r->cause;
	call_log_refusal(c, e, REASON_SIGN_IN, NULL);
	c->response.status = e == ERR_ACCESS_DENIED ? 403 : err_status(e);
	c->late = e == ERR_BUSY || e == ERR_TOO_MANY_REQUESTS;
	interaction_show(i, &password_step);
}

/* Whether the form came twice, by two presses or by Back: then the old password
 * is wrong because the new one is there already. */
static bool
password_is_changed(
    struct interaction *i, const struct password_change_request *q)
{
	const struct call *c = i->call;
	struct password_request asked = {
	    .name = own_state(i)->account.user.name,
	    .password = q->password,
	    .address = q->from,
	    .devices = q->devices};
	struct password_reply r;
	struct proof proof;
	enum err e =
	    authenticate_password(c->provider, &asked, c->now, &proof, &r);

	secret_wipe(&proof, sizeof proof);
	return e == OK;
}

static void
change_password(struct interaction *i, const struct form *posted)
{
	struct call *c = i->call;
	struct devices devices;
	struct password_change_request q = {.cookie = i->cookie,
	    .old = own_field(posted, "password"),
	    .password = own_field(posted, "new_password"),
	    .everywhere = form_get(posted, "everywhere") != NULL,
	    .from = c->request.address,
	    .devices = &devices};
	struct password_change_reply r;
	enum err e;

	browser_devices(&devices, i->conf, &c->request);
	e = account_change_password(c->provider, &q, c->now, &r);
	if (e == ERR_ACCESS_DENIED && password_is_changed(i, &q)) {
		own_page_done(i, "/account/password", "done.password");
	} else if (e != OK) {
		refuse_old(i, e, &r);
	} else {
		browser_sign_in(
		    &c->response, i->conf, &r.session, &r.cookie, c->now);
		browser_set_devices(&c->response, i->conf, &r.devices);
		own_page_done(i, "/account/password",
		    q.everywhere ? "done.password_everywhere"
				 : "done.password");
	}
	password_change_reply_wipe(&r);
}

/* What is wrong with the form, before anything is charged for. */
static void
save_password(struct interaction *i, const struct form *posted)
{
	const struct user *u = &own_state(i)->account.user;
	const char *old = form_get(posted, "password");
	const char *new = form_get(posted, "new_password");
	enum password_flaw flaw;
	char room[PASSWORD_WORDS_CAP];

	if ((u->has_password && old == NULL) || new == NULL) {
		own_ask_again(i, &password_step, "change_password.missing");
		return;
	}
	flaw = password_flaw(new, u, i->conf);
	if (flaw != PASSWORD_FINE) {
		i->alert = password_words(room, i, flaw);
		interaction_show(i, &password_step);
		return;
	}
	if (u->has_password && str_equal(old, new))
		own_ask_again(i, &password_step, "change_password.same");
	else
		change_password(i, posted);
}

/* Who has nothing but the password proves it in the form itself. */
static bool
needs_more_than_old(const struct account *a)
{
	return !a->user.has_password || a->has_second_factor;
}

static const struct step password_step = {
    .purpose = "password",
    .fresh = true,
    .template = "change_password.html",
    .page = put_password_form,
    .buttons = {{"save", save_password}},
};

const struct own_page password_page = {
    .path = "/account/password",
    .steps = {&password_step},
    .link = "change_password.title",
    .is_fresh_wanted = needs_more_than_old,
};
