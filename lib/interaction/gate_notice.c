#include "interaction/gate_notice.h"

#include "base/json.h"
#include "base/str.h"

/* What people are told, by the reason that is also in the log. */
static const struct notice {
	enum reason reason;
	const char *heading, *message, *link_text;
} notices[] = {
    {REASON_NOT_IN_GROUP, "You can’t open this page",
	"You are signed in, but your account may not open it.",
	"Use another account"},
    {REASON_NO_RULE, "This page is closed", "It is not open to anyone.", NULL},
    {REASON_NOT_SIGNED_IN, "You did not sign in",
	"This page is open to people who have signed in.", "Sign in"},
    {REASON_PATH_AMBIGUOUS, "Something went wrong",
	"The address of this page could mean two different things.", NULL},
    {REASON_METHOD_AMBIGUOUS, "Something went wrong",
	"The request could mean two different things.", NULL},
    {REASON_DESTINATION_FOREIGN, "Something went wrong",
	"The address to copy or move to is not on this site.", NULL},
    {REASON_DESTINATION_MISSING, "Something went wrong",
	"The request does not say where to copy or move to.", NULL},
    {REASON_VISIT_UNKNOWN, "Please start again",
	"This sign-in began in another browser, or your browser does not "
	"accept cookies.",
	"Try again"},
    {REASON_USER_DISABLED, "You can’t open this page",
	"Your account may not open it.", NULL},
    {REASON_USER_NOT_IN_GROUP, "You can’t open this page",
	"Your account may not open it.", NULL},
    /* of configurations */
    {REASON_SITE_UNKNOWN, "This page is closed", "The site is not set up yet.",
	NULL},
    {REASON_SITE_NOT_NAMED, "This page is closed",
	"The site is not set up yet.", NULL},
    {REASON_FORM_UNKNOWN, "This page is closed", "The site is not set up yet.",
	NULL},
    {REASON_OPEN_ALREADY, "Just a moment", "Load this page again.", NULL},
    {REASON_NONE, "Please start again", "The sign-in failed.", "Try again"},
};

static const struct notice *
find_notice(enum reason reason)
{
	const struct notice *n = notices;

	while (n->reason != REASON_NONE && n->reason != reason)
		n++;
	return n;
}

void
gate_notice_show(struct call *c, const struct gate_reply *reply,
    const char *origin, enum err e, enum reason reason, const char *link)
{
	const struct notice *n = find_notice(reason);
	const struct user *u = &reply->user;
	const char *place = reply->site_name, *word = reason_word(reason);
	struct json_build b;

	/* A person who may not enter is told so, and nothing is wrong. */
	if (word == NULL || u->name[0] != '\0')
		word = "";

	response_begin(&c->response, err_status(e));
	json_begin(&b);
	json_put_str(&b, "title", n->heading);
	json_put_str(&b, "heading", n->heading);
	json_put_str(&b, "message", n->message);
	json_put_str(&b, "place", place[0] != '\0' ? place : origin);
	json_put_str(&b, "display", u->display);
	json_put_str(&b, "name", u->name);
	json_put_str(&b, "link_url", n->link_text != NULL ? link : "");
	json_put_str(&b, "link_text", n->link_text != NULL ? n->link_text : "");
	json_put_str(&b, "reason", word);
	page_render(&c->response, &c->page, "gate.html", &b, NULL);
}
