/* What the command shows of a person, and what its options make of one. */
#ifndef LK_BIN_USER_PROFILE_H
#define LK_BIN_USER_PROFILE_H

#include "admin.h"
#include "domain/user.h"

/* What all verbs take that say what a person is. */
#define USER_PROFILE_OPTIONS                                                   \
	{"--name", "NAME", false}, {"--given-name", "NAME", false},            \
	    {"--family-name", "NAME", false}, {"--language", "TAG", false},    \
	    {"--zone", "ZONE", false}, {"--attribute", "KEY=VALUE", true},     \
	    {"--email", "ADDRESS", false}, {"--email-verified", NULL, false},  \
	    {"--email-unverified", NULL, false}, {"--phone", "NUMBER", false}, \
	    {"--phone-verified", NULL, false},                                 \
	    {"--phone-unverified", NULL, false},                               \
	    {"--street-address", "TEXT", false},                               \
	    {"--postal-code", "TEXT", false}, {"--locality", "TEXT", false},   \
	    {"--region", "TEXT", false}, {"--country", "TEXT", false},         \
	    {"--group", "GROUP", true}, {"--require-factor", NULL, false},     \
	{                                                                      \
		"--no-require-factor", NULL, false                             \
	}

/* Gives U the name NAME, in lower case; an exit status. */
int user_apply_name(struct user *u, const char *name);

/* Whether options exclude each other, with a line printed. */
bool user_is_contradictory(const struct args *args);

/* Changes U as these say, except --add-group and --remove-group;
 * ERR_INVALID_REQUEST with R. */
enum err user_apply_profile(
    struct user *u, const struct args *args, struct refusal *r) MUST_CHECK;

/* Why an address may not be a person's, and room for the reason. */
struct email_refusal {
	struct refusal refusal;
	char message[USER_NAME_CAP + 96];
};

/* ERR_INVALID_REQUEST with R, which borrows U's address: another person has
 * the same verified. */
enum err user_email_refuse(struct store_txn *t, const struct user *u,
    struct email_refusal *r) MUST_CHECK;

/* Warns where U's name is another person's address, or the other way round:
 * the name comes first at sign-in. */
void user_warn_of_namesakes(const struct admin *a, const struct user *u);

#endif
