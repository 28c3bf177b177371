#include "client_keys.h"

#include "base/fetch_call.h"
#include "base/file.h"
#include "base/str.h"
#include "jose/jwk.h"
#include "protocol/key_fetch.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *problem, *sentence;
} sentences[] = {
    {"unavailable", "libexec/fetch cannot be started, or has no libcurl"},
    {"bad_url", "this is no address on the web"},
    {"no_host", "its host name leads nowhere"},
    {"bad_address", "it is not on the internet"},
    {"no_connection", "nothing answers there"},
    {"bad_certificate",
	"its certificate is not trusted (ca_file in latchkey.conf)"},
    {"timeout", "it did not answer within 5 seconds"},
    {"too_long", "its answer is longer than 16 KiB"},
    {"broken", "its answer is no HTTP, or stops in the middle"},
    {"private_key", "a private key is there, which anybody can read: make a "
		    "new pair, and publish the public keys alone"},
    {"too_many_keys", "more than eight keys are there, or too long ones"},
    {"no_usable_key", "no key is there that can be used here: Ed25519, P-256, "
		      "RSA with 2048 to 4096 bits"},
    {"no_jwk_set", "what is there is no JWK set, {\"keys\": [...]}, with each "
		   "key whole and once (RFC 7517 5)"},
};

const char *
client_keys_sentence(const char *problem)
{
	for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
		if (str_equal(sentences[i].problem, problem))
			return sentences[i].sentence;
	/* A redirect as well, which is not followed. */
	return str_starts(problem, "status ")
		   ? "it answers with another status than 200"
		   : "it cannot be asked";
}

/* --- a file ----------------------------------------------------------------*/

static enum err
read_file(struct given_keys *g, const char *path, struct refusal *r)
{
	char text[JWK_SET_TEXT_MAX];
	size_t len;
	enum err e = file_read(path, 0, text, sizeof text, &len);

	if (e == OK)
		e = client_jwks_read(g->jwks, text, len);
	if (e == OK)
		return OK;
	return refusal_set(r, "--jwks", path,
	    e == ERR_FORBIDDEN     ? "has a private key; give the public keys "
				     "alone, and make a new pair"
	    : e == ERR_SYNTAX      ? "is no JWK set, {\"keys\": [...]}, with "
				     "each key whole and once (RFC 7517 5)"
	    : e == ERR_NO_SPACE    ? "is too long, or has too many keys"
	    : e == ERR_UNSUPPORTED ? "has no key that can be used here: "
				     "Ed25519, P-256, RSA with 2048 to 4096 "
				     "bits"
				   : "cannot be read");
}

/* --- an address ------------------------------------------------------------*/

static enum err
ask_address(struct given_keys *g, const struct admin *a, struct refusal *r)
{
	struct client at = {.is_site = false};
	char problem[CLIENT_KEYS_PROBLEM_CAP];
	enum err e;

	memcpy(at.jwks_uri, g->uri, sizeof at.jwks_uri);
	e = key_fetch_ask(&a->conf, &at, g->fetched, problem);
	if (e == OK)
		return OK;
	g->fetched[0] = '\0';
	if (e != ERR_IO)
		return refusal_set(
		    r, "--jwks-uri", g->uri, client_keys_sentence(problem));
	fprintf(stderr,
	    "latchkey: warning: --jwks-uri %s: %s (%s). The keys are fetched "
	    "when the app first signs in with one\n",
	    g->uri, client_keys_sentence(problem), problem);
	return OK;
}

static enum err
read_keys_address(struct given_keys *g, const struct admin *a,
    const struct args *args, struct refusal *r)
{
	enum err e = option_text(g->uri, sizeof g->uri, args, "--jwks-uri",
	    client_jwks_uri_refusal, r);

	return e == OK && g->uri[0] != '\0' ? ask_address(g, a, r) : e;
}

/* --- both ------------------------------------------------------------------*/

enum err
given_keys_read(struct given_keys *g, const struct admin *a,
    const struct args *args, struct refusal *r)
{
	const char *path = args_value(args, "--jwks");
	enum err e = OK;

	*g = (struct given_keys){.jwks = ""};
	if (path != NULL)
		e = read_file(g, path, r);
	return e == OK ? read_keys_address(g, a, args, r) : e;
}

/* With both there are two, which client_refusal says. */
enum err
given_keys_take(const struct given_keys *g, struct client *c)
{
	if (g->jwks[0] == '\0' && g->uri[0] == '\0')
		return OK;
	memcpy(c->jwks, g->jwks, sizeof c->jwks);
	return str_copy(c->jwks_uri, sizeof c->jwks_uri, g->uri);
}

enum err
given_keys_keep(struct store_txn *t, const struct given_keys *g,
    const struct client *c, int64_t now)
{
	struct client_keys kept;

	return g->fetched[0] == '\0'
		   ? OK
		   : client_keys_end(t, c, g->fetched, NULL, now, &kept);
}
