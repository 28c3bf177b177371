#include "protocol/client_document.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/fetch_call.h"
#include "base/log.h"
#include "base/monotonic.h"
#include "base/permit.h"
#include "base/str.h"
#include "domain/document.h"
#include "domain/document_text.h"
#include "domain/document_url.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
	LOOK_AGAIN_MS = 50, /* at what another request reads */
	WAIT_MS = 8000,
	WAITING_MAX = 8 /* requests of this process that wait so */
};

/* --- what is known of it ---------------------------------------------------*/

struct document_look {
	const char *url;
	int64_t now;
	struct client *client;
	bool found, fresh;
};

static enum err
look_at_document_step(struct store_txn *t, void *arg)
{
	struct document_look *l = arg;
	struct document d;
	enum err e = client_get(t, l->url, l->client);

	l->found = e == OK;
	l->fresh = false;
	if (e != OK || l->client->source != CLIENT_OF_DOCUMENT)
		return e == ERR_NOT_FOUND ? OK : e;
	e = document_get(t, l->url, &d);
	l->fresh = e == OK && document_is_fresh(&d, l->now);
	return e == ERR_NOT_FOUND ? OK : e;
}

/* Its address and host, and nothing that it may do. */
static enum err
name_unread(struct client *c, const char *url)
{
	char host[ORIGIN_CAP];

	*c = (struct client){.source = CLIENT_OF_DOCUMENT};
	document_url_host(host, url);
	str_cut(c->name, sizeof c->name, host);
	return str_copy(c->client_id, sizeof c->client_id, url);
}

enum err
client_document_find(const struct provider *p, const char *client_id,
    int64_t now, struct client *c, enum reason *reason)
{
	struct document_look l = {.url = client_id, .now = now, .client = c};
	enum err e = store_read(p->store, look_at_document_step, &l);

	if (e != OK || (l.found && c->source != CLIENT_OF_DOCUMENT))
		return e;
	if (!document_url_is_one(client_id) || !conf_has_documents(&p->conf))
		return refused(REASON_CLIENT_ID_UNKNOWN, reason);
	if (document_url_refusal(client_id) != NULL)
		return refused(REASON_CLIENT_DOCUMENT_URL, reason);
	if (!document_is_allowed(&p->conf, client_id))
		return refused_as(ERR_INVALID_REQUEST,
		    REASON_CLIENT_DOCUMENT_NOT_ALLOWED, reason);
	if (l.fresh)
		return OK;
	e = name_unread(c, client_id);
	return e == OK ? ERR_NOT_FOUND : e;
}

struct reader_look {
	const struct session_cookie *cookie;
	int64_t now;
	struct session session;
	struct user *user;
};

static enum err
find_reader_step(struct store_txn *t, void *arg)
{
	struct reader_look *l = arg;

	return session_find(t, l->cookie, l->now, &l->session, l->user);
}

enum err
client_document_reader(const struct provider *p,
    const struct session_cookie *cookie, int64_t now, struct user *u)
{
	struct reader_look l = {.cookie = cookie, .now = now, .user = u};
	enum err e = ERR_LOGIN_REQUIRED;

	*u = (struct user){.name = ""};
	if (cookie != NULL)
		e = store_read(p->store, find_reader_step, &l);
	secret_wipe(&l.session, sizeof l.session);
	return e;
}

/* --- asked -----------------------------------------------------------------*/

static enum err
document_bad(
    struct client_document_reply *r, const char *member, const char *message)
{
	struct buf b;

	buf_init(&b, r->problem, sizeof r->problem);
	if (member != NULL)
		buf_printf(&b, "%s: ", member);
	buf_puts(&b, message);
	if (!buf_ok(&b))
		str_cut(r->problem, sizeof r->problem, message);
	return refused(REASON_CLIENT_DOCUMENT_INVALID, &r->reason);
}

/* application/json, or one of its kind. */
static bool
is_json_type(const char *type)
{
	const size_t len = strcspn(type, "; \t");

	return (len == 16 && strncasecmp(type, "application/json", len) == 0) ||
	       (len > 17 && strncasecmp(type, "application/", 12) == 0 &&
		   strncasecmp(type + len - 5, "+json", 5) == 0);
}

static enum err
judge_answer(struct client *c, const char *url, const struct fetch_reply *f,
    enum jwa default_alg, struct client_document_reply *r)
{
	struct metadata_fault fault;
	struct buf b;
	enum err e;

	buf_init(&b, r->problem, sizeof r->problem);
	if (f->outcome == FETCH_TOO_LONG)
		return document_bad(r, NULL, "longer than 5 KiB");
	if (f->outcome != FETCH_ANSWERED) {
		buf_puts(&b, fetch_outcome_name(f->outcome));
		return refused(REASON_CLIENT_DOCUMENT_UNREACHABLE, &r->reason);
	}
	if (f->status != 200) {
		buf_printf(&b, "status %d", f->status);
		return refused(REASON_CLIENT_DOCUMENT_UNREACHABLE, &r->reason);
	}
	if (!is_json_type(f->content_type))
		return document_bad(r, NULL, "is not application/json");
	e = document_text_read(c, url, f->body, f->len, default_alg, &fault);
	return e == ERR_INVALID_CLIENT_METADATA
		   ? document_bad(r, fault.member, fault.message)
		   : e;
}

static enum err
ask_for_document(const struct provider *p, struct client *c, const char *url,
    int64_t *fresh_s, struct client_document_reply *r)
{
	const struct fetch_call call = {.url = url,
	    .accept = "application/json",
	    .answer_max = DOCUMENT_TEXT_MAX,
	    .ca_file = p->conf.ca_file[0] != '\0' ? p->conf.ca_file : NULL};
	struct fetch_reply *f = malloc(sizeof *f);
	enum err e = ERR_NO_MEMORY;

	if (f != NULL) {
		permit_give_up();
		fetch_call_ask(&call, f);
		*fresh_s = f->fresh_s;
		e = judge_answer(c, url, f, p->conf.default_alg, r);
	}
	free(f);
	return e;
}

/* --- read, once at a time --------------------------------------------------*/

struct read_ctx {
	const char *url;
	char host[ORIGIN_CAP];
	int64_t now;
	int64_t wait_s;
	struct client *client; /* what was read; NULL: nothing was */
	int64_t fresh_s;
	struct document_read_by by;
};

/* ERR_EXISTS: another request has read it in the meantime. */
static enum err
begin_document_step(struct store_txn *t, void *arg)
{
	struct read_ctx *c = arg;
	struct document d;
	enum err e = document_get(t, c->url, &d);

	if (e == OK && document_is_fresh(&d, c->now))
		return ERR_EXISTS;
	return e == OK || e == ERR_NOT_FOUND
		   ? document_begin(
			 t, c->host, ASK_DOCUMENT, c->now, &c->wait_s)
		   : e;
}

static enum err
end_document_step(struct store_txn *t, void *arg)
{
	struct read_ctx *c = arg;
	enum err e = document_end(t, c->host, c->client == NULL, c->now);

	return e == OK && c->client != NULL
		   ? document_put(t, c->client, c->fresh_s, &c->by, c->now)
		   : e;
}

static enum err
look_at_host_step(struct store_txn *t, void *arg)
{
	const struct read_ctx *c = arg;

	return document_is_asked(t, c->host, c->now) ? ERR_BUSY : OK;
}

static atomic_int waiting_readers;

/* Until the one that asks the host at this moment has ended: then it may have
 * read this document, or it is our turn. */
static enum err
wait_for_turn(const struct provider *p, struct read_ctx *c)
{
	const int64_t end = monotonic_ms() + WAIT_MS;
	enum err e = ERR_BUSY;

	permit_give_up();
	while (e == ERR_BUSY && monotonic_ms() < end) {
		(void)poll(NULL, 0, LOOK_AGAIN_MS);
		c->now = clock_now();
		if (store_read(p->store, look_at_host_step, c) == ERR_BUSY)
			continue;
		e = store_write(p->store, c->now, begin_document_step, c);
	}
	return e;
}

/* OK: it is this request's to ask, or *READ: another one did. */
static enum err
begin_reading(const struct provider *p, struct read_ctx *c, bool *read,
    struct client_document_reply *r)
{
	enum err e = store_write(p->store, c->now, begin_document_step, c);

	if (e == ERR_BUSY) {
		if (atomic_fetch_add(&waiting_readers, 1) < WAITING_MAX)
			e = wait_for_turn(p, c);
		atomic_fetch_sub(&waiting_readers, 1);
	}
	*read = e == ERR_EXISTS;
	if (*read)
		return OK;
	if (e != ERR_BUSY && e != ERR_TOO_MANY_REQUESTS)
		return e;
	r->wait_s = later(c->wait_s, 1);
	return refused(REASON_CLIENT_DOCUMENT_BUSY, &r->reason);
}

static enum err
end_reading(const struct provider *p, struct read_ctx *c,
    struct client_document_reply *r)
{
	enum err e;

	c->now = clock_now();
	e = store_write(p->store, c->now, end_document_step, c);
	if (e == ERR_NO_SPACE) {
		log_note("client_documents_full", "client_id", c->url, NULL);
		return refused(REASON_CLIENT_DOCUMENT_BUSY, &r->reason);
	}
	/* An administrator has registered it in the meantime. */
	return e == ERR_EXISTS ? OK : e;
}

enum err
client_document_read(const struct provider *p, const char *url,
    const struct user *u, const char *address, int64_t now,
    struct client_document_reply *r)
{
	struct client client;
	struct read_ctx c = {.url = url,
	    .now = now,
	    .by = {.user = u->name, .user_id = u->user_id, .address = address}};
	bool read;
	enum err e, ended;

	*r = (struct client_document_reply){.reason = REASON_NONE};
	document_url_host(c.host, url);
	e = begin_reading(p, &c, &read, r);
	if (e != OK || read)
		return e;
	e = ask_for_document(p, &client, url, &c.fresh_s, r);
	if (e != OK && r->problem[0] != '\0')
		log_note("client_document_not_read", "client_id", url, "reason",
		    r->problem, NULL);
	c.client = e == OK ? &client : NULL;
	ended = end_reading(p, &c, r);
	return e == OK ? ended : e;
}
