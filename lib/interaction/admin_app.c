#include "interaction/admin_app.h"

#include "base/names.h"
#include "base/str.h"
#include "interaction/admin_apps.h"
#include "interaction/own_parts.h"

#include <string.h>

/* --- the fields ------------------------------------------------------------*/

enum err
app_refuse(struct app_change *a, const char *key, const char *message)
{
	a->key = key;
	a->message = message;
	return ERR_INVALID_REQUEST;
}

void
app_put_access(
    struct interaction *i, struct json_build *b, const struct client *c)
{
	char groups[DESK_GROUPS_CAP];

	desk_shown_groups(groups, sizeof groups, c->groups);
	desk_field(i, b,
	    &(struct desk_field){.name = "groups",
		.label = "desk_app.groups",
		.note = "desk_app.groups_note",
		.value = own_typed(i, "groups", groups)});
	if (client_is_stranger(c)) /* an administrator vouches for it first */
		return;
	desk_field(i, b,
	    &(struct desk_field){.name = "trusted",
		.label = "desk_app.trusted",
		.note = "desk_app.trusted_note",
		.kind = DESK_CHECK,
		.checked = desk_ticked(i, "trusted", c->trusted)});
}

enum err
app_read_access(struct app_change *a)
{
	struct client *c = &a->client;
	const char *typed = form_get(a->posted, "groups");
	const char *message = desk_groups(
	    c->groups, sizeof c->groups, typed != NULL ? typed : "");

	c->trusted = form_get(a->posted, "trusted") != NULL;
	return message == NULL ? OK : app_refuse(a, "desk.bad_groups", message);
}

/* Words, one a line. */
static const char *
shown_lines(char *text, const char *words)
{
	size_t len = strlen(words);

	memcpy(text, words, len + 1);
	for (char *at = text; (at = strchr(at, ' ')) != NULL;)
		*at = '\n';
	return text;
}

void
app_put_addresses(
    struct interaction *i, struct json_build *b, const struct client *c)
{
	char to[URI_LIST_CAP], after[URI_LIST_CAP];

	desk_field(i, b,
	    &(struct desk_field){.name = "app_name",
		.label = "desk_app.name",
		.value = own_typed(i, "app_name", c->name),
		.required = true});
	desk_field(i, b,
	    &(struct desk_field){.name = "redirect",
		.label = "desk_app.redirect",
		.note = "desk_app.lines_note",
		.kind = DESK_AREA,
		.value = own_typed(
		    i, "redirect", shown_lines(to, c->redirect_uris))});
	desk_field(i, b,
	    &(struct desk_field){.name = "after",
		.label = "desk_app.after_sign_out",
		.note = "desk_app.lines_note",
		.kind = DESK_AREA,
		.value = own_typed(i, "after",
		    shown_lines(after, c->post_logout_redirect_uris))});
}

/* Makes LIST the addresses of the field NAME, one a line. */
static enum err
read_addresses(struct app_change *a, char *list, size_t cap, const char *name)
{
	const char *at = form_get(a->posted, name), *message = NULL;
	char uri[URI_CAP];
	size_t len;

	list[0] = '\0';
	while (at != NULL && *at != '\0') {
		len = strcspn(at, "\r\n");
		if (str_copy_n(uri, sizeof uri, at, len) != OK)
			return app_refuse(a, "desk_app.bad_address", NULL);
		at += len + (at[len] != '\0');
		str_trim(uri);
		if (uri[0] == '\0')
			continue;
		message = uri_refusal(uri);
		if (message != NULL || words_add(list, cap, uri) != OK)
			return app_refuse(a, "desk_app.bad_address", message);
	}
	return OK;
}

enum err
app_read_addresses(struct app_change *a)
{
	struct client *c = &a->client;
	const char *name = form_get(a->posted, "app_name");
	enum err e = OK;

	if (name == NULL || str_has_control(name) ||
	    str_copy(c->name, sizeof c->name, name) != OK)
		return app_refuse(a, "desk_app.bad_name", NULL);
	str_trim(c->name);
	if (c->name[0] == '\0')
		return app_refuse(a, "desk_app.bad_name", NULL);
	e = read_addresses(
	    a, c->redirect_uris, sizeof c->redirect_uris, "redirect");
	return e == OK ? read_addresses(a, c->post_logout_redirect_uris,
			     sizeof c->post_logout_redirect_uris, "after")
		       : e;
}

/* --- one app ---------------------------------------------------------------*/

struct app_data {
	struct app_told told;
	const char *client_id;
	struct client client;
};

static void
ask_for_app(struct interaction *i, void *data)
{
	struct app_data *d = data;

	d->client_id = desk_asked(i, "id");
}

static enum err
look_at_app(struct store_txn *t, struct account *me, void *data)
{
	struct app_data *d = data;
	enum err e = clients_get(t, d->client_id, &d->client);

	(void)me;
	return e == ERR_NOT_FOUND || e == ERR_UNSUPPORTED ? ERR_NO_SUCH_PAGE
							  : e;
}

/* A form that is sent twice finds none the second time. */
static enum err
look_for_app(struct store_txn *t, struct account *me, void *data)
{
	enum err e = look_at_app(t, me, data);

	return e == ERR_NO_SUCH_PAGE ? OK : e;
}

static struct client *
app_shown(const struct interaction *i)
{
	struct app_data *d = own_state(i)->data;

	return &d->client;
}

static void
put_app(struct interaction *i, struct json_build *b)
{
	const struct client *c = app_shown(i);
	const char *id = c->client_id;
	char groups[DESK_GROUPS_CAP];

	desk_head(i, b, "desk_app.title", c->name);
	desk_shown_groups(groups, sizeof groups, c->groups);
	desk_fact(i, b, "desk_app.client_id", id);
	desk_fact(i, b, "desk_app.groups",
	    groups[0] != '\0' ? groups : desk_text(i, "desk_app.everyone"));
	desk_fact(i, b, "desk_app.trusted", desk_yes_no(i, c->trusted));
	desk_fact_words(i, b, "desk_app.redirect", c->redirect_uris);
	desk_fact_words(
	    i, b, "desk_app.after_sign_out", c->post_logout_redirect_uris);
	desk_fact(i, b, "desk_app.scope", c->scope);
	desk_fact(i, b, "desk_app.algorithm", jwa_name(c->alg));
	desk_fact(i, b, "desk_app.proof", auth_method_name(c->auth_method));
	desk_fact_time(i, b, "desk.created", c->created_at);
	if (client_is_stranger(c)) {
		desk_fact(i, b, "desk_app.registered_by",
		    desk_text(i, "desk_app.itself"));
		desk_link(i, b, "desk_app.vouch", "/admin/app/vouch", "id", id);
	}
	if (c->source != CLIENT_OF_DOCUMENT)
		desk_link(i, b, "desk_app.edit", "/admin/app/edit", "id", id);
	if (client_has_secret(c))
		desk_link(
		    i, b, "desk_app.secret", "/admin/app/secret", "id", id);
	desk_link(i, b, "desk_person.events", "/admin/audit", "app", id);
	desk_link(i, b, "desk_app.remove", "/admin/app/remove", "id", id);
	desk_back(i, b, "/admin/apps", NULL, NULL);
}

static const struct step app_step = {
    .purpose = "desk app",
    .template = "desk_record.html",
    .page = put_app,
};

const struct own_page desk_app_page = {
    .path = "/admin/app",
    .steps = {&app_step},
    .data_size = sizeof(struct app_data),
    .ask = ask_for_app,
    .look = look_at_app,
};

/* --- changed ---------------------------------------------------------------*/

static void
put_app_edit(struct interaction *i, struct json_build *b)
{
	const struct client *c = app_shown(i);

	desk_head(i, b, "desk_app.edit", c->name);
	app_put_addresses(i, b, c);
	app_put_access(i, b, c);
	json_put_str(b, "submit", desk_text(i, "desk.save"));
	desk_back(i, b, "/admin/app", "id", c->client_id);
}

/* What says itself what it is cannot be changed here. */
static enum err
look_at_changeable_app(struct store_txn *t, struct account *me, void *data)
{
	struct app_data *d = data;
	enum err e = look_at_app(t, me, data);

	return e == OK && d->client.source == CLIENT_OF_DOCUMENT
		   ? ERR_NO_SUCH_PAGE
		   : e;
}

static enum err
edit_app_step(const struct desk_change *c, void *arg)
{
	struct app_change *a = arg;
	struct client was;
	bool used;
	enum err e = clients_get(c->t, a->client_id, &was);

	a->client = was;
	if (e == OK)
		e = app_read_addresses(a);
	if (e == OK)
		e = app_read_access(a);
	if (e == OK && client_refusal(&a->client) != NULL)
		e = app_refuse(
		    a, "desk_app.bad_app", client_refusal(&a->client));
	return e == OK ? clients_set(c->t, &a->client, &was, "", false,
			     &c->p->keyring, &c->by, &used)
		       : e;
}

static void
edit_app(struct interaction *i, const struct form *posted)
{
	struct app_change a = {
	    .client_id = app_shown(i)->client_id, .posted = posted};
	enum err e = desk_change(i, edit_app_step, &a);

	if (e == ERR_INVALID_REQUEST)
		desk_refuse(i, own_state(i)->page->steps[0], a.key, a.message);
	else if (e == OK)
		desk_done(i, "/admin/app", "id", a.client_id, "done.saved");
}

static const struct step app_edit_step = {
    .purpose = "desk app edit",
    .fresh = true,
    .template = "desk_form.html",
    .page = put_app_edit,
    .buttons = {{"save", edit_app}},
};

const struct own_page desk_app_edit_page = {
    .path = "/admin/app/edit",
    .steps = {&app_edit_step},
    .keeps_typed = true,
    .data_size = sizeof(struct app_data),
    .ask = ask_for_app,
    .look = look_at_changeable_app,
};

/* --- questions -------------------------------------------------------------*/

/* Whether to do to the app shown what TITLE says, as the button does; NOTE says
 * what follows. */
static void
ask_about_app(struct interaction *i, struct json_build *b, const char *title,
    const char *note)
{
	const struct client *c = app_shown(i);

	desk_head(i, b, title, c->name);
	json_put_str(b, "lead", desk_text(i, note));
	json_put_str(b, "submit", desk_text(i, title));
	desk_back(i, b, "/admin/app", "id", c->client_id);
}

/* --- another secret --------------------------------------------------------*/

static void
put_app_secret(struct interaction *i, struct json_build *b)
{
	ask_about_app(i, b, "desk_app.secret", "desk_app.secret_note");
}

static enum err
app_secret_step(const struct desk_change *c, void *arg)
{
	struct app_change *a = arg;
	enum err e = clients_get(c->t, a->client_id, &a->client);

	if (e == OK && !client_has_secret(&a->client))
		return ERR_NOT_FOUND;
	return e == OK ? clients_set_secret(c->t, &a->client, a->secret,
			     &c->p->keyring, &c->by)
		       : e;
}

/* Once; nothing keeps it. */
static void
put_new_secret(struct interaction *i, struct json_build *b)
{
	const struct app_data *d = own_state(i)->data;
	const struct client *c = &d->client;

	desk_head(i, b, "desk_app.new_secret", c->name);
	json_put_str(b, "lead", desk_text(i, "desk_app.shown_once"));
	json_put_str(b, "told", d->told.secret);
	desk_back(i, b, "/admin/app", "id", c->client_id);
}

static const struct step app_new_secret_step = {
    .purpose = "desk app new secret",
    .template = "desk_told.html",
    .page = put_new_secret,
};

static void
change_app_secret(struct interaction *i, const struct form *posted)
{
	struct app_data *d = own_state(i)->data;
	struct app_change a = {
	    .client_id = d->client.client_id, .posted = posted};

	client_secret_make(a.secret);
	if (desk_change(i, app_secret_step, &a) == OK) {
		d->told.secret = a.secret;
		interaction_show(i, &app_new_secret_step);
	}
	secret_wipe(a.secret, sizeof a.secret);
}

static const struct step app_secret_step_page = {
    .purpose = "desk app secret",
    .fresh = true,
    .template = "desk_question.html",
    .page = put_app_secret,
    .buttons = {{"save", change_app_secret}},
};

const struct own_page desk_app_secret_page = {
    .path = "/admin/app/secret",
    .steps = {&app_secret_step_page, &app_new_secret_step},
    .data_size = sizeof(struct app_data),
    .ask = ask_for_app,
    .look = look_at_app,
};

/* --- vouched for -----------------------------------------------------------*/

static void
put_app_vouch(struct interaction *i, struct json_build *b)
{
	ask_about_app(i, b, "desk_app.vouch", "desk_app.vouch_note");
}

static enum err
vouch_step(const struct desk_change *c, void *arg)
{
	struct client now, was;
	bool used;
	enum err e = clients_get(c->t, arg, &was);

	now = was;
	client_vouch(&now);
	return e == OK ? clients_set(c->t, &now, &was, "", false,
			     &c->p->keyring, &c->by, &used)
		       : e;
}

static void
vouch_for_app(struct interaction *i, const struct form *posted)
{
	struct client *c = app_shown(i);

	(void)posted;
	if (desk_change(i, vouch_step, c->client_id) == OK)
		desk_done(i, "/admin/app", "id", c->client_id, "done.saved");
}

static const struct step app_vouch_step = {
    .purpose = "desk app vouch",
    .fresh = true,
    .template = "desk_question.html",
    .page = put_app_vouch,
    .buttons = {{"save", vouch_for_app}},
};

const struct own_page desk_app_vouch_page = {
    .path = "/admin/app/vouch",
    .steps = {&app_vouch_step},
    .data_size = sizeof(struct app_data),
    .ask = ask_for_app,
    .look = look_at_app,
};

/* --- removed ---------------------------------------------------------------*/

static void
put_app_remove(struct interaction *i, struct json_build *b)
{
	const struct client *c = app_shown(i);

	if (c->client_id[0] == '\0') {
		desk_head(i, b, "desk_app.remove", c->name);
		json_put_str(b, "lead", desk_text(i, "desk.gone"));
		desk_back(i, b, "/admin/apps", NULL, NULL);
		return;
	}
	ask_about_app(i, b, "desk_app.remove", "desk_app.remove_note");
}

static enum err
remove_app_step(const struct desk_change *c, void *arg)
{
	return clients_remove(c->t, arg, &c->by);
}

static void
remove_app(struct interaction *i, const struct form *posted)
{
	struct client *c = app_shown(i);

	(void)posted;
	if (c->client_id[0] == '\0' ||
	    desk_change(i, remove_app_step, c->client_id) == OK)
		desk_done(i, "/admin/apps", NULL, NULL, "done.removed");
}

static const struct step app_remove_step = {
    .purpose = "desk app remove",
    .fresh = true,
    .template = "desk_question.html",
    .page = put_app_remove,
    .buttons = {{"save", remove_app}},
};

const struct own_page desk_app_remove_page = {
    .path = "/admin/app/remove",
    .steps = {&app_remove_step},
    .data_size = sizeof(struct app_data),
    .ask = ask_for_app,
    .look = look_for_app,
};
