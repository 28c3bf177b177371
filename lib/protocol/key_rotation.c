#include "protocol/key_rotation.h"

#include "base/file.h"
#include "base/str.h"
#include "domain/signer.h"
#include "domain/signkey.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

/* An ID token may be in use a little longer than it is good for, and clocks
 * differ. */
enum {
	PUBLISHED_SLACK_S = 3600,
	SPARE_AGE_S = 3600,
	KEYS_PATH_CAP = CONF_PATH_CAP + 16
};

/* --- the first ones --------------------------------------------------------*/

struct key_pair_ctx {
	enum jwa alg;
	struct signkey active, next;
	const struct change *change;
	char host[HOST_NAME_CAP]; /* this one */
	bool found, alone;
};

static bool
find_pair_key(void *arg, const void *record)
{
	const struct signkey *k = record;
	struct key_pair_ctx *p = arg;

	p->found |= k->pub.alg == p->alg && k->state != KEY_RETIRED;
	return !p->found;
}

static enum err
find_key_pair_step(struct store_txn *t, void *arg)
{
	struct key_pair_ctx *p = arg;

	p->found = false;
	signkey_each(t, find_pair_key, p);
	return store_failed(t);
}

static enum err
add_key_pair_step(struct store_txn *t, void *arg)
{
	struct key_pair_ctx *p = arg;
	enum err e = find_key_pair_step(t, p);

	/* Another command may have been quicker. */
	if (e == OK && p->found)
		return ERR_EXISTS;
	p->alone = !host_has_others(t, p->host, p->change->now);
	if (e == OK && p->alone)
		e = signkey_rotate(
		    t, &p->active, &(struct retirement){0}, p->change->now);
	if (e == OK)
		e = signkey_put(t, &p->next);
	if (e == OK)
		audit_change(t, p->change, "key_added", NULL, NULL,
		    p->alone ? p->active.pub.kid : p->next.pub.kid);
	return e;
}

enum err
keys_ensure(
    struct store *s, const char *dir, enum jwa alg, const struct change *c)
{
	struct key_pair_ctx p = {.alg = alg, .change = c};
	enum err e = store_read(s, find_key_pair_step, &p);

	if (e != OK || p.found)
		return e;
	host_own_name(p.host, dir);
	e = signer_make(&p.active, alg, dir, c->now);
	if (e != OK)
		return e;
	e = signer_make(&p.next, alg, dir, c->now);
	if (e == OK) {
		e = store_write(s, c->now, add_key_pair_step, &p);
		if (e != OK)
			signer_discard(p.next.pub.kid, dir);
	}
	if (e != OK || !p.alone)
		signer_discard(p.active.pub.kid, dir);
	return e == ERR_EXISTS ? OK : e;
}

/* --- rotation --------------------------------------------------------------*/

/* The keys before a rotation, and which ones to add. */
struct key_rotation {
	struct store *store;
	const struct conf *conf;
	const struct change *change;
	bool wanted[JWA_COUNT];
	bool found[JWA_COUNT];
	int64_t next_created_at[JWA_COUNT]; /* 0: there is no next */
	char next_kid[JWA_COUNT][KID_CAP];
	struct key_lack lacks[JWA_COUNT]; /* of that one; or no host */
	struct signkey new[JWA_COUNT];
	struct retirement retirement;
	bool clock_behind;
};

static bool
survey_key(void *arg, const void *record)
{
	const struct signkey *k = record;
	struct key_rotation *r = arg;

	r->found[k->pub.alg] |= k->state != KEY_RETIRED;
	if (k->state == KEY_NEXT) {
		r->next_created_at[k->pub.alg] = k->created_at;
		memcpy(r->next_kid[k->pub.alg], k->pub.kid, KID_CAP);
	}
	return true;
}

/* Which hosts do not have the keys that would sign. */
static void
survey_hosts(struct store_txn *t, struct key_rotation *r)
{
	for (int alg = 0; alg < JWA_COUNT; alg++) {
		struct key_lack *lack = &r->lacks[alg];

		lack->host[0] = '\0';
		memcpy(lack->kid, r->next_kid[alg], KID_CAP);
		if (r->conf->store[0] != '\0' && lack->kid[0] != '\0' &&
		    host_lacking(t, lack->kid, r->change->now, lack->host) !=
			OK)
			lack->host[0] = '\0';
	}
}

static enum err
survey_keys_step(struct store_txn *t, void *arg)
{
	struct key_rotation *r = arg;

	memset(r->found, 0, sizeof r->found);
	memset(r->next_created_at, 0, sizeof r->next_created_at);
	memset(r->next_kid, 0, sizeof r->next_kid);
	signkey_each(t, survey_key, r);
	survey_hosts(t, r);
	r->clock_behind = store_clock_behind(t, r->change->now) > 0;
	return store_failed(t);
}

struct spare_key {
	const char *kid;
	struct signkey key;
};

static enum err
find_spare_key_step(struct store_txn *t, void *arg)
{
	struct spare_key *s = arg;
	enum err e = signkey_get(t, s->kid, &s->key);

	return e == OK && s->key.state == KEY_RETIRED ? ERR_NOT_FOUND : e;
}

/*
 * Removes private halves that will sign no more. Before a rotation, not after:
 * a program that has just read which key is active may not have opened its
 * file yet. A young file without a row is another command's, not yet put.
 */
static void
remove_spare_keys(const struct key_rotation *r)
{
	struct spare_key s;
	struct dirent *entry;
	struct stat st;
	char path[KEYS_PATH_CAP];
	DIR *keys;

	if (file_path(path, sizeof path, r->conf->dir, "keys") != OK ||
	    (keys = opendir(path)) == NULL)
		return;
	while ((entry = readdir(keys)) != NULL) {
		char *end = strrchr(entry->d_name, '.');

		if (end == NULL || !str_equal(end, ".pem") ||
		    fstatat(dirfd(keys), entry->d_name, &st, 0) != 0 ||
		    st.st_mtime > r->change->now - SPARE_AGE_S)
			continue;
		*end = '\0';
		s.kid = entry->d_name;
		if (str_copy(s.key.pub.kid, sizeof s.key.pub.kid, s.kid) ==
			OK &&
		    store_read(r->store, find_spare_key_step, &s) ==
			ERR_NOT_FOUND &&
		    str_copy(s.key.pub.kid, sizeof s.key.pub.kid, s.kid) == OK)
			signer_discard(s.key.pub.kid, r->conf->dir);
	}
	closedir(keys);
}

static enum err
rotate_keys_step(struct store_txn *t, void *arg)
{
	struct key_rotation *r = arg;
	enum err e = OK;

	for (int alg = 0; alg < JWA_COUNT && e == OK; alg++) {
		if (!r->wanted[alg])
			continue;
		e = signkey_rotate(
		    t, &r->new[alg], &r->retirement, r->change->now);
		audit_change(t, r->change, "key_rotated", NULL, NULL,
		    jwa_name((enum jwa)alg));
	}
	/* Half a rotation is none. */
	if (e != OK)
		store_fail(t, e);
	return e;
}

static void
discard_new_keys(const struct key_rotation *r)
{
	for (int alg = 0; alg < JWA_COUNT; alg++)
		if (r->new[alg].pub.kid[0] != '\0')
			signer_discard(r->new[alg].pub.kid, r->conf->dir);
}

/* Whether a key would sign that apps may not have fetched yet. */
static bool
is_too_young(const struct key_rotation *r)
{
	for (int alg = 0; alg < JWA_COUNT; alg++)
		if (r->wanted[alg] &&
		    r->next_created_at[alg] + r->conf->jwks_max_age_s >
			r->change->now)
			return true;
	return false;
}

static bool
is_lacking(const struct key_rotation *r)
{
	for (int alg = 0; alg < JWA_COUNT; alg++)
		if (r->wanted[alg] && r->lacks[alg].host[0] != '\0')
			return true;
	return false;
}

enum err
keys_find_lack(struct store *s, const struct conf *conf, int64_t now,
    struct key_lack *lack)
{
	const struct change change = {.now = now};
	struct key_rotation r = {.store = s, .conf = conf, .change = &change};
	enum err e = store_read(s, survey_keys_step, &r);

	*lack = (struct key_lack){0};
	for (int alg = 0; e == OK && alg < JWA_COUNT; alg++)
		if (r.lacks[alg].host[0] != '\0') {
			*lack = r.lacks[alg];
			return OK;
		}
	return e == OK ? ERR_NOT_FOUND : e;
}

static enum err
make_and_rotate_keys(struct key_rotation *r)
{
	enum err e = OK;

	remove_spare_keys(r);
	for (int alg = 0; alg < JWA_COUNT && e == OK; alg++)
		if (r->wanted[alg])
			e = signer_make(&r->new[alg], (enum jwa)alg,
			    r->conf->dir, r->change->now);
	if (e == OK)
		e = store_write(r->store, r->change->now, rotate_keys_step, r);
	if (e != OK)
		discard_new_keys(r);
	return e;
}

/* Published until nothing it signed is good; for hints as long as a session can
 * live that it signed an ID token of. */
struct retirement
keys_retirement(const struct conf *conf)
{
	struct retirement r = {.published_s = conf->access_token_lifetime_s +
					      conf->jwks_max_age_s +
					      PUBLISHED_SLACK_S,
	    .hints_s = conf->session_absolute_s};

	if (r.hints_s < conf->session_remember_absolute_s)
		r.hints_s = conf->session_remember_absolute_s;
	return r;
}

enum err
keys_rotate(struct store *s, const struct conf *conf, enum jwa alg,
    bool at_once, const struct change *c, enum key_obstacle *obstacle)
{
	struct key_rotation r = {.store = s,
	    .conf = conf,
	    .change = c,
	    .retirement = keys_retirement(conf)};
	enum err e = store_read(s, survey_keys_step, &r);

	*obstacle = KEY_OBSTACLE_NONE;
	if (e != OK)
		return e;
	/* The first keys of an algorithm: one to sign, and the one after it. */
	if (alg != JWA_COUNT && !r.found[alg])
		return keys_ensure(s, conf->dir, alg, c);
	for (int i = 0; i < JWA_COUNT; i++)
		r.wanted[i] = alg != JWA_COUNT ? i == (int)alg : r.found[i];
	if (is_lacking(&r))
		*obstacle = KEY_OBSTACLE_HOSTS;
	else if (!at_once && r.clock_behind)
		*obstacle = KEY_OBSTACLE_CLOCK;
	else if (!at_once && is_too_young(&r))
		*obstacle = KEY_OBSTACLE_YOUNG;
	return *obstacle == KEY_OBSTACLE_NONE ? make_and_rotate_keys(&r)
					      : ERR_TEMPORARILY_UNAVAILABLE;
}
