/* latchkey registration-token: for apps that register themselves. */
#include "domain/registration_token.h"
#include "admin.h"
#include "base/str.h"
#include "domain/conf_value.h"
#include "list.h"

#include <stdio.h>
#include <string.h>

static const struct option add_options[] = {
    {"--name", "NAME", false},
    {"--uses", "NUMBER", false},
    {"--valid", "TIME", false},
    OPTION_JSON,
    OPTION_END,
};

static const struct option json_option[] = {OPTION_JSON, OPTION_END};
static const struct option del_options[] = {OPTION_YES, OPTION_END};

static const struct column columns[] = {
    {"id", "ID", COLUMN_WHOLE},
    {"name", "NAME", false},
    {"uses_left", "USES LEFT", false},
    {"used", "USED", false},
    {"created_at", "CREATED", true},
    {"good_until", "GOOD UNTIL", true},
    COLUMN_END,
};

struct registration_token_change {
	struct registration_token token;
	struct change change;
};

static enum err
add_registration_token_step(struct store_txn *t, void *arg)
{
	const struct registration_token_change *s = arg;

	return registration_token_put(t, &s->token, &s->change);
}

/* The token alone, so that a script can have it. */
static int
tell_registration_token(
    const struct registration_token *r, const char *text, bool as_json)
{
	json_t *row;

	if (as_json) {
		row = list_show(
		    json_pack("{s:n}", "id"), &registration_token_record, r);
		json_object_set_new(row, "token", json_string(text));
		return output_json(row);
	}
	fprintf(stderr,
	    "latchkey: an app registers with it as its initial access token, "
	    "%u %s\n",
	    r->uses_left, r->uses_left == 1 ? "time" : "times");
	return printf("%s\n", text) < 0
		   ? admin_fail("the token could not be written")
		   : EXIT_DONE;
}

static int
put_registration_token(
    struct admin *a, struct registration_token_change *s, bool as_json)
{
	char text[REGISTRATION_TOKEN_CAP];
	struct keyring k;
	int status = admin_keyring(a, &k);
	enum err e;

	if (status != EXIT_DONE)
		return status;
	registration_token_make(text, &s->token, &k);
	keyring_wipe(&k);
	e = store_write(a->store, a->now, add_registration_token_step, s);
	status = e == OK ? tell_registration_token(&s->token, text, as_json)
			 : admin_refuse(a, e, "registration-token", "add");
	secret_wipe(text, sizeof text);
	return status;
}

static int
add_registration_token(struct admin *a, const struct args *args)
{
	struct registration_token_change s = {.change.now = a->now};
	const char *uses = args_value(args, "--uses");
	const char *valid = args_value(args, "--valid");
	int64_t number = 1, valid_s = REGISTRATION_TOKEN_S;
	struct refusal r;

	if (!a->conf.registration)
		return admin_fail("apps cannot register themselves; set "
				  "`registration = tokens` in latchkey.conf");
	if (uses != NULL &&
	    str_to_int64(uses, 1, REGISTRATION_TOKEN_USES_MAX, &number) != OK)
		return admin_misused("--uses %s: give a number from 1 to %d",
		    uses, REGISTRATION_TOKEN_USES_MAX);
	if (valid != NULL && duration_parse(valid, REGISTRATION_TOKEN_MIN_S,
				 REGISTRATION_TOKEN_MAX_S, &valid_s) != OK)
		return admin_misused("--valid %s: give a number with m, h or "
				     "d, from 5m to 30d",
		    valid);
	if (option_text(s.token.name, sizeof s.token.name, args, "--name", NULL,
		&r) != OK)
		return admin_explain(&r);
	s.token.uses_left = (uint32_t)number;
	s.token.created_at = a->now;
	s.token.good_until = a->now + valid_s;
	return put_registration_token(a, &s, args_has(args, "--json"));
}

static enum err
del_registration_token_step(struct store_txn *t, void *arg)
{
	const struct registration_token_change *s = arg;

	return registration_token_del(t, s->token.id, &s->change);
}

static int
del_registration_token(struct admin *a, const struct args *args)
{
	struct registration_token_change s = {.change.now = a->now};
	enum err e = base64url_decode_exact(
	    s.token.id, sizeof s.token.id, args->operand);

	e = e == OK
		? store_write(a->store, a->now, del_registration_token_step, &s)
		: ERR_NOT_FOUND;
	if (e != OK)
		return admin_refuse(a, e, "registration-token", args->operand);
	printf("Registration token %s deleted.\n", args->operand);
	return EXIT_DONE;
}

static const struct list_noun registration_token_list = {
    .kind = "registration-token",
    .type = &registration_token_record,
    .columns = columns,
};

static int
list_registration_tokens(struct admin *a, const struct args *args)
{
	return list_run(
	    a, &registration_token_list, NULL, NULL, args_has(args, "--json"));
}

const struct verb registration_token_verbs[] = {
    {"registration-token", "add", NULL, false, false, add_options,
	"Makes a token that apps register themselves with.",
	add_registration_token},
    {"registration-token", "list", NULL, false, false, json_option,
	"Lists such tokens, but not what they are.", list_registration_tokens},
    {"registration-token", "del", "ID", false, false, del_options,
	"Removes one; apps that registered with it stay.",
	del_registration_token},
    VERB_END,
};
