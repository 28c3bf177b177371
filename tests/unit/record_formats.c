/*
 * What was written stays readable. The formats of records as they were last
 * agreed upon are in record_formats.h: a field that is new goes to the end,
 * where records that lack it are read as well; any other change of a
 * format needs another version, and code that reads records of the one before.
 */
#include "record_formats.h"
#include "base/str.h"
#include "check.h"
#include "domain/records.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const kinds[] = {
    [FIELD_BYTES] = "bytes",
    [FIELD_UUID] = "uuid",
    [FIELD_BLOB] = "blob",
    [FIELD_TEXT] = "text",
    [FIELD_WORDS] = "text", /* lists are texts in the store */
    [FIELD_NAMES] = "text",
    [FIELD_LINES] = "text",
    [FIELD_BOOL] = "bit",
    [FIELD_UNLESS] = "bit",
    [FIELD_WORD] = "byte",
    [FIELD_BITS] = "byte",
    [FIELD_COUNT] = "count",
    [FIELD_NUMBER] = "time", /* five bytes, as one */
    [FIELD_TIME] = "time",
};

static char format[4096];
static size_t len;

static void __attribute__((format(printf, 1, 2))) add(const char *how, ...)
{
	va_list args;

	va_start(args, how);
	len += (size_t)vsnprintf(format + len, sizeof format - len, how, args);
	va_end(args);
}

/* "client 1: client_id=text client_name:text ...", with a = in keys. */
static void
describe(const struct record_kind *k)
{
	len = 0;
	add("%s %u:", k->name, k->type->version);
	for (size_t i = 0; i < k->type->count && len < sizeof format / 2; i++) {
		const struct record_field *f = &k->type->fields[i];

		add(" %s%c%s", f->name != NULL ? f->name : "rest",
		    f->role <= FIELD_HANDLE ? '=' : ':', kinds[f->kind]);
		if (f->kind == FIELD_BYTES)
			add("%zu", f->size);
	}
}

static size_t
fields_of(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += *text == ' ';
	return count;
}

/* Since it was agreed upon nothing was added, or what records may lack. */
static bool
goes_on(const char *agreed, const struct record_kind *k)
{
	size_t agreed_len = strlen(agreed);

	return str_starts(format, agreed) &&
	       (format[agreed_len] == '\0' || format[agreed_len] == ' ') &&
	       fields_of(format + agreed_len) <= k->type->optional;
}

int
main(void)
{
	const char *const *agreed = record_formats;
	char text[120];

	for (const struct record_kind *k = record_kinds; k->name != NULL; k++) {
		bool same;

		describe(k);
		same = *agreed != NULL && goes_on(*agreed, k);
		if (!same)
			printf("# %s\n", format);
		snprintf(text, sizeof text,
		    "record format: %s: what was written is read", k->name);
		CHECK(same, text);
		agreed += *agreed != NULL;
	}
	CHECK(*agreed == NULL, "record format: no kind of record is gone");
	return check_done();
}
