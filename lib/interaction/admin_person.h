/* A person's name, address and groups, as the desk's forms have them. */
#ifndef LK_INTERACTION_ADMIN_PERSON_H
#define LK_INTERACTION_ADMIN_PERSON_H

#include "interaction/admin_page.h"

/* A person who is being added or changed, and what is wrong: a key, and the
 * command's own sentence or NULL. */
struct person_change {
	const char *name; /* of a person there is */
	const struct form *posted;
	struct user user;
	const char *key, *message;
};

void desk_person_fields(
    struct interaction *i, struct json_build *b, const struct user *u);

/* Says what is wrong; returns ERR_INVALID_REQUEST. */
enum err person_refuse(
    struct person_change *p, const char *key, const char *message);

/* Sets in P->user what the form says: ERR_INVALID_REQUEST. */
enum err person_read_fields(
    struct person_change *p, const struct form *posted) MUST_CHECK;

/* Whether P's address may be theirs: ERR_INVALID_REQUEST. */
enum err person_check_email(
    struct store_txn *t, struct person_change *p) MUST_CHECK;

#endif
