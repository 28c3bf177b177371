#include "base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum err
str_copy(char *dst, size_t cap, const char *s)
{
	return str_copy_n(dst, cap, s, strlen(s));
}

enum err
str_copy_n(char *dst, size_t cap, const char *s, size_t len)
{
	if (cap > 0)
		dst[0] = '\0';
	if (len >= cap)
		return ERR_NO_SPACE;
	if (len > 0 && memchr(s, '\0', len) != NULL)
		return ERR_SYNTAX;
	memmove(dst, s, len);
	dst[len] = '\0';
	return OK;
}

void
str_cut(char *dst, size_t cap, const char *s)
{
	size_t len = s != NULL ? strnlen(s, cap - 1) : 0;

	while (len > 0 && !str_is_utf8(s, len))
		len--;
	memmove(dst, len > 0 ? s : "", len);
	dst[len] = '\0';
}

bool
str_equal(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

size_t
str_index(const char *const *strings, size_t count, const char *s)
{
	size_t i = 0;

	while (i < count && !str_equal(strings[i], s))
		i++;
	return i;
}

bool
str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool
str_ends(const char *s, const char *suffix)
{
	size_t len = strlen(s), n = strlen(suffix);

	return n <= len && str_equal(s + len - n, suffix);
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
str_take_out(char *s, const char *part)
{
	size_t len = strlen(part);
	bool found = false;

	while ((s = strstr(s, part)) != NULL) {
		memmove(s, s + len, strlen(s + len) + 1);
		found = true;
	}
	return found;
}

void
str_trim(char *s)
{
	const size_t lead = strspn(s, " \t\r\n");
	size_t len = strlen(s + lead);

	while (len > 0 && strchr(" \t\r\n", s[lead + len - 1]) != NULL)
		len--;
	memmove(s, s + lead, len);
	s[len] = '\0';
}

void
str_lower(char *s)
{
	for (; *s != '\0'; s++)
		*s = lower(*s);
}

bool
str_equal_nocase(const char *a, const char *b)
{
	for (; *a != '\0' && lower(*a) == lower(*b); a++)
		b++;
	return *a == *b;
}

/* Length of the well-formed sequence at U (RFC 3629 4), 0 if there is none
 * within LEN bytes. */
static size_t
utf8_sequence(const unsigned char *u, size_t len)
{
	unsigned char low = 0x80, high = 0xBF;
	size_t n;

	if (u[0] < 0x80)
		return u[0] != 0;
	if (u[0] < 0xC2 || u[0] > 0xF4)
		return 0;
	n = u[0] < 0xE0 ? 2 : u[0] < 0xF0 ? 3 : 4;
	if (n > len)
		return 0;
	if (u[0] == 0xE0 || u[0] == 0xF0) /* no overlong forms */
		low = u[0] == 0xE0 ? 0xA0 : 0x90;
	if (u[0] == 0xED || u[0] == 0xF4) /* no surrogates, none past 10FFFF */
		high = u[0] == 0xED ? 0x9F : 0x8F;
	if (u[1] < low || u[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if (u[i] < 0x80 || u[i] > 0xBF)
			return 0;
	return n;
}

/* Whether the eight bytes at U are ASCII without NUL. */
static bool
is_ascii8(const unsigned char *u)
{
	uint64_t eight;

	memcpy(&eight, u, sizeof eight);
	return ((eight | (eight - UINT64_C(0x0101010101010101))) &
		   UINT64_C(0x8080808080808080)) == 0;
}

bool
str_is_utf8(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;

	while (len > 0) {
		size_t n = len >= 8 && is_ascii8(u) ? 8 : utf8_sequence(u, len);

		if (n == 0)
			return false;
		u += n;
		len -= n;
	}
	return true;
}

/* Whether one of the eight bytes at S may be a control character: then they are
 * looked at singly, as they are where one is over 127. */
static bool
may_have_control8(const char *s)
{
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint64_t c;

	memcpy(&c, s, sizeof c);
	return ((c | (c + each) | (c - each * ' ')) & each * 0x80) != 0;
}

bool
str_has_control(const char *s)
{
	size_t len = strlen(s);

	for (; len > 0; s++, len--) {
		for (; len >= 8 && !may_have_control8(s); s += 8)
			len -= 8;
		if (len == 0)
			return false;
		if ((unsigned char)*s < ' ' || *s == 0x7F)
			return true;
	}
	return false;
}

bool
str_starts_nocase(const char *s, const char *prefix)
{
	for (; *prefix != '\0'; prefix++)
		if (lower(*s++) != lower(*prefix))
			return false;
	return true;
}

bool
str_contains_nocase(const char *s, const char *part)
{
	do
		if (str_starts_nocase(s, part))
			return true;
	while (*s++ != '\0');
	return false;
}

enum err
str_to_int64(const char *s, int64_t min, int64_t max, int64_t *n)
{
	const char *digits = s[0] == '-' ? s + 1 : s;
	long long value;

	*n = 0;
	/* strtoll alone would also take white space, "+" and "". */
	if (*digits == '\0' || digits[strspn(digits, "0123456789")] != '\0')
		return ERR_SYNTAX;
	errno = 0;
	value = strtoll(s, NULL, 10);
	if (errno != 0 || value < min || value > max)
		return ERR_SYNTAX;
	*n = value;
	return OK;
}

int
str_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum err
str_percent_decode(char *s, size_t len)
{
	size_t in = 0, out = 0;

	while (in < len) {
		int high, low;

		if (s[in] != '%') {
			s[out++] = s[in++];
			continue;
		}
		if (len - in < 3)
			return ERR_SYNTAX;
		high = str_hex_digit(s[in + 1]);
		low = str_hex_digit(s[in + 2]);
		if (high < 0 || low < 0)
			return ERR_SYNTAX;
		s[out++] = (char)(high << 4 | low);
		in += 3;
	}
	s[out] = '\0';
	return str_is_utf8(s, out) ? OK : ERR_SYNTAX;
}

/* The next word, not copied, or NULL; *CURSOR moves past it. */
static const char *
next_span(const char **cursor, size_t *len)
{
	const char *start = *cursor + strspn(*cursor, " ");

	*len = strcspn(start, " ");
	*cursor = start + *len;
	return *len > 0 ? start : NULL;
}

static const char *
find_span(const char *list, const char *word, size_t len)
{
	const char *span;
	size_t n;

	while ((span = next_span(&list, &n)) != NULL)
		if (n == len && memcmp(span, word, n) == 0)
			return span;
	return NULL;
}

bool
words_next(const char **cursor, char *word, size_t cap)
{
	const char *next = *cursor, *span;
	size_t len;

	if (cap > 0)
		word[0] = '\0';
	span = next_span(&next, &len);
	if (span == NULL || str_copy_n(word, cap, span, len) != OK)
		return false;
	*cursor = next;
	return true;
}

bool
words_has(const char *list, const char *word)
{
	return find_span(list, word, strlen(word)) != NULL;
}

bool
words_subset(const char *part, const char *whole)
{
	const char *span;
	size_t len;

	while ((span = next_span(&part, &len)) != NULL)
		if (find_span(whole, span, len) == NULL)
			return false;
	return true;
}

bool
words_overlap(const char *a, const char *b)
{
	const char *span;
	size_t len;

	while ((span = next_span(&a, &len)) != NULL)
		if (find_span(b, span, len) != NULL)
			return true;
	return false;
}

size_t
words_count(const char *list)
{
	size_t count = 0, len;

	while (next_span(&list, &len) != NULL)
		count++;
	return count;
}

enum err
words_add(char *list, size_t cap, const char *word)
{
	size_t len = strlen(list), part = len > 0 ? 1 : 0, n = strlen(word);

	if (n == 0 || strchr(word, ' ') != NULL)
		return ERR_SYNTAX;
	if (words_has(list, word))
		return OK;
	if (len + part >= cap || n >= cap - len - part)
		return ERR_NO_SPACE;
	if (part > 0)
		list[len] = ' ';
	memcpy(list + len + part, word, n + 1);
	return OK;
}

void
words_remove(char *list, const char *word)
{
	size_t len = strlen(word);
	char *span, *rest;

	if ((span = (char *)(uintptr_t)find_span(list, word, len)) == NULL)
		return;
	rest = span + len + strspn(span + len, " ");
	/* Of the last word, the space before it goes too. */
	if (*rest == '\0')
		while (span > list && span[-1] == ' ')
			span--;
	memmove(span, rest, strlen(rest) + 1);
}

enum err
rows_add(char *rows, size_t cap, const char *row)
{
	size_t len = strlen(rows), part = len > 0 ? 1 : 0, n = strlen(row);

	if (len + part >= cap || n >= cap - len - part)
		return ERR_NO_SPACE;
	if (part > 0)
		rows[len] = '\n';
	memcpy(rows + len + part, row, n + 1);
	return OK;
}
