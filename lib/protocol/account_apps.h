/*
 * The apps that may know a person, or act for them: those that the person
 * allowed, and those that have tokens. Seen, and taken back.
 */
#ifndef LK_PROTOCOL_ACCOUNT_APPS_H
#define LK_PROTOCOL_ACCOUNT_APPS_H

#include "domain/client.h"
#include "protocol/account.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ACCOUNT_APPS_MAX = 100 };

struct account_app {
	char client_id[CLIENT_ID_CAP];
	char name[CLIENT_NAME_CAP];
	char scope[SCOPE_CAP]; /* what it was granted, at any time */
	char scope_texts[SCOPE_TEXTS_CAP]; /* what scopes of its own mean */
	char resources[RESOURCE_LIST_CAP]; /* the APIs, as far as they fit */
	char claims[OWN_CLAIMS_CAP];       /* of its own: domain/own_claim.h */
	bool trusted;                      /* no one asks before it gets this */
	bool stranger;                     /* no one here vouches for it */
	bool is_site;                      /* the gate's */
	bool offline;       /* goes on while the person is away */
	int64_t since;      /* the first answer, or the first token */
	int64_t used_at;    /* the last token; 0: it has none now */
	int64_t expires_at; /* of what it has now at the latest; or 0 */
};

struct account_apps {
	struct account_app *list; /* by client_id */
	size_t count;
	bool more; /* some are left out */
};

/* An account_step: ARG is a struct account_apps, zeroes at first. */
enum err account_look_at_apps(
    struct store_txn *t, struct account *a, void *arg) MUST_CHECK;

void account_apps_free(void *apps);

/* The app CLIENT_ID among APPS, or NULL. */
const struct account_app *account_app_find(
    const struct account_apps *apps, const char *client_id);

/* Which app is to know nothing of the person any more. */
struct app_withdrawal {
	const char *client_id;
	const char *from; /* REMOTE_ADDR */
};

/* An account_step: ARG is a struct app_withdrawal. Ends all that the app has
 * of the person: its tokens of every kind, codes, and what was allowed; it
 * asks again next time. */
enum err account_withdraw_app(
    struct store_txn *t, struct account *a, void *arg) MUST_CHECK;

#endif
