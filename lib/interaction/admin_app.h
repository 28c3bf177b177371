/* An app as the desk's forms have it. */
#ifndef LK_INTERACTION_ADMIN_APP_H
#define LK_INTERACTION_ADMIN_APP_H

#include "domain/clients.h"
#include "interaction/admin_page.h"

/* An app that is being added or changed, and what is wrong: a key, and the
 * command's own sentence or NULL. */
struct app_change {
	const char *client_id;
	const struct form *posted;
	struct client client;
	char secret[CLIENT_SECRET_CAP]; /* made for it; "": it has none */
	const char *key, *message;
};

/* What is told once, after an app was added or has another secret. First in the
 * data of its page. */
struct app_told {
	const char *secret; /* "": it has none */
	const struct client *client;
};

/* Says what is wrong; returns ERR_INVALID_REQUEST. */
enum err app_refuse(struct app_change *a, const char *key, const char *message);

/* The fields for who may use it, and what they are asked. */
void app_put_access(
    struct interaction *i, struct json_build *b, const struct client *c);
enum err app_read_access(struct app_change *a) MUST_CHECK;

/* The fields for its name and addresses. */
void app_put_addresses(
    struct interaction *i, struct json_build *b, const struct client *c);
enum err app_read_addresses(struct app_change *a) MUST_CHECK;

#endif
