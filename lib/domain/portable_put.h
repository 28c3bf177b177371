/*
 * The records of an export that was checked (domain/portable_check.h), put into
 * a store, in one transaction. People keep their `sub`, all keep their times,
 * and what a secret.key seals is sealed with the one of here.
 */
#ifndef LK_DOMAIN_PORTABLE_PUT_H
#define LK_DOMAIN_PORTABLE_PUT_H

#include "base/err.h"
#include "domain/audit.h"
#include "domain/portable_check.h"
#include "domain/portable_text.h"
#include "domain/signkey.h"

#include <stdbool.h>

enum { PORTABLE_TOLD_MAX = 20 };

enum portable_outcome {
	PORTABLE_ADDED,
	PORTABLE_SAME,     /* it is here already, and equal */
	PORTABLE_DIFFERS,  /* another is here in its place, and stays */
	PORTABLE_LEFT_OUT, /* its person or app was, or it lacks its secret */
	PORTABLE_OUTCOMES
};

struct portable_put {
	const struct keyring *keyring;
	const struct portable_check *check;
	/* The issuer is the one of the file: what its keys signed is good. */
	bool same_issuer;
	struct retirement retirement; /* of these keys */
	struct change change;
	/* What became of them. */
	size_t count[PORTABLE_SECTIONS][PORTABLE_OUTCOMES];
	size_t clashes; /* the same and those that differ ... */
	char told[PORTABLE_TOLD_MAX][PORTABLE_WHERE_CAP]; /* ... the first */
};

/* Puts all that can be put; who was here before gets nothing. Where there are
 * clashes the caller decides whether the transaction is kept. Only the store
 * fails. */
enum err portable_put(struct store_txn *t, struct portable_put *put,
    struct portable_text *p) MUST_CHECK;

#endif
