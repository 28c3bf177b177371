#include "domain/letter.h"

#include "base/date.h"
#include "base/issuer.h"
#include "base/language.h"
#include "base/mail.h"
#include "base/str.h"
#include "domain/mail_queue.h"
#include "domain/user_agent.h"

#include <string.h>

enum { SUBJECT_CAP = 512, PLACES_MAX = 10 };

/* A letter under way. */
struct letter {
	const struct conf *conf;
	const struct catalogue *catalogue;
	const char *to;
	int64_t now;
	struct message_place places[PLACES_MAX];
	char name[USER_FULL_NAME_CAP], at[DATE_CAP], url[ISSUER_CAP + 16];
};

/* The host of the issuer: what a mail comes from, if nothing else is said. */
static void
put_host(struct buf *b, const struct conf *conf)
{
	struct issuer_parts p;
	size_t len;

	if (!issuer_split(conf->issuer, &p))
		return;
	len = strcspn(p.host, ":/");
	buf_put(b, p.host, len < p.host_len ? len : p.host_len);
}

static void
put_letter_head(struct buf *b, const struct letter *l, const char *subject)
{
	char text[SUBJECT_CAP], from[USER_EMAIL_CAP], host[ISSUER_CAP];
	struct buf u;

	buf_init(&u, host, sizeof host);
	put_host(&u, l->conf);
	buf_init(&u, from, sizeof from);
	if (l->conf->mail_from[0] != '\0')
		buf_puts(&u, l->conf->mail_from);
	else
		buf_printf(&u, "latchkey@%s", host);
	buf_init(&u, text, sizeof text);
	message_fill(&u, l->catalogue, subject, l->places);
	mail_put_head(
	    b, &(struct mail_head){.from_name = l->conf->provider_name,
		   .from = from,
		   .to = l->to,
		   .subject = text,
		   .language = l->catalogue->language,
		   .host = host,
		   .now = l->now});
}

static void
put_letter_place(struct letter *l, const char *name, const char *value)
{
	struct message_place *p = l->places;

	while (p->name != NULL)
		p++;
	p->name = name;
	p->value = value;
}

/* PARAGRAPHS are keys, to a NULL. */
static enum err
write_letter(struct buf *b, const struct letter *l, const char *subject,
    const char *const *paragraphs)
{
	put_letter_head(b, l, subject);
	for (; *paragraphs != NULL; paragraphs++) {
		message_fill(b, l->catalogue, *paragraphs, l->places);
		buf_puts(b, paragraphs[1] != NULL ? "\n\n" : "\n");
	}
	return buf_ok(b) ? OK : ERR_NO_SPACE;
}

static enum err
send_letter(
    const struct letter *l, const char *subject, const char *const *paragraphs)
{
	char text[MAIL_CAP];
	struct buf b;
	enum err e;

	buf_init(&b, text, sizeof text);
	e = write_letter(&b, l, subject, paragraphs);
	if (e == OK)
		e = mail_queue_put(l->conf->dir, text, b.len, l->now);
	buf_wipe(&b);
	return e;
}

static const struct catalogue *
letter_language(const struct conf *conf, const struct user *u)
{
	const struct catalogue *c = language_find(u->language);

	if (c == NULL)
		c = language_find(conf->language);
	return c != NULL ? c : &catalogues[0];
}

/* T for U, into TEXT. */
static void
tell_time(char text[static DATE_CAP], const struct catalogue *c,
    const struct user *u, int64_t t)
{
	struct zone z;
	bool known = u->zoneinfo[0] != '\0' && zone_load(&z, u->zoneinfo) == OK;
	struct buf b;

	buf_init(&b, text, DATE_CAP);
	date_put_time(&b, c, known ? &z : NULL, t);
}

/* A letter to U, with what all of them name. */
static void
address_letter(struct letter *l, const struct conf *conf, const struct user *u,
    int64_t now)
{
	*l = (struct letter){.conf = conf,
	    .catalogue = letter_language(conf, u),
	    .to = u->email,
	    .now = now};
	put_letter_place(l, "display", user_full_name(l->name, u));
	put_letter_place(l, "name", u->name);
	put_letter_place(l, "provider_name", conf->provider_name);
}

/* What has happened to U's account, at L's time, which the account shows. */
static void
tell_of_account(struct letter *l, const struct user *u, const char *address)
{
	struct buf b;

	tell_time(l->at, l->catalogue, u, l->now);
	buf_init(&b, l->url, sizeof l->url);
	buf_printf(&b, "%s/account", l->conf->issuer);
	put_letter_place(l, "link", l->url);
	put_letter_place(l, "at", l->at);
	put_letter_place(l, "address", address);
}

bool
letter_wanted(const struct conf *conf, const struct user *u)
{
	return conf->mail_is_sendmail && u->email[0] != '\0' &&
	       u->email_verified;
}

enum err
letter_send_link(const struct conf *conf, const struct user *u,
    const struct link *l, const char *url, int64_t now)
{
	static const char *const invited[] = {"mail.greeting",
	    "mail.invite.body", "mail.link", "mail.once", "mail.unasked", NULL};
	static const char *const reset[] = {"mail.greeting", "mail.reset.body",
	    "mail.link", "mail.once", "mail.unasked", NULL};
	struct letter letter;

	address_letter(&letter, conf, u, now);
	tell_time(letter.at, letter.catalogue, u, l->good_until);
	put_letter_place(&letter, "link", url);
	put_letter_place(&letter, "until", letter.at);
	return l->kind == LINK_INVITE
		   ? send_letter(&letter, "mail.invite.subject", invited)
		   : send_letter(&letter, "mail.reset.subject", reset);
}

enum err
letter_send_sign_in(const struct conf *conf, const struct user *u,
    const char *agent, const char *address, int64_t now)
{
	static const char *const parts[] = {"mail.greeting",
	    "mail.sign_in.body", "mail.sign_in.you", "mail.sign_in.not_you",
	    "mail.link", NULL};
	const char *browser = user_agent_browser(agent != NULL ? agent : "");
	const char *system = user_agent_system(agent != NULL ? agent : "");
	struct letter letter;

	address_letter(&letter, conf, u, now);
	tell_of_account(&letter, u, address);
	put_letter_place(&letter, "browser", browser != NULL ? browser : "?");
	put_letter_place(&letter, "system", system != NULL ? system : "?");
	return send_letter(&letter, "mail.sign_in.subject", parts);
}

enum err
letter_send_email_changed(const struct conf *conf, const struct user *u,
    const char *address, int64_t now)
{
	static const char *const parts[] = {"mail.greeting", "mail.email.body",
	    "mail.email.not_you", "mail.link", NULL};
	struct letter letter;

	address_letter(&letter, conf, u, now);
	tell_of_account(&letter, u, address);
	return send_letter(&letter, "mail.email.subject", parts);
}

enum err
letter_write_test(
    struct buf *b, const struct conf *conf, const char *address, int64_t now)
{
	static const char *const parts[] = {"mail.test.body", NULL};
	const struct letter letter = {.conf = conf,
	    .catalogue = &catalogues[0],
	    .to = address,
	    .now = now,
	    .places = {{"provider_name", conf->provider_name}, {NULL, NULL}}};

	return write_letter(b, &letter, "mail.test.subject", parts);
}
