/*
 * Certificates of clients (X.509, RFC 5280): what they say of their holder, and
 * their thumbprint. Web servers have proved that the client has the key; who
 * signed the certificate is theirs to say as well. Nothing is verified here.
 */
#ifndef LK_JOSE_CERTIFICATE_H
#define LK_JOSE_CERTIFICATE_H

#include "base/base64.h"
#include "base/err.h"
#include "jose/distinguished_name.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CERTIFICATE_MAX = 8192,       /* bytes of DER */
	CERTIFICATE_TEXT_MAX = 16384, /* of PEM, also with % in it */
	CERTIFICATE_HASH_LEN = 32,
	CERTIFICATE_THUMBPRINT_CAP = BASE64URL_CAP(CERTIFICATE_HASH_LEN),
	CERTIFICATE_NAME_CAP = 513
};

/* What a certificate calls its holder, in the order of RFC 8705 2.1.2. */
enum certificate_name {
	CERTIFICATE_SUBJECT,
	CERTIFICATE_DNS,
	CERTIFICATE_URI,
	CERTIFICATE_IP,
	CERTIFICATE_EMAIL,
	CERTIFICATE_NAME_COUNT
};

struct certificate {
	uint8_t hash[CERTIFICATE_HASH_LEN]; /* SHA-256: x5t#S256 (RFC 7515) */
	char subject[DISTINGUISHED_NAME_CAP];
	int64_t not_before, not_after;  /* Unix seconds; the last one counts */
	bool self_issued;               /* by the same name, so by itself */
	bool can_sign;                  /* other certificates */
	uint8_t names[CERTIFICATE_MAX]; /* its GeneralNames (4.2.1.6) */
	size_t names_len;
};

/* Reads LEN bytes of DER. ERR_SYNTAX: they are no certificate, have something
 * behind it, or one of the extensions that are read twice; ERR_NO_SPACE: too
 * long. On an error C is all zeroes. */
enum err certificate_read(
    struct certificate *c, const uint8_t *der, size_t len) MUST_CHECK;

/* The same of the first certificate in TEXT, PEM (RFC 7468 5), with its lines
 * as they are or percent-encoded. What is around it is not looked at. */
enum err certificate_read_pem(
    struct certificate *c, const char *text) MUST_CHECK;

/* The thumbprint as base64url. */
void certificate_thumbprint(
    char text[static CERTIFICATE_THUMBPRINT_CAP], const struct certificate *c);

/*
 * The next of its names beside the subject, from *AT (0 at first) on: those of
 * the four kinds, as printable ASCII without blanks; an address in its
 * canonical figures. Others are passed over. False: there are no more.
 */
bool certificate_name_next(const struct certificate *c, size_t *at,
    enum certificate_name *kind, char name[static CERTIFICATE_NAME_CAP]);

/* Whether C has this name, byte for byte; host names in any case (RFC 8705
 * 2.1.2). */
bool certificate_has_name(
    const struct certificate *c, enum certificate_name kind, const char *name);

/* NAME as certificate_has_name wants it, in place: an address in its canonical
 * figures. NULL, or what is wrong with it, for people. */
const char *certificate_name_refusal(
    enum certificate_name kind, char name[static DISTINGUISHED_NAME_CAP]);

#endif
