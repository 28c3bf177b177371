/* What a person types for a user code is one, in the one spelling that it has
 * here, or none. */
#include "domain/device_code.h"

#include "base/str.h"
#include "fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char code[USER_CODE_CAP], again[USER_CODE_CAP];
	char *typed = malloc(len + 1);

	if (typed == NULL)
		return 0;
	if (len > 0)
		memcpy(typed, bytes, len);
	typed[len] = '\0';
	if (user_code_read(code, typed)) {
		PROMISE(strlen(code) == USER_CODE_CAP - 1);
		PROMISE(strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") ==
			USER_CODE_CAP - 1);
		PROMISE(user_code_read(again, code));
		PROMISE(str_equal(again, code));
	}
	free(typed);
	return 0;
}
