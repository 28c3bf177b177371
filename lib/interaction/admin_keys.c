#include "interaction/admin_keys.h"

#include "base/str.h"
#include "domain/signkey.h"
#include "interaction/admin_page.h"
#include "protocol/key_rotation.h"

/* --- the list --------------------------------------------------------------*/

struct keys_data {
	struct desk_list list;
};

static void
ask_for_keys(struct interaction *i, void *data)
{
	struct keys_data *d = data;

	desk_list_begin(&d->list, i);
}

static const char *
key_state_text(const struct interaction *i, enum key_state state)
{
	static const char *const keys[] = {
	    [KEY_NEXT] = "desk_keys.next",
	    [KEY_ACTIVE] = "desk_keys.active",
	    [KEY_RETIRED] = "desk_keys.retired",
	};

	return desk_text(i, keys[state]);
}

static bool
add_key_row(void *arg, const void *record)
{
	const struct signkey *k = record;
	struct keys_data *d = arg;
	struct interaction *i = d->list.i;

	/* Kept for hints alone. */
	if (k->state == KEY_RETIRED && k->expires_at <= i->call->now)
		return true;
	return desk_list_add(&d->list,
	    &(struct desk_row){.title = jwa_name(k->pub.alg),
		.mark = key_state_text(i, k->state),
		.lines = {k->pub.kid},
		.when = k->state == KEY_NEXT     ? "desk_keys.created"
			: k->state == KEY_ACTIVE ? "desk_keys.since"
						 : "desk_keys.until",
		.at = k->state == KEY_NEXT     ? k->created_at
		      : k->state == KEY_ACTIVE ? k->activated_at
					       : k->expires_at},
	    "");
}

static enum err
look_at_keys(struct store_txn *t, struct account *me, void *data)
{
	struct keys_data *d = data;

	(void)me;
	desk_list_restart(&d->list);
	signkey_each(t, add_key_row, d);
	return store_failed(t);
}

static void
put_keys(struct interaction *i, struct json_build *b)
{
	struct keys_data *d = own_state(i)->data;

	desk_head(i, b, "desk_keys.title", "");
	json_put_str(b, "lead", desk_text(i, "desk_keys.note"));
	desk_link(i, b, "desk_keys.rotate", "/admin/keys/rotate", NULL, NULL);
	desk_list_put(&d->list, b, "desk_keys.empty");
}

static void
free_keys(void *data)
{
	struct keys_data *d = data;

	desk_list_free(&d->list);
}

static const struct step keys_step = {
    .purpose = "desk keys",
    .template = "desk_list.html",
    .page = put_keys,
};

const struct own_page desk_keys_page = {
    .path = "/admin/keys",
    .steps = {&keys_step},
    .data_size = sizeof(struct keys_data),
    .ask = ask_for_keys,
    .look = look_at_keys,
    .free_data = free_keys,
};

/* --- rotated ---------------------------------------------------------------*/

static void
put_keys_rotate(struct interaction *i, struct json_build *b)
{
	desk_head(i, b, "desk_keys.rotate", "");
	json_put_str(b, "lead", desk_text(i, "desk_keys.rotate_note"));
	json_put_str(b, "submit", desk_text(i, "desk_keys.rotate"));
	desk_back(i, b, "/admin/keys", NULL, NULL);
}

static const char *
obstacle_text(enum key_obstacle obstacle)
{
	switch (obstacle) {
	case KEY_OBSTACLE_CLOCK:
		return "desk_keys.clock";
	case KEY_OBSTACLE_HOSTS:
		return "desk_keys.hosts";
	default:
		return "desk_keys.young";
	}
}

/* Keys are made outside of the transaction that puts them, so the
 * administrator is looked at before. A form that is sent twice finds the next
 * key too young. */
static void
rotate_keys_now(struct interaction *i, const struct form *posted)
{
	const struct provider *p = i->call->provider;
	const struct change by = {i->call->now, own_state(i)->account.user.name,
	    i->call->request.address};
	enum key_obstacle obstacle;
	enum err e =
	    keys_rotate(p->store, &p->conf, JWA_COUNT, false, &by, &obstacle);

	(void)posted;
	if (obstacle != KEY_OBSTACLE_NONE)
		desk_refuse(i, own_state(i)->page->steps[0],
		    obstacle_text(obstacle), NULL);
	else if (e != OK)
		own_page_refuse(i, e, REASON_NONE);
	else
		desk_done(i, "/admin/keys", NULL, NULL, "done.rotated");
}

static const struct step keys_rotate_step = {
    .purpose = "desk keys rotate",
    .fresh = true,
    .template = "desk_question.html",
    .page = put_keys_rotate,
    .buttons = {{"save", rotate_keys_now}},
};

const struct own_page desk_keys_rotate_page = {
    .path = "/admin/keys/rotate", .steps = {&keys_rotate_step}};
