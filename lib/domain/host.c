#include "domain/host.h"

#include "base/buf.h"
#include "base/str.h"
#include "domain/keyring.h"
#include "domain/signer.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEYS_MAX = 16, HOSTNAME_CAP = 128 };

static const struct record_field host_fields[] = {
    FIELD_OF(struct host, name, TEXT, KEY, "host"),
    FIELD_OF(struct host, version, TEXT, SHOWN, "version"),
    FIELD_OF(struct host, secret_key, BYTES, SECRET, "secret_key"),
    FIELD_OF(struct host, keys, WORDS, SHOWN, "keys"),
    FIELD_OF(struct host, seen_at, TIME, SHOWN, "seen_at"),
    FIELD_OF(struct host, expires_at, TIME, INNER, "expires_at"),
};
const struct record_type host_record = {
    .table = TABLE_HOSTS,
    .version = 1,
    .expires_at = offsetof(struct host, expires_at),
    RECORD_FIELDS(struct host, host_fields),
};

void
host_own_name(char name[static HOST_NAME_CAP], const char *dir)
{
	char hostname[HOSTNAME_CAP] = "localhost";
	char *real = realpath(dir, NULL);
	struct buf b;

	if (gethostname(hostname, sizeof hostname) == 0)
		hostname[sizeof hostname - 1] = '\0';
	buf_init(&b, name, HOST_NAME_CAP);
	buf_printf(&b, "%s:%s", hostname, real != NULL ? real : dir);
	if (!buf_ok(&b)) /* the end of it tells directories apart */
		str_cut(name, HOST_NAME_CAP, hostname);
	free(real);
}

/* --- what this one has ---------------------------------------------------- */

struct noting {
	struct host own, noted;
	int64_t now;
	struct signkey keys[KEYS_MAX];
	size_t key_count;
};

static bool
note_key(void *arg, const void *record)
{
	const struct signkey *k = record;
	struct noting *n = arg;

	if (k->state != KEY_RETIRED)
		n->keys[n->key_count++] = *k;
	return n->key_count < KEYS_MAX;
}

static enum err
read_noted_step(struct store_txn *t, void *arg)
{
	struct noting *n = arg;
	enum err e = record_load(
	    t, &host_record, n->own.name, strlen(n->own.name), &n->noted);

	n->key_count = 0;
	signkey_each(t, note_key, n);
	return e == ERR_NOT_FOUND ? store_failed(t) : e;
}

static enum err
probe_own_keys(struct noting *n, const char *dir)
{
	struct signer *signer;
	enum err e = signer_new(&signer, dir);

	for (size_t i = 0; e == OK && i < n->key_count; i++)
		if (signer_probe(signer, &n->keys[i]) == OK)
			e = words_add(n->own.keys, sizeof n->own.keys,
			    n->keys[i].pub.kid);
	signer_free(&signer);
	return e;
}

static void
read_own_secret(struct host *own, const char *dir)
{
	struct keyring k;

	if (keyring_load(&k, dir) == OK)
		memcpy(own->secret_key, k.check, sizeof own->secret_key);
	keyring_wipe(&k);
}

static bool
is_noted(const struct noting *n)
{
	const struct host *a = &n->own, *b = &n->noted;

	return str_equal(a->keys, b->keys) &&
	       str_equal(a->version, b->version) &&
	       memcmp(a->secret_key, b->secret_key, sizeof a->secret_key) ==
		   0 &&
	       b->seen_at <= n->now && n->now - b->seen_at < HOST_NOTE_S;
}

static enum err
put_host_step(struct store_txn *t, void *arg)
{
	return record_save(t, &host_record, arg);
}

enum err
host_note(struct store *s, const char *dir, int64_t now)
{
	struct noting n = {.now = now};
	enum err e;

	host_own_name(n.own.name, dir);
	str_cut(n.own.version, sizeof n.own.version, LK_VERSION);
	n.own.seen_at = now;
	n.own.expires_at = now + HOST_LIFE_S;
	read_own_secret(&n.own, dir);
	e = store_read(s, read_noted_step, &n);
	if (e == OK)
		e = probe_own_keys(&n, dir);
	if (e != OK || is_noted(&n))
		return e;
	return store_write(s, now, put_host_step, &n.own);
}

/* --- all of them ---------------------------------------------------------- */

struct host_walk {
	int64_t now;
	record_visit *visit;
	void *arg;
};

static bool
visit_present(void *arg, const void *record)
{
	const struct host *h = record;
	const struct host_walk *w = arg;

	return h->expires_at <= w->now || w->visit(w->arg, h);
}

void
host_each(struct store_txn *t, int64_t now, record_visit *visit, void *arg)
{
	struct host_walk w = {now, visit, arg};
	struct host h;

	record_each(t, &host_record, NULL, &h, visit_present, &w);
}

bool
host_has_key(const struct host *h, const char *kid)
{
	return words_has(h->keys, kid);
}

struct lack {
	const char *kid;
	char *name;
	bool found;
};

static bool
find_lacking(void *arg, const void *record)
{
	const struct host *h = record;
	struct lack *l = arg;

	l->found = !host_has_key(h, l->kid);
	if (l->found)
		(void)!str_copy(l->name, HOST_NAME_CAP, h->name);
	return !l->found;
}

enum err
host_lacking(struct store_txn *t, const char *kid, int64_t now,
    char name[static HOST_NAME_CAP])
{
	struct lack l = {.kid = kid, .name = name};

	name[0] = '\0';
	host_each(t, now, find_lacking, &l);
	if (store_failed(t) != OK)
		return store_failed(t);
	return l.found ? OK : ERR_NOT_FOUND;
}

struct other {
	const char *own;
	bool found;
};

static bool
find_other(void *arg, const void *record)
{
	const struct host *h = record;
	struct other *o = arg;

	o->found = !str_equal(h->name, o->own);
	return !o->found;
}

bool
host_has_others(struct store_txn *t, const char *own, int64_t now)
{
	struct other o = {.own = own};

	host_each(t, now, find_other, &o);
	return o.found;
}

enum err
host_del(struct store_txn *t, const char *name)
{
	const size_t len = strlen(name);
	struct store_value v;
	enum err e = ERR_NOT_FOUND;

	if (len > 0 && len <= STORE_KEY_MAX)
		e = store_get(t, TABLE_HOSTS, name, len, &v);
	if (e == OK)
		store_del(t, TABLE_HOSTS, name, len);
	return e;
}
