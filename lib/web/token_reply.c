#include "web/token_reply.h"

#include "base/json.h"
#include "web/refresh_cookie.h"
#include "web/reply.h"

void
token_reply_send(struct response *r, const struct conf *conf,
    const struct request *q, const char *client_id,
    const struct token_reply *reply)
{
	struct json_text t;

	json_text_begin(&t, &r->body);
	json_text_str(&t, "access_token", reply->access_token);
	if (reply->issued_token_type != NULL)
		json_text_str(
		    &t, "issued_token_type", reply->issued_token_type);
	json_text_str(&t, "token_type", reply->token_type);
	json_text_int(&t, "expires_in", reply->expires_in);
	json_text_str(&t, "scope", reply->scope);
	if (reply->id_token[0] != '\0')
		json_text_str(&t, "id_token", reply->id_token);
	if (reply->refresh_token[0] != '\0' && !reply->cookie)
		json_text_str(&t, "refresh_token", reply->refresh_token);
	if (reply->refresh_token[0] != '\0' && reply->cookie)
		refresh_cookie_set(r, conf, q, client_id, reply->refresh_token,
		    reply->cookie_max_age_s);
	json_text_end(&t);
	reply_json_text(r);
}
