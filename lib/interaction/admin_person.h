/* A person's name, address and groups, as the desk's forms have them. */
#ifndef LK_INTERACTION_ADMIN_PERSON_H
#define LK_INTERACTION_ADMIN_PERSON_H

#include "domain/factor.h"
#include "interaction/admin_page.h"

struct person_data {
	const char *name; /* as the address says it */
	struct user user;
	unsigned factors; /* bits (domain/factor.h) */
};

void ask_for_person(struct interaction *i, void *data);
enum err look_at_person(struct store_txn *t, struct account *me, void *data);
void wipe_person(void *data);
const struct user *person_shown(const struct interaction *i);

/* The members of an own_page that is about one person. */
#define OF_A_PERSON                                                            \
	.data_size = sizeof(struct person_data), .ask = ask_for_person,        \
	.look = look_at_person, .free_data = wipe_person

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
