#include "check_run.h"

#include "base/str.h"
#include "output.h"

#include <stdarg.h>
#include <stdio.h>

enum { TEXT_CAP = 2048 };

static const char *const level_names[CHECK_LEVELS] = {[CHECK_OK] = "ok",
    [CHECK_NOTE] = "note",
    [CHECK_WARNING] = "warning",
    [CHECK_ERROR] = "error"};

void
check_found(struct check_run *c, enum check_level level,
    const struct check_advice *advice, const char *format, ...)
{
	char text[TEXT_CAP];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	json_array_append_new(c->findings,
	    json_pack("{s:s, s:s, s:s, s:s}", "level", level_names[level],
		"what", text, "why", advice != NULL ? advice->why : "", "do",
		advice != NULL ? advice->remedy : ""));
}

unsigned
check_count(const struct check_run *c, enum check_level level)
{
	unsigned n = 0;
	json_t *row;
	size_t i;

	json_array_foreach(c->findings, i, row)
	{
		n += str_equal(json_string_value(json_object_get(row, "level")),
		    level_names[level]);
	}
	return n;
}
