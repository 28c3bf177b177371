/*
 * Bounded strings and word lists. A word list is what OAuth calls a scope
 * (RFC 6749 3.3): words separated by single spaces. Groups, scopes, redirect
 * URIs and the like are all kept that way.
 */
#ifndef LK_BASE_STR_H
#define LK_BASE_STR_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies S into DST of CAP bytes; ERR_NO_SPACE (and "" in DST) if it does not
 * fit whole. */
enum err str_copy(char *dst, size_t cap, const char *s) MUST_CHECK;

/* The same for LEN bytes without a NUL among them, else ERR_SYNTAX. */
enum err str_copy_n(
    char *dst, size_t cap, const char *s, size_t len) MUST_CHECK;

/* Copies what of S (NULL: nothing) fits into DST and is UTF-8, cut between two
 * characters. */
void str_cut(char *dst, size_t cap, const char *s);

bool str_equal(const char *a, const char *b);
/* The index of S among COUNT strings; COUNT if it is none of them. */
size_t str_index(const char *const *strings, size_t count, const char *s);
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);

/* Takes each PART out of S, once; whether there was one. PART is not "". */
bool str_take_out(char *s, const char *part);

/* Takes the blanks at both ends of S away. */
void str_trim(char *s);

/* ASCII only, in every locale. */
void str_lower(char *s);
bool str_equal_nocase(const char *a, const char *b);
bool str_starts_nocase(const char *s, const char *prefix);
bool str_contains_nocase(const char *s, const char *part);

/* Whether LEN bytes are well-formed UTF-8 (RFC 3629: no surrogates, no
 * overlong forms) without NUL. */
bool str_is_utf8(const char *s, size_t len);

/* Whether S has a control character (C0, DEL). */
bool str_has_control(const char *s);

/* Parses all of S as a decimal within min..max; ERR_SYNTAX otherwise. */
enum err str_to_int64(
    const char *s, int64_t min, int64_t max, int64_t *n) MUST_CHECK;

/* The value of a hexadecimal digit; -1 if C is none. */
int str_hex_digit(char c);

/*
 * Decodes %XX among LEN bytes, in place, and ends them with a NUL: S[LEN] must
 * be writable. ERR_SYNTAX: broken encoding, broken UTF-8, or a NUL, raw or
 * encoded.
 */
enum err str_percent_decode(char *s, size_t len) MUST_CHECK;

/*
 * The next word of a list. *CURSOR starts at the list and moves on; the word
 * is copied into WORD. False at the end, or when a word does not fit in CAP
 * (then WORD is "" and *CURSOR stays: callers bound their lists at the door).
 */
bool words_next(const char **cursor, char *word, size_t cap);

bool words_has(const char *list, const char *word);
bool words_subset(const char *part, const char *whole);
bool words_overlap(const char *a, const char *b);
size_t words_count(const char *list);

/* Appends WORD unless it is there; ERR_NO_SPACE when it does not fit,
 * ERR_SYNTAX when it is not one word. LIST is unchanged then. */
enum err words_add(char *list, size_t cap, const char *word) MUST_CHECK;

/* Takes WORD out of LIST, if it is there. */
void words_remove(char *list, const char *word);

/* Appends ROW to rows that line feeds separate. ERR_NO_SPACE when it does not
 * fit; ROWS is unchanged then. */
enum err rows_add(char *rows, size_t cap, const char *row) MUST_CHECK;

#endif
