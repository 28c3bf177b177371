/* Rows end, each field is text inside of what was read, and line numbers only
 * go up. */
#include "base/csv.h"

#include "fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = malloc(len + 1);
	struct csv c;
	unsigned line = 0;
	enum err e;

	if (text == NULL)
		return 0;
	if (len > 0)
		memcpy(text, bytes, len);
	csv_begin(&c, text, len);
	while ((e = csv_next(&c)) != ERR_NOT_FOUND) {
		PROMISE(c.row_line > line && c.next <= c.end);
		PROMISE((e == OK) == (c.count > 0));
		line = c.row_line;
		for (size_t i = 0; i < c.count; i++)
			PROMISE(c.field[i] >= text &&
				c.field[i] + strlen(c.field[i]) <= text + len);
	}
	free(text);
	return 0;
}
