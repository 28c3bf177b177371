/*
 * Why a request is refused, where the RFC's word for it leaves that open:
 * invalid_grant because of code_expired. The reason's word is in the log, in
 * the manual of each program that gives it, and in the error_description that
 * an app gets. If a person can meet the reason on a page, its sentence is the
 * text reason.WORD of templates/en.msg.
 */
#ifndef LK_BASE_REASON_H
#define LK_BASE_REASON_H

#include "base/err.h"

/* The reason, the error that it means, and its word. VARIES: each place that
 * gives it says which error it is (refused_as). */
/* clang-format off */
#define REASONS(X) \
	X(ACR_UNMET, ERR_UNMET_AUTHENTICATION_REQUIREMENTS, "acr_unmet") \
	X(ACTOR_TOKEN_UNSUPPORTED, ERR_INVALID_REQUEST, \
	    "actor_token_unsupported") \
	X(APP_PASSWORD_WRONG, ERR_ACCESS_DENIED, "app_password_wrong") \
	X(ASSERTION_ALGORITHM, ERR_INVALID_CLIENT, "assertion_algorithm") \
	X(ASSERTION_AUDIENCE, ERR_INVALID_CLIENT, "assertion_audience") \
	X(ASSERTION_KEYS, ERR_INVALID_CLIENT, "assertion_keys") \
	X(ASSERTION_MALFORMED, ERR_INVALID_CLIENT, "assertion_malformed") \
	X(ASSERTION_REUSED, ERR_INVALID_CLIENT, "assertion_reused") \
	X(ASSERTION_SIGNATURE, ERR_INVALID_CLIENT, "assertion_signature") \
	X(ASSERTION_TIME, ERR_INVALID_CLIENT, "assertion_time") \
	X(AUDIENCE, ERR_INVALID_TOKEN, "audience") \
	X(BASIC_MALFORMED, ERR_INVALID_CLIENT, "basic_malformed") \
	X(BODY_UNREADABLE, VARIES, "body_unreadable") \
	X(CERTIFICATE_EXPIRED, VARIES, "certificate_expired") \
	X(CERTIFICATE_MALFORMED, VARIES, "certificate_malformed") \
	X(CERTIFICATE_MISMATCH, VARIES, "certificate_mismatch") \
	X(CERTIFICATE_MISSING, VARIES, "certificate_missing") \
	X(CERTIFICATE_NOT_TOLD, VARIES, "certificate_not_told") \
	X(CERTIFICATE_UNVERIFIED, ERR_INVALID_CLIENT, \
	    "certificate_unverified") \
	X(CLAIMS, ERR_INVALID_TOKEN, "claims") \
	X(CLIENT_AUTH_METHOD, ERR_INVALID_CLIENT, "client_auth_method") \
	X(CLIENT_AUTH_SCHEME, ERR_INVALID_CLIENT, "client_auth_scheme") \
	X(CLIENT_AUTH_TWICE, ERR_INVALID_REQUEST, "client_auth_twice") \
	X(CLIENT_AUTHENTICATION_FAILED, ERR_INVALID_CLIENT, \
	    "client_authentication_failed") \
	X(CLIENT_DOCUMENT_BUSY, ERR_TEMPORARILY_UNAVAILABLE, \
	    "client_document_busy") \
	X(CLIENT_DOCUMENT_INVALID, ERR_INVALID_REQUEST, \
	    "client_document_invalid") \
	X(CLIENT_DOCUMENT_NOT_ALLOWED, VARIES, "client_document_not_allowed") \
	X(CLIENT_DOCUMENT_UNREACHABLE, ERR_INVALID_REQUEST, \
	    "client_document_unreachable") \
	X(CLIENT_DOCUMENT_UNREAD, ERR_LOGIN_REQUIRED, \
	    "client_document_unread") \
	X(CLIENT_DOCUMENT_URL, ERR_INVALID_REQUEST, "client_document_url") \
	X(CLIENT_ID_DIFFERS, ERR_INVALID_REQUEST, "client_id_differs") \
	X(CLIENT_ID_MISSING, ERR_INVALID_REQUEST, "client_id_missing") \
	X(CLIENT_ID_UNKNOWN, ERR_INVALID_REQUEST, "client_id_unknown") \
	X(CLIENT_IS_SITE, ERR_INVALID_CLIENT, "client_is_site") \
	X(CLIENT_MALFORMED, ERR_INVALID_CLIENT, "client_malformed") \
	X(CLIENT_MISMATCH, VARIES, "client_mismatch") \
	X(CLIENT_MISSING, ERR_INVALID_CLIENT, "client_missing") \
	X(CLIENT_NOT_CONFIDENTIAL, ERR_INVALID_CLIENT, \
	    "client_not_confidential") \
	X(CLIENT_REMOVED, VARIES, "client_removed") \
	X(CLIENT_SECRET_MISSING, ERR_INVALID_CLIENT, "client_secret_missing") \
	X(CLIENT_SECRET_WRONG, ERR_INVALID_CLIENT, "client_secret_wrong") \
	X(CLIENT_UNKNOWN, ERR_INVALID_CLIENT, "client_unknown") \
	X(CODE_CHALLENGE_MALFORMED, ERR_INVALID_REQUEST, \
	    "code_challenge_malformed") \
	X(CODE_CHALLENGE_METHOD_UNSUPPORTED, ERR_INVALID_REQUEST, \
	    "code_challenge_method_unsupported") \
	X(CODE_CHALLENGE_MISSING, ERR_INVALID_REQUEST, \
	    "code_challenge_missing") \
	X(CODE_EXPIRED, ERR_INVALID_GRANT, "code_expired") \
	X(CODE_FORGED, ERR_INVALID_GRANT, "code_forged") \
	X(CODE_MISSING, ERR_INVALID_REQUEST, "code_missing") \
	X(CODE_REUSED, ERR_INVALID_GRANT, "code_reused") \
	X(CODE_VERIFIER_MISSING, ERR_INVALID_REQUEST, "code_verifier_missing") \
	X(CODE_VERIFIER_UNEXPECTED, ERR_INVALID_GRANT, \
	    "code_verifier_unexpected") \
	X(CODE_VERIFIER_WRONG, VARIES, "code_verifier_wrong") \
	X(COOKIE_MISMATCH, ERR_INVALID_GRANT, "cookie_mismatch") \
	X(DESTINATION_FOREIGN, ERR_INVALID_REQUEST, "destination_foreign") \
	X(DESTINATION_MISSING, ERR_INVALID_REQUEST, "destination_missing") \
	X(DEVICE_ASKS_TOO_OFTEN, ERR_SLOW_DOWN, "device_asks_too_often") \
	X(DEVICE_CODE_EXPIRED, ERR_EXPIRED_TOKEN, "device_code_expired") \
	X(DEVICE_CODE_FORGED, ERR_INVALID_GRANT, "device_code_forged") \
	X(DEVICE_CODE_MISSING, ERR_INVALID_REQUEST, "device_code_missing") \
	X(DEVICE_DENIED, ERR_ACCESS_DENIED, "device_denied") \
	X(DEVICE_NOT_ALLOWED_YET, ERR_AUTHORIZATION_PENDING, \
	    "device_not_allowed_yet") \
	X(DEVICES_TOO_MANY, ERR_TOO_MANY_REQUESTS, "devices_too_many") \
	X(DPOP_ALGORITHM, ERR_INVALID_DPOP_PROOF, "dpop_algorithm") \
	X(DPOP_JKT_MALFORMED, ERR_INVALID_REQUEST, "dpop_jkt_malformed") \
	X(DPOP_KEY, VARIES, "dpop_key") \
	X(DPOP_MALFORMED, ERR_INVALID_DPOP_PROOF, "dpop_malformed") \
	X(DPOP_MISSING, ERR_INVALID_DPOP_PROOF, "dpop_missing") \
	X(DPOP_NONCE, ERR_USE_DPOP_NONCE, "dpop_nonce") \
	X(DPOP_REQUEST, ERR_INVALID_DPOP_PROOF, "dpop_request") \
	X(DPOP_REUSED, ERR_INVALID_DPOP_PROOF, "dpop_reused") \
	X(DPOP_SCHEME, ERR_INVALID_TOKEN, "dpop_scheme") \
	X(DPOP_SIGNATURE, ERR_INVALID_DPOP_PROOF, "dpop_signature") \
	X(DPOP_TIME, ERR_INVALID_DPOP_PROOF, "dpop_time") \
	X(DPOP_TOKEN, ERR_INVALID_DPOP_PROOF, "dpop_token") \
	X(EXCHANGED_TOO_OFTEN, ERR_INVALID_REQUEST, "exchanged_too_often") \
	X(FACTOR_CLOSED, ERR_ACCESS_DENIED, "factor_closed") \
	X(FACTOR_MISSING, ERR_INSUFFICIENT_USER_AUTHENTICATION, \
	    "factor_missing") \
	X(FACTOR_REQUIRED, VARIES, "factor_required") \
	X(FACTOR_USED, ERR_ACCESS_DENIED, "factor_used") \
	X(FACTOR_WAIT, ERR_TOO_MANY_REQUESTS, "factor_wait") \
	X(FACTOR_WRONG, ERR_ACCESS_DENIED, "factor_wrong") \
	X(FAMILY_ENDED, VARIES, "family_ended") \
	X(FORM_TOKEN, ERR_FORBIDDEN, "form_token") \
	X(FORM_UNKNOWN, ERR_FORBIDDEN, "form_unknown") \
	X(GRANT_TYPE_ELSEWHERE, ERR_UNSUPPORTED_GRANT_TYPE, \
	    "grant_type_elsewhere") \
	X(GRANT_TYPE_MISSING, ERR_INVALID_REQUEST, "grant_type_missing") \
	X(GRANT_TYPE_NOT_ALLOWED, ERR_UNAUTHORIZED_CLIENT, \
	    "grant_type_not_allowed") \
	X(GRANT_TYPE_UNKNOWN, ERR_UNSUPPORTED_GRANT_TYPE, \
	    "grant_type_unknown") \
	X(ID_TOKEN_HINT_INVALID, VARIES, "id_token_hint_invalid") \
	X(ISSUER, ERR_INVALID_TOKEN, "issuer") \
	X(ISSUER_MISMATCH, ERR_INVALID_REQUEST, "issuer_mismatch") \
	X(LAST_ADMIN, ERR_FORBIDDEN, "last_admin") \
	X(LAST_WAY_IN, ERR_ACCESS_DENIED, "last_way_in") \
	X(LINK_EXPIRED, ERR_FORBIDDEN, "link_expired") \
	X(LINK_LOCKED, ERR_FORBIDDEN, "link_locked") \
	X(LINK_REPLACED, ERR_FORBIDDEN, "link_replaced") \
	X(LINK_RESTORED, ERR_FORBIDDEN, "link_restored") \
	X(LINK_UNKNOWN, ERR_FORBIDDEN, "link_unknown") \
	X(LINK_USED, ERR_FORBIDDEN, "link_used") \
	X(MAX_AGE_MALFORMED, ERR_INVALID_REQUEST, "max_age_malformed") \
	X(METADATA_REFUSED, VARIES, "metadata_refused") \
	X(METHOD_AMBIGUOUS, ERR_INVALID_REQUEST, "method_ambiguous") \
	X(NOT_ADMIN, ERR_FORBIDDEN, "not_admin") \
	X(NO_RULE, ERR_FORBIDDEN, "no_rule") \
	X(NO_SIGNING_KEY, ERR_CORRUPT, "no_signing_key") \
	X(NONCE_TOO_LONG, ERR_INVALID_REQUEST, "nonce_too_long") \
	X(NOT_A_JWT, ERR_INVALID_TOKEN, "not_a_jwt") \
	X(NOT_AN_ACCESS_TOKEN, ERR_INVALID_TOKEN, "not_an_access_token") \
	X(NOT_IN_GROUP, ERR_FORBIDDEN, "not_in_group") \
	X(NOT_SIGNED_IN, ERR_FORBIDDEN, "not_signed_in") \
	X(NOTHING_GRANTED, ERR_ACCESS_DENIED, "nothing_granted") \
	X(OPEN_ALREADY, ERR_TEMPORARILY_UNAVAILABLE, "open_already") \
	X(ORIGIN_MISSING, ERR_INVALID_REQUEST, "origin_missing") \
	X(ORIGIN_NOT_ALLOWED, ERR_UNAUTHORIZED_CLIENT, "origin_not_allowed") \
	X(OWN_ACCOUNT, ERR_FORBIDDEN, "own_account") \
	X(PARAMETER_REPEATED, ERR_INVALID_REQUEST, "parameter_repeated") \
	X(PASSKEY_ALGORITHM, ERR_ACCESS_DENIED, "passkey_algorithm") \
	X(PASSKEY_EXPIRED, ERR_ACCESS_DENIED, "passkey_expired") \
	X(PASSKEY_KNOWN, ERR_ACCESS_DENIED, "passkey_known") \
	X(PASSKEY_MALFORMED, ERR_ACCESS_DENIED, "passkey_malformed") \
	X(PASSKEY_NOT_PRESENT, ERR_ACCESS_DENIED, "passkey_not_present") \
	X(PASSKEY_ORIGIN, ERR_ACCESS_DENIED, "passkey_origin") \
	X(PASSKEY_OWNER, ERR_ACCESS_DENIED, "passkey_owner") \
	X(PASSKEY_REUSED, ERR_ACCESS_DENIED, "passkey_reused") \
	X(PASSKEY_SIGNATURE, ERR_ACCESS_DENIED, "passkey_signature") \
	X(PASSKEY_UNKNOWN, ERR_ACCESS_DENIED, "passkey_unknown") \
	X(PASSKEYS_MANY, ERR_ACCESS_DENIED, "passkeys_many") \
	X(PATH_AMBIGUOUS, ERR_INVALID_REQUEST, "path_ambiguous") \
	X(PERSON_DECLINED, ERR_ACCESS_DENIED, "person_declined") \
	X(POST_LOGOUT_REDIRECT_URI_UNREGISTERED, ERR_INVALID_REQUEST, \
	    "post_logout_redirect_uri_unregistered") \
	X(PROMPT_NONE, VARIES, "prompt_none") \
	X(PROMPT_NONE_WITH_OTHERS, ERR_INVALID_REQUEST, \
	    "prompt_none_with_others") \
	X(PROMPT_UNKNOWN, ERR_INVALID_REQUEST, "prompt_unknown") \
	X(PUBLIC_CLIENT_SENT_SECRET, ERR_INVALID_CLIENT, \
	    "public_client_sent_secret") \
	X(PUSHED_TOO_MANY, ERR_TOO_MANY_REQUESTS, "pushed_too_many") \
	X(RECORD_GONE, ERR_NO_SUCH_PAGE, "record_gone") \
	X(REDIRECT_URI_MISMATCH, ERR_INVALID_GRANT, "redirect_uri_mismatch") \
	X(REDIRECT_URI_MISSING, VARIES, "redirect_uri_missing") \
	X(REDIRECT_URI_UNREGISTERED, ERR_INVALID_REQUEST, \
	    "redirect_uri_unregistered") \
	X(REFRESH_COOKIE_MISSING, ERR_INVALID_GRANT, "refresh_cookie_missing") \
	X(REFRESH_TOKEN_FORGED, ERR_INVALID_GRANT, "refresh_token_forged") \
	X(REFRESH_TOKEN_MISSING, ERR_INVALID_REQUEST, "refresh_token_missing") \
	X(REFRESH_TOKEN_REUSED, ERR_INVALID_GRANT, "refresh_token_reused") \
	X(REGISTRATION_ACCESS_UNKNOWN, ERR_INVALID_TOKEN, \
	    "registration_access_unknown") \
	X(REGISTRATION_OFF, ERR_FORBIDDEN, "registration_off") \
	X(REGISTRATION_TOKEN_EXPIRED, ERR_INVALID_TOKEN, \
	    "registration_token_expired") \
	X(REGISTRATION_TOKEN_MISSING, ERR_INVALID_TOKEN, \
	    "registration_token_missing") \
	X(REGISTRATION_TOKEN_UNKNOWN, ERR_INVALID_TOKEN, \
	    "registration_token_unknown") \
	X(REGISTRATION_TOKEN_USED, ERR_INVALID_TOKEN, \
	    "registration_token_used") \
	X(REGISTRATION_TOO_OFTEN, ERR_TOO_MANY_REQUESTS, \
	    "registration_too_often") \
	X(REGISTRATION_UNSUPPORTED, ERR_REGISTRATION_NOT_SUPPORTED, \
	    "registration_unsupported") \
	X(REGISTRATIONS_FULL, ERR_FORBIDDEN, "registrations_full") \
	X(REQUESTED_TOKEN_TYPE, ERR_INVALID_REQUEST, "requested_token_type") \
	X(REQUEST_LOST, ERR_INVALID_REQUEST, "request_lost") \
	X(REQUEST_NOT_PUSHED, ERR_INVALID_REQUEST, "request_not_pushed") \
	X(REQUEST_NOT_SIGNED, ERR_INVALID_REQUEST, "request_not_signed") \
	X(REQUEST_OBJECT_ALGORITHM, ERR_INVALID_REQUEST_OBJECT, \
	    "request_object_algorithm") \
	X(REQUEST_OBJECT_AUDIENCE, ERR_INVALID_REQUEST_OBJECT, \
	    "request_object_audience") \
	X(REQUEST_OBJECT_CLIENT, ERR_INVALID_REQUEST_OBJECT, \
	    "request_object_client") \
	X(REQUEST_OBJECT_MALFORMED, ERR_INVALID_REQUEST_OBJECT, \
	    "request_object_malformed") \
	X(REQUEST_OBJECT_SIGNATURE, ERR_INVALID_REQUEST_OBJECT, \
	    "request_object_signature") \
	X(REQUEST_OBJECT_TIME, ERR_INVALID_REQUEST_OBJECT, \
	    "request_object_time") \
	X(REQUEST_OBJECT_TYPE, ERR_INVALID_REQUEST_OBJECT, \
	    "request_object_type") \
	X(REQUEST_TOO_LONG, ERR_CONTENT_TOO_LARGE, "request_too_long") \
	X(REQUEST_TWICE, ERR_INVALID_REQUEST, "request_twice") \
	X(REQUEST_UNREADABLE, VARIES, "request_unreadable") \
	X(REQUEST_UNSUPPORTED, ERR_REQUEST_NOT_SUPPORTED, \
	    "request_unsupported") \
	X(REQUEST_URI_EXPIRED, ERR_INVALID_REQUEST_URI, "request_uri_expired") \
	X(REQUEST_URI_FORGED, ERR_INVALID_REQUEST_URI, "request_uri_forged") \
	X(REQUEST_URI_UNSUPPORTED, ERR_REQUEST_URI_NOT_SUPPORTED, \
	    "request_uri_unsupported") \
	X(REQUEST_URI_USED, ERR_INVALID_REQUEST_URI, "request_uri_used") \
	X(RESOURCE_NOT_GRANTED, ERR_INVALID_TARGET, "resource_not_granted") \
	X(RESOURCE_UNKNOWN, ERR_INVALID_TARGET, "resource_unknown") \
	X(RESPONSE_MODE_UNSUPPORTED, ERR_INVALID_REQUEST, \
	    "response_mode_unsupported") \
	X(RESPONSE_TYPE_MISSING, ERR_INVALID_REQUEST, "response_type_missing") \
	X(RESPONSE_TYPE_UNSUPPORTED, ERR_UNSUPPORTED_RESPONSE_TYPE, \
	    "response_type_unsupported") \
	X(RESTORED, VARIES, "restored") \
	X(SCOPE_MALFORMED, ERR_INVALID_SCOPE, "scope_malformed") \
	X(SCOPE_MISSING, ERR_INSUFFICIENT_SCOPE, "scope_missing") \
	X(SCOPE_NOT_ALLOWED, ERR_INVALID_SCOPE, "scope_not_allowed") \
	X(SCOPE_OPENID_MISSING, ERR_INSUFFICIENT_SCOPE, \
	    "scope_openid_missing") \
	X(SCOPE_TOO_LONG, ERR_INVALID_REQUEST, "scope_too_long") \
	X(SCOPE_WIDENED, ERR_INVALID_SCOPE, "scope_widened") \
	X(SESSION_ENDED, ERR_INVALID_GRANT, "session_ended") \
	X(SIGN_IN, VARIES, "sign_in") \
	X(SIGN_IN_LINE_FULL, ERR_BUSY, "sign_in_line_full") \
	X(SIGN_IN_OLD, ERR_INSUFFICIENT_USER_AUTHENTICATION, "sign_in_old") \
	X(SIGN_IN_OVERTAKEN, ERR_FORBIDDEN, "sign_in_overtaken") \
	X(SIGN_IN_UNKNOWN, ERR_FORBIDDEN, "sign_in_unknown") \
	X(SIGNATURE, VARIES, "signature") \
	X(SITE_NOT_NAMED, ERR_FORBIDDEN, "site_not_named") \
	X(SITE_UNKNOWN, ERR_FORBIDDEN, "site_unknown") \
	X(STATE_TOO_LONG, ERR_INVALID_REQUEST, "state_too_long") \
	X(SUBJECT_TOKEN_FOREIGN, ERR_INVALID_REQUEST, "subject_token_foreign") \
	X(SUBJECT_TOKEN_MISSING, ERR_INVALID_REQUEST, "subject_token_missing") \
	X(SUBJECT_TOKEN_NO_PERSON, ERR_INVALID_REQUEST, \
	    "subject_token_no_person") \
	X(SUBJECT_TOKEN_TYPE, ERR_INVALID_REQUEST, "subject_token_type") \
	X(TARGET_MISSING, ERR_INVALID_REQUEST, "target_missing") \
	X(TARGET_NOT_ALLOWED, ERR_INVALID_TARGET, "target_not_allowed") \
	X(TOKEN_ABANDONED, ERR_INVALID_TOKEN, "token_abandoned") \
	X(TOKEN_EXPIRED, ERR_INVALID_TOKEN, "token_expired") \
	X(TOKEN_MISSING, ERR_INVALID_REQUEST, "token_missing") \
	X(TOKEN_REVOKED, ERR_INVALID_TOKEN, "token_revoked") \
	X(TOKEN_TWICE, ERR_INVALID_REQUEST, "token_twice") \
	X(USER_CODE_UNKNOWN, ERR_INVALID_REQUEST, "user_code_unknown") \
	X(USER_CODE_WAIT, ERR_TOO_MANY_REQUESTS, "user_code_wait") \
	X(USER_DISABLED, VARIES, "user_disabled") \
	X(USER_NOT_IN_GROUP, VARIES, "user_not_in_group") \
	X(WEBFINGER_RESOURCE_MISSING, ERR_INVALID_REQUEST, \
	    "webfinger_resource_missing") \
	X(WEBFINGER_RESOURCE_UNKNOWN, ERR_NO_SUCH_PAGE, \
	    "webfinger_resource_unknown")
/* clang-format on */

enum reason {
	REASON_NONE, /* the error says it all */
#define X(name, err, word) REASON_##name,
	REASONS(X)
#undef X
	    REASON_COUNT
};

/* "code_expired"; NULL for REASON_NONE. */
const char *reason_word(enum reason r);

/* The error that R means, unless it varies. */
enum err reason_err(enum reason r);

/* Refuses because of R: *REASON becomes R. */
static inline enum err
refused(enum reason r, enum reason *reason)
{
	*reason = r;
	return reason_err(r);
}

/* The same with E, for a reason whose error varies. */
static inline enum err
refused_as(enum err e, enum reason r, enum reason *reason)
{
	*reason = r;
	return e;
}

#endif
