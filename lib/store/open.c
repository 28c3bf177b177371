/* A store is made, opened, opened again, closed, and measured. */
#include "base/str.h"
#include "store/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static enum err
check_schema(void *arg, struct engine_txn *txn)
{
	struct store *s = arg;
	struct store_txn t = {.store = s, .engine = s->engine, .txn = txn};
	enum err e = store_check_schema(&t);

	return t.failed != OK ? t.failed : e;
}

/* The engine is closed if they cannot be. */
static enum err
init_queues(struct store *s)
{
	if (store_queue_init(&s->writes) == OK) {
		if (store_queue_init(&s->reads) == OK)
			return OK;
		store_queue_destroy(&s->writes);
	}
	s->engine->close(s->db);
	return ERR_NO_MEMORY;
}

/* For people: its directory, or where its server is. */
static void
name_store(char name[static STORE_NAME_CAP], const struct store_settings *s)
{
	const bool far = s->where != NULL && s->where[0] != '\0';

	snprintf(name, STORE_NAME_CAP, "%s", far ? s->where : s->dir);
}

static enum err
open_or_create(struct store **s, const struct store_settings *settings,
    bool create, char *message, size_t message_cap)
{
	const struct engine *engine = engine_find(settings);
	struct store *new = calloc(1, sizeof *new);
	struct engine_opening how = {settings, create, check_schema, new};
	uint8_t random;
	enum err e = engine != NULL ? OK : ERR_UNSUPPORTED;
	char name[STORE_NAME_CAP];

	*s = NULL;
	name_store(name, settings);
	if (e == OK && new == NULL)
		e = ERR_NO_MEMORY;
	if (e == OK)
		e = str_copy(new->name, sizeof new->name, name);
	if (e == OK) {
		new->engine = engine;
		e = engine->open(&new->db, &how);
	}
	if (e == OK)
		e = init_queues(new);
	/* Many that write once sweep as often as one that writes many times. */
	if (e == OK && getentropy(&random, sizeof random) == 0)
		new->batches = random % STORE_SWEEP_EVERY;
	if (e == OK)
		*s = new;
	else
		free(new);
	return store_explain(e, engine, name, message, message_cap);
}

enum err
store_create(
    const struct store_settings *settings, char *message, size_t message_cap)
{
	char name[STORE_NAME_CAP];
	struct store *s;
	enum err e = open_or_create(&s, settings, true, message, message_cap);

	if (e != OK)
		return e;
	e = store_write(s, 0, store_write_schema, NULL);
	store_close(&s);
	name_store(name, settings);
	return store_explain(
	    e, engine_find(settings), name, message, message_cap);
}

enum err
store_open(struct store **s, const struct store_settings *settings,
    char *message, size_t message_cap)
{
	return open_or_create(s, settings, false, message, message_cap);
}

void
store_close(struct store **s)
{
	if (*s == NULL)
		return;
	(*s)->engine->close((*s)->db);
	store_queue_destroy(&(*s)->writes);
	store_queue_destroy(&(*s)->reads);
	free(*s);
	*s = NULL;
}

const char *
store_file(const struct store_settings *settings)
{
	const struct engine *engine = engine_find(settings);

	return engine != NULL ? engine->file : NULL;
}

enum err
store_copy(struct store *s, int fd)
{
	return s->engine->copy(s->db, fd);
}

enum err
store_claim(const struct store_settings *settings, int *fd, int64_t *holder)
{
	const struct engine *engine = engine_find(settings);

	*fd = -1;
	*holder = 0;
	return engine != NULL ? engine->claim(settings, fd, holder)
			      : ERR_UNSUPPORTED;
}

unsigned
store_generation(struct store *s)
{
	return s != NULL ? s->engine->generation(s->db) : 0;
}

bool
store_is_lost(const struct store *s)
{
	return s->engine->is_lost(s->db);
}

enum err
store_renew(struct store *s, char *message, size_t message_cap)
{
	return store_explain(
	    s->engine->renew(s->db), s->engine, s->name, message, message_cap);
}

static enum err
count_step(struct store_txn *t, void *arg)
{
	struct store_figures *f = arg;
	const struct engine *engine = t->engine;
	enum err e = OK;

	for (unsigned i = 0; e == OK && i < TABLE_COUNT; i++)
		e = engine->count(t->txn, i, &f->entries[i]);
	if (e == OK)
		e = engine->count(t->txn, ENGINE_EXPIRY, &f->expiry_entries);
	if (e == OK)
		e = engine->count(t->txn, ENGINE_INDEX, &f->index_entries);
	return e;
}

enum err
store_measure(struct store *s, struct store_figures *f)
{
	enum err e;

	*f = (struct store_figures){0};
	e = store_read(s, count_step, f);
	return e == OK ? s->engine->measure(s->db, f) : e;
}
