#include "protocol/authorize_source.h"

#include "base/str.h"

#include <string.h>

struct pushed_look {
	const uint8_t *id;
	const char *client_id;
	int64_t now;
	struct pushed *pushed; /* large, so not in here */
	enum reason reason;
};

static enum err
pushed_look_step(struct store_txn *t, void *arg)
{
	struct pushed_look *l = arg;

	return pushed_get(
	    t, l->id, l->client_id, l->now, l->pushed, &l->reason);
}

static enum err
pushed_open_step(struct store_txn *t, void *arg)
{
	struct pushed_look *l = arg;

	return pushed_open(
	    t, l->id, l->client_id, l->now, l->pushed, &l->reason);
}

/* Only the first browser that comes with a request_uri makes a change. */
static enum err
read_pushed(struct authorize_source *s, const struct provider *p,
    const struct client *c, int64_t now, enum reason *reason)
{
	struct pushed pushed;
	struct pushed_look l = {.id = s->id,
	    .client_id = c->client_id,
	    .now = now,
	    .pushed = &pushed};
	enum err e = store_read(p->store, pushed_look_step, &l);

	if (e == OK && !pushed.opened)
		e = store_write(p->store, now, pushed_open_step, &l);
	if (e == OK)
		e = pushed_text(s->text, &pushed, &p->keyring);
	if (e == OK && form_parse(&s->form, s->text, strlen(s->text)) != OK)
		e = ERR_CORRUPT; /* it was one when it was pushed */
	*reason = l.reason;
	return e;
}

enum err
authorize_source_find(struct authorize_source *s, const struct provider *p,
    const struct form *sent, const struct client *c, int64_t now,
    enum reason *reason)
{
	const char *uri = form_get(sent, "request_uri");
	enum err e;

	s->form = *sent;
	s->is_pushed = false;
	s->text[0] = '\0';
	if (uri == NULL || !pushed_uri_has_form(uri))
		return OK;
	e = pushed_uri_read(s->id, uri, &p->keyring, reason);
	if (e == OK)
		e = read_pushed(s, p, c, now, reason);
	s->is_pushed = e == OK;
	return e;
}
