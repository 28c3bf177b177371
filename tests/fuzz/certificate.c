/* A certificate is refused, or all that is read of it can be shown and found
 * again, and as PEM it is the same. */
#include "jose/certificate.h"

#include "base/str.h"
#include "fuzz.h"

#include <sodium.h>
#include <string.h>

static void
check_names(const struct certificate *c)
{
	char name[CERTIFICATE_NAME_CAP];
	enum certificate_name kind;
	size_t at = 0, before = 0;

	PROMISE(str_is_utf8(c->subject, strlen(c->subject)));
	PROMISE(!str_has_control(c->subject));
	while (certificate_name_next(c, &at, &kind, name)) {
		PROMISE(at > before && at <= c->names_len);
		PROMISE(kind > CERTIFICATE_SUBJECT &&
			kind < CERTIFICATE_NAME_COUNT);
		PROMISE(!str_has_control(name) && name[0] != '\0');
		PROMISE(certificate_has_name(c, kind, name));
		before = at;
	}
	PROMISE(at == c->names_len);
}

static void
check_pem(const struct certificate *c, const uint8_t *der, size_t len)
{
	static char base64[2 * CERTIFICATE_MAX], text[3 * CERTIFICATE_MAX];
	static struct certificate again;
	struct buf b;

	sodium_bin2base64(
	    base64, sizeof base64, der, len, sodium_base64_VARIANT_ORIGINAL);
	buf_init(&b, text, sizeof text);
	buf_printf(&b, "-----BEGIN CERTIFICATE-----\n%s\n%s\n", base64,
	    "-----END CERTIFICATE-----");
	PROMISE(certificate_read_pem(&again, text) == OK);
	PROMISE(memcmp(&again, c, sizeof again) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct certificate c;
	static char text[65536];
	enum err e = certificate_read(&c, bytes, len);

	PROMISE(e == OK || sodium_is_zero((const uint8_t *)&c, sizeof c));
	if (e == OK) {
		check_names(&c);
		check_pem(&c, bytes, len);
	}
	if (len >= sizeof text)
		return 0;
	memcpy(text, bytes, len);
	text[len] = '\0';
	e = certificate_read_pem(&c, text);
	PROMISE(e == OK || sodium_is_zero((const uint8_t *)&c, sizeof c));
	if (e == OK)
		check_names(&c);
	return 0;
}
