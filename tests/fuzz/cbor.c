/* A map is refused, or all of it is within the bytes given, no key is there
 * twice, and what is read of it once more is the same. */
#include "jose/cbor.h"

#include "fuzz.h"

#include <string.h>

static void
check_span(const struct cbor_span *s, const uint8_t *bytes, size_t used)
{
	PROMISE(s->len > 0 && s->bytes > bytes);
	PROMISE(s->bytes + s->len <= bytes + used);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct cbor_map m, inner;
	struct cbor_span content;
	size_t used, again;
	enum err e = cbor_map_read(&m, bytes, len, &used);

	PROMISE(used <= len && m.count <= CBOR_MAP_MAX);
	PROMISE(e == OK || (m.count == 0 && used == 0));
	for (size_t i = 0; i < m.count; i++) {
		const struct cbor_member *one = &m.members[i];

		check_span(&one->key, bytes, used);
		check_span(&one->value, bytes, used);
		for (size_t j = 0; j < i; j++)
			PROMISE(one->key.len != m.members[j].key.len ||
				memcmp(one->key.bytes, m.members[j].key.bytes,
				    one->key.len) != 0);
		if (cbor_get_bytes(&one->value, &content) && content.len > 0)
			check_span(&content, bytes, used);
		if (cbor_is_map(&one->value))
			PROMISE(cbor_map_read(&inner, one->value.bytes,
				    one->value.len, &again) == OK &&
				again == one->value.len);
	}
	if (e == OK)
		PROMISE(cbor_map_read(&inner, bytes, used, &again) == OK &&
			again == used);
	return 0;
}
