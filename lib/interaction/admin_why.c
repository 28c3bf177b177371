#include "interaction/admin_why.h"

#include "base/buf.h"
#include "base/str.h"
#include "domain/advice.h"
#include "domain/refusals.h"
#include "interaction/admin_page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ABOUT_CAP = USER_NAME_CAP + CLIENT_ID_CAP + 4, WHERE_CAP = 128 };

struct why_data {
	const char *q; /* what is looked for */
	int64_t from;  /* so many that fit come before this page */
	struct refusal_note *notes;
	size_t count;
	struct desk_list list;
};

static void
ask_for_refusals(struct interaction *i, void *data)
{
	struct why_data *d = data;

	d->q = desk_asked(i, "q");
	if (str_to_int64(desk_asked(i, "from"), 0, INT32_MAX, &d->from) != OK)
		d->from = 0;
	desk_list_begin(&d->list, i);
}

static bool
is_looked_for(const struct why_data *d, const struct refusal_note *n)
{
	const char *const texts[] = {n->user, n->client_id, n->redirect_uri,
	    n->address, n->reason, n->cause, n->error};

	for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
		if (strstr(texts[t], d->q) != NULL)
			return true;
	return false;
}

/* Whether a person is the one to do something about, and not an app. */
static bool
is_about_person(enum advice_kind kind)
{
	switch (kind) {
	case ADVICE_WRONG_PASSWORD:
	case ADVICE_LOCKED:
	case ADVICE_NO_PASSWORD:
	case ADVICE_THROTTLED:
	case ADVICE_FACTOR:
	case ADVICE_PASSKEY:
	case ADVICE_LINK:
	case ADVICE_GROUP:
		return true;
	default:
		return false;
	}
}

/* The page of the desk where something can be done about it; "": none. */
static void
find_remedy_page(char url[static DESK_URL_CAP], const struct interaction *i,
    const struct refusal_note *n, enum advice_kind kind)
{
	url[0] = '\0';
	if (n->user[0] != '\0' && is_about_person(kind))
		desk_url(url, i, "/admin/person", "name", n->user);
	else if (kind == ADVICE_UNREGISTERED || n->client_id[0] == '\0')
		return;
	else if (strstr(n->client_id, "://") != NULL)
		desk_url(url, i, "/admin/site", "origin", n->client_id);
	else
		desk_url(url, i, "/admin/app", "id", n->client_id);
}

/* "alice, photos" */
static void
put_whom(char *text, size_t cap, const struct refusal_note *n)
{
	struct buf b;

	buf_init(&b, text, cap);
	buf_printf(&b, "%s%s%s", n->user,
	    n->user[0] != '\0' && n->client_id[0] != '\0' ? ", " : "",
	    n->client_id);
}

/* "192.0.2.7 (3 x)" */
static void
put_from_where(char *text, size_t cap, const struct refusal_note *n)
{
	struct buf b;

	buf_init(&b, text, cap);
	buf_puts(&b, n->address);
	if (n->times > 1)
		buf_printf(&b, " (%" PRIu32 " \xc3\x97)", n->times);
}

static const char *
shown_word(const struct refusal_note *n)
{
	if (n->reason[0] == '\0')
		return n->error;
	return n->cause[0] != '\0' && !str_equal(n->cause, "factor")
		   ? n->cause
		   : n->reason;
}

static bool
add_refusal_row(
    struct why_data *d, const struct refusal_note *n, int64_t number)
{
	const struct interaction *i = d->list.i;
	const struct advice a = advice_of(n);
	char about[ABOUT_CAP], where[WHERE_CAP], url[DESK_URL_CAP], next[24];
	struct buf b;

	put_whom(about, sizeof about, n);
	put_from_where(where, sizeof where, n);
	find_remedy_page(url, i, n, a.kind);
	buf_init(&b, next, sizeof next);
	buf_put_int(&b, number);
	return desk_list_add(&d->list,
	    &(struct desk_row){.url = url,
		.title = message_part(i->call->page.catalogue, "why",
		    advice_kind_word(a.kind), NULL),
		.mark = shown_word(n),
		.lines = {about, n->redirect_uri, where},
		.at = n->at},
	    next);
}

/* The store is not asked: the refusals are files beside it. */
static enum err
look_at_refusals(struct store_txn *t, struct account *me, void *data)
{
	struct why_data *d = data;
	int64_t number = 0;
	enum err e;

	(void)t, (void)me;
	free(d->notes);
	e = refusals_read(
	    d->list.i->call->provider->conf.dir, &d->notes, &d->count);
	for (size_t n = 0; e == OK && n < d->count; n++)
		if (is_looked_for(d, &d->notes[n]) && number++ >= d->from &&
		    !add_refusal_row(d, &d->notes[n], number - 1))
			break;
	return e;
}

static void
put_refusals(struct interaction *i, struct json_build *b)
{
	struct why_data *d = own_state(i)->data;

	desk_head(i, b, "desk_why.title", "");
	json_put_str(b, "lead", desk_text(i, "desk_why.note"));
	desk_search(i, b, d->q);
	desk_list_put(&d->list, b, "desk_why.empty");
}

static void
free_refusals(void *data)
{
	struct why_data *d = data;

	free(d->notes);
	desk_list_free(&d->list);
}

static const struct step why_step = {
    .purpose = "desk why",
    .template = "desk_list.html",
    .page = put_refusals,
};

const struct own_page desk_why_page = {
    .path = "/admin/why",
    .steps = {&why_step},
    .data_size = sizeof(struct why_data),
    .ask = ask_for_refusals,
    .look = look_at_refusals,
    .free_data = free_refusals,
};
