#include "base/language.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

enum { TAG_CAP = 64, QUALITY_ONE = 1000 };

static const struct catalogue *
find_tag(const char *tag)
{
	for (const struct catalogue *c = catalogues; c->language != NULL; c++)
		if (str_equal_nocase(c->language, tag))
			return c;
	return str_equal_nocase(tag, "zh") ? find_tag("zh-Hans") : NULL;
}

const struct catalogue *
language_find_n(const char *tag, size_t len)
{
	char part[TAG_CAP], *end;
	const struct catalogue *c;

	if (str_copy_n(part, sizeof part, tag, len) != OK)
		return NULL;
	for (end = part; (end = strchr(end, '_')) != NULL;)
		*end = '-'; /* as operating systems write it */
	while (
	    (c = find_tag(part)) == NULL && (end = strrchr(part, '-')) != NULL)
		*end = '\0';
	return c;
}

const struct catalogue *
language_find(const char *tag)
{
	return language_find_n(tag, strlen(tag));
}

const struct catalogue *
language_first(const char *tags)
{
	const struct catalogue *c = NULL;

	while (c == NULL && *tags != '\0') {
		size_t len = strcspn(tags, " ");

		c = language_find_n(tags, len);
		tags += len;
		tags += strspn(tags, " ");
	}
	return c;
}

/* The weight behind the first "q=" of the parameters at S, in thousandths.
 * Chromium was seen to send a second one. */
static int
read_quality(const char *s, size_t len)
{
	const char *end = s + len;
	int q = 0, digit = QUALITY_ONE;

	while (s < end && *s != '=')
		s++;
	for (; s < end && digit > 0; s++) {
		if (*s >= '0' && *s <= '9') {
			q += (*s - '0') * digit;
			digit /= 10;
		} else if (*s == ';') {
			break;
		}
	}
	return digit == QUALITY_ONE ? QUALITY_ONE : q;
}

const struct catalogue *
language_accepted(const char *header)
{
	const struct catalogue *best = NULL;
	int best_quality = 0;

	while (*header != '\0') {
		size_t len, tag_len;
		int quality;

		header += strspn(header, " \t,");
		len = strcspn(header, ",");
		tag_len = strcspn(header, " \t,;");
		quality = read_quality(header + tag_len, len - tag_len);
		if (quality > best_quality) {
			const struct catalogue *c =
			    language_find_n(header, tag_len);

			if (c != NULL) {
				best = c;
				best_quality = quality;
			}
		}
		header += len;
	}
	return best;
}

void
language_put_all(struct buf *b)
{
	for (const struct catalogue *c = catalogues; c->language != NULL; c++)
		buf_printf(b, "%s%s", c == catalogues ? "" : " ", c->language);
}
