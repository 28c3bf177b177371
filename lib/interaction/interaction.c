#include "interaction/interaction.h"

#include "base/buf.h"
#include "base/str.h"
#include "web/browser.h"
#include "web/page.h"
#include "web/reader.h"

#include <string.h>

const char *
interaction_client_id(const struct interaction *i)
{
	return i->client != NULL ? i->client->client_id : NULL;
}

const char *
interaction_client_name(const struct interaction *i)
{
	return i->client != NULL ? i->client->name : "";
}

/* The app's request as an address of ours; false if it is too long. */
static bool
put_own_url(char url[static INTERACTION_URL_CAP], const struct interaction *i)
{
	struct buf b;

	buf_init(&b, url, INTERACTION_URL_CAP);
	buf_printf(&b, "%s%s", i->conf->issuer, i->flow->path);
	if (i->form.count > 0)
		buf_putc(&b, '?');
	form_put(&b, &i->form);
	return buf_ok(&b);
}

/* The app's request is the query, the app's POST, or the hidden field of a form
 * of ours. */
static enum err
find_app_request(struct interaction *i, enum reason *reason)
{
	const char *text;

	if (!i->own_form) {
		i->form = *request_form(&i->call->request);
		return OK;
	}
	text = form_get(&i->call->request.body, "request");
	if (text == NULL) /* a request for nothing in particular */
		return OK;
	if (str_copy(i->text, sizeof i->text, text) != OK ||
	    form_parse(&i->form, i->text, strlen(i->text)) != OK)
		return refused(REASON_REQUEST_LOST, reason);
	return OK;
}

/* The request has to fit into the address of every step. This is asked at
 * once, not after a password has been typed. */
static enum err
check_url_length(const struct interaction *i, enum reason *reason)
{
	char url[INTERACTION_URL_CAP];

	return put_own_url(url, i) ? OK
				   : refused(REASON_REQUEST_TOO_LONG, reason);
}

/* One binding for making and for checking a token of STEP's form. */
static void
bind_token(struct interaction *i, const struct step *step)
{
	bool bound = !step->before_session && i->cookie != NULL;

	csrf_bind(&i->csrf, bound ? i->cookie->sid : NULL);
}

/* The button NAME of the page that TOKEN was made for, and that page's STEP;
 * NULL if there is none. Steps may have buttons of the same name. */
static const struct step_button *
find_button(struct interaction *i, const char *name, const char *token,
    const struct step **step)
{
	for (const struct step *const *s = i->flow->steps; *s != NULL; s++)
		for (const struct step_button *b = (*s)->buttons;
		     b->name != NULL; b++) {
			if (!str_equal(b->name, name))
				continue;
			*step = *s;
			bind_token(i, *s);
			if (csrf_check(&i->csrf, (*s)->purpose, token) == OK)
				return b;
		}
	return NULL;
}

/* A form of ours came back. Without its token the page was left open, cookies
 * are refused, or the form is another site's, which comes without our cookies
 * as a GET does not: nothing is done but to ask again. So it is where a field
 * comes twice, which none of our pages has. */
static void
run_button(struct interaction *i, const struct form *posted)
{
	const char *name = form_get(posted, "step");
	const char *proof = form_get(posted, "proof");
	const struct step *step = NULL;
	const struct step_button *button =
	    find_button(i, name, form_get(posted, "csrf"), &step);

	if (button != NULL && posted->repeated == NULL) {
		i->proven = proof != NULL &&
			    proof_unseal(&i->proof, proof, i->csrf.keyring,
				i->csrf.browser, i->call->now) == OK;
		if (i->proven)
			reader_from_account(&i->call->page, i->proof.language);
		if (i->flow->admit == NULL || i->flow->admit(i, step))
			button->run(i, posted);
		return;
	}
	if (posted->repeated != NULL)
		call_log_refusal(i->call, ERR_INVALID_REQUEST,
		    REASON_PARAMETER_REPEATED, interaction_client_id(i));
	else
		call_log_refusal(i->call, ERR_FORBIDDEN, REASON_FORM_TOKEN,
		    interaction_client_id(i));
	if (i->flow->stale != NULL)
		i->flow->stale(i, name);
	else
		interaction_again(i);
}

void
interaction_run(const struct flow *flow, void *state, struct call *c)
{
	struct interaction i = {.flow = flow,
	    .state = state,
	    .call = c,
	    .conf = &c->provider->conf,
	    .confirm_url = "",
	    .typed_name = "",
	    .typed_before = "",
	    .alert = ""};
	bool posted = c->request.method == METHOD_POST;
	enum reason reason = REASON_NONE;
	enum err e;

	i.own_form = posted && form_get(&c->request.body, "step") != NULL;
	csrf_load(&i.csrf, &c->provider->keyring, i.conf, &c->request);
	i.cookie = browser_session(&i.cookie_storage, i.conf, &c->request);
	e = find_app_request(&i, &reason);
	reader_from_app(&c->page, &i.form);
	if (e == OK)
		e = flow->parse(&i, &reason);
	if (e == OK)
		e = check_url_length(&i, &reason);
	if (e != OK)
		flow->refuse(&i, e, reason);
	else if (i.own_form)
		run_button(&i, &c->request.body);
	else if (posted) /* An app's POST from another site comes without our
			  * cookies; as a GET it comes with them. */
		interaction_again(&i);
	else
		flow->go_on(&i);
	session_cookie_wipe(&i.cookie_storage);
	secret_wipe(&i.proof, sizeof i.proof);
}

void
interaction_offer_languages(const struct interaction *i, struct json_build *b)
{
	char text[INTERACTION_URL_CAP];
	struct buf u;

	/* What was got has the request in its address. */
	buf_init(&u, text, sizeof text);
	if (!i->call->page.by_get)
		form_put(&u, &i->form);
	if (buf_ok(&u))
		page_offer_languages(b, &i->call->page, text);
}

void
interaction_show(struct interaction *i, const struct step *step)
{
	char text[INTERACTION_URL_CAP], token[CSRF_TOKEN_CAP];
	char proof[PROOF_TEXT_CAP] = "";
	char action[ISSUER_CAP + 16];
	struct json_build b;
	struct buf u;

	json_begin(&b);
	json_put_str(&b, "client_name", interaction_client_name(i));
	json_put_str(&b, "error", i->alert);
	if (i->flow->page != NULL)
		i->flow->page(i, step, &b);
	if (step->page != NULL)
		step->page(i, &b);
	buf_init(&u, action, sizeof action);
	buf_printf(&u, "%s%s", conf_issuer_path(i->conf), i->flow->path);
	json_put_str(&b, "action", action);
	buf_init(&u, text, sizeof text);
	form_put(&u, &i->form);
	json_put_str(&b, "request", text);
	if (step->before_session && !i->proven)
		interaction_offer_languages(i, &b);
	bind_token(i, step);
	csrf_make(token, &i->csrf, i->conf, &i->call->response, step->purpose);
	json_put_str(&b, "csrf", token);
	if (i->proven)
		proof_seal(proof, &i->proof, i->csrf.keyring, i->csrf.browser,
		    i->call->now);
	json_put_str(&b, "proof", proof);
	json_put_str(&b, "typed_before", i->typed_before);
	page_render(&i->call->response, &i->call->page, step->template, &b,
	    i->client_is_guessed ? NULL : i->client);
}

void
interaction_again(struct interaction *i)
{
	char url[INTERACTION_URL_CAP];

	if (!put_own_url(url, i))
		i->call->response.failed = true;
	response_redirect(&i->call->response, url);
}

void
interaction_decline(struct interaction *i, const struct form *posted)
{
	(void)posted;
	i->flow->refuse(i, ERR_ACCESS_DENIED, REASON_PERSON_DECLINED);
}
