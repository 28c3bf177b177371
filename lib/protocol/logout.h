/*
 * OpenID Connect RP-Initiated Logout 1.0. The session of this browser ends, and
 * with it every family that began in it.
 */
#ifndef LK_PROTOCOL_LOGOUT_H
#define LK_PROTOCOL_LOGOUT_H

#include "base/err.h"
#include "base/form.h"
#include "base/reason.h"
#include "domain/client.h"
#include "domain/session.h"
#include "domain/user.h"
#include "protocol/authorize.h"
#include "protocol/provider.h"

#include <stdbool.h>
#include <stdint.h>

struct logout_request {
	bool has_client; /* from client_id or the hint, or see link_only */
	struct client client;
	char post_logout_redirect_uri[URI_CAP]; /* registered, or "" */
	/* Nothing says for which client but that address itself: the person
	 * may go there, and is not sent (3). Without has_client more than one
	 * client has registered it. */
	bool link_only;
	char state[STATE_CAP];
	bool has_hint; /* a valid id_token_hint */
	bool bad_hint; /* one that does not verify, which is as good as none */
	uint8_t hint_user_id[USER_ID_LEN];
	uint8_t hint_sid[SID_LEN];
	const char *address; /* REMOTE_ADDR, for the audit: the caller's */
};

/*
 * ERR_INVALID_REQUEST, with a reason for page and log: client unknown, hint and
 * client_id not one's, a post_logout_redirect_uri that is not registered (2),
 * parameters over their ceiling or given twice. A hint that is no token of ours
 * counts as none: the person is asked.
 */
enum err logout_parse(const struct provider *p, const struct form *form,
    struct logout_request *q, enum reason *reason) MUST_CHECK;

enum { LOGOUT_FRAMES_CAP = 8192 };

/* What the person has said of it. */
enum logout_answer {
	LOGOUT_UNASKED,
	LOGOUT_EVERYWHERE,
	LOGOUT_HERE /* of the app that asks alone */
};

struct logout_reply {
	bool ended; /* false: ask the person first */
	bool here;  /* and that at the one app */
	/* Word list: what the page afterwards is to have in frames, by which
	 * apps learn it (Front-Channel Logout 1.0 2). */
	char frames[LOGOUT_FRAMES_CAP];
	struct session session; /* of the person to ask */
	struct user user;
};

/*
 * Ends the session COOKIE opens (NULL: none), if the person ANSWERs so, or if
 * the hint is of that session or person; otherwise asks. If no one is signed
 * in, there is nothing to ask. Of the app that asks alone: only what it was
 * given in this session ends, without what works offline.
 */
enum err logout_decide(const struct provider *p, const struct logout_request *q,
    const struct session_cookie *cookie, enum logout_answer answer, int64_t now,
    struct logout_reply *r) MUST_CHECK;

#endif
