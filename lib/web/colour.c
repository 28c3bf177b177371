#include "web/colour.h"

/* The colours of templates/style.css that an accent meets. */
static const uint32_t light_grounds[] = {0xffffff, 0xf5f8f6, 0xf2f5f3};
static const uint32_t dark_grounds[] = {0x17201d, 0x1d2824, 0x0f1614, 0x06221c};

enum { MIX_WHOLE = 64 };

/* x to the power of 2.4, for x from 0 to 1: x * x, and the fifth root of that
 * by Newton's way. */
static double
power_2_4(double x)
{
	double square = x * x, root = 1;

	if (x <= 0)
		return 0;
	for (int i = 0; i < 60; i++)
		root -= (root - square / (root * root * root * root)) / 5;
	return square * root;
}

static double
linear(uint32_t channel)
{
	double s = (double)channel / 255;

	return s <= 0.04045 ? s / 12.92 : power_2_4((s + 0.055) / 1.055);
}

static double
luminance(uint32_t c)
{
	return 0.2126 * linear(c >> 16 & 255) + 0.7152 * linear(c >> 8 & 255) +
	       0.0722 * linear(c & 255);
}

double
colour_contrast(uint32_t a, uint32_t b)
{
	double x = luminance(a) + 0.05, y = luminance(b) + 0.05;

	return x > y ? x / y : y / x;
}

/* PART of MIX_WHOLE of the way from COLOUR to white, or to black. */
static uint32_t
mix(uint32_t colour, bool lighter, uint32_t part)
{
	uint32_t mixed = 0;

	for (int shift = 0; shift <= 16; shift += 8) {
		uint32_t from = colour >> shift & 255, to = lighter ? 255 : 0;

		mixed |= (from * (MIX_WHOLE - part) + to * part) / MIX_WHOLE
			 << shift;
	}
	return mixed;
}

static bool
is_readable(uint32_t colour, bool lighter)
{
	const uint32_t *grounds = lighter ? dark_grounds : light_grounds;
	size_t n = lighter ? sizeof dark_grounds / sizeof *dark_grounds
			   : sizeof light_grounds / sizeof *light_grounds;

	for (size_t i = 0; i < n; i++)
		if (colour_contrast(colour, grounds[i]) < 4.5)
			return false;
	return true;
}

uint32_t
colour_for_text(uint32_t colour, bool lighter)
{
	uint32_t part = 0, mixed = colour;

	while (part < MIX_WHOLE && !is_readable(mixed, lighter))
		mixed = mix(colour, lighter, ++part);
	return mixed;
}

void
colour_put_style(struct buf *b, uint32_t colour)
{
	uint32_t light = colour_for_text(colour, false);
	uint32_t dark = colour_for_text(colour, true);

	buf_printf(b,
	    ":root{--accent:#%06x;--accent-hover:#%06x;--plate:#%06x}\n"
	    "@media (prefers-color-scheme:dark){:root{--accent:#%06x;"
	    "--accent-hover:#%06x}}\n"
	    "@media (forced-colors:active){:root{--accent:LinkText;"
	    "--accent-hover:LinkText;--plate:LinkText}}\n",
	    (unsigned)light, (unsigned)mix(light, false, MIX_WHOLE / 4),
	    (unsigned)light, (unsigned)dark,
	    (unsigned)mix(dark, true, MIX_WHOLE / 4));
}
