/*
 * How the app wants the person to sign in: acr_values (OpenID Connect Core
 * 3.1.2.1, RFC 9470 4) and the claim acr (Core 5.5.1.1).
 */
#ifndef LK_PROTOCOL_ASKED_ACR_H
#define LK_PROTOCOL_ASKED_ACR_H

#include "base/err.h"
#include "base/reason.h"
#include "protocol/authorize.h"

/* Values that are not known here are passed over: another may do. */
void asked_acr_read_values(struct authorize_request *q, const char *value);

/* The same of the parameter claims, after acr_values. An essential acr that
 * cannot be met is ERR_UNMET_AUTHENTICATION_REQUIREMENTS. */
struct json_object_view;
enum err asked_acr_read_claims(struct authorize_request *q,
    const struct json_object_view *v, enum reason *reason) MUST_CHECK;

#endif
