/*
 * Recipes: what is known of one app as a client, a file an app;
 * latchkey-app(5) describes the format. They are compiled in from data/apps/;
 * a file DIR/apps/NAME.conf in the data directory replaces one, or adds one.
 */
#ifndef LK_DOMAIN_RECIPE_H
#define LK_DOMAIN_RECIPE_H

#include "base/buf.h"
#include "base/err.h"
#include "domain/client.h"
#include "jose/jwa.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	RECIPE_NAME_CAP = 64,
	RECIPE_MAX = 16384, /* bytes of a file */
	RECIPE_MESSAGE_CAP = 1536,
	RECIPE_CLAIMS_CAP = 512,
	RECIPE_SOURCES_CAP = 4096,
	RECIPE_TRIED_CAP = 64
};

/* The compiled-in ones, made by the Makefile: ends with a NULL name. */
struct recipe_builtin {
	const char *name, *text;
};
extern const struct recipe_builtin recipe_builtins[];

/* How the app authenticates at the token endpoint. Any confidential client may
 * do either; the recipe says which it does, for who reads it. */
enum recipe_auth {
	RECIPE_AUTH_BASIC,
	RECIPE_AUTH_POST,
	RECIPE_AUTH_NONE, /* a public client */
	RECIPE_AUTH_COUNT
};

struct recipe {
	char name[RECIPE_NAME_CAP];        /* of the file, without .conf */
	char title[CLIENT_NAME_CAP];       /* in lists */
	char client_name[CLIENT_NAME_CAP]; /* on the consent page */
	char client_id[CLIENT_ID_CAP];     /* unless another is given */
	char link[URI_CAP]; /* where people open it, with {url} in it */
	char redirect_uris[URI_LIST_CAP]; /* word lists, with {url} in them */
	char post_logout_redirect_uris[URI_LIST_CAP];
	char backchannel_logout_uri[URI_CAP]; /* with {url} in it */
	char audience[URI_CAP]; /* `aud` of access tokens, with {url} in it */
	char scope[SCOPE_CAP];
	char claims[RECIPE_CLAIMS_CAP];   /* word list: what the app reads */
	char sources[RECIPE_SOURCES_CAP]; /* word list of URLs */
	enum recipe_auth auth;
	enum jwa alg;
	unsigned grants; /* 0: the usual ones */
	bool pkce;
	bool introspect_any;
	char tried[RECIPE_TRIED_CAP]; /* of the app, the version; "": untried */
	char
	    settings[RECIPE_MAX]; /* what to enter into the app, with {words} */
};

/* What the {words} of a recipe stand for. issuer_host is the issuer without
 * its scheme. */
struct recipe_values {
	const char *url, *issuer, *issuer_host, *discovery;
	const char *client_id, *client_secret;
};

/* Whether S can be the name of a recipe, and so of a file: [a-z0-9-]+ */
bool recipe_name_valid(const char *s);

/*
 * Reads the recipe NAME, of the data directory DIR or compiled in. *OWN tells
 * which. ERR_NOT_FOUND; on any other error MESSAGE says what is wrong, with
 * file and line: ERR_SYNTAX, ERR_PERMISSION, ERR_IO.
 */
enum err recipe_load(struct recipe *r, const char *dir, const char *name,
    bool *own, char message[static RECIPE_MESSAGE_CAP]) MUST_CHECK;

/* Whether the recipe needs the app's address. */
bool recipe_needs_url(const struct recipe *r);

/* Appends PATTERN, one of the recipe's texts, with its {words} replaced. */
void recipe_fill(
    struct buf *out, const char *pattern, const struct recipe_values *v);

/* "client_secret_basic", "client_secret_post", "none". */
const char *recipe_auth_name(enum recipe_auth auth);

#endif
