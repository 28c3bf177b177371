#include "base/big_endian.h"

void
big_endian_put(uint8_t *at, size_t width, uint64_t n)
{
	for (size_t i = width; i-- > 0; n >>= 8)
		at[i] = (uint8_t)n;
}

uint64_t
big_endian_get(const uint8_t *at, size_t width)
{
	uint64_t n = 0;

	for (size_t i = 0; i < width; i++)
		n = n << 8 | at[i];
	return n;
}
