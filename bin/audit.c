/* latchkey audit: what happened. */
#include "domain/audit.h"
#include "admin.h"
#include "output.h"

#include <string.h>

static const struct option list_options[] = {OPTION_JSON, OPTION_END};

static const struct column columns[] = {
    {"at", "AT", true},
    {"event", "EVENT", false},
    {"user", "USER", false},
    {"client_id", "CLIENT", false},
    {"detail", "DETAIL", false},
    COLUMN_END,
};

struct listing {
	json_t *rows;
	bool complete;
};

static bool
list_visit(void *arg, const struct audit *line)
{
	struct listing *l = arg;

	l->complete = output_append(l->rows,
	    json_pack("{s:I, s:s, s:s, s:s, s:s}", "at", (json_int_t)line->at,
		"event", line->event, "user", line->user, "client_id",
		line->client_id, "detail", line->detail));
	return l->complete;
}

static enum err
list_step(struct store_txn *t, void *arg)
{
	struct listing *l = arg;

	json_array_clear(l->rows);
	l->complete = l->rows != NULL;
	if (l->complete)
		audit_each(t, list_visit, l);
	return l->complete ? OK : ERR_NO_MEMORY;
}

static int
list(struct admin *a, const struct args *args)
{
	struct listing l = {.rows = json_array()};
	enum err e;

	e = store_read(a->store, list_step, &l);
	if (e == OK)
		return output_list(l.rows, columns, args_has(args, "--json"));
	json_decref(l.rows);
	return admin_refuse(a, e, "audit", "list");
}

const struct verb audit_verbs[] = {
    {"audit", NULL, NULL, false, false, list_options,
	"Lists what happened, oldest first.", list},
    VERB_END,
};
