/*
 * What the certificate of a client must be (RFC 8705 2): one of those that are
 * registered for it, known by their thumbprints; or any that an authority has
 * signed for its name.
 */
#ifndef LK_DOMAIN_CLIENT_CERTIFICATE_H
#define LK_DOMAIN_CLIENT_CERTIFICATE_H

#include "base/err.h"
#include "jose/certificate.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CLIENT_CERTIFICATES_MAX = 8,
	/* A word each: thumbprint, ".", the last second, in Unix time. */
	CLIENT_CERTIFICATE_CAP = CERTIFICATE_THUMBPRINT_CAP + 13,
	CLIENT_CERTIFICATES_CAP =
	    CLIENT_CERTIFICATES_MAX * CLIENT_CERTIFICATE_CAP
};

/* "tls_client_auth_subject_dn" and so on (RFC 8705 2.1.2); "": none. */
const char *client_certificate_name_word(unsigned kind);

/* NULL if a client may be known by C alone, else what is wrong, for people. */
const char *client_certificate_refusal(
    const struct certificate *c, int64_t now);

/* Adds C to LIST. ERR_EXISTS: it is there; ERR_NO_SPACE: it has as many as may
 * be. */
enum err client_certificates_add(char list[static CLIENT_CERTIFICATES_CAP],
    const struct certificate *c) MUST_CHECK;

/* Adds those of the JWK set TEXT: of each key the first of x5c, which is the
 * key's own (RFC 8705 2.2.2). ERR_NOT_FOUND: it has none; ERR_SYNTAX: it is no
 * set, or one cannot be read; *REFUSAL: one may not be a client's. Those that
 * are there already are not added again. */
enum err client_certificates_of_jwks(char list[static CLIENT_CERTIFICATES_CAP],
    const char *text, size_t len, int64_t now, const char **refusal) MUST_CHECK;

/* Takes the one with THUMBPRINT out; whether it was there. */
bool client_certificates_remove(char *list, const char *thumbprint);

bool client_certificates_have(const char *list, const struct certificate *c);

/* The next of the list at *CURSOR; false: there are no more. */
bool client_certificates_next(const char **cursor,
    char thumbprint[static CERTIFICATE_THUMBPRINT_CAP], int64_t *not_after);

/* Whether LIST is what the functions above make. */
bool client_certificates_valid(const char *list);

#endif
