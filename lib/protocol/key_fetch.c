#include "protocol/key_fetch.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/fetch_call.h"
#include "base/log.h"
#include "base/monotonic.h"
#include "base/permit.h"
#include "base/str.h"
#include "domain/document.h"
#include "domain/document_url.h"
#include "jose/jwk.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
	LOOK_AGAIN_MS = 50, /* at what another one fetches */
	WAIT_MS = 8000,
	/* Requests of this process that wait so; more are answered by what is
	 * there, or strangers' assertions could take all workers. */
	WAITING_MAX = 8
};

/* --- one request -----------------------------------------------------------*/

static const char *
problem_of(enum err e)
{
	return e == ERR_FORBIDDEN     ? "private_key"
	       : e == ERR_NO_SPACE    ? "too_many_keys"
	       : e == ERR_UNSUPPORTED ? "no_usable_key"
				      : "no_jwk_set";
}

static enum err
judge_keys(const struct fetch_reply *r, char jwks[static CLIENT_JWKS_CAP],
    char problem[static CLIENT_KEYS_PROBLEM_CAP])
{
	struct buf b;
	enum err e;

	buf_init(&b, problem, CLIENT_KEYS_PROBLEM_CAP);
	if (r->outcome != FETCH_ANSWERED) {
		buf_puts(&b, fetch_outcome_name(r->outcome));
		return ERR_IO;
	}
	if (r->status != 200) {
		buf_printf(&b, "status %d", r->status);
		return ERR_IO;
	}
	e = client_jwks_read(jwks, r->body, r->len);
	if (e != OK)
		buf_puts(&b, problem_of(e));
	return e;
}

enum err
key_fetch_ask(const struct conf *conf, const struct client *c,
    char jwks[static CLIENT_JWKS_CAP],
    char problem[static CLIENT_KEYS_PROBLEM_CAP])
{
	const struct fetch_call call = {.url = c->jwks_uri,
	    /* What strangers name is on the internet alone. */
	    .any_address = !client_is_stranger(c),
	    .accept = "application/jwk-set+json, application/json",
	    .answer_max = JWK_SET_TEXT_MAX,
	    .ca_file = conf->ca_file[0] != '\0' ? conf->ca_file : NULL};
	struct fetch_reply *r = malloc(sizeof *r);
	enum err e = ERR_NO_MEMORY;

	jwks[0] = problem[0] = '\0';
	if (r != NULL) {
		permit_give_up();
		fetch_call_ask(&call, r);
		e = judge_keys(r, jwks, problem);
	}
	free(r);
	return e;
}

/* --- what is kept ----------------------------------------------------------*/

struct key_fetch_ctx {
	const struct client *client;
	int64_t now;
	const char *jwks, *problem;
	struct client_keys *keys;
	char host[ORIGIN_CAP]; /* of the client's address */
};

static enum err
look_at_keys_step(struct store_txn *t, void *arg)
{
	struct key_fetch_ctx *f = arg;

	return client_keys_get(t, f->client, f->keys);
}

/* Addresses of strangers are asked as seldom as their documents are, and are
 * counted apart. */
static enum err
begin_keys_step(struct store_txn *t, void *arg)
{
	struct key_fetch_ctx *f = arg;
	const bool bounded = client_is_stranger(f->client);
	int64_t wait_s;
	enum err e = OK;

	if (bounded)
		e = document_begin(t, f->host, ASK_KEYS, f->now, &wait_s);
	if (e != OK)
		return e == ERR_TOO_MANY_REQUESTS ? ERR_BUSY : e;
	e = client_keys_begin(t, f->client, f->now, f->keys);
	if (e == ERR_BUSY && bounded &&
	    document_end(t, f->host, false, f->now) != OK)
		e = store_failed(t);
	return e;
}

static enum err
end_keys_step(struct store_txn *t, void *arg)
{
	struct key_fetch_ctx *f = arg;
	enum err e = OK;

	if (client_is_stranger(f->client))
		e = document_end(t, f->host, f->jwks == NULL, f->now);
	return e == OK ? client_keys_end(
			     t, f->client, f->jwks, f->problem, f->now, f->keys)
		       : e;
}

/* Fetches and keeps, unless another one does, or did a moment ago. OK: K was
 * fetched just now. */
static enum err
renew_keys(const struct provider *p, const struct client *c, int64_t now,
    struct client_keys *k)
{
	struct key_fetch_ctx f = {.client = c, .now = now, .keys = k};
	char jwks[CLIENT_JWKS_CAP], problem[CLIENT_KEYS_PROBLEM_CAP];
	enum err e, kept;

	if (!client_keys_may_ask(k, now))
		return ERR_BUSY;
	document_url_host(f.host, c->jwks_uri);
	e = store_write(p->store, now, begin_keys_step, &f);
	if (e != OK)
		return e;
	e = key_fetch_ask(&p->conf, c, jwks, problem);
	if (e != OK)
		log_note("client_keys_not_fetched", "client_id", c->client_id,
		    "reason", problem, NULL);
	f.jwks = e == OK ? jwks : NULL;
	f.problem = problem;
	f.now = clock_now();
	kept = store_write(p->store, f.now, end_keys_step, &f);
	return kept != OK ? kept : e;
}

enum err
key_fetch_kept(const struct provider *p, const struct client *c, int64_t now,
    struct client_keys *k)
{
	struct key_fetch_ctx f = {.client = c, .keys = k};
	enum err e = store_read(p->store, look_at_keys_step, &f);

	/* Without a newer one the old one is good. */
	if (e == OK && client_keys_are_old(k, now))
		(void)renew_keys(p, c, now, k);
	return e;
}

static atomic_int waiting;

/* Until the one that fetches K has ended. */
static void
wait_for_keys(
    const struct provider *p, const struct client *c, struct client_keys *k)
{
	struct key_fetch_ctx f = {.client = c, .keys = k};
	const int64_t end = monotonic_ms() + WAIT_MS;

	permit_give_up();
	do {
		(void)poll(NULL, 0, LOOK_AGAIN_MS);
		if (store_read(p->store, look_at_keys_step, &f) != OK)
			return;
	} while (client_keys_are_asked(k, clock_now()) && monotonic_ms() < end);
}

enum err
key_fetch_newer(const struct provider *p, const struct client *c, int64_t now,
    struct client_keys *k)
{
	struct key_fetch_ctx f = {.client = c, .keys = k};
	struct client_keys had = *k;
	enum err e = renew_keys(p, c, now, k);

	/* It may have begun after K was read. */
	if (e == ERR_BUSY)
		e = store_read(p->store, look_at_keys_step, &f);
	if (e == OK && client_keys_are_asked(k, now)) {
		if (atomic_fetch_add(&waiting, 1) < WAITING_MAX)
			wait_for_keys(p, c, k);
		atomic_fetch_sub(&waiting, 1);
	}
	return e == OK && k->jwks[0] != '\0' && !str_equal(k->jwks, had.jwks)
		   ? OK
		   : ERR_NOT_FOUND;
}
