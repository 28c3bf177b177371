/* Passkeys: what is good, and everything that is not. */
#include "protocol/webauthn.h"

#include "check.h"
#include "jose/libcrypto.h"
#include "passkey_vectors.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

static bool has_libcrypto;

struct sent {
	uint8_t bytes[WEBAUTHN_ATTESTATION_MAX + 1];
	size_t len;
};

static struct webauthn_bytes
view(const struct sent *s)
{
	return (struct webauthn_bytes){s->bytes, s->len};
}

static void
load_hex(struct sent *s, const char *hex)
{
	sodium_hex2bin(
	    s->bytes, sizeof s->bytes, hex, strlen(hex), " ", &s->len, NULL);
}

/* --- the host ------------------------------------------------------------- */

static bool
rp_id_is(const char *issuer, const char *want)
{
	char rp_id[ISSUER_CAP];

	return webauthn_rp_id(rp_id, issuer) == (want[0] != '\0') &&
	       strcmp(rp_id, want) == 0;
}

static void
hosts(void)
{
	char rp_id[ISSUER_CAP];

	CHECK(rp_id_is("https://id.example.org/idp", "id.example.org"),
	    "the rpId is the issuer's host");
	CHECK(
	    rp_id_is("http://localhost:8080", "localhost"), "without its port");
	CHECK(!webauthn_rp_id(rp_id, "http://127.0.0.1:8080") &&
		  !webauthn_rp_id(rp_id, "http://[::1]:8080"),
	    "at an address there are no passkeys");
}

/* --- what the browser says ------------------------------------------------ */

static enum reason
read_client_data(const char *json, const char *type, const char *issuer)
{
	const struct webauthn_bytes b = {(const uint8_t *)json, strlen(json)};
	struct webauthn_client_data d;
	enum reason reason = REASON_NONE;
	enum err e = webauthn_client_data_read(&d, &b, type, issuer, &reason);

	return e == OK || e == ERR_ACCESS_DENIED ? reason : REASON_COUNT;
}

#define CHALLENGE "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
#define CLIENT_DATA(challenge, origin, more)                                   \
	"{\"type\":\"webauthn.get\",\"challenge\":\"" challenge                \
	"\",\"origin\":\"" origin "\"" more "}"
#define ORIGIN "https://id.example.org"

static enum reason
read_get(const char *json)
{
	return read_client_data(json, "webauthn.get", VECTOR_ISSUER);
}

static void
good_client_data(void)
{
	const struct webauthn_bytes b = {
	    (const uint8_t *)VECTOR_CLIENT_DATA, strlen(VECTOR_CLIENT_DATA)};
	struct webauthn_client_data d;
	enum reason reason = REASON_NONE;
	enum err e = webauthn_client_data_read(
	    &d, &b, "webauthn.get", VECTOR_ISSUER, &reason);

	CHECK(e == OK && d.challenge[0] == 0 && d.challenge[31] == 31,
	    "what Chromium says, with the member that it adds at random");
	CHECK(read_get(CLIENT_DATA(CHALLENGE, ORIGIN, "")) == REASON_NONE,
	    "without crossOrigin");
	CHECK(read_get(CLIENT_DATA(
		  CHALLENGE, ORIGIN, ", \"x\": [{\"y\": 1.5}]")) == REASON_NONE,
	    "with other members and white space");
	CHECK(
	    read_client_data(CLIENT_DATA(CHALLENGE, "http://localhost:81", ""),
		"webauthn.get", "http://localhost:81/idp") == REASON_NONE,
	    "a port is part of the origin, a path is not");
	CHECK(
	    read_client_data(CLIENT_DATA(CHALLENGE, ORIGIN, ""), "webauthn.get",
		ORIGIN ":443") == REASON_NONE &&
		read_client_data(CLIENT_DATA(CHALLENGE, "http://localhost", ""),
		    "webauthn.get", "http://localhost:80") == REASON_NONE,
	    "a port that goes without saying is left out by browsers");
}

static void
bad_client_data(void)
{
	static const struct {
		const char *json, *sentence;
		enum reason reason;
	} bad[] = {
	    {"", "nothing", REASON_PASSKEY_MALFORMED},
	    {"[]", "no object", REASON_PASSKEY_MALFORMED},
	    {"{}", "an empty object", REASON_PASSKEY_MALFORMED},
	    {CLIENT_DATA(CHALLENGE, ORIGIN, ",\"type\":\"webauthn.get\""),
		"a name twice", REASON_PASSKEY_MALFORMED},
	    {CLIENT_DATA(CHALLENGE, ORIGIN, "") "x", "more behind it",
		REASON_PASSKEY_MALFORMED},
	    {CLIENT_DATA(CHALLENGE "=", ORIGIN, ""), "padding",
		REASON_PASSKEY_MALFORMED},
	    {CLIENT_DATA("AAEC", ORIGIN, ""), "a short challenge",
		REASON_PASSKEY_MALFORMED},
	    {CLIENT_DATA(CHALLENGE, ORIGIN "/", ""), "a path",
		REASON_PASSKEY_ORIGIN},
	    {CLIENT_DATA(CHALLENGE, ORIGIN "/idp", ""), "the issuer's path",
		REASON_PASSKEY_ORIGIN},
	    {CLIENT_DATA(CHALLENGE, ORIGIN ":8443", ""), "another port",
		REASON_PASSKEY_ORIGIN},
	    {CLIENT_DATA(CHALLENGE, "http://id.example.org", ""), "no TLS",
		REASON_PASSKEY_ORIGIN},
	    {CLIENT_DATA(CHALLENGE, "https://www.id.example.org", ""),
		"a host below", REASON_PASSKEY_ORIGIN},
	    {CLIENT_DATA(CHALLENGE, "https://example.org", ""), "a host above",
		REASON_PASSKEY_ORIGIN},
	    {CLIENT_DATA(CHALLENGE, ORIGIN, ",\"crossOrigin\":true"),
		"a frame of another site", REASON_PASSKEY_ORIGIN},
	    {CLIENT_DATA(CHALLENGE, ORIGIN, ",\"crossOrigin\":\"no\""),
		"a crossOrigin that is no boolean", REASON_PASSKEY_ORIGIN},
	    {CLIENT_DATA(
		 CHALLENGE, ORIGIN, ",\"topOrigin\":\"https://evil.example\""),
		"another page around it", REASON_PASSKEY_ORIGIN},
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK(read_get(bad[i].json) == bad[i].reason, bad[i].sentence);
	CHECK(read_client_data(CLIENT_DATA(CHALLENGE, ORIGIN, ""),
		  "webauthn.create", VECTOR_ISSUER) == REASON_PASSKEY_MALFORMED,
	    "a sign-in is no registration");
}

/* --- registration --------------------------------------------------------- */

static enum reason
try_registration(const struct sent *s, struct webauthn_registration *r)
{
	const struct webauthn_bytes b = view(s);
	enum reason reason = REASON_NONE;
	enum err e = webauthn_register(r, &b, VECTOR_ISSUER, &reason);

	return e == OK || e == ERR_ACCESS_DENIED ? reason : REASON_COUNT;
}

static void
registers(const char *hex, enum jwa alg, const char *sentence)
{
	struct webauthn_registration r;
	struct sent s;

	load_hex(&s, hex);
	if (alg != JWA_EDDSA && !has_libcrypto) {
		CHECK(try_registration(&s, &r) == REASON_PASSKEY_ALGORITHM,
		    sentence);
		return;
	}
	CHECK(try_registration(&s, &r) == REASON_NONE && r.key.alg == alg &&
		  r.id_len == 32 && r.id[0] == 0x40 && r.flags == 0x45 &&
		  r.count == 1,
	    sentence);
}

/* Where the authenticator data is in ED25519_ATTESTATION: behind its length of
 * two bytes. */
enum { DATA_AT = 30, FLAGS_AT = DATA_AT + 32, ID_LEN_AT = DATA_AT + 53 };

static enum reason
try_changed(size_t at, uint8_t value)
{
	struct webauthn_registration r;
	struct sent s;

	load_hex(&s, ED25519_ATTESTATION);
	s.bytes[at] = value;
	return try_registration(&s, &r);
}

static void
bad_registrations(void)
{
	static const struct {
		size_t at;
		uint8_t value;
		enum reason reason;
		const char *name;
	} changes[] = {
	    {DATA_AT, 0, REASON_PASSKEY_ORIGIN, "made for another host"},
	    {FLAGS_AT, 0x44, REASON_PASSKEY_NOT_PRESENT,
		"no person touched it"},
	    {FLAGS_AT, 0x41, REASON_NONE,
		"without user verification it is a passkey, too"},
	    {FLAGS_AT, 0x05, REASON_PASSKEY_MALFORMED, "no key in it"},
	    {FLAGS_AT, 0x55, REASON_PASSKEY_MALFORMED,
		"backed up, and not eligible for it"},
	    {FLAGS_AT, 0x5d, REASON_NONE, "backed up, and eligible for it"},
	    {FLAGS_AT, 0xc5, REASON_PASSKEY_MALFORMED,
		"extensions that are not there"},
	    {ID_LEN_AT, 4, REASON_PASSKEY_MALFORMED, "an id of 1056 bytes"},
	    {ID_LEN_AT + 1, 0, REASON_PASSKEY_MALFORMED, "an id of none"},
	};
	struct webauthn_registration r;
	struct sent s;
	size_t cut = 0;

	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
		CHECK(try_changed(changes[i].at, changes[i].value) ==
			  changes[i].reason,
		    changes[i].name);
	load_hex(&s, ED25519_ATTESTATION);
	s.bytes[s.len++] = 0;
	CHECK(try_registration(&s, &r) == REASON_PASSKEY_MALFORMED,
	    "a byte too many");
	load_hex(&s, ED25519_ATTESTATION);
	for (size_t len = s.len; len-- > 0;) {
		s.len = len;
		cut += try_registration(&s, &r) == REASON_PASSKEY_MALFORMED;
	}
	load_hex(&s, ED25519_ATTESTATION);
	CHECK(cut == s.len, "cut short at any place");
	load_hex(&s, "a2 63 666d74 64 6e6f6e65 67 61747453746d74 a0");
	CHECK(try_registration(&s, &r) == REASON_PASSKEY_MALFORMED,
	    "without authenticator data");
	memset(s.bytes, 0xa0, sizeof s.bytes);
	s.len = sizeof s.bytes;
	CHECK(try_registration(&s, &r) == REASON_PASSKEY_MALFORMED,
	    "more than there may be");
}

/* --- sign-in -------------------------------------------------------------- */

static enum reason
try_assertion(const struct public_key *key, const struct sent *data,
    const struct sent *signature, struct webauthn_assertion *a)
{
	const struct webauthn_bytes json = {
	    (const uint8_t *)VECTOR_CLIENT_DATA, strlen(VECTOR_CLIENT_DATA)};
	const struct webauthn_bytes b = view(data), sig = view(signature);
	struct webauthn_client_data d;
	enum reason reason = REASON_NONE;

	if (webauthn_client_data_read(
		&d, &json, "webauthn.get", VECTOR_ISSUER, &reason) != OK ||
	    (webauthn_verify(a, key, &d, &b, &sig, VECTOR_ISSUER, &reason) ==
		OK) != (reason == REASON_NONE))
		return REASON_COUNT;
	return reason;
}

static void
signs_in(const char *attestation, const char *data_hex, const char *sig_hex,
    const char *sentence)
{
	struct webauthn_registration r;
	struct webauthn_assertion a;
	struct sent s, data, sig;

	load_hex(&s, attestation);
	load_hex(&data, data_hex);
	load_hex(&sig, sig_hex);
	if (try_registration(&s, &r) != REASON_NONE)
		return; /* without libcrypto */
	CHECK(try_assertion(&r.key, &data, &sig, &a) == REASON_NONE &&
		  a.flags == 0x05 && a.count == 5,
	    sentence);
	sig.bytes[sig.len - 1] ^= 1;
	CHECK(
	    try_assertion(&r.key, &data, &sig, &a) == REASON_PASSKEY_SIGNATURE,
	    "and with a damaged signature it does not");
	sig.bytes[sig.len - 1] ^= 1;
	data.bytes[36]++;
	CHECK(
	    try_assertion(&r.key, &data, &sig, &a) == REASON_PASSKEY_SIGNATURE,
	    "nor with another count than was signed");
	data.bytes[36]--;
	data.bytes[0] ^= 1;
	CHECK(try_assertion(&r.key, &data, &sig, &a) == REASON_PASSKEY_ORIGIN,
	    "nor for another host");
	data.bytes[0] ^= 1;
	data.bytes[32] = 0x04;
	CHECK(try_assertion(&r.key, &data, &sig, &a) ==
		  REASON_PASSKEY_NOT_PRESENT,
	    "nor without a person there");
	data.bytes[32] = 0x05;
	data.len--;
	CHECK(
	    try_assertion(&r.key, &data, &sig, &a) == REASON_PASSKEY_MALFORMED,
	    "nor cut short");
	data.len += 2;
	CHECK(
	    try_assertion(&r.key, &data, &sig, &a) == REASON_PASSKEY_MALFORMED,
	    "nor with a byte too many");
}

int
main(void)
{
	has_libcrypto = libcrypto_available() == OK;
	hosts();
	good_client_data();
	bad_client_data();
	registers(ED25519_ATTESTATION, JWA_EDDSA, "a passkey of Ed25519");
	registers(ES256_ATTESTATION, JWA_ES256, "a passkey of P-256");
	registers(RS256_ATTESTATION, JWA_RS256, "a passkey of RSA");
	bad_registrations();
	signs_in(ED25519_ATTESTATION, ED25519_AUTH_DATA, ED25519_SIGNATURE,
	    "Ed25519 signs in");
	signs_in(ES256_ATTESTATION, ES256_AUTH_DATA, ES256_SIGNATURE,
	    "P-256 signs in");
	signs_in(RS256_ATTESTATION, RS256_AUTH_DATA, RS256_SIGNATURE,
	    "RSA signs in");
	return check_done();
}
