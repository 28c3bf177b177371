#include "interaction/admin_audit.h"

#include "base/buf.h"
#include "base/str.h"
#include "domain/audit.h"
#include "interaction/admin_page.h"

#include <string.h>

enum {
	/* Lines that one page looks at, at most: a fraction of a second. */
	AUDIT_LOOK_MAX = 100000,
	CURSOR_CAP = 40,
	DAY_S = 86400
};

struct audit_data {
	const char *person, *by, *app, *event, *since;
	bool has_cursor;
	int64_t cursor_at, cursor_number;
	int64_t since_at;
	bool by_id; /* the lines of a person who is there */
	size_t looked;
	struct desk_list list;
};

/* Days since 1970 of a date; they are counted from March, so that a leap day is
 * the last of its year. */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	const int64_t y = month > 2 ? year : year - 1;
	const int64_t m = (month + 9) % 12;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + day -
	       1 - 719468;
}

/* The beginning of the day TEXT, "2026-11-29", in UTC; 0 if it is none. */
static int64_t
day_begins(const char *text)
{
	int64_t year, month, day;
	char part[8];

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
		return 0;
	if (str_copy_n(part, sizeof part, text, 4) != OK ||
	    str_to_int64(part, 1970, 9999, &year) != OK ||
	    str_copy_n(part, sizeof part, text + 5, 2) != OK ||
	    str_to_int64(part, 1, 12, &month) != OK ||
	    str_to_int64(text + 8, 1, 31, &day) != OK)
		return 0;
	return days_of(year, month, day) * DAY_S;
}

/* "AT.NUMBER" of the line that the page begins with. */
static bool
read_cursor(struct audit_data *d, const char *text)
{
	char at[24];
	const char *dot = strchr(text, '.');

	return dot != NULL &&
	       str_copy_n(at, sizeof at, text, (size_t)(dot - text)) == OK &&
	       str_to_int64(at, 0, INT64_MAX, &d->cursor_at) == OK &&
	       str_to_int64(dot + 1, 0, UINT32_MAX, &d->cursor_number) == OK;
}

static void
ask_for_audit(struct interaction *i, void *data)
{
	struct audit_data *d = data;

	d->person = desk_asked(i, "person");
	d->by = desk_asked(i, "by");
	d->app = desk_asked(i, "app");
	d->event = desk_asked(i, "event");
	d->since = desk_asked(i, "since");
	d->since_at = day_begins(d->since);
	d->has_cursor = read_cursor(d, desk_asked(i, "from"));
	desk_list_begin(&d->list, i);
}

static bool
is_asked(const char *asked, const char *is)
{
	return asked[0] == '\0' || str_equal_nocase(asked, is);
}

/* In the person's words; an event that has none keeps its own. */
static const char *
event_text(const struct audit_data *d, const struct audit *a)
{
	const char *text = message_part(
	    d->list.i->call->page.catalogue, "event", a->event, NULL);

	return text != NULL ? text : a->event;
}

/* The filter takes a part of the sentence, or of the log's word. */
static bool
is_asked_event(const struct audit_data *d, const struct audit *a)
{
	return strstr(a->event, d->event) != NULL ||
	       str_contains_nocase(event_text(d, a), d->event);
}

static bool
is_asked_for(const struct audit_data *d, const struct audit *a)
{
	if (d->has_cursor && (a->at > d->cursor_at ||
				 (a->at == d->cursor_at &&
				     (int64_t)a->number > d->cursor_number)))
		return false;
	return (d->by_id || is_asked(d->person, a->user)) &&
	       is_asked(d->by, a->by) && is_asked(d->app, a->client_id) &&
	       is_asked_event(d, a);
}

/* "alice, photos" */
static void
put_about(char *text, size_t cap, const struct audit *a)
{
	struct buf b;

	buf_init(&b, text, cap);
	buf_puts(&b, a->user);
	if (a->client_id[0] != '\0')
		buf_printf(&b, "%s%s", b.len > 0 ? ", " : "", a->client_id);
}

static void
put_made_by(
    const struct interaction *i, char *text, size_t cap, const struct audit *a)
{
	struct buf b;

	buf_init(&b, text, cap);
	if (a->by[0] != '\0')
		message_put(&b, i->call->page.catalogue, "desk_audit.made_by",
		    "by", a->by);
	if (a->address[0] != '\0')
		buf_printf(&b, "%s%s", b.len > 0 ? ", " : "", a->address);
}

static bool
add_audit_row(void *arg, const void *record)
{
	const struct audit *a = record;
	struct audit_data *d = arg;
	const struct interaction *i = d->list.i;
	char about[2 * AUDIT_TEXT_CAP + 4], by[2 * AUDIT_TEXT_CAP];
	char cursor[CURSOR_CAP];
	struct buf b;

	if (a->at < d->since_at)
		return false;
	buf_init(&b, cursor, sizeof cursor);
	buf_put_int(&b, a->at);
	buf_putc(&b, '.');
	buf_put_int(&b, a->number);
	if (++d->looked > AUDIT_LOOK_MAX) {
		d->list.more =
		    str_copy(d->list.next, sizeof d->list.next, cursor) == OK;
		return false;
	}
	if (!is_asked_for(d, a))
		return true;
	put_about(about, sizeof about, a);
	put_made_by(i, by, sizeof by, a);
	return desk_list_add(&d->list,
	    &(struct desk_row){.title = event_text(d, a),
		.lines = {about, a->detail, by},
		.at = a->at},
	    cursor);
}

static enum err
look_at_audit(struct store_txn *t, struct account *me, void *data)
{
	struct audit_data *d = data;
	struct user u;
	enum err e = ERR_NOT_FOUND;

	(void)me;
	desk_list_restart(&d->list);
	d->looked = 0;
	if (d->person[0] != '\0')
		e = user_find(t, d->person, &u);
	d->by_id = e == OK;
	audit_newest(t, d->by_id ? u.user_id : NULL, add_audit_row, d);
	if (d->by_id)
		user_wipe(&u);
	return store_failed(t);
}

static void
put_audit_filters(struct interaction *i, struct json_build *b)
{
	const struct audit_data *d = own_state(i)->data;
	const struct desk_field fields[] = {
	    {.name = "person",
		.label = "desk_audit.person",
		.value = d->person},
	    {.name = "by", .label = "desk_audit.by", .value = d->by},
	    {.name = "app", .label = "desk_audit.app", .value = d->app},
	    {.name = "event", .label = "desk_audit.event", .value = d->event},
	    {.name = "since",
		.label = "desk_audit.since",
		.kind = DESK_DATE,
		.value = d->since},
	};

	for (size_t n = 0; n < sizeof fields / sizeof *fields; n++)
		desk_field(i, b, &fields[n]);
	json_put_str(b, "search", desk_text(i, "desk.search"));
	for (size_t n = 0; n < sizeof fields / sizeof *fields; n++)
		if (fields[n].value[0] != '\0')
			json_put_bool(b, "sought", true);
}

static void
put_audit(struct interaction *i, struct json_build *b)
{
	struct audit_data *d = own_state(i)->data;

	desk_head(i, b, "desk_audit.title", "");
	put_audit_filters(i, b);
	desk_list_put(&d->list, b, "desk_audit.empty");
}

static void
free_audit(void *data)
{
	struct audit_data *d = data;

	desk_list_free(&d->list);
}

static const struct step audit_step = {
    .purpose = "desk audit",
    .template = "desk_list.html",
    .page = put_audit,
};

const struct own_page desk_audit_page = {
    .path = "/admin/audit",
    .steps = {&audit_step},
    .data_size = sizeof(struct audit_data),
    .ask = ask_for_audit,
    .look = look_at_audit,
    .free_data = free_audit,
};
