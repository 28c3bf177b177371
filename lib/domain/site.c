#include "domain/site.h"

#include "base/buf.h"
#include "base/str.h"
#include "store/record.h"

#include <string.h>

enum { SITE_VERSION = 1, SITE_RECORD_CAP = SITE_RULES_CAP + 64 };

const char *
site_origin_refusal(const char *origin, bool secure)
{
	char same[ORIGIN_CAP];
	const char *why;

	if (uri_origin(same, origin) != OK || !str_equal(same, origin))
		return "an origin is a scheme, a host in lower case, and a "
		       "port if it is not the usual one: "
		       "https://photos.example.org";
	why = uri_refusal(origin);
	if (why != NULL)
		return why;
	if (secure != uri_is_https(origin))
		return secure ? "the issuer is https, and so are its sites"
			      : "the issuer is http, and so are its sites";
	/* It is the client_id, too. */
	return client_id_refusal(origin);
}

static enum err
site_store(struct store_txn *t, struct site *s, int64_t now)
{
	uint8_t bytes[SITE_RECORD_CAP];
	struct record_writer w;
	enum err e;

	s->changed_at = now;
	record_begin(&w, bytes, sizeof bytes, SITE_VERSION);
	record_put_str(&w, s->rules.text);
	record_put_i64(&w, s->created_at);
	record_put_i64(&w, s->changed_at);
	e = record_end(&w);
	if (e == OK)
		store_put(t, TABLE_SITES, s->origin, strlen(s->origin), bytes,
		    w.len, 0);
	return e == OK ? store_failed(t) : e;
}

void
site_clear(struct site *s)
{
	s->origin[0] = '\0';
	s->created_at = s->changed_at = 0;
	site_rules_clear(&s->rules);
}

/* S holds a site already, or is empty. */
static enum err
site_decode(struct site *s, const void *key, size_t key_len,
    const struct store_value *v)
{
	char rules[SITE_RULES_CAP];
	struct record_reader r;

	if (str_copy_n(s->origin, sizeof s->origin, key, key_len) != OK)
		return ERR_CORRUPT;
	record_open(&r, v->bytes, v->len, SITE_VERSION);
	record_get_str(&r, rules, sizeof rules);
	s->created_at = record_get_i64(&r);
	s->changed_at = record_get_i64(&r);
	if (record_close(&r) != OK)
		return record_close(&r);
	return site_rules_parse(&s->rules, rules);
}

enum err
site_get(struct store_txn *t, const char *origin, struct site *s)
{
	size_t len = strlen(origin);
	struct store_value v;
	enum err e = ERR_NOT_FOUND;

	if (len > 0 && len < sizeof s->origin)
		e = store_get(t, TABLE_SITES, origin, len, &v);
	if (e == OK) {
		e = site_decode(s, origin, len, &v);
		if (e != OK)
			store_fail(t, e);
	}
	if (e != OK)
		site_clear(s);
	return e;
}

enum err
site_client(struct client *c, const char *origin)
{
	struct buf b;

	*c = (struct client){.is_site = true,
	    .trusted = true,
	    .alg = JWA_EDDSA,
	    .grants = GRANT_AUTHORIZATION_CODE};
	if (str_copy(c->client_id, sizeof c->client_id, origin) != OK ||
	    str_copy(c->name, sizeof c->name, origin) != OK ||
	    str_copy(c->scope, sizeof c->scope, "openid") != OK)
		return ERR_NO_SPACE;
	buf_init(&b, c->redirect_uris, sizeof c->redirect_uris);
	buf_printf(&b, "%s%s", origin, SITE_CALLBACK_PATH);
	buf_init(&b, c->post_logout_redirect_uris,
	    sizeof c->post_logout_redirect_uris);
	buf_printf(&b, "%s/", origin);
	return OK; /* both are longer than any client_id */
}

enum err
site_add(struct store_txn *t, struct site *s, struct client *c, int64_t now)
{
	enum err e = client_add(t, c, now);

	s->created_at = now;
	return e == OK ? site_store(t, s, now) : e;
}

enum err
site_put(struct store_txn *t, struct site *s, struct client *c, int64_t now)
{
	enum err e = client_put(t, c, now);

	return e == OK ? site_store(t, s, now) : e;
}

enum err
site_drop(struct store_txn *t, const char *origin)
{
	struct site s;
	enum err e;

	site_clear(&s);
	e = site_get(t, origin, &s);
	if (e != OK)
		return e;
	store_del(t, TABLE_SITES, origin, strlen(origin));
	return store_failed(t);
}

struct each {
	struct store_txn *t;
	site_visit *visit;
	void *arg;
};

static bool
each_record(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	struct each *each = arg;
	struct site s;
	enum err e;

	site_clear(&s);
	e = site_decode(&s, key, key_len, value);
	if (e != OK) {
		store_fail(each->t, e);
		return false;
	}
	return each->visit(each->arg, &s);
}

void
site_each(struct store_txn *t, site_visit *visit, void *arg)
{
	struct each each = {t, visit, arg};

	store_scan(t, TABLE_SITES, NULL, 0, each_record, &each);
}
