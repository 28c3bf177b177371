#include "domain/people.h"

#include "domain/factor.h"
#include "domain/passkey.h"
#include "domain/removal.h"
#include "domain/session_end.h"
#include "domain/throttle.h"

enum err
people_add(struct store_txn *t, struct user *u, const struct change *c)
{
	enum err e = user_add(t, u, c->now);

	if (e == OK)
		audit_change(t, c, "user_added", u->name, NULL, NULL);
	return e;
}

enum err
people_set(struct store_txn *t, struct user *u, const struct change *c)
{
	enum err e = user_put(t, u, c->now);

	if (e == OK)
		audit_change(t, c, "user_changed", u->name, NULL, NULL);
	return e;
}

enum err
people_set_password(struct store_txn *t, struct user *u,
    const struct password_hash *h, const struct change *c)
{
	u->password = *h;
	u->has_password = true;
	user_end_devices(u);
	session_end_all(t, u->user_id, NULL, c->now);
	remove_families(t, u->user_id, NULL);
	audit_change(t, c, "password_changed", u->name, NULL, NULL);
	return user_put(t, u, c->now);
}

enum err
people_lock(struct store_txn *t, struct user *u, const struct change *c)
{
	u->locked = true;
	user_end_devices(u);
	session_end_all(t, u->user_id, NULL, c->now);
	audit_change(t, c, "user_locked", u->name, NULL, NULL);
	return user_put(t, u, c->now);
}

enum err
people_unlock(struct store_txn *t, struct user *u, const struct keyring *k,
    const struct change *c)
{
	u->locked = false;
	throttle_open(t, k, u->name, c->now);
	throttle_open(t, k, u->email, c->now);
	audit_change(t, c, "user_unlocked", u->name, NULL, NULL);
	return user_put(t, u, c->now);
}

enum err
people_remove_factors(
    struct store_txn *t, struct user *u, const struct change *c)
{
	factor_del(t, u->user_id);
	passkey_del_all(t, u->user_id);
	user_end_devices(u);
	session_end_all(t, u->user_id, NULL, c->now);
	audit_change(t, c, "factor_removed", u->name, NULL, "all");
	return user_put(t, u, c->now);
}

enum err
people_remove(struct store_txn *t, const char *name, const struct change *c)
{
	struct user u;
	enum err e = user_find(t, name, &u);

	/* While the name still says whose line it is. */
	if (e == OK)
		audit_change(t, c, "user_deleted", u.name, NULL, NULL);
	user_wipe(&u);
	return e == OK ? remove_user(t, name, c->now) : e;
}

/* --- sessions --------------------------------------------------------------*/

static enum err
end_devices(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN])
{
	struct user u;
	enum err e = user_get(t, user_id, &u);

	if (e == OK) {
		user_end_devices(&u);
		e = user_put(t, &u, u.changed_at);
	}
	user_wipe(&u);
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
people_end_session(struct store_txn *t, const uint8_t sid[static SID_LEN],
    const struct change *c)
{
	char sub[SUB_CAP];
	struct session s;
	enum err e = session_get(t, sid, c->now, &s);

	if (e != OK)
		return e;
	session_end(t, sid, c->now);
	user_sub(sub, s.user_id);
	audit_change(t, c, "session_ended", sub, NULL, NULL);
	return end_devices(t, s.user_id);
}

static enum err
end_sessions_of(
    struct store_txn *t, const struct user *u, int64_t now, size_t *count)
{
	*count += session_end_all(t, u->user_id, NULL, now);
	return end_devices(t, u->user_id);
}

enum err
people_end_sessions(struct store_txn *t, const struct user *u,
    const struct change *c, size_t *count)
{
	const size_t before = *count;
	enum err e = end_sessions_of(t, u, c->now, count);

	if (e == OK && *count > before)
		audit_change(t, c, "session_ended", u->name, NULL,
		    "all of the person's");
	return e;
}

struct everybody {
	struct store_txn *t;
	int64_t now;
	size_t *count;
	enum err e;
};

static bool
end_everybody(void *arg, const void *record)
{
	struct everybody *all = arg;

	all->e = end_sessions_of(all->t, record, all->now, all->count);
	return all->e == OK;
}

enum err
people_end_all_sessions(
    struct store_txn *t, const struct change *c, size_t *count)
{
	struct everybody all = {.t = t, .now = c->now, .count = count};

	user_each(t, end_everybody, &all);
	if (all.e == OK && *count > 0)
		audit_change(t, c, "session_ended", NULL, NULL, "all");
	return all.e;
}
