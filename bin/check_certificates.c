/* Certificates of clients (RFC 8705): where they are shown, that no header can
 * pass for one, and which of them will soon be none. */
#include "check_web.h"

#include "base/buf.h"
#include "base/str.h"

#include <inttypes.h>

enum { DAY_S = 86400, RENEWED_S = 14 * DAY_S };

/* --- clients ---------------------------------------------------------------*/

/* Of the apps that show certificates. */
struct certificate_users {
	struct check_run *run;
	char first[CLIENT_ID_CAP]; /* of them; "": there are none */
};

static void
check_expiry(struct check_run *run, const struct client *c)
{
	static const struct check_advice advice = {
	    "the app cannot prove itself any more when it has expired",
	    "let the app have a new one, and register it: latchkey client set "
	    "ID --add-certificate FILE"};
	char thumbprint[CERTIFICATE_THUMBPRINT_CAP];
	const char *cursor = c->certificates;
	int64_t not_after, last = 0;

	while (client_certificates_next(&cursor, thumbprint, &not_after))
		if (not_after > last)
			last = not_after;
	if (last == 0 || last - run->a->now >= RENEWED_S)
		return;
	if (last < run->a->now)
		check_found(run, CHECK_ERROR, &advice,
		    "every certificate of the app %s has expired",
		    c->client_id);
	else
		check_found(run, CHECK_WARNING, &advice,
		    "the last certificate of the app %s expires in %" PRId64
		    " days",
		    c->client_id, (last - run->a->now) / DAY_S);
}

static bool
check_one_client(void *arg, const void *record)
{
	struct certificate_users *u = arg;
	const struct client *c = record;

	if ((client_has_certificate(c) || c->certificate_bound) &&
	    u->first[0] == '\0')
		str_cut(u->first, sizeof u->first, c->client_id);
	check_expiry(u->run, c);
	return true;
}

static enum err
check_clients_step(struct store_txn *t, void *arg)
{
	client_each(t, check_one_client, arg);
	return store_failed(t);
}

void
check_certificates(struct check_run *c)
{
	static const struct check_advice advice = {"it cannot prove itself",
	    "set mtls_origin in latchkey.conf (latchkey.conf(5)), and give the "
	    "web server the lines of conf/webserver.sh -m; or register it with "
	    "a secret: latchkey client set ID --auth client_secret_basic"};
	struct certificate_users u = {.run = c};

	if (store_read(c->a->store, check_clients_step, &u) == OK &&
	    u.first[0] != '\0' && c->a->conf.mtls_origin[0] == '\0')
		check_found(c, CHECK_ERROR, &advice,
		    "the app %s shows a certificate, and there is no place for "
		    "that",
		    u.first);
}

/* --- the web server --------------------------------------------------------*/

/* What proxies and servers call what we take from variables alone. Two of them
 * would have to be taken for the two. */
static const char *const forged[] = {"SSL_CLIENT_VERIFY: SUCCESS",
    "SSL-Client-Verify: SUCCESS", "X-SSL-Client-Verify: SUCCESS",
    "X-Client-Verify: SUCCESS", "SSL_CLIENT_CERT: latchkey-check",
    "SSL-Client-Cert: latchkey-check", "X-SSL-Client-Cert: latchkey-check",
    "X-SSL-Cert: latchkey-check", "X-Client-Cert: latchkey-check",
    "Client-Cert: latchkey-check", NULL};

/* What /health says that the web server tells of a certificate; "": nothing.
 * None is shown. False: there is no answer. */
static bool
ask_what_is_told(
    struct web *w, const char *const *headers, char told[static WEB_SHOWN_CAP])
{
	const struct fetch_request q = {.url = "/health", .headers = headers};
	json_t *v;

	told[0] = '\0';
	if (!web_ask(w, &q))
		return false;
	v = web_json(w);
	str_cut(told, WEB_SHOWN_CAP,
	    json_string_value(json_object_get(v, "client_certificate")));
	json_decref(v);
	return true;
}

/* What is told does not change by what a client sends. */
static void
check_forged(struct web *w, const char *told)
{
	static const struct check_advice advice = {
	    "anyone can pass for an app that proves itself by a certificate",
	    "let the web server set SSL_CLIENT_CERT and SSL_CLIENT_VERIFY from "
	    "its own TLS alone, as conf/webserver.sh -m has it, and from no "
	    "header"};
	char with_headers[WEB_SHOWN_CAP];

	if (!ask_what_is_told(w, forged, with_headers))
		return;
	if (!str_equal(told, with_headers))
		check_found(w->c, CHECK_ERROR, &advice,
		    "a header passes for a client's certificate at %s",
		    w->base);
	else
		check_found(w->c, CHECK_OK, NULL,
		    "no header passes for a client's certificate at %s",
		    w->base);
}

static void
check_own_place(struct web *w)
{
	static const struct web_advice silent = {
	    "no app can show a certificate there",
	    {[SERVER_UNKNOWN] =
		    "give the web server the lines of conf/webserver.sh -m for "
		    "this address",
		[SERVER_APACHE] = "`SSLVerifyClient optional_no_ca` and "
				  "`SSLOptions +StdEnvVars +ExportCertData` "
				  "for this <VirtualHost>",
		[SERVER_LIGHTTPD] = "ssl.verifyclient.activate and "
				    "ssl.verifyclient.exportcert for this "
				    "socket",
		[SERVER_NGINX] = "`ssl_verify_client optional_no_ca`, and both "
				 "fastcgi_param SSL_CLIENT_..., for this "
				 "server"}};
	static const struct check_advice made_up = {
	    "anyone may be taken for an app that proves itself by one",
	    "let the web server set SSL_CLIENT_CERT from its own TLS alone"};
	struct check_advice advice;
	char told[WEB_SHOWN_CAP];

	if (!ask_what_is_told(w, NULL, told))
		return;
	advice = web_advise(w, &silent);
	if (told[0] == '\0')
		check_found(w->c, CHECK_ERROR, &advice,
		    "the web server tells nothing of clients' certificates at "
		    "%s",
		    w->base);
	else if (str_equal(told, "none"))
		check_found(w->c, CHECK_OK, NULL,
		    "clients can show certificates at %s", w->base);
	else
		check_found(w->c, CHECK_ERROR, &made_up,
		    "the web server tells of a certificate at %s, and none was "
		    "shown",
		    w->base);
	check_forged(w, told);
}

static void
check_ordinary_place(struct web *w)
{
	static const struct check_advice advice = {
	    "browsers that have a certificate ask people to choose one",
	    "let the web server ask for certificates at mtls_origin alone"};
	char told[WEB_SHOWN_CAP];

	if (!ask_what_is_told(w, NULL, told))
		return;
	if (told[0] != '\0')
		check_found(w->c, CHECK_WARNING, &advice,
		    "clients are asked for certificates at %s, too", w->base);
	check_forged(w, told);
}

void
check_certificates_web(struct check_run *c)
{
	static void (*const checks[])(struct web * w) = {
	    check_own_place, check_ordinary_place};
	const struct conf *conf = &c->a->conf;
	char own[2 * ISSUER_CAP];
	const char *const bases[] = {own, conf->issuer};
	struct buf b;

	if (conf->mtls_origin[0] == '\0')
		return;
	buf_init(&b, own, sizeof own);
	buf_printf(&b, "%s%s", conf->mtls_origin, conf_issuer_path(conf));
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
		struct web w;

		if (!web_open(&w, c, bases[i]))
			return;
		checks[i](&w);
		fetch_close(&w.fetch);
	}
}
