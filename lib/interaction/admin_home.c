#include "interaction/admin_home.h"

#include "base/buf.h"
#include "base/names.h"
#include "domain/client.h"
#include "interaction/admin_page.h"

/* What there is, and what is cheap to know of what may be wrong. */
struct home_data {
	int64_t now;
	size_t people, locked, admins, apps, sites, sessions;
	bool clock_behind;
};

static void
ask_for_home(struct interaction *i, void *data)
{
	struct home_data *d = data;

	d->now = i->call->now;
}

static bool
count_person(void *arg, const void *record)
{
	const struct user *u = record;
	struct home_data *d = arg;

	d->people++;
	d->locked += u->locked;
	d->admins += desk_admits(u);
	return true;
}

static bool
count_app(void *arg, const void *record)
{
	const struct client *c = record;
	struct home_data *d = arg;

	if (c->is_site)
		d->sites++;
	else
		d->apps++;
	return true;
}

static bool
count_open_session(void *arg, const void *record)
{
	const struct session *s = record;
	struct home_data *d = arg;

	d->sessions += s->expires_at > d->now;
	return true;
}

static enum err
look_at_home(struct store_txn *t, struct account *me, void *data)
{
	struct home_data *d = data;
	struct session s;

	(void)me;
	*d = (struct home_data){.now = d->now}; /* it may run again */
	user_each(t, count_person, d);
	client_each(t, count_app, d);
	record_each(t, &session_record, NULL, &s, count_open_session, d);
	secret_wipe(&s, sizeof s);
	d->clock_behind = store_clock_behind(t, d->now) > 0;
	return store_failed(t);
}

static void
put_count(struct interaction *i, struct json_build *b, const char *label,
    size_t count)
{
	char text[24];
	struct buf t;

	buf_init(&t, text, sizeof text);
	buf_put_int(&t, (int64_t)count);
	desk_fact(i, b, label, text);
}

static void
put_desk_home(struct interaction *i, struct json_build *b)
{
	const struct home_data *d = own_state(i)->data;

	desk_head(i, b, "desk.title", "");
	put_count(i, b, "desk_people.title", d->people);
	if (d->locked > 0)
		put_count(i, b, "desk.locked_people", d->locked);
	put_count(i, b, "desk_apps.title", d->apps);
	put_count(i, b, "desk_sites.title", d->sites);
	put_count(i, b, "desk_sessions.title", d->sessions);
	if (d->admins == 1)
		desk_fact(
		    i, b, "desk.take_care", desk_text(i, "desk.one_admin"));
	if (d->clock_behind)
		desk_fact(
		    i, b, "desk.take_care", desk_text(i, "desk.clock_behind"));
	if (!i->conf->secure)
		desk_fact(
		    i, b, "desk.take_care", desk_text(i, "desk.no_https"));
	desk_link(i, b, "desk_people.add", "/admin/people/add", NULL, NULL);
	desk_link(i, b, "desk_apps.add", "/admin/apps/add", NULL, NULL);
	desk_link(i, b, "desk.account", "/account", NULL, NULL);
}

static const struct step desk_home_step = {
    .purpose = "desk",
    .template = "desk_record.html",
    .page = put_desk_home,
};

const struct own_page desk_home_page = {
    .path = "/admin",
    .steps = {&desk_home_step},
    .data_size = sizeof(struct home_data),
    .ask = ask_for_home,
    .look = look_at_home,
};
