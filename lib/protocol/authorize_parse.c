/*
 * The request half of protocol/authorize.h: one row a parameter, in the order
 * in which what is wrong must be found.
 */
#include "protocol/authorize.h"

#include "base/reason.h"
#include "base/str.h"
#include "domain/api.h"
#include "protocol/asked_acr.h"
#include "protocol/client_document.h"
#include "protocol/id_token.h"

#include <string.h>

struct authorize_parse_ctx {
	const struct provider *p;
	const char *client_id;   /* NULL: not sent */
	const struct form *form; /* the parameters that count */
	struct authorize_source *source;
	bool by_client; /* it pushes them */
	struct authorize_request *q;
	enum reason reason;
};

/* A row: refuses with an error and a reason, or takes its parameter. VALUE is
 * NULL if it was not sent. */
typedef enum err parse_one(struct authorize_parse_ctx *s, const char *value);

static enum err
find_asking_client(struct authorize_parse_ctx *s, int64_t now)
{
	enum err e;

	if (s->client_id == NULL)
		return refused(REASON_CLIENT_ID_MISSING, &s->reason);
	e = client_document_find(
	    s->p, s->client_id, now, &s->q->client, &s->reason);
	s->q->is_unread = e == ERR_NOT_FOUND;
	return s->q->is_unread ? OK : e;
}

static enum err
parse_redirect_uri(struct authorize_parse_ctx *s, const char *value)
{
	struct authorize_request *q = s->q;

	q->redirect_uri_given = value != NULL;
	if (value == NULL && words_count(q->client.redirect_uris) == 1)
		value = q->client.redirect_uris;
	if (value == NULL)
		return refused_as(ERR_INVALID_REQUEST,
		    REASON_REDIRECT_URI_MISSING, &s->reason);
	if (!client_has_redirect_uri(&q->client, value) ||
	    str_copy(q->redirect_uri, sizeof q->redirect_uri, value) != OK)
		return refused(REASON_REDIRECT_URI_UNREGISTERED, &s->reason);
	return OK;
}

static enum err
parse_state(struct authorize_parse_ctx *s, const char *value)
{
	if (value != NULL &&
	    str_copy(s->q->state, sizeof s->q->state, value) != OK)
		return refused(REASON_STATE_TOO_LONG, &s->reason);
	return OK;
}

static const struct {
	const char *name;
	enum response_mode mode;
} response_modes[] = {
    {"query", RESPONSE_QUERY},
    {"fragment", RESPONSE_FRAGMENT},
    {"form_post", RESPONSE_FORM_POST},
};

/* Whether VALUE is one of them; then *MODE is it. */
static bool
find_response_mode(const char *value, enum response_mode *mode)
{
	size_t n = 0;

	while (n < sizeof response_modes / sizeof *response_modes &&
	       !str_equal(value, response_modes[n].name))
		n++;
	if (n == sizeof response_modes / sizeof *response_modes)
		return false;
	*mode = response_modes[n].mode;
	return true;
}

static enum err
parse_response_mode(struct authorize_parse_ctx *s, const char *value)
{
	if (value != NULL)
		(void)find_response_mode(value, &s->q->response_mode);
	return OK;
}

/* How an app asks from a frame that no one sees: each answer, an error too,
 * has to reach it there. */
static enum err
parse_silent(struct authorize_parse_ctx *s, const char *value)
{
	s->q->silent = value != NULL && words_has(value, "none");
	return OK;
}

/* Refused only now that the state is there to go with the refusal. */
static enum err
check_response_mode(struct authorize_parse_ctx *s, const char *value)
{
	enum response_mode mode;

	if (value != NULL && !find_response_mode(value, &mode))
		return refused(REASON_RESPONSE_MODE_UNSUPPORTED, &s->reason);
	return OK;
}

static enum err
parse_response_type(struct authorize_parse_ctx *s, const char *value)
{
	if (value == NULL)
		return refused(REASON_RESPONSE_TYPE_MISSING, &s->reason);
	if (!str_equal(value, "code"))
		return refused(REASON_RESPONSE_TYPE_UNSUPPORTED, &s->reason);
	if (!(s->q->client.grants & GRANT_AUTHORIZATION_CODE))
		return refused(REASON_GRANT_TYPE_NOT_ALLOWED, &s->reason);
	return OK;
}

/* Refused rather than overlooked: what they carry was meant to count. */
static enum err
parse_request_uri(struct authorize_parse_ctx *s, const char *value)
{
	return value == NULL
		   ? OK
		   : refused(REASON_REQUEST_URI_UNSUPPORTED, &s->reason);
}

static enum err
parse_registration(struct authorize_parse_ctx *s, const char *value)
{
	return value == NULL
		   ? OK
		   : refused(REASON_REGISTRATION_UNSUPPORTED, &s->reason);
}

static enum err
parse_asked_scope(struct authorize_parse_ctx *s, const char *value)
{
	struct authorize_request *q = s->q;

	if (scope_intersect(
		q->scope, value != NULL ? value : "", q->client.scope) != OK)
		return refused(REASON_SCOPE_MALFORMED, &s->reason);
	/* Without refresh tokens there is nothing to do offline (Core 11). */
	if (!(q->client.grants & GRANT_REFRESH_TOKEN))
		words_remove(q->scope, "offline_access");
	if (q->scope[0] == '\0')
		return refused(REASON_SCOPE_NOT_ALLOWED, &s->reason);
	return OK;
}

struct resource_look {
	const struct client *client;
	char asked[RESOURCE_LIST_CAP];
	char *settled;
};

static enum err
settle_resources_step(struct store_txn *t, void *arg)
{
	struct resource_look *l = arg;

	return apis_settle(t, l->client, l->asked, l->settled);
}

/* May be given several times (RFC 8707 2). */
static enum err
parse_resource(struct authorize_parse_ctx *s, const char *value)
{
	struct authorize_request *q = s->q;
	struct resource_look l = {
	    .client = &q->client, .settled = q->resources};
	enum err e;

	if (value == NULL)
		return OK;
	e = form_get_all(l.asked, sizeof l.asked, s->form, "resource");
	if (e == OK)
		e = store_read(s->p->store, settle_resources_step, &l);
	return e == ERR_SYNTAX || e == ERR_NO_SPACE || e == ERR_INVALID_TARGET
		   ? refused(REASON_RESOURCE_UNKNOWN, &s->reason)
		   : e;
}

/* S256 or nothing, and nothing only for a client registered so (OAuth 2.1
 * 4.1.1, RFC 9700 2.1.1): an absent method means plain, which is no
 * protection from those who saw the request. */
static enum err
parse_code_challenge(struct authorize_parse_ctx *s, const char *value)
{
	const char *method = form_get(s->form, "code_challenge_method");
	struct authorize_request *q = s->q;

	if (value == NULL && method == NULL && q->client.no_pkce)
		return OK;
	if (value == NULL)
		return refused(REASON_CODE_CHALLENGE_MISSING, &s->reason);
	if (method == NULL || !str_equal(method, "S256"))
		return refused(
		    REASON_CODE_CHALLENGE_METHOD_UNSUPPORTED, &s->reason);
	if (pkce_challenge(q->code_challenge, value) != OK)
		return refused(REASON_CODE_CHALLENGE_MALFORMED, &s->reason);
	q->has_challenge = true;
	return OK;
}

/* The code is then good with a proof of this key alone (RFC 9449 10). */
static enum err
parse_dpop_jkt(struct authorize_parse_ctx *s, const char *value)
{
	s->q->cnf = (struct confirmation){.kind = CONFIRMATION_NONE};
	if (value != NULL &&
	    confirmation_from_text(&s->q->cnf, CONFIRMATION_JKT, value) != OK)
		return refused(REASON_DPOP_JKT_MALFORMED, &s->reason);
	return OK;
}

static enum err
parse_nonce(struct authorize_parse_ctx *s, const char *value)
{
	if (value != NULL &&
	    str_copy(s->q->nonce, sizeof s->q->nonce, value) != OK)
		return refused(REASON_NONCE_TOO_LONG, &s->reason);
	return OK;
}

static enum err
parse_prompt(struct authorize_parse_ctx *s, const char *value)
{
	static const struct {
		const char *word;
		enum prompt bit;
	} prompts[] = {
	    {"none", PROMPT_NONE},
	    {"login", PROMPT_LOGIN},
	    {"consent", PROMPT_CONSENT},
	    {"select_account", PROMPT_SELECT_ACCOUNT},
	};
	unsigned known = 0;

	if (value == NULL)
		return OK;
	for (size_t i = 0; i < sizeof prompts / sizeof *prompts; i++)
		if (words_has(value, prompts[i].word)) {
			s->q->prompt |= prompts[i].bit;
			known++;
		}
	if (known != words_count(value))
		return refused(REASON_PROMPT_UNKNOWN, &s->reason);
	if ((s->q->prompt & PROMPT_NONE) && known > 1)
		return refused(REASON_PROMPT_NONE_WITH_OTHERS, &s->reason);
	return OK;
}

static enum err
parse_max_age(struct authorize_parse_ctx *s, const char *value)
{
	s->q->max_age = -1;
	if (value != NULL &&
	    str_to_int64(value, 0, INT32_MAX, &s->q->max_age) != OK)
		return refused(REASON_MAX_AGE_MALFORMED, &s->reason);
	return OK;
}

/* A hint: one that does not fit is no one's name. */
static enum err
parse_login_hint(struct authorize_parse_ctx *s, const char *value)
{
	if (value != NULL && !str_has_control(value) &&
	    str_copy(s->q->login_hint, sizeof s->q->login_hint, value) != OK)
		s->q->login_hint[0] = '\0';
	return OK;
}

/* One that does not verify (of a key that is long gone, of another client)
 * fits no person: no more is wrong with the request than that the person has to
 * sign in (Core 3.1.2.1). */
static enum err
parse_id_token_hint(struct authorize_parse_ctx *s, const char *value)
{
	struct id_token_hint hint;

	if (value == NULL)
		return OK;
	s->q->bad_hint = id_token_hint_parse(s->p, value, &hint) != OK ||
			 !str_equal(hint.client_id, s->q->client.client_id);
	s->q->has_hint = !s->q->bad_hint;
	if (s->q->has_hint)
		memcpy(s->q->hint_user_id, hint.user_id, USER_ID_LEN);
	return OK;
}

static enum err
parse_acr_values(struct authorize_parse_ctx *s, const char *value)
{
	if (value != NULL)
		asked_acr_read_values(s->q, value);
	return OK;
}

static enum err
parse_claims(struct authorize_parse_ctx *s, const char *value)
{
	return asked_claims_parse(s->q, value, &s->reason);
}

/* Asked only now that the app can be told. */
static enum err
check_was_pushed(struct authorize_parse_ctx *s, const char *value)
{
	(void)value;
	return !s->q->client.require_par || s->source->is_pushed || s->by_client
		   ? OK
		   : refused(REASON_REQUEST_NOT_PUSHED, &s->reason);
}

static enum err
check_was_signed(struct authorize_parse_ctx *s, const char *value)
{
	(void)value;
	return !s->q->client.require_jar || s->source->is_signed
		   ? OK
		   : refused(REASON_REQUEST_NOT_SIGNED, &s->reason);
}

static const struct parse_row {
	const char *name;
	parse_one *parse;
} answer_rows[] =
    {
	/* how errors go to the app */
	{"response_mode", parse_response_mode},
	{"prompt", parse_silent},
	{"state", parse_state},
	{NULL, NULL},
},
  other_rows[] = {
      {"request_uri", check_was_pushed}, {"request", check_was_signed},
      {"response_mode", check_response_mode},
      {"response_type", parse_response_type},
      {"request_uri", parse_request_uri}, {"registration", parse_registration},
      {"scope", parse_asked_scope}, {"code_challenge", parse_code_challenge},
      {"dpop_jkt", parse_dpop_jkt}, {"nonce", parse_nonce},
      {"prompt", parse_prompt}, {"max_age", parse_max_age},
      {"login_hint", parse_login_hint}, {"id_token_hint", parse_id_token_hint},
      {"acr_values", parse_acr_values}, {"claims", parse_claims},
      {"resource", parse_resource}, {NULL, NULL},
      /* Core 3.1.2.1 and 5.2 to 5.5: display, claims_locales
       * and all others are taken and make no difference; ui_locales is
       * for the pages alone (web/reader.h). */
};

static enum err
parse_rows(struct authorize_parse_ctx *s, const struct parse_row *row)
{
	enum err e = OK;

	for (; e == OK && row->name != NULL; row++)
		e = row->parse(s, form_get(s->form, row->name));
	return e;
}

static bool
repeated_is(const struct form *form, const char *name)
{
	return form->repeated != NULL && str_equal(form->repeated, name);
}

/* Decides where errors go. */
static enum err
find_redirect_uri(struct authorize_parse_ctx *s)
{
	enum err e;

	if (repeated_is(s->form, "redirect_uri"))
		return refused(REASON_PARAMETER_REPEATED, &s->reason);
	e = parse_redirect_uri(s, form_get(s->form, "redirect_uri"));
	s->q->may_redirect = e == OK;
	return e;
}

static enum err
parse_parameters(struct authorize_parse_ctx *s)
{
	enum err e = find_redirect_uri(s);

	if (e == OK)
		e = parse_rows(s, answer_rows);
	if (e == OK)
		e = parse_rows(s, other_rows);
	if (e == OK && s->form->repeated != NULL)
		e = refused(REASON_PARAMETER_REPEATED, &s->reason);
	return e;
}

/* The app is told that its parameters cannot be had, if what came with the
 * request says where it is. */
static void
find_address_beside(struct authorize_parse_ctx *s)
{
	const enum reason reason = s->reason;

	if (form_get(s->form, "redirect_uri") == NULL ||
	    find_redirect_uri(s) != OK || parse_rows(s, answer_rows) != OK)
		s->q->may_redirect = false;
	s->reason = reason;
}

/* Of an app that is to be read first, the rest cannot be judged. */
static enum err
parse_unread(struct authorize_parse_ctx *s)
{
	enum err e = parse_silent(s, form_get(s->form, "prompt"));

	return e == OK ? parse_login_hint(s, form_get(s->form, "login_hint"))
		       : e;
}

static enum err
parse_of_browser(struct authorize_parse_ctx *s, int64_t now)
{
	struct authorize_request *q = s->q;
	enum err e;

	if (repeated_is(s->form, "client_id") ||
	    repeated_is(s->form, "request") ||
	    repeated_is(s->form, "request_uri"))
		return refused(REASON_PARAMETER_REPEATED, &s->reason);
	e = find_asking_client(s, now);
	if (e != OK || q->is_unread)
		return e == OK ? parse_unread(s) : e;
	e = authorize_source_find(
	    s->source, s->p, s->form, &q->client, now, &s->reason);
	if (e != OK) {
		find_address_beside(s);
		return e;
	}
	s->form = &s->source->form;
	q->is_pushed = s->source->is_pushed;
	q->pushed_again = s->source->again;
	memcpy(q->pushed_id, s->source->id, FAMILY_ID_LEN);
	return parse_parameters(s);
}

enum err
authorize_parse(const struct provider *p, const struct form *sent, int64_t now,
    struct authorize_source *source, struct authorize_request *q,
    enum reason *reason)
{
	struct authorize_parse_ctx s = {.p = p,
	    .client_id = form_get(sent, "client_id"),
	    .form = sent,
	    .source = source,
	    .q = q};
	enum err e;

	*q = (struct authorize_request){.max_age = -1};
	e = parse_of_browser(&s, now);
	*reason = s.reason;
	return e;
}

enum err
authorize_parse_pushed(const struct provider *p, const struct client *c,
    const struct form *sent, int64_t now, struct authorize_source *source,
    struct authorize_request *q, enum reason *reason)
{
	struct authorize_parse_ctx s = {.p = p,
	    .form = &source->form,
	    .source = source,
	    .by_client = true,
	    .q = q};
	enum err e = authorize_source_push(source, p, sent, c, now, &s.reason);

	*q = (struct authorize_request){.max_age = -1, .client = *c};
	if (e == OK)
		e = parse_parameters(&s);
	*reason = s.reason;
	return e;
}
