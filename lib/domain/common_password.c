#include "domain/common_password.h"

#include "base/big_endian.h"
#include "base/secret.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static const uint32_t hashes[] = {
#include "domain/common_passwords.inc"
};

bool
common_password(const char *lower)
{
	size_t first = 0, end = sizeof hashes / sizeof hashes[0];
	uint8_t hash[HASH_LEN];
	uint32_t sought;

	secret_hash(hash, lower, strlen(lower));
	sought = (uint32_t)big_endian_get(hash, sizeof sought);
	secret_wipe(hash, sizeof hash);
	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (hashes[middle] < sought)
			first = middle + 1;
		else
			end = middle;
	}
	return first < sizeof hashes / sizeof hashes[0] &&
	       hashes[first] == sought;
}
