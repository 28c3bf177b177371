/*
 * token: the token endpoint. Codes, refresh tokens and client credentials in,
 * signed tokens out. It has what that takes, store and keys, and so it is the
 * one that says whether they are in order (/health).
 */
#include "base/reason.h"
#include "protocol/health.h"
#include "server/token_answer.h"
#include "web/reply.h"

#include <jansson.h>

static void
token_serve(struct call *c)
{
	struct token_request q;
	enum reason reason = REASON_NONE;
	enum err e;

	e = token_request_parse(&q, &c->caller, &reason);
	(void)token_answer(c, &q, e, reason);
	token_request_wipe(&q);
}

/* What the web server has told of a certificate, so that `latchkey check` can
 * see whether it does, and that no client can. */
static const char *
certificate_told(const struct caller *who)
{
	if (who->certificate == NULL)
		return "none";
	return who->certificate_verified ? "verified" : "unverified";
}

/* Nothing about what is wrong, which is in the log. */
static void
health_serve(struct call *c)
{
	enum reason reason;
	enum err e = health_look(c->provider, &reason);
	json_t *answer =
	    json_pack("{s:s}", "status", e == OK ? "pass" : "fail");

	if (e != OK)
		call_log_refusal(c, e, reason, NULL);
	if (c->caller.certificate_told)
		json_object_set_new(answer, "client_certificate",
		    json_string(certificate_told(&c->caller)));
	reply_json(&c->response, e == OK ? 200 : 503, answer);
}

static const struct endpoint endpoints[] = {
    {"/token", METHOD_POST, CORS_CLIENTS, token_serve},
    {"/health", METHOD_GET, CORS_NONE, health_serve},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(void)
{
	return server_run("token", SERVER_KEYRING | SERVER_SIGNER, endpoints);
}
