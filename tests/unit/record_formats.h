/* The formats of records (record_formats.c), in the order of record_kinds. */
#ifndef LK_TESTS_RECORD_FORMATS_H
#define LK_TESTS_RECORD_FORMATS_H

#include <stddef.h>

static const char *const record_formats[] = {
    "user 1: preferred_username:text sub=uuid name:text email:text "
    "email_verified:bit groups:text locked:bit has_password:bit "
    "created_at:time updated_at:time opslimit:count memlimit_mib:count "
    "password_salt:bytes16 password_hash:bytes32 devices_ended:count "
    "given_name:text family_name:text locale:text zoneinfo:text "
    "imported:text reset_at:time require_factor:bit attributes:text "
    "phone_number:text phone_number_verified:bit street_address:text "
    "postal_code:text locality:text region:text country:text",
    "client 1: client_id=text client_name:text "
    "token_endpoint_auth_method:byte jwks:text redirect_uris:text "
    "post_logout_redirect_uris:text grant_types:byte scope:text "
    "groups:text audience:text resources:text introspect_any:bit "
    "exchange_for:text id_token_signed_response_alg:byte trusted:bit "
    "pkce:bit cookie_refresh:bit is_site:bit refresh_retry:byte "
    "client_id_issued_at:time updated_at:time secret_hash:bytes72 "
    "hs256_secret:text scope_texts:text client_uri:text icon:text "
    "require_factor:bit backchannel_logout_uri:text "
    "frontchannel_logout_uri:text token_endpoint_auth_signing_alg:byte "
    "auth_aud_endpoint:bit client_jwks_uri:text "
    "dpop_bound_access_tokens:bit "
    "tls_client_certificate_bound_access_tokens:bit "
    "tls_client_auth_kind:byte tls_client_auth_name:text "
    "tls_client_certificates:text "
    "require_pushed_authorization_requests:bit "
    "require_signed_request_object:bit registered_by:byte "
    "registration_hash:text unused_until:time claims:text used_until:time",
    "key 1: kid=text alg:byte state:byte created_at:time "
    "activated_at:time retired_at:time published_until:time gone_at:time "
    "public_key:blob",
    "code 1: family_id=bytes16 sub:uuid client_id:text redirect_uri:text "
    "redirect_uri_given:bit has_challenge:bit used:bit "
    "code_challenge:bytes32 sid:bytes16 scope:text nonce:text "
    "auth_time:time amr:text expires_at:time acr:text resources:text "
    "bound_to:byte thumbprint:bytes32 id_token_claims:text "
    "userinfo_claims:text",
    "family 1: grant_id=bytes16 sub:uuid sid:bytes16 client_id:text "
    "rest:bytes8 scope:text refreshable:bit offline:bit cookie:bit "
    "auth_time:time amr:text created_at:time used_at:time expires_at:time "
    "absolute_expires_at:time generation:time parent:time low:time "
    "mark:time mark_at:time from:time instead:time acr:text "
    "resources:text bound_to:byte thumbprint:bytes32 bound_from:time "
    "id_token_claims:text userinfo_claims:text",
    "session 1: sid=bytes16 sub:uuid secret_hash:bytes32 "
    "before_hash:bytes32 auth_time:time amr:text remembered:bit "
    "created_at:time idle_s:time expires_at:time used_at:time "
    "absolute_expires_at:time address:text agent:text passkey:bytes16",
    "consent 1: sub=uuid client_id=text scope:text declined:text "
    "changed_at:time created_at:time resources:text",
    "throttle bucket 1: bucket=bytes16 empty_at:time tried_at:time "
    "until:time",
    "line of audit 1: at=time number=count sub:uuid event:text user:text "
    "client_id:text detail:text by:text address:text",
    "site 1: origin=text rules:text created_at:time updated_at:time",
    "app password 1: id=bytes9 sub:uuid site:text name:text hash:bytes72 "
    "created_at:time used_at:time",
    "link 1: id=bytes32 sub:uuid password:bytes32 kind:byte state:byte "
    "by:text created_at:time good_until:time used_at:time expires_at:time",
    "second factor 1: sub=uuid totp:bit totp_since:time totp_used_at:time "
    "totp_step:time totp_wrong:count totp_empty_at:time "
    "totp_closed_at:time totp_secret:bytes60 recovery_since:time "
    "recovery:blob",
    "passkey 1: id=bytes32 sub:uuid name:text credential_id:blob alg:byte "
    "public_key:blob host:text count:count flags_at_first:byte flags:byte "
    "discoverable:bit transports:text aaguid:bytes16 created_at:time "
    "used_at:time copied_at:time backup_changed_at:time",
    "count of tries 1: sub=uuid count:count since:time last_at:time "
    "address:text",
    "device code 1: id=bytes16 sub:uuid client_id:text scope:text "
    "state:byte has_challenge:bit code_challenge:bytes32 address:text "
    "asked_at:time polled_at:time interval:count expires_at:time "
    "sid:bytes16 auth_time:time amr:text acr:text resources:text",
    "app of a session 1: sub=uuid sid=bytes16 client_id=text "
    "expires_at:time",
    "logout to be told 1: due_at=time id=bytes8 client_id:text sub:uuid "
    "everywhere:bit sid:bytes16 queued_at:time tries:count problem:text "
    "expires_at:time",
    "set of client's keys 1: client_id=text client_jwks_uri:text "
    "jwks:text jwks_fetched_at:time jwks_asked_at:time asking:bit "
    "jwks_problem:text expires_at:time",
    "pushed request 1: id=bytes16 client_id:text by_client:bit signed:bit "
    "opened:bit expires_at:time used_at:time sealed:blob",
    "registration token 1: id=bytes9 name:text hash:bytes32 "
    "uses_left:count used:count created_at:time good_until:time "
    "expires_at:time",
    "document of a client 1: client_id=text fetched_at:time "
    "fresh_until:time kept_until:time used:bit",
    "host of documents 1: host=text asked_at:time asking:bit count:count "
    "expires_at:time",
    "host 1: host=text version:text secret_key:bytes32 keys:text "
    "seen_at:time expires_at:time",
    NULL,
};

#endif
