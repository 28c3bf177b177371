#include "interaction/flows.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/reason.h"
#include "base/str.h"
#include "interaction/interaction.h"
#include "interaction/own_parts.h"
#include "protocol/logout.h"
#include "web/browser.h"
#include "web/reader.h"

#include <string.h>

enum { FRAMES_S = 3 };

/* What the app asks for, what the person answered, and what was decided. */
struct logout_state {
	struct logout_request asked;
	enum logout_answer answer;
	struct logout_reply reply;
};

static void
refuse_logout(struct interaction *i, enum err e, enum reason reason)
{
	struct call *c = i->call;
	char url[ISSUER_CAP + 16] = "";
	struct buf u;

	c->about.redirect_uri = form_get(&i->form, "post_logout_redirect_uri");
	call_log_refusal(c, e, reason, form_get(&i->form, "client_id"));
	/* A bad request of the app's is no reason to stay signed in. */
	buf_init(&u, url, sizeof url);
	if (err_status(e) < 500)
		buf_printf(&u, "%s/logout", i->conf->issuer);
	page_error_link(&c->response, &c->page, e, reason, url,
	    message_text(c->page.catalogue, "logout.submit"));
}

static void
put_logout_frames(struct json_build *b, const char *frames)
{
	json_t *list = json_array();
	char uri[LOGOUT_FRAMES_CAP];

	while (words_next(&frames, uri, sizeof uri))
		json_array_append_new(list, json_pack("{s:s}", "url", uri));
	json_put(b, "frames", list);
}

/* A page to end on, with a link to URI if there is one. */
static void
show_logout_end(struct interaction *i, const char *template, const char *uri)
{
	const struct logout_state *s = i->state;
	struct json_build b;

	json_begin(&b);
	json_put_bool(&b, "here", s->reply.here);
	put_logout_frames(&b, s->reply.frames);
	i->call->page.frames = s->reply.frames;
	json_put_str(&b, "client_name", i->client->name);
	json_put_str(&b, "back_url", uri);
	own_put_link(i, &b, "home_url", own_home_path(i));
	interaction_offer_languages(i, &b);
	page_render(&i->call->response, &i->call->page, template, &b, NULL);
}

/* --- the question ----------------------------------------------------------*/

static void
put_signed_in(struct interaction *i, struct json_build *b)
{
	const struct logout_state *s = i->state;

	json_put_str(b, "display", s->reply.user.display);
	json_put_str(b, "name", s->reply.user.name);
}

static void
confirm_logout(struct interaction *i, const struct form *posted)
{
	struct logout_state *s = i->state;

	(void)posted;
	s->answer = LOGOUT_EVERYWHERE;
	i->flow->go_on(i);
}

static void
leave_app(struct interaction *i, const struct form *posted)
{
	struct logout_state *s = i->state;

	(void)posted;
	s->answer = LOGOUT_HERE;
	i->flow->go_on(i);
}

static void
stay_signed_in(struct interaction *i, const struct form *posted)
{
	const struct logout_state *s = i->state;

	(void)posted;
	show_logout_end(i, "stayed.html", s->asked.post_logout_redirect_uri);
}

static const struct step logout_step = {
    .purpose = "logout",
    .template = "logout.html",
    .page = put_signed_in,
    .buttons = {{"logout", confirm_logout}, {"app", leave_app},
	{"stay", stay_signed_in}},
};

/* --- the flow --------------------------------------------------------------*/

static enum err
parse_logout(struct interaction *i, enum reason *reason)
{
	struct logout_state *s = i->state;
	const struct logout_request *q = &s->asked;
	enum err e =
	    logout_parse(i->call->provider, &i->form, &s->asked, reason);

	i->client = &q->client;
	i->client_is_guessed = q->link_only;
	return e;
}

/* For administrators who wonder why people are asked, or not sent back. */
static void
note_oddities(const struct interaction *i, const struct logout_request *q)
{
	const char *client_id = q->has_client ? q->client.client_id : NULL;

	if (q->bad_hint)
		call_log_event(i->call, "id_token_hint_invalid", client_id);
	if (q->link_only)
		call_log_event(i->call, "logout_client_unnamed", client_id);
}

/* Once the frames of the page have had the time to load. */
static void
go_on_later(struct response *r, const char *url)
{
	char refresh[URI_CAP + 3 * STATE_CAP + 32];
	struct buf b;

	buf_init(&b, refresh, sizeof refresh);
	buf_printf(&b, "%d; url=%s", FRAMES_S, url);
	response_header(r, "Refresh", refresh);
}

/* To where the app wants people afterwards; our own last word, with a link
 * there, if nothing says that it was the app who sent them. */
static void
send_away(struct interaction *i, const struct logout_request *q)
{
	const struct logout_state *s = i->state;
	char url[URI_CAP + sizeof "?state=" + 3 * STATE_CAP];
	struct buf u;

	buf_init(&u, url, sizeof url);
	buf_puts(&u, q->post_logout_redirect_uri);
	if (u.len > 0 && q->state[0] != '\0') {
		buf_puts(&u, strchr(url, '?') != NULL ? "&state=" : "?state=");
		buf_put_url_arg(&u, q->state);
	}
	if (u.len == 0 || q->link_only || s->reply.frames[0] != '\0')
		show_logout_end(i, "signed_out.html", url);
	else
		response_redirect(&i->call->response, url);
	if (u.len > 0 && !q->link_only && s->reply.frames[0] != '\0')
		go_on_later(&i->call->response, url);
}

static void
decide_logout(struct interaction *i)
{
	struct logout_state *s = i->state;
	struct call *c = i->call;
	enum err e;

	if (s->answer == LOGOUT_UNASKED)
		note_oddities(i, &s->asked);
	s->asked.address = c->request.address;
	e = logout_decide(
	    c->provider, &s->asked, i->cookie, s->answer, c->now, &s->reply);
	reader_from_person(&c->page, &s->reply.user);
	if (e != OK) {
		refuse_logout(i, e, REASON_NONE);
	} else if (!s->reply.ended) {
		interaction_show(i, &logout_step);
	} else {
		/* Another site's POST comes without the cookie, which is no
		 * sign that the browser has none. */
		if (i->cookie != NULL && !s->reply.here)
			browser_sign_out(&c->response, i->conf);
		send_away(i, &s->asked);
	}
}

static const struct step *const logout_steps[] = {&logout_step, NULL};

static const struct flow signing_out = {
    .path = "/logout",
    .steps = logout_steps,
    .parse = parse_logout,
    .go_on = decide_logout,
    .refuse = refuse_logout,
};

void
logout_flow(struct call *c)
{
	struct logout_state s = {0};

	interaction_run(&signing_out, &s, c);
}
