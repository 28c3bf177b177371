/* tls_client_auth and self_signed_tls_client_auth: the certificate that the
 * connection was made with (RFC 8705 2). The web server has seen that the
 * client has its key. */
#include "protocol/auth_way.h"
#include "protocol/caller_certificate.h"

/*
 * By its name, the authority must have been verified, since nothing else counts
 * then. A certificate that is its own authority is one that the web server was
 * told to believe for the client that it belongs to, and says what it likes.
 */
static enum err
prove_by_certificate(const struct client_auth *a, const struct provider *p,
    const struct client *c, int64_t now, enum reason *reason)
{
	const bool by_name = c->auth_method == AUTH_TLS_CLIENT;
	struct certificate shown;
	enum err e =
	    caller_certificate(&shown, a->who, now, ERR_INVALID_CLIENT, reason);
	bool met;

	(void)p;
	if (e != OK)
		return e;
	if (by_name && (!a->who->certificate_verified || shown.self_issued))
		return refused(REASON_CERTIFICATE_UNVERIFIED, reason);
	met = by_name
		  ? certificate_has_name(&shown, c->tls_name_kind, c->tls_name)
		  : client_certificates_have(c->certificates, &shown);
	return met ? OK
		   : refused_as(ERR_INVALID_CLIENT, REASON_CERTIFICATE_MISMATCH,
			 reason);
}

const struct auth_way auth_tls_client = {
    "tls_client_auth", AUTH_TLS_CLIENT, NULL, prove_by_certificate, NULL};

const struct auth_way auth_self_signed = {"self_signed_tls_client_auth",
    AUTH_SELF_SIGNED, NULL, prove_by_certificate, NULL};
