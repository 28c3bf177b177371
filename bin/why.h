/*
 * latchkey why: what is known of a person, an app or an address, apart from
 * what was refused (why_state.c).
 */
#ifndef LK_BIN_WHY_H
#define LK_BIN_WHY_H

#include "admin.h"
#include "domain/client.h"
#include "domain/keyring.h"
#include "domain/refusals.h"
#include "domain/user.h"

#include <jansson.h>

struct why {
	struct admin *a;
	const char *asked; /* NULL: everything */
	bool is_url;

	/* Filled in by why_look. */
	bool is_user, is_client;
	char user[USER_NAME_CAP], client_id[CLIENT_ID_CAP];
	json_t *state; /* of {"what", "remedy"} */

	struct refusal_note *notes; /* newest first */
	size_t count;
};

/* Whom or what ASKED names, and what there is to say of it. The caller frees
 * STATE. */
enum err why_look(struct why *w, const struct keyring *k) MUST_CHECK;

#endif
