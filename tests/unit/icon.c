/* What may be an icon: a whole PNG, or an SVG in which nothing runs. */
#include "domain/icon.h"

#include "base/str.h"
#include "check.h"

#include <string.h>

static const uint8_t small[] = {137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13,
    'I', 'H', 'D', 'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b,
    0x55, 0, 0, 0, 2, 'I', 'D', 'A', 'T', 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 'I',
    'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82};

static bool
png_is_taken(size_t len)
{
	return icon_refusal(small, len) == NULL;
}

static bool
svg_is_taken(const char *text)
{
	return icon_refusal((const uint8_t *)text, strlen(text)) == NULL;
}

static void
png(void)
{
	uint8_t other[sizeof small];
	bool cut = false;

	CHECK(png_is_taken(sizeof small) &&
		  icon_kind(small, sizeof small) == ICON_PNG &&
		  str_equal(icon_type(ICON_PNG), "image/png"),
	    "icon: a PNG is one");
	for (size_t len = 0; len < sizeof small; len++)
		cut |= png_is_taken(len);
	CHECK(!cut, "icon: no part of a PNG is one");
	memcpy(other, small, sizeof other);
	other[18] = 0x20;
	CHECK(icon_refusal(other, sizeof other) != NULL,
	    "icon: a PNG of 8192 pixels is refused");
	memcpy(other, small, sizeof other);
	other[33] = 0xff;
	CHECK(icon_refusal(other, sizeof other) != NULL,
	    "icon: a chunk longer than the file is refused");
}

static void
svg(void)
{
	CHECK(svg_is_taken("<svg xmlns=\"http://www.w3.org/2000/svg\"><path "
			   "d=\"M0 0\"/></svg>") &&
		  svg_is_taken("<?xml version=\"1.0\"?>\n<!DOCTYPE svg>\n<SVG "
			       "once = \"no handler:\"/>") == false &&
		  svg_is_taken("<!-- one --><svg one-on=\"1\"/>"),
	    "icon: an SVG is one; an attribute like a handler's is not");
	CHECK(!svg_is_taken("<svg><script>1</script></svg>") &&
		  !svg_is_taken("<svg><SCRIPT/></svg>") &&
		  !svg_is_taken("<svg><a href=\"JavaScript:1\"/></svg>") &&
		  !svg_is_taken("<svg onload=\"1\"/>") &&
		  !svg_is_taken("<svg\nOnLoad =\"1\"/>") &&
		  !svg_is_taken("<svg><foreignObject/></svg>") &&
		  !svg_is_taken("<!DOCTYPE svg [<!ENTITY a \"b\">]><svg/>"),
	    "icon: scripts, handlers, entities and HTML in an SVG are refused");
	CHECK(!svg_is_taken("") && !svg_is_taken("GIF89a") &&
		  !svg_is_taken("<html></html>") &&
		  !svg_is_taken("<svg>\xff</svg>") &&
		  icon_refusal((const uint8_t *)"<svg\0>", 6) != NULL,
	    "icon: other files are refused");
}

static uint8_t big[ICON_MAX + 1];

static void
size(void)
{
	memset(big, ' ', sizeof big);
	memcpy(big, "<svg/>", 6);
	CHECK(icon_refusal(big, ICON_MAX) == NULL &&
		  icon_refusal(big, ICON_MAX + 1) != NULL,
	    "icon: 64 KiB are taken, a byte more is not");
}

static void
tag(void)
{
	char a[ICON_TAG_CAP], b[ICON_TAG_CAP];

	icon_tag(a, small, sizeof small);
	icon_tag(b, small, sizeof small - 1);
	CHECK(strlen(a) == 16 && !str_equal(a, b),
	    "icon: its tag changes with it");
}

int
main(void)
{
	png();
	svg();
	size();
	tag();
	return check_done();
}
