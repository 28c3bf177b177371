#include "client_show.h"

#include "jose/jwk.h"
#include "list.h"

#include <stdio.h>
#include <string.h>

static const struct column client_list_columns[] = {
    {"client_id", "CLIENT", false},
    {"client_name", "NAME", false},
    {"public", "PUBLIC", false},
    {"id_token_signed_response_alg", "ALG", false},
    {"grant_types", "GRANTS", false},
    {"redirect_uris", "REDIRECT URIS", false},
    COLUMN_END,
};

static const struct column client_show_columns[] = {
    {"client_id", "client_id", false},
    {"client_name", "name", false},
    {"public", "public", false},
    {"token_endpoint_auth_method", "authentication", false},
    {"key_ids", "keys", false},
    {"client_uri", "link", false},
    {"icon", "icon", false},
    {"redirect_uris", "redirect URIs", false},
    {"post_logout_redirect_uris", "post-logout redirect URIs", false},
    {"grant_types", "grants", false},
    {"scope", "scope", false},
    {"scope_texts", "scope texts", false},
    {"groups", "groups", false},
    {"audience", "audience", false},
    {"resources", "resources", false},
    {"introspect_any", "asks about any token", false},
    {"id_token_signed_response_alg", "alg", false},
    {"trusted", "trusted", false},
    {"require_factor", "needs second factor", false},
    {"pkce", "PKCE required", false},
    {"cookie_refresh", "refresh token in a cookie", false},
    {"refresh_retry", "retried refresh token", false},
    {"client_id_issued_at", "created", true},
    {"updated_at", "changed", true},
    COLUMN_END,
};

/* `public` says in one word what follows from the method. */
static json_t *
begin_client(const struct client *c)
{
	return json_pack("{s:n, s:n, s:b}", "client_id", "client_name",
	    "public", client_is_public(c));
}

/* What the keys of C are called: each by its kid, or by its thumbprint. */
static json_t *
key_ids(const struct client *c)
{
	json_t *ids = json_array();
	struct jwk_set set;

	if (jwk_set_read(&set, c->jwks, strlen(c->jwks)) != OK)
		return ids; /* or no libcrypto here */
	for (size_t i = 0; i < set.count; i++) {
		struct public_key *k = &set.keys[i];

		if (k->kid[0] != '\0' || public_key_thumbprint(k->kid, k) == OK)
			json_array_append_new(ids, json_string(k->kid));
	}
	return ids;
}

static json_t *
client_json(const struct client *c)
{
	json_t *shown = list_show(begin_client(c), &client_record, c);

	if (c->jwks[0] != '\0') {
		json_object_set_new(
		    shown, "jwks", json_loads(c->jwks, 0, NULL));
		json_object_set_new(shown, "key_ids", key_ids(c));
	}
	return shown;
}

json_t *
client_told(const struct admin *a, const struct client *c, const char *secret)
{
	json_t *told = client_json(c);

	if (secret != NULL)
		json_object_set_new(told, "client_secret", json_string(secret));
	json_object_set_new(told, "issuer", json_string(a->conf.issuer));
	return told;
}

int
client_tell(const struct admin *a, const struct client *c, const char *done,
    const char *secret, bool as_json)
{
	if (as_json)
		return output_json(client_told(a, c, secret));
	printf("Client %s %s. To be typed into the app:\n", c->client_id, done);
	printf("  client_id      %s\n", c->client_id);
	if (secret != NULL)
		printf("  client_secret  %s  (shown this once)\n", secret);
	printf("  issuer         %s\n", a->conf.issuer);
	printf("  discovery      %s/.well-known/openid-configuration\n",
	    a->conf.issuer);
	return EXIT_DONE;
}

/* --- list, show ------------------------------------------------------------*/

static enum err
begin_client_row(struct list_row *row, const void *record)
{
	const struct client *c = record;

	if (c->is_site)
		return ERR_NOT_FOUND; /* `latchkey site list` has those */
	row->json = begin_client(c);
	return OK;
}

static const struct list_noun client_noun = {
    .kind = "client",
    .type = &client_record,
    .columns = client_list_columns,
    .begin = begin_client_row,
};

int
client_list(struct admin *a, const struct args *args)
{
	return list_run(a, &client_noun, NULL, NULL, args_has(args, "--json"));
}

struct client_lookup {
	const char *client_id;
	struct client client;
};

static enum err
look_up_client_step(struct store_txn *t, void *arg)
{
	struct client_lookup *l = arg;

	return client_get(t, l->client_id, &l->client);
}

int
client_show(struct admin *a, const struct args *args)
{
	struct client_lookup l = {.client_id = args->operand};
	enum err e = store_read(a->store, look_up_client_step, &l);

	if (e != OK)
		return admin_refuse(a, e, "client", args->operand);
	return output_record(client_json(&l.client), client_show_columns,
	    args_has(args, "--json"));
}
