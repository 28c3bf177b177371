#include "base/json.h"

#include "base/str.h"
#include "check.h"

#include <string.h>

/* Writes V, which is let go, alone in an array, and compares. */
static bool
writes(json_t *v, const char *wanted)
{
	char text[256], whole[256];
	json_t *array = json_pack("[o]", v);
	struct buf b, w;

	buf_init(&b, text, sizeof text);
	json_write(&b, array);
	json_decref(array);
	buf_init(&w, whole, sizeof whole);
	buf_printf(&w, "[%s]", wanted);
	return buf_ok(&b) && buf_ok(&w) && str_equal(text, whole);
}

static void
values(void)
{
	CHECK(writes(json_pack("{s:s, s:[i, b, b], s:{}}", "z", "1", "a", -7, 1,
			 0, "m"),
		  "{\"z\":\"1\",\"a\":[-7,true,false],\"m\":{}}"),
	    "json: written compact, in the order it was built");
	CHECK(writes(json_integer(9007199254740993), "9007199254740993"),
	    "json: an integer keeps all its digits");
}

static void
strings(void)
{
	char all[128], text[1024];
	json_t *v, *back;
	struct buf b;

	CHECK(writes(json_string("a\"b\\c/d"), "\"a\\\"b\\\\c/d\""),
	    "json: quote and backslash are escaped, a slash is not");
	CHECK(writes(json_string("\n\x1F\x7F"), "\"\\n\\u001F\x7F\""),
	    "json: control characters are escaped (RFC 8259 7)");
	CHECK(
	    writes(json_string("gr\xC3\xBC\xC3\x9F"), "\"gr\xC3\xBC\xC3\x9F\""),
	    "json: UTF-8 stays as it is");
	for (size_t i = 0; i < 127; i++)
		all[i] = (char)(i + 1);
	all[127] = '\0';
	v = json_pack("{s:s}", all, all);
	buf_init(&b, text, sizeof text);
	json_write(&b, v);
	back = json_loadb(b.text, b.len, JSON_REJECT_DUPLICATES, NULL);
	CHECK(buf_ok(&b) && json_equal(v, back),
	    "json: every character, in name and value, is read back the same");
	json_decref(back);
	buf_init(&b, text, 8);
	json_write(&b, v);
	CHECK(!buf_ok(&b), "json: what does not fit is noticed");
	json_decref(v);
}

int
main(void)
{
	values();
	strings();
	return check_done();
}
