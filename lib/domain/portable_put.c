#include "domain/portable_put.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/name_set.h"
#include "base/str.h"
#include "domain/app_password.h"
#include "domain/document.h"
#include "domain/imported_people.h"
#include "domain/passkey.h"
#include "domain/site.h"
#include "domain/user_email.h"

#include <stdlib.h>
#include <string.h>

struct put_ctx {
	struct store_txn *t;
	struct portable_put *put;
	struct portable_text *p;
	void *record, *here; /* room for any */
	struct record_bytes bytes;
	struct name_set added; /* the subs of people who were not here */
	char why[PORTABLE_MESSAGE_CAP]; /* why it differs */
};

static void
differs(struct put_ctx *x, const char *what, const char *name)
{
	struct buf b;

	buf_init(&b, x->why, sizeof x->why);
	buf_printf(&b, what, name);
}

/* --- what is here ---------------------------------------------------------*/

/* The record that is here under the key of the present one: ERR_NOT_FOUND. */
static enum err
load_here(struct put_ctx *x)
{
	const struct record_type *type = portable_kinds[x->p->section].type;
	const struct portable_icon *icon = x->record;
	struct portable_icon *here = x->here;
	struct icon *found;
	enum err e;

	if (x->p->section != PORTABLE_ICONS) {
		e = record_encode(type, x->record, &x->bytes);
		secret_wipe(x->bytes.value, x->bytes.len);
		return e == OK ? record_load(x->t, type, x->bytes.key,
				     x->bytes.key_len, x->here)
			       : e;
	}
	found = malloc(sizeof *found);
	e = found != NULL ? icon_get(x->t, icon->client_id, found)
			  : ERR_NO_MEMORY;
	if (e == OK) {
		*here = *icon;
		here->len = found->len;
		memcpy(here->bytes, found->bytes, found->len);
	}
	free(found);
	return e;
}

/* Whether what is here would be written as the present record is. */
static bool
is_equal_here(const struct put_ctx *x)
{
	const struct portable_kind *kind = &portable_kinds[x->p->section];
	const struct keyring *k = x->p->head.secrets ? x->put->keyring : NULL;
	json_t *here, *there;
	bool same;

	/* A key has another state here: its kid says that it is the same. */
	if (x->p->section == PORTABLE_KEYS)
		return true;
	here = portable_show(kind, x->here, k);
	there = portable_show(kind, x->record, k);
	same = here != NULL && json_equal(here, there);
	json_decref(here);
	json_decref(there);
	return same;
}

/* --- what is in the way ----------------------------------------------------*/

/* Whether another person has the name, or the verified address, of U. */
static enum err
person_clashes(struct put_ctx *x, const struct user *u, bool *clashes)
{
	struct store_value v;
	uint8_t rival[USER_ID_LEN];
	enum err e =
	    store_get(x->t, TABLE_USER_NAMES, u->name, strlen(u->name), &v);

	*clashes = true;
	if (e == OK) {
		differs(x, "the name %s is another person's here", u->name);
		return OK;
	}
	if (e == ERR_NOT_FOUND)
		e = user_email_rival(x->t, u, rival);
	if (e == OK) {
		differs(x, "%s is the verified address of another person here",
		    u->email);
		return OK;
	}
	*clashes = false;
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
passkey_clashes(struct put_ctx *x, const struct passkey *k, bool *clashes)
{
	*clashes =
	    passkey_count(x->t, k->user_id, k->rp_id, NULL) >= PASSKEYS_MAX;
	if (*clashes)
		differs(x, "the person has %s here as there can be",
		    "as many passkeys");
	return store_failed(x->t);
}

static enum err
find_clash(struct put_ctx *x, bool *clashes)
{
	*clashes = false;
	if (x->p->section == PORTABLE_PEOPLE)
		return person_clashes(x, x->record, clashes);
	if (x->p->section == PORTABLE_PASSKEYS)
		return passkey_clashes(x, x->record, clashes);
	return OK;
}

/* Whether the app here, which may be another of the same id, is the one that
 * the present record is a part of. */
static enum err
app_is_meant(struct put_ctx *x, bool *meant)
{
	const struct portable_icon *icon = x->record;
	const struct site_row *row = x->record;
	const struct app_password *a = x->record;
	char tag[ICON_TAG_CAP];
	struct store_value v;
	struct client c;
	enum err e;

	switch (x->p->section) {
	case PORTABLE_ICONS:
		e = client_get(x->t, icon->client_id, &c);
		icon_tag(tag, icon->bytes, icon->len);
		*meant = e == OK && str_equal(c.icon, tag);
		return e;
	case PORTABLE_SITES:
		e = client_get(x->t, row->origin, &c);
		*meant = e == OK && c.is_site;
		return e;
	case PORTABLE_APP_PASSWORDS:
		return store_get(
		    x->t, TABLE_SITES, a->origin, strlen(a->origin), &v);
	default:
		return OK;
	}
}

/* Whether the person of the present record came with this file. One who was
 * here before gets nothing from it to sign in with, nor a consent: the file
 * may be a stranger's, or have what they have removed since. */
static bool
person_came(const struct put_ctx *x, const struct portable_kind *kind)
{
	char sub[SUB_CAP];

	if (!kind->person.is)
		return true;
	user_sub(sub, (const uint8_t *)x->record + kind->person.at);
	return name_set_has(&x->added, sub);
}

/* Whether its app is here, which may have been left out. */
static enum err
app_is_here(struct put_ctx *x, bool *here)
{
	const struct portable_kind *kind = &portable_kinds[x->p->section];
	const char *app = (const char *)x->record + kind->app.at;
	struct store_value v;
	enum err e = OK;

	if (kind->app.is)
		e = store_get(x->t, TABLE_CLIENTS, app, strlen(app), &v);
	*here = e == OK;
	if (e == OK)
		e = app_is_meant(x, here);
	*here &= e == OK;
	return e == ERR_NOT_FOUND ? OK : e;
}

/* Of a file without secrets, what is nothing without its own; and keys that
 * signed for another issuer. */
static bool
is_useless(const struct put_ctx *x)
{
	const struct signkey *k = x->record;

	switch (x->p->section) {
	case PORTABLE_FACTORS:
	case PORTABLE_APP_PASSWORDS:
		return !x->p->head.secrets;
	case PORTABLE_KEYS:
		return !x->put->same_issuer ||
		       (k->state == KEY_RETIRED &&
			   later(k->expires_at, k->gone_at) <=
			       x->put->change.now);
	default:
		return false;
	}
}

/* --- putting --------------------------------------------------------------*/

static enum err
restore_person(struct put_ctx *x, struct user *u)
{
	char sub[SUB_CAP];

	user_sub(sub, u->user_id);
	name_set_add(&x->added, sub);
	if (!x->p->head.secrets) {
		u->has_password = false;
		u->password = (struct password_hash){0};
	}
	return user_restore(x->t, u);
}

/* It signed, and signs no more. */
static enum err
restore_key(struct put_ctx *x, struct signkey *k)
{
	const struct retirement *r = &x->put->retirement;
	const int64_t now = x->put->change.now;

	if (k->state != KEY_RETIRED) {
		k->state = KEY_RETIRED;
		k->retired_at = now;
		k->expires_at = k->gone_at = INT64_MAX;
	}
	/* For no longer than if it had been retired here, now. */
	if (k->expires_at > now + r->published_s)
		k->expires_at = now + r->published_s;
	if (k->gone_at > k->expires_at + r->hints_s)
		k->gone_at = k->expires_at + r->hints_s;
	return signkey_put(x->t, k);
}

/* What says itself what it is says so again before a person is asked. */
static enum err
restore_app(struct put_ctx *x, const struct client *c)
{
	enum err e = client_restore(x->t, c);

	return e == OK && c->source == CLIENT_OF_DOCUMENT
		   ? document_adopt(x->t, c->client_id, x->put->change.now)
		   : e;
}

static enum err
put_present(struct put_ctx *x)
{
	const struct portable_icon *icon = x->record;

	switch (x->p->section) {
	case PORTABLE_PEOPLE:
		return restore_person(x, x->record);
	case PORTABLE_APPS:
		return restore_app(x, x->record);
	case PORTABLE_ICONS:
		icon_put(x->t, icon->client_id, icon->bytes, icon->len);
		return store_failed(x->t);
	case PORTABLE_KEYS:
		return restore_key(x, x->record);
	default:
		return record_save(
		    x->t, portable_kinds[x->p->section].type, x->record);
	}
}

static void
tell_clash(struct put_ctx *x)
{
	const struct portable_fault fault = {.member = NULL};
	struct portable_fault told = fault;
	char *line;

	if (x->put->clashes++ >= PORTABLE_TOLD_MAX)
		return;
	str_cut(told.message, sizeof told.message, x->why);
	portable_text_wrong(x->p, &told);
	line = x->put->told[x->put->clashes - 1];
	str_cut(line, PORTABLE_WHERE_CAP, x->p->message);
}

/* What becomes of the present record, which is put if it can be. */
static enum err
decide(struct put_ctx *x, enum portable_outcome *outcome)
{
	bool owned, clashes;
	enum err e;

	*outcome = PORTABLE_LEFT_OUT;
	if (is_useless(x))
		return OK;
	e = app_is_here(x, &owned);
	if (e != OK || !owned)
		return e;
	e = load_here(x);
	if (e == OK) {
		*outcome = is_equal_here(x) ? PORTABLE_SAME : PORTABLE_DIFFERS;
		differs(x, "is here already%s",
		    *outcome == PORTABLE_SAME ? "" : ", and differs");
		return OK;
	}
	if (e == ERR_NOT_FOUND &&
	    !person_came(x, &portable_kinds[x->p->section]))
		return OK;
	if (e == ERR_NOT_FOUND)
		e = find_clash(x, &clashes);
	if (e != OK)
		return e;
	*outcome = clashes ? PORTABLE_DIFFERS : PORTABLE_ADDED;
	return clashes ? OK : put_present(x);
}

static enum err
restore_record(void *arg, const json_t *object)
{
	struct put_ctx *x = arg;
	const enum portable_section section = x->p->section;
	const struct keyring *k = x->p->head.secrets ? x->put->keyring : NULL;
	struct portable_fault fault;
	enum portable_outcome outcome = PORTABLE_LEFT_OUT;
	enum err e = portable_read(
	    &portable_kinds[section], x->record, object, k, &fault);

	if (e == OK)
		e = decide(x, &outcome);
	secret_wipe(x->record, portable_kinds[section].type->size);
	secret_wipe(x->here, portable_kinds[section].type->size);
	if (e != OK)
		return e;
	x->put->count[section][outcome]++;
	if (outcome == PORTABLE_SAME || outcome == PORTABLE_DIFFERS)
		tell_clash(x);
	return store_failed(x->t);
}

/* What follows from all of them. */
static void
note_imported(struct store_txn *t, const struct portable_put *put,
    const struct portable_head *head)
{
	size_t people = put->count[PORTABLE_PEOPLE][PORTABLE_ADDED];
	size_t apps = put->count[PORTABLE_APPS][PORTABLE_ADDED];
	char detail[AUDIT_TEXT_CAP];
	struct buf b;

	for (size_t i = 0; i < put->check->costs; i++)
		imported_people_note(t, &put->check->cost[i]);
	client_count_algs(t);
	buf_init(&b, detail, sizeof detail);
	buf_printf(
	    &b, "%zu people, %zu apps, of %.180s", people, apps, head->issuer);
	audit_change(t, &put->change, "imported", NULL, NULL, detail);
}

enum err
portable_put(
    struct store_txn *t, struct portable_put *put, struct portable_text *p)
{
	struct put_ctx x = {.t = t,
	    .put = put,
	    .p = p,
	    .record = malloc(PORTABLE_RECORD_MAX),
	    .here = malloc(PORTABLE_RECORD_MAX),
	    .bytes = {
		.value = malloc(RECORD_VALUE_CAP), .cap = RECORD_VALUE_CAP}};
	enum err e = ERR_NO_MEMORY;

	memset(put->count, 0, sizeof put->count);
	put->clashes = 0;
	if (x.record != NULL && x.here != NULL && x.bytes.value != NULL)
		e = portable_text_each(p, restore_record, &x);
	if (e == OK && x.added.no_memory)
		e = ERR_NO_MEMORY;
	if (e == OK)
		note_imported(t, put, &p->head);
	name_set_free(&x.added);
	free(x.record);
	free(x.here);
	free(x.bytes.value);
	return e == OK ? store_failed(t) : e;
}
