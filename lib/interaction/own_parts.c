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
