#include "interaction/admin_page.h"

#include "base/buf.h"
#include "base/names.h"
#include "base/str.h"
#include "interaction/own_parts.h"
#include "web/date.h"
#include "web/page.h"

#include <string.h>

/* The pages that every page of the desk links to. */
static const struct {
	const char *path, *key;
} menu[] = {
    {"/admin", "desk.title"},
    {"/admin/people", "desk_people.title"},
    {"/admin/apps", "desk_apps.title"},
    {"/admin/sites", "desk_sites.title"},
    {"/admin/sessions", "desk_sessions.title"},
    {"/admin/keys", "desk_keys.title"},
    {"/admin/audit", "desk_audit.title"},
    {"/admin/why", "desk_why.title"},
};

bool
desk_admit(struct interaction *i)
{
	struct call *c = i->call;
	char url[DESK_URL_CAP];

	if (desk_admits(&own_state(i)->account.user))
		return true;
	call_log_refusal(c, ERR_FORBIDDEN, REASON_NOT_ADMIN, NULL);
	desk_url(url, i, "/account", NULL, NULL);
	page_error_link(&c->response, &c->page, ERR_FORBIDDEN, REASON_NOT_ADMIN,
	    url, page_reason(&c->page, REASON_NOT_ADMIN, "link"));
	return false;
}

const char *
desk_text(const struct interaction *i, const char *key)
{
	const char *text = message_text(i->call->page.catalogue, key);

	return text != NULL ? text : key;
}

void
desk_url(char url[static DESK_URL_CAP], const struct interaction *i,
    const char *path, const char *name, const char *value)
{
	struct buf b;

	buf_init(&b, url, DESK_URL_CAP);
	own_url(&b, i, path, name, value);
	if (!buf_ok(&b))
		i->call->response.failed = true;
}

const char *
desk_asked(const struct interaction *i, const char *name)
{
	const char *value = form_get(&i->form, name);

	return value != NULL ? value : "";
}

/* A box that is not ticked does not come. */
bool
desk_ticked(const struct interaction *i, const char *name, bool is)
{
	return i->own_form ? form_get(&i->call->request.body, name) != NULL
			   : is;
}

/* --- what every page has ---------------------------------------------------*/

static json_t *
desk_menu(const struct interaction *i)
{
	const char *here = own_state(i)->page->path;
	json_t *links = json_array();
	char url[DESK_URL_CAP];
	struct json_build one;

	for (size_t n = 0; n < sizeof menu / sizeof *menu; n++) {
		desk_url(url, i, menu[n].path, NULL, NULL);
		json_begin(&one);
		json_put_str(&one, "url", url);
		json_put_str(&one, "text", desk_text(i, menu[n].key));
		json_put_bool(&one, "here", str_equal(here, menu[n].path));
		json_array_append_new(links, json_finish(&one));
	}
	return links;
}

void
desk_head(struct interaction *i, struct json_build *b, const char *key,
    const char *name)
{
	static const char *const none[] = {"lead", "empty", "more_url",
	    "back_url", "search", "sought", "submit", "told", "what", "until",
	    "has_rows", "has_facts", "has_links", NULL};
	static const char *const lists[] = {
	    "rows", "facts", "fields", "links", NULL};
	const char *detail = own_state(i)->detail;
	const char *said = NULL;

	if (detail != NULL)
		said = message_of_english(
		    i->call->page.catalogue, "detail", detail);
	json_put(b, "menu", desk_menu(i));
	json_put_str(b, "title", desk_text(i, key));
	json_put_str(b, "heading", name[0] != '\0' ? name : desk_text(i, key));
	json_put_str(b, "above", name[0] != '\0' ? desk_text(i, key) : "");
	json_put_bool(b, "detail_is_english", said == NULL);
	json_put_str(b, "detail",
	    said != NULL     ? said
	    : detail != NULL ? detail
			     : "");
	for (const char *const *n = none; *n != NULL; n++)
		json_put_str(b, *n, "");
	for (const char *const *n = lists; *n != NULL; n++)
		json_put(b, *n, json_array());
}

/* Adds ROW to the array NAME of the page. */
static void
desk_append(struct json_build *b, const char *name, struct json_build *row)
{
	json_t *object = json_finish(row);

	if (object == NULL ||
	    json_array_append_new(json_object_get(b->object, name), object) !=
		0)
		b->failed = true;
}

void
desk_link(struct interaction *i, struct json_build *b, const char *text,
    const char *path, const char *name, const char *value)
{
	struct json_build one;
	char url[DESK_URL_CAP];

	desk_url(url, i, path, name, value);
	json_begin(&one);
	json_put_str(&one, "url", url);
	json_put_str(&one, "text", desk_text(i, text));
	desk_append(b, "links", &one);
	json_put_bool(b, "has_links", true);
}

void
desk_back(struct interaction *i, struct json_build *b, const char *path,
    const char *name, const char *value)
{
	char url[DESK_URL_CAP];

	desk_url(url, i, path, name, value);
	json_put_str(b, "back_url", url);
}

/* --- lists -----------------------------------------------------------------*/

void
desk_list_begin(struct desk_list *l, struct interaction *i)
{
	*l = (struct desk_list){.i = i, .rows = json_array()};
}

void
desk_list_restart(struct desk_list *l)
{
	json_array_clear(l->rows);
	l->count = 0;
	l->more = false;
}

void
desk_list_free(struct desk_list *l)
{
	json_decref(l->rows);
	l->rows = NULL;
}

static json_t *
desk_lines(const struct desk_row *row)
{
	json_t *lines = json_array();

	for (size_t n = 0; n < DESK_LINES_MAX; n++)
		if (row->lines[n] != NULL && row->lines[n][0] != '\0')
			json_array_append_new(
			    lines, json_string(row->lines[n]));
	return lines;
}

bool
desk_list_add(struct desk_list *l, const struct desk_row *row, const char *next)
{
	struct json_build b;
	json_t *object;

	if (l->count == DESK_PAGE_ROWS) {
		l->more = str_copy(l->next, sizeof l->next, next) == OK;
		return false;
	}
	json_begin(&b);
	json_put_str(&b, "url", row->url != NULL ? row->url : "");
	json_put_str(&b, "title", row->title);
	json_put_str(&b, "mark", row->mark != NULL ? row->mark : "");
	json_put(&b, "lines", desk_lines(row));
	json_put_str(
	    &b, "when", row->when != NULL ? desk_text(l->i, row->when) : "");
	date_put(&b, "at", row->at, &l->i->call->page);
	json_put_str(&b, "value", row->value != NULL ? row->value : "");
	json_put_str(&b, "button",
	    row->button != NULL ? desk_text(l->i, row->button) : "");
	object = json_finish(&b);
	if (object == NULL || json_array_append_new(l->rows, object) != 0)
		l->failed = true;
	l->count++;
	return true;
}

/* This page, from NEXT on. */
static void
put_more(const struct desk_list *l, struct json_build *b)
{
	const struct form *f = &l->i->form;
	char url[DESK_URL_CAP];
	struct buf u;

	buf_init(&u, url, sizeof url);
	buf_printf(&u, "%s%s?from=", conf_issuer_path(l->i->conf),
	    own_state(l->i)->page->path);
	buf_put_url_arg(&u, l->next);
	for (size_t n = 0; n < f->count; n++) {
		if (str_equal(f->field[n].name, "from") ||
		    str_equal(f->field[n].name, "done"))
			continue;
		buf_putc(&u, '&');
		buf_put_url_arg(&u, f->field[n].name);
		buf_putc(&u, '=');
		buf_put_url_arg(&u, f->field[n].value);
	}
	if (buf_ok(&u))
		json_put_str(b, "more_url", url);
}

void
desk_list_put(struct desk_list *l, struct json_build *b, const char *empty)
{
	if (l->failed || l->rows == NULL)
		b->failed = true;
	json_put(b, "rows", json_incref(l->rows));
	json_put_bool(b, "has_rows", l->count > 0);
	json_put_str(b, "empty", desk_text(l->i, empty));
	if (l->more)
		put_more(l, b);
}

void
desk_search(struct interaction *i, struct json_build *b, const char *q)
{
	desk_field(i, b,
	    &(struct desk_field){
		.name = "q", .label = "desk.search_for", .value = q});
	json_put_str(b, "search", desk_text(i, "desk.search"));
	json_put_str(b, "sought", q);
}

/* --- records ---------------------------------------------------------------*/

static void
put_fact(struct interaction *i, struct json_build *b, const char *label,
    json_t *values, int64_t at)
{
	struct json_build one;

	json_begin(&one);
	json_put_str(&one, "label", desk_text(i, label));
	json_put(&one, "values", values);
	date_put(&one, "at", at, &i->call->page);
	desk_append(b, "facts", &one);
	json_put_bool(b, "has_facts", true);
}

void
desk_fact(struct interaction *i, struct json_build *b, const char *label,
    const char *value)
{
	if (value[0] != '\0')
		put_fact(i, b, label, json_pack("[s]", value), 0);
}

void
desk_fact_words(struct interaction *i, struct json_build *b, const char *label,
    const char *words)
{
	json_t *values = json_array();
	char word[URI_CAP];

	while (words_next(&words, word, sizeof word))
		json_array_append_new(values, json_string(word));
	if (json_array_size(values) > 0)
		put_fact(i, b, label, values, 0);
	else
		json_decref(values);
}

void
desk_fact_time(
    struct interaction *i, struct json_build *b, const char *label, int64_t at)
{
	if (at != 0)
		put_fact(i, b, label, json_array(), at);
}

/* --- forms -----------------------------------------------------------------*/

static json_t *
desk_options(const struct interaction *i, const struct desk_field *f)
{
	const struct catalogue *c = i->call->page.catalogue;
	json_t *options = json_array();
	struct json_build one;

	for (const char *const *o = f->options; o != NULL && *o != NULL; o++) {
		const char *text = message_part(c, f->options_key, *o, NULL);

		json_begin(&one);
		json_put_str(&one, "option", *o);
		json_put_str(&one, "text", text != NULL ? text : *o);
		json_put_bool(&one, "selected", str_equal(*o, f->value));
		json_array_append_new(options, json_finish(&one));
	}
	return options;
}

void
desk_field(
    struct interaction *i, struct json_build *b, const struct desk_field *f)
{
	struct json_build one;

	json_begin(&one);
	json_put_str(&one, "field", f->name);
	json_put_str(&one, "label", desk_text(i, f->label));
	json_put_str(
	    &one, "note", f->note != NULL ? desk_text(i, f->note) : "");
	json_put_str(&one, "value", f->value != NULL ? f->value : "");
	json_put_str(&one, "type", f->kind == DESK_DATE ? "date" : "text");
	json_put_bool(
	    &one, "is_text", f->kind == DESK_TEXT || f->kind == DESK_DATE);
	json_put_bool(&one, "is_area", f->kind == DESK_AREA);
	json_put_bool(&one, "is_check", f->kind == DESK_CHECK);
	json_put_bool(&one, "is_choice", f->kind == DESK_CHOICE);
	json_put_bool(&one, "checked", f->checked);
	json_put_bool(&one, "required", f->required);
	json_put(&one, "options", desk_options(i, f));
	desk_append(b, "fields", &one);
}

const char *
desk_yes_no(const struct interaction *i, bool yes)
{
	return desk_text(i, yes ? "desk.yes" : "desk.no");
}

const char *
desk_groups(char *list, size_t cap, const char *typed)
{
	char word[GROUP_NAME_CAP], name[GROUP_NAME_CAP];
	const char *message = NULL;
	size_t len;

	list[0] = '\0';
	while (message == NULL && *typed != '\0') {
		len = strcspn(typed, ",");
		if (str_copy_n(word, sizeof word, typed, len) != OK)
			return "a group name has at most 128 bytes";
		typed += len + (typed[len] == ',');
		str_trim(word);
		if (word[0] == '\0')
			continue;
		message = user_group_name(name, word);
		if (message == NULL && names_add(list, cap, name) != OK)
			message = "too many values";
	}
	return message;
}

const char *
desk_shown_groups(char *text, size_t cap, const char *groups)
{
	char name[GROUP_NAME_CAP];
	struct buf b;

	buf_init(&b, text, cap);
	while (names_next(&groups, name, sizeof name))
		buf_printf(&b, "%s%s", b.len > 0 ? ", " : "", name);
	return text;
}

/* --- changes ---------------------------------------------------------------*/

enum err
desk_change(struct interaction *i, desk_step *step, void *arg)
{
	const struct call *c = i->call;
	enum reason reason;
	enum err e = desk_write(c->provider, i->cookie, c->request.address,
	    c->now, step, arg, &reason);

	if (e == ERR_NOT_FOUND)
		e = refused(REASON_RECORD_GONE, &reason);
	if (e != OK && e != ERR_INVALID_REQUEST)
		own_page_refuse(i, e, reason);
	return e;
}

void
desk_done(struct interaction *i, const char *path, const char *name,
    const char *value, const char *notice)
{
	char text[DESK_URL_CAP];
	struct buf b;

	buf_init(&b, text, sizeof text);
	buf_puts(&b, path);
	if (name != NULL && value != NULL) {
		buf_printf(&b, "?%s=", name);
		buf_put_url_arg(&b, value);
	}
	if (!buf_ok(&b))
		i->call->response.failed = true;
	own_page_done(i, text, notice);
}

void
desk_refuse(struct interaction *i, const struct step *again, const char *key,
    const char *message)
{
	i->alert = desk_text(i, key);
	own_state(i)->detail = message;
	interaction_show(i, again);
}
