/* latchkey grant: what people have allowed apps; each grant is a family of
 * the store (domain/family.h), and consents are remembered. */
#include "admin.h"
#include "base/secret.h"
#include "base/str.h"
#include "domain/audit.h"
#include "domain/client.h"
#include "domain/consent.h"
#include "domain/family.h"
#include "domain/removal.h"
#include "domain/session_end.h"
#include "list.h"

#include <stdio.h>
#include <string.h>

static const struct option list_options[] = {
    {"--user", "NAME", false},
    {"--client", "ID", false},
    OPTION_JSON,
    OPTION_END,
};

static const struct option end_options[] = {
    {"--user", "NAME", false},
    {"--client", "ID", false},
    OPTION_END,
};

static const struct column grant_columns[] = {
    {"grant_id", "GRANT", COLUMN_WHOLE},
    {"preferred_username", "USER", false},
    {"client_id", "CLIENT", false},
    {"scope", "SCOPE", false},
    {"created_at", "CREATED", true},
    {"used_at", "USED", true},
    {"expires_at", "EXPIRES", true},
    {"generation", "GENERATION", false},
    COLUMN_END,
};

static const struct column consent_columns[] = {
    {"preferred_username", "USER", false},
    {"client_id", "CLIENT", false},
    {"scope", "APPROVED", false},
    {"declined", "DECLINED", false},
    {"changed_at", "CHANGED", true},
    COLUMN_END,
};

/* Whose grants, to what: a NULL matches all. */
struct grant_filter {
	const char *name, *client_id;
	bool has_user;
	struct user user;
};

/* Looks up what the filter names: a mistyped name must not match nothing in
 * silence. */
static enum err
filter_resolve(struct store_txn *t, struct grant_filter *f)
{
	struct client c;

	if (f->client_id != NULL && client_get(t, f->client_id, &c) != OK)
		return ERR_INVALID_CLIENT;
	f->has_user = f->name != NULL;
	return f->has_user ? user_find(t, f->name, &f->user) : OK;
}

static const uint8_t *
filter_user_id(const struct grant_filter *f)
{
	return f->has_user ? f->user.user_id : NULL;
}

static int
refuse_filter(const struct admin *a, const struct grant_filter *f, enum err e)
{
	if (e == ERR_INVALID_CLIENT)
		return admin_refuse(a, ERR_NOT_FOUND, "client", f->client_id);
	return admin_refuse(a, e, "user", f->name != NULL ? f->name : "");
}

/* --- list ------------------------------------------------------------------*/

/* Lists what still counts: family_require says no to a family whose session
 * has ended, too. */
static enum err
begin_grant(struct list_row *row, const void *record)
{
	const struct family *f = record;
	struct session s;

	if (f->expires_at <= row->now ||
	    (!f->offline && session_get(row->t, f->sid, row->now, &s) != OK))
		return ERR_NOT_FOUND;
	return list_begin_user(row, "grant_id", f->user_id);
}

static enum err
begin_consent(struct list_row *row, const void *record)
{
	const struct consent *p = record;

	return list_begin_user(row, "preferred_username", p->user_id);
}

static const struct list_noun grant_noun = {
    .type = &family_record, .begin = begin_grant};
static const struct list_noun consent_list = {
    .type = &consent_record, .begin = begin_consent};

struct grant_list {
	struct grant_filter filter;
	int64_t now;
	json_t *grants, *consents;
};

static enum err
collect_grants_step(struct store_txn *t, void *arg)
{
	struct grant_list *l = arg;
	const char *client_id = l->filter.client_id;
	struct record_set set;
	enum err e = filter_resolve(t, &l->filter);

	if (e != OK)
		return e;
	set = record_set_of(
	    &family_record, filter_user_id(&l->filter), client_id);
	e = list_collect(t, &grant_noun, &set, l->now, l->grants);
	if (e != OK)
		return e;
	set = record_set_of(
	    &consent_record, filter_user_id(&l->filter), client_id);
	return list_collect(t, &consent_list, &set, l->now, l->consents);
}

static int
list_grants(struct admin *a, const struct args *args)
{
	struct grant_list l = {.filter = {.name = args_value(args, "--user"),
				   .client_id = args_value(args, "--client")},
	    .now = a->now,
	    .grants = json_array(),
	    .consents = json_array()};
	enum err e = store_read(a->store, collect_grants_step, &l);
	int status;

	user_wipe(&l.filter.user);
	if (e != OK) {
		json_decref(l.grants);
		json_decref(l.consents);
		return refuse_filter(a, &l.filter, e);
	}
	if (args_has(args, "--json"))
		return output_json(json_pack(
		    "{s:o, s:o}", "grants", l.grants, "consents", l.consents));
	status = output_list(l.grants, grant_columns, false);
	putchar('\n');
	if (status == EXIT_DONE)
		return output_list(l.consents, consent_columns, false);
	json_decref(l.consents);
	return status;
}

/* --- end -------------------------------------------------------------------*/

struct grant_end_ctx {
	struct grant_filter filter;
	const uint8_t *family_id; /* this one alone, or NULL */
	int64_t now;
	size_t grants, consents;
};

static enum err
end_one_grant(struct store_txn *t, struct grant_end_ctx *s)
{
	char sub[SUB_CAP];
	struct family f;
	enum err e;

	e = family_get(t, s->family_id, s->now, &f);
	if (e != OK)
		return e;
	family_end(t, s->family_id);
	s->grants = 1;
	user_sub(sub, f.user_id);
	audit_add(t, s->now, "grant_ended", sub, f.client_id, NULL);
	return OK;
}

static enum err
end_grants_step(struct store_txn *t, void *arg)
{
	struct grant_end_ctx *s = arg;
	const uint8_t *user_id;
	enum err e;

	s->grants = s->consents = 0;
	if (s->family_id != NULL)
		return end_one_grant(t, s);
	e = filter_resolve(t, &s->filter);
	if (e != OK)
		return e;
	user_id = filter_user_id(&s->filter);
	if (user_id != NULL && s->filter.client_id != NULL)
		session_end_at_client(t, user_id, s->filter.client_id, s->now);
	s->grants = remove_families(t, user_id, s->filter.client_id);
	s->consents = consent_del_all(t, user_id, s->filter.client_id);
	if (s->grants + s->consents > 0)
		audit_add(t, s->now, "grant_ended", s->filter.name,
		    s->filter.client_id, NULL);
	return OK;
}

static int
end_grants(struct admin *a, const struct args *args)
{
	struct grant_end_ctx s = {
	    .filter = {.name = args_value(args, "--user"),
		.client_id = args_value(args, "--client")},
	    .now = a->now};
	uint8_t family_id[FAMILY_ID_LEN];
	enum err e = OK;

	if ((args->operand != NULL) == args_any(args))
		return admin_misused(
		    "grant end: name one grant, or "
		    "--user NAME, or --client ID, or both of these");
	if (args->operand != NULL) {
		e = base64url_decode_exact(
		    family_id, sizeof family_id, args->operand);
		s.family_id = family_id;
	}
	if (e == OK)
		e = store_write(a->store, a->now, end_grants_step, &s);
	user_wipe(&s.filter.user);
	if (s.family_id != NULL && (e == ERR_SYNTAX || e == ERR_NOT_FOUND))
		return admin_refuse(a, ERR_NOT_FOUND, "grant", args->operand);
	if (e != OK)
		return refuse_filter(a, &s.filter, e);
	printf("Grants ended: %zu. Consents removed: %zu.\n", s.grants,
	    s.consents);
	return EXIT_DONE;
}

const struct verb grant_verbs[] = {
    {"grant", "list", NULL, false, false, list_options,
	"Lists the grants of apps, and remembered consents.", list_grants},
    {"grant", "end", "GRANT_ID", true, false, end_options,
	"Ends one grant; or all, and the consents, of a person or app.",
	end_grants},
    VERB_END,
};
