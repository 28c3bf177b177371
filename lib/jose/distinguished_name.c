#include "jose/distinguished_name.h"

#include "base/str.h"

#include <string.h>

enum { RDNS_MAX = 32, RDN_MAX = 8, VALUE_CAP = 512 };

/* RFC 4514 3, and three that people's certificates have. */
static const struct {
	const char *name;
	size_t len;
	uint8_t oid[10];
} types[] = {
    {"CN", 3, {0x55, 4, 3}},
    {"L", 3, {0x55, 4, 7}},
    {"ST", 3, {0x55, 4, 8}},
    {"O", 3, {0x55, 4, 10}},
    {"OU", 3, {0x55, 4, 11}},
    {"C", 3, {0x55, 4, 6}},
    {"STREET", 3, {0x55, 4, 9}},
    {"serialNumber", 3, {0x55, 4, 5}},
    {"organizationIdentifier", 3, {0x55, 4, 97}},
    {"DC", 10, {0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25}},
    {"UID", 10, {0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1}},
    {"emailAddress", 9, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1}},
};

static const char *
type_name(const struct der *oid)
{
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (der_is(oid, types[i].oid, types[i].len))
			return types[i].name;
	return NULL;
}

/* --- values ----------------------------------------------------------------*/

/* UCS-2 as UTF-8. */
static bool
put_bmp(struct buf *b, const struct der *value)
{
	if (value->len % 2 != 0)
		return false;
	for (size_t i = 0; i < value->len; i += 2) {
		unsigned c = value->bytes[i] * 256U + value->bytes[i + 1];

		if (c >= 0x800) {
			buf_putc(b, (char)(0xe0 | c >> 12));
			buf_putc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		} else if (c >= 0x80) {
			buf_putc(b, (char)(0xc0 | c >> 6));
		}
		buf_putc(b, (char)(c < 0x80 ? c : 0x80 | (c & 0x3f)));
	}
	return buf_ok(b);
}

static bool
has_ascii_alone(const struct der *value)
{
	for (size_t i = 0; i < value->len; i++)
		if (value->bytes[i] >= 0x80)
			return false;
	return true;
}

/* The text that VALUE holds, into B; false: none that could be shown. */
static bool
decode_value(struct buf *b, uint8_t tag, const struct der *value)
{
	switch (tag) {
	case DER_BMP_STRING:
		if (!put_bmp(b, value))
			return false;
		break;
	case DER_NUMERIC_STRING:
	case DER_PRINTABLE_STRING:
	case DER_TELETEX_STRING: /* beyond ASCII it means various things */
	case DER_IA5_STRING:
	case DER_VISIBLE_STRING:
		if (!has_ascii_alone(value))
			return false;
		buf_put(b, value->bytes, value->len);
		break;
	case DER_UTF8_STRING:
		buf_put(b, value->bytes, value->len);
		break;
	default:
		return false;
	}
	/* A NUL would end it for one reader and not for another. */
	return buf_ok(b) && str_is_utf8(b->text, b->len) &&
	       !str_has_control(b->text);
}

/* RFC 4514 2.4. */
static void
put_escaped(struct buf *b, const struct buf *value)
{
	for (size_t i = 0; i < value->len; i++) {
		char c = value->text[i];
		bool first = i == 0, last = i + 1 == value->len;

		if (strchr("\"+,;<>\\", c) != NULL || (first && c == '#') ||
		    ((first || last) && c == ' '))
			buf_putc(b, '\\');
		buf_putc(b, c);
	}
}

/* A value that is no text: its DER. No text begins so. */
static void
put_hex(struct buf *b, const uint8_t *from, const uint8_t *to)
{
	buf_putc(b, '#');
	for (; from < to; from++)
		buf_printf(b, "%02X", *from);
}

/* One attribute, AttributeTypeAndValue. */
static bool
put_attribute(struct buf *b, const struct der *attribute)
{
	struct der left = *attribute, oid, value;
	char text[VALUE_CAP];
	const uint8_t *start;
	const char *name;
	struct buf decoded;
	uint8_t tag;

	if (!der_take(&left, DER_OID, &oid))
		return false;
	start = left.bytes;
	if (!der_next(&left, &tag, &value) || left.len > 0)
		return false;
	name = type_name(&oid);
	if (name != NULL)
		buf_puts(b, name);
	else if (!der_put_oid(b, &oid))
		return false;
	buf_putc(b, '=');
	buf_init(&decoded, text, sizeof text);
	if (name != NULL && decode_value(&decoded, tag, &value))
		put_escaped(b, &decoded);
	else
		put_hex(b, start, left.bytes);
	return true;
}

/* --- names -----------------------------------------------------------------*/

/* The values that make up OF, each with TAG. */
static bool
take_parts(
    struct der of, uint8_t tag, struct der *parts, size_t cap, size_t *count)
{
	for (*count = 0; of.len > 0; ++*count)
		if (*count == cap || !der_take(&of, tag, &parts[*count]))
			return false;
	return true;
}

/* Its order means nothing; this is OpenSSL's. */
static bool
put_rdn(struct buf *b, const struct der *rdn)
{
	struct der attributes[RDN_MAX];
	size_t count;

	if (!take_parts(*rdn, DER_SEQUENCE, attributes, RDN_MAX, &count))
		return false;
	for (size_t i = count; i > 0; i--) {
		if (!put_attribute(b, &attributes[i - 1]))
			return false;
		if (i > 1)
			buf_putc(b, '+');
	}
	return count > 0;
}

bool
distinguished_name_put(struct buf *b, const struct der *name)
{
	struct der rdns[RDNS_MAX];
	size_t count;

	if (!take_parts(*name, DER_SET, rdns, RDNS_MAX, &count))
		return false;
	for (size_t i = count; i > 0; i--) {
		if (!put_rdn(b, &rdns[i - 1]))
			return false;
		if (i > 1)
			buf_putc(b, ',');
	}
	return true;
}

/* Whether each part of TEXT begins with "TYPE=", without a blank. */
static bool
parts_are_typed(const char *text)
{
	static const char type[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.";

	for (;;) {
		size_t len = strspn(text, type);

		if (len == 0 || text[len] != '=')
			return false;
		text += len + 1;
		while (*text != '\0' && *text != ',' && *text != '+')
			text += *text == '\\' && text[1] != '\0' ? 2 : 1;
		if (*text++ == '\0')
			return true;
	}
}

const char *
distinguished_name_refusal(const char *text)
{
	if (text[0] == '/' || !parts_are_typed(text))
		return "a distinguished name is as RFC 4514 has it, the last "
		       "part first, without blanks around = and behind commas: "
		       "`latchkey client certificate FILE` tells it";
	if (strlen(text) >= DISTINGUISHED_NAME_CAP)
		return "a distinguished name has at most 1024 bytes";
	if (str_has_control(text) || !str_is_utf8(text, strlen(text)))
		return "a distinguished name is UTF-8 without control "
		       "characters";
	return NULL;
}
