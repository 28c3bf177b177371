#include "interaction/gate_notice.h"

#include "base/json.h"

void
gate_notice_show(struct call *c, const struct gate_reply *reply,
    const char *origin, enum err e, enum reason reason, const char *link)
{
	const struct catalogue *catalogue = c->page.catalogue;
	const char *heading = page_reason(&c->page, reason, "title");
	const char *message = page_reason(&c->page, reason, NULL);
	const char *link_text = page_reason(&c->page, reason, "link");
	const char *place = reply->site_name, *word = reason_word(reason);
	const struct user *u = &reply->user;
	struct json_build b;

	if (message == NULL) {
		message = message_text(catalogue, "gate.failed");
		link_text = message_text(catalogue, "gate.link");
	}
	if (heading == NULL)
		heading = message_text(catalogue, "gate.title");
	/* A person who may not enter is told so, and nothing is wrong. */
	if (word == NULL || u->name[0] != '\0')
		word = "";

	response_begin(&c->response, err_status(e));
	json_begin(&b);
	json_put_str(&b, "title", heading);
	json_put_str(&b, "heading", heading);
	json_put_str(&b, "message", message);
	json_put_str(&b, "place", place[0] != '\0' ? place : origin);
	json_put_str(&b, "display", u->display);
	json_put_str(&b, "name", u->name);
	json_put_str(&b, "link_url", link_text != NULL ? link : "");
	json_put_str(&b, "link_text", link_text != NULL ? link_text : "");
	json_put_str(&b, "reason", word);
	page_render(&c->response, &c->page, "gate.html", &b, NULL);
}
