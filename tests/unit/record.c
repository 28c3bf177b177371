/*
 * The encoder and the decoder of records: what does not fit, and what is not
 * there, is remembered to the end.
 */
#include "store/record.h"

#include "base/str.h"
#include "check.h"

#include <string.h>

static void
writer(void)
{
	static const uint8_t expected[] = {3, 7, 0x01, 0x02, 0x03, 0x04, 0x21,
	    0x22, 0x23, 0x24, 0x25, 'a', 'b', 0, 3, 'a', 'b', 'c', 0, 0};
	uint8_t bytes[sizeof expected];
	static char long_text[UINT16_MAX + 2];
	static uint8_t room[UINT16_MAX + 16];
	struct record_writer w;

	for (size_t cap = 0; cap <= sizeof bytes; cap++) {
		record_begin(&w, bytes, cap, 3);
		record_put_u8(&w, 7);
		record_put_u32(&w, 0x01020304);
		record_put_u40(&w, 0x2122232425);
		record_put_bytes(&w, "ab", 2);
		record_put_str(&w, "abc");
		record_put_str(&w, "");
		if (record_end(&w) == OK)
			break;
	}
	CHECK(record_end(&w) == OK && w.cap == sizeof bytes &&
		  w.len == sizeof bytes &&
		  memcmp(bytes, expected, sizeof bytes) == 0,
	    "record: fields are big-endian, and one that does not fit is "
	    "remembered");
	memset(long_text, 'a', UINT16_MAX + 1);
	record_begin(&w, room, sizeof room, 1);
	record_put_str(&w, long_text + 1);
	CHECK(record_end(&w) == OK, "record: a string has up to 65535 bytes");
	record_begin(&w, room, sizeof room, 1);
	record_put_str(&w, long_text);
	CHECK(record_end(&w) == ERR_NO_SPACE, "record: and not one more");
	record_begin(&w, room, sizeof room, 1);
	record_put_u40(&w, (UINT64_C(1) << 40) - 1);
	CHECK(record_end(&w) == OK, "record: a number of five bytes");
	record_put_u40(&w, UINT64_C(1) << 40);
	CHECK(record_end(&w) == ERR_NO_SPACE, "record: does not hold more");
}

static void
reader(void)
{
	static const uint8_t bytes[] = {2, 0, 2, 'h', 'i', 9, 1, 2, 3, 4, 5};
	struct record_reader r;
	uint8_t few[4];
	char text[8];

	record_open(&r, bytes, sizeof bytes, 2);
	CHECK((record_get_str(&r, text, sizeof text), str_equal(text, "hi")) &&
		  record_get_u8(&r) == 9 &&
		  record_get_u40(&r) == 0x0102030405 && record_close(&r) == OK,
	    "record: what was written is read");
	record_open(&r, bytes, sizeof bytes, 2);
	record_get_str(&r, text, 3);
	CHECK(r.err == OK && str_equal(text, "hi"),
	    "record: a string may fill its place");
	record_open(&r, bytes, sizeof bytes, 2);
	record_get_str(&r, text, 2);
	CHECK(r.err == ERR_CORRUPT && text[0] == '\0',
	    "record: a string over its ceiling is corrupt");
	record_open(&r, bytes, sizeof bytes, 2);
	memset(few, 'x', sizeof few);
	record_get_u40(&r);
	record_get_u40(&r);
	record_get_u40(&r);
	record_get_bytes(&r, few, sizeof few);
	CHECK(record_close(&r) == ERR_CORRUPT && few[0] == 0 && few[3] == 0,
	    "record: after a field that is not there all others are zeroes");
	record_open(&r, "\2\0\2\xc3\x28", 5, 2);
	record_get_str(&r, text, sizeof text);
	CHECK(r.err == ERR_CORRUPT, "record: a string that is not UTF-8 is "
				    "corrupt");
	record_open(&r, "\2\0\2a\0", 5, 2);
	record_get_str(&r, text, sizeof text);
	CHECK(r.err == ERR_CORRUPT, "record: a NUL in a string is corrupt");
	record_open(&r, bytes, sizeof bytes, 3);
	CHECK(record_close(&r) == ERR_CORRUPT && record_get_u8(&r) == 0,
	    "record: of an older version is corrupt");
	record_open(&r, bytes, sizeof bytes, 1);
	CHECK(record_close(&r) == ERR_VERSION && record_get_u8(&r) == 0,
	    "record: of a newer version is a newer latchkey's");
}

int
main(void)
{
	writer();
	reader();
	return check_done();
}
