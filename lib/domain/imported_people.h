/*
 * The people whose password is hashed as another system did it
 * (domain/imported_password.h), because they have not signed in since: how many
 * there are, and what the costliest of these hashes takes. A try that fails
 * takes as long as that one, for every name.
 */
#ifndef LK_DOMAIN_IMPORTED_PEOPLE_H
#define LK_DOMAIN_IMPORTED_PEOPLE_H

#include "domain/imported_password.h"
#include "store/store.h"

#include <stdint.h>

/* One more (1) or one less (-1); domain/user calls this. With the last the
 * costliest is forgotten. */
void imported_people_add(struct store_txn *t, int change);

/* C is the cost of one of them. Called after they were added. */
void imported_people_note(
    struct store_txn *t, const struct imported_cost *cost);

/* The costliest; zeroes if there are no such people. */
void imported_people_costliest(struct store_txn *t, struct imported_cost *cost);

uint32_t imported_people_count(struct store_txn *t);

#endif
