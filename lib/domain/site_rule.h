/*
 * What a site opens to whom: a rule, as an administrator writes it.
 *
 *	[METHOD[,METHOD...]] PATH WHO...
 *
 *	/ signed-in
 *	/shared anyone
 *	GET,HEAD /calendar group:family app-password
 *	/api bearer:https://api.example.org scope:photos:read strict
 *	/admin group:admins factor max-age:3600
 *
 * PATH covers itself and all below it, by whole segments; the longest that
 * covers a request decides, and of rules for the same path one that names the
 * method goes before one that names none (GET names HEAD, too). What no rule
 * covers is closed.
 *
 * WHO, any of which lets in:
 *	anyone
 *	signed-in	everybody the site admits
 *	group:NAME	those of them who are in that group
 *	bearer:AUDIENCE	who brings an access token for it (RFC 6750)
 * and what they mean more closely:
 *	app-password	the people above may also come with an app password
 *	scope:NAME	the token must have that scope
 *	strict		the grant behind the token must still be good: the
 *			store is asked, not the token alone
 *	factor		the person has signed in with a second factor
 *	max-age:SECONDS	and no longer ago than that
 * The last two hold for people and for the sign-in that a token comes from
 * (RFC 9470); an app password is no sign-in.
 */
#ifndef LK_DOMAIN_SITE_RULE_H
#define LK_DOMAIN_SITE_RULE_H

#include "base/err.h"
#include "domain/client.h"
#include "domain/site_path.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	SITE_RULE_CAP = 512,
	SITE_RULE_AGE_MIN = 60,
	SITE_RULE_AGE_MAX = 31536000
};

struct site_rule {
	char methods[SITE_RULE_CAP]; /* word list; "": all */
	char path[SITE_RULE_CAP];    /* no slash at its end, except "/" */
	bool anyone, signed_in, app_password, strict, factor;
	int64_t max_age_s;           /* of a sign-in; 0: any */
	char groups[SITE_RULE_CAP];  /* names (base/names.h) */
	char audience[AUDIENCE_CAP]; /* "": no tokens are taken */
	char scope[SITE_RULE_CAP];   /* word list: all are needed */
};

/* Takes TEXT apart. ERR_SYNTAX: *MESSAGE says what is wrong, for people. */
enum err site_rule_parse(
    struct site_rule *r, const char *text, const char **message) MUST_CHECK;

/*
 * TEXT with the names after its path composed (domain/opaque_string.h): the
 * form a rule is kept in, so that its groups are those of people however they
 * are typed. The path stays as it is. OK, or ERR_NO_SPACE, ERR_NO_MEMORY,
 * ERR_UNSUPPORTED.
 */
enum err site_rule_compose(
    char composed[static SITE_RULE_CAP], const char *text) MUST_CHECK;

/* Whether it can let in a person who signs in. */
bool site_rule_takes_people(const struct site_rule *r);

/* Whether not every sign-in is enough for it. */
bool site_rule_judges_sign_in(const struct site_rule *r);

#endif
