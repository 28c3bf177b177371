#include "jose/cbor.h"

#include "base/str.h"

#include <string.h>

/* The major types (RFC 8949 3.1). */
enum cbor_major {
	CBOR_UNSIGNED,
	CBOR_NEGATIVE,
	CBOR_BYTES,
	CBOR_TEXT,
	CBOR_ARRAY,
	CBOR_MAP,
	CBOR_TAG,
	CBOR_OTHER
};

enum { INFO_ONE_BYTE = 24, INFO_EIGHT_BYTES = 27, SIMPLE_FIRST_LONG = 32 };

/* The first bytes of an item, which say what it is, and its length, its count
 * or its value. */
struct head {
	enum cbor_major major;
	unsigned info;
	uint64_t number;
};

static uint64_t
take_number(struct cbor_span *left, size_t len)
{
	uint64_t n = 0;

	for (size_t i = 0; i < len; i++)
		n = n << 8 | left->bytes[i];
	left->bytes += len;
	left->len -= len;
	return n;
}

/* Whether the number of H could not have been said in fewer bytes. Floats are
 * no numbers to be shortened. */
static bool
is_shortest(const struct head *h)
{
	static const uint64_t least[] = {INFO_ONE_BYTE, UINT64_C(1) << 8,
	    UINT64_C(1) << 16, UINT64_C(1) << 32};

	if (h->info < INFO_ONE_BYTE)
		return true;
	if (h->major != CBOR_OTHER)
		return h->number >= least[h->info - INFO_ONE_BYTE];
	return h->info != INFO_ONE_BYTE || h->number >= SIMPLE_FIRST_LONG;
}

static bool
take_head(struct cbor_span *left, struct head *h)
{
	size_t more = 0;

	if (left->len == 0)
		return false;
	h->major = (enum cbor_major)(left->bytes[0] >> 5);
	h->info = left->bytes[0] & 0x1f;
	if (h->info > INFO_EIGHT_BYTES) /* reserved, or of no known length */
		return false;
	take_number(left, 1);
	if (h->info >= INFO_ONE_BYTE)
		more = (size_t)1 << (h->info - INFO_ONE_BYTE);
	if (more > left->len)
		return false;
	h->number = more > 0 ? take_number(left, more) : h->info;
	return is_shortest(h);
}

static bool take_item(struct cbor_span *left, unsigned depth);

static bool
same_item(const struct cbor_span *a, const struct cbor_span *b)
{
	return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static bool
has_key(const struct cbor_map *m, const struct cbor_span *key)
{
	for (size_t i = 0; i < m->count; i++)
		if (same_item(&m->members[i].key, key))
			return true;
	return false;
}

/* As take_item; SPAN is where it was. */
static bool
take_span(struct cbor_span *left, unsigned depth, struct cbor_span *span)
{
	span->bytes = left->bytes;
	if (!take_item(left, depth))
		return false;
	span->len = (size_t)(left->bytes - span->bytes);
	return true;
}

/* The COUNT members of a map. Each has one spelling only, so that equal keys
 * are equal bytes. */
static bool
take_members(
    struct cbor_span *left, uint64_t count, unsigned depth, struct cbor_map *m)
{
	struct cbor_member *next;

	m->count = 0;
	if (count > CBOR_MAP_MAX || count > left->len / 2)
		return false;
	while (m->count < count) {
		next = &m->members[m->count];
		if (!take_span(left, depth, &next->key) ||
		    has_key(m, &next->key) ||
		    !take_span(left, depth, &next->value))
			return false;
		m->count++;
	}
	return true;
}

static bool
take_array(struct cbor_span *left, uint64_t count, unsigned depth)
{
	if (count > left->len) /* an item has a byte at least */
		return false;
	for (; count > 0; count--)
		if (!take_item(left, depth))
			return false;
	return true;
}

static bool
take_string(struct cbor_span *left, const struct head *h)
{
	const char *text = (const char *)left->bytes;
	size_t len;

	if (h->number > left->len)
		return false;
	len = (size_t)h->number;
	left->bytes += len;
	left->len -= len;
	return h->major == CBOR_BYTES || str_is_utf8(text, len);
}

/* Takes one item that is DEPTH maps and arrays deep. */
static bool
take_item(struct cbor_span *left, unsigned depth)
{
	struct cbor_map inner;
	struct head h;

	if (!take_head(left, &h))
		return false;
	switch (h.major) {
	case CBOR_UNSIGNED:
	case CBOR_NEGATIVE:
	case CBOR_OTHER:
		return true;
	case CBOR_BYTES:
	case CBOR_TEXT:
		return take_string(left, &h);
	case CBOR_ARRAY:
		return depth < CBOR_DEPTH_MAX &&
		       take_array(left, h.number, depth + 1);
	case CBOR_MAP:
		return depth < CBOR_DEPTH_MAX &&
		       take_members(left, h.number, depth + 1, &inner);
	case CBOR_TAG:
		break;
	}
	return false;
}

enum err
cbor_map_read(
    struct cbor_map *m, const uint8_t *bytes, size_t len, size_t *used)
{
	struct cbor_span left = {bytes, len};
	struct head h;

	*used = 0;
	if (!take_head(&left, &h) || h.major != CBOR_MAP ||
	    !take_members(&left, h.number, 1, m)) {
		m->count = 0;
		return ERR_SYNTAX;
	}
	*used = len - left.len;
	return OK;
}

bool
cbor_is_int(const struct cbor_span *value, int64_t number)
{
	struct cbor_span left;
	struct head h;

	if (value == NULL)
		return false;
	left = *value;
	return take_head(&left, &h) &&
	       h.major == (number < 0 ? CBOR_NEGATIVE : CBOR_UNSIGNED) &&
	       h.number == (uint64_t)(number < 0 ? -1 - number : number);
}

/* What the string VALUE of this kind holds. */
static bool
get_string(const struct cbor_span *value, enum cbor_major major,
    struct cbor_span *content)
{
	struct head h;

	if (value != NULL) {
		*content = *value;
		if (take_head(content, &h) && h.major == major)
			return true;
	}
	*content = (struct cbor_span){NULL, 0};
	return false;
}

bool
cbor_is_text(const struct cbor_span *value, const char *text)
{
	struct cbor_span content;

	return get_string(value, CBOR_TEXT, &content) &&
	       content.len == strlen(text) &&
	       memcmp(content.bytes, text, content.len) == 0;
}

bool
cbor_get_bytes(const struct cbor_span *value, struct cbor_span *bytes)
{
	return get_string(value, CBOR_BYTES, bytes);
}

bool
cbor_is_map(const struct cbor_span *value)
{
	return value != NULL && value->bytes[0] >> 5 == CBOR_MAP;
}

const struct cbor_span *
cbor_at(const struct cbor_map *m, int64_t key)
{
	for (size_t i = 0; i < m->count; i++)
		if (cbor_is_int(&m->members[i].key, key))
			return &m->members[i].value;
	return NULL;
}

const struct cbor_span *
cbor_named(const struct cbor_map *m, const char *key)
{
	for (size_t i = 0; i < m->count; i++)
		if (cbor_is_text(&m->members[i].key, key))
			return &m->members[i].value;
	return NULL;
}
