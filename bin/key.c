/* latchkey key: what tokens are signed with. */
#include "admin.h"
#include "domain/signkey.h"
#include "list.h"
#include "protocol/key_rotation.h"

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

static int
explain_rotation(const struct admin *a, enum err e, enum key_obstacle obstacle)
{
	switch (obstacle) {
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
