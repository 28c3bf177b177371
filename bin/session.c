/* latchkey session: who is signed in. */
#include "domain/session.h"
#include "admin.h"
#include "base/buf.h"
#include "base/secret.h"
#include "base/str.h"
#include "domain/people.h"
#include "list.h"

#include <stdio.h>
#include <string.h>

static const struct option list_options[] = {
    {"--user", "NAME", false},
    OPTION_JSON,
    OPTION_END,
};

static const struct option end_options[] = {
    {"--user", "NAME", false},
    {"--all", NULL, false},
    OPTION_END,
};

static const struct column columns[] = {
    {"sid", "SID", COLUMN_WHOLE},
    {"preferred_username", "USER", false},
    {"auth_time", "SIGNED IN", true},
    {"signed_in_by", "BY", false},
    {"address", "FROM", false},
    {"expires_at", "EXPIRES", true},
    COLUMN_END,
};

/* --- list ------------------------------------------------------------------*/

struct session_filter {
	const char *name; /* NULL: everybody's */
	uint8_t user_id[USER_ID_LEN];
};

static enum err
choose_sessions(struct store_txn *t, void *arg, struct record_set *set)
{
	struct session_filter *f = arg;
	struct user u;
	enum err e;

	if (f->name == NULL)
		return OK;
	e = user_find(t, f->name, &u);
	memcpy(f->user_id, u.user_id, USER_ID_LEN);
	user_wipe(&u);
	*set = record_set_of(&session_record, f->user_id, NULL);
	return e;
}

/* What the words of AMR (domain/acr.h) say of the sign-in, as people call it.
 */
static void
put_signed_in_by(struct buf *b, const char *amr)
{
	static const struct {
		const char *word, *name;
	} used[] = {{"pwd", "password"}, {"pop", "passkey"}, {"otp", "code"}};

	for (size_t n = 0; n < sizeof used / sizeof *used; n++)
		if (words_has(amr, used[n].word))
			buf_printf(
			    b, "%s%s", b->len > 0 ? ", " : "", used[n].name);
}

static enum err
begin_session(struct list_row *row, const void *record)
{
	const struct session *s = record;
	char by[AMR_CAP];
	struct buf b;
	enum err e;

	if (s->expires_at <= row->now)
		return ERR_NOT_FOUND;
	e = list_begin_user(row, "sid", s->user_id);
	if (e != OK)
		return e;
	buf_init(&b, by, sizeof by);
	put_signed_in_by(&b, s->amr);
	if (json_object_set_new(row->json, "signed_in_by", json_string(by)) !=
	    0) {
		json_decref(row->json);
		row->json = NULL;
	}
	return OK;
}

static const struct list_noun session_list = {
    .kind = "user",
    .type = &session_record,
    .columns = columns,
    .choose = choose_sessions,
    .begin = begin_session,
};

static int
list_sessions(struct admin *a, const struct args *args)
{
	struct session_filter f = {.name = args_value(args, "--user")};

	return list_run(a, &session_list, &f, f.name, args_has(args, "--json"));
}

/* --- end -------------------------------------------------------------------*/

struct sessions_end_ctx {
	const uint8_t *sid; /* or */
	const char *name;   /* or, with neither, all */
	int64_t now;
	size_t count;
};

static enum err
end_sessions_step(struct store_txn *t, void *arg)
{
	struct sessions_end_ctx *s = arg;
	const struct change c = {.now = s->now};
	struct user u = {0};
	enum err e;

	s->count = 0;
	if (s->sid != NULL) {
		e = people_end_session(t, s->sid, &c);
		s->count = 1;
	} else if (s->name == NULL) {
		e = people_end_all_sessions(t, &c, &s->count);
	} else {
		e = user_find(t, s->name, &u);
		if (e == OK)
			e = people_end_sessions(t, &u, &c, &s->count);
	}
	user_wipe(&u);
	return e;
}

static int
end_sessions(struct admin *a, const struct args *args)
{
	struct sessions_end_ctx s = {
	    .name = args_value(args, "--user"), .now = a->now};
	uint8_t sid[SID_LEN];
	enum err e = OK;

	if ((args->operand != NULL) + (s.name != NULL) +
		args_has(args, "--all") !=
	    1)
		return admin_misused("session end: name one session, or "
				     "--user NAME, or --all");
	if (args->operand != NULL) {
		e = base64url_decode_exact(sid, sizeof sid, args->operand);
		s.sid = sid;
	}
	if (e == OK)
		e = store_write(a->store, a->now, end_sessions_step, &s);
	if (s.sid != NULL && (e == ERR_SYNTAX || e == ERR_NOT_FOUND))
		return admin_refuse(a, ERR_NOT_FOUND, "session", args->operand);
	if (e != OK)
		return admin_refuse(
		    a, e, "user", s.name != NULL ? s.name : "list");
	printf("Sessions ended: %zu.\n", s.count);
	return EXIT_DONE;
}

const struct verb session_verbs[] = {
    {"session", "list", NULL, false, false, list_options,
	"Lists who is signed in.", list_sessions},
    {"session", "end", "SID", true, false, end_options,
	"Signs out one session, a person's, or all.", end_sessions},
    VERB_END,
};
