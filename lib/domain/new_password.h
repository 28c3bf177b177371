/*
 * What may be a new password (NIST SP 800-63B-4 3.1.1.2, ASVS 5.0 6.2): any
 * characters in any mixture, except what is guessed first. That is a short one,
 * one of the commonest, rows and repetitions, and little more than the person's
 * name, address or the site's. A password that is in use is never judged.
 */
#ifndef LK_DOMAIN_NEW_PASSWORD_H
#define LK_DOMAIN_NEW_PASSWORD_H

#include "base/buf.h"
#include "domain/conf.h"
#include "domain/user.h"

enum password_flaw {
	PASSWORD_FINE,
	PASSWORD_SHORT,      /* fewer characters than password_min */
	PASSWORD_LONG,       /* PASSWORD_CAP bytes or more */
	PASSWORD_UNREADABLE, /* not UTF-8, or a control character */
	PASSWORD_SIMPLE,     /* rows of the alphabet or keyboard, repetitions */
	PASSWORD_COMMON,
	PASSWORD_PERSONAL,  /* little is left without names and addresses */
	PASSWORD_UNCOMPOSED /* beyond ASCII, and there is no libunistring */
};

/* Judges P, as typed, for U: of the person, name, display and email count. */
enum password_flaw password_flaw(
    const char *p, const struct user *u, const struct conf *conf);

/* Appends what is wrong, for administrators. */
void password_flaw_tell(
    struct buf *b, enum password_flaw flaw, const struct conf *conf);

#endif
