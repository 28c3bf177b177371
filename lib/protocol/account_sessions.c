#include "protocol/account_sessions.h"

#include "domain/session_end.h"

#include <stdlib.h>
#include <string.h>

struct session_look {
	const struct account *account;
	struct account_sessions *found;
	size_t cap;
	enum err e;
};

static bool
is_present(const struct account *a, const struct session *s)
{
	return memcmp(a->session.sid, s->sid, SID_LEN) == 0;
}

/* Makes room for one more; NULL: there is none to be had. */
static struct session *
next_room(struct session_look *l)
{
	struct account_sessions *f = l->found;
	struct session *larger;

	if (f->count == l->cap) {
		l->cap = l->cap > 0 ? 2 * l->cap : 8;
		larger = realloc(f->list, l->cap * sizeof *larger);
		if (larger == NULL)
			return NULL;
		f->list = larger;
	}
	return &f->list[f->count++];
}

/* The present one is there already, as the first. */
static bool
collect_session(void *arg, const void *record)
{
	struct session_look *l = arg;
	const struct session *s = record;
	struct session *room;

	if (s->expires_at <= l->account->now || is_present(l->account, s))
		return true;
	if (l->found->count == ACCOUNT_SESSIONS_MAX) {
		l->found->more++;
		return true;
	}
	room = next_room(l);
	if (room == NULL)
		l->e = ERR_NO_MEMORY;
	else
		*room = *s;
	return room != NULL;
}

static int
later_use_first(const void *x, const void *y)
{
	const struct session *a = x, *b = y;

	return (a->used_at < b->used_at) - (a->used_at > b->used_at);
}

enum err
account_look_at_sessions(struct store_txn *t, struct account *a, void *arg)
{
	struct account_sessions *f = arg;
	struct session_look l = {.account = a, .found = f};
	struct session *room;

	account_sessions_free(f);
	room = next_room(&l);
	if (room == NULL)
		return ERR_NO_MEMORY;
	*room = a->session;
	session_each(t, a->user.user_id, collect_session, &l);
	qsort(f->list + 1, f->count - 1, sizeof *f->list, later_use_first);
	return l.e == OK ? store_failed(t) : l.e;
}

void
account_sessions_free(void *sessions)
{
	struct account_sessions *f = sessions;

	free(f->list);
	*f = (struct account_sessions){0};
}

static bool
end_one(struct store_txn *t, const struct account *a,
    const uint8_t sid[static SID_LEN])
{
	struct session s;

	if (session_get(t, sid, a->now, &s) != OK ||
	    memcmp(s.user_id, a->user.user_id, USER_ID_LEN) != 0 ||
	    is_present(a, &s))
		return false;
	session_end(t, sid, a->now);
	return true;
}

enum err
account_end_session(struct store_txn *t, struct account *a, void *arg)
{
	struct session_ending *s = arg;

	s->ended =
	    s->all ? session_end_all(t, a->user.user_id, a->session.sid, a->now)
		   : end_one(t, a, s->sid);
	if (s->ended == 0)
		return store_failed(t);
	account_audit(t, a, "session_ended", NULL,
	    s->all ? "all others of the person's" : NULL, s->from);
	user_end_devices(&a->user);
	return user_put(t, &a->user, a->user.changed_at);
}
