#include "interaction/account_events.h"

#include "interaction/own_parts.h"
#include "protocol/account_events.h"
#include "web/date.h"

static json_t *
show_event(struct interaction *i, const struct account_event *event)
{
	const struct catalogue *c = i->call->page.catalogue;
	const struct audit *a = &event->line;
	const char *text = message_part(c, "event", a->event, NULL);
	struct json_build b;

	json_begin(&b);
	json_put_str(
	    &b, "what", text != NULL ? text : own_text(i, "event.other"));
	json_put_str(&b, "word", text != NULL ? "" : a->event);
	json_put_str(&b, "app", event->app);
	json_put_str(&b, "by", a->by);
	json_put_str(&b, "address", a->address);
	date_put(&b, "at", a->at, &i->call->page);
	return json_finish(&b);
}

static void
put_events(struct interaction *i, struct json_build *b)
{
	const struct account_events *f = own_state(i)->data;
	json_t *list = json_array();

	for (size_t n = 0; n < f->count; n++)
		json_array_append_new(list, show_event(i, &f->list[n]));
	json_put(b, "events", list);
	own_put_link(i, b, "password_url", "/account/password");
	own_put_link(i, b, "sessions_url", "/account/sessions");
}

static const struct step events_step = {
    .purpose = "events",
    .template = "events.html",
    .page = put_events,
};

const struct own_page events_page = {
    .path = "/account/events",
    .steps = {&events_step},
    .link = "events.title",
    .data_size = sizeof(struct account_events),
    .look = account_look_at_events,
};
