#include "base/buf.h"

#include "base/str.h"
#include "check.h"

#include <string.h>

static void
bounds(void)
{
	char text[5];
	struct buf b;

	buf_init(&b, text, sizeof text);
	CHECK(buf_ok(&b) && b.len == 0 && text[0] == '\0',
	    "buf: a new text is empty and good");
	buf_puts(&b, "abcd");
	CHECK(buf_ok(&b) && str_equal(text, "abcd"),
	    "buf: text of one byte less than the storage fits");
	buf_putc(&b, 'e');
	CHECK(!buf_ok(&b) && str_equal(text, "abcd"),
	    "buf: what does not fit is not appended, and is remembered");
	buf_reset(&b);
	buf_puts(&b, "ab");
	buf_puts(&b, "xyz");
	buf_puts(&b, "c");
	CHECK(!buf_ok(&b) && str_equal(text, "ab"),
	    "buf: after the first that did not fit, nothing is appended");
	buf_reset(&b);
	buf_puts(&b, "ab");
	buf_put(&b, "", SIZE_MAX);
	CHECK(!buf_ok(&b) && b.len == 2,
	    "buf: a length near SIZE_MAX does not wrap around");
	buf_reset(&b);
	CHECK(buf_ok(&b) && text[0] == '\0', "buf: a reset forgets a failure");
}

static void
formats(void)
{
	char text[8];
	struct buf b;

	buf_init(&b, text, sizeof text);
	buf_printf(&b, "%d-%s", 12, "abc");
	CHECK(buf_ok(&b) && str_equal(text, "12-abc"),
	    "buf: formatted text is appended");
	buf_printf(&b, "%s", "xy");
	CHECK(!buf_ok(&b) && str_equal(text, "12-abc"),
	    "buf: formatted text that does not fit leaves no half of it");
	buf_reset(&b);
	buf_put_int(&b, -120);
	CHECK(str_equal(text, "-120"), "buf: a decimal has its sign");
	{
		char wide[24];
		struct buf w;

		buf_init(&w, wide, sizeof wide);
		buf_put_int(&w, INT64_MIN);
		CHECK(str_equal(wide, "-9223372036854775808"),
		    "buf: the smallest integer is written in full");
	}
	buf_wipe(&b);
	CHECK(memcmp(text, "\0\0\0\0\0\0\0", sizeof text) == 0,
	    "buf: a wipe zeroes the whole storage");
}

static void
contexts(void)
{
	char text[64];
	struct buf b;

	buf_init(&b, text, sizeof text);
	buf_put_url_arg(&b, "a b&c=\xC3\xA4~-._/%");
	CHECK(str_equal(text, "a%20b%26c%3D%C3%A4~-._%2F%25"),
	    "buf: a URL argument keeps only RFC 3986 unreserved characters");
	buf_reset(&b);
	buf_put_html(&b, "<a href=\"x\">&'</a>");
	CHECK(
	    str_equal(text, "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;"),
	    "buf: HTML has its five characters escaped");
	buf_reset(&b);
	buf_put_html(&b, "plain");
	CHECK(str_equal(text, "plain"), "buf: other text stays in HTML");
	buf_reset(&b);
	buf_put_log(&b, "a\n\"\\\x7F\xC3 z");
	CHECK(str_equal(text, "a\\x0A\\x22\\x5C\\x7F\\xC3 z"),
	    "buf: a log has controls, quotes, backslashes and non-ASCII bytes "
	    "escaped");
}

static void
base64url(void)
{
	char text[6];
	struct buf b;

	buf_init(&b, text, sizeof text);
	buf_put_base64url(&b, "foo", 3);
	CHECK(buf_ok(&b) && str_equal(text, "Zm9v") && b.len == 4,
	    "buf: bytes are appended as base64url");
	buf_put_base64url(&b, "f", 1);
	CHECK(!buf_ok(&b) && str_equal(text, "Zm9v"),
	    "buf: base64url that does not fit is not appended");
}

int
main(void)
{
	bounds();
	formats();
	contexts();
	base64url();
	return check_done();
}
