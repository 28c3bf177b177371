#include "interaction/account_passkeys.h"

#include "base/base64.h"
#include "base/str.h"
#include "domain/factor.h"
#include "interaction/own_parts.h"
#include "interaction/passkey_form.h"
#include "protocol/account_passkeys.h"
#include "web/date.h"

#include <string.h>

#define PASSKEYS_PATH "/account/passkeys"

static const struct step passkeys_step, passkey_remove_step;

/* What the page shows. */
struct passkeys_data {
	struct account_passkeys all;
	const struct passkey *chosen; /* to be removed */
};

static struct passkeys_data *
passkeys_data(const struct interaction *i)
{
	return own_state(i)->data;
}

static enum err
look_at_passkeys(struct store_txn *t, struct account *a, void *arg)
{
	struct passkeys_data *d = arg;

	return account_passkeys_look(t, a, &d->all);
}

/* --- the list --------------------------------------------------------------*/

static void
put_handle(struct json_build *b, const struct passkey *k)
{
	char handle[PASSKEY_HANDLE_CAP];

	base64url_encode(handle, sizeof handle, k->hash, sizeof k->hash);
	json_put_str(b, "handle", handle);
}

static const char *
name_to_show(const struct interaction *i, const struct passkey *k)
{
	return k->name[0] != '\0'
		   ? k->name
		   : message_text(i->call->page.catalogue, "passkeys.unnamed");
}

static json_t *
describe_own_passkey(struct interaction *i, const struct passkey *k)
{
	const struct page *page = &i->call->page;
	char rp_id[ISSUER_CAP];
	struct json_build b;
	bool here = webauthn_rp_id(rp_id, i->conf->issuer) &&
		    str_equal(rp_id, k->rp_id);

	json_begin(&b);
	put_handle(&b, k);
	json_put_str(&b, "own_name", k->name);
	json_put_str(&b, "passkey_name", name_to_show(i, k));
	json_put_str(&b, "host", here ? "" : k->rp_id);
	json_put_bool(&b, "with_password", here && !passkey_is_alone(k, rp_id));
	date_put_day_of(&b, "added", k->created_at, page);
	date_put_day_of(&b, "used", k->used_at, page);
	date_put_day_of(&b, "copied", k->copied_at, page);
	date_put_day_of(&b, "backup_changed", k->backup_changed_at, page);
	return json_finish(&b);
}

static void
put_passkeys(struct interaction *i, struct json_build *b)
{
	const struct own_state *s = own_state(i);
	const struct passkeys_data *d = s->data;
	json_t *list = json_array();

	for (size_t n = 0; n < d->all.count; n++)
		json_array_append_new(
		    list, describe_own_passkey(i, &d->all.list[n]));
	json_put_bool(b, "some", d->all.count > 0);
	json_put(b, "passkeys", list);
	json_put_bool(b, "tell_second",
	    s->account.user.has_password && !s->account.has_second_factor);
	json_put_bool(b, "no_codes",
	    s->account.user.has_password && d->all.count > 0 &&
		(d->all.factors & FACTOR_RECOVERY) == 0);
	own_put_link(i, b, "factors_url", "/account/factors");
	passkey_put_new(i, b, &s->account.user, s->account.session.sid);
}

/* --- changes ---------------------------------------------------------------*/

/* The change that a form asks for; false: it names no passkey. */
static bool
read_passkey_change(struct interaction *i, const struct form *posted,
    struct account_passkey_change *c, char rp_id[static ISSUER_CAP])
{
	const char *handle = form_get(posted, "passkey");
	const char *name = form_get(posted, "passkey_name");

	webauthn_rp_id(rp_id, i->conf->issuer);
	*c = (struct account_passkey_change){.name = name != NULL ? name : "",
	    .rp_id = rp_id,
	    .address = i->call->request.address};
	return handle != NULL &&
	       base64url_decode_exact(c->hash, sizeof c->hash, handle) == OK;
}

/* What is not there any more is no fault: the list says so. */
static void
passkey_gone(struct interaction *i)
{
	own_page_done(i, PASSKEYS_PATH, NULL);
}

/* Shows the list again after E. */
static void
passkeys_failed(struct interaction *i, enum err e, enum reason reason)
{
	struct call *c = i->call;

	if (e == ERR_NOT_FOUND) {
		passkey_gone(i);
	} else if (e == ERR_ACCESS_DENIED && reason != REASON_NONE) {
		call_log_refusal(c, e, reason, NULL);
		c->response.status = 403;
		i->alert = passkey_alert(i, e, reason);
		interaction_show(i, &passkeys_step);
	} else {
		own_page_refuse(i, e, reason);
	}
}

static void
change_passkey(struct interaction *i, struct account_passkey_change *c,
    account_step *step, const char *notice)
{
	struct account a;
	enum err e = account_write(
	    i->call->provider, i->cookie, i->call->now, step, c, &a);

	account_wipe(&a);
	if (e == OK)
		own_page_done(i, PASSKEYS_PATH, notice);
	else
		passkeys_failed(i, e, c->reason);
}

static void
add_passkey(struct interaction *i, const struct form *posted)
{
	const struct challenge_bearer bearer =
	    passkey_bearer(i, CHALLENGE_ADD, own_state(i)->account.session.sid);
	char rp_id[ISSUER_CAP];
	struct account_passkey_change c;
	struct passkey_posted p;
	struct passkey_new n;
	enum err e;

	read_passkey_change(i, posted, &c, rp_id);
	passkey_read(&p, posted);
	e = passkey_check_new(
	    i->call->provider, &bearer, &p.offer, i->call->now, &n, &c.reason);
	c.n = &n;
	if (e == OK)
		change_passkey(
		    i, &c, account_passkey_add, "done.passkey_added");
	else
		passkeys_failed(i, e, c.reason);
}

/* The passkey that the form names. */
static void
change_named_passkey(struct interaction *i, const struct form *posted,
    account_step *step, const char *notice)
{
	char rp_id[ISSUER_CAP];
	struct account_passkey_change c;

	if (read_passkey_change(i, posted, &c, rp_id))
		change_passkey(i, &c, step, notice);
	else
		passkey_gone(i);
}

static void
rename_passkey(struct interaction *i, const struct form *posted)
{
	change_named_passkey(
	    i, posted, account_passkey_rename, "done.passkey_renamed");
}

/* --- removal, which is asked twice
 * ------------------------------------------*/

static void
ask_to_remove(struct interaction *i, const struct form *posted)
{
	struct passkeys_data *d = passkeys_data(i);
	char rp_id[ISSUER_CAP];
	struct account_passkey_change c;

	d->chosen = NULL;
	if (read_passkey_change(i, posted, &c, rp_id))
		for (size_t n = 0; n < d->all.count; n++)
			if (memcmp(d->all.list[n].hash, c.hash, HASH_LEN) == 0)
				d->chosen = &d->all.list[n];
	if (d->chosen != NULL)
		interaction_show(i, &passkey_remove_step);
	else
		passkey_gone(i);
}

static void
put_chosen(struct interaction *i, struct json_build *b)
{
	const struct passkey *k = passkeys_data(i)->chosen;

	put_handle(b, k);
	json_put_str(b, "passkey_name", name_to_show(i, k));
}

static void
remove_passkey(struct interaction *i, const struct form *posted)
{
	change_named_passkey(
	    i, posted, account_passkey_remove, "done.passkey_removed");
}

static void
keep_passkey(struct interaction *i, const struct form *posted)
{
	(void)posted;
	own_page_done(i, PASSKEYS_PATH, NULL);
}

static const struct step passkeys_step = {
    .purpose = "passkeys",
    .fresh = true,
    .template = "passkeys.html",
    .page = put_passkeys,
    .buttons = {{"passkey", add_passkey}, {"rename", rename_passkey},
	{"remove", ask_to_remove}},
};

static const struct step passkey_remove_step = {
    .purpose = "remove passkey",
    .fresh = true,
    .template = "passkey_remove.html",
    .page = put_chosen,
    .buttons = {{"confirm", remove_passkey}, {"keep", keep_passkey}},
};

const struct own_page passkeys_page = {
    .path = PASSKEYS_PATH,
    .steps = {&passkeys_step, &passkey_remove_step},
    .link = "passkeys.link",
    .is_linked = passkey_form_possible,
    .data_size = sizeof(struct passkeys_data),
    .look = look_at_passkeys,
};
