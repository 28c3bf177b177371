#include "user_link.h"

#include "base/str.h"
#include "domain/conf_value.h"
#include "domain/factor.h"
#include "domain/letter.h"
#include "domain/link.h"
#include "domain/mail_queue.h"
#include "domain/people.h"
#include "user_profile.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

const struct option user_invite_options[] = {
    USER_PROFILE_OPTIONS,
    {"--valid", "TIME", false},
    {"--mail", NULL, false},
    OPTION_END,
};

const struct option user_reset_options[] = {
    {"--valid", "TIME", false},
    {"--factors", NULL, false},
    {"--mail", NULL, false},
    OPTION_END,
};

struct link_ctx {
	const struct args *args;
	const struct conf *conf; /* of mails; NULL: it is printed */
	const struct keyring *keyring;
	const struct user *wanted; /* by name; invite: the whole person */
	struct change change;
	enum link_kind kind;
	int64_t valid_s;
	/* what the step found and made */
	struct user user;
	struct link link;
	char text[LINK_TEXT_CAP];
	unsigned kinds;      /* of second factors that the person has */
	bool replaces;       /* a link that was still good */
	const char *instead; /* why there is no link, if that is special */
	struct email_refusal email;
	struct refusal refusal;
};

static enum err
give_link(struct store_txn *t, struct link_ctx *c)
{
	enum err e;

	if (c->user.locked) {
		c->instead = "is locked; `latchkey user unlock` lets them in "
			     "again";
		return ERR_ACCESS_DENIED;
	}
	if (c->conf != NULL && !letter_wanted(c->conf, &c->user)) {
		c->instead = "has no verified e-mail address";
		return ERR_ACCESS_DENIED;
	}
	c->replaces = link_has_live(t, c->user.user_id, c->change.now);
	link_make(c->text, &c->link, c->kind, c->valid_s, &c->user, c->keyring,
	    &c->change);
	e = factors_of(t, c->user.user_id, &c->kinds);
	return e == OK ? link_put(t, &c->link, &c->user, &c->change) : e;
}

/* A person who is not there yet, or has been invited before. */
static enum err
find_invited(struct store_txn *t, struct link_ctx *c)
{
	enum err e = user_find(t, c->wanted->name, &c->user);
	bool is_new = e == ERR_NOT_FOUND;

	if (e != OK && !is_new)
		return e;
	if (c->user.has_password) {
		c->instead = "has a password already; `latchkey user reset` "
			     "makes a link for a new one";
		return ERR_ACCESS_DENIED;
	}
	if (is_new)
		c->user = *c->wanted;
	else if (user_apply_profile(&c->user, c->args, &c->refusal) != OK)
		return ERR_INVALID_REQUEST;
	e = user_email_refuse(t, &c->user, &c->email);
	c->refusal = c->email.refusal;
	if (e != OK)
		return e;
	return is_new ? people_add(t, &c->user, &c->change)
		      : people_set(t, &c->user, &c->change);
}

static enum err
invite_step(struct store_txn *t, void *arg)
{
	struct link_ctx *c = arg;
	enum err e = find_invited(t, c);

	return e == OK ? give_link(t, c) : e;
}

static enum err
reset_step(struct store_txn *t, void *arg)
{
	struct link_ctx *c = arg;
	enum err e = user_find(t, c->wanted->name, &c->user);

	return e == OK ? give_link(t, c) : e;
}

static void
tell_until(const char *what, const struct link_ctx *c)
{
	char until[40];
	const time_t at = c->link.good_until;
	struct tm tm;

	if (gmtime_r(&at, &tm) == NULL ||
	    strftime(until, sizeof until, "%Y-%m-%d %H:%M UTC", &tm) == 0)
		until[0] = '\0';
	fprintf(stderr, "latchkey: %s %s, good once, until %s\n", what,
	    c->conf != NULL ? c->user.email : c->user.name, until);
}

/* What else there is to know, once the link is out. */
static void
tell_circumstances(const struct link_ctx *c)
{
	const char *name = c->user.name;

	if (c->replaces)
		fprintf(stderr,
		    "latchkey: the link that %s got before works no longer\n",
		    name);
	if (c->kind == LINK_RESET && factor_is_second(c->kinds))
		fprintf(stderr,
		    "latchkey: %s will be asked for %s afterwards, too; if it "
		    "is lost: latchkey user reset %s --factors\n",
		    name,
		    !(c->kinds & FACTOR_PASSKEY) ? "a code"
		    : c->kinds & FACTOR_TOTP     ? "a passkey or a code"
						 : "a passkey",
		    name);
}

/* The link alone, so that a script can have it; all else goes to people. */
static int
give_out(const struct admin *a, const struct link_ctx *c)
{
	char url[ISSUER_CAP + LINK_TEXT_CAP + 16];
	enum err e;

	snprintf(url, sizeof url, "%s/join?link=%s", a->conf.issuer, c->text);
	if (c->conf == NULL) {
		tell_until("for", c);
		return printf("%s\n", url) < 0
			   ? admin_fail("the link could not be written")
			   : EXIT_DONE;
	}
	e = letter_send_link(c->conf, &c->user, &c->link, url, a->now);
	secret_wipe(url, sizeof url);
	if (e != OK)
		return admin_fail("the link could not be put into " MAIL_DIR
				  " (%s); `latchkey check` says why",
		    err_name(e));
	tell_until("goes to", c);
	return EXIT_DONE;
}

static int
make_link(struct admin *a, store_step *step, struct link_ctx *c)
{
	struct keyring k;
	enum err e;
	int status;

	if (args_has(c->args, "--mail")) {
		if (!a->conf.mail_is_sendmail)
			return admin_fail("mail is off; set `mail = sendmail` "
					  "in latchkey.conf");
		c->conf = &a->conf;
	}
	status = admin_keyring(a, &k);
	if (status != EXIT_DONE)
		return status;
	c->keyring = &k;
	c->change.now = a->now;
	e = store_write(a->store, a->now, step, c);
	keyring_wipe(&k);
	if (e == ERR_ACCESS_DENIED)
		status = admin_fail("user %s %s", c->wanted->name, c->instead);
	else if (e == ERR_INVALID_REQUEST)
		status = admin_explain(&c->refusal);
	else if (e != OK)
		status = admin_refuse(a, e, "user", c->wanted->name);
	else
		status = give_out(a, c);
	if (status == EXIT_DONE)
		tell_circumstances(c);
	if (e == OK && c->kind == LINK_INVITE)
		user_warn_of_namesakes(a, &c->user);
	user_wipe(&c->user);
	secret_wipe(c->text, sizeof c->text);
	return status;
}

static int
read_valid(struct link_ctx *c, int64_t otherwise)
{
	const char *value = args_value(c->args, "--valid");

	c->valid_s = otherwise;
	if (value != NULL && duration_parse(value, LINK_VALID_MIN_S,
				 LINK_VALID_MAX_S, &c->valid_s) != OK)
		return admin_misused("--valid %s: give a number with m, h or "
				     "d, from 5m to 30d",
		    value);
	return EXIT_DONE;
}

int
user_invite(struct admin *a, const struct args *args)
{
	struct user u = {0};
	struct link_ctx c = {.args = args, .wanted = &u, .kind = LINK_INVITE};
	int status = read_valid(&c, LINK_INVITE_S);

	if (status != EXIT_DONE)
		return status;
	if (user_is_contradictory(args))
		return EXIT_USAGE;
	status = user_apply_name(&u, args->operand);
	if (status != EXIT_DONE)
		return status;
	if (user_apply_profile(&u, args, &c.refusal) != OK)
		return admin_explain(&c.refusal);
	return make_link(a, invite_step, &c);
}

int
user_reset(struct admin *a, const struct args *args)
{
	struct user u = {0};
	struct link_ctx c = {.args = args,
	    .wanted = &u,
	    .kind =
		args_has(args, "--factors") ? LINK_RESET_FACTORS : LINK_RESET};
	int status = read_valid(&c, LINK_RESET_S);

	if (status == EXIT_DONE)
		status = user_apply_name(&u, args->operand);
	return status == EXIT_DONE ? make_link(a, reset_step, &c) : status;
}
