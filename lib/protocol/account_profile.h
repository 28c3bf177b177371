/*
 * What people change of what is known of them: names, language, time zone; and
 * their address, which is another matter, because people sign in with it and
 * apps find people by it.
 */
#ifndef LK_PROTOCOL_ACCOUNT_PROFILE_H
#define LK_PROTOCOL_ACCOUNT_PROFILE_H

#include "protocol/account.h"

#include <stdbool.h>

/* As typed. */
struct profile {
	const char *display, *given_name, *family_name, *language, *zoneinfo;
};

enum profile_flaw {
	PROFILE_FINE,
	PROFILE_UNREADABLE, /* not UTF-8, or a control character */
	PROFILE_LONG,
	PROFILE_LANGUAGE,
	PROFILE_ZONE
};

/* Puts P into U, without spaces at the ends of names. Unless it is fine, U is
 * half changed. */
enum profile_flaw profile_apply(struct user *u, const struct profile *p);

/* A profile that is fine, and what became of it. */
struct profile_change {
	struct profile profile;
	const char *from; /* REMOTE_ADDR */
};

/* An account_step: ARG is a struct profile_change. */
enum err account_set_profile(
    struct store_txn *t, struct account *a, void *arg) MUST_CHECK;

/* Another address; "": none. The person has typed it, and no more is known: it
 * is not verified. */
struct email_change {
	const char *email;
	const char *from;   /* REMOTE_ADDR */
	bool taken;         /* answered: it names another person here */
	bool changed;       /* answered */
	struct user before; /* answered, if it changed: who to tell so at the
			     * address of before. The caller wipes it */
};

/* An account_step: ARG is a struct email_change, whose address has the form of
 * one. The address as it is stays as verified as it was. */
enum err account_set_email(
    struct store_txn *t, struct account *a, void *arg) MUST_CHECK;

#endif
