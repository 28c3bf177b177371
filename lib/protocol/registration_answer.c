#include "protocol/registration_answer.h"

#include "base/json.h"

static void
put_unless_empty(struct json_text *t, const char *name, const char *value)
{
	if (value[0] != '\0')
		json_text_str(t, name, value);
}

static void
put_words_unless_empty(struct json_text *t, const char *name, const char *words)
{
	if (words[0] != '\0')
		json_text_words(t, name, words);
}

/* The address of its registration is ours alone. */
static void
put_own_address(
    struct json_text *t, const struct conf *conf, const struct client *c)
{
	char url[ISSUER_CAP + CLIENT_ID_CAP + 16];
	struct buf b;

	buf_init(&b, url, sizeof url);
	buf_printf(&b, "%s/register/%s", conf->issuer, c->client_id);
	json_text_str(t, "registration_client_uri", url);
}

static void
put_grants(struct json_text *t, const struct client *c)
{
	char words[128];
	struct buf b;

	buf_init(&b, words, sizeof words);
	for (unsigned g = 1; g <= c->grants; g <<= 1)
		if (c->grants & g)
			buf_printf(&b, "%s%s", b.len > 0 ? " " : "",
			    grant_type_name((enum grant_type)g));
	json_text_words(t, "grant_types", words);
}

/* How it proves to be itself. */
static void
put_authentication(struct json_text *t, const struct registration_told *told)
{
	const struct client *c = told->client;

	json_text_str(t, "token_endpoint_auth_method",
	    told->secret_in_form ? "client_secret_post"
				 : auth_method_name(c->auth_method));
	if (c->auth_alg != AUTH_ALG_ANY)
		json_text_str(t, "token_endpoint_auth_signing_alg",
		    auth_alg_name(c->auth_alg));
	put_unless_empty(t, "jwks_uri", c->jwks_uri);
	if (c->jwks[0] != '\0') /* which is JSON, and ours */
		buf_printf(t->out, ",\"jwks\":%s", c->jwks);
}

void
registration_answer(struct buf *answer, const struct conf *conf,
    const struct registration_told *told)
{
	const struct client *c = told->client;
	struct json_text t;

	json_text_begin(&t, answer);
	json_text_str(&t, "client_id", c->client_id);
	json_text_int(&t, "client_id_issued_at", c->created_at);
	if (told->secret != NULL) {
		json_text_str(&t, "client_secret", told->secret);
		json_text_int(&t, "client_secret_expires_at", 0);
	}
	json_text_str(&t, "registration_access_token", told->access);
	put_own_address(&t, conf, c);
	json_text_str(&t, "client_name", c->name);
	put_unless_empty(&t, "client_uri", c->link);
	json_text_words(&t, "redirect_uris", c->redirect_uris);
	put_words_unless_empty(
	    &t, "post_logout_redirect_uris", c->post_logout_redirect_uris);
	put_unless_empty(
	    &t, "backchannel_logout_uri", c->backchannel_logout_uri);
	put_grants(&t, c);
	json_text_words(&t, "response_types", "code");
	put_authentication(&t, told);
	json_text_str(&t, "scope", c->scope);
	json_text_bool(&t, "dpop_bound_access_tokens", c->require_dpop);
	json_text_bool(
	    &t, "require_pushed_authorization_requests", c->require_par);
	json_text_bool(&t, "require_signed_request_object", c->require_jar);
	json_text_str(&t, "id_token_signed_response_alg", jwa_name(c->alg));
	json_text_end(&t);
}
