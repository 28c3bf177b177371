#include "interaction/admin_sessions.h"

#include "base/buf.h"
#include "domain/people.h"
#include "domain/user_agent.h"
#include "interaction/admin_page.h"

#include <string.h>

enum { BROWSER_CAP = 2 * AGENT_CAP };

/* "Firefox, Windows"; or the agent as it is. */
static void
put_browser(char text[static BROWSER_CAP], const char *agent)
{
	const char *browser = user_agent_browser(agent);
	const char *system = user_agent_system(agent);
	struct buf b;

	buf_init(&b, text, BROWSER_CAP);
	buf_puts(&b, browser != NULL ? browser : agent);
	if (browser != NULL && system != NULL)
		buf_printf(&b, ", %s", system);
}

/* --- the list --------------------------------------------------------------*/

struct sessions_data {
	const char *name, *from;
	struct store_txn *t; /* of the look */
	int64_t now;
	struct user user;
	struct desk_list list;
};

static void
ask_for_sessions(struct interaction *i, void *data)
{
	struct sessions_data *d = data;

	d->name = desk_asked(i, "user");
	d->from = desk_asked(i, "from");
	d->now = i->call->now;
	desk_list_begin(&d->list, i);
}

static bool
add_session_row(void *arg, const void *record)
{
	const struct session *s = record;
	struct sessions_data *d = arg;
	char sid[SID_TEXT_CAP], url[DESK_URL_CAP], browser[BROWSER_CAP];
	struct user u;
	bool more = true;

	base64url_encode(sid, sizeof sid, s->sid, SID_LEN);
	if (s->expires_at <= d->now || strcmp(sid, d->from) < 0)
		return true;
	if (user_get(d->t, s->user_id, &u) == OK) {
		desk_url(url, d->list.i, "/admin/session/end", "sid", sid);
		put_browser(browser, s->agent);
		more = desk_list_add(&d->list,
		    &(struct desk_row){.title = u.name,
			.lines = {browser, s->address},
			.when = "desk_sessions.seen",
			.at = s->used_at,
			.url = url},
		    sid);
	}
	user_wipe(&u);
	return more;
}

/* A session has nothing that its person's row must not show but hashes. */
static enum err
look_at_sessions(struct store_txn *t, struct account *me, void *data)
{
	struct sessions_data *d = data;
	struct session s;
	enum err e;

	(void)me;
	desk_list_restart(&d->list);
	d->t = t;
	if (d->name[0] == '\0') {
		record_each(t, &session_record, NULL, &s, add_session_row, d);
		secret_wipe(&s, sizeof s);
		return store_failed(t);
	}
	e = user_find(t, d->name, &d->user);
	if (e == OK)
		session_each(t, d->user.user_id, add_session_row, d);
	return e == ERR_NOT_FOUND ? ERR_NO_SUCH_PAGE : e;
}

static void
put_sessions(struct interaction *i, struct json_build *b)
{
	struct sessions_data *d = own_state(i)->data;

	desk_head(i, b, "desk_sessions.title", d->user.name);
	json_put_str(b, "lead", desk_text(i, "desk_sessions.note"));
	if (d->user.name[0] != '\0' && d->list.count > 0)
		desk_link(i, b, "desk_sessions.end_all", "/admin/session/end",
		    "user", d->user.name);
	if (d->user.name[0] != '\0')
		desk_back(i, b, "/admin/person", "name", d->user.name);
	desk_list_put(&d->list, b, "desk_sessions.empty");
}

static void
free_sessions(void *data)
{
	struct sessions_data *d = data;

	desk_list_free(&d->list);
}

static const struct step sessions_step = {
    .purpose = "desk sessions",
    .template = "desk_list.html",
    .page = put_sessions,
};

const struct own_page desk_sessions_page = {
    .path = "/admin/sessions",
    .steps = {&sessions_step},
    .data_size = sizeof(struct sessions_data),
    .ask = ask_for_sessions,
    .look = look_at_sessions,
    .free_data = free_sessions,
};

/* --- one ended, or all of a person -----------------------------------------*/

struct session_end {
	const char *name; /* of whom; "": SID alone */
	uint8_t sid[SID_LEN];
	bool asked; /* for one that can be */
	bool found;
	struct user user;
	struct session session;
	size_t count;
};

static void
ask_what_ends(struct interaction *i, void *data)
{
	struct session_end *d = data;

	d->name = desk_asked(i, "user");
	d->asked = d->name[0] != '\0' || base64url_decode_exact(d->sid, SID_LEN,
					     desk_asked(i, "sid")) == OK;
}

/* What has ended already is no mistake: a form may be sent twice. */
static enum err
look_what_ends(struct store_txn *t, struct account *me, void *data)
{
	struct session_end *d = data;
	enum err e = ERR_NOT_FOUND;

	if (d->asked && d->name[0] != '\0')
		e = user_find(t, d->name, &d->user);
	else if (d->asked)
		e = session_get(t, d->sid, me->now, &d->session);
	if (e == OK && d->name[0] == '\0')
		e = user_get(t, d->session.user_id, &d->user);
	d->found = e == OK;
	return e == ERR_NOT_FOUND ? OK : e;
}

static void
put_session_end(struct interaction *i, struct json_build *b)
{
	const struct session_end *d = own_state(i)->data;
	char browser[BROWSER_CAP];

	desk_head(i, b,
	    d->name[0] != '\0' ? "desk_sessions.end_all" : "desk_sessions.end",
	    d->user.name);
	if (!d->found) {
		json_put_str(b, "lead", desk_text(i, "desk.gone"));
		desk_back(i, b, "/admin/sessions", NULL, NULL);
		return;
	}
	json_put_str(b, "lead", desk_text(i, "desk_sessions.end_note"));
	if (d->name[0] == '\0') {
		put_browser(browser, d->session.agent);
		desk_fact(i, b, "desk_sessions.browser", browser);
		desk_fact(i, b, "desk_sessions.address", d->session.address);
		desk_fact_time(i, b, "desk_sessions.seen", d->session.used_at);
	}
	json_put_str(b, "submit",
	    desk_text(i, d->name[0] != '\0' ? "desk_sessions.end_all"
					    : "desk_sessions.end"));
	desk_back(i, b, "/admin/sessions", "user", d->user.name);
}

static enum err
end_session_step(const struct desk_change *c, void *arg)
{
	struct session_end *d = arg;

	d->count = 0;
	return d->name[0] != '\0'
		   ? people_end_sessions(c->t, &d->user, &c->by, &d->count)
		   : people_end_session(c->t, d->sid, &c->by);
}

static void
end_session(struct interaction *i, const struct form *posted)
{
	struct session_end *d = own_state(i)->data;

	(void)posted;
	if (!d->found)
		desk_done(i, "/admin/sessions", NULL, NULL, "done.ended");
	else if (desk_change(i, end_session_step, d) == OK)
		desk_done(
		    i, "/admin/sessions", "user", d->user.name, "done.ended");
}

static const struct step session_end_step = {
    .purpose = "desk session end",
    .fresh = true,
    .template = "desk_question.html",
    .page = put_session_end,
    .buttons = {{"save", end_session}},
};

const struct own_page desk_session_end_page = {
    .path = "/admin/session/end",
    .steps = {&session_end_step},
    .data_size = sizeof(struct session_end),
    .ask = ask_what_ends,
    .look = look_what_ends,
};
