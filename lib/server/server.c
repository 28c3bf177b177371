#include "server/server.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/monotonic.h"
#include "base/reason.h"
#include "base/str.h"
#include "domain/drainer.h"
#include "domain/logout_queue.h"
#include "http/gateway.h"
#include "protocol/logout_delivery.h"
#include "server/opened.h"
#include "server/worker_pool.h"
#include "web/language_choice.h"
#include "web/reader.h"
#include "web/reply.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define RETRY_AFTER "10" /* seconds */

enum {
	IDLE_MAX_S = 86400,
	OVERDUE_LOOK_MS = 60000 /* how often the queue is looked at */
};

struct server {
	const struct endpoint *endpoints;
	bool every_path; /* the one endpoint serves them */
	bool whole_paths;
	bool has_pages;
	bool takes_json;
	bool stays; /* FastCGI */
	struct opened opened;
	struct refusals refusals;
};

/* A worker's call, and what its provider and page are taken from. */
struct server_call {
	struct call call;
	struct server *server;
	struct opened_copy copy;
	struct zone_cache zones;
};

/* Gives C the provider as it is now; false if it cannot be had. */
static bool
is_provided(struct server_call *c)
{
	if (!opened_copy_update(&c->server->opened, &c->copy))
		return false;
	c->call.page = (struct page){.conf = &c->copy.provider.conf,
	    .templates = c->copy.templates,
	    .catalogue = catalogues,
	    .zones = &c->zones,
	    .elsewhere = c->server->every_path};
	return true;
}

/*
 * Whether the request is for PATH. The web server has chosen the program by
 * the URL already; what comes before PATH is its business (an issuer's path, a
 * cgi-bin). RFC 8414 3.1 puts an issuer's path behind a well-known one.
 */
static bool
path_matches(const struct call *c, const char *path)
{
	const char *asked = c->request.path;
	const char *issuer_path = conf_issuer_path(&c->provider->conf);

	if (str_ends(asked, path))
		return true;
	return issuer_path[0] != '\0' && str_starts(path, "/.well-known/") &&
	       str_starts(asked, path) &&
	       str_equal(asked + strlen(path), issuer_path);
}

/* What follows the issuer in the address. */
static const char *
path_below_issuer(const struct call *c)
{
	const char *asked = c->request.path;
	const char *issuer_path = conf_issuer_path(&c->provider->conf);
	size_t len = strlen(issuer_path);

	return str_starts(asked, issuer_path) && asked[len] == '/' ? asked + len
								   : asked;
}

static bool
whole_path_matches(const struct call *c, const char *path)
{
	size_t len = strlen(path) - 1;

	if (path[len] == '*')
		return strncmp(c->path, path, len) == 0;
	return str_equal(c->path, path);
}

static const struct endpoint *
find_endpoint(const struct call *c, const struct server *server)
{
	const struct endpoint *endpoints = server->endpoints;

	/* A caller that tells no path at all (a test, a bare server) can only
	 * mean the one there is. */
	if (c->request.path[0] == '\0' &&
	    (endpoints[1].path == NULL ||
		str_equal(endpoints[1].path, "/health")))
		return endpoints;
	for (; endpoints->path != NULL; endpoints++)
		if (server->whole_paths ? whole_path_matches(c, endpoints->path)
					: path_matches(c, endpoints->path))
			return endpoints;
	return NULL;
}

static const char *
allowed_methods(const struct endpoint *ep)
{
	bool get = ep->methods & METHOD_GET, post = ep->methods & METHOD_POST;

	if (ep->methods & METHOD_PUT)
		return "GET, HEAD, PUT, DELETE, OPTIONS";
	if (get && post)
		return "GET, HEAD, POST, OPTIONS";
	return get ? "GET, HEAD, OPTIONS" : "POST, OPTIONS";
}

/* Answers an error found before an endpoint is called: a page, or JSON. */
static void
refuse_call(struct call *c, enum err e, enum reason reason)
{
	call_log_refusal(c, e, reason, NULL);
	response_begin(&c->response, err_status(e));
	if (c->page.templates != NULL)
		page_error(&c->response, &c->page, e, reason);
	else
		reply_error_of(&c->response, e, reason,
		    &(struct hint_of){.content_type = c->request.content_type,
			.takes_json = c->takes_json});
}

static void
answer_options(struct call *c, const struct endpoint *ep)
{
	const char *allow = allowed_methods(ep);
	enum err e = cors_preflight(
	    &c->response, c->provider, &c->request, ep->cors, allow);

	if (e != OK)
		refuse_call(c, e, REASON_NONE);
	else
		response_header(&c->response, "Allow", allow);
}

static void
dispatch_call(struct call *c, const struct endpoint *ep, enum err e)
{
	enum method method = c->request.method;

	if (method == METHOD_OPTIONS) {
		answer_options(c, ep);
		return;
	}
	if (!(ep->methods & (method == METHOD_HEAD ? METHOD_GET : method))) {
		refuse_call(c, ERR_METHOD_NOT_ALLOWED, REASON_NONE);
		response_header(&c->response, "Allow", allowed_methods(ep));
		return;
	}
	if (e == OK) {
		call_set_caller(c, ep->path);
		ep->serve(c);
	} else
		refuse_call(c, e, REASON_BODY_UNREADABLE);
	if (cors_allow(&c->response, c->provider, &c->request, ep->cors) != OK)
		c->response.failed = true;
}

/* Neither settings nor templates of the data directory are to be had. What
 * programs ask is answered as any error is. */
static void
answer_unavailable(struct call *c, const struct server *server)
{
	static const struct conf none = {.accent_color = -1};
	const enum err e = ERR_UNAVAILABLE; /* the store's log says why */
	struct response *r = &c->response;
	struct templates *builtin = NULL;

	response_begin(r, 503);
	if (server->has_pages && templates_load(&builtin, NULL) == OK) {
		page_unavailable(r, &(struct page){.conf = &none,
					.templates = builtin,
					.catalogue = catalogues,
					.elsewhere = true});
		templates_free(&builtin);
		return;
	}
	if (!server->has_pages && !server->every_path) {
		reply_error(r, e, REASON_NONE);
		return;
	}
	r->content_type = "text/plain; charset=utf-8";
	buf_printf(&r->body, "%s\n", message_text(catalogues, "unavailable"));
}

static void
answer_call(struct server_call *own)
{
	const struct server *server = own->server;
	struct call *c = &own->call;
	const struct endpoint *ep;
	enum err e = server->every_path
			 ? request_read_head(&c->request, c->exchange)
			 : request_read(&c->request, c->exchange);

	if (!is_provided(own)) {
		answer_unavailable(c, server);
		return;
	}
	if (c->page.templates != NULL)
		reader_from_browser(&c->page, &c->request);
	c->now = clock_now();
	if (e != OK) {
		refuse_call(c, e, REASON_REQUEST_UNREADABLE);
		return;
	}
	if (server->every_path) {
		server->endpoints->serve(c);
		return;
	}
	c->page.by_get = c->request.method & (METHOD_GET | METHOD_HEAD);
	c->path = path_below_issuer(c);
	if (c->takes_json) {
		e = request_read_json(&c->request, c->exchange);
	} else if (c->request.method == METHOD_POST) {
		e = request_read_form(&c->request, c->exchange);
		if (e == OK && server->has_pages && language_choice_take(c))
			return;
	}
	ep = find_endpoint(c, server);
	/* What programs ask is answered with JSON, also beside pages. */
	if (ep != NULL && ep->cors != CORS_NONE)
		c->page.templates = NULL;
	if (ep != NULL)
		dispatch_call(c, ep, e);
	else
		refuse_call(c, ERR_NO_SUCH_PAGE, REASON_NONE);
}

static void *
call_make(void *arg)
{
	struct server *server = arg;
	struct server_call *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->server = server;
	c->call.provider = &c->copy.provider;
	c->call.refusals = &server->refusals;
	c->call.takes_json = server->takes_json;
	if (server->stays) /* before there is a request, which would wait */
		(void)is_provided(c);
	return c;
}

static void
call_free(void *state)
{
	struct server_call *c = state;

	opened_copy_drop(&c->server->opened, &c->copy);
	free(c->call.kept);
	free(c);
}

/* Whether an app is to be told of a logout that it was told of in vain some
 * time ago: then no one is at work. */
static bool
is_overdue(const struct provider *p)
{
	static _Atomic int64_t looked_ms = -OVERDUE_LOOK_MS;
	int64_t before = atomic_load(&looked_ms), due_at;
	const int64_t now_ms = monotonic_ms();

	return now_ms - before >= OVERDUE_LOOK_MS &&
	       atomic_compare_exchange_strong(&looked_ms, &before, now_ms) &&
	       logout_delivery_due(p, &due_at) == OK && due_at <= clock_now();
}

/* Once the answer is on its way. A CGI program's web server may wait for all
 * that could write to its log. */
static void
wake_drainer(const struct server_call *c)
{
	const struct provider *p = &c->copy.provider;

	if (c->copy.valid && (logout_queue_was_filled() || is_overdue(p)))
		drainer_wake(p->conf.dir, !c->server->stays);
}

static bool
call_serve(void *state, struct exchange *x)
{
	struct server_call *own = state;
	struct call *c = &own->call;

	c->exchange = x;
	c->late = false;
	c->about = (struct call_about){.cause = NULL};
	response_begin(&c->response, 200);
	answer_call(own);
	if (c->response.status == 503)
		response_header(&c->response, "Retry-After", RETRY_AFTER);
	response_send(&c->response, x, c->request.method == METHOD_HEAD);
	request_wipe(&c->request);
	wake_drainer(own);
	return c->late;
}

static size_t
workers_max(const void *state)
{
	const struct server_call *c = state;

	return c->copy.valid ? c->copy.provider.conf.workers : 1;
}

static bool
may_hang(void *arg)
{
	struct server *server = arg;

	return opened_may_hang(&server->opened);
}

/* Seconds, set by what holds the socket while no program runs. */
static int64_t
idle_exit_ms(void)
{
	const char *text = getenv("LATCHKEY_IDLE");
	double s = text != NULL ? strtod(text, NULL) : 0;

	return s > 0 && s < IDLE_MAX_S ? (int64_t)(s * 1000) : 0;
}

int
server_run(const char *program, unsigned uses, const struct endpoint *endpoints)
{
	static const struct worker_kind kind = {
	    call_make, call_free, call_serve, workers_max, may_hang};
	struct server server = {.endpoints = endpoints,
	    .every_path = uses & SERVER_EVERY_PATH,
	    .whole_paths = uses & SERVER_WHOLE_PATHS,
	    .has_pages = uses & SERVER_PAGES,
	    .takes_json = uses & SERVER_JSON};
	int64_t idle_ms = idle_exit_ms();
	struct gateway *g = NULL;
	enum err e;

	log_open(program);
	e = gateway_open(&g, idle_ms);
	if (e == OK)
		e = opened_init(&server.opened,
		    uses & (PROVIDER_KEYRING | PROVIDER_SIGNER),
		    uses & SERVER_PAGES);
	if (e == OK)
		e = refusals_init(&server.refusals, program);
	if (e == OK) {
		server.stays = !gateway_is_cgi(g);
		e = workers_run(g, &kind, &server, idle_ms);
		opened_close(&server.opened);
		refusals_close(&server.refusals);
	}
	if (e != OK)
		log_fault("cannot start", "reason", err_name(e), NULL);
	gateway_close(&g);
	return e == OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
