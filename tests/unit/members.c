/* Members of objects: what is read the short way jansson reads the same. */
#include "base/members.h"

#include "base/buf.h"
#include "base/str.h"
#include "check.h"

#include <string.h>

enum { TEXT_CAP = 512, MUTANTS = 200000 };

/* As our tokens are: compact, plain, flat. */
static const char claims[] =
    "{\"iss\":\"https://id.example.org/a\",\"sub\":\"k7_-x\",\"aud\":\"\","
    "\"iat\":1700000000,\"n\":0,\"groups\":[\"family\",\"admins\"],\"none\":[],"
    "\"email_verified\":true,\"no\":false,\"nothing\":null}";

static bool
same_member(const struct members *m, const char *name, const json_t *value)
{
	const char *str = members_str(m, name);

	if (!members_has(m, name))
		return false;
	if (json_is_string(value)
		? str == NULL || !str_equal(str, json_string_value(value))
		: str != NULL)
		return false;
	if (json_is_integer(value))
		return members_int(m, name, -1) == json_integer_value(value) &&
		       members_int(m, name, -2) == json_integer_value(value);
	return members_int(m, name, -1) == -1 && members_int(m, name, 7) == 7;
}

/* Whether TEXT is read, or refused, as jansson does; *PLAIN: the short way. */
static bool
same(const char *text, size_t len, bool *plain)
{
	json_t *tree = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	char copy[TEXT_CAP];
	struct members m;
	const char *name;
	json_t *value;
	bool good;
	enum err e;

	memcpy(copy, text, len);
	e = members_read(&m, copy, len);
	*plain = e == OK && m.tree == NULL;
	good = (e == OK) == json_is_object(tree);
	good = good && !members_has(&m, "not there") &&
	       members_str(&m, "not there") == NULL &&
	       members_int(&m, "not there", 5) == 5;
	if (good && *plain)
		good = m.count == json_object_size(tree);
	json_object_foreach(tree, name, value) good =
	    good && same_member(&m, name, value);
	members_free(&m);
	json_decref(tree);
	return good && !members_has(&m, "iss");
}

static const struct {
	const char *text;
	bool plain;
	const char *sentence;
} objects[] = {
    {claims, true, "members: claims as ours are need no tree"},
    {"{}", true, "members: an empty object has none"},
    {"{\"a\":\"x\"}", true, "members: one member is read"},
    {"{\"a\":999999999999999999}", true,
	"members: an integer of 18 digits is read"},
    {"{\"a\":9223372036854775807}", false,
	"members: a larger integer is jansson's"},
    {"{\"a\":-1}", false, "members: a sign is jansson's"},
    {"{\"a\":1.5}", false, "members: a fraction is jansson's"},
    {"{\"a\":1e3}", false, "members: an exponent is jansson's"},
    {"{\"a\":\"\\u0041\\n\"}", false, "members: an escape is jansson's"},
    {"{\"\\u0061\":\"x\"}", false, "members: an escape in a name is jansson's"},
    {"{\"a\":\"gr\xc3\xbc\xc3\x9f\"}", false,
	"members: what is not ASCII is jansson's"},
    {"{\"a\":{\"b\":1}}", false, "members: an object within is jansson's"},
    {"{\"a\":[1]}", false, "members: a list of other things is jansson's"},
    {" {\"a\":1}", false, "members: white space before is jansson's"},
    {"{\"a\": 1}", false, "members: white space within is jansson's"},
    {"{\"a\":1}\n", false, "members: white space behind is jansson's"},
};

static const struct {
	const char *text, *sentence;
} refused[] = {
    {"", "members: nothing is refused"},
    {"{", "members: an object that does not end is refused"},
    {"{\"a\":\"x", "members: a string that does not end is refused"},
    {"{\"a\":\"x\"", "members: an object without its end is refused"},
    {"{\"a\":\"x\",}", "members: a comma before the end is refused"},
    {"{,\"a\":\"x\"}", "members: a comma at the start is refused"},
    {"{\"a\"}", "members: a name without a value is refused"},
    {"{\"a\":}", "members: a value that is not there is refused"},
    {"{\"a\":\"x\" \"b\":1}", "members: a comma left out is refused"},
    {"{\"a\":1,\"a\":2}", "members: a name twice is refused"},
    {"{\"a\":1,\"\\u0061\":2}",
	"members: a name twice is refused, however it is spelled"},
    {"{\"a\":01}", "members: a zero before a digit is refused"},
    {"{\"a\":99999999999999999999}",
	"members: an integer over 64 bits is refused"},
    {"{\"a\":truer}", "members: a word that goes on is refused"},
    {"{\"a\":[\"x\",]}", "members: a comma at a list's end is refused"},
    {"{\"a\":[\"x\"}", "members: a list that does not end is refused"},
    {"{\"a\":[true}", "members: a list that does not even begin is refused"},
    {"{\"a\":\"\\u0000\"}", "members: an encoded NUL is refused"},
    {"{\"a\":\"\t\"}", "members: a control character is refused"},
    {"{\"a\":\"\xff\"}", "members: what is not UTF-8 is refused"},
    {"{\"a\":1}{}", "members: an object behind the object is refused"},
    {"{\"a\":1}x", "members: more behind the object is refused"},
    {"[\"a\"]", "members: a list is refused"},
    {"\"a\"", "members: a string is refused"},
    {"1", "members: a number is refused"},
};

static void
read_and_refused(void)
{
	char text[] = "{\"a\":\"x\0y\"}";
	struct members m;
	bool plain;

	for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++)
		CHECK(same(objects[i].text, strlen(objects[i].text), &plain) &&
			  plain == objects[i].plain,
		    objects[i].sentence);
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		char copy[TEXT_CAP];
		size_t len = strlen(refused[i].text);

		memcpy(copy, refused[i].text, len);
		CHECK(same(refused[i].text, len, &plain) &&
			  members_read(&m, copy, len) == ERR_SYNTAX &&
			  m.tree == NULL && m.count == 0,
		    refused[i].sentence);
	}
	CHECK(members_read(&m, text, sizeof text - 1) == ERR_SYNTAX,
	    "members: a raw NUL is refused");
}

static void
values(void)
{
	char text[sizeof claims];
	struct members m;

	memcpy(text, claims, sizeof claims);
	CHECK(members_read(&m, text, sizeof claims - 1) == OK &&
		  str_equal(members_str(&m, "sub"), "k7_-x") &&
		  str_equal(members_str(&m, "aud"), "") &&
		  members_int(&m, "iat", 0) == 1700000000 &&
		  members_int(&m, "n", -1) == 0,
	    "members: strings and integers are what they are");
	CHECK(members_str(&m, "iat") == NULL && members_int(&m, "sub", 3) == 3,
	    "members: a string is no integer, and an integer no string");
	CHECK(members_has(&m, "nothing") && !members_has(&m, "su") &&
		  !members_has(&m, "subs"),
	    "members: a name is compared whole, and null is there");
	members_free(&m);
	CHECK(!members_has(&m, "sub"), "members: let go, nothing is there");
}

/* One more than are read the short way. */
static void
many(void)
{
	char text[TEXT_CAP];
	struct buf b;
	bool plain, good = true;

	for (int count = MEMBERS_MAX; count <= MEMBERS_MAX + 1; count++) {
		buf_init(&b, text, sizeof text);
		for (int i = 0; i < count; i++)
			buf_printf(
			    &b, "%c\"m%d\":%d", i == 0 ? '{' : ',', i, i);
		buf_putc(&b, '}');
		good = good && buf_ok(&b) && same(text, b.len, &plain) &&
		       plain == (count == MEMBERS_MAX);
	}
	CHECK(good, "members: as many as there are can be read");
}

/* Chance that comes out the same each time. */
static uint32_t
next(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* Bytes of claims replaced, removed or doubled: a few, or it is never JSON. */
static void
mutants(void)
{
	static const char likely[] = "\"\\{}[]:,0 1-.eEtfn\x7f\x1f\xc3\xbc";
	uint32_t state = 1;
	size_t short_way = 0, differ = 0;

	for (int i = 0; i < MUTANTS; i++) {
		char text[TEXT_CAP];
		size_t len = sizeof claims - 1;
		bool plain;

		memcpy(text, claims, len);
		for (uint32_t n = 1 + next(&state) % 3; n > 0; n--) {
			size_t at = next(&state) % len;
			char c = likely[next(&state) % (sizeof likely - 1)];

			switch (next(&state) % 3) {
			case 0:
				text[at] = c;
				break;
			case 1:
				memmove(text + at, text + at + 1, len - at - 1);
				len--;
				break;
			default:
				memmove(text + at + 1, text + at, len - at);
				text[at] = c;
				len++;
			}
		}
		differ += !same(text, len, &plain);
		short_way += plain;
	}
	CHECK(differ == 0, "members: damaged objects are read, or refused, as "
			   "jansson does");
	CHECK(short_way > MUTANTS / 20,
	    "members: many of them are still read the short way");
}

int
main(void)
{
	read_and_refused();
	values();
	many();
	mutants();
	return check_done();
}
