#include "web.h"

#include "base/buf.h"

#include <string.h>

enum { SHOWN_LEN = 60 };

struct check_advice
web_advise(const struct web *w, const struct web_advice *advice)
{
	const char *remedy = advice->at[w->server];

	return (struct check_advice){
	    advice->why, remedy != NULL ? remedy : advice->at[SERVER_UNKNOWN]};
}

const char *
web_shown(char shown[static WEB_SHOWN_CAP], const char *text)
{
	char head[SHOWN_LEN + 1];
	size_t len;
	struct buf b;

	if (text == NULL)
		return "nothing";
	len = strnlen(text, SHOWN_LEN);
	memcpy(head, text, len);
	head[len] = '\0';
	buf_init(&b, shown, WEB_SHOWN_CAP);
	buf_putc(&b, '"');
	buf_put_log(&b, head);
	buf_puts(&b, text[len] == '\0' ? "\"" : "...\"");
	return shown;
}

json_t *
web_json(const struct web *w)
{
	json_t *v = json_loads(w->answer.body, JSON_REJECT_DUPLICATES, NULL);

	if (json_is_object(v))
		return v;
	json_decref(v);
	return NULL;
}

const char *
web_record(const struct web *w)
{
	return strchr(w->address, ':') != NULL ? "AAAA" : "A";
}

/* --- asking ----------------------------------------------------------------*/

static void
tell_silent(struct web *w)
{
	static const struct check_advice advice = {
	    "a browser or an app that takes this address waits, or gets no "
	    "answer at all",
	    "let the web server listen there and the firewall pass it, or take "
	    "this record out of the name's DNS; where only this machine cannot "
	    "reach it, use --offline"};

	check_found(w->c, CHECK_ERROR, &advice,
	    "%s (%s, an %s record) cannot be reached: %s", w->base, w->address,
	    web_record(w), fetch_message(w->fetch));
}

static void
tell_unreachable(struct web *w, const char *url)
{
	static const struct check_advice advice = {
	    "nothing behind it could be checked, and if browsers do not reach "
	    "it either, people cannot sign in",
	    "see that the web server runs with latchkey's configuration and "
	    "that the name leads to it; where this machine cannot reach its "
	    "own public address, use --offline"};

	if (w->address[0] != '\0')
		tell_silent(w);
	else
		check_found(w->c, CHECK_ERROR, &advice,
		    "%s cannot be reached: %s", url, fetch_message(w->fetch));
	w->over = true;
}

static void
tell_untrusted(struct web *w, const char *url)
{
	static const struct check_advice advice = {
	    "browsers warn, and apps refuse to talk to the provider",
	    "give the web server a certificate for this name, with the whole "
	    "chain (fullchain.pem), and renew it in time; if its authority is "
	    "your own, name that with --ca-file"};

	check_found(w->c, CHECK_ERROR, &advice,
	    "the certificate of %s%s is not to be trusted: %s", url, w->at,
	    fetch_message(w->fetch));
	w->untrusted = true;
	fetch_verify(w->fetch, false);
}

bool
web_ask(struct web *w, const struct fetch_request *q)
{
	struct fetch_request whole = *q;
	char url[WEB_URL_CAP];
	struct buf b;
	enum err e;

	buf_init(&b, url, sizeof url);
	if (q->url[0] == '\0' || q->url[0] == '/')
		buf_puts(&b, w->base);
	buf_puts(&b, q->url);
	whole.url = url;
	whole.address = w->address;
	e = buf_ok(&b) ? fetch_ask(w->fetch, &whole, &w->answer) : ERR_NO_SPACE;
	if (e == ERR_PERMISSION && !w->untrusted) {
		tell_untrusted(w, url);
		e = fetch_ask(w->fetch, &whole, &w->answer);
	}
	if (e != OK)
		tell_unreachable(w, url);
	else if (w->answer.valid_until != 0) {
		w->valid_from = w->answer.valid_from;
		w->valid_until = w->answer.valid_until;
	}
	return e == OK;
}

bool
web_get(struct web *w, const char *path)
{
	return web_ask(w, &(struct fetch_request){.url = path});
}

bool
web_open(struct web *w, struct check_run *c, const char *base)
{
	static const struct check_advice advice = {
	    "nothing is known of what the world sees of it",
	    "install libcurl (Debian: libcurl4), or use --offline"};

	*w = (struct web){.c = c, .base = base};
	if (fetch_open(&w->fetch, args_value(c->args, "--ca-file")) == OK)
		return true;
	check_found(c, CHECK_WARNING, &advice,
	    "%s was not asked: there is no libcurl", base);
	return false;
}
