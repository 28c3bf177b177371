/*
 * The authorization endpoint's decisions (RFC 6749 3.1 and 4.1, OAuth 2.1 4.1,
 * OpenID Connect Core 3.1.2): a request becomes a typed one or is refused;
 * then, for the person who is signed in, it becomes a code or the next
 * question.
 */
#ifndef LK_PROTOCOL_AUTHORIZE_H
#define LK_PROTOCOL_AUTHORIZE_H

#include "base/err.h"
#include "base/form.h"
#include "base/reason.h"
#include "domain/acr.h"
#include "domain/api.h"
#include "domain/client.h"
#include "domain/code.h"
#include "domain/consent.h"
#include "domain/device_code.h"
#include "domain/session.h"
#include "domain/user.h"
#include "protocol/asked_claims.h"
#include "protocol/authorize_source.h"
#include "protocol/provider.h"

#include <stdbool.h>
#include <stdint.h>

enum { STATE_CAP = 4097, LOGIN_HINT_CAP = 256, ACR_VALUES_CAP = 16 };

enum prompt {
	PROMPT_NONE = 1 << 0,
	PROMPT_LOGIN = 1 << 1,
	PROMPT_CONSENT = 1 << 2,
	PROMPT_SELECT_ACCOUNT = 1 << 3
};

enum response_mode { RESPONSE_QUERY, RESPONSE_FRAGMENT, RESPONSE_FORM_POST };

struct authorize_request {
	/* Client and redirect URI are known good: an error may go there.
	 * Until then the answer is a page (RFC 6749 4.1.2.1). */
	bool may_redirect;
	/* Its client_id is the address of a document that is to be read first,
	 * for a person who has signed in (protocol/client_document.h): of the
	 * rest only `silent` and `login_hint` are known. */
	bool is_unread;
	struct client client;
	char redirect_uri[URI_CAP];
	bool redirect_uri_given;
	enum response_mode response_mode;
	bool silent; /* prompt=none, known before anything can be refused */
	char state[STATE_CAP];

	char scope[SCOPE_CAP]; /* what of it the client may have */
	struct asked_claims claims;
	char consent_scope[SCOPE_CAP]; /* what the person is asked about: SCOPE,
					* and what opens CLAIMS */
	char resources[RESOURCE_LIST_CAP]; /* APIs, as they are registered */
	char nonce[NONCE_CAP];
	bool has_challenge;
	uint8_t code_challenge[PKCE_LEN];
	struct confirmation cnf; /* what the code is bound to */
	unsigned prompt;         /* bits of enum prompt */
	int64_t max_age;         /* seconds; -1: not asked for */
	char login_hint[LOGIN_HINT_CAP];
	bool has_hint; /* a valid id_token_hint, for this person */
	uint8_t hint_user_id[USER_ID_LEN];
	bool bad_hint;   /* an id_token_hint that fits no person */
	enum acr acr;    /* the least that is asked for; ACR_NONE: any */
	bool acr_wished; /* it is no condition: a voluntary claim (Core 5.5) */
	/* What a device asks for, in place of an app: it is always asked about,
	 * and no code is issued, but the device allowed. NULL: none. */
	const struct device_code *device;
	const char *address;             /* of the person, with a device */
	char acr_values[ACR_VALUES_CAP]; /* what is asked for, of what there
					  * is, the best first */
	/* The client pushed it (domain/pushed.h): it is spent when a code is
	 * issued. */
	bool is_pushed;
	bool pushed_again; /* a button may have been pressed twice */
	uint8_t pushed_id[FAMILY_ID_LEN];
};

/*
 * Fills Q from SENT, which a browser brought at NOW, or from what SENT names:
 * SOURCE is where its parameters were. On an error Q->may_redirect says where
 * the answer goes, and Q has what that needs. *REASON says why, for page and
 * log.
 */
enum err authorize_parse(const struct provider *p, const struct form *sent,
    int64_t now, struct authorize_source *source, struct authorize_request *q,
    enum reason *reason) MUST_CHECK;

/* The same for what the client C, which has authenticated, pushes. */
enum err authorize_parse_pushed(const struct provider *p,
    const struct client *c, const struct form *sent, int64_t now,
    struct authorize_source *source, struct authorize_request *q,
    enum reason *reason) MUST_CHECK;

/* The person has ANSWERED (bits of enum prompt) what Q asks, in a request that
 * cannot be changed. A sign-in answers max_age as well, and a hint that fits no
 * person: left in, they would ask for ever. */
void authorize_answered(struct authorize_request *q, unsigned answered);

/* What the person just answered, if anything. */
struct authorize_answer {
	bool selected;      /* goes on with the account shown */
	bool consented;     /* pressed Allow */
	const char *ticked; /* word list: optional scopes left ticked */
};

enum authorize_step {
	AUTHORIZE_CODE,          /* done: redirect with the code; the device is
				  * allowed */
	AUTHORIZE_SIGN_IN,       /* ask who it is */
	AUTHORIZE_SELECT,        /* ask whether to go on as this person */
	AUTHORIZE_FACTOR,        /* ask for the second factor they have */
	AUTHORIZE_ENROL,         /* ask to set one up: one is needed */
	AUTHORIZE_ENROL_PASSKEY, /* the same: a passkey is */
	AUTHORIZE_CONSENT,       /* ask what the app may have */
	AUTHORIZE_NOT_ADMITTED   /* this person may not use this app: say so */
};

struct authorize_reply {
	enum authorize_step step;
	char code[OPAQUE_TOKEN_TEXT_CAP]; /* with AUTHORIZE_CODE */
	bool signed_in;
	struct session session; /* of the person who is signed in */
	struct user user;
	unsigned factors;          /* what they have that is enough, with
				    * AUTHORIZE_FACTOR */
	struct consent remembered; /* with AUTHORIZE_CONSENT */
	struct api_titles apis;    /* the same: what is asked for */
};

/*
 * Decides Q for the session COOKIE opens (NULL: none was sent). Errors are for
 * the client (may_redirect holds): with prompt=none, what would have to be
 * asked (ERR_LOGIN_REQUIRED, ERR_CONSENT_REQUIRED,
 * ERR_ACCOUNT_SELECTION_REQUIRED), ERR_ACCESS_DENIED; and
 * ERR_UNMET_AUTHENTICATION_REQUIREMENTS, where this person cannot sign in as
 * the app asks, or with prompt=none has not.
 */
enum err authorize_decide(const struct provider *p,
    const struct authorize_request *q, const struct session_cookie *cookie,
    const struct authorize_answer *answer, int64_t now,
    struct authorize_reply *r, enum reason *reason) MUST_CHECK;

void authorize_reply_wipe(struct authorize_reply *r);

#endif
