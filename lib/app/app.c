#include "app/app.h"

#include "app/worker_pool.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/reason.h"
#include "base/secret.h"
#include "base/str.h"
#include "web/gateway.h"
#include "web/reply.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RETRY_AFTER "10" /* seconds */

/* Files when they were read. */
struct seen {
	struct stat conf;      /* latchkey.conf */
	struct stat templates; /* the directory */
	unsigned generation;   /* the store's files */
};

enum { IDLE_MAX_S = 86400 };

struct app {
	unsigned uses;
	const struct endpoint *endpoints;
	bool stays; /* FastCGI */

	pthread_mutex_t lock; /* of what follows; calls have copies of it */
	bool open;
	bool lost; /* the files of the store cannot be used */
	struct provider provider;
	struct templates *templates;
	struct seen seen;
};

/* A worker's call, and the copy of the app behind its provider and page. */
struct app_call {
	struct call call;
	struct app *app;
	bool has_copy;
	struct provider copy;
	struct templates *templates;
	struct seen seen;
};

static void
stat_file(struct stat *st, const char *dir, const char *name)
{
	char path[CONF_PATH_CAP + 16];

	*st = (struct stat){0};
	if (file_path(path, sizeof path, dir, name) != OK ||
	    stat(path, st) != 0)
		st->st_ino = 0;
}

static struct seen
look(const struct provider *p, const char *dir, unsigned uses)
{
	struct seen seen = {.generation = store_generation(p->store)};

	stat_file(&seen.conf, dir, "latchkey.conf");
	if (uses & APP_PAGES)
		stat_file(&seen.templates, dir, "templates");
	return seen;
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool
same_seen(const struct seen *a, const struct seen *b)
{
	return a->generation == b->generation &&
	       same_file(&a->conf, &b->conf) &&
	       same_file(&a->templates, &b->templates);
}

static void
app_close(struct app *app)
{
	templates_free(&app->templates);
	provider_close(&app->provider);
	app->open = false;
}

static void
app_open(struct app *app)
{
	char why[CONF_WHY_CAP] = "templates cannot be read";
	struct provider *p = &app->provider;
	enum err e;

	e = provider_open(p, conf_dir(NULL),
	    app->uses & (PROVIDER_KEYRING | PROVIDER_SIGNER), why, sizeof why);
	if (e == OK && (app->uses & APP_PAGES))
		e = templates_load(&app->templates, p->conf.dir);
	app->open = e == OK;
	if (app->open) {
		log_to_syslog(p->conf.log_syslog);
		return;
	}
	log_fault("cannot start", "reason", err_name(e), "why", why, NULL);
	app_close(app);
}

static void
load_conf_again(struct provider *p)
{
	char why[CONF_WHY_CAP] = "";
	struct conf conf;

	if (conf_load(&conf, p->conf.dir, why, sizeof why) != OK) {
		log_fault("settings not read again", "why", why, NULL);
		return;
	}
	p->conf = conf;
	log_to_syslog(conf.log_syslog);
}

static void
load_templates_again(struct app *app)
{
	struct templates *templates;

	if (!(app->uses & APP_PAGES) ||
	    templates_load(&templates, app->provider.conf.dir) != OK)
		return;
	templates_free(&app->templates);
	app->templates = templates;
}

/* Reads again what has changed; where that cannot be used, it is logged, and
 * what there was stands. */
static void
refresh(struct app *app, const struct seen *seen)
{
	load_conf_again(&app->provider);
	load_templates_again(app);
	app->seen = *seen;
}

/* The store's files were replaced: those that are there now are opened. False
 * if they cannot be. */
static bool
renew(struct app *app)
{
	char why[CONF_WHY_CAP] = "";
	enum err e = provider_renew(&app->provider,
	    app->uses & (PROVIDER_KEYRING | PROVIDER_SIGNER), why, sizeof why);

	app->lost = e != OK;
	if (app->lost)
		log_fault(
		    "cannot start", "reason", err_name(e), "why", why, NULL);
	return !app->lost;
}

/* What there is to open is open, and as it is now; false if it cannot be had.
 * The app is locked. */
static bool
keep_open(struct app *app)
{
	const char *dir = app->open ? app->provider.conf.dir : conf_dir(NULL);
	struct seen seen = look(&app->provider, dir, app->uses);

	if (!app->open) {
		app->seen = seen;
		app_open(app);
		return app->open;
	}
	if ((app->lost || seen.generation != app->seen.generation) &&
	    !renew(app))
		return false;
	if (!same_seen(&seen, &app->seen))
		refresh(app, &seen);
	return true;
}

/* Lets go of C's copy of the app. The app is locked. */
static void
drop_copy(struct app_call *c)
{
	templates_free(&c->templates);
	secret_wipe(&c->copy.keyring, sizeof c->copy.keyring);
	c->has_copy = false;
}

static void
take_copy(struct app_call *c)
{
	struct app *app = c->app;

	pthread_mutex_lock(&app->lock);
	drop_copy(c);
	if (keep_open(app)) {
		c->copy = app->provider;
		c->seen = app->seen;
		c->templates = templates_share(app->templates);
		c->call.page =
		    (struct page){&c->copy.conf, c->templates, catalogues};
		c->has_copy = true;
	}
	pthread_mutex_unlock(&app->lock);
}

/* Gives C the provider as it is now; false if it cannot be had. A worker has a
 * copy of its own, so that this takes no lock while nothing changes. */
static bool
is_provided(struct app_call *c)
{
	struct seen seen;

	if (c->has_copy) {
		seen = look(&c->copy, c->copy.conf.dir, c->app->uses);
		if (same_seen(&seen, &c->seen))
			return true;
	}
	take_copy(c);
	return c->has_copy;
}

/*
 * Whether the request is for PATH. The web server has chosen the program by
 * the URL already; what stands before is its business (an issuer's path, a
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

static const struct endpoint *
find_endpoint(const struct call *c, const struct endpoint *endpoints)
{
	/* A caller that tells no path at all (a test, a bare server) can only
	 * mean the one there is. */
	if (c->request.path[0] == '\0' && endpoints[1].path == NULL)
		return endpoints;
	for (; endpoints->path != NULL; endpoints++)
		if (path_matches(c, endpoints->path))
			return endpoints;
	return NULL;
}

static const char *
allowed_methods(const struct endpoint *ep)
{
	bool get = ep->methods & METHOD_GET, post = ep->methods & METHOD_POST;

	if (get && post)
		return "GET, HEAD, POST, OPTIONS";
	return get ? "GET, HEAD, OPTIONS" : "POST, OPTIONS";
}

/* An error nobody's serve function has seen: as a page, or as JSON. */
static void
refuse(struct call *c, enum err e, enum reason reason)
{
	call_log_refusal(c, e, reason, NULL);
	response_begin(&c->response, err_status(e));
	if (c->page.templates != NULL)
		page_error(&c->response, &c->page, e, reason);
	else
		reply_error(&c->response, e, reason);
}

static void
answer_options(struct call *c, const struct endpoint *ep)
{
	const char *allow = allowed_methods(ep);
	enum err e = cors_preflight(
	    &c->response, c->provider, &c->request, ep->cors, allow);

	if (e != OK)
		refuse(c, e, REASON_NONE);
	else
		response_header(&c->response, "Allow", allow);
}

static void
dispatch(struct call *c, const struct endpoint *ep)
{
	enum method method = c->request.method;
	enum err e = OK;

	if (method == METHOD_OPTIONS) {
		answer_options(c, ep);
		return;
	}
	if (!(ep->methods & (method == METHOD_HEAD ? METHOD_GET : method))) {
		refuse(c, ERR_METHOD_NOT_ALLOWED, REASON_NONE);
		response_header(&c->response, "Allow", allowed_methods(ep));
		return;
	}
	if (method == METHOD_POST)
		e = request_read_form(&c->request, c->exchange);
	if (e == OK) {
		call_set_caller(c, ep->path);
		ep->serve(c);
	} else
		refuse(c, e, REASON_BODY_UNREADABLE);
	if (cors_allow(&c->response, c->provider, &c->request, ep->cors) != OK)
		c->response.failed = true;
}

static void
answer_unavailable(struct call *c)
{
	struct response *r = &c->response;

	response_begin(r, 503);
	r->content_type = "text/plain; charset=utf-8";
	buf_printf(&r->body, "%s\n", message_text(catalogues, "unavailable"));
}

static void
answer(struct app_call *own)
{
	const struct app *app = own->app;
	struct call *c = &own->call;
	const struct endpoint *ep;
	bool every_path = app->uses & APP_EVERY_PATH;
	enum err e = every_path ? request_read_head(&c->request, c->exchange)
				: request_read(&c->request, c->exchange);

	if (!is_provided(own)) {
		answer_unavailable(c);
		return;
	}
	if (e != OK) {
		refuse(c, e, REASON_REQUEST_UNREADABLE);
		return;
	}
	c->now = clock_now();
	if (every_path) {
		app->endpoints->serve(c);
		return;
	}
	ep = find_endpoint(c, app->endpoints);
	if (ep != NULL)
		dispatch(c, ep);
	else
		refuse(c, ERR_NO_SUCH_PAGE, REASON_NONE);
}

static void *
call_make(void *arg)
{
	struct app *app = arg;
	struct app_call *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->app = app;
	c->call.provider = &c->copy;
	/* Before there is a request, so that none need wait; and not in
	 * app_run, whose stack would keep the memory. */
	if (app->stays)
		take_copy(c);
	return c;
}

static void
call_free(void *state)
{
	struct app_call *c = state;

	pthread_mutex_lock(&c->app->lock);
	drop_copy(c);
	pthread_mutex_unlock(&c->app->lock);
	free(c->call.kept);
	free(c);
}

static bool
call_serve(void *state, struct exchange *x)
{
	struct app_call *own = state;
	struct call *c = &own->call;

	c->exchange = x;
	c->late = false;
	response_begin(&c->response, 200);
	answer(own);
	if (c->response.status == 503)
		response_header(&c->response, "Retry-After", RETRY_AFTER);
	response_send(&c->response, x, c->request.method == METHOD_HEAD);
	request_wipe(&c->request);
	return c->late;
}

static size_t
workers_max(const void *state)
{
	const struct app_call *c = state;

	return c->has_copy ? c->copy.conf.workers : 1;
}

/* Whether requests under way may never end. No lock is taken, for they may
 * have it. */
static bool
may_hang(void *arg)
{
	struct app *app = arg;

	(void)store_generation(app->provider.store);
	return app->provider.store != NULL &&
	       store_is_lost(app->provider.store);
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
app_run(const char *program, unsigned uses, const struct endpoint *endpoints)
{
	static const struct worker_kind kind = {
	    call_make, call_free, call_serve, workers_max, may_hang};
	struct app app = {.uses = uses, .endpoints = endpoints};
	int64_t idle_ms = idle_exit_ms();
	struct gateway *g = NULL;
	enum err e;

	log_open(program);
	e = gateway_open(&g, idle_ms);
	if (e == OK && pthread_mutex_init(&app.lock, NULL) != 0)
		e = ERR_NO_MEMORY;
	if (e == OK) {
		app.stays = !gateway_is_cgi(g);
		e = workers_run(g, &kind, &app, idle_ms);
		app_close(&app);
		pthread_mutex_destroy(&app.lock);
	}
	if (e != OK)
		log_fault("cannot start", "reason", err_name(e), NULL);
	gateway_close(&g);
	return e == OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
