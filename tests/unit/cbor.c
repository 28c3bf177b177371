/* CBOR within bounds: what is read, and what is refused. */
#include "jose/cbor.h"

#include "check.h"

#include <sodium.h>
#include <string.h>

static uint8_t bytes[4096];

static enum err
read_hex(struct cbor_map *m, const char *hex, size_t *used)
{
	size_t len;

	if (sodium_hex2bin(
		bytes, sizeof bytes, hex, strlen(hex), " ", &len, NULL) != 0)
		return ERR_IO;
	return cbor_map_read(m, bytes, len, used);
}

static bool
is_refused(const char *hex)
{
	struct cbor_map m;
	size_t used;

	return read_hex(&m, hex, &used) == ERR_SYNTAX && m.count == 0 &&
	       used == 0;
}

static void
what_is_read(void)
{
	struct cbor_map m;
	struct cbor_span b;
	size_t used;

	CHECK(read_hex(&m, "a0", &used) == OK && m.count == 0 && used == 1,
	    "an empty map");
	/* {1: 2, -7: h'0102', "fmt": "none", "m": {}, "f": 1.5, "t": true} and
	 * then more. */
	CHECK(read_hex(&m,
		  "a6 01 02 26 42 0102 63 666d74 64 6e6f6e65 61 6d a0 "
		  "61 66 f9 3e00 61 74 f5 ffff",
		  &used) == OK &&
		  m.count == 6 && used == 27,
	    "a map with members of each kind, up to its end");
	CHECK(cbor_is_int(cbor_at(&m, 1), 2) &&
		  !cbor_is_int(cbor_at(&m, 1), -3) && cbor_at(&m, 2) == NULL &&
		  cbor_at(&m, -1) == NULL,
	    "a member is found by its number, and by no other");
	CHECK(cbor_get_bytes(cbor_at(&m, -7), &b) && b.len == 2 &&
		  memcmp(b.bytes, "\1\2", 2) == 0,
	    "a byte string is what it holds");
	CHECK(!cbor_get_bytes(cbor_named(&m, "fmt"), &b) && b.len == 0 &&
		  !cbor_get_bytes(NULL, &b),
	    "a text is no byte string, and nothing is none");
	CHECK(cbor_is_text(cbor_named(&m, "fmt"), "none") &&
		  !cbor_is_text(cbor_named(&m, "fmt"), "non") &&
		  !cbor_is_text(cbor_named(&m, "fm"), "none"),
	    "a text is compared whole");
	CHECK(cbor_is_map(cbor_named(&m, "m")) &&
		  !cbor_is_map(cbor_named(&m, "f")) &&
		  !cbor_is_map(cbor_named(&m, "x")),
	    "a map is known for one");
	CHECK(read_hex(&m, "a1 01 81 81 81 81 81 00", &used) == OK,
	    "maps and arrays six deep");
}

/* Numbers that say their length in each way. */
static void
numbers(void)
{
	struct cbor_map m;
	size_t used;

	CHECK(read_hex(&m,
		  "a5 01 1818 02 190100 03 1a00010000 "
		  "04 1b0000000100000000 05 3b7fffffffffffffff",
		  &used) == OK &&
		  cbor_is_int(cbor_at(&m, 1), 24) &&
		  cbor_is_int(cbor_at(&m, 2), 256) &&
		  cbor_is_int(cbor_at(&m, 3), 65536) &&
		  cbor_is_int(cbor_at(&m, 4), INT64_C(1) << 32) &&
		  cbor_is_int(cbor_at(&m, 5), INT64_MIN),
	    "numbers of one, two, four and eight bytes");
	CHECK(read_hex(&m, "a1 01 1bffffffffffffffff", &used) == OK &&
		  !cbor_is_int(cbor_at(&m, 1), -1),
	    "a number that no int64_t holds is no other");
	CHECK(is_refused("a1 01 1817") && is_refused("a1 01 1900ff") &&
		  is_refused("a1 01 1a0000ffff") &&
		  is_refused("a1 01 1b00000000ffffffff") &&
		  is_refused("a1 01 f81f"),
	    "a number in more bytes than it needs is refused");
}

static void
what_is_refused(void)
{
	static const struct {
		const char *hex, *sentence;
	} bad[] = {
	    {"", "nothing is no map"},
	    {"01", "a number is no map"},
	    {"81a0", "an array is no map"},
	    {"a1", "a member that is missing"},
	    {"a101", "a value that is missing"},
	    {"bf0102ff", "a map of no said length"},
	    {"a1019f01ff", "an array of no said length"},
	    {"a1015f4101ff", "a byte string of no said length"},
	    {"a1017f6161ff", "a text of no said length"},
	    {"a1ff01", "a break as a key"},
	    {"a101ff", "a break as a value"},
	    {"a2 01 02 01 03", "a number twice as a key"},
	    {"a2 61 61 02 61 61 03", "a text twice as a key"},
	    {"a1 01 a2 01 02 01 03", "a key twice in a map within"},
	    {"a1 01 c0 00", "a tag"},
	    {"a1 01 1c", "a reserved length"},
	    {"a1 01 42 01", "a byte string that ends too early"},
	    {"a1 01 61 ff", "a text that is not UTF-8"},
	    {"a1 01 61 00", "a text with a NUL"},
	    {"a1 01 18", "a number that ends too early"},
	    {"a1 01 5b ffffffffffffffff", "a byte string of 16 EiB"},
	    {"a1 01 9b 0000000040000000", "an array of 2^30 in nine bytes"},
	    {"a1 01 9b ffffffffffffffff", "an array of 2^64"},
	    {"bb ffffffffffffffff 01 02", "a map of 2^64"},
	    {"a1 01 81 81 81 81 81 81 00", "arrays seven deep"},
	    {"a1 01 a1 01 a1 01 a1 01 a1 01 a1 01 a1 01 02", "maps seven deep"},
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK(is_refused(bad[i].hex), bad[i].sentence);
}

static void
many_members(void)
{
	struct cbor_map m;
	size_t used, len = 0;

	bytes[len++] = 0xb8;
	bytes[len++] = CBOR_MAP_MAX;
	for (uint8_t n = 0; n < CBOR_MAP_MAX + 1; n++) {
		if (n >= 24)
			bytes[len++] = 0x18;
		bytes[len++] = n;
		bytes[len++] = 0;
	}
	CHECK(cbor_map_read(&m, bytes, len, &used) == OK &&
		  m.count == CBOR_MAP_MAX && used == len - 3,
	    "a map may have 32 members");
	bytes[1]++;
	CHECK(
	    cbor_map_read(&m, bytes, len, &used) == ERR_SYNTAX, "and no more");
}

int
main(void)
{
	what_is_read();
	numbers();
	what_is_refused();
	many_members();
	return check_done();
}
