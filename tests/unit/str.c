#include "base/str.h"

#include "check.h"

#include <string.h>

static void
copies(void)
{
	char text[4] = "xxx";

	CHECK(
	    str_copy(text, sizeof text, "abc") == OK && str_equal(text, "abc"),
	    "str: a string that just fits is copied");
	CHECK(str_copy(text, sizeof text, "abcd") == ERR_NO_SPACE &&
		  text[0] == '\0',
	    "str: a string too long is refused and leaves nothing");
	CHECK(str_copy_n(text, sizeof text, "a\0b", 3) == ERR_SYNTAX &&
		  text[0] == '\0',
	    "str: bytes with a NUL among them are refused");
	CHECK(str_copy_n(text, sizeof text, "abcdef", 2) == OK &&
		  str_equal(text, "ab"),
	    "str: only the given bytes are copied");
}

static void
comparisons(void)
{
	char text[] = "Ab\xC3\x84Z";

	CHECK(str_starts("abc", "ab") && !str_starts("a", "ab"),
	    "str: a prefix is found, and not in a shorter string");
	CHECK(str_ends("abc", "bc") && !str_ends("c", "bc"),
	    "str: a suffix is found, and not in a shorter string");
	CHECK(str_equal_nocase("Basic", "bASIC") &&
		  !str_equal_nocase("Basic", "Basi") &&
		  !str_equal_nocase("Basi", "Basic") &&
		  !str_equal_nocase("@", "`") &&
		  str_starts_nocase("BASIC x", "basic ") &&
		  !str_starts_nocase("Basic", "basic "),
	    "str: letter case alone is ignored");
	str_lower(text);
	CHECK(str_equal(text, "ab\xC3\x84z"),
	    "str: lower case changes ASCII letters only");
	CHECK(str_has_control("a\nb") && str_has_control("\x7F") &&
		  !str_has_control("\xC3\x84 b"),
	    "str: C0 and DEL are controls, UTF-8 is not");
}

/* Eight bytes are looked at together: each, at each place. */
static void
controls(void)
{
	char text[24];
	bool right = true;

	for (int c = 1; c < 256; c++)
		for (size_t at = 0; at < 20; at++) {
			memset(text, at % 2 ? 'a' : '\xC3', 20);
			text[20] = '\0';
			text[at] = (char)c;
			right = right && str_has_control(text) ==
					     (c < 0x20 || c == 0x7F);
		}
	CHECK(right, "str: a control character is seen in any position");
}

static bool
utf8(const char *s)
{
	return str_is_utf8(s, strlen(s));
}

static void
utf8_forms(void)
{
	CHECK(utf8("") && utf8("a\xC2\x80\xE0\xA0\x80\xED\x9F\xBF\xEF\xBF\xBF"
			       "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"),
	    "utf8: the first and last of each length are taken");
	CHECK(!utf8("\xC0\x80") && !utf8("\xC1\xBF") && !utf8("\xE0\x9F\xBF") &&
		  !utf8("\xF0\x8F\xBF\xBF"),
	    "utf8: overlong forms are refused");
	CHECK(!utf8("\xED\xA0\x80") && !utf8("\xED\xBF\xBF"),
	    "utf8: surrogates are refused");
	CHECK(!utf8("\xF4\x90\x80\x80") && !utf8("\xF5\x80\x80\x80") &&
		  !utf8("\xFF"),
	    "utf8: nothing past U+10FFFF is taken");
	CHECK(!utf8("\x80") && !utf8("\xC3") && !utf8("\xE2\x82") &&
		  !utf8("\xE2\x82g") && !utf8("\xF0\x9F\x98"),
	    "utf8: strays and cut sequences are refused");
	CHECK(!str_is_utf8("a\0b", 3), "utf8: a NUL is refused");
	CHECK(!str_is_utf8("\xC3\xA4", 1),
	    "utf8: no byte past the length is read");
}

static void
numbers(void)
{
	int64_t n = 7;

	CHECK(str_to_int64("0900", 0, 1000, &n) == OK && n == 900,
	    "number: a decimal is read");
	CHECK(str_to_int64("-5", -5, 5, &n) == OK && n == -5,
	    "number: a negative one too, where it may be");
	CHECK(str_to_int64("9223372036854775807", 0, INT64_MAX, &n) == OK &&
		  n == INT64_MAX,
	    "number: the largest is read");
	CHECK(str_to_int64("9223372036854775808", INT64_MIN, INT64_MAX, &n) ==
		      ERR_SYNTAX &&
		  n == 0,
	    "number: one more is refused and leaves zero");
	CHECK(str_to_int64("11", 0, 10, &n) == ERR_SYNTAX &&
		  str_to_int64("-1", 0, 10, &n) == ERR_SYNTAX,
	    "number: one out of range is refused");
	CHECK(str_to_int64("", 0, 10, &n) == ERR_SYNTAX &&
		  str_to_int64("-", -9, 10, &n) == ERR_SYNTAX &&
		  str_to_int64(" 1", 0, 10, &n) == ERR_SYNTAX &&
		  str_to_int64("+1", 0, 10, &n) == ERR_SYNTAX &&
		  str_to_int64("1 ", 0, 10, &n) == ERR_SYNTAX &&
		  str_to_int64("0x1", 0, 10, &n) == ERR_SYNTAX,
	    "number: nothing but a decimal is taken");
}

static bool
decodes(const char *from, const char *to)
{
	char text[32];

	return str_copy(text, sizeof text, from) == OK &&
	       str_percent_decode(text, strlen(text)) == OK &&
	       str_equal(text, to);
}

static bool
refused(const char *from, size_t len)
{
	char text[32];

	memcpy(text, from, len + 1);
	return str_percent_decode(text, len) == ERR_SYNTAX;
}

static void
percent(void)
{
	CHECK(decodes("/a%20b%2f%C3%a4+", "/a b/\xC3\xA4+"),
	    "percent: escapes are decoded, a plus stays");
	CHECK(refused("%", 1) && refused("%4", 2) && refused("a%4", 3) &&
		  refused("%4g", 3) && refused("%%41", 4),
	    "percent: a broken escape is refused");
	CHECK(refused("a%00b", 5) && refused("a\0b", 3),
	    "percent: a NUL is refused, encoded or raw");
	CHECK(refused("%C3", 3) && refused("%ED%A0%80", 9),
	    "percent: broken UTF-8 is refused");
}

static void
word_lists(void)
{
	const char *cursor = "openid  email";
	char word[8], tiny[3];

	CHECK(words_next(&cursor, word, sizeof word) &&
		  str_equal(word, "openid") &&
		  words_next(&cursor, word, sizeof word) &&
		  str_equal(word, "email") &&
		  !words_next(&cursor, word, sizeof word) && word[0] == '\0',
	    "words: each word comes once, then none");
	cursor = "openid";
	CHECK(!words_next(&cursor, tiny, sizeof tiny) && tiny[0] == '\0' &&
		  str_equal(cursor, "openid"),
	    "words: a word too long is not cut, and the cursor stays");
	CHECK(words_has("openid email", "email") &&
		  !words_has("openid email", "mail") &&
		  !words_has("openid email", "ema") &&
		  !words_has("openid email", "openid email") &&
		  !words_has("openid", ""),
	    "words: only a whole word is found");
	CHECK(words_subset("b a", "a b c") && !words_subset("a d", "a b c") &&
		  words_subset("", "a") && !words_subset("a", ""),
	    "words: a part is known from what is more");
	CHECK(words_overlap("a b", "c b") && !words_overlap("a b", "c d") &&
		  !words_overlap("", ""),
	    "words: a common word is seen");
	CHECK(words_count("") == 0 && words_count(" a  bc ") == 2,
	    "words: spaces are not counted");
}

static void
row_changes(void)
{
	char rows[8] = "";

	CHECK(
	    rows_add(rows, sizeof rows, "a b") == OK && str_equal(rows, "a b"),
	    "rows: the first one is added without a line feed");
	CHECK(rows_add(rows, sizeof rows, "cdef") == ERR_NO_SPACE &&
		  str_equal(rows, "a b"),
	    "rows: one that does not fit changes nothing");
	CHECK(rows_add(rows, sizeof rows, "cde") == OK &&
		  str_equal(rows, "a b\ncde"),
	    "rows: one that just fits is added on a line of its own");
}

static void
word_changes(void)
{
	char list[10] = "";

	CHECK(words_add(list, sizeof list, "ab") == OK &&
		  words_add(list, sizeof list, "cd") == OK &&
		  words_add(list, sizeof list, "ab") == OK &&
		  str_equal(list, "ab cd"),
	    "words: a word is added once");
	CHECK(words_add(list, sizeof list, "efgh") == ERR_NO_SPACE &&
		  str_equal(list, "ab cd"),
	    "words: one that does not fit changes nothing");
	CHECK(words_add(list, sizeof list, "efg") == OK &&
		  str_equal(list, "ab cd efg"),
	    "words: one that just fits is added");
	CHECK(words_add(list, sizeof list, "a b") == ERR_SYNTAX &&
		  words_add(list, sizeof list, "") == ERR_SYNTAX,
	    "words: what is not one word is refused");
	words_remove(list, "cd");
	CHECK(str_equal(list, "ab efg"), "words: one in the middle is removed");
	words_remove(list, "efg");
	CHECK(str_equal(list, "ab"), "words: the last one is removed");
	words_remove(list, "a");
	CHECK(str_equal(list, "ab"), "words: no part of a word is removed");
	words_remove(list, "ab");
	CHECK(list[0] == '\0', "words: the only one is removed");
}

static void
indexes(void)
{
	static const char *const list[] = {"a", "ab", ""};

	CHECK(str_index(list, 3, "ab") == 1 && str_index(list, 3, "") == 2,
	    "index: of a string in a list");
	CHECK(str_index(list, 3, "b") == 3 && str_index(list, 0, "a") == 0,
	    "index: of none of them it is their number");
}

int
main(void)
{
	controls();
	copies();
	comparisons();
	indexes();
	utf8_forms();
	numbers();
	percent();
	word_lists();
	word_changes();
	row_changes();
	return check_done();
}
