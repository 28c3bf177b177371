/* A picture is taken or refused, and no part of a PNG that is taken is one. */
#include "domain/icon.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const char *refusal = icon_refusal(bytes, len);

	PROMISE(refusal != NULL || (len > 0 && len <= ICON_MAX));
	if (refusal == NULL && icon_kind(bytes, len) == ICON_PNG)
		PROMISE(icon_refusal(bytes, len - 1) != NULL);
	return 0;
}
