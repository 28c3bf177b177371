/* Members of objects: what is read the short way jansson reads the same. */
#include "base/json_object_view.h"

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
names_family(const json_t *value)
{
	const char *str = json_string_value(value);
	bool found = str != NULL && str_equal(str, "family");

	for (size_t i = 0; i < json_array_size(value); i++) {
		str = json_string_value(json_array_get(value, i));
		found = found || (str != NULL && str_equal(str, "family"));
	}
	return found;
}

static bool
same_member(
    const struct json_object_view *m, const char *name, const json_t *value)
{
	const char *str = json_object_view_str(m, name);

	if (!json_object_view_has(m, name))
		return false;
	if (json_is_string(value)
		? str == NULL || !str_equal(str, json_string_value(value))
		: str != NULL)
		return false;
	if (json_object_view_names(m, name, "family") != names_family(value))
		return false;
	if (json_is_integer(value))
		return json_object_view_int(m, name, -1) ==
			   json_integer_value(value) &&
		       json_object_view_int(m, name, -2) ==
			   json_integer_value(value);
	return json_object_view_int(m, name, -1) == -1 &&
	       json_object_view_int(m, name, 7) == 7;
}

/* Whether TEXT is read, or refused, as jansson does; *PLAIN: the short way. */
static bool
same(const char *text, size_t len, bool *plain)
{
	json_t *tree = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	char copy[TEXT_CAP];
	struct json_object_view m;
	const char *name;
	json_t *value;
	bool good;
	enum err e;

	memcpy(copy, text, len);
	e = json_object_view_read(&m, copy, len);
	*plain = e == OK && m.tree == NULL;
	good = (e == OK) == json_is_object(tree);
	good = good && !json_object_view_has(&m, "not there") &&
	       json_object_view_str(&m, "not there") == NULL &&
	       json_object_view_int(&m, "not there", 5) == 5;
	if (good && *plain)
		good = m.count == json_object_size(tree);
	json_object_foreach(tree, name, value) good =
	    good && same_member(&m, name, value);
	json_object_view_free(&m);
	json_decref(tree);
	return good && !json_object_view_has(&m, "iss");
}

static const struct {
	const char *text;
	bool plain;
	const char *sentence;
} objects[] = {
    {claims, true, "json_object_view: claims as ours are need no tree"},
    {"{}", true, "json_object_view: an empty object has none"},
    {"{\"a\":\"x\"}", true, "json_object_view: one member is read"},
    {"{\"a\":999999999999999999}", true,
	"json_object_view: an integer of 18 digits is read"},
    {"{\"a\":9223372036854775807}", false,
	"json_object_view: a larger integer is jansson's"},
    {"{\"a\":-1}", false, "json_object_view: a sign is jansson's"},
    {"{\"a\":1.5}", false, "json_object_view: a fraction is jansson's"},
    {"{\"a\":1e3}", false, "json_object_view: an exponent is jansson's"},
    {"{\"a\":\"\\u0041\\n\"}", false,
	"json_object_view: an escape is jansson's"},
    {"{\"\\u0061\":\"x\"}", false,
	"json_object_view: an escape in a name is jansson's"},
    {"{\"a\":\"gr\xc3\xbc\xc3\x9f\"}", false,
	"json_object_view: what is not ASCII is jansson's"},
    {"{\"a\":{\"b\":1}}", false,
	"json_object_view: an object within is jansson's"},
    {"{\"a\":[1]}", false,
	"json_object_view: a list of other things is jansson's"},
    {"{\"aud\":[\"a\",\"family\", \"b\"]}", false,
	"json_object_view: a list with white space is jansson's"},
    {" {\"a\":1}", false, "json_object_view: white space before is jansson's"},
    {"{\"a\": 1}", false, "json_object_view: white space within is jansson's"},
    {"{\"a\":1}\n", false, "json_object_view: white space behind is jansson's"},
};

static const struct {
	const char *text, *sentence;
} refused[] = {
    {"", "json_object_view: nothing is refused"},
    {"{", "json_object_view: an object that does not end is refused"},
    {"{\"a\":\"x", "json_object_view: a string that does not end is refused"},
    {"{\"a\":\"x\"", "json_object_view: an object without its end is refused"},
    {"{\"a\":\"x\",}", "json_object_view: a comma before the end is refused"},
    {"{,\"a\":\"x\"}", "json_object_view: a comma at the start is refused"},
    {"{\"a\"}", "json_object_view: a name without a value is refused"},
    {"{\"a\":}", "json_object_view: a value that is not there is refused"},
    {"{\"a\":\"x\" \"b\":1}", "json_object_view: a comma left out is refused"},
    {"{\"a\":1,\"a\":2}", "json_object_view: a name twice is refused"},
    {"{\"a\":1,\"\\u0061\":2}",
	"json_object_view: a name twice is refused, however it is spelled"},
    {"{\"a\":01}", "json_object_view: a zero before a digit is refused"},
    {"{\"a\":99999999999999999999}",
	"json_object_view: an integer over 64 bits is refused"},
    {"{\"a\":truer}", "json_object_view: a word that goes on is refused"},
    {"{\"a\":[\"x\",]}",
	"json_object_view: a comma at a list's end is refused"},
    {"{\"a\":[\"x\"}", "json_object_view: a list that does not end is refused"},
    {"{\"a\":[true}",
	"json_object_view: a list that does not even begin is refused"},
    {"{\"a\":\"\\u0000\"}", "json_object_view: an encoded NUL is refused"},
    {"{\"a\":\"\t\"}", "json_object_view: a control character is refused"},
    {"{\"a\":\"\xff\"}", "json_object_view: what is not UTF-8 is refused"},
    {"{\"a\":1}{}", "json_object_view: an object behind the object is refused"},
    {"{\"a\":1}x", "json_object_view: more behind the object is refused"},
    {"[\"a\"]", "json_object_view: a list is refused"},
    {"\"a\"", "json_object_view: a string is refused"},
    {"1", "json_object_view: a number is refused"},
};

static void
read_and_refused(void)
{
	char text[] = "{\"a\":\"x\0y\"}";
	struct json_object_view m;
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
			  json_object_view_read(&m, copy, len) == ERR_SYNTAX &&
			  m.tree == NULL && m.count == 0,
		    refused[i].sentence);
	}
	CHECK(json_object_view_read(&m, text, sizeof text - 1) == ERR_SYNTAX,
	    "json_object_view: a raw NUL is refused");
}

static void
fractions(void)
{
	static const char json[] =
	    "{\"exp\":1700000000.75,\"past\":-2.5,\"small\":1e-300,"
	    "\"most\":999999999999999.5,\"over\":1e15,\"under\":-1e300,"
	    "\"true\":true,\"null\":null,\"int\":-7}";
	static const char *const wrong[] = {"over", "under", "true", "null"};
	char text[sizeof json];
	struct json_object_view m;
	int64_t exp, past, small, most, number;

	memcpy(text, json, sizeof json);
	CHECK(json_object_view_read(&m, text, sizeof json - 1) == OK &&
		  json_object_view_number(&m, "exp", &exp) == OK &&
		  json_object_view_number(&m, "past", &past) == OK &&
		  json_object_view_number(&m, "small", &small) == OK &&
		  json_object_view_number(&m, "most", &most) == OK &&
		  json_object_view_number(&m, "int", &number) == OK &&
		  exp == 1700000000 && past == -2 && small == 0 &&
		  most == 999999999999999 && number == -7,
	    "json_object_view: a number is cut to its whole part");
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		CHECK(json_object_view_number(&m, wrong[i], &number) ==
			  ERR_SYNTAX,
		    wrong[i]);
	json_object_view_free(&m);
}

static void
values(void)
{
	char text[sizeof claims];
	struct json_object_view m;
	int64_t number;

	memcpy(text, claims, sizeof claims);
	CHECK(json_object_view_read(&m, text, sizeof claims - 1) == OK &&
		  str_equal(json_object_view_str(&m, "sub"), "k7_-x") &&
		  str_equal(json_object_view_str(&m, "aud"), "") &&
		  json_object_view_int(&m, "iat", 0) == 1700000000 &&
		  json_object_view_int(&m, "n", -1) == 0,
	    "json_object_view: strings and integers are what they are");
	CHECK(json_object_view_str(&m, "iat") == NULL &&
		  json_object_view_int(&m, "sub", 3) == 3,
	    "json_object_view: a string is no integer, and an integer no "
	    "string");
	CHECK(json_object_view_number(&m, "iat", &number) == OK &&
		  number == 1700000000 &&
		  json_object_view_number(&m, "absent", &number) ==
		      ERR_NOT_FOUND &&
		  json_object_view_number(&m, "sub", &number) == ERR_SYNTAX &&
		  json_object_view_number(&m, "groups", &number) == ERR_SYNTAX,
	    "json_object_view: a number is told from none, and from what is no "
	    "number");
	CHECK(json_object_view_names(&m, "groups", "family") &&
		  json_object_view_names(&m, "groups", "admins") &&
		  json_object_view_names(&m, "sub", "k7_-x") &&
		  !json_object_view_names(&m, "groups", "famil") &&
		  !json_object_view_names(&m, "groups", "") &&
		  !json_object_view_names(&m, "none", "family") &&
		  !json_object_view_names(&m, "none", ""),
	    "json_object_view: a word is the string, or in the list, whole");
	CHECK(json_object_view_has(&m, "nothing") &&
		  !json_object_view_has(&m, "su") &&
		  !json_object_view_has(&m, "subs"),
	    "json_object_view: a name is compared whole, and null is there");
	json_object_view_free(&m);
	CHECK(!json_object_view_has(&m, "sub"),
	    "json_object_view: let go, nothing is there");
}

/* One more than are read the short way. */
static void
many(void)
{
	char text[TEXT_CAP];
	struct buf b;
	bool plain, good = true;

	for (int count = JSON_OBJECT_VIEW_MAX;
	     count <= JSON_OBJECT_VIEW_MAX + 1; count++) {
		buf_init(&b, text, sizeof text);
		for (int i = 0; i < count; i++)
			buf_printf(
			    &b, "%c\"m%d\":%d", i == 0 ? '{' : ',', i, i);
		buf_putc(&b, '}');
		good = good && buf_ok(&b) && same(text, b.len, &plain) &&
		       plain == (count == JSON_OBJECT_VIEW_MAX);
	}
	CHECK(good, "json_object_view: as many as there are can be read");
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
	CHECK(differ == 0,
	    "json_object_view: damaged objects are read, or refused, as "
	    "jansson does");
	CHECK(short_way > MUTANTS / 20,
	    "json_object_view: many of them are still read the short way");
}

int
main(void)
{
	read_and_refused();
	values();
	fractions();
	many();
	mutants();
	return check_done();
}
