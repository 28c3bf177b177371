#include "domain/portable_check.h"

#include "base/buf.h"
#include "base/str.h"
#include "domain/app_password.h"
#include "domain/clients.h"
#include "domain/consent.h"
#include "domain/passkey.h"
#include "domain/signkey.h"
#include "domain/site.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEY_TEXT_CAP = 2 * STORE_KEY_MAX,
	KEYS_MAX = 100 /* all are in one answer of the JWKS */
};

struct check_ctx {
	struct portable_check *c;
	struct portable_text *p;
	void *record; /* room for any */
	struct record_bytes bytes;
	struct portable_fault fault;
};

static enum err
wrong_here(struct check_ctx *x, const char *member, const char *message)
{
	portable_wrong(&x->fault, member, message);
	return portable_text_wrong(x->p, &x->fault);
}

/* "SECTION TEXT", by which a record is known. */
static void
name_record(
    char name[static KEY_TEXT_CAP], const char *section, const char *text)
{
	struct buf b;

	buf_init(&b, name, KEY_TEXT_CAP);
	buf_printf(&b, "%s %s", section, text);
}

/* --- once -----------------------------------------------------------------*/

/* The key of the present record, as base64url. */
static enum err
key_text(char text[static KEY_TEXT_CAP], struct check_ctx *x)
{
	const struct portable_icon *icon = x->record;
	struct record_bytes *k = &x->bytes;
	enum err e = OK;
	struct buf b;

	buf_init(&b, text, KEY_TEXT_CAP);
	if (x->p->section == PORTABLE_ICONS) {
		buf_puts(&b, icon->client_id);
		return OK;
	}
	e = record_encode(portable_kinds[x->p->section].type, x->record, k);
	if (e != OK)
		return e;
	buf_put_base64url(&b, k->key, k->key_len);
	secret_wipe(k->value, k->len);
	return buf_ok(&b) ? OK : ERR_NO_SPACE;
}

static enum err
check_once(struct check_ctx *x)
{
	const char *section = portable_kinds[x->p->section].section;
	char key[KEY_TEXT_CAP], name[KEY_TEXT_CAP];

	if (key_text(key, x) != OK)
		return wrong_here(x, NULL, "is longer than a record can be");
	name_record(name, section, key);
	if (!name_set_add(&x->c->seen, name))
		return wrong_here(x, NULL, "is there twice");
	return OK;
}

/* --- what a record names ---------------------------------------------------*/

/* The member in which a record has its owner. */
static const char *
owner_member(const struct portable_kind *kind, size_t at)
{
	const struct record_type *type = kind->type;

	for (size_t i = 0; i < type->count; i++)
		if (type->fields[i].at == at)
			return type->fields[i].name;
	return NULL;
}

static enum err
check_owners(struct check_ctx *x)
{
	const struct portable_kind *kind = &portable_kinds[x->p->section];
	const uint8_t *record = x->record;
	char sub[SUB_CAP], name[KEY_TEXT_CAP];

	if (kind->person.is) {
		user_sub(sub, record + kind->person.at);
		name_record(name, "person", sub);
		if (!name_set_has(&x->c->seen, name))
			return wrong_here(x,
			    owner_member(kind, kind->person.at),
			    "is no person of this file");
	}
	if (kind->app.is) {
		name_record(name, "app", (const char *)record + kind->app.at);
		if (!name_set_has(&x->c->seen, name))
			return wrong_here(x, owner_member(kind, kind->app.at),
			    "is no app of this file");
	}
	return OK;
}

/* What an app says that there is must follow: its icon, its site. */
static void
part_name(char name[static KEY_TEXT_CAP], const char *part,
    const char *client_id, const char *tag)
{
	struct buf b;

	buf_init(&b, name, KEY_TEXT_CAP);
	buf_printf(&b, "%s %s %s", part, client_id, tag);
}

static void
await_part(struct check_ctx *x, const char *part, const char *client_id,
    const char *tag)
{
	char name[KEY_TEXT_CAP];

	part_name(name, part, client_id, tag);
	name_set_add(&x->c->awaited, name);
}

static bool
part_came(struct check_ctx *x, const char *part, const char *client_id,
    const char *tag)
{
	char name[KEY_TEXT_CAP];

	part_name(name, part, client_id, tag);
	return name_set_remove(&x->c->awaited, name);
}

/* --- people and apps -------------------------------------------------------*/

/* A hash of elsewhere that costs what no other did is tried. */
static enum err
check_imported_cost(struct check_ctx *x, const struct user *u)
{
	struct portable_check *c = x->c;
	const char *setting = u->password.imported;
	enum err e;

	for (size_t i = 0; i < c->costs; i++)
		if (imported_same_cost(c->cost[i].setting, setting))
			return OK;
	if (c->costs == PORTABLE_COSTS_MAX)
		return wrong_here(
		    x, "imported", "is one kind of hash more than 16");
	e = imported_try_setting(setting, &c->cost[c->costs]);
	if (e == OK)
		c->costs++;
	return e == OK ? OK
		       : wrong_here(x, "imported",
			     e == ERR_UNSUPPORTED
				 ? "is a kind of hash that cannot be verified "
				   "here"
			     : e == ERR_CONTENT_TOO_LARGE
				 ? "takes more than a second to verify"
			     : e == ERR_TEMPORARILY_UNAVAILABLE
				 ? "takes too much memory"
				 : "is damaged");
}

static enum err
check_person(struct check_ctx *x)
{
	const struct user *u = x->record;
	char sub[SUB_CAP], name[KEY_TEXT_CAP];

	user_sub(sub, u->user_id);
	name_record(name, "person", sub);
	name_set_add(&x->c->seen, name);
	name_record(name, "name", u->name);
	if (!name_set_add(&x->c->seen, name))
		return wrong_here(
		    x, "preferred_username", "is another person's, too");
	x->c->secretless_people += u->has_password && !x->p->head.secrets;
	return u->password.imported[0] != '\0' ? check_imported_cost(x, u) : OK;
}

static enum err
check_app(struct check_ctx *x)
{
	const struct client *c = x->record;
	char name[KEY_TEXT_CAP];

	name_record(name, "app", c->client_id);
	name_set_add(&x->c->seen, name);
	if (c->is_site)
		await_part(x, "site", c->client_id, "");
	else
		x->c->algs |= 1u << c->alg;
	if (c->icon[0] != '\0')
		await_part(x, "icon", c->client_id, c->icon);
	x->c->secretless_apps +=
	    !c->is_site && client_has_secret(c) &&
	    sodium_is_zero(c->secret_hash, sizeof c->secret_hash);
	return OK;
}

static enum err
check_icon(struct check_ctx *x)
{
	const struct portable_icon *icon = x->record;
	char tag[ICON_TAG_CAP];

	icon_tag(tag, icon->bytes, icon->len);
	return part_came(x, "icon", icon->client_id, tag)
		   ? OK
		   : wrong_here(
			 x, "picture", "is not the icon that its app names");
}

static enum err
check_app_password(struct check_ctx *x)
{
	const struct app_password *a = x->record;
	char name[KEY_TEXT_CAP];

	name_record(name, "a site", a->origin);
	return name_set_has(&x->c->seen, name)
		   ? OK
		   : wrong_here(x, "site", "is no site of this file");
}

static enum err
check_site_part(struct check_ctx *x)
{
	const struct site_row *row = x->record;
	char name[KEY_TEXT_CAP];

	if (!part_came(x, "site", row->origin, ""))
		return wrong_here(x, "origin", "names an app that is no site");
	name_record(name, "a site", row->origin);
	name_set_add(&x->c->seen, name);
	return OK;
}

/* --- all ------------------------------------------------------------------*/

static enum err
check_section(struct check_ctx *x)
{
	switch (x->p->section) {
	case PORTABLE_PEOPLE:
		return check_person(x);
	case PORTABLE_APPS:
		return check_app(x);
	case PORTABLE_ICONS:
		return check_icon(x);
	case PORTABLE_SITES:
		return check_site_part(x);
	case PORTABLE_APP_PASSWORDS:
		return check_app_password(x);
	case PORTABLE_PASSKEYS:
		x->c->foreign_passkeys += !str_equal(
		    ((const struct passkey *)x->record)->rp_id, x->c->rp_id);
		return OK;
	case PORTABLE_KEYS:
		return x->c->count[PORTABLE_KEYS] < KEYS_MAX
			   ? OK
			   : wrong_here(x, NULL, "is one key more than 100");
	default:
		return OK;
	}
}

static enum err
check_record(void *arg, const json_t *object)
{
	struct check_ctx *x = arg;
	const enum portable_section section = x->p->section;
	const bool secrets = x->p->head.secrets;
	enum err e = portable_read(&portable_kinds[section], x->record, object,
	    secrets ? x->c->keyring : NULL, &x->fault);

	if (e == OK)
		e = portable_judge(
		    section, x->record, secrets, &x->c->host, &x->fault);
	if (e != OK)
		return portable_text_wrong(x->p, &x->fault);
	e = check_once(x);
	if (e == OK)
		e = check_owners(x);
	if (e == OK)
		e = check_section(x);
	x->c->count[section]++;
	secret_wipe(x->record, portable_kinds[section].type->size);
	if (e == OK && (x->c->seen.no_memory || x->c->awaited.no_memory))
		e = ERR_NO_MEMORY;
	return e;
}

enum err
portable_check(struct portable_check *c, struct portable_text *p)
{
	struct check_ctx x = {.c = c,
	    .p = p,
	    .record = malloc(PORTABLE_RECORD_MAX),
	    .bytes = {
		.value = malloc(RECORD_VALUE_CAP), .cap = RECORD_VALUE_CAP}};
	enum err e = ERR_NO_MEMORY;
	const char *missing;
	struct buf b;

	if (x.record != NULL && x.bytes.value != NULL)
		e = portable_text_each(p, check_record, &x);
	missing = name_set_any(&c->awaited);
	if (e == OK && missing != NULL) {
		buf_init(&b, p->message, sizeof p->message);
		buf_printf(&b, "an app has no %s in this file", missing);
		e = ERR_SYNTAX;
	}
	free(x.record);
	free(x.bytes.value);
	return e;
}

void
portable_check_free(struct portable_check *c)
{
	name_set_free(&c->seen);
	name_set_free(&c->awaited);
}
