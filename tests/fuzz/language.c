/*
 * Any text that browsers and apps send about languages gives a language of
 * ours, or none.
 */
#include "base/language.h"

#include "fuzz.h"

#include <string.h>

static bool
is_ours(const struct catalogue *found)
{
	for (const struct catalogue *c = catalogues; c->language != NULL; c++)
		if (found == c)
			return true;
	return found == NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char text[1024];

	if (len >= sizeof text)
		return 0;
	memcpy(text, bytes, len);
	text[len] = '\0';
	PROMISE(is_ours(language_accepted(text)));
	PROMISE(is_ours(language_first(text)));
	PROMISE(is_ours(language_find(text)));
	return 0;
}
