#include "base/form.h"

#include "base/buf.h"
#include "base/str.h"
#include "check.h"

#include <string.h>

static struct form f;
static char text[2048];

static enum err
parse_n(const char *form, size_t len)
{
	memcpy(text, form, len);
	text[len] = 'x'; /* what follows is not the form's */
	return form_parse(&f, text, len);
}

static enum err
parse(const char *form)
{
	return parse_n(form, strlen(form));
}

static bool
has(const char *name, const char *value)
{
	const char *got = form_get(&f, name);

	return got != NULL && str_equal(got, value);
}

static void
fields(void)
{
	CHECK(parse("a=1&b=2&c=3") == OK && f.count == 3 && has("a", "1") &&
		  has("b", "2") && has("c", "3"),
	    "form: fields are taken apart");
	CHECK(parse("") == OK && f.count == 0, "form: an empty one has none");
	CHECK(parse("&&a=1&&") == OK && f.count == 1 && has("a", "1"),
	    "form: empty fields are skipped");
	CHECK(parse("a&b=&c=x=y") == OK && form_get(&f, "a") == NULL &&
		  form_get(&f, "b") == NULL && has("c", "x=y"),
	    "form: an empty value is as good as none (RFC 6749 3.1)");
	CHECK(parse("a=1") == OK && form_get(&f, "A") == NULL,
	    "form: names are compared with their case");
	CHECK(parse("%61b=c%26d%3De&f=g") == OK && f.count == 2 &&
		  has("ab", "c&d=e") && has("f", "g"),
	    "form: encoded separators part nothing");
}

static void
encodings(void)
{
	/* RFC 6749 appendix B: U+0020 % & + pound sign, euro sign. */
	CHECK(parse("v=+%25%26%2B%C2%A3%E2%82%AC") == OK &&
		  has("v", " %&+\xC2\xA3\xE2\x82\xAC"),
	    "form: the example of RFC 6749 appendix B is decoded");
	CHECK(parse("v=a b+c%20d") == OK && has("v", "a b c d"),
	    "form: a raw space, a plus and %20 are all a space");
	CHECK(parse("v=%c3%A4") == OK && has("v", "\xC3\xA4"),
	    "form: hexadecimal digits may have either case");
	CHECK(parse("v=%") == ERR_SYNTAX && parse("v=%4") == ERR_SYNTAX &&
		  parse("v=%4&w=1") == ERR_SYNTAX &&
		  parse("v=%zz") == ERR_SYNTAX && parse("%=v") == ERR_SYNTAX,
	    "form: broken percent-encoding is refused");
	CHECK(parse("v=%00") == ERR_SYNTAX && parse("v=a%00b") == ERR_SYNTAX &&
		  parse("v%00=a") == ERR_SYNTAX &&
		  parse_n("v=a\0b", 5) == ERR_SYNTAX &&
		  parse_n("v=a\0&b=c", 8) == ERR_SYNTAX,
	    "form: a NUL is refused in name and value, raw or encoded");
	CHECK(parse("v=%FF") == ERR_SYNTAX && parse("v=\xC3") == ERR_SYNTAX &&
		  parse("v=%C0%80") == ERR_SYNTAX &&
		  parse("v=%ED%A0%80") == ERR_SYNTAX &&
		  parse("v=%C3&w=%A4") == ERR_SYNTAX,
	    "form: broken UTF-8 is refused");
	CHECK(parse("a=1&v=%") == ERR_SYNTAX && f.count == 0 &&
		  form_get(&f, "a") == NULL,
	    "form: a refused form has no fields");
}

static void
repetitions(void)
{
	CHECK(parse("a=1&b=2") == OK && f.repeated == NULL,
	    "form: different names are no repetition");
	CHECK(parse("a=1&b=2&a=3&b=4") == OK && f.repeated != NULL &&
		  str_equal(f.repeated, "a") && has("a", "1"),
	    "form: the first name given twice is told, the first value is "
	    "kept");
	CHECK(parse("a=1&%61=2") == OK && f.repeated != NULL,
	    "form: encoding does not hide a repetition");
	CHECK(parse("a=&a=1") == OK && f.repeated != NULL,
	    "form: an empty value is a repetition too");
}

static void
limits(void)
{
	char many[1024];
	struct buf b;

	buf_init(&b, many, sizeof many);
	for (int i = 0; i < FORM_FIELDS_MAX; i++)
		buf_printf(&b, "p%d=1&", i);
	CHECK(buf_ok(&b) && parse(many) == OK && f.count == FORM_FIELDS_MAX,
	    "form: as many fields as there is room for are taken");
	buf_puts(&b, "last=1");
	CHECK(buf_ok(&b) && parse(many) == ERR_SYNTAX && f.count == 0,
	    "form: one more is refused");
}

static void
single_strings(void)
{
	char s[] = "s%3Acret+%2B", broken[] = "a%0";

	CHECK(form_decode(s) == OK && str_equal(s, "s:cret +"),
	    "form: one string is decoded in place (RFC 6749 2.3.1)");
	CHECK(form_decode(broken) == ERR_SYNTAX,
	    "form: a broken string is refused");
}

int
main(void)
{
	fields();
	encodings();
	repetitions();
	limits();
	single_strings();
	return check_done();
}
