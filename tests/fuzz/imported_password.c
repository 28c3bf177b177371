/* A hash that is taken has a setting that begins it, of the same cost; nothing
 * is computed. */
#include "domain/imported_password.h"

#include "base/str.h"
#include "fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char hash[1024], setting[IMPORTED_CAP];
	size_t used = len < sizeof hash ? len : sizeof hash - 1;

	if (used > 0)
		memcpy(hash, bytes, used);
	hash[used] = '\0';
	if (imported_setting(setting, hash) == OK) {
		PROMISE(setting[0] != '\0' && str_starts(hash, setting));
		PROMISE(imported_method(hash)[0] != '\0');
		PROMISE(imported_same_cost(setting, setting));
		PROMISE(imported_same_cost(setting, hash));
	} else {
		PROMISE(setting[0] == '\0');
	}
	return 0;
}
