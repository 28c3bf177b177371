/*
 * Claims of the administrator's own: by what name an app gets something that is
 * known of a person. A row of the client is CLAIM=SOURCE, or
 * CLAIM=SOURCE@SCOPE if one of the app's scopes opens it; else the app always
 * has it. SOURCE is groups, name, username, email, attribute (of the claim's
 * own name) or attribute:KEY.
 */
#ifndef LK_DOMAIN_OWN_CLAIM_H
#define LK_DOMAIN_OWN_CLAIM_H

#include "base/err.h"
#include "domain/attribute.h"
#include "domain/client.h"
#include "domain/scope.h"

#include <stdbool.h>

enum { OWN_CLAIM_NAME_CAP = 65 };

enum own_claim_source {
	OWN_CLAIM_GROUPS,
	OWN_CLAIM_NAME,
	OWN_CLAIM_USERNAME,
	OWN_CLAIM_EMAIL,
	OWN_CLAIM_ATTRIBUTE,
	OWN_CLAIM_SOURCES
};

struct own_claim {
	char name[OWN_CLAIM_NAME_CAP];
	enum own_claim_source source;
	char key[ATTRIBUTE_KEY_CAP]; /* of an attribute */
	char scope[SCOPE_WORD_CAP];  /* "": none is needed */
};

/* NULL if ROW may be one, else what is wrong, for people. What tokens say
 * anyway no row can say. */
const char *own_claim_refusal(const char *row);

/* Adds ROW, which may be one. ERR_NO_SPACE; ERR_EXISTS: there is one of that
 * name. */
enum err own_claim_add(struct client *c, const char *row) MUST_CHECK;

/* The next of a client's rows, as words_next does it. */
bool own_claim_next(const char **rows, struct own_claim *o);

/* Whether O is told with SCOPE, a word list. */
bool own_claim_is_told(const struct own_claim *o, const char *scope);

/* What ROWS tell with SCOPE: the sources, as bits 1 << enum own_claim_source,
 * and in SET the claims that the administrator sets, with ", " between. */
unsigned own_claims_told(
    char set[static OWN_CLAIMS_CAP], const char *rows, const char *scope);

/* Whether SOURCES tell what is known by the scope SCOPE. */
bool own_claims_tell(unsigned sources, const char *scope);

#endif
