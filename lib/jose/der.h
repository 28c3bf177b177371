/*
 * DER (X.690), as far as certificates need it: one value after another, each
 * within the bytes of the one around it. A tag has one byte and a length its
 * one spelling; what is said to be longer than it is ends the reading.
 */
#ifndef LK_JOSE_DER_H
#define LK_JOSE_DER_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_OID = 0x06,
	DER_UTF8_STRING = 0x0c,
	DER_NUMERIC_STRING = 0x12,
	DER_PRINTABLE_STRING = 0x13,
	DER_TELETEX_STRING = 0x14,
	DER_IA5_STRING = 0x16,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_VISIBLE_STRING = 0x1a,
	DER_BMP_STRING = 0x1e,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_CONTEXT = 0x80, /* with a number; without a structure in it */
	DER_CONTEXT_OF = 0xa0
};

/* Bytes that are borrowed: what is left to read, or what a value holds. */
struct der {
	const uint8_t *bytes;
	size_t len;
};

/* Takes the value that FROM begins with. False, and FROM is as it was: there is
 * none, or it is not whole. */
bool der_next(struct der *from, uint8_t *tag, struct der *content);

/* The same if it has TAG. */
bool der_take(struct der *from, uint8_t tag, struct der *content);

/* The same for a value that need not be there, and of which nothing is wanted:
 * false if it is there and is not whole. */
bool der_skip_optional(struct der *from, uint8_t tag);

bool der_equal(const struct der *a, const struct der *b);

/* Whether D holds these LEN bytes. */
bool der_is(const struct der *d, const void *bytes, size_t len);

/* Appends the object identifier OID as "1.2.840.113549"; false: it is none, or
 * a number in it has more than 32 bits. */
bool der_put_oid(struct buf *b, const struct der *oid);

/* The time that a UTCTime or GeneralizedTime says, in the forms that
 * certificates have (RFC 5280 4.1.2.5), as Unix seconds; false: it is none. */
bool der_time(uint8_t tag, const struct der *content, int64_t *time);

#endif
