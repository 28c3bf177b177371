#include "list.h"

#include "base/secret.h"
#include "domain/user.h"
#include "store/record_json.h"

#include <stdlib.h>

struct collection {
	const struct list_noun *noun;
	struct list_row row;
	json_t *rows;
	enum err e;
};

static bool
collect_row(void *arg, const void *record)
{
	struct collection *c = arg;
	enum err e = OK;

	c->row.json = NULL;
	if (c->noun->begin != NULL)
		e = c->noun->begin(&c->row, record);
	else
		c->row.json = json_object();
	if (e == OK && c->row.json == NULL)
		e = ERR_NO_MEMORY;
	if (e == OK &&
	    (!record_show(c->row.json, c->noun->type, record, false) ||
		json_array_append(c->rows, c->row.json) != 0))
		e = ERR_NO_MEMORY;
	json_decref(c->row.json);
	c->e = e == ERR_NOT_FOUND ? OK : e;
	return c->e == OK;
}

enum err
list_collect(struct store_txn *t, const struct list_noun *noun,
    const struct record_set *set, int64_t now, json_t *rows)
{
	struct collection c = {noun, {t, now, NULL}, rows, OK};
	void *record = malloc(noun->type->size);

	json_array_clear(rows);
	if (rows == NULL || record == NULL)
		c.e = ERR_NO_MEMORY;
	else if (noun->each != NULL)
		noun->each(t, collect_row, &c);
	else
		record_each(t, noun->type, set, record, collect_row, &c);
	if (record != NULL)
		secret_wipe(record, noun->type->size);
	free(record);
	return c.e;
}

struct list_ctx {
	const struct list_noun *noun;
	void *arg;
	int64_t now;
	json_t *rows;
};

static enum err
choose_and_collect_step(struct store_txn *t, void *arg)
{
	struct list_ctx *l = arg;
	struct record_set set = {0};
	enum err e = OK;

	if (l->noun->choose != NULL)
		e = l->noun->choose(t, l->arg, &set);
	return e == OK ? list_collect(t, l->noun, &set, l->now, l->rows) : e;
}

int
list_run(struct admin *a, const struct list_noun *noun, void *arg,
    const char *about, bool as_json)
{
	struct list_ctx l = {noun, arg, a->now, json_array()};
	enum err e = store_read(a->store, choose_and_collect_step, &l);

	if (e == OK)
		return output_list(l.rows, noun->columns, as_json);
	json_decref(l.rows);
	return admin_refuse(a, e, noun->kind, about != NULL ? about : "list");
}

enum err
list_begin_user(struct list_row *row, const char *first, const uint8_t *user_id)
{
	struct user u;
	enum err e = user_get(row->t, user_id, &u);

	if (e == OK)
		row->json = json_pack(
		    "{s:n, s:s}", first, "preferred_username", u.name);
	user_wipe(&u);
	return e;
}

json_t *
list_show(json_t *row, const struct record_type *type, const void *record)
{
	if (row == NULL || record_show(row, type, record, false))
		return row;
	json_decref(row);
	return NULL;
}
