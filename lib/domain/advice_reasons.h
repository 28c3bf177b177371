/*
 * The sentence for each reason of base/reason.h, and what helps: a table alone.
 * domain/advice.h finds what is told of one refusal.
 */
#ifndef LK_DOMAIN_ADVICE_REASONS_H
#define LK_DOMAIN_ADVICE_REASONS_H

#include "base/reason.h"

/* The kinds, each with what helps in general. In that: {user}, {client} and
 * {uri} are what the refusal was about, as words for a shell. */
/* clang-format off */
#define ADVICE_KINDS(X) \
	X(WRONG_PASSWORD, "wrong_password", \
	    "latchkey user reset {user}, and send them the link") \
	X(UNKNOWN_USER, "unknown_user", \
	    "latchkey user list shows the names that exist") \
	X(LOCKED, "locked", "latchkey user unlock {user}") \
	X(NO_PASSWORD, "no_password", \
	    "latchkey user reset {user}, and send them the link") \
	X(THROTTLED, "throttled", \
	    "wait a minute; latchkey user unlock {user} lets them try at once") \
	X(FACTOR, "factor", \
	    "latchkey user factors {user} shows what they have; latchkey user " \
	    "reset {user} --factors lets them begin again") \
	X(PASSKEY, "passkey", \
	    "sign in another way; latchkey user factors {user} shows the " \
	    "passkeys that are known") \
	X(LINK, "link", "latchkey user reset {user} makes a new link") \
	X(GROUP, "group", \
	    "latchkey client show {client} names the groups; latchkey user set " \
	    "{user} --add-group GROUP") \
	X(UNREGISTERED, "unregistered", \
	    "latchkey client list shows the apps; latchkey client apps has " \
	    "recipes for more") \
	X(REDIRECT, "redirect", \
	    "if this is the app's own address: latchkey client set {client} " \
	    "--add-redirect-uri {uri}") \
	X(CREDENTIALS, "credentials", \
	    "latchkey client show {client}; latchkey client secret {client} " \
	    "makes a new secret, which goes into the app's settings") \
	X(REQUEST, "request", \
	    "the app's developer has to change what it sends; latchkey client " \
	    "show {client} is what it is registered with") \
	X(TOKEN, "token", \
	    "nothing, if it is rare: the app asks for a new sign-in") \
	X(THEFT, "theft", \
	    "latchkey audit --client {client}; if no one restored a backup of " \
	    "the app, the token was stolen") \
	X(SITE, "site", "latchkey site show {client}") \
	X(FORM, "form", "load the page again, and allow its cookies") \
	X(ADMIN, "admin", "latchkey user set NAME --add-group admins") \
	X(BUSY, "busy", \
	    "nothing, if it is rare; else someone guesses passwords, and more " \
	    "processors or fewer bytes a hash (argon2_memlimit) help") \
	X(DECLINED, "declined", "nothing: it was the person's choice") \
	X(UNUSED, "unused", \
	    "latchkey client show {client}: compare algorithm (--alg RS256 is " \
	    "what most apps know), issuer (no slash at the end) and the app's " \
	    "clock; then read the app's own log") \
	X(WEB_SERVER, "web_server", \
	    "latchkey check looks at the web server's configuration") \
	X(FAULT, "fault", "read the log of this program, and latchkey check")
/* clang-format on */

enum advice_kind {
#define X(name, word, remedy) ADVICE_##name,
	ADVICE_KINDS(X)
#undef X
	    ADVICE_KIND_COUNT
};

struct advice {
	enum advice_kind kind;
	const char *sentence;
	const char *remedy; /* as that of the kind is written */
};

/* By reason. A remedy of NULL is that of the kind. */
extern const struct advice advice_reasons[REASON_COUNT];

#endif
