/* Certificates of clients: what is read of them, and what is none. They are put
 * together here, for what no authority makes; tests/mtls.bats has OpenSSL's. */
#include "jose/certificate.h"

#include "base/secret.h"
#include "base/str.h"
#include "check.h"

#include <sodium.h>
#include <string.h>

/* --- DER, put together ----------------------------------------------------*/

enum { PIECE_CAP = 12000 };

struct piece {
	size_t len;
	uint8_t bytes[PIECE_CAP];
};

static void
add(struct piece *p, const void *bytes, size_t len)
{
	if (len > sizeof p->bytes - p->len)
		len = sizeof p->bytes - p->len;
	memcpy(p->bytes + p->len, bytes, len);
	p->len += len;
}

static void
add_byte(struct piece *p, unsigned byte)
{
	const uint8_t b = (uint8_t)byte;

	add(p, &b, 1);
}

/* A value: TAG, length, content. */
static void
add_value(struct piece *p, unsigned tag, const void *bytes, size_t len)
{
	add_byte(p, tag);
	if (len >= 0x100) {
		add_byte(p, 0x82);
		add_byte(p, (unsigned)(len >> 8));
	} else if (len >= 0x80) {
		add_byte(p, 0x81);
	}
	add_byte(p, (unsigned)(len & 0xff));
	add(p, bytes, len);
}

static void
add_in(struct piece *p, unsigned tag, const struct piece *content)
{
	add_value(p, tag, content->bytes, content->len);
}

#define ADD_TEXT(p, tag, text) add_value((p), (tag), (text), sizeof(text) - 1)

/* --- names ----------------------------------------------------------------*/

#define OID_CN "\x55\x04\x03"
#define OID_O "\x55\x04\x0a"
#define OID_C "\x55\x04\x06"
#define OID_DC "\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"
#define OID_OTHER "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x02"

struct attribute {
	const char *oid;
	size_t oid_len;
	unsigned tag;
	const char *value;
	size_t len;
	bool with_last; /* in one RDN with the one before it */
};

#define ATTRIBUTE(oid, tag, value)                                             \
	{                                                                      \
		oid, sizeof(oid) - 1, tag, value, sizeof(value) - 1, false     \
	}
#define ALSO(oid, tag, value)                                                  \
	{                                                                      \
		oid, sizeof(oid) - 1, tag, value, sizeof(value) - 1, true      \
	}

static struct piece
make_name(const struct attribute *a, size_t count)
{
	struct piece name = {0}, rdn = {0}, one;

	for (size_t i = 0; i < count; i++) {
		if (i > 0 && !a[i].with_last) {
			add_in(&name, DER_SET, &rdn);
			rdn.len = 0;
		}
		one.len = 0;
		add_value(&one, DER_OID, a[i].oid, a[i].oid_len);
		add_value(&one, a[i].tag, a[i].value, a[i].len);
		add_in(&rdn, DER_SEQUENCE, &one);
	}
	if (count > 0)
		add_in(&name, DER_SET, &rdn);
	return name;
}

static bool
is_written(const struct attribute *a, size_t count, const char *want)
{
	const struct piece name = make_name(a, count);
	const struct der der = {name.bytes, name.len};
	char text[DISTINGUISHED_NAME_CAP];
	struct buf b;

	buf_init(&b, text, sizeof text);
	return distinguished_name_put(&b, &der) && buf_ok(&b) &&
	       str_equal(text, want);
}

#define WRITTEN(want, sentence, ...)                                           \
	do {                                                                   \
		const struct attribute list[] = {__VA_ARGS__};                 \
		CHECK(is_written(list, sizeof list / sizeof list[0], want),    \
		    sentence);                                                 \
	} while (0)

static void
names(void)
{
	WRITTEN("CN=client,O=Example,C=DE", "the last part comes first",
	    ATTRIBUTE(OID_C, DER_PRINTABLE_STRING, "DE"),
	    ATTRIBUTE(OID_O, DER_UTF8_STRING, "Example"),
	    ATTRIBUTE(OID_CN, DER_UTF8_STRING, "client"));
	WRITTEN("CN=client+O=Ex,C=DE", "an RDN of two values has a +",
	    ATTRIBUTE(OID_C, DER_PRINTABLE_STRING, "DE"),
	    ATTRIBUTE(OID_O, DER_UTF8_STRING, "Ex"),
	    ALSO(OID_CN, DER_UTF8_STRING, "client"));
	WRITTEN("CN=a\\,b\\+c\\\"d\\\\e\\<f\\>g\\;h=i",
	    "what means something is escaped (RFC 4514 2.4)",
	    ATTRIBUTE(OID_CN, DER_UTF8_STRING, "a,b+c\"d\\e<f>g;h=i"));
	WRITTEN("CN=\\ a b\\ ", "so are blanks at the ends, and no others",
	    ATTRIBUTE(OID_CN, DER_UTF8_STRING, " a b "));
	WRITTEN("CN=\\ ", "so is a blank alone, once",
	    ATTRIBUTE(OID_CN, DER_UTF8_STRING, " "));
	WRITTEN("CN=\\#0c01", "so is a # at the beginning",
	    ATTRIBUTE(OID_CN, DER_UTF8_STRING, "#0c01"));
	WRITTEN("CN=", "a value may be empty",
	    ATTRIBUTE(OID_CN, DER_UTF8_STRING, ""));
	WRITTEN("CN=J\303\274rgen", "UTF-8 is as it is",
	    ATTRIBUTE(OID_CN, DER_UTF8_STRING, "J\303\274rgen"));
	WRITTEN("CN=J\303\274\342\202\254", "a BMPString is UTF-8, too",
	    ATTRIBUTE(OID_CN, DER_BMP_STRING, "\0J\0\374\x20\xac"));
	WRITTEN("CN=a", "a PrintableString is as good as a UTF8String",
	    ATTRIBUTE(OID_CN, DER_PRINTABLE_STRING, "a"));
	WRITTEN("DC=example", "RFC 4514's other names are known",
	    ATTRIBUTE(OID_DC, DER_IA5_STRING, "example"));
	WRITTEN("1.2.840.113549.1.9.2=#0C0161",
	    "what has no name has its number, and its value as DER",
	    ATTRIBUTE(OID_OTHER, DER_UTF8_STRING, "a"));
}

/* Never text that another value has as well. */
static void
values_that_are_no_text(void)
{
	WRITTEN("CN=#0C03610062", "a NUL is in no text",
	    ATTRIBUTE(OID_CN, DER_UTF8_STRING, "a\0b"));
	WRITTEN("CN=#1E0400610000", "nor in a BMPString",
	    ATTRIBUTE(OID_CN, DER_BMP_STRING, "\0a\0\0"));
	WRITTEN("CN=#0C03610A62", "nor is another control character",
	    ATTRIBUTE(OID_CN, DER_UTF8_STRING, "a\nb"));
	WRITTEN("CN=#0C01FC", "what is no UTF-8 is no text",
	    ATTRIBUTE(OID_CN, DER_UTF8_STRING, "\374"));
	WRITTEN("CN=#1E02D83D", "half a surrogate pair is no text",
	    ATTRIBUTE(OID_CN, DER_BMP_STRING, "\xd8\x3d"));
	WRITTEN("CN=#1E0161", "nor is half a character",
	    ATTRIBUTE(OID_CN, DER_BMP_STRING, "a"));
	WRITTEN("CN=#1401FC", "a TeletexString is beyond ASCII no text",
	    ATTRIBUTE(OID_CN, DER_TELETEX_STRING, "\374"));
	WRITTEN("CN=#1C0400000061", "nor is a UniversalString",
	    ATTRIBUTE(OID_CN, 0x1c, "\0\0\0a"));
}

static bool
is_no_name(const char *bytes, size_t len)
{
	const struct der der = {(const uint8_t *)bytes, len};
	char text[DISTINGUISHED_NAME_CAP];
	struct buf b;

	buf_init(&b, text, sizeof text);
	return !distinguished_name_put(&b, &der);
}

#define NO_NAME(bytes, sentence)                                               \
	CHECK(is_no_name(bytes, sizeof(bytes) - 1), sentence)

static void
broken_names(void)
{
	struct attribute many[33];

	NO_NAME("\x31\x00", "an RDN has a value");
	NO_NAME("\x30\x00", "a name is made of sets");
	NO_NAME("\x31\x05\x30\x03\x06\x01\x55", "an attribute has a value");
	NO_NAME("\x31\x09\x30\x07\x06\x02\x55\x84\x0c\x01\x61",
	    "an object identifier does not end within a number");
	NO_NAME("\x31\x0a\x30\x08\x06\x03\x55\x80\x01\x0c\x01\x61",
	    "its numbers begin with no zeroes");
	NO_NAME("\x31\x0d\x30\x0b\x06\x06\x55\x9f\xff\xff\xff\x7f\x0c\x01\x61",
	    "they have 32 bits");
	NO_NAME("\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x01\x61\x00",
	    "an attribute has nothing behind its value");
	NO_NAME("\x31\x0c\x30\x08\x06\x03\x55\x04\x03\x0c\x01\x61",
	    "a length is no longer than what there is");
	for (size_t i = 0; i < 33; i++)
		many[i] =
		    (struct attribute)ATTRIBUTE(OID_CN, DER_UTF8_STRING, "a");
	CHECK(!is_written(many, 33, ""), "33 RDNs are too many");
}

/* --- certificates ----------------------------------------------------------*/

/* What a test certificate is made of; NULL or 0: as usual. */
struct recipe {
	const char *from, *until;
	unsigned time_tag;
	const char *extensions; /* each whole, one behind the other */
	size_t extensions_len;
	bool version_1, other_issuer, unique_ids;
};

#define NAMES "\x06\x03\x55\x1d\x11"
#define CONSTRAINTS "\x06\x03\x55\x1d\x13"
#define USAGE "\x06\x03\x55\x1d\x0f"
#define OLD_TYPE "\x06\x09\x60\x86\x48\x01\x86\xf8\x42\x01\x01"

static struct piece
make_certificate(const struct recipe *r)
{
	const struct attribute a[] = {
	    ATTRIBUTE(OID_CN, DER_UTF8_STRING, "client")};
	const struct attribute other[] = {
	    ATTRIBUTE(OID_CN, DER_UTF8_STRING, "authority")};
	const struct piece name = make_name(a, 1), ca = make_name(other, 1);
	const unsigned tag = r->time_tag != 0 ? r->time_tag : DER_UTC_TIME;
	const char *from = r->from != NULL ? r->from : "260101000000Z";
	const char *until = r->until != NULL ? r->until : "491231235959Z";
	struct piece tbs = {0}, validity = {0}, list = {0}, wrapped = {0};
	struct piece inner = {0}, whole = {0};

	if (!r->version_1)
		ADD_TEXT(&tbs, DER_CONTEXT_OF, "\x02\x01\x02");
	ADD_TEXT(&tbs, DER_INTEGER, "\x01");
	ADD_TEXT(&tbs, DER_SEQUENCE, "\x06\x03\x2b\x65\x70");
	add_in(&tbs, DER_SEQUENCE, r->other_issuer ? &ca : &name);
	add_value(&validity, tag, from, strlen(from));
	add_value(&validity, tag, until, strlen(until));
	add_in(&tbs, DER_SEQUENCE, &validity);
	add_in(&tbs, DER_SEQUENCE, &name);
	ADD_TEXT(&tbs, DER_SEQUENCE, "\x30\x05\x06\x03\x2b\x65\x70");
	if (r->unique_ids) {
		ADD_TEXT(&tbs, DER_CONTEXT + 1, "\x00\x01");
		ADD_TEXT(&tbs, DER_CONTEXT + 2, "\x00\x02");
	}
	if (r->extensions != NULL) {
		add_value(
		    &list, DER_SEQUENCE, r->extensions, r->extensions_len);
		add_in(&wrapped, DER_CONTEXT_OF + 3, &list);
		add(&tbs, wrapped.bytes, wrapped.len);
	}
	add_in(&inner, DER_SEQUENCE, &tbs);
	ADD_TEXT(&inner, DER_SEQUENCE, "\x06\x03\x2b\x65\x70");
	ADD_TEXT(&inner, DER_BIT_STRING, "\x00\x01\x02");
	add_in(&whole, DER_SEQUENCE, &inner);
	return whole;
}

static enum err
read_recipe(struct certificate *c, const struct recipe *r)
{
	const struct piece der = make_certificate(r);

	return certificate_read(c, der.bytes, der.len);
}

static bool
is_zero(const struct certificate *c)
{
	return sodium_is_zero((const uint8_t *)c, sizeof *c);
}

static void
usual(void)
{
	const struct recipe r = {.unique_ids = true};
	const struct piece der = make_certificate(&r);
	uint8_t hash[CERTIFICATE_HASH_LEN];
	struct certificate c;

	crypto_hash_sha256(hash, der.bytes, der.len);
	CHECK(certificate_read(&c, der.bytes, der.len) == OK &&
		  memcmp(hash, c.hash, sizeof hash) == 0 &&
		  str_equal(c.subject, "CN=client") && c.self_issued &&
		  !c.can_sign && c.names_len == 0,
	    "a certificate: hash, subject, and that it is its own issuer's");
	CHECK(c.not_before == 1767225600 && c.not_after == 2524607999,
	    "from when until when it is good");
	CHECK(read_recipe(&c, &(struct recipe){.other_issuer = true}) == OK &&
		  !c.self_issued,
	    "another's is told from that");
	CHECK(read_recipe(&c, &(struct recipe){.from = "19491231235959Z",
				  .until = "99991231235959Z",
				  .time_tag = DER_GENERALIZED_TIME}) == OK &&
		  c.not_before == -631152001 && c.not_after == 253402300799,
	    "its times may be GeneralizedTimes");
	CHECK(
	    read_recipe(&c, &(struct recipe){.from = "500101000000Z"}) == OK &&
		c.not_before == -631152000,
	    "a UTCTime from 50 on is of the last century (RFC 5280)");
}

static void
broken_times(void)
{
	static const char *const times[] = {"2601010000Z", "26010100000Z",
	    "260101000000", "260101000000+0000", "26010100000000Z",
	    "261301000000Z", "260001000000Z", "260230000000Z", "260100000000Z",
	    "260101240000Z", "260101006000Z", "260101000060Z", "26010100000aZ",
	    "x60101000000Z", "260101000000z", ""};
	struct certificate c;
	bool refused_all = true;

	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
		refused_all &=
		    read_recipe(&c, &(struct recipe){.until = times[i]}) ==
			ERR_SYNTAX &&
		    is_zero(&c);
	CHECK(refused_all, "times that are none, or in no form of RFC 5280's");
	CHECK(read_recipe(&c, &(struct recipe){.until = "280229000000Z"}) == OK,
	    "the 29th of February is a day every four years");
	CHECK(read_recipe(&c, &(struct recipe){.time_tag = DER_INTEGER}) ==
		  ERR_SYNTAX,
	    "a time is a time");
}

static bool
can_sign(const char *extensions, size_t len, bool version_1)
{
	const struct recipe r = {.extensions = extensions,
	    .extensions_len = len,
	    .version_1 = version_1};
	struct certificate c;

	return read_recipe(&c, &r) == OK && c.can_sign;
}

#define CAN_SIGN(x) can_sign((x), sizeof(x) - 1, false)
#define IS_CA "\x30\x0c" CONSTRAINTS "\x04\x05\x30\x03\x01\x01\xff"
#define IS_CA_CRITICAL                                                         \
	"\x30\x0f" CONSTRAINTS "\x01\x01\xff\x04\x05\x30\x03\x01\x01\xff"
#define IS_NO_CA "\x30\x09" CONSTRAINTS "\x04\x02\x30\x00"
#define SIGNS "\x30\x0b" USAGE "\x04\x04\x03\x02\x02\x04"
#define SIGNS_NOT "\x30\x0b" USAGE "\x04\x04\x03\x02\x07\x80"

static void
authorities(void)
{
	CHECK(CAN_SIGN(IS_CA) && CAN_SIGN(IS_CA_CRITICAL),
	    "what is an authority can sign");
	CHECK(!CAN_SIGN(IS_NO_CA), "what is none cannot");
	CHECK(!CAN_SIGN(IS_NO_CA SIGNS) && CAN_SIGN(SIGNS),
	    "a key that is for it says so only where nothing else does");
	CHECK(!CAN_SIGN(IS_CA SIGNS_NOT), "a key that is for other things is");
	CHECK(can_sign(NULL, 0, true), "one of version 1 can");
	CHECK(CAN_SIGN("\x30\x11" OLD_TYPE "\x04\x04\x03\x02\x02\x04") &&
		  !CAN_SIGN(
		      IS_NO_CA "\x30\x11" OLD_TYPE "\x04\x04\x03\x02\x02\x04"),
	    "so can one with Netscape's old word for it alone");
}

static bool
is_refused(const char *extensions, size_t len)
{
	const struct recipe r = {
	    .extensions = extensions, .extensions_len = len};
	struct certificate c;

	return read_recipe(&c, &r) == ERR_SYNTAX && is_zero(&c);
}

#define REFUSED(x, sentence) CHECK(is_refused((x), sizeof(x) - 1), sentence)
#define NO_NAMES "\x30\x09" NAMES "\x04\x02\x30\x00"

static void
broken_extensions(void)
{
	struct certificate c;
	const struct recipe old = {.extensions = NO_NAMES,
	    .extensions_len = sizeof NO_NAMES - 1,
	    .version_1 = true};

	REFUSED(NO_NAMES NO_NAMES, "names that are there twice");
	REFUSED(IS_NO_CA IS_CA, "constraints that are there twice");
	REFUSED(SIGNS SIGNS_NOT, "a usage that is there twice");
	REFUSED("\x30\x0a" NAMES "\x04\x03\x30\x00\x00",
	    "names with something behind them");
	REFUSED("\x30\x0a" NAMES "\x04\x02\x30\x00\x00",
	    "an extension with something behind it");
	REFUSED("\x30\x05" NAMES, "an extension without a value");
	REFUSED("\x31\x09" NAMES "\x04\x02\x30\x00", "what is no extension");
	REFUSED("\x30\x08" USAGE "\x04\x01\x03", "half a usage");
	REFUSED("\x30\x09" USAGE "\x04\x02\x03\x00", "an empty usage");
	REFUSED("\x30\x0b" CONSTRAINTS "\x04\x04\x30\x02\x01\x00",
	    "a flag without a value");
	CHECK(read_recipe(&c, &old) == ERR_SYNTAX,
	    "extensions of a version that has none");
}

/* --- other names
 * ------------------------------------------------------------*/

#define MANY_NAMES                                                             \
	"\x30\x47" NAMES "\x04\x40\x30\x3e"                                    \
	"\x82\x0a"                                                             \
	"Ex.aMple.t"                                                           \
	"\x82\x03"                                                             \
	"a\0b"                                                                 \
	"\x81\x05"                                                             \
	"a@b.c"                                                                \
	"\x86\x05"                                                             \
	"urn:x"                                                                \
	"\x87\x04"                                                             \
	"\x7f\0\0\1"                                                           \
	"\x87\x10"                                                             \
	"\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1"                                \
	"\x87\x03"                                                             \
	"\1\2\3"                                                               \
	"\xa0\x00"

static void
other_names(void)
{
	const struct recipe r = {
	    .extensions = MANY_NAMES, .extensions_len = sizeof MANY_NAMES - 1};
	char name[CERTIFICATE_NAME_CAP];
	enum certificate_name kind;
	struct certificate c;
	size_t at = 0, count = 0;

	CHECK(read_recipe(&c, &r) == OK, "a certificate with other names");
	while (certificate_name_next(&c, &at, &kind, name))
		count++;
	CHECK(count == 5 && at == c.names_len,
	    "those with a NUL in them, and of other kinds, are passed over");
	CHECK(certificate_has_name(&c, CERTIFICATE_DNS, "ex.example.t") ==
		      false &&
		  certificate_has_name(&c, CERTIFICATE_DNS, "EX.EXAMPLE.T") ==
		      false &&
		  certificate_has_name(&c, CERTIFICATE_DNS, "ex.ample.t"),
	    "a host's name is found in any case");
	CHECK(!certificate_has_name(&c, CERTIFICATE_DNS, "a") &&
		  !certificate_has_name(&c, CERTIFICATE_DNS, "") &&
		  !certificate_has_name(&c, CERTIFICATE_DNS, "ample.t"),
	    "not a part of it, nor what is before a NUL");
	CHECK(certificate_has_name(&c, CERTIFICATE_EMAIL, "a@b.c") &&
		  !certificate_has_name(&c, CERTIFICATE_EMAIL, "A@b.c") &&
		  !certificate_has_name(&c, CERTIFICATE_DNS, "a@b.c"),
	    "a name of one kind is none of another");
	CHECK(certificate_has_name(&c, CERTIFICATE_URI, "urn:x"), "a URI");
	CHECK(certificate_has_name(&c, CERTIFICATE_IP, "127.0.0.1") &&
		  certificate_has_name(&c, CERTIFICATE_IP, "2001:db8::1"),
	    "addresses of both families");
	CHECK(certificate_has_name(&c, CERTIFICATE_SUBJECT, "CN=client") &&
		  !certificate_has_name(&c, CERTIFICATE_SUBJECT, "CN=Client") &&
		  !certificate_has_name(&c, CERTIFICATE_SUBJECT, ""),
	    "the subject, byte for byte");
}

/* Whether TEXT is good, and WANT then. */
static bool
becomes(enum certificate_name kind, const char *text, const char *want)
{
	char name[DISTINGUISHED_NAME_CAP];
	const char *refusal;

	if (str_copy(name, sizeof name, text) != OK)
		return false;
	refusal = certificate_name_refusal(kind, name);
	return want == NULL ? refusal != NULL
			    : refusal == NULL && str_equal(name, want);
}

static void
typed_names(void)
{
	CHECK(becomes(CERTIFICATE_IP, "2001:DB8:0::1", "2001:db8::1") &&
		  becomes(CERTIFICATE_IP, "10.0.0.1", "10.0.0.1") &&
		  becomes(CERTIFICATE_IP, "host", NULL) &&
		  becomes(CERTIFICATE_IP, "", NULL),
	    "an address that is typed is in figures");
	CHECK(becomes(CERTIFICATE_DNS, "a.example", "a.example") &&
		  becomes(CERTIFICATE_DNS, "*.example", NULL) &&
		  becomes(CERTIFICATE_DNS, "a b", NULL) &&
		  becomes(CERTIFICATE_DNS, "", NULL),
	    "a host is one host");
	CHECK(becomes(CERTIFICATE_EMAIL, "a@b", "a@b") &&
		  becomes(CERTIFICATE_EMAIL, "a", NULL) &&
		  becomes(CERTIFICATE_URI, "urn:a", "urn:a") &&
		  becomes(CERTIFICATE_URI, "a", NULL),
	    "an e-mail address and a URI look like one");
	CHECK(becomes(CERTIFICATE_SUBJECT, "CN=a,O=b", "CN=a,O=b") &&
		  becomes(CERTIFICATE_SUBJECT,
		      "CN=a\\, = b+O=c\\\\,C=", "CN=a\\, = b+O=c\\\\,C=") &&
		  becomes(CERTIFICATE_SUBJECT, "O = b, CN = a", NULL) &&
		  becomes(CERTIFICATE_SUBJECT, "CN=a,", NULL) &&
		  becomes(CERTIFICATE_SUBJECT, "CN=a, O=b", NULL) &&
		  becomes(CERTIFICATE_SUBJECT, "/CN=a", NULL) &&
		  becomes(CERTIFICATE_SUBJECT, "a", NULL) &&
		  becomes(CERTIFICATE_SUBJECT, "CN=a\n", NULL) &&
		  becomes(CERTIFICATE_SUBJECT, "", NULL),
	    "a subject is as RFC 4514 has it, not as some tools do");
}

/* --- bytes and PEM
 * -----------------------------------------------------------*/

static void
cut_and_longer(void)
{
	const struct recipe r = {
	    .extensions = MANY_NAMES, .extensions_len = sizeof MANY_NAMES - 1};
	struct piece der = make_certificate(&r);
	struct certificate c;
	bool refused_all = true;

	for (size_t len = 0; len < der.len; len++)
		refused_all &=
		    certificate_read(&c, der.bytes, len) == ERR_SYNTAX;
	CHECK(refused_all && is_zero(&c),
	    "a certificate that ends early is none");
	add_byte(&der, 0);
	CHECK(certificate_read(&c, der.bytes, der.len) == ERR_SYNTAX,
	    "nor is one with something behind it");
	der.len = 0;
	add_value(&der, DER_SEQUENCE, "\x30\x80\x00\x00", 4);
	CHECK(certificate_read(&c, der.bytes, der.len) == ERR_SYNTAX,
	    "DER has no indefinite lengths");
	CHECK(certificate_read(&c, (const uint8_t *)"\x30\x81\x05", 3) ==
		      ERR_SYNTAX &&
		  certificate_read(
		      &c, (const uint8_t *)"\x30\x82\x00\xff", 4) == ERR_SYNTAX,
	    "nor lengths that could be shorter");
	der.len = 0;
	while (der.len <= CERTIFICATE_MAX)
		add_byte(&der, 0x30);
	CHECK(certificate_read(&c, der.bytes, der.len) == ERR_NO_SPACE,
	    "what is too long is not looked at");
}

enum { PEM_CAP = 16384 };

/* DER as PEM; lines end with NEWLINE. */
static void
make_pem(char pem[static PEM_CAP], const struct piece *der, const char *newline)
{
	char base64[PEM_CAP];
	struct buf b;

	sodium_bin2base64(base64, sizeof base64, der->bytes, der->len,
	    sodium_base64_VARIANT_ORIGINAL);
	buf_init(&b, pem, PEM_CAP);
	buf_printf(&b, "-----BEGIN CERTIFICATE-----%s", newline);
	for (const char *s = base64; *s != '\0';) {
		size_t len = strlen(s) < 64 ? strlen(s) : 64;

		buf_put(&b, s, len);
		buf_puts(&b, newline);
		s += len;
	}
	buf_printf(&b, "-----END CERTIFICATE-----%s", newline);
}

static bool
is_read(const char *pem, const struct certificate *want)
{
	struct certificate c;

	return certificate_read_pem(&c, pem) == OK &&
	       memcmp(&c, want, sizeof c) == 0;
}

static bool
is_no_pem(const char *text)
{
	struct certificate c;

	return certificate_read_pem(&c, text) != OK && is_zero(&c);
}

static void
pem(void)
{
	const struct recipe r = {
	    .extensions = MANY_NAMES, .extensions_len = sizeof MANY_NAMES - 1};
	const struct piece der = make_certificate(&r);
	char text[PEM_CAP], escaped[4 * PEM_CAP];
	struct certificate want;
	struct buf b;

	CHECK(certificate_read(&want, der.bytes, der.len) == OK, "DER");
	make_pem(text, &der, "\n");
	CHECK(is_read(text, &want), "the same as PEM");
	buf_init(&b, escaped, sizeof escaped);
	buf_put_url_arg(&b, text);
	CHECK(
	    is_read(escaped, &want), "percent-encoded, as nginx passes it on");
	CHECK(!is_read(text + 1, &want), "a line that does not begin is none");
	buf_printf(&b, "%s", "%zz");
	CHECK(is_no_pem(escaped), "what is badly encoded is none");
	buf_reset(&b);
	buf_printf(&b, "subject=CN = client\n%s%s", text, text);
	CHECK(is_read(escaped, &want),
	    "what is around the first one is not looked at");
	make_pem(text, &der, "\r\n\t");
	CHECK(is_read(text, &want), "with other lines, as some servers do");
	text[60] = '!';
	CHECK(is_no_pem(text), "what is no base64 is none");
	CHECK(is_no_pem("") && is_no_pem("-----BEGIN CERTIFICATE-----") &&
		  is_no_pem("-----BEGIN CERTIFICATE-----\nMIIB\n") &&
		  is_no_pem("-----BEGIN CERTIFICATE-----\n"
			    "-----END CERTIFICATE-----\n") &&
		  is_no_pem("-----BEGIN%20CERTIFICATE-----%00"
			    "-----END%20CERTIFICATE-----"),
	    "nor is a part, an empty one, or one with a NUL");
}

static void
long_pem(void)
{
	char text[CERTIFICATE_TEXT_MAX + 2];
	struct certificate c;
	struct buf b;

	buf_init(&b, text, sizeof text);
	buf_puts(&b, "-----BEGIN CERTIFICATE-----\n");
	while (b.len < 12000)
		buf_puts(&b, "MIIB");
	buf_puts(&b, "-----END CERTIFICATE-----\n");
	CHECK(certificate_read_pem(&c, text) == ERR_NO_SPACE,
	    "more base64 than a certificate may have");
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	CHECK(certificate_read_pem(&c, text) == ERR_NO_SPACE,
	    "more text than a certificate may have");
}

int
main(void)
{
	if (secret_init() != OK)
		return 1;
	names();
	values_that_are_no_text();
	broken_names();
	usual();
	broken_times();
	authorities();
	broken_extensions();
	other_names();
	typed_names();
	cut_and_longer();
	pem();
	long_pem();
	return check_done();
}
