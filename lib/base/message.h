/*
 * Sentences for people. A catalogue is a language: a text for each key
 * ("login.heading"), made by the Makefile from templates/LANGUAGE.msg;
 * templates/en.msg explains the form of these files. All catalogues have the
 * same keys. A page is rendered with one of them (struct page), which
 * base/language.h chooses.
 *
 * A text has places, as {client_name}. What is put there is data of the page.
 *
 * The texts of a language are one string, in which numbers say where each
 * begins: an array of pointers would be written to in each process, as the
 * library is loaded, and so be in memory once for each.
 */
#ifndef LK_BASE_MESSAGE_H
#define LK_BASE_MESSAGE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The keys, sorted: key I begins at TEXT + AT[I]. */
struct message_keys {
	size_t count;
	const uint32_t *at;
	const char *text;
};

struct catalogue {
	const char *language; /* "en" (RFC 5646) */
	const char *name;     /* in that language */
	bool right_to_left;
	const struct message_keys *keys;
	const uint32_t *at; /* the text of key I begins at TEXT + AT[I] */
	const char *text;
};

/* Ends with a NULL language. The first is the default. */
extern const struct catalogue catalogues[];

/* The text of KEY; NULL if there is none. */
const char *message_text(const struct catalogue *c, const char *key);

/* The text of GROUP.NAME, or of GROUP.NAME.PART; PART may be NULL. */
const char *message_part(const struct catalogue *c, const char *group,
    const char *name, const char *part);

/* The text of C that says what ENGLISH does, a text of a key of GROUP; NULL: it
 * is none. */
const char *message_of_english(
    const struct catalogue *c, const char *group, const char *english);

/* What is put in a place of a text. A list of them ends with a NULL name. */
struct message_place {
	const char *name, *value;
};

/* Appends the text of KEY with PLACES. OUT fails if there is no such text. */
void message_fill(struct buf *out, const struct catalogue *c, const char *key,
    const struct message_place *places);

/* Appends the text of KEY, in which VALUE is put in the place PLACE. OUT fails
 * if there is no such text. */
void message_put(struct buf *out, const struct catalogue *c, const char *key,
    const char *place, const char *value);

/* The form of the plural (CLDR: "zero", "one", "two", "few", "many", "other")
 * that N things have in LANGUAGE. */
const char *message_plural(const char *language, int64_t n);

/* As message_put with the number N in the place {n}, in the form that N needs:
 * "KEY[one]". */
void message_put_count(
    struct buf *out, const struct catalogue *c, const char *key, int64_t n);

enum { MESSAGE_PLACE_CAP = 32 };

/* A part of a text: LEN bytes that stand for themselves, and then the place
 * PLACE, or "" at the end. */
struct message_piece {
	const char *plain;
	size_t len;
	char place[MESSAGE_PLACE_CAP];
};

/* Takes the next piece from *TEXT; false when nothing is left. */
bool message_next(const char **text, struct message_piece *piece);

#endif
