#include "domain/refusal_note.h"

#include "base/big_endian.h"
#include "base/str.h"

#include <string.h>

/*
 * A slot: "LKr1", the length of all that is before the check, number, at,
 * since, times, then each text behind its length of two bytes, then the check.
 */
enum { LENGTH_AT = 4, NUMBERS_AT = 6, TEXTS_AT = 34, CHECK_LEN = 8 };

static const char mark[LENGTH_AT] = {'L', 'K', 'r', '1'};

#define TEXT(member)                                                           \
	{                                                                      \
		offsetof(struct refusal_note, member),                         \
		    sizeof(((struct refusal_note *)NULL)->member)              \
	}

static const struct {
	size_t at, cap;
} texts[] = {TEXT(error), TEXT(reason), TEXT(cause), TEXT(client_id),
    TEXT(user), TEXT(address), TEXT(redirect_uri)};

enum { TEXTS = sizeof texts / sizeof *texts };

_Static_assert(TEXTS_AT + 2 * TEXTS + 3 * REFUSAL_WORD_CAP + CLIENT_ID_CAP +
		       USER_NAME_CAP + REFUSAL_ADDRESS_CAP + REFUSAL_URI_CAP +
		       CHECK_LEN <=
		   REFUSAL_SLOT_LEN,
    "the longest note fits into a slot");

/* FNV-1a: it tells what is torn, not what is forged. */
static uint64_t
checksum(uint64_t sum, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	while (len-- > 0)
		sum = (sum ^ *p++) * UINT64_C(0x100000001b3);
	return sum;
}

static const uint64_t sum_of_nothing = UINT64_C(0xcbf29ce484222325);

static const char *
text_of(const struct refusal_note *n, size_t i)
{
	return (const char *)n + texts[i].at;
}

/* Everything in a slot can be shown on a terminal. */
static bool
is_printable(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] < 0x20 || s[i] > 0x7e)
			return false;
	return true;
}

static size_t
printable_len(const char *s)
{
	size_t len = 0;

	while (s[len] != '\0' && is_printable(s + len, 1))
		len++;
	return len;
}

size_t
refusal_note_write(
    uint8_t slot[static REFUSAL_SLOT_LEN], const struct refusal_note *n)
{
	size_t at = TEXTS_AT;

	memcpy(slot, mark, sizeof mark);
	big_endian_put(slot + NUMBERS_AT, 8, n->number);
	big_endian_put(slot + NUMBERS_AT + 8, 8, (uint64_t)n->at);
	big_endian_put(slot + NUMBERS_AT + 16, 8, (uint64_t)n->since);
	big_endian_put(slot + NUMBERS_AT + 24, 4, n->times);
	for (size_t i = 0; i < TEXTS; i++) {
		size_t len = printable_len(text_of(n, i));

		big_endian_put(slot + at, 2, len);
		memcpy(slot + at + 2, text_of(n, i), len);
		at += 2 + len;
	}
	big_endian_put(slot + LENGTH_AT, 2, at);
	big_endian_put(
	    slot + at, CHECK_LEN, checksum(sum_of_nothing, slot, at));
	return at + CHECK_LEN;
}

/* Whether the bytes before the check are those that were written. */
static bool
is_whole_slot(const uint8_t *slot, size_t *len)
{
	*len = big_endian_get(slot + LENGTH_AT, 2);
	return memcmp(slot, mark, sizeof mark) == 0 && *len >= TEXTS_AT &&
	       *len <= REFUSAL_SLOT_LEN - CHECK_LEN &&
	       big_endian_get(slot + *len, CHECK_LEN) ==
		   checksum(sum_of_nothing, slot, *len);
}

/* The text at *AT of the LEN bytes of SLOT. */
static bool
read_note_text(
    char *text, size_t cap, const uint8_t *slot, size_t len, size_t *at)
{
	size_t n;

	if (len - *at < 2)
		return false;
	n = big_endian_get(slot + *at, 2);
	*at += 2;
	if (n >= cap || n > len - *at ||
	    !is_printable((const char *)slot + *at, n))
		return false;
	memcpy(text, slot + *at, n);
	text[n] = '\0';
	*at += n;
	return true;
}

bool
refusal_note_read(
    struct refusal_note *n, const uint8_t slot[static REFUSAL_SLOT_LEN])
{
	size_t len, at = TEXTS_AT;

	if (!is_whole_slot(slot, &len))
		return false;
	n->number = big_endian_get(slot + NUMBERS_AT, 8);
	n->at = (int64_t)big_endian_get(slot + NUMBERS_AT + 8, 8);
	n->since = (int64_t)big_endian_get(slot + NUMBERS_AT + 16, 8);
	n->times = (uint32_t)big_endian_get(slot + NUMBERS_AT + 24, 4);
	for (size_t i = 0; i < TEXTS; i++)
		if (!read_note_text(
			(char *)n + texts[i].at, texts[i].cap, slot, len, &at))
			return false;
	return at == len;
}

uint64_t
refusal_note_key(const struct refusal_note *n)
{
	uint64_t sum = sum_of_nothing;

	/* With its NUL, so that no two texts run together. */
	for (size_t i = 0; i < TEXTS; i++)
		sum = checksum(sum, text_of(n, i), strlen(text_of(n, i)) + 1);
	return sum;
}
