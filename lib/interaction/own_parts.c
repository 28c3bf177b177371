#include "interaction/own_parts.h"

#include "base/buf.h"
#include "domain/user_agent.h"

enum { LINK_CAP = 1024 };

void
own_url(struct buf *url, const struct interaction *i, const char *path,
    const char *parameter, const char *value)
{
	buf_printf(url, "%s%s", conf_issuer_path(i->conf), path);
	if (parameter != NULL && value != NULL) {
		buf_printf(url, "?%s=", parameter);
		buf_put_url_arg(url, value);
	}
}

const char *
own_home_path(const struct interaction *i)
{
	return conf_issuer_path(i->conf)[0] == '\0' ? "/" : "/account";
}

void
own_put_link(const struct interaction *i, struct json_build *b,
    const char *name, const char *path)
{
	own_put_link_to(i, b, name, path, NULL, NULL);
}

void
own_put_link_to(const struct interaction *i, struct json_build *b,
    const char *name, const char *path, const char *parameter,
    const char *value)
{
	char text[LINK_CAP];
	struct buf u;

	buf_init(&u, text, sizeof text);
	own_url(&u, i, path, parameter, value);
	if (!buf_ok(&u))
		b->failed = true;
	json_put_str(b, name, text);
}

const char *
own_agent(const struct interaction *i, char room[static OWN_AGENT_CAP],
    const char *agent)
{
	const char *browser = user_agent_browser(agent);
	const char *system = user_agent_system(agent);
	struct buf b;

	if (browser == NULL || system == NULL) {
		if (browser != NULL || system != NULL)
			return browser != NULL ? browser : system;
		return agent[0] != '\0' ? agent : own_text(i, "agent.unknown");
	}
	buf_init(&b, room, OWN_AGENT_CAP);
	message_fill(&b, i->call->page.catalogue, "agent.both",
	    (const struct message_place[]){
		{"browser", browser}, {"system", system}, {NULL, NULL}});
	return room;
}

const char *
own_field(const struct form *f, const char *name)
{
	const char *value = form_get(f, name);

	return value != NULL ? value : "";
}

const char *
own_typed(const struct interaction *i, const char *name, const char *is)
{
	/* An empty field is one that was emptied. */
	return i->own_form ? own_field(&i->call->request.body, name) : is;
}

void
own_read_text_fields(
    void *shown, const struct own_text_field *fields, const struct form *form)
{
	for (const struct own_text_field *f = fields; f->name != NULL; f++)
		*(const char **)((char *)shown + f->offset) =
		    own_field(form, f->name);
}

static json_t *
show_text_field(const struct interaction *i, const struct own_text_field *f,
    const char *value)
{
	struct json_build one;

	json_begin(&one);
	json_put_str(&one, "field", f->name);
	json_put_str(&one, "type", f->type);
	json_put_str(&one, "autocomplete", f->autocomplete);
	json_put_str(&one, "dir", f->dir);
	json_put_str(&one, "length", f->length);
	json_put_str(&one, "label", own_text(i, f->label));
	json_put_str(&one, "note", f->note != NULL ? own_text(i, f->note) : "");
	json_put_str(&one, "value", value);
	return json_finish(&one);
}

void
own_put_text_fields(const struct interaction *i, struct json_build *b,
    const struct own_text_field *fields, const void *shown)
{
	json_t *list = json_array();

	for (const struct own_text_field *f = fields; f->name != NULL; f++)
		json_array_append_new(
		    list, show_text_field(i, f,
			      *(const char *const *)((const char *)shown +
						     f->offset)));
	json_put(b, "text_fields", list);
}

const char *
own_text(const struct interaction *i, const char *key)
{
	return message_text(i->call->page.catalogue, key);
}

void
own_ask_again(struct interaction *i, const struct step *step, const char *key)
{
	i->alert = own_text(i, key);
	interaction_show(i, step);
}
