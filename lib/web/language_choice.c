#include "web/language_choice.h"

#include "base/buf.h"
#include "base/language.h"
#include "base/str.h"
#include "web/csrf.h"
#include "web/reader.h"

#include <string.h>

enum { BACK_URL_CAP = ISSUER_CAP + 3 * REQUEST_PATH_CAP + REQUEST_QUERY_MAX };

/* PATH is decoded. */
static void
put_encoded_path(struct buf *b, char *path)
{
	char *end = path + strcspn(path, "/"), kept;

	for (;; path = end + 1, end = path + strcspn(path, "/")) {
		kept = *end;
		*end = '\0';
		buf_put_url_arg(b, path);
		*end = kept;
		if (kept == '\0')
			return;
		buf_putc(b, '/');
	}
}

/* The address that the form was sent to, with the app's request. */
static bool
put_back_url(char url[static BACK_URL_CAP], struct call *c)
{
	const struct conf *conf = &c->provider->conf;
	const char *kept = form_get(&c->request.body, "request");
	char text[REQUEST_QUERY_MAX + 1];
	struct form f = c->request.query;
	struct buf b;

	if (kept != NULL && (str_copy(text, sizeof text, kept) != OK ||
				form_parse(&f, text, strlen(text)) != OK))
		return false;
	buf_init(&b, url, BACK_URL_CAP);
	buf_put(&b, conf->issuer,
	    strlen(conf->issuer) - strlen(conf_issuer_path(conf)));
	put_encoded_path(&b, c->request.path);
	if (f.count > 0)
		buf_putc(&b, '?');
	form_put(&b, &f);
	return buf_ok(&b);
}

bool
language_choice_take(struct call *c)
{
	const struct form *body = &c->request.body;
	const char *tag = form_get(body, "set_language");
	const struct catalogue *chosen =
	    tag != NULL ? language_find(tag) : NULL;
	char url[BACK_URL_CAP];
	struct csrf csrf;

	/* An app may send anything, but not this alone. */
	if (chosen == NULL || body->count > 2 || !put_back_url(url, c))
		return false;
	csrf_load(
	    &csrf, &c->provider->keyring, &c->provider->conf, &c->request);
	response_begin(&c->response, 303);
	if (csrf_may_answer(&csrf))
		reader_remember(&c->response, &c->provider->conf, chosen);
	response_redirect(&c->response, url);
	return true;
}
