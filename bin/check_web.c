/* The documents, the way to them, and the clock. */
#include "check_web.h"

#include "base/buf.h"
#include "base/issuer.h"
#include "base/str.h"
#include "protocol/discovery.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
	CLOCK_APART_S = 60, /* what apps allow */
	DOCUMENT_CAP = 65536
};

static void
recognise_server(struct web *w)
{
	static const struct {
		const char *starts;
		enum web_server server;
	} names[] = {{"Apache", SERVER_APACHE}, {"lighttpd", SERVER_LIGHTTPD},
	    {"nginx", SERVER_NGINX}};
	const char *name = fetch_header(w->fetch, "Server", 0);

	for (size_t i = 0; name != NULL && i < sizeof names / sizeof *names;
	     i++)
		if (str_starts(name, names[i].starts))
			w->server = names[i].server;
}

/* --- the documents ---------------------------------------------------------*/

static const struct web_advice no_program = {
    "no one can sign in while the programs are not behind their addresses",
    {[SERVER_UNKNOWN] =
	    "run `latchkey setup ISSUER`, or put conf/webserver.sh's "
	    "configuration into the web server and start the programs; the "
	    "server's error log names what is missing"}};

static const struct check_advice other_directory = {
    "what is served is not what this data directory says",
    "give the programs this directory (LATCHKEY_DATA, and how they are "
    "started), or name theirs with -d"};

static const char *
value_shown(char shown[static WEB_SHOWN_CAP], const json_t *v)
{
	const char *text = json_string_value(v);
	char *dump = NULL;

	if (text == NULL)
		text = dump = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
	text = web_shown(shown, text);
	free(dump);
	return text;
}

/* Tells the first member of OURS that THEIRS has not, or has otherwise; false
 * if there is none. */
static bool
answers_differ(struct web *w, const char *path, json_t *ours, json_t *theirs)
{
	char given[WEB_SHOWN_CAP], wanted[WEB_SHOWN_CAP];
	const char *name;
	json_t *value, *other;

	json_object_foreach(ours, name, value)
	{
		other = json_object_get(theirs, name);
		if (json_equal(value, other))
			continue;
		check_found(w->c, CHECK_ERROR, &other_directory,
		    "%s%s%s: %s is %s, and not %s", w->base, path, w->at, name,
		    value_shown(given, other), value_shown(wanted, value));
		w->over = true;
		return true;
	}
	return false;
}

/* Whether what PATH answers is a document of ours; told if it is not. */
static json_t *
get_document(struct web *w, const char *path)
{
	const struct check_advice advice = web_advise(w, &no_program);
	json_t *v;

	if (!web_get(w, path))
		return NULL;
	v = w->answer.status == 200 ? web_json(w) : NULL;
	if (v != NULL)
		return v;
	check_found(w->c, CHECK_ERROR, &advice,
	    "%s%s%s answers %d, and not with the document", w->base, path,
	    w->at, w->answer.status);
	w->over = true;
	return NULL;
}

static void
check_cors(struct web *w)
{
	static const struct web_advice doubled = {
	    "apps in browsers may not read the answer unless it says so "
	    "exactly once",
	    {[SERVER_UNKNOWN] = "let the web server pass on what the program "
				"says, and add no Access-Control-Allow-Origin "
				"of its own",
		[SERVER_APACHE] =
		    "take out `Header ... Access-Control-Allow-Origin`",
		[SERVER_LIGHTTPD] = "take Access-Control-Allow-Origin out of "
				    "setenv.add-response-header",
		[SERVER_NGINX] =
		    "take out `add_header Access-Control-Allow-Origin`"}};
	static const char name[] = "Access-Control-Allow-Origin";
	const struct check_advice advice = web_advise(w, &doubled);
	const char *value = fetch_header(w->fetch, name, 0);

	if (value == NULL || !str_equal(value, "*") ||
	    fetch_header(w->fetch, name, 1) != NULL)
		check_found(w->c, CHECK_WARNING, &advice,
		    "the discovery document's %s does not arrive as it is "
		    "sent%s",
		    name, w->at);
}

/* What the programs would answer from this data directory. */
static json_t *
our_document(const struct check_run *c, bool keys)
{
	const struct provider p = {.conf = c->a->conf, .store = c->a->store};
	char text[DOCUMENT_CAP];
	struct buf b;
	enum err e;

	buf_init(&b, text, sizeof text);
	e = keys ? discovery_jwks(&p, c->a->now, &b)
		 : discovery_metadata(&p, &b);
	return e == OK && buf_ok(&b)
		   ? json_loads(text, JSON_REJECT_DUPLICATES, NULL)
		   : NULL;
}

static void
check_discovery(struct web *w)
{
	static const char path[] = "/.well-known/openid-configuration";
	json_t *theirs = get_document(w, path), *ours;

	if (theirs == NULL)
		return;
	recognise_server(w);
	ours = our_document(w->c, false);
	if (ours == NULL) {
		w->over = true;
	} else if (!answers_differ(w, path, ours, theirs)) {
		check_found(w->c, CHECK_OK, NULL,
		    "%s%s%s: the issuer is the same", w->base, path, w->at);
		check_cors(w);
	}
	json_decref(ours);
	json_decref(theirs);
}

/* Where RFC 8414 3.1 has it, before the issuer's path. */
static void
check_inserted(struct web *w)
{
	static const char path[] = "/.well-known/oauth-authorization-server";
	static const struct check_advice advice = {
	    "apps that go by RFC 8414 3.1 do not find the provider",
	    "take the line with oauth-authorization-server from "
	    "conf/webserver.sh's "
	    "configuration, on this host, before the issuer's path"};
	struct issuer_parts parts;
	char url[WEB_URL_CAP];
	struct buf b;

	if (!issuer_split(w->base, &parts))
		return;
	buf_init(&b, url, sizeof url);
	buf_put(&b, w->base, (size_t)(parts.path - w->base));
	buf_printf(&b, "%s%s", path, parts.path);
	if (web_get(w, url) && w->answer.status != 200)
		check_found(w->c, CHECK_WARNING, &advice, "%s answers %d", url,
		    w->answer.status);
}

static bool
has_kid(json_t *keys, const char *kid)
{
	json_t *key;
	size_t i;

	json_array_foreach(keys, i, key)
	{
		if (str_equal(
			json_string_value(json_object_get(key, "kid")), kid))
			return true;
	}
	return false;
}

static void
check_jwks(struct web *w)
{
	json_t *theirs = get_document(w, "/jwks.json"), *ours, *key;
	const char *missing = NULL, *kid;
	size_t i;

	if (theirs == NULL)
		return;
	ours = our_document(w->c, true);
	json_array_foreach(json_object_get(ours, "keys"), i, key)
	{
		kid = json_string_value(json_object_get(key, "kid"));
		if (!has_kid(json_object_get(theirs, "keys"), kid))
			missing = kid;
	}
	if (missing != NULL)
		check_found(w->c, CHECK_ERROR, &other_directory,
		    "%s/jwks.json has no key %s", w->base, missing);
	else if (ours != NULL)
		check_found(w->c, CHECK_OK, NULL, "%s/jwks.json has every key",
		    w->base);
	json_decref(ours);
	json_decref(theirs);
}

/* --- the clock -------------------------------------------------------------*/

static void
check_clock_against_date(struct web *w)
{
	static const struct check_advice advice = {
	    "tokens are refused as expired, or as not yet good",
	    "set the clocks of both, and let NTP keep them (timedatectl)"};
	const char *date = fetch_header(w->fetch, "Date", 0);
	const int64_t at = date != NULL ? fetch_date(w->fetch, date) : -1;
	int64_t apart = at - w->c->a->now;

	if (at < 0)
		return;
	if (apart < 0)
		apart = -apart;
	if (apart > CLOCK_APART_S)
		check_found(w->c, CHECK_ERROR, &advice,
		    "the web server's clock%s and ours are %" PRId64
		    " seconds apart",
		    w->at, apart);
	else
		check_found(w->c, CHECK_OK, NULL,
		    "the web server's clock%s is the same", w->at);
}

/* What an address of the provider's answers with. */
static void
check_answer(struct web *w, void *arg)
{
	(void)arg;
	check_discovery(w);
	if (!w->over) {
		check_clock_against_date(w);
		web_check_remembered(w);
	}
	web_check_certificate(w);
}

static void
check_addresses(struct web *w)
{
	web_each_address(w, check_answer, NULL);
}

void
check_web(struct check_run *c)
{
	static void (*const checks[])(struct web * w) = {check_addresses,
	    check_jwks, check_inserted, web_check_authorization,
	    web_check_sign_in_page, web_check_own_pages, web_check_body,
	    web_check_unknown_paths, web_check_health, web_check_redirect};
	struct web w;

	if (!web_open(&w, c, c->a->conf.issuer))
		return;
	for (size_t i = 0; i < sizeof checks / sizeof *checks && !w.over; i++)
		checks[i](&w);
	fetch_close(&w.fetch);
}
