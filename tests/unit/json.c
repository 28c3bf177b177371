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

/* --- as text ------------------------------------------------------------- */

static json_t *
words_as_array(const char *words)
{
	json_t *array = json_array();
	char word[64];

	while (words_next(&words, word, sizeof word))
		(void)!json_array_append_new(array, json_string(word));
	return array;
}

/* Whether an object with VALUE in it, as text, is what jansson makes of it. */
static bool
same_text(const char *value)
{
	char ours[1024], theirs[1024];
	struct json_text t;
	struct json_build b;
	struct buf text, want;
	json_t *tree;

	buf_init(&text, ours, sizeof ours);
	json_text_begin(&t, &text);
	json_text_str(&t, "s", value);
	json_text_int(&t, "i", INT64_MIN);
	json_text_bool(&t, "yes", true);
	json_text_bool(&t, "no", false);
	json_text_words(&t, "words", value);
	json_text_words(&t, "none", "");
	json_text_end(&t);

	json_begin(&b);
	json_put_str(&b, "s", value);
	json_put(&b, "i", json_integer(INT64_MIN));
	json_put_bool(&b, "yes", true);
	json_put_bool(&b, "no", false);
	json_put(&b, "words", words_as_array(value));
	json_put(&b, "none", words_as_array(""));
	tree = json_finish(&b);
	buf_init(&want, theirs, sizeof theirs);
	json_write(&want, tree);
	json_decref(tree);
	return buf_ok(&text) && buf_ok(&want) && str_equal(ours, theirs);
}

static void
texts(void)
{
	static const char *const values[] = {"", "openid email",
	    "a\"b\\c/d two", "gr\xC3\xBC\xC3\x9F \xF0\x9F\x94\x91", "~ !#[]^"};
	char one[2] = "", small[24];
	struct json_text t;
	struct buf b;
	bool same = true;

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		same = same && same_text(values[i]);
	for (int c = 1; c < 128; c++) {
		one[0] = (char)c;
		same = same && same_text(one);
	}
	CHECK(same, "json: an object as text is what the tree is written as");

	buf_init(&b, small, sizeof small);
	json_text_begin(&t, &b);
	json_text_end(&t);
	CHECK(str_equal(small, "{}"), "json: as text, nothing is {}");
	buf_reset(&b);
	json_text_begin(&t, &b);
	json_text_str(&t, "s", "\xC3(");
	CHECK(!buf_ok(&b), "json: as text, what is not UTF-8 fails");
	buf_reset(&b);
	json_text_begin(&t, &b);
	json_text_str(&t, "s", "just a little too long");
	CHECK(!buf_ok(&b), "json: as text, what does not fit is noticed");
}

int
main(void)
{
	values();
	strings();
	texts();
	return check_done();
}
