#include "web/token_reply.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/secret.h"
#include "web/cookie.h"
#include "web/reply.h"

#include <string.h>

enum { NAME_CAP = 48, PATH_CAP = ISSUER_CAP + 16 };

/* A cookie of its own for each app: SameSite=Strict, and sent to the refresh
 * endpoint alone. */
struct refresh_cookie {
	struct cookie cookie;
	char name[NAME_CAP], path[PATH_CAP];
};

static void
refresh_cookie_init(
    struct refresh_cookie *c, const struct conf *conf, const char *client_id)
{
	uint8_t hash[HASH_LEN];
	struct buf b;

	secret_hash(hash, client_id, strlen(client_id));
	buf_init(&b, c->name, sizeof c->name);
	buf_puts(&b, "latchkey-refresh-");
	buf_put_base64url(&b, hash, 12);
	buf_init(&b, c->path, sizeof c->path);
	buf_printf(&b, "%s/refresh", conf_issuer_path(conf));
	c->cookie = (struct cookie){
	    .name = c->name, .path = c->path, .same_site = SAME_SITE_STRICT};
}

bool
refresh_cookie_get(char token[static TOKEN_TEXT_CAP], const struct conf *conf,
    const struct request *q, const char *client_id)
{
	struct refresh_cookie c;

	refresh_cookie_init(&c, conf, client_id);
	return cookie_get(conf, q, &c.cookie, token, TOKEN_TEXT_CAP);
}

void
refresh_cookie_drop(
    struct response *r, const struct conf *conf, const char *client_id)
{
	struct refresh_cookie c;

	refresh_cookie_init(&c, conf, client_id);
	cookie_set(r, conf, &c.cookie, "", 0);
}

void
token_reply_send(struct response *r, const struct conf *conf,
    const char *client_id, const struct token_reply *reply)
{
	struct refresh_cookie cookie;
	struct json_text t;

	json_text_begin(&t, &r->body);
	json_text_str(&t, "access_token", reply->access_token);
	json_text_str(&t, "token_type", "Bearer");
	json_text_int(&t, "expires_in", reply->expires_in);
	json_text_str(&t, "scope", reply->scope);
	if (reply->id_token[0] != '\0')
		json_text_str(&t, "id_token", reply->id_token);
	if (reply->refresh_token[0] != '\0' && !reply->cookie)
		json_text_str(&t, "refresh_token", reply->refresh_token);
	if (reply->refresh_token[0] != '\0' && reply->cookie) {
		refresh_cookie_init(&cookie, conf, client_id);
		cookie_set(r, conf, &cookie.cookie, reply->refresh_token,
		    reply->cookie_max_age_s);
	}
	json_text_end(&t);
	reply_json_text(r);
}
