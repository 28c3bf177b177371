#include "base/err.h"

#include <stddef.h>

/* The wire words of what HTTP refuses are the nearest the RFCs have: such an
 * answer may still be JSON. */
static const struct {
	const char *name, *wire;
	int status;
} table[ERR_COUNT] = {
    [OK] = {"ok", "ok", 200},
    [ERR_INVALID_REQUEST] = {"invalid_request", "invalid_request", 400},
    [ERR_UNAUTHORIZED_CLIENT] = {"unauthorized_client", "unauthorized_client",
	400},
    [ERR_ACCESS_DENIED] = {"access_denied", "access_denied", 400},
    [ERR_UNSUPPORTED_RESPONSE_TYPE] = {"unsupported_response_type",
	"unsupported_response_type", 400},
    [ERR_INVALID_SCOPE] = {"invalid_scope", "invalid_scope", 400},
    [ERR_SERVER_ERROR] = {"server_error", "server_error", 500},
    [ERR_TEMPORARILY_UNAVAILABLE] = {"temporarily_unavailable",
	"temporarily_unavailable", 503},
    [ERR_INVALID_CLIENT] = {"invalid_client", "invalid_client", 401},
    [ERR_INVALID_GRANT] = {"invalid_grant", "invalid_grant", 400},
    [ERR_UNSUPPORTED_GRANT_TYPE] = {"unsupported_grant_type",
	"unsupported_grant_type", 400},
    [ERR_AUTHORIZATION_PENDING] = {"authorization_pending",
	"authorization_pending", 400},
    [ERR_SLOW_DOWN] = {"slow_down", "slow_down", 400},
    [ERR_EXPIRED_TOKEN] = {"expired_token", "expired_token", 400},
    [ERR_INVALID_TARGET] = {"invalid_target", "invalid_target", 400},
    [ERR_INVALID_REDIRECT_URI] = {"invalid_redirect_uri",
	"invalid_redirect_uri", 400},
    [ERR_INVALID_CLIENT_METADATA] = {"invalid_client_metadata",
	"invalid_client_metadata", 400},
    [ERR_UNSUPPORTED_TOKEN_TYPE] = {"unsupported_token_type",
	"unsupported_token_type", 400},
    [ERR_INVALID_TOKEN] = {"invalid_token", "invalid_token", 401},
    [ERR_INSUFFICIENT_SCOPE] = {"insufficient_scope", "insufficient_scope",
	403},
    [ERR_INVALID_DPOP_PROOF] = {"invalid_dpop_proof", "invalid_dpop_proof",
	400},
    [ERR_USE_DPOP_NONCE] = {"use_dpop_nonce", "use_dpop_nonce", 401},
    [ERR_INSUFFICIENT_USER_AUTHENTICATION] =
	{"insufficient_user_authentication", "insufficient_user_authentication",
	    401},
    [ERR_INTERACTION_REQUIRED] = {"interaction_required",
	"interaction_required", 400},
    [ERR_LOGIN_REQUIRED] = {"login_required", "login_required", 400},
    [ERR_ACCOUNT_SELECTION_REQUIRED] = {"account_selection_required",
	"account_selection_required", 400},
    [ERR_CONSENT_REQUIRED] = {"consent_required", "consent_required", 400},
    [ERR_UNMET_AUTHENTICATION_REQUIREMENTS] =
	{"unmet_authentication_requirements",
	    "unmet_authentication_requirements", 400},
    [ERR_REQUEST_NOT_SUPPORTED] = {"request_not_supported",
	"request_not_supported", 400},
    [ERR_REQUEST_URI_NOT_SUPPORTED] = {"request_uri_not_supported",
	"request_uri_not_supported", 400},
    [ERR_REGISTRATION_NOT_SUPPORTED] = {"registration_not_supported",
	"registration_not_supported", 400},
    [ERR_INVALID_REQUEST_OBJECT] = {"invalid_request_object",
	"invalid_request_object", 400},
    [ERR_INVALID_REQUEST_URI] = {"invalid_request_uri", "invalid_request_uri",
	400},

    [ERR_NO_SUCH_PAGE] = {"no_such_page", "invalid_request", 404},
    [ERR_METHOD_NOT_ALLOWED] = {"method_not_allowed", "invalid_request", 405},
    [ERR_CONTENT_TOO_LARGE] = {"content_too_large", "invalid_request", 413},
    [ERR_UNSUPPORTED_MEDIA_TYPE] = {"unsupported_media_type", "invalid_request",
	415},
    [ERR_FORBIDDEN] = {"forbidden", "access_denied", 403},
    [ERR_TOO_MANY_REQUESTS] = {"too_many_requests", "temporarily_unavailable",
	429},
    [ERR_BUSY] = {"busy", "temporarily_unavailable", 503},

    [ERR_NOT_FOUND] = {"not_found", "server_error", 500},
    [ERR_EXISTS] = {"exists", "server_error", 500},
    [ERR_SYNTAX] = {"syntax", "server_error", 500},
    [ERR_NO_SPACE] = {"no_space", "server_error", 500},
    [ERR_NO_MEMORY] = {"no_memory", "temporarily_unavailable", 503},
    [ERR_CORRUPT] = {"corrupt", "server_error", 500},
    [ERR_TRUNCATED] = {"store_truncated", "temporarily_unavailable", 503},
    [ERR_UNREADABLE] = {"store_unreadable", "temporarily_unavailable", 503},
    [ERR_REPLACED] = {"store_replaced", "temporarily_unavailable", 503},
    [ERR_LOCK_DAMAGED] = {"store_lock_damaged", "temporarily_unavailable", 503},
    [ERR_VERSION] = {"version", "server_error", 500},
    [ERR_OUTDATED] = {"outdated", "server_error", 500},
    [ERR_AGAIN] = {"again", "temporarily_unavailable", 503},
    [ERR_IO] = {"io", "server_error", 500},
    [ERR_DESCRIPTORS] = {"descriptor_limit", "temporarily_unavailable", 503},
    [ERR_READERS] = {"store_readers_full", "temporarily_unavailable", 503},
    [ERR_UNAVAILABLE] = {"store_unavailable", "temporarily_unavailable", 503},
    [ERR_PERMISSION] = {"permission", "server_error", 500},
    [ERR_FOREIGN] = {"foreign", "server_error", 500},
    [ERR_UNSUPPORTED] = {"unsupported", "server_error", 500},
};

static size_t
row(enum err e)
{
	return (size_t)e < ERR_COUNT ? (size_t)e : ERR_SERVER_ERROR;
}

const char *
err_wire(enum err e)
{
	return table[row(e)].wire;
}

int
err_status(enum err e)
{
	return table[row(e)].status;
}

bool
err_is_of_token(enum err e)
{
	return e >= ERR_INVALID_TOKEN &&
	       e <= ERR_INSUFFICIENT_USER_AUTHENTICATION;
}

bool
err_is_fault(enum err e)
{
	return e == ERR_SERVER_ERROR || e >= ERR_NOT_FOUND;
}

const char *
err_name(enum err e)
{
	return table[row(e)].name;
}
