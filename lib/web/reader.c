#include "web/reader.h"

#include "base/language.h"
#include "base/str.h"

/* ZONE, unless it is "". */
static void
set_zone(struct page *p, const char *zone)
{
	if (zone[0] != '\0' &&
	    str_copy(p->zone_name, sizeof p->zone_name, zone) != OK)
		p->zone_name[0] = '\0';
}

void
reader_from_browser(struct page *p, const struct request *q)
{
	const struct catalogue *c = NULL;

	if (q->accept_language != NULL)
		c = language_accepted(q->accept_language);
	if (c == NULL)
		c = language_find(p->conf->language);
	if (c != NULL)
		p->catalogue = c;
	set_zone(p, p->conf->timezone);
}

void
reader_from_app(struct page *p, const struct form *form)
{
	const char *tags = form_get(form, "ui_locales");
	const struct catalogue *c = tags != NULL ? language_first(tags) : NULL;

	p->app_chose = c != NULL;
	if (c != NULL)
		p->catalogue = c;
}

void
reader_from_account(struct page *p, const char *language)
{
	const struct catalogue *c = language_find(language);

	if (c != NULL && !p->app_chose)
		p->catalogue = c;
}

void
reader_from_person(struct page *p, const struct user *u)
{
	reader_from_account(p, u->language);
	set_zone(p, u->zoneinfo);
}

const struct zone *
reader_zone(const struct page *p)
{
	return p->zones != NULL ? zone_of_name(p->zones, p->zone_name) : NULL;
}

static json_t *
describe_language(const struct catalogue *c, bool chosen)
{
	struct json_build b;

	json_begin(&b);
	json_put_str(&b, "tag", c->language);
	json_put_str(&b, "language_name", c->name);
	json_put_bool(&b, "chosen", chosen);
	return json_finish(&b);
}

void
reader_put_languages(struct json_build *b, const char *chosen)
{
	const struct catalogue *found = language_find(chosen);
	json_t *list = json_array();

	for (const struct catalogue *c = catalogues; c->language != NULL; c++)
		if (json_array_append_new(
			list, describe_language(c, c == found)) != 0)
			b->failed = true;
	json_put(b, "languages", list);
}
