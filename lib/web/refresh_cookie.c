#include "web/refresh_cookie.h"

#include "base/buf.h"
#include "base/secret.h"
#include "base/str.h"
#include "web/cookie.h"

#include <string.h>

#define NAME_START "latchkey-refresh-"

enum {
	ID_LEN = 12, /* bytes of a hash of the client_id */
	NAME_CAP = sizeof NAME_START + BASE64URL_CAP(ID_LEN),
	PATH_CAP = ISSUER_CAP + 16
};

struct refresh_cookie {
	struct cookie cookie;
	char name[NAME_CAP], path[PATH_CAP];
};

/* Below a path a cookie cannot be __Host-, so it goes to the endpoint alone. */
static void
init_refresh_cookie(struct refresh_cookie *c, const struct conf *conf)
{
	const char *path = conf_issuer_path(conf);
	struct buf b;

	buf_init(&b, c->path, sizeof c->path);
	buf_printf(&b, "%s/%s", path, *path != '\0' ? "refresh" : "");
	c->cookie = (struct cookie){
	    .name = c->name, .path = c->path, .same_site = SAME_SITE_STRICT};
}

static void
init_of_client(
    struct refresh_cookie *c, const struct conf *conf, const char *client_id)
{
	uint8_t hash[HASH_LEN];
	struct buf b;

	init_refresh_cookie(c, conf);
	secret_hash(hash, client_id, strlen(client_id));
	buf_init(&b, c->name, sizeof c->name);
	buf_puts(&b, NAME_START);
	buf_put_base64url(&b, hash, ID_LEN);
}

bool
refresh_cookie_get(char token[static OPAQUE_TOKEN_TEXT_CAP],
    const struct conf *conf, const struct request *q, const char *client_id)
{
	struct refresh_cookie c;

	init_of_client(&c, conf, client_id);
	return cookie_get(conf, q, &c.cookie, token, OPAQUE_TOKEN_TEXT_CAP);
}

void
refresh_cookie_drop(
    struct response *r, const struct conf *conf, const char *client_id)
{
	struct refresh_cookie c;

	init_of_client(&c, conf, client_id);
	cookie_set(r, conf, &c.cookie, "", 0);
}

/* The next cookie that Q brought for another app than OWN, into C. */
static bool
next_other(struct refresh_cookie *c, const struct conf *conf,
    const struct request *q, const char *own, const char **at)
{
	uint8_t id[ID_LEN];

	while (cookie_next(conf, q, &c->cookie, at, c->name, sizeof c->name))
		if (str_starts(c->name, NAME_START) &&
		    base64url_decode_exact(
			id, sizeof id, c->name + strlen(NAME_START)) == OK &&
		    !str_equal(c->name, own))
			return true;
	return false;
}

/* Browsers send those first that they were given first (RFC 6265 5.4). No more
 * than as many go with one answer: web servers bound its header. */
static void
drop_oldest(struct response *r, const struct conf *conf,
    const struct request *q, const char *own)
{
	struct refresh_cookie c;
	const char *at = NULL;
	size_t others = 0, drop;

	init_refresh_cookie(&c, conf);
	while (next_other(&c, conf, q, own, &at))
		others++;
	drop =
	    others < REFRESH_COOKIES_MAX ? 0 : others - REFRESH_COOKIES_MAX + 1;
	if (drop > REFRESH_COOKIES_MAX)
		drop = REFRESH_COOKIES_MAX;
	for (at = NULL; drop > 0 && next_other(&c, conf, q, own, &at); drop--)
		cookie_set(r, conf, &c.cookie, "", 0);
}

void
refresh_cookie_set(struct response *r, const struct conf *conf,
    const struct request *q, const char *client_id, const char *token,
    int64_t max_age_s)
{
	struct refresh_cookie c;

	init_of_client(&c, conf, client_id);
	drop_oldest(r, conf, q, c.name);
	cookie_set(r, conf, &c.cookie, token, max_age_s);
}
