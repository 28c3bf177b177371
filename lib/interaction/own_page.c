#include "interaction/own_page.h"

#include "base/buf.h"
#include "base/str.h"
#include "interaction/own_parts.h"
#include "interaction/second_factor_step.h"
#include "interaction/sign_in_step.h"
#include "web/page.h"
#include "web/reader.h"

#include <stdlib.h>
#include <string.h>

#define NOTICES "done."

enum { NOTICE_CAP = 64 };

struct own_state *
own_state(const struct interaction *i)
{
	return i->state;
}

static const struct own_page *
find_page(const struct own_pages *set, const char *path)
{
	for (const struct own_page *const *p = set->pages; *p != NULL; p++)
		if (str_equal((*p)->path, path))
			return *p;
	return NULL;
}

/* --- what was typed before a sign-in that had to come first ---------------*/

static void
forget_typed(struct interaction *i)
{
	own_state(i)->typed_before[0] = '\0';
	i->typed_before = "";
}

/* The form that came, without what is the form's own. */
static void
keep_typed(struct interaction *i)
{
	static const char not_typed[] = "csrf request proof typed_before";
	const struct form *f = &i->call->request.body;
	struct own_state *s = own_state(i);
	struct buf b;

	buf_init(&b, s->typed_before, sizeof s->typed_before);
	for (size_t n = 0; n < f->count; n++)
		if (!words_has(not_typed, f->field[n].name))
			form_put_field(&b, f->field[n].name, f->field[n].value);
	i->typed_before = s->typed_before;
	if (!buf_ok(&b))
		forget_typed(i);
}

/* A page to sign in on brings it back. */
static void
take_typed_before(struct interaction *i)
{
	struct own_state *s = own_state(i);
	const char *text = form_get(&i->call->request.body, "typed_before");

	if (!i->own_form || text == NULL)
		return;
	i->typed_before = s->typed_before;
	if (str_copy(s->typed_before, sizeof s->typed_before, text) != OK)
		forget_typed(i);
}

/* What one person typed, no other is shown. */
static void
sign_in_again(struct interaction *i)
{
	struct account a = {0};

	if (i->typed_before[0] != '\0' && i->proven &&
	    (account_read(i->call->provider, i->cookie, i->call->now, NULL,
		 NULL, &a) != OK ||
		memcmp(a.user.user_id, i->proof.user_id, USER_ID_LEN) != 0))
		forget_typed(i);
	account_wipe(&a);
	sign_in_continue(i);
}

static enum err
parse_own(struct interaction *i, enum reason *reason)
{
	struct own_state *s = own_state(i);

	(void)reason;
	if (s->page == NULL)
		return ERR_NO_SUCH_PAGE;
	take_typed_before(i);
	return OK;
}

static void
refuse_own(struct interaction *i, enum err e, enum reason reason)
{
	struct call *c = i->call;

	call_log_refusal(c, e, reason, NULL);
	page_error(&c->response, &c->page, e, reason);
}

static bool
make_data(struct interaction *i)
{
	struct own_state *s = own_state(i);

	if (s->data != NULL || s->page->data_size == 0)
		return true;
	s->data = calloc(1, s->page->data_size);
	if (s->data != NULL && s->page->ask != NULL)
		s->page->ask(i, s->data);
	return s->data != NULL;
}

/* Who is signed in, and what the page shows; false: it has been answered. */
static bool
look_at_page(struct interaction *i)
{
	struct own_state *s = own_state(i);
	struct call *c = i->call;
	enum err e = ERR_NO_MEMORY;

	if (make_data(i))
		e = account_read(c->provider, i->cookie, c->now, s->page->look,
		    s->data, &s->account);
	if (s->account.user.name[0] != '\0')
		reader_from_person(&c->page, &s->account.user);
	call_about_user(c, s->account.user.name);
	/* First: what is there is not told to those who may not be here. */
	if (s->account.user.name[0] != '\0' && s->set->admit != NULL &&
	    !s->set->admit(i))
		return false;
	if (e != OK)
		own_page_refuse(i, e, REASON_NONE);
	return e == OK;
}

void
own_page_refuse(struct interaction *i, enum err e, enum reason reason)
{
	if (e == ERR_LOGIN_REQUIRED)
		sign_in_ask(i, "", "");
	else
		refuse_own(i, e, reason);
}

/* Whether the sign-in is new enough for STEP; if not, asks for another. */
static bool
is_fresh_enough(struct interaction *i, const struct step *step)
{
	struct own_state *s = own_state(i);
	const struct own_page *page = s->page;

	if (!step->fresh || account_is_fresh(&s->account) ||
	    (page->is_fresh_wanted != NULL &&
		!page->is_fresh_wanted(&s->account)))
		return true;
	if (i->own_form && page->keeps_typed && step == page->steps[0])
		keep_typed(i);
	sign_in_ask(i, s->account.user.name, "");
	return false;
}

static void
show_page(struct interaction *i)
{
	const struct step *step = own_state(i)->page->steps[0];

	if (look_at_page(i) && is_fresh_enough(i, step))
		interaction_show(i, step);
}

/* A button of STEP was pressed. */
static bool
admit_to_step(struct interaction *i, const struct step *step)
{
	return step->before_session ||
	       (look_at_page(i) && is_fresh_enough(i, step));
}

/* The sentence that the address asks for, if it is one of those. */
static const char *
notice_text(const struct interaction *i)
{
	const char *word = form_get(&i->form, "done");
	const char *text = NULL;
	char key[NOTICE_CAP];
	struct buf b;

	buf_init(&b, key, sizeof key);
	buf_printf(&b, NOTICES "%s", word != NULL ? word : "");
	if (word != NULL && buf_ok(&b))
		text = message_text(i->call->page.catalogue, key);
	return text != NULL ? text : "";
}

/* Who is signed in already, and only confirms it, may as well go elsewhere. */
static void
find_way_back(struct interaction *i, char url[static OWN_URL_CAP])
{
	struct own_state *s = own_state(i);
	struct call *c = i->call;
	struct buf b;

	if (s->account.user.name[0] == '\0' &&
	    account_read(
		c->provider, i->cookie, c->now, NULL, NULL, &s->account) != OK)
		return;
	buf_init(&b, url, OWN_URL_CAP);
	buf_printf(&b, "%s/account", conf_issuer_path(i->conf));
	i->confirm_url = url;
	i->confirm_user = s->account.user.user_id;
}

static void
put_own(struct interaction *i, const struct step *step, struct json_build *b)
{
	struct own_state *s = own_state(i);

	json_put_bool(b, "can_cancel", false);
	json_put_str(b, "notice", i->own_form ? "" : notice_text(i));
	if (step == &sign_in_step)
		find_way_back(i, s->way_back);
	if (step->before_session)
		return;
	own_put_link(i, b, "account_url", "/account");
	json_put_str(b, "display", s->account.user.display);
	json_put_str(b, "name", s->account.user.name);
}

void
own_page_done(struct interaction *i, const char *path, const char *notice)
{
	char url[OWN_URL_CAP];
	struct buf b;

	buf_init(&b, url, sizeof url);
	buf_printf(&b, "%s%s", i->conf->issuer, path);
	if (notice != NULL)
		buf_printf(&b, "%sdone=%s",
		    strchr(path, '?') != NULL ? "&" : "?",
		    notice + strlen(NOTICES));
	if (!buf_ok(&b))
		i->call->response.failed = true;
	response_redirect(&i->call->response, url);
}

void
own_page_put_sign_out(struct interaction *i, struct json_build *b)
{
	char token[CSRF_TOKEN_CAP], action[ISSUER_CAP + 16];
	struct buf u;

	csrf_bind(&i->csrf, i->cookie->sid);
	csrf_make(token, &i->csrf, i->conf, &i->call->response, "logout");
	json_put_str(b, "sign_out_csrf", token);
	buf_init(&u, action, sizeof action);
	buf_printf(&u, "%s/logout", conf_issuer_path(i->conf));
	json_put_str(b, "sign_out_action", action);
}

/* Now that it is fresh: back to the page, as it was left. */
static void
come_back(struct interaction *i)
{
	struct own_state *s = own_state(i);
	struct form *f = &i->call->request.body;
	const struct step *step = s->page->steps[0];

	if (i->typed_before[0] == '\0' ||
	    form_parse(f, s->typed_before, strlen(s->typed_before)) != OK) {
		interaction_again(i);
		return;
	}
	i->typed_before = "";
	i->proven = false;
	if (look_at_page(i) && is_fresh_enough(i, step))
		interaction_show(i, step);
}

static const struct flow own_flow = {
    .parse = parse_own,
    .go_on = show_page,
    .refuse = refuse_own,
    .page = put_own,
    .admit = admit_to_step,
    .stale = sign_in_stale,
    .proven = sign_in_again,
    .signed_in = come_back,
};

void
own_pages_run(const struct own_pages *set, struct call *c)
{
	struct own_state s = {
	    .set = set, .page = find_page(set, c->path), .flow = own_flow};
	size_t n = 0;

	s.steps[n++] = &sign_in_step;
	s.steps[n++] = &second_factor_step;
	for (size_t k = 0; s.page != NULL && k < OWN_PAGE_STEPS_MAX &&
			   s.page->steps[k] != NULL;
	     k++)
		s.steps[n++] = s.page->steps[k];
	s.flow.path = s.page != NULL ? s.page->path : "/";
	s.flow.steps = s.steps;
	interaction_run(&s.flow, &s, c);
	if (s.data != NULL) {
		if (s.page->free_data != NULL)
			s.page->free_data(s.data);
		secret_wipe(s.data, s.page->data_size);
		free(s.data);
	}
	secret_wipe(s.typed_before, sizeof s.typed_before);
	account_wipe(&s.account);
}
