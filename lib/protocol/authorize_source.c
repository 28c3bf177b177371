#include "protocol/authorize_source.h"

#include "base/str.h"
#include "protocol/request_object.h"

#include <string.h>

/* --- pushed ----------------------------------------------------------------*/

struct pushed_look {
	struct pushed_presented by;
	int64_t now;
	struct pushed *pushed; /* large, so not in here */
	enum reason reason;
};

static enum err
pushed_look_step(struct store_txn *t, void *arg)
{
	struct pushed_look *l = arg;

	return pushed_get(t, &l->by, l->now, l->pushed, &l->reason);
}

static enum err
pushed_open_step(struct store_txn *t, void *arg)
{
	struct pushed_look *l = arg;

	return pushed_open(t, &l->by, l->now, l->pushed, &l->reason);
}

static enum err
parse_source_text(struct authorize_source *s)
{
	return form_parse(&s->form, s->text, strlen(s->text)) == OK
		   ? OK
		   : ERR_CORRUPT; /* it was one when it was written */
}

/* Only the first browser that comes with a request_uri makes a change. */
static enum err
read_pushed(struct authorize_source *s, const struct provider *p,
    const struct client *c, int64_t now, enum reason *reason)
{
	struct pushed pushed = {.opened = false};
	struct pushed_look l = {.by = {s->id, c->client_id, s->again},
	    .now = now,
	    .pushed = &pushed};
	enum err e = store_read(p->store, pushed_look_step, &l);

	if (e == OK && !pushed.opened)
		e = store_write(p->store, now, pushed_open_step, &l);
	if (e == OK)
		e = pushed_text(s->text, &pushed, &p->keyring);
	if (e == OK)
		e = parse_source_text(s);
	s->is_kept = e == OK;
	s->is_signed = e == OK && pushed.is_signed;
	s->is_pushed = e == OK && pushed.by_client;
	*reason = l.reason;
	return e;
}

/* --- in a request object ---------------------------------------------------*/

static enum err
read_signed_request(struct authorize_source *s, const struct provider *p,
    const char *object, const struct client *c, int64_t now,
    enum reason *reason)
{
	struct buf b;
	enum err e;

	buf_init(&b, s->text, sizeof s->text);
	e = request_object_read(&b, p, c, object, now, reason);
	s->is_signed = e == OK;
	return e;
}

struct object_keep {
	const struct client *client;
	struct pushed *pushed;
	int64_t now;
};

static enum err
object_keep_step(struct store_txn *t, void *arg)
{
	struct object_keep *k = arg;

	enum err e = pushed_keep(t, k->pushed, k->now);

	if (e == OK)
		pushed_bound(t, k->client, k->pushed, k->now);
	return e;
}

/* An object is good for minutes, and too long for each address of ours: the
 * browser goes on with a request_uri. */
static enum err
keep_object(struct authorize_source *s, const struct provider *p,
    const char *object, const struct client *c, int64_t now)
{
	struct pushed pushed = {.is_signed = true};
	struct object_keep k = {.client = c, .pushed = &pushed, .now = now};
	enum err e =
	    str_copy(pushed.client_id, sizeof pushed.client_id, c->client_id);

	if (e == OK)
		e = pushed_begin_object(&pushed, object, s->text, &p->keyring);
	if (e == OK)
		e = store_write(p->store, now, object_keep_step, &k);
	if (e != OK)
		return e;
	memcpy(s->id, pushed.id, FAMILY_ID_LEN);
	pushed_uri_make(s->request_uri, &pushed, &p->keyring);
	s->is_kept = true;
	return OK;
}

/* --- where -----------------------------------------------------------------*/

static void
begin_source(struct authorize_source *s, const struct form *sent)
{
	s->form = *sent;
	s->is_signed = s->is_kept = s->is_pushed = false;
	s->request_uri[0] = s->text[0] = '\0';
}

static enum err
find_pushed(struct authorize_source *s, const struct provider *p,
    const char *uri, const struct client *c, int64_t now, enum reason *reason)
{
	enum err e = pushed_uri_read(s->id, uri, &p->keyring, reason);

	if (e == OK)
		e = read_pushed(s, p, c, now, reason);
	if (e == OK)
		e = str_copy(s->request_uri, sizeof s->request_uri, uri);
	return e;
}

enum err
authorize_source_find(struct authorize_source *s, const struct provider *p,
    const struct form *sent, const struct client *c, int64_t now,
    enum reason *reason)
{
	const char *uri = form_get(sent, "request_uri");
	const char *object = form_get(sent, "request");
	enum err e;

	begin_source(s, sent);
	/* RFC 9101 5 */
	if (uri != NULL && object != NULL)
		return refused(REASON_REQUEST_TWICE, reason);
	if (uri != NULL)
		return pushed_uri_has_form(uri)
			   ? find_pushed(s, p, uri, c, now, reason)
			   : OK;
	if (object == NULL)
		return OK;
	e = read_signed_request(s, p, object, c, now, reason);
	if (e == OK)
		e = keep_object(s, p, object, c, now);
	return e == OK ? parse_source_text(s) : e;
}

enum err
authorize_source_push(struct authorize_source *s, const struct provider *p,
    const struct form *sent, const struct client *c, int64_t now,
    enum reason *reason)
{
	const char *object = form_get(sent, "request");
	enum err e;

	begin_source(s, sent);
	/* RFC 9126 2.1 */
	if (form_get(sent, "request_uri") != NULL)
		return refused_as(ERR_INVALID_REQUEST,
		    REASON_REQUEST_URI_UNSUPPORTED, reason);
	if (object == NULL)
		return OK;
	e = read_signed_request(s, p, object, c, now, reason);
	return e == OK ? parse_source_text(s) : e;
}
