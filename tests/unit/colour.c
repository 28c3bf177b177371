/* The colours that follow from the one of the settings can be read. */
#include "web/colour.h"

#include "check.h"

#include <string.h>

static bool
near(double a, double b)
{
	return a - b < 0.01 && b - a < 0.01;
}

/* What the accent meets: ground and inset of each scheme, text of a button. */
static bool
is_readable(uint32_t chosen)
{
	uint32_t light = colour_for_text(chosen, false);
	uint32_t dark = colour_for_text(chosen, true);

	return colour_contrast(light, 0xffffff) >= 4.5 &&
	       colour_contrast(light, 0xf5f8f6) >= 4.5 &&
	       colour_contrast(light, 0xf2f5f3) >= 4.5 &&
	       colour_contrast(dark, 0x17201d) >= 4.5 &&
	       colour_contrast(dark, 0x1d2824) >= 4.5 &&
	       colour_contrast(dark, 0x06221c) >= 4.5 &&
	       /* the key on its plate */
	       colour_contrast(light, 0xf3c567) >= 3;
}

int
main(void)
{
	char style[512];
	bool all = true;
	struct buf b;

	CHECK(near(colour_contrast(0, 0xffffff), 21) &&
		  near(colour_contrast(0x777777, 0xffffff), 4.48) &&
		  near(colour_contrast(0x0b6156, 0x0b6156), 1),
	    "colour: the contrast is WCAG's");
	CHECK(colour_for_text(0x0b6156, false) == 0x0b6156 &&
		  colour_for_text(0x7ad3c0, true) == 0x7ad3c0,
	    "colour: one that can be read stays");
	for (uint32_t r = 0; r < 256; r += 51)
		for (uint32_t g = 0; g < 256; g += 51)
			for (uint32_t blue = 0; blue < 256; blue += 51)
				all &= is_readable(r << 16 | g << 8 | blue);
	CHECK(all, "colour: text can be read in every one, on light and dark");
	buf_init(&b, style, sizeof style);
	colour_put_style(&b, 0xffff00);
	CHECK(buf_ok(&b) && strstr(style, "--accent:#ffff00") != NULL &&
		  strpbrk(style, "<>\"'\\") == NULL,
	    "colour: the rules have nothing but colours");
	return check_done();
}
