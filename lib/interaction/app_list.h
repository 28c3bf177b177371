/*
 * The apps that a person may use, as home shows them: those with a link.
 */
#ifndef LK_INTERACTION_APP_LIST_H
#define LK_INTERACTION_APP_LIST_H

#include "base/json.h"
#include "domain/conf.h"
#include "protocol/account.h"

#include <stddef.h>

struct listed_app;

struct app_list {
	struct listed_app *apps; /* by name */
	size_t count;
	size_t room; /* of the page that is left, in bytes */
};

/* Fills the list ARG, zeroes or filled before; an account_step. */
enum err app_list_look(
    struct store_txn *t, struct account *a, void *arg) MUST_CHECK;

/* Adds it to the page's data as `apps`. */
void app_list_put(
    struct json_build *b, const struct app_list *list, const struct conf *conf);

/* What LIST, a struct app_list, has allocated. */
void app_list_free(void *list);

#endif
