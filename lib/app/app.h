/*
 * What every program in cgi-bin is: a table of endpoints, and one call to
 * app_run, which opens what the program may touch, serves until told to stop,
 * and closes. Under plain CGI that is one request.
 *
 * Where the provider cannot be opened (not initialised, another owner, disk
 * trouble) the program says why in the log, answers 503, and tries again: what
 * an administrator mends needs no restart. Settings and templates are read
 * again when latchkey.conf or the directory of templates has changed.
 *
 * A program that has loaded libcrypto, which no process gets rid of again,
 * starts itself anew when nothing has come for a while: same process, same
 * socket, and small.
 */
#ifndef LK_APP_APP_H
#define LK_APP_APP_H

#include "protocol/provider.h"
#include "web/cors.h"
#include "web/page.h"
#include "web/request.h"
#include "web/response.h"
#include "web/template.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

enum {
	APP_KEYRING = PROVIDER_KEYRING, /* reads DIR/secret.key */
	APP_SIGNER = PROVIDER_SIGNER,   /* reads DIR/keys */
	APP_PAGES = 1 << 8,             /* answers people: templates */
	/* Is asked about requests that are not for it: the one endpoint serves
	 * every path and method, and only the head has been read. */
	APP_EVERY_PATH = 1 << 9
};

struct app;

/* One request on its way; one a worker. */
struct call {
	struct app *app;
	unsigned uses;
	/* The provider as it was when the request came: settings that change
	 * under way do not change it. */
	const struct provider *provider;
	struct page page;          /* with APP_PAGES */
	struct exchange *exchange; /* until the request is served */
	struct request request;
	struct response response; /* begun with status 200 */
	int64_t now;              /* Unix seconds */
	bool late;  /* the answer leaves late (app/held.h): to a guess */
	void *kept; /* the program's, from one request to the next; freed with
		     * the call */

	/* app.c's: behind provider and page */
	bool has_copy;
	struct provider copy;
	struct templates *templates;
	struct seen {
		struct stat conf;      /* latchkey.conf */
		struct stat templates; /* the directory */
		unsigned generation;   /* the store's files */
	} seen;                        /* when they were read */
};

struct endpoint {
	const char *path; /* below the issuer: "/token" */
	unsigned methods; /* bits of enum method; GET brings HEAD */
	enum cors cors;
	void (*serve)(struct call *c);
};

/* ARGV is main's; ENDPOINTS ends with a NULL path. Returns main's exit status.
 */
int app_run(char **argv, const char *program, unsigned uses,
    const struct endpoint *endpoints);

/* One line in the log about a refusal: the error's word, the reason, who. */
void app_log_refusal(const struct call *c, enum err e, const char *reason,
    const char *client_id);

/* Logs what was answered and is worth a line all the same. */
void app_log_event(
    const struct call *c, const char *what, const char *client_id);

#endif
