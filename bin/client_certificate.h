/* The certificates of clients, for `latchkey client`. */
#ifndef LK_BIN_CLIENT_CERTIFICATE_H
#define LK_BIN_CLIENT_CERTIFICATE_H

#include "admin.h"
#include "base/err.h"
#include "domain/client.h"
#include "options.h"

#include <jansson.h>
#include <stdint.h>

/* What the files say that --certificate, --add-certificate and --jwks name. */
struct given_certificates {
	char all[CLIENT_CERTIFICATES_CAP];    /* in place of those there are */
	char more[CLIENT_CERTIFICATES_CAP];   /* beside them */
	char keys[CLIENT_CERTIFICATES_CAP];   /* x5c, of the JWK set */
	char subject[DISTINGUISHED_NAME_CAP]; /* of the first of all */
	const char *keys_fault; /* of the set, for people; NULL: none */
};

/* Reads the files, which is not for a step. Those of a JWK set are wanted of a
 * client with self_signed_tls_client_auth alone. On an error R says which and
 * why. */
enum err client_certificates_read(struct given_certificates *g,
    const struct args *args, int64_t now, struct refusal *r) MUST_CHECK;

/* Changes C as the options say. */
enum err client_certificates_apply(struct client *c,
    const struct given_certificates *g, const struct args *args,
    struct refusal *r) MUST_CHECK;

/* Adds to SHOWN what C is known by. */
void client_certificates_show(json_t *shown, const struct client *c);

/* Says on standard error that C needs a setting that is not there. */
void client_certificates_warn(const struct admin *a, const struct client *c);

/* `latchkey client certificate FILE`. */
int client_certificate(struct admin *a, const struct args *args);

#endif
