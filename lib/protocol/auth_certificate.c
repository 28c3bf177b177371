/* tls_client_auth and self_signed_tls_client_auth: the certificate that the
 * connection was made with (RFC 8705 2). The web server has seen that the
 * client has its key. */
#include "protocol/auth_way.h"
#include "protocol/caller_certificate.h"

/*
 * The authority must have been verified, for all that counts then is a name. A
 * certificate that is its own authority is one that the web server was told to
 * believe for the client that it belongs to, and says what it likes.
 */
static enum err
prove_by_name(const struct client_auth *a, const struct provider *p,
    const struct client *c, int64_t now, enum reason *reason)
{
	struct certificate shown;
	enum err e =
	    caller_certificate(&shown, a->who, now, ERR_INVALID_CLIENT, reason);

	(void)p;
	if (e != OK)
		return e;
	if (!a->who->certificate_verified || shown.self_issued)
		return refused(REASON_CERTIFICATE_UNVERIFIED, reason);
	return certificate_has_name(&shown, c->tls_name_kind, c->tls_name)
		   ? OK
		   : refused_as(ERR_INVALID_CLIENT, REASON_CERTIFICATE_MISMATCH,
			 reason);
}

static enum err
prove_by_itself(const struct client_auth *a, const struct provider *p,
    const struct client *c, int64_t now, enum reason *reason)
{
	struct certificate shown;
	enum err e =
	    caller_certificate(&shown, a->who, now, ERR_INVALID_CLIENT, reason);

	(void)p;
	if (e != OK)
		return e;
	return client_certificates_have(c->certificates, &shown)
		   ? OK
		   : refused_as(ERR_INVALID_CLIENT, REASON_CERTIFICATE_MISMATCH,
			 reason);
}

const struct auth_way auth_tls_client = {
    "tls_client_auth", AUTH_TLS_CLIENT, NULL, prove_by_name, NULL};

const struct auth_way auth_self_signed = {"self_signed_tls_client_auth",
    AUTH_SELF_SIGNED, NULL, prove_by_itself, NULL};
