#include "interaction/enrol.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "store/record.h"
#include "web/qr.h"

#include <string.h>

enum {
	ENROL_VERSION = 1,
	SEALED_LEN = 1 + 5 + USER_ID_LEN + TOTP_SECRET_LEN,
	SEALED_CAP = BASE64URL_CAP(SEALED_LEN + SEAL_OVERHEAD),
	LABEL_CAP = 256,
	URI_TEXT_CAP = 2048
};

/* --- the secret, sealed ----------------------------------------------------
 */

static void
seal_secret(char text[static SEALED_CAP], const struct interaction *i,
    const struct user *u, const uint8_t secret[static TOTP_SECRET_LEN])
{
	uint8_t bytes[SEALED_LEN], sealed[SEALED_LEN + SEAL_OVERHEAD];
	struct record_writer w;

	record_begin(&w, bytes, sizeof bytes, ENROL_VERSION);
	record_put_u40(&w, (uint64_t)i->call->now);
	record_put_bytes(&w, u->user_id, USER_ID_LEN);
	record_put_bytes(&w, secret, TOTP_SECRET_LEN);
	text[0] = '\0';
	if (record_end(&w) == OK) {
		secret_seal(sealed, bytes, sizeof bytes, i->csrf.keyring->seal,
		    "enrolment");
		base64url_encode(text, SEALED_CAP, sealed, sizeof sealed);
	}
	secret_wipe(bytes, sizeof bytes);
}

static enum err
read_sealed(const uint8_t bytes[static SEALED_LEN], const struct user *u,
    int64_t now, uint8_t secret[static TOTP_SECRET_LEN])
{
	uint8_t user_id[USER_ID_LEN];
	struct record_reader r;
	int64_t age_s;

	record_open(&r, bytes, SEALED_LEN, ENROL_VERSION);
	age_s = now - (int64_t)record_get_u40(&r);
	record_get_bytes(&r, user_id, sizeof user_id);
	record_get_bytes(&r, secret, TOTP_SECRET_LEN);
	if (record_close(&r) != OK || age_s >= ENROL_LIFETIME_S ||
	    age_s < -CLOCK_SLACK_S ||
	    memcmp(user_id, u->user_id, USER_ID_LEN) != 0)
		return ERR_FORBIDDEN;
	return OK;
}

static enum err
open_secret(const struct interaction *i, const struct user *u, const char *text,
    uint8_t secret[static TOTP_SECRET_LEN])
{
	uint8_t bytes[SEALED_LEN], sealed[SEALED_LEN + SEAL_OVERHEAD];
	enum err e = ERR_FORBIDDEN;

	if (text != NULL)
		e = base64url_decode_exact(sealed, sizeof sealed, text);
	if (e == OK)
		e = secret_open(bytes, sealed, sizeof sealed,
		    i->csrf.keyring->seal, "enrolment");
	if (e == OK)
		e = read_sealed(bytes, u, i->call->now, secret);
	secret_wipe(bytes, sizeof bytes);
	if (e != OK)
		secret_wipe(secret, TOTP_SECRET_LEN);
	return e == OK ? OK : ERR_FORBIDDEN;
}

/* --- the page --------------------------------------------------------------
 */

/* NAME as a part of an otpauth URI: a colon would end it. */
static void
put_label(struct buf *b, const char *name)
{
	char label[LABEL_CAP];

	if (str_copy(label, sizeof label, name) != OK)
		b->failed = true;
	for (char *c = label; *c != '\0'; c++)
		if (*c == ':')
			*c = ' ';
	buf_put_url_arg(b, label);
}

/* The host of the issuer, where the provider has no name. */
static void
find_issuer_label(char label[static LABEL_CAP], const struct conf *conf)
{
	const char *host = strstr(conf->issuer, "://");

	host = host != NULL ? host + 3 : conf->issuer;
	if (conf->provider_name[0] != '\0')
		host = conf->provider_name;
	if (str_copy(label, LABEL_CAP, host) != OK)
		label[0] = '\0';
}

/* The address that apps take: only SHA-1, six digits and 30 seconds are
 * understood by all of them. */
static void
put_otpauth(struct buf *b, const struct interaction *i, const struct user *u,
    const char *secret)
{
	char issuer[LABEL_CAP];

	find_issuer_label(issuer, i->conf);
	buf_puts(b, "otpauth://totp/");
	put_label(b, issuer);
	buf_putc(b, ':');
	put_label(b, u->name);
	buf_printf(b, "?secret=%s&issuer=", secret);
	put_label(b, issuer);
	buf_puts(b, "&algorithm=SHA1&digits=6&period=30");
}

/* In groups of four, which are easier to type. */
static void
put_groups(struct json_build *b, const char *secret)
{
	char text[TOTP_SECRET_CAP + TOTP_SECRET_CAP / 4];
	struct buf g;

	buf_init(&g, text, sizeof text);
	for (size_t n = 0; secret[n] != '\0'; n++) {
		if (n > 0 && n % 4 == 0)
			buf_putc(&g, ' ');
		buf_putc(&g, secret[n]);
	}
	json_put_str(b, "secret", text);
	buf_wipe(&g);
}

static void
put_drawing(struct json_build *b, const char *uri)
{
	char svg[QR_CAP] = "";
	struct buf s;

	buf_init(&s, svg, sizeof svg);
	if (!qr_put_svg(&s, uri) || !buf_ok(&s))
		buf_reset(&s);
	json_put_str(b, "qr", svg);
	buf_wipe(&s);
}

void
enrol_put(struct interaction *i, struct json_build *b, const struct user *u,
    const struct form *posted)
{
	uint8_t secret[TOTP_SECRET_LEN];
	char text[TOTP_SECRET_CAP], sealed[SEALED_CAP], uri[URI_TEXT_CAP];
	struct buf a;

	if (posted == NULL ||
	    open_secret(i, u, form_get(posted, "sealed"), secret) != OK)
		random_bytes(secret, sizeof secret);
	totp_secret_text(text, secret);
	seal_secret(sealed, i, u, secret);
	buf_init(&a, uri, sizeof uri);
	put_otpauth(&a, i, u, text);
	if (!buf_ok(&a))
		b->failed = true;
	put_drawing(b, uri);
	put_groups(b, text);
	json_put_str(b, "otpauth", uri);
	json_put_str(b, "sealed", sealed);
	secret_wipe(secret, sizeof secret);
	secret_wipe(text, sizeof text);
	buf_wipe(&a);
}

void
enrol_put_codes(const struct interaction *i, struct json_build *b,
    const char codes[RECOVERY_CODES][RECOVERY_CODE_CAP])
{
	json_t *list = json_array();

	for (size_t n = 0; n < RECOVERY_CODES; n++)
		if (json_array_append_new(list, json_string(codes[n])) != 0)
			b->failed = true;
	json_put(b, "codes", list);
	json_put_str(b, "host", i->conf->issuer);
}

enum err
enrol_check(struct interaction *i, const struct user *u,
    const struct form *posted, uint8_t secret[static TOTP_SECRET_LEN],
    uint64_t *step)
{
	const char *typed = form_get(posted, "code");
	char code[FACTOR_CODE_CAP];
	enum err e = open_secret(i, u, form_get(posted, "sealed"), secret);

	if (e != OK)
		return e;
	factor_clean_code(code, typed != NULL ? typed : "");
	e = totp_match(secret, code, i->call->now, step);
	secret_wipe(code, sizeof code);
	if (e != OK)
		secret_wipe(secret, TOTP_SECRET_LEN);
	return e;
}
