#include "domain/portable_text.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"

#include <string.h>

/* The members of the head, in their order. */
static const char *const head_members[] = {
    "format", "version", "latchkey", "issuer", "exported_at", "secrets"};

enum {
	HEAD_FORMAT,
	HEAD_VERSION,
	HEAD_PROGRAM,
	HEAD_ISSUER,
	HEAD_TIME,
	HEAD_SECRETS,
	HEAD_MEMBERS = sizeof head_members / sizeof *head_members
};

json_t *
portable_head_show(const struct portable_head *head)
{
	return json_pack("{s:s, s:i, s:s, s:s, s:I, s:b}",
	    head_members[HEAD_FORMAT], PORTABLE_FORMAT,
	    head_members[HEAD_VERSION], PORTABLE_VERSION,
	    head_members[HEAD_PROGRAM], head->program,
	    head_members[HEAD_ISSUER], head->issuer, head_members[HEAD_TIME],
	    (json_int_t)head->exported_at, head_members[HEAD_SECRETS],
	    head->secrets);
}

/* --- what is wrong --------------------------------------------------------*/

/* As the reader of JSON has it. */
static enum err
text_fault(struct portable_text *p, enum err e)
{
	str_cut(p->message, sizeof p->message, p->json.fault);
	return e;
}

static enum err
head_fault(struct portable_text *p, enum err e, size_t member, const char *what)
{
	struct buf b;

	buf_init(&b, p->message, sizeof p->message);
	buf_printf(&b, "%s: %s", head_members[member], what);
	return e;
}

enum err
portable_text_wrong(struct portable_text *p, const struct portable_fault *fault)
{
	struct buf b;

	buf_init(&b, p->message, sizeof p->message);
	buf_printf(&b, "%s[%zu]%s%s", portable_kinds[p->section].section,
	    p->number, fault->member != NULL ? "." : "",
	    fault->member != NULL ? fault->member : "");
	if (p->label[0] != '\0')
		buf_printf(&b, " (%s)", p->label);
	buf_printf(&b, ": %s", fault->message);
	return ERR_SYNTAX;
}

/* --- the head -------------------------------------------------------------*/

static enum err
take_version(struct portable_text *p, const json_t *value)
{
	json_int_t version = json_integer_value(value);

	if (!json_is_integer(value) || version < 1)
		return head_fault(
		    p, ERR_SYNTAX, HEAD_VERSION, "is a number from 1");
	if (version > PORTABLE_VERSION)
		return head_fault(p, ERR_VERSION, HEAD_VERSION,
		    "a newer latchkey wrote this; use that");
	return OK;
}

static enum err
take_head_member(struct portable_text *p, size_t member, const json_t *value)
{
	struct portable_head *h = &p->head;
	const char *text = json_string_value(value);

	switch (member) {
	case HEAD_FORMAT:
		return text != NULL && str_equal(text, PORTABLE_FORMAT)
			   ? OK
			   : head_fault(p, ERR_FOREIGN, member,
				 "is not " PORTABLE_FORMAT);
	case HEAD_VERSION:
		return take_version(p, value);
	case HEAD_PROGRAM:
		return text != NULL && str_copy(h->program, sizeof h->program,
					   text) == OK
			   ? OK
			   : head_fault(p, ERR_SYNTAX, member,
				 "is the version of latchkey");
	case HEAD_ISSUER:
		return text != NULL && issuer_valid(text) &&
			       str_copy(h->issuer, sizeof h->issuer, text) == OK
			   ? OK
			   : head_fault(p, ERR_SYNTAX, member, "is no issuer");
	case HEAD_TIME:
		h->exported_at = json_integer_value(value);
		return json_is_integer(value) && h->exported_at >= 0
			   ? OK
			   : head_fault(p, ERR_SYNTAX, member,
				 "is a time in Unix seconds");
	default:
		h->secrets = json_is_true(value);
		return json_is_boolean(value) ? OK
					      : head_fault(p, ERR_SYNTAX,
						    member, "is true or false");
	}
}

static enum err
read_head_member(struct portable_text *p, size_t member)
{
	char name[JSON_NAME_CAP];
	json_t *value = NULL;
	enum err e = json_stream_member(&p->json, name);

	if (e == ERR_SYNTAX)
		return text_fault(p, e);
	if (e == ERR_NOT_FOUND || !str_equal(name, head_members[member]))
		return head_fault(p, member == 0 ? ERR_FOREIGN : ERR_SYNTAX,
		    member, "is expected here, for the members have an order");
	e = json_stream_take(&p->json, &value);
	e = e == OK ? take_head_member(p, member, value) : text_fault(p, e);
	json_decref(value);
	return e;
}

enum err
portable_text_begin(struct portable_text *p, const char *text, size_t len)
{
	enum err e;

	memset(p, 0, sizeof *p);
	json_stream_begin(&p->json, text, len);
	e = json_stream_enter(&p->json, '{');
	if (e != OK)
		return text_fault(p, ERR_FOREIGN);
	for (size_t i = 0; i < HEAD_MEMBERS && e == OK; i++)
		e = read_head_member(p, i);
	p->body = p->json;
	return e;
}

/* --- sections -------------------------------------------------------------*/

/* The section NAME, which comes after the one before. */
static enum err
find_section(struct portable_text *p, const char *name, bool first)
{
	struct buf b;
	size_t i = 0;

	buf_init(&b, p->message, sizeof p->message);
	while (i < PORTABLE_SECTIONS &&
	       !str_equal(portable_kinds[i].section, name))
		i++;
	if (i == PORTABLE_SECTIONS) {
		buf_puts(&b, "there is no section \"");
		buf_put_log(&b, name);
		buf_putc(&b, '"');
	} else if (!first && i <= p->section)
		buf_printf(&b, "%s: comes before %s, and once", name,
		    portable_kinds[p->section].section);
	p->section =
	    i < PORTABLE_SECTIONS ? (enum portable_section)i : PORTABLE_PEOPLE;
	return b.len == 0 ? OK : ERR_SYNTAX;
}

/* What people know the record by, if it is a plain word. */
static void
take_label(struct portable_text *p, const json_t *object)
{
	static const char *const members[] = {
	    "preferred_username", "client_id", "origin"};

	p->label[0] = '\0';
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		const char *s =
		    json_string_value(json_object_get(object, members[i]));

		if (s != NULL && json_plain_span(s, strlen(s)) == strlen(s) &&
		    str_copy(p->label, sizeof p->label, s) == OK)
			return;
	}
}

static enum err
read_section(struct portable_text *p, portable_take *take, void *arg)
{
	json_t *object = NULL;
	enum err e = json_stream_enter(&p->json, '[');

	if (e != OK)
		return text_fault(p, e);
	for (p->number = 0;; p->number++) {
		e = json_stream_item(&p->json);
		if (e == ERR_NOT_FOUND)
			return OK;
		if (e == OK)
			e = json_stream_take(&p->json, &object);
		if (e != OK)
			return text_fault(p, e);
		take_label(p, object);
		e = take(arg, object);
		json_decref(object);
		if (e != OK)
			return e;
	}
}

enum err
portable_text_each(struct portable_text *p, portable_take *take, void *arg)
{
	char name[JSON_NAME_CAP];
	bool first = true;
	enum err e;

	p->json = p->body;
	while ((e = json_stream_member(&p->json, name)) == OK) {
		e = find_section(p, name, first);
		if (e == OK)
			e = read_section(p, take, arg);
		if (e != OK)
			return e;
		first = false;
	}
	if (e == ERR_NOT_FOUND)
		e = json_stream_end(&p->json);
	return e == OK ? OK : text_fault(p, e);
}
