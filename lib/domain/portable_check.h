/*
 * A whole export, checked by itself before anything is changed: each record is
 * one that can be (domain/portable_rule.h), none is there twice, and what one
 * names is there.
 */
#ifndef LK_DOMAIN_PORTABLE_CHECK_H
#define LK_DOMAIN_PORTABLE_CHECK_H

#include "base/err.h"
#include "base/name_set.h"
#include "domain/imported_password.h"
#include "domain/portable_rule.h"
#include "domain/portable_text.h"

#include <stdbool.h>

enum { PORTABLE_COSTS_MAX = 16 };

struct portable_check {
	const struct keyring *keyring;
	struct portable_host host;
	/* What was found. */
	size_t count[PORTABLE_SECTIONS];
	unsigned algs; /* bits 1 << enum jwa, of apps that get tokens */
	size_t secretless_people, secretless_apps; /* not in a file with
						    * secrets */
	size_t foreign_passkeys; /* of another host than RP_ID */
	const char *rp_id;
	/* What the hashes of elsewhere cost here, one of each kind. */
	struct imported_cost cost[PORTABLE_COSTS_MAX];
	size_t costs;
	struct name_set seen, awaited;
};

/* Begun with KEYRING, HOST and RP_ID. ERR_SYNTAX: P's message says what is
 * wrong; ERR_NO_MEMORY. */
enum err portable_check(
    struct portable_check *c, struct portable_text *p) MUST_CHECK;

void portable_check_free(struct portable_check *c);

#endif
