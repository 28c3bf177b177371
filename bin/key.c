/* latchkey key: what tokens are signed with. */
#include "admin.h"
#include "domain/host.h"
#include "domain/signkey.h"
#include "list.h"
#include "protocol/key_rotation.h"

static const struct option list_options[] = {OPTION_JSON, OPTION_END};

static const struct option rotate_options[] = {
    {"--alg", "ALG", false},
    {"--now", NULL, false},
    OPTION_END,
};

#define KEY_COLUMNS                                                            \
	{"kid", "KID", COLUMN_TEXT}, {"alg", "ALG", COLUMN_TEXT},              \
	    {"state", "STATE", COLUMN_TEXT},                                   \
	    {"created_at", "CREATED", COLUMN_TIME},                            \
	    {"activated_at", "ACTIVATED", COLUMN_TIME},                        \
	    {"retired_at", "RETIRED", COLUMN_TIME},                            \
	{                                                                      \
		"published_until", "PUBLISHED UNTIL", COLUMN_TIME              \
	}

static const struct column columns[] = {KEY_COLUMNS, COLUMN_END};

/* Where several hosts share the store. */
static const struct column shared_columns[] = {
    KEY_COLUMNS, {"missing_on", "MISSING ON", COLUMN_TEXT}, COLUMN_END};

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

int
admin_ensure_keys(struct admin *a, enum jwa alg)
{
	enum err e =
	    keys_ensure(a->store, a->dir, alg, &(struct change){.now = a->now});

	return e == OK ? EXIT_DONE : explain_make(a, e, alg);
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

struct key_hosts {
	const char *kid;
	json_t *names; /* of those that do not have it */
};

static bool
add_lacking(void *arg, const void *record)
{
	const struct host *h = record;
	struct key_hosts *l = arg;

	return host_has_key(h, l->kid) ||
	       json_array_append_new(l->names, json_string(h->name)) == 0;
}

/* With the hosts that cannot sign with it. */
static enum err
begin_shared_key(struct list_row *row, const void *record)
{
	const struct signkey *k = record;
	struct key_hosts l = {k->pub.kid, json_array()};
	enum err e = begin_key(row, record);

	if (e == OK && k->state != KEY_RETIRED)
		host_each(row->t, row->now, add_lacking, &l);
	if (e == OK && json_object_set(row->json, "missing_on", l.names) != 0)
		e = ERR_NO_MEMORY;
	json_decref(l.names);
	return e;
}

static const struct list_noun key_list = {
    .kind = "key",
    .type = &signkey_record,
    .columns = columns,
    .begin = begin_key,
};

static const struct list_noun shared_key_list = {
    .kind = "key",
    .type = &signkey_record,
    .columns = shared_columns,
    .begin = begin_shared_key,
};

static int
list_keys(struct admin *a, bool as_json)
{
	return list_run(a,
	    a->conf.store[0] != '\0' ? &shared_key_list : &key_list, NULL, NULL,
	    as_json);
}

static int
list_keys_verb(struct admin *a, const struct args *args)
{
	return list_keys(a, args_has(args, "--json"));
}

/* --- rotate ----------------------------------------------------------------*/

static int
explain_rotation(const struct admin *a, enum err e, enum key_obstacle obstacle)
{
	struct key_lack lack;

	switch (obstacle) {
	case KEY_OBSTACLE_HOSTS:
		if (keys_find_lack(a->store, &a->conf, a->now, &lack) != OK)
			return admin_fail("hosts have changed; try again");
		return admin_fail("%s does not have the next key: copy "
				  "keys/%s.pem there, run `latchkey check` on "
				  "it, then try again; a host that is gone: "
				  "latchkey host del %s",
		    lack.host, lack.kid, lack.host);
	case KEY_OBSTACLE_CLOCK:
		return admin_fail("the clock is behind the newest record: set "
				  "it first (latchkey check), or give --now if "
				  "the old key must go at once");
	case KEY_OBSTACLE_YOUNG:
		return admin_fail("the key that would sign is younger than "
				  "jwks_max_age: apps that cache the JWKS do "
				  "not know it yet and would refuse people; "
				  "wait, or give --now if the old key must go "
				  "at once");
	default:
		return explain_make(a, e, JWA_RS256);
	}
}

static int
rotate_keys(struct admin *a, const struct args *args)
{
	const char *name = args_value(args, "--alg");
	enum jwa alg = name != NULL ? jwa_issued_from_name(name) : JWA_COUNT;
	enum key_obstacle obstacle;
	enum err e;

	if (alg == JWA_HS256)
		return admin_misused(
		    "--alg HS256: its keys are the clients' "
		    "secrets; `latchkey client secret` replaces one");
	if (name != NULL && alg == JWA_COUNT)
		return admin_misused("--alg %s: EdDSA or RS256", name);
	e = keys_rotate(a->store, &a->conf, alg, args_has(args, "--now"),
	    &(struct change){.now = a->now}, &obstacle);
	return e == OK ? list_keys(a, false) : explain_rotation(a, e, obstacle);
}

const struct verb key_verbs[] = {
    {"key", "list", NULL, false, false, list_options,
	"Lists signing keys and how long each is published.", list_keys_verb},
    {"key", "rotate", NULL, false, false, rotate_options,
	"Makes the next key active and a new one next.", rotate_keys},
    VERB_END,
};
