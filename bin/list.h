/*
 * The verbs `list` and `show` of all nouns: a row for each record, by the table
 * of its fields (store/record_type.h), and what the noun adds from elsewhere.
 */
#ifndef LK_BIN_LIST_H
#define LK_BIN_LIST_H

#include "admin.h"
#include "output.h"
#include "store/record_type.h"

/* The row that is being made, in the list's snapshot. */
struct list_row {
	struct store_txn *t;
	int64_t now;
	json_t *json;
};

struct list_noun {
	const char *kind; /* of what a refusal names: "user" */
	const struct record_type *type;
	const struct column *columns;
	/* Which records are listed, as ARG says; NULL: all. ERR_NOT_FOUND:
	 * what ARG names is not there. */
	enum err (*choose)(
	    struct store_txn *t, void *arg, struct record_set *set);
	/* Makes row->json (NULL: no memory), to which the record's own members
	 * are added. ERR_NOT_FOUND: the record is not listed. NULL: all are,
	 * and nothing goes before. */
	enum err (*begin)(struct list_row *row, const void *record);
	/* Calls VISIT for all records in another order; NULL: that of their
	 * keys. */
	void (*each)(struct store_txn *t, record_visit *visit, void *arg);
};

/* Runs `list`; ARG is for the noun's `choose`, ABOUT the name that a refusal
 * is about (NULL: "list"). An exit status. */
int list_run(struct admin *a, const struct list_noun *noun, void *arg,
    const char *about, bool as_json);

/* The rows of one list, in a step that makes more than one. ROWS is emptied
 * first; NULL is no memory. */
enum err list_collect(struct store_txn *t, const struct list_noun *noun,
    const struct record_set *set, int64_t now, json_t *rows) MUST_CHECK;

/* Begins a row with the name of the person USER_ID, behind the record's member
 * FIRST. ERR_NOT_FOUND: there is no such person any more. */
enum err list_begin_user(
    struct list_row *row, const char *first, const uint8_t *user_id) MUST_CHECK;

/* Adds to ROW, which is taken over, what may be shown of a record; NULL: no
 * memory, and so if ROW is. */
json_t *list_show(
    json_t *row, const struct record_type *type, const void *record);

#endif
