/*
 * What every program in cgi-bin is: a table of endpoints, and one call to
 * server_run, which opens what the program may touch, serves until told to
 * stop, and closes. Under plain CGI that is one request.
 *
 * Where the provider cannot be opened (not initialised, another owner, disk
 * trouble) the program says why in the log, answers 503, and tries again. It
 * needs no restart once the cause is fixed (server/opened.h).
 *
 * With LATCHKEY_IDLE, a number of seconds, the program exits when nothing has
 * come for so long. start-programs holds the socket, in which a connection
 * waits, and starts the program again.
 */
#ifndef LK_SERVER_SERVER_H
#define LK_SERVER_SERVER_H

#include "protocol/provider.h"
#include "web/call.h"
#include "web/cors.h"

enum {
	SERVER_KEYRING = PROVIDER_KEYRING, /* reads DIR/secret.key */
	SERVER_SIGNER = PROVIDER_SIGNER,   /* reads DIR/keys */
	SERVER_PAGES = 1 << 8,             /* answers people: templates */
	/* Is asked about requests that are not for it: the one endpoint serves
	 * every path and method, and only the head has been read. */
	SERVER_EVERY_PATH = 1 << 9,
	/* May get any path: those of endpoints are compared whole, and one that
	 * ends in "*" means all that begin so. */
	SERVER_WHOLE_PATHS = 1 << 10,
	/* Bodies are JSON (call.request.body_text), not forms. */
	SERVER_JSON = 1 << 11
};

struct endpoint {
	const char *path; /* below the issuer: "/token" */
	unsigned methods; /* bits of enum method; GET brings HEAD */
	enum cors cors;
	void (*serve)(struct call *c);
};

/* ENDPOINTS ends with a NULL path. Returns main's exit status. */
int server_run(
    const char *program, unsigned uses, const struct endpoint *endpoints);

#endif
