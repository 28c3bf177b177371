/*
 * The one error vocabulary: what every function here returns.
 *
 * First the protocol's own words, each with its wire name and HTTP status;
 * then what HTTP itself refuses; then inner causes, which never leave the
 * house: a client sees server_error, the detail goes to the log.
 */
#ifndef LK_BASE_ERR_H
#define LK_BASE_ERR_H

#include <stdbool.h>

#define MUST_CHECK __attribute__((warn_unused_result))
/* Keeps what is large in a frame of its own. */
#define NOINLINE __attribute__((noinline))

enum err {
	OK = 0,

	/* RFC 6749 4.1.2.1 and 5.2 */
	ERR_INVALID_REQUEST,
	ERR_UNAUTHORIZED_CLIENT,
	ERR_ACCESS_DENIED,
	ERR_UNSUPPORTED_RESPONSE_TYPE,
	ERR_INVALID_SCOPE,
	ERR_SERVER_ERROR,
	ERR_TEMPORARILY_UNAVAILABLE,
	ERR_INVALID_CLIENT,
	ERR_INVALID_GRANT,
	ERR_UNSUPPORTED_GRANT_TYPE,
	/* RFC 8628 3.5 */
	ERR_AUTHORIZATION_PENDING,
	ERR_SLOW_DOWN,
	ERR_EXPIRED_TOKEN,
	/* RFC 8707 2 */
	ERR_INVALID_TARGET,
	/* RFC 7591 3.2.2 */
	ERR_INVALID_REDIRECT_URI,
	ERR_INVALID_CLIENT_METADATA,
	/* RFC 7009 2.2.1 */
	ERR_UNSUPPORTED_TOKEN_TYPE,
	/* RFC 6750 3.1 */
	ERR_INVALID_TOKEN,
	ERR_INSUFFICIENT_SCOPE,
	/* RFC 9449 5, 8 and 9 */
	ERR_INVALID_DPOP_PROOF,
	ERR_USE_DPOP_NONCE,
	/* RFC 9470 3 */
	ERR_INSUFFICIENT_USER_AUTHENTICATION,
	/* OpenID Connect Core 3.1.2.6 */
	ERR_INTERACTION_REQUIRED,
	ERR_LOGIN_REQUIRED,
	ERR_ACCOUNT_SELECTION_REQUIRED,
	ERR_CONSENT_REQUIRED,
	/* OpenID Connect Core Unmet Authentication Requirements 1.0 */
	ERR_UNMET_AUTHENTICATION_REQUIREMENTS,
	ERR_REQUEST_NOT_SUPPORTED,
	ERR_REQUEST_URI_NOT_SUPPORTED,
	ERR_REGISTRATION_NOT_SUPPORTED,
	ERR_INVALID_REQUEST_URI,
	ERR_INVALID_REQUEST_OBJECT,

	/* refused by HTTP itself (RFC 9110) */
	ERR_NO_SUCH_PAGE,
	ERR_METHOD_NOT_ALLOWED,
	ERR_CONTENT_TOO_LARGE,
	ERR_UNSUPPORTED_MEDIA_TYPE,
	ERR_FORBIDDEN,
	ERR_TOO_MANY_REQUESTS,
	ERR_BUSY, /* with others: try again */

	/* inner causes */
	ERR_NOT_FOUND,    /* no such record */
	ERR_EXISTS,       /* the name is taken */
	ERR_SYNTAX,       /* text does not have the form it must have */
	ERR_NO_SPACE,     /* a buffer, the disk or the map is full */
	ERR_NO_MEMORY,    /* an allocation failed */
	ERR_CORRUPT,      /* a record, key or file of ours does not decode */
	ERR_TRUNCATED,    /* the store's file has fewer pages than it counts */
	ERR_UNREADABLE,   /* a page of the store is damaged, or the disk is */
	ERR_REPLACED,     /* the store's files are not those that were opened */
	ERR_LOCK_DAMAGED, /* the store's lock file is not as it was made */
	ERR_VERSION,      /* written by a newer latchkey */
	ERR_OUTDATED,     /* written before the first release */
	ERR_AGAIN,       /* the same may succeed at once; never leaves store/ */
	ERR_IO,          /* the system refused a read or write */
	ERR_DESCRIPTORS, /* the limit of open files is reached */
	ERR_READERS,     /* all reader slots of the store are taken */
	ERR_UNAVAILABLE, /* the store's server cannot be reached, or used */
	ERR_PERMISSION,  /* a file is unreachable, or open to others */
	ERR_FOREIGN, /* ours, but of another directory or before a restore */
	ERR_UNSUPPORTED, /* this build or this host cannot do it */
	ERR_COUNT
};

/* The RFC's word for E ("invalid_grant"); inner causes are "server_error". */
const char *err_wire(enum err e);

/* The HTTP status that goes with E (400, 401, ...; 500 for most inner causes,
 * 503 where it is the store as a whole that cannot be used). */
int err_status(enum err e);

/* Whether E is what a resource says of an access token, in the challenge of its
 * scheme. */
bool err_is_of_token(enum err e);

/* Whether E is a fault of ours: the log tells it as server_error, with its
 * cause. */
bool err_is_fault(enum err e);

/* E's own name in lower case, for logs ("no_space"): inner causes included. */
const char *err_name(enum err e);

#endif
