/* latchkey key: what tokens are signed with. */
#include "admin.h"
#include "base/file.h"
#include "base/str.h"
#include "domain/audit.h"
#include "domain/signer.h"
#include "domain/signkey.h"
#include "list.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* An ID token may be in use a little longer than it is good for, and clocks
 * differ. */
enum { PUBLISHED_SLACK_S = 3600, SPARE_AGE_S = 3600 };

static const struct option list_options[] = {OPTION_JSON, OPTION_END};

static const struct option rotate_options[] = {
    {"--alg", "ALG", false},
    {"--now", NULL, false},
    OPTION_END,
};

static const struct column columns[] = {
    {"kid", "KID", false},
    {"alg", "ALG", false},
    {"state", "STATE", false},
    {"created_at", "CREATED", true},
    {"activated_at", "ACTIVATED", true},
    {"retired_at", "RETIRED", true},
    {"published_until", "PUBLISHED UNTIL", true},
    COLUMN_END,
};

/* --- making ----------------------------------------------------------------*/

static int
explain_make(const struct admin *a, enum err e, enum jwa alg)
{
	if (e == ERR_UNSUPPORTED)
		return admin_fail(
		    "RS256 needs OpenSSL's libcrypto, which this "
		    "build or host does not have; install libssl3, or use "
		    "EdDSA");
	return admin_refuse(a, e, "key", jwa_name(alg));
}

struct key_pair_ctx {
	enum jwa alg;
	struct signkey active, next;
	int64_t now;
};

static enum err
find_active_key_step(struct store_txn *t, void *arg)
{
	const struct key_pair_ctx *p = arg;
	struct signkey k;

	return signkey_active(t, p->alg, &k);
}

static enum err
add_key_pair_step(struct store_txn *t, void *arg)
{
	struct key_pair_ctx *p = arg;
	struct signkey k;
	enum err e;

	/* Another command may have been quicker. */
	e = signkey_active(t, p->alg, &k);
	if (e == OK)
		return ERR_EXISTS;
	if (e == ERR_NOT_FOUND)
		e = signkey_rotate(
		    t, &p->active, &(struct retirement){0}, p->now);
	if (e == OK)
		e = signkey_put(t, &p->next);
	if (e == OK)
		audit_add(
		    t, p->now, "key_added", NULL, NULL, p->active.pub.kid);
	return e;
}

int
keys_ensure(struct admin *a, enum jwa alg)
{
	struct key_pair_ctx p = {.alg = alg, .now = a->now};
	enum err e;

	e = store_read(a->store, find_active_key_step, &p);
	if (e != ERR_NOT_FOUND)
		return e == OK ? EXIT_DONE
			       : admin_refuse(a, e, "key", jwa_name(alg));
	e = signer_make(&p.active, alg, a->dir, a->now);
	if (e != OK)
		return explain_make(a, e, alg);
	e = signer_make(&p.next, alg, a->dir, a->now);
	if (e == OK) {
		e = store_write(a->store, a->now, add_key_pair_step, &p);
		if (e != OK)
			signer_discard(p.next.pub.kid, a->dir);
	}
	if (e != OK)
		signer_discard(p.active.pub.kid, a->dir);
	return e == OK || e == ERR_EXISTS ? EXIT_DONE : explain_make(a, e, alg);
}

/* --- list ------------------------------------------------------------------*/

static enum err
begin_key(struct list_row *row, const void *record)
{
	const struct signkey *k = record;

	if (k->state == KEY_RETIRED && k->expires_at <= row->now)
		return ERR_NOT_FOUND; /* kept for hints alone */
	row->json = json_object();
	return OK;
}

static const struct list_noun key_list = {
    .kind = "key",
    .type = &signkey_record,
    .columns = columns,
    .begin = begin_key,
};

static int
list_keys(struct admin *a, bool as_json)
{
	return list_run(a, &key_list, NULL, NULL, as_json);
}

static int
list_keys_verb(struct admin *a, const struct args *args)
{
	return list_keys(a, args_has(args, "--json"));
}

/* --- rotate ----------------------------------------------------------------*/

/* The keys before a rotation, and which ones to add. */
struct key_rotation {
	bool wanted[JWA_COUNT];
	bool found[JWA_COUNT];
	int64_t next_created_at[JWA_COUNT]; /* 0: there is no next */
	struct signkey new[JWA_COUNT];
	struct retirement retirement;
	int64_t now;
	bool clock_behind;
};

static bool
survey_key(void *arg, const void *record)
{
	const struct signkey *k = record;
	struct key_rotation *r = arg;

	r->found[k->pub.alg] |= k->state != KEY_RETIRED;
	if (k->state == KEY_NEXT)
		r->next_created_at[k->pub.alg] = k->created_at;
	return true;
}

static enum err
survey_keys_step(struct store_txn *t, void *arg)
{
	struct key_rotation *r = arg;

	memset(r->found, 0, sizeof r->found);
	memset(r->next_created_at, 0, sizeof r->next_created_at);
	signkey_each(t, survey_key, r);
	r->clock_behind = store_clock_behind(t, r->now) > 0;
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
remove_spare_keys(struct admin *a)
{
	struct spare_key s;
	struct dirent *entry;
	struct stat st;
	char path[ADMIN_PATH_CAP];
	DIR *keys;

	if (file_path(path, sizeof path, a->dir, "keys") != OK ||
	    (keys = opendir(path)) == NULL)
		return;
	while ((entry = readdir(keys)) != NULL) {
		char *end = strrchr(entry->d_name, '.');

		if (end == NULL || !str_equal(end, ".pem") ||
		    fstatat(dirfd(keys), entry->d_name, &st, 0) != 0 ||
		    st.st_mtime > a->now - SPARE_AGE_S)
			continue;
		*end = '\0';
		s.kid = entry->d_name;
		if (str_copy(s.key.pub.kid, sizeof s.key.pub.kid, s.kid) ==
			OK &&
		    store_read(a->store, find_spare_key_step, &s) ==
			ERR_NOT_FOUND &&
		    str_copy(s.key.pub.kid, sizeof s.key.pub.kid, s.kid) == OK)
			signer_discard(s.key.pub.kid, a->dir);
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
		e = signkey_rotate(t, &r->new[alg], &r->retirement, r->now);
		audit_add(t, r->now, "key_rotated", NULL, NULL,
		    jwa_name((enum jwa)alg));
	}
	/* Half a rotation is none. */
	if (e != OK)
		store_fail(t, e);
	return e;
}

static void
discard_new_keys(struct admin *a, struct key_rotation *r)
{
	for (int alg = 0; alg < JWA_COUNT; alg++)
		if (r->new[alg].pub.kid[0] != '\0')
			signer_discard(r->new[alg].pub.kid, a->dir);
}

/* Whether a key would sign that apps may not have fetched yet. */
static bool
is_too_young(const struct admin *a, const struct key_rotation *r)
{
	for (int alg = 0; alg < JWA_COUNT; alg++)
		if (r->wanted[alg] &&
		    r->next_created_at[alg] + a->conf.jwks_max_age_s > a->now)
			return true;
	return false;
}

static int
make_and_rotate_keys(struct admin *a, struct key_rotation *r)
{
	enum err e = OK;
	int alg;

	for (alg = 0; alg < JWA_COUNT && e == OK; alg++) {
		if (!r->wanted[alg])
			continue;
		e = signer_make(&r->new[alg], (enum jwa)alg, a->dir, a->now);
	}
	if (e == OK)
		e = store_write(a->store, a->now, rotate_keys_step, r);
	if (e == OK)
		return list_keys(a, false);
	discard_new_keys(a, r);
	return explain_make(a, e, JWA_RS256);
}

/* Published until nothing it signed is good; for hints as long as a session can
 * live that it signed an ID token of. */
static struct retirement
retirement(const struct conf *conf)
{
	struct retirement r = {.published_s = conf->access_token_lifetime_s +
					      conf->jwks_max_age_s +
					      PUBLISHED_SLACK_S,
	    .hints_s = conf->session_absolute_s};

	if (r.hints_s < conf->session_remember_absolute_s)
		r.hints_s = conf->session_remember_absolute_s;
	return r;
}

static int
rotate_keys(struct admin *a, const struct args *args)
{
	const char *name = args_value(args, "--alg");
	struct key_rotation r = {
	    .now = a->now, .retirement = retirement(&a->conf)};
	enum jwa alg = name != NULL ? jwa_issued_from_name(name) : JWA_COUNT;
	enum err e;

	if (alg == JWA_HS256)
		return admin_misused(
		    "--alg HS256: its keys are the clients' "
		    "secrets; `latchkey client secret` replaces one");
	if (name != NULL && alg == JWA_COUNT)
		return admin_misused("--alg %s: EdDSA or RS256", name);
	e = store_read(a->store, survey_keys_step, &r);
	if (e != OK)
		return admin_refuse(a, e, "key", "list");
	/* The first keys of an algorithm: one to sign, and the one after it. */
	if (name != NULL && !r.found[alg])
		return keys_ensure(a, alg) == EXIT_DONE ? list_keys(a, false)
							: EXIT_REFUSED;
	for (int i = 0; i < JWA_COUNT; i++)
		r.wanted[i] = name != NULL ? i == (int)alg : r.found[i];
	/* The active key would leave the JWKS too early, by as much. */
	if (r.clock_behind && !args_has(args, "--now"))
		return admin_fail("the clock is behind the newest record: set "
				  "it first (latchkey check), or give --now if "
				  "the old key must go at once");
	if (is_too_young(a, &r) && !args_has(args, "--now"))
		return admin_fail("the key that would sign is younger than "
				  "jwks_max_age: apps that cache the JWKS do "
				  "not know it yet and would refuse people; "
				  "wait, or give --now if the old key must go "
				  "at once");
	remove_spare_keys(a);
	return make_and_rotate_keys(a, &r);
}

const struct verb key_verbs[] = {
    {"key", "list", NULL, false, false, list_options,
	"Lists signing keys and how long each is published.", list_keys_verb},
    {"key", "rotate", NULL, false, false, rotate_options,
	"Makes the next key active and a new one next.", rotate_keys},
    VERB_END,
};
