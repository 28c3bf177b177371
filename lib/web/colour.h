/*
 * The provider's colour on its pages: from the one that the administrator
 * chooses, those with which text can be read, on light and on dark.
 */
#ifndef LK_WEB_COLOUR_H
#define LK_WEB_COLOUR_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* A colour as 0xrrggbb. */

/* The contrast of two (WCAG 2.2, 1.4.3): 1 to 21. */
double colour_contrast(uint32_t a, uint32_t b);

/* COLOUR, made darker (or LIGHTER) until it has the contrast of text, 4.5,
 * with all that it meets there: the card, the insets, the text on a button. */
uint32_t colour_for_text(uint32_t colour, bool lighter);

/* Appends rules of a stylesheet that set the accent to COLOUR. */
void colour_put_style(struct buf *b, uint32_t colour);

#endif
