#include "app/visit.h"

#include "base/buf.h"
#include "base/reason.h"
#include "base/str.h"
#include "web/browser.h"
#include "web/page.h"

#include <string.h>

void
visit_begin(struct visit *v, struct call *c, const char *path)
{
	*v =
	    (struct visit){.call = c, .conf = &c->provider->conf, .path = path};
	v->own_form = c->request.method == METHOD_POST &&
		      form_get(&c->request.body, "step") != NULL;
	csrf_load(&v->csrf, &c->provider->keyring, v->conf, &c->request);
	v->cookie = browser_session(&v->cookie_storage, v->conf, &c->request);
}

void
visit_end(struct visit *v)
{
	session_cookie_wipe(&v->cookie_storage);
}

/* The app's request as an address of ours; false if it is too long. */
static bool
put_url(char url[static VISIT_URL_CAP], const struct visit *v)
{
	struct buf b;

	buf_init(&b, url, VISIT_URL_CAP);
	buf_printf(&b, "%s%s?", v->conf->issuer, v->path);
	form_put(&b, &v->form);
	return buf_ok(&b);
}

enum err
visit_load(struct visit *v, enum reason *reason)
{
	const char *text;

	if (!v->own_form) {
		v->form = *request_form(&v->call->request);
		return OK;
	}
	text = form_get(&v->call->request.body, "request");
	if (text == NULL) /* a request for nothing in particular */
		return OK;
	if (str_copy(v->text, sizeof v->text, text) != OK ||
	    form_parse(&v->form, v->text, strlen(v->text)) != OK)
		return refused(REASON_REQUEST_LOST, reason);
	return OK;
}

enum err
visit_fits(const struct visit *v, enum reason *reason)
{
	char url[VISIT_URL_CAP];

	if (!put_url(url, v))
		return refused(REASON_REQUEST_TOO_LONG, reason);
	return OK;
}

bool
visit_is_foreign_post(const struct visit *v)
{
	return v->call->request.method == METHOD_POST && !v->own_form;
}

void
visit_again(struct visit *v)
{
	char url[VISIT_URL_CAP];

	if (!put_url(url, v))
		v->call->response.failed = true;
	response_redirect(&v->call->response, url);
}

void
visit_page(struct visit *v, struct json_build *b, const char *title,
    const char *purpose, const char *client_name)
{
	char text[VISIT_URL_CAP], token[CSRF_TOKEN_CAP];
	char action[ISSUER_CAP + 16];
	struct buf u;

	json_begin(b);
	json_put_str(b, "title", title);
	json_put_str(b, "client_name", client_name);
	buf_init(&u, action, sizeof action);
	buf_printf(&u, "%s%s", conf_issuer_path(v->conf), v->path);
	json_put_str(b, "action", action);
	buf_init(&u, text, sizeof text);
	form_put(&u, &v->form);
	json_put_str(b, "request", text);
	csrf_make(token, &v->csrf, v->conf, &v->call->response, purpose);
	json_put_str(b, "csrf", token);
}

void
visit_show(struct visit *v, struct json_build *b, const char *template,
    const struct client *client)
{
	page_render(&v->call->response, &v->call->page, template, b, client);
}
