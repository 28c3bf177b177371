/* Numbers as bytes, the most significant first: so keys sort by number. WIDTH
 * is at most 8; inline, because it is mostly a constant. */
#ifndef LK_BASE_BIG_ENDIAN_H
#define LK_BASE_BIG_ENDIAN_H

#include <stddef.h>
#include <stdint.h>

/* Puts the lowest WIDTH bytes of N. */
static inline void
big_endian_put(uint8_t *at, size_t width, uint64_t n)
{
#pragma GCC unroll 8
	for (size_t i = 0; i < width; i++)
		at[i] = (uint8_t)(n >> 8 * (width - 1 - i));
}

static inline uint64_t
big_endian_get(const uint8_t *at, size_t width)
{
	uint64_t n = 0;

#pragma GCC unroll 8
	for (size_t i = 0; i < width; i++)
		n = n << 8 | at[i];
	return n;
}

#endif
