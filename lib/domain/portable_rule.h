/*
 * What a record must be that is read from a file: as the commands and pages
 * have it that make such a record here. A file may be written by hand.
 */
#ifndef LK_DOMAIN_PORTABLE_RULE_H
#define LK_DOMAIN_PORTABLE_RULE_H

#include "domain/portable.h"

#include <stdbool.h>

/* How the host is that reads. */
struct portable_host {
	bool secure; /* its issuer is https */
};

/* OK, or ERR_SYNTAX, and FAULT says what of RECORD cannot be. SECRETS: it came
 * with them. */
enum err portable_judge(enum portable_section section, const void *record,
    bool secrets, const struct portable_host *host,
    struct portable_fault *fault) MUST_CHECK;

#endif
