/* The hosts that share the store: whether each has the keys that the others
 * have. */
#include "check.h"

#include "base/buf.h"
#include "base/str.h"
#include "domain/host.h"
#include "domain/installation.h"

#include <string.h>

enum { HOST_OLD_S = 2 * HOST_NOTE_S };

struct hosts_survey {
	struct check_run *c;
	const struct check_keys *keys;
	uint8_t mark[SECRET_KEY_LEN];
	size_t findings_before;
};

static bool
check_host_secret(const struct hosts_survey *s, const struct host *h)
{
	static const struct check_advice bad = {
	    "its programs refuse to work: they would call all tokens forged",
	    "copy secret.key there from a host that works; mode 0600"};

	if (memcmp(h->secret_key, s->mark, sizeof s->mark) == 0)
		return true;
	check_found(s->c, CHECK_ERROR, &bad,
	    "host %s has another secret.key than the store was made with",
	    h->name);
	return false;
}

static bool
check_host_keys(const struct hosts_survey *s, const struct host *h)
{
	static const struct check_advice active = {
	    "its programs cannot sign, and people cannot sign in there",
	    "copy the file there, mode 0600, and run `latchkey check` on it"};
	static const struct check_advice next = {
	    "`latchkey key rotate` waits for it",
	    "copy the file there, mode 0600, and run `latchkey check` on it"};
	bool has_all = true;

	for (size_t i = 0; i < s->keys->count; i++) {
		const struct signkey *k = &s->keys->keys[i];
		const bool signs = k->state == KEY_ACTIVE;

		if (host_has_key(h, k->pub.kid))
			continue;
		has_all = false;
		check_found(s->c, signs ? CHECK_ERROR : CHECK_WARNING,
		    signs ? &active : &next,
		    "host %s does not have keys/%s.pem", h->name, k->pub.kid);
	}
	return has_all;
}

static bool
check_host(void *arg, const void *record)
{
	static const struct check_advice old = {
	    "no key becomes active without it until it is forgotten, after "
	    "two days",
	    "start its programs, or latchkey host del with that name"};
	const struct host *h = record;
	const struct hosts_survey *s = arg;
	const int64_t age = s->c->a->now - h->seen_at;
	char seen[32];
	struct buf b;

	buf_init(&b, seen, sizeof seen);
	buf_put_span(&b, age > 0 ? age : 0);
	if (!check_host_secret(s, h) || !check_host_keys(s, h))
		return true;
	if (age > HOST_OLD_S)
		check_found(s->c, CHECK_NOTE, &old,
		    "host %s was last seen %s ago", h->name, seen);
	else
		check_found(s->c, CHECK_OK, NULL,
		    "host %s (%s) has all keys; seen %s ago", h->name,
		    h->version, seen);
	return true;
}

static enum err
survey_hosts_step(struct store_txn *t, void *arg)
{
	struct hosts_survey *s = arg;
	enum err e = installation_mark(t, s->mark);

	while (json_array_size(s->c->findings) > s->findings_before)
		json_array_remove(s->c->findings, s->findings_before);
	if (e == OK)
		host_each(t, s->c->a->now, check_host, s);
	return e == OK ? store_failed(t) : e;
}

void
check_hosts(struct check_run *c, const struct check_keys *keys)
{
	static const struct check_advice bad = {
	    "keys wait for what hosts say", "run `latchkey check` again"};
	struct hosts_survey s = {.c = c,
	    .keys = keys,
	    .findings_before = json_array_size(c->findings)};
	enum err e;

	if (c->a->conf.store[0] == '\0')
		return;
	admin_note_host(c->a);
	e = store_read(c->a->store, survey_hosts_step, &s);
	if (e != OK)
		check_found(c, CHECK_ERROR, &bad,
		    "what the hosts have cannot be read (%s)", err_name(e));
}
