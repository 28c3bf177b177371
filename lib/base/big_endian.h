/* Numbers as bytes, the most significant first: so keys sort by number. */
#ifndef LK_BASE_BIG_ENDIAN_H
#define LK_BASE_BIG_ENDIAN_H

#include <stddef.h>
#include <stdint.h>

/* The lowest WIDTH bytes of N, to AT. WIDTH is at most 8. */
void big_endian_put(uint8_t *at, size_t width, uint64_t n);

uint64_t big_endian_get(const uint8_t *at, size_t width);

#endif
