#include "base/uuid.h"

#include "base/str.h"
#include "check.h"

#include <string.h>

static bool
refused(const char *text)
{
	uint8_t uuid[UUID_LEN];
	static const uint8_t zeroes[UUID_LEN];

	memset(uuid, 1, sizeof uuid);
	return uuid_decode(uuid, text) == ERR_SYNTAX &&
	       memcmp(uuid, zeroes, UUID_LEN) == 0;
}

static void
one_spelling(void)
{
	static const char text[] = "c232ab00-9414-4bec-b3c8-9e6bdeced846";
	static const uint8_t bytes[] = {0xc2, 0x32, 0xab, 0x00, 0x94, 0x14,
	    0x4b, 0xec, 0xb3, 0xc8, 0x9e, 0x6b, 0xde, 0xce, 0xd8, 0x46};
	char out[UUID_CAP];
	uint8_t in[UUID_LEN];

	uuid_encode(out, bytes);
	CHECK(str_equal(out, text), "uuid: 8-4-4-4-12 digits in lower case");
	CHECK(uuid_decode(in, text) == OK && memcmp(in, bytes, UUID_LEN) == 0,
	    "uuid: the text gives the bytes again");
	CHECK(refused("C232AB00-9414-4BEC-B3C8-9E6BDECED846") &&
		  refused("c232ab00-9414-4bec-b3c8-9e6bdeced84F"),
	    "uuid: upper case is refused");
	CHECK(refused("c232ab00-9414-1bec-b3c8-9e6bdeced846") &&
		  refused("c232ab00-9414-4bec-c3c8-9e6bdeced846"),
	    "uuid: another version or variant is refused");
	CHECK(refused("") && refused("c232ab00-9414-4bec-b3c8-9e6bdeced84") &&
		  refused("c232ab00-9414-4bec-b3c8-9e6bdeced8461") &&
		  refused("c232ab0009414-4bec-b3c8-9e6bdeced846") &&
		  refused("{232ab00-9414-4bec-b3c8-9e6bdeced84}"),
	    "uuid: another length or form is refused");
}

static void
made_ones(void)
{
	uint8_t uuid[UUID_LEN], again[UUID_LEN];
	char text[UUID_CAP];
	bool good = true;

	for (int i = 0; i < 1000; i++) {
		uuid_make(uuid);
		uuid_encode(text, uuid);
		good = good && text[14] == '4' &&
		       strchr("89ab", text[19]) != NULL &&
		       uuid_decode(again, text) == OK &&
		       memcmp(uuid, again, UUID_LEN) == 0;
	}
	CHECK(good, "uuid: a new one has version 4 and its variant");
	CHECK(uuid_has_form("C232AB00-9414-1BEC-F3C8-9E6BDECED846") &&
		  !uuid_has_form("c232ab00-9414-4bec-b3c8-9e6bdeced84g") &&
		  !uuid_has_form("photos"),
	    "uuid: the form is that of any version, in any case");
}

int
main(void)
{
	one_spelling();
	made_ones();
	return check_done();
}
