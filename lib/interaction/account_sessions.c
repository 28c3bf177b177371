#include "interaction/account_sessions.h"

#include "base/base64.h"
#include "domain/device.h"
#include "interaction/own_parts.h"
#include "protocol/account_sessions.h"
#include "web/browser.h"
#include "web/date.h"

#include <string.h>

#define SESSIONS_PATH "/account/sessions"

static json_t *
show_session(struct interaction *i, const struct session *s, bool here)
{
	char sid[SID_TEXT_CAP], room[OWN_AGENT_CAP];
	struct json_build b;

	base64url_encode(sid, sizeof sid, s->sid, SID_LEN);
	json_begin(&b);
	json_put_str(&b, "sid", sid);
	json_put_str(&b, "agent", own_agent(i, room, s->agent));
	json_put_str(&b, "address", s->address);
	json_put_bool(&b, "here", here);
	date_put(&b, "since", s->auth_time, &i->call->page);
	date_put(&b, "used", s->used_at, &i->call->page);
	return json_finish(&b);
}

static void
put_own_sessions(struct interaction *i, struct json_build *b)
{
	const struct account_sessions *f = own_state(i)->data;
	json_t *list = json_array();

	for (size_t n = 0; n < f->count; n++)
		json_array_append_new(
		    list, show_session(i, &f->list[n], n == 0));
	json_put(b, "sessions", list);
	json_put_bool(b, "others", f->count > 1);
	json_put_bool(b, "more", f->more > 0);
	own_put_link(i, b, "everywhere_url", SESSIONS_PATH "/everywhere");
	own_put_link(i, b, "apps_url", "/account/apps");
}

/* Ends what S says. This browser is known again: it was signed in. */
static void
end_own_sessions(struct interaction *i, struct session_ending *s)
{
	struct account *a = &own_state(i)->account;
	struct call *c = i->call;
	const struct keyring *k = &c->provider->keyring;
	struct devices devices;
	const uint8_t *old;
	struct user before = a->user;
	enum err e;

	s->from = c->request.address;
	e = account_write(
	    c->provider, i->cookie, c->now, account_end_session, s, a);
	if (e != OK) {
		own_page_refuse(i, e, REASON_NONE);
	} else {
		browser_devices(&devices, i->conf, &c->request);
		old = device_find(&devices, k, &before, c->now);
		device_add(&devices, old, k, &a->user, c->now);
		browser_set_devices(&c->response, i->conf, &devices);
		own_page_done(i, SESSIONS_PATH,
		    s->all ? "done.sessions_ended" : "done.session_ended");
	}
	user_wipe(&before);
}

static void
end_this_session(struct interaction *i, const struct form *posted)
{
	struct session_ending s = {0};

	if (base64url_decode_exact(
		s.sid, sizeof s.sid, own_field(posted, "sid")) == OK)
		end_own_sessions(i, &s);
	else
		own_page_done(i, SESSIONS_PATH, NULL);
}

static const struct step sessions_step = {
    .purpose = "sessions",
    .template = "sessions.html",
    .page = put_own_sessions,
    .buttons = {{"end", end_this_session}},
};

const struct own_page sessions_page = {
    .path = SESSIONS_PATH,
    .steps = {&sessions_step},
    .link = "sessions.title",
    .data_size = sizeof(struct account_sessions),
    .look = account_look_at_sessions,
    .free_data = account_sessions_free,
};

/* --- everywhere else -------------------------------------------------------*/

static void
put_sessions_url(struct interaction *i, struct json_build *b)
{
	own_put_link(i, b, "sessions_url", SESSIONS_PATH);
}

static void
end_all_others(struct interaction *i, const struct form *posted)
{
	struct session_ending s = {.all = true};

	(void)posted;
	end_own_sessions(i, &s);
}

static const struct step everywhere_step = {
    .purpose = "sessions everywhere",
    .fresh = true,
    .template = "everywhere.html",
    .page = put_sessions_url,
    .buttons = {{"end", end_all_others}},
};

const struct own_page everywhere_page = {
    .path = SESSIONS_PATH "/everywhere",
    .steps = {&everywhere_step},
};
