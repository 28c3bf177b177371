/*
 * Maps of CBOR (RFC 8949) as authenticators write them, in the canonical form
 * of CTAP2: lengths are said at the beginning and in their shortest form, no
 * key is there twice, nothing is tagged. Nothing is allocated and nothing is
 * copied. No length or count is believed that the bytes left cannot hold.
 */
#ifndef LK_JOSE_CBOR_H
#define LK_JOSE_CBOR_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CBOR_MAP_MAX = 32, /* members of one map */
	CBOR_DEPTH_MAX = 6 /* of maps and arrays in each other */
};

/* One item as it is encoded; borrowed. */
struct cbor_span {
	const uint8_t *bytes;
	size_t len;
};

struct cbor_member {
	struct cbor_span key, value;
};

struct cbor_map {
	size_t count;
	struct cbor_member members[CBOR_MAP_MAX];
};

/*
 * Reads the map at the beginning of LEN bytes, and all that is in it; *USED is
 * how long it is. ERR_SYNTAX, and M is empty: it is not one as above. M borrows
 * from BYTES.
 */
enum err cbor_map_read(struct cbor_map *m, const uint8_t *bytes, size_t len,
    size_t *used) MUST_CHECK;

/* The value of the member with this integer, or text, as its key; NULL. */
const struct cbor_span *cbor_at(const struct cbor_map *m, int64_t key);
const struct cbor_span *cbor_named(const struct cbor_map *m, const char *key);

/* What VALUE is, if it is that; NULL is nothing. */
bool cbor_is_int(const struct cbor_span *value, int64_t number);
bool cbor_is_text(const struct cbor_span *value, const char *text);
bool cbor_is_map(const struct cbor_span *value);
/* A byte string: BYTES is what it holds; false, and it is empty. */
bool cbor_get_bytes(
    const struct cbor_span *value, struct cbor_span *bytes) MUST_CHECK;

#endif
