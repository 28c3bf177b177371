/* latchkey client: the apps. */
#include "domain/client.h"
#include "admin.h"
#include "base/secret.h"
#include "base/str.h"
#include "client_certificate.h"
#include "client_files.h"
#include "client_options.h"
#include "client_show.h"
#include "domain/clients.h"
#include "groups.h"
#include "own_domain.h"
#include "prompt.h"
#include "recipe_cli.h"

#include <stdio.h>
#include <string.h>

/* What add and set have in common. */
#define SHARED_OPTIONS                                                         \
	{"--name", "NAME", false}, {"--link", "URL", false},                   \
	    {"--icon", "FILE", false}, {"--redirect-uri", "URI", true},        \
	    {"--post-logout-redirect-uri", "URI", true},                       \
	    {"--backchannel-logout-uri", "URI", false},                        \
	    {"--frontchannel-logout-uri", "URI", false},                       \
	    {"--secret-stdin", NULL, false},                                   \
	    {"--auth",                                                         \
		"client_secret_basic|client_secret_jwt|private_key_jwt|"       \
		"tls_client_auth|self_signed_tls_client_auth",                 \
		false},                                                        \
	    {"--tls-subject-dn", "DN", false},                                 \
	    {"--tls-san-dns", "NAME", false}, {"--tls-san-uri", "URI", false}, \
	    {"--tls-san-ip", "ADDRESS", false},                                \
	    {"--tls-san-email", "ADDRESS", false},                             \
	    {"--certificate", "FILE", true},                                   \
	    {"--auth-alg", "EdDSA|ES256|RS256|PS256|any", false},              \
	    {"--auth-aud", "issuer|endpoint", false},                          \
	    {"--jwks", "FILE", false}, {"--jwks-uri", "URL", false},           \
	    {"--alg", "EdDSA|RS256|HS256", false}, {"--grant", "GRANT", true}, \
	    {"--scope", "SCOPE", true}, {"--scope-text", "SCOPE=TEXT", true},  \
	    {"--claim", "CLAIM=SOURCE", true}, {"--group", "GROUP", true},     \
	    {"--audience", "URI", true}, {"--resource", "URI", true},          \
	    {"--exchange-for", "CLIENT", true},                                \
	    {"--introspect-any", NULL, false},                                 \
	    {"--no-introspect-any", NULL, false}, {"--trusted", NULL, false},  \
	    {"--refresh-retry", "instead|theft|default", false},               \
	    {"--no-pkce", NULL, false}, {"--cookie-refresh", NULL, false},     \
	    {"--no-trusted", NULL, false}, {"--pkce", NULL, false},            \
	    {"--require-factor", NULL, false},                                 \
	    {"--no-require-factor", NULL, false},                              \
	    {"--certificate-bound", NULL, false},                              \
	    {"--no-certificate-bound", NULL, false},                           \
	    {"--require-dpop", NULL, false},                                   \
	    {"--no-require-dpop", NULL, false},                                \
	    {"--require-par", NULL, false}, {"--no-require-par", NULL, false}, \
	    {"--require-jar", NULL, false}, {"--no-require-jar", NULL, false}, \
	{                                                                      \
		"--no-cookie-refresh", NULL, false                             \
	}

static const struct option del_options[] = {OPTION_YES, OPTION_END};
static const struct option json_option[] = {OPTION_JSON, OPTION_END};

static const struct option add_options[] = {
    {"--app", "NAME", false},
    {"--url", "URL", false},
    {"--public", NULL, false},
    SHARED_OPTIONS,
    OPTION_JSON,
    OPTION_END,
};

static const struct option set_options[] = {
    SHARED_OPTIONS,
    {"--add-redirect-uri", "URI", true},
    {"--remove-redirect-uri", "URI", true},
    {"--add-certificate", "FILE", true},
    {"--remove-certificate", "THUMBPRINT", true},
    {"--vouch", NULL, false},
    OPTION_JSON,
    OPTION_END,
};

static const struct option secret_options[] = {
    {"--secret-stdin", NULL, false},
    OPTION_JSON,
    OPTION_END,
};

static int
refuse_client(const struct admin *a, enum err e, const char *client_id)
{
	return admin_refuse(a, e, "client", client_id);
}

/* --- secrets ---------------------------------------------------------------*/

/* A new secret: from standard input if ARGS say so, else made. */
static int
choose_client_secret(
    char secret[static CLIENT_SECRET_CAP], const struct args *args)
{
	const char *message;

	if (!args_has(args, "--secret-stdin")) {
		client_secret_make(secret);
		return EXIT_DONE;
	}
	if (prompt_stdin(secret, CLIENT_SECRET_CAP) != OK)
		return admin_fail("no client secret could be read; give one "
				  "line of at most %d characters",
		    CLIENT_SECRET_CAP - 1);
	message = client_secret_refusal(secret);
	return message == NULL ? EXIT_DONE : admin_fail("%s", message);
}

/* --- add, set, secret, del -------------------------------------------------*/

/* One change of one client; the secret is there before the step and used if
 * the step finds that it must be. */
struct client_change {
	const char *client_id;
	const struct args *args;
	const struct recipe_choice *app; /* NULL: added without a recipe */
	struct client_files files;       /* read before the step, which may run
					  * twice */
	struct keyring keyring;
	char secret[CLIENT_SECRET_CAP];
	char asked_uri[URI_CAP];     /* the redirect URI, on the terminal */
	char unknown[CLIENT_ID_CAP]; /* named, and no client's */
	int64_t now;
	struct client client;
	bool secret_used;
	struct refusal refusal;
};

static enum err
add_client_step(struct store_txn *t, void *arg)
{
	struct client_change *s = arg;
	enum err e =
	    client_options_targets(t, &s->client, s->unknown, &s->refusal);

	if (e != OK)
		return e;
	clients_set_icon(t, &s->client, s->files.icon.bytes, s->files.icon.len);
	e = clients_add(t, &s->client, &(struct change){.now = s->now});
	return e == OK ? client_files_keep(t, &s->files, &s->client, s->now)
		       : e;
}

static enum err
apply_recipe(struct client_change *s)
{
	const char *message =
	    recipe_apply(&s->client, &s->app->recipe, s->app->url);

	return message == NULL
		   ? OK
		   : refusal_set(&s->refusal, "--url", s->app->url, message);
}

/* Asks for the redirect URI that an app needs and was not given, if a person
 * is there. */
static enum err
ask_redirect_uri(struct client_change *s)
{
	struct client *c = &s->client;
	const char *message;

	if (c->redirect_uris[0] != '\0' ||
	    (c->grants & GRANT_AUTHORIZATION_CODE) == 0 || !prompt_possible() ||
	    prompt_line("Redirect URI (the app's documentation has it)",
		s->asked_uri, sizeof s->asked_uri) != OK)
		return OK;
	message = uri_refusal(s->asked_uri);
	return message == NULL ? words_add(c->redirect_uris,
				     sizeof c->redirect_uris, s->asked_uri)
			       : refusal_set(&s->refusal, "--redirect-uri",
				     s->asked_uri, message);
}

static enum err
compose_client(const struct admin *a, struct client_change *s)
{
	struct client *c = &s->client;
	const char *message = client_id_refusal(s->client_id);
	enum err e = OK;

	if (message != NULL ||
	    str_copy(c->client_id, sizeof c->client_id, s->client_id) != OK)
		return refusal_set(
		    &s->refusal, "client", s->client_id, message);
	client_begin(c, a->conf.default_alg, args_has(s->args, "--public"));
	if (s->app != NULL)
		e = apply_recipe(s);
	if (e == OK)
		e = client_options_apply(c, s->args, &s->refusal);
	if (e == OK)
		e = client_files_take(c, &s->files, s->args, &s->refusal);
	if (e == OK)
		e = ask_redirect_uri(s);
	if (e == OK && !args_has(s->args, "--scope"))
		e = client_default_scope(c);
	if (s->app == NULL && !args_has(s->args, "--link"))
		client_default_link(c);
	if (e == OK)
		e = client_options_check(
		    c, args_has(s->args, "--secret-stdin"), &s->refusal);
	return e;
}

static int
give_secret(const struct admin *a, struct client_change *s)
{
	enum err e;
	int status;

	status = choose_client_secret(s->secret, s->args);
	if (status == EXIT_DONE)
		status = admin_keyring(a, &s->keyring);
	if (status != EXIT_DONE)
		return status;
	e = client_secret_set(&s->client, s->secret, &s->keyring);
	return e == OK ? EXIT_DONE : refuse_client(a, e, s->client_id);
}

static int
add_composed_client(struct admin *a, struct client_change *s)
{
	const bool made = client_has_secret(&s->client) &&
			  !args_has(s->args, "--secret-stdin");
	enum err e;
	int status = EXIT_DONE;

	if (client_has_secret(&s->client))
		status = give_secret(a, s);
	if (status == EXIT_DONE)
		status = admin_ensure_keys(
		    a, conf_access_token_alg(&a->conf, s->client.alg));
	if (status != EXIT_DONE)
		return status;
	e = store_write(a->store, a->now, add_client_step, s);
	if (e == ERR_INVALID_REQUEST)
		return admin_explain(&s->refusal);
	if (e != OK)
		return refuse_client(a, e, s->client_id);
	groups_warn_of_empty(a, s->client.groups);
	client_certificates_warn(a, &s->client);
	if (!args_has(s->args, "--no-trusted"))
		own_domain_hint(a, &s->client);
	if (s->app != NULL)
		return recipe_tell(s->app,
		    client_told(a, &s->client, made ? s->secret : NULL),
		    args_has(s->args, "--json"));
	return client_tell(a, &s->client, "added", made ? s->secret : NULL,
	    args_has(s->args, "--json"));
}

static int
add_client_change(struct admin *a, struct client_change *s)
{
	int status;

	s->now = a->now;
	status = client_files_read(&s->files, a, s->args, &s->refusal) == OK &&
			 compose_client(a, s) == OK
		     ? add_composed_client(a, s)
		     : admin_explain(&s->refusal);
	secret_wipe(s, sizeof *s);
	return status;
}

static int
add_client_of_app(struct admin *a, const struct args *args)
{
	struct recipe_choice app;
	struct client_change s = {.args = args, .app = &app};
	int status = recipe_choose(&app, a, args);

	if (status != EXIT_DONE)
		return status;
	s.client_id =
	    args->operand != NULL ? args->operand : app.recipe.client_id;
	return add_client_change(a, &s);
}

static int
add_client(struct admin *a, const struct args *args)
{
	struct client_change s = {.client_id = args->operand, .args = args};
	char asked[CLIENT_ID_CAP] = "";

	if (args_has(args, "--app"))
		return add_client_of_app(a, args);
	if (args_has(args, "--url"))
		return admin_misused("client add: --url goes with --app");
	if (args->operand == NULL && prompt_possible() &&
	    prompt_line("client_id of the app", asked, sizeof asked) == OK &&
	    asked[0] != '\0')
		s.client_id = asked;
	if (s.client_id == NULL)
		return admin_misused("client add: give an ID, or --app NAME");
	return add_client_change(a, &s);
}

/* The client that is to be changed: no site's, for it is the gate's. */
static enum err
find_changeable_client(struct store_txn *t, struct client_change *s)
{
	enum err e = clients_get(t, s->client_id, &s->client);

	if (e == ERR_UNSUPPORTED)
		return refusal_set(&s->refusal, NULL, NULL,
		    "this is a site: `latchkey site set` changes it, "
		    "`latchkey site del` removes it");
	return e;
}

static enum err
set_client_step(struct store_txn *t, void *arg)
{
	struct client_change *s = arg;
	struct client *c = &s->client;
	struct client was;
	enum err e;

	e = find_changeable_client(t, s);
	if (e != OK)
		return e;
	was = *c;
	e = client_options_apply(c, s->args, &s->refusal);
	if (e == OK)
		e = client_files_take(c, &s->files, s->args, &s->refusal);
	if (e == OK)
		e = client_options_edit(c, s->args, &s->refusal);
	if (e == OK)
		e = client_options_check(
		    c, args_has(s->args, "--secret-stdin"), &s->refusal);
	if (e == OK)
		e = client_options_targets(
		    t, &s->client, s->unknown, &s->refusal);
	if (e == OK && args_has(s->args, "--icon"))
		clients_set_icon(t, c, s->files.icon.bytes, s->files.icon.len);
	if (e == OK)
		e = clients_set(t, c, &was, s->secret,
		    args_has(s->args, "--secret-stdin"), &s->keyring,
		    &(struct change){.now = s->now}, &s->secret_used);
	return e == OK ? client_files_keep(t, &s->files, c, s->now) : e;
}

static enum err
client_secret_step(struct store_txn *t, void *arg)
{
	struct client_change *s = arg;
	enum err e;

	e = find_changeable_client(t, s);
	if (e == OK)
		e = client_options_check(&s->client, true, &s->refusal);
	if (e == OK)
		e = clients_set_secret(t, &s->client, s->secret, &s->keyring,
		    &(struct change){.now = s->now});
	s->secret_used = e == OK;
	return e;
}

/* Runs STEP with a new secret at hand, and tells what became of it. */
static int
change_client(struct admin *a, struct client_change *s, store_step *step,
    const char *done)
{
	int status;
	enum err e;

	s->now = a->now;
	status = choose_client_secret(s->secret, s->args);
	if (status == EXIT_DONE)
		status = admin_keyring(a, &s->keyring);
	if (status == EXIT_DONE) {
		e = store_write(a->store, a->now, step, s);
		if (e == ERR_INVALID_REQUEST)
			status = admin_explain(&s->refusal);
		else if (e != OK)
			status = refuse_client(a, e, s->client_id);
	}
	if (status == EXIT_DONE)
		status = client_tell(a, &s->client,
		    s->secret_used ? "has a new secret" : done,
		    s->secret_used && !args_has(s->args, "--secret-stdin")
			? s->secret
			: NULL,
		    args_has(s->args, "--json"));
	secret_wipe(s, sizeof *s);
	return status;
}

static enum err
find_client_step(struct store_txn *t, void *arg)
{
	struct client_change *s = arg;

	return client_get(t, s->client_id, &s->client);
}

static int
set_client(struct admin *a, const struct args *args)
{
	struct client_change s = {.client_id = args->operand, .args = args};
	struct client_change again = {.client_id = args->operand};
	const char *alg = args_value(args, "--alg");
	int status = EXIT_DONE;
	enum err e;

	if (!args_any(args))
		return admin_misused("client set: nothing to change");
	if (client_files_read(&s.files, a, args, &s.refusal) != OK)
		return admin_explain(&s.refusal);
	e = store_read(a->store, find_client_step, &s);
	if (e != OK)
		return refuse_client(a, e, args->operand);
	if (alg != NULL && jwa_issued_from_name(alg) != JWA_COUNT)
		status = admin_ensure_keys(a,
		    conf_access_token_alg(&a->conf, jwa_issued_from_name(alg)));
	if (status != EXIT_DONE)
		return status;
	client_options_warn(&s.client, args);
	status = change_client(a, &s, set_client_step, "changed");
	if (status != EXIT_DONE ||
	    store_read(a->store, find_client_step, &again) != OK)
		return status;
	if (args_has(args, "--group"))
		groups_warn_of_empty(a, again.client.groups);
	client_certificates_warn(a, &again.client);
	return status;
}

static int
new_client_secret(struct admin *a, const struct args *args)
{
	struct client_change s = {.client_id = args->operand, .args = args};

	return change_client(a, &s, client_secret_step, "has a new secret");
}

static enum err
del_client_step(struct store_txn *t, void *arg)
{
	struct client_change *s = arg;
	enum err e = find_changeable_client(t, s);

	return e == OK ? clients_remove(
			     t, s->client_id, &(struct change){.now = s->now})
		       : e;
}

static int
del_client(struct admin *a, const struct args *args)
{
	struct client_change s = {.client_id = args->operand, .now = a->now};
	enum err e;

	e = store_write(a->store, a->now, del_client_step, &s);
	if (e == ERR_INVALID_REQUEST)
		return admin_explain(&s.refusal);
	if (e != OK)
		return refuse_client(a, e, args->operand);
	printf("Client %s deleted, and what it was granted.\n", args->operand);
	return EXIT_DONE;
}

const struct verb client_verbs[] = {
    {"client", "add", "ID", true, false, add_options,
	"Registers an app, and prints what to type into it.", add_client},
    {"client", "apps", NULL, false, false, json_option,
	"Lists the apps that `client add --app` knows.", recipe_list},
    {"client", "list", NULL, false, false, json_option, "Lists all apps.",
	client_list},
    {"client", "show", "ID", false, false, json_option, "Shows one app.",
	client_show},
    {"client", "certificate", "FILE", false, START_AS_CALLER, json_option,
	"Shows what a certificate says, and its thumbprint.",
	client_certificate},
    {"client", "set", "ID", false, false, set_options,
	"Changes an app; a list that is given replaces the old one.",
	set_client},
    {"client", "secret", "ID", false, false, secret_options,
	"Gives an app a new secret; the old one stops working at once.",
	new_client_secret},
    {"client", "del", "ID", false, false, del_options,
	"Removes an app and all that was granted to it.", del_client},
    VERB_END,
};
