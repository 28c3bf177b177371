/* The sites of the gate: whether it is asked before them. */
#include "check_web.h"

#include "base/buf.h"
#include "base/str.h"
#include "domain/site.h"

#include <string.h>

/* The doors of a site that do not do as the gate would, by how. */
struct gate_pass {
	char open_text[WEB_SHOWN_CAP], shut_text[WEB_SHOWN_CAP],
	    other_text[WEB_SHOWN_CAP];
	struct buf open, shut, other;
};

static bool
leads_to_sign_in(struct web *w)
{
	const char *issuer = w->c->a->conf.issuer;
	const char *location = fetch_header(w->fetch, "Location", 0);

	return w->answer.status / 100 == 3 && location != NULL &&
	       str_starts(location, issuer) &&
	       str_starts(location + strlen(issuer), "/authorize?");
}

/* What the gate says to a stranger: to sign in, or no. Anything else is not
 * the gate's. */
static void
judge(struct web *w, struct gate_pass *p, const char *path, bool people)
{
	const int status = w->answer.status;

	if (status / 100 == 2)
		buf_printf(&p->open, " %s", path);
	else if (status == 403 && people)
		buf_printf(&p->shut, " %s", path);
	else if (status != 401 && status != 403 && !leads_to_sign_in(w))
		buf_printf(&p->other, " %s (%d)", path, status);
}

/* A site over https may be there over http as well, without its gate. */
static void
try_without_tls(struct web *w, struct gate_pass *p)
{
	char url[WEB_URL_CAP];
	const struct fetch_request q = {.url = url, .address = w->address};
	struct buf b;

	if (!str_starts(w->base, "https://") ||
	    strchr(w->base + strlen("https://"), ':') != NULL)
		return;
	buf_init(&b, url, sizeof url);
	buf_printf(&b, "http%s/", w->base + strlen("https"));
	if (fetch_ask(w->fetch, &q, &w->answer) == OK &&
	    w->answer.status / 100 == 2)
		buf_printf(&p->open, " %s", url);
}

static void
tell(struct web *w, const struct gate_pass *p)
{
	static const struct check_advice unguarded = {
	    "anyone who knows the address can read what should be protected",
	    "see that the web server asks the gate before anything else on "
	    "this host, on every port of it, as gate(8) shows"};
	static const struct check_advice nameless = {
	    "people who may pass are not asked who they are",
	    "set LATCHKEY_SITE to the site's origin where the web server asks "
	    "the gate; the gate's log names the reason"};
	static const struct check_advice elsewhere = {
	    "what the gate is not asked about it does not protect",
	    "see the web server's error log, and that it asks the gate before "
	    "anything else on this host, as gate(8) shows"};

	/* The worst: what follows would have the same cause. */
	if (p->open.len > 0)
		check_found(w->c, CHECK_ERROR, &unguarded,
		    "site %s%s is open to anybody at%s", w->base, w->at,
		    p->open_text);
	else if (p->other.len > 0)
		check_found(w->c, CHECK_ERROR, &elsewhere,
		    "site %s%s is not answered by the gate at%s", w->base,
		    w->at, p->other_text);
	else if (p->shut.len > 0)
		check_found(w->c, CHECK_ERROR, &nameless,
		    "site %s%s refuses a stranger (403) instead of asking for "
		    "a "
		    "sign-in at%s",
		    w->base, w->at, p->shut_text);
	else
		check_found(w->c, CHECK_OK, NULL,
		    "site %s%s: the gate protects it", w->base, w->at);
}

/* As a stranger's browser would. */
static void
try_doors(struct web *w, void *arg)
{
	json_t *doors = arg, *people;
	struct gate_pass p;
	const char *path;

	buf_init(&p.open, p.open_text, sizeof p.open_text);
	buf_init(&p.shut, p.shut_text, sizeof p.shut_text);
	buf_init(&p.other, p.other_text, sizeof p.other_text);
	json_object_foreach(doors, path, people)
	{
		const struct fetch_request q = {
		    .url = path, .header = "Accept: text/html"};

		if (!web_ask(w, &q))
			return;
		judge(w, &p, path, json_is_true(people));
	}
	web_check_certificate(w);
	try_without_tls(w, &p);
	tell(w, &p);
}

void
check_gate(struct check_run *c)
{
	const char *origin;
	json_t *doors;
	struct web w;

	json_object_foreach(c->sites, origin, doors)
	{
		if (json_object_size(doors) == 0 || !web_open(&w, c, origin))
			continue;
		web_each_address(&w, try_doors, doors);
		fetch_close(&w.fetch);
	}
}
