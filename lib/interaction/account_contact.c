#include "interaction/account_contact.h"

#include "interaction/own_parts.h"

static const struct step contact_step;

#define TEXT(member) #member, .offset = offsetof(struct contact, member)

static const struct own_text_field contact_fields[] = {
    {TEXT(phone), .type = "tel", .autocomplete = "tel", .dir = "ltr",
	.length = "64", .label = "contact_details.phone",
	.note = "contact_details.phone_note"},
    {TEXT(street_address), .type = "text", .autocomplete = "address-line1",
	.dir = "auto", .length = "256", .label = "contact_details.street"},
    {TEXT(postal_code), .type = "text", .autocomplete = "postal-code",
	.dir = "ltr", .length = "64", .label = "contact_details.postal_code"},
    {TEXT(locality), .type = "text", .autocomplete = "address-level2",
	.dir = "auto", .length = "128", .label = "contact_details.locality"},
    {TEXT(region), .type = "text", .autocomplete = "address-level1",
	.dir = "auto", .length = "128", .label = "contact_details.region"},
    {TEXT(country), .type = "text", .autocomplete = "country-name",
	.dir = "auto", .length = "128", .label = "contact_details.country"},
    {.name = NULL},
};

static enum err
look_at_contact(struct store_txn *t, struct account *a, void *arg)
{
	struct contact *shown = arg;
	const struct user *u = &a->user;

	(void)t;
	*shown = (struct contact){u->phone, u->street_address, u->postal_code,
	    u->locality, u->region, u->country};
	return OK;
}

static void
put_contact_details(struct interaction *i, struct json_build *b)
{
	own_put_text_fields(i, b, contact_fields, own_state(i)->data);
}

const char *
contact_flaw_key(enum contact_flaw flaw)
{
	switch (flaw) {
	case CONTACT_PHONE:
		return "contact_details.bad_phone";
	case CONTACT_LONG:
		return "contact_details.long";
	default:
		return "contact_details.unreadable";
	}
}

static void
save_contact(struct interaction *i, const struct form *posted)
{
	struct own_state *s = own_state(i);
	struct contact *shown = s->data;
	struct call *c = i->call;
	struct contact_change change = {.from = c->request.address};
	struct user trial = {0};
	enum contact_flaw flaw;
	enum err e;

	own_read_text_fields(shown, contact_fields, posted);
	change.contact = *shown;
	flaw = contact_apply(&trial, &change.contact);
	if (flaw != CONTACT_FINE) {
		own_ask_again(i, &contact_step, contact_flaw_key(flaw));
		return;
	}
	e = account_write(c->provider, i->cookie, c->now, account_set_contact,
	    &change, &s->account);
	if (e == OK)
		own_page_done(i, "/account/contact", "done.saved");
	else
		own_page_refuse(i, e, REASON_NONE);
}

static const struct step contact_step = {
    .purpose = "contact",
    .template = "contact_details.html",
    .page = put_contact_details,
    .buttons = {{"save", save_contact}},
};

const struct own_page contact_page = {
    .path = "/account/contact",
    .steps = {&contact_step},
    .link = "contact_details.title",
    .data_size = sizeof(struct contact),
    .look = look_at_contact,
};
