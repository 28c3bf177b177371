/* What the command shows of an app: in lists, alone, and when it is made. */
#ifndef LK_BIN_CLIENT_SHOW_H
#define LK_BIN_CLIENT_SHOW_H

#include "admin.h"
#include "domain/client.h"

#include <jansson.h>
#include <stdbool.h>

/* `client list` and `client show`; exit statuses. */
int client_list(struct admin *a, const struct args *args);
int client_show(struct admin *a, const struct args *args);

/* All there is to tell of C after a change. SECRET is NULL if the caller knows
 * it. NULL: no memory. */
json_t *client_told(
    const struct admin *a, const struct client *c, const char *secret);

/* Prints the same as JSON, or as what is to be typed into the app, after a line
 * that says what was DONE; an exit status. */
int client_tell(const struct admin *a, const struct client *c, const char *done,
    const char *secret, bool as_json);

#endif
