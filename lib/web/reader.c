#include "web/reader.h"

#include "base/language.h"
#include "base/str.h"
#include "web/cookie.h"

/* ZONE, unless it is "". */
static void
set_zone(struct page *p, const char *zone)
{
	if (zone[0] != '\0' &&
	    str_copy(p->zone_name, sizeof p->zone_name, zone) != OK)
		p->zone_name[0] = '\0';
}

static const struct cookie language_cookie = {
    .name = "latchkey-language", .same_site = SAME_SITE_LAX};

enum { TAG_CAP = 36, REMEMBERED_S = 365 * 86400 };

static const struct catalogue *
remembered_language(const struct page *p, const struct request *q)
{
	char tag[TAG_CAP];

	return cookie_get(p->conf, q, &language_cookie, tag, sizeof tag)
		   ? language_find(tag)
		   : NULL;
}

void
reader_remember(
    struct response *r, const struct conf *conf, const struct catalogue *c)
{
	cookie_set(r, conf, &language_cookie, c->language, REMEMBERED_S);
}

void
reader_from_browser(struct page *p, const struct request *q)
{
	/* The cookies at another origin are that one's. */
	const struct catalogue *c =
	    p->elsewhere ? NULL : remembered_language(p, q);

	p->person_chose = c != NULL;
	if (c == NULL && q->accept_language != NULL)
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

	p->app_chose = c != NULL && !p->person_chose;
	if (p->app_chose)
		p->catalogue = c;
}

void
reader_from_account(struct page *p, const char *language)
{
	const struct catalogue *c = language_find(language);

	p->account_chose = c != NULL;
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
reader_put_languages(struct json_build *b, const struct catalogue *chosen)
{
	json_t *list = json_array();

	for (const struct catalogue *c = catalogues; c->language != NULL; c++)
		if (json_array_append_new(
			list, describe_language(c, c == chosen)) != 0)
			b->failed = true;
	json_put(b, "languages", list);
}
