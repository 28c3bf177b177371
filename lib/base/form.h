/*
 * application/x-www-form-urlencoded, decoded in place: query strings, bodies,
 * and the two halves of Basic credentials (RFC 6749 2.3.1, appendix B).
 */
#ifndef LK_BASE_FORM_H
#define LK_BASE_FORM_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { FORM_FIELDS_MAX = 64 };

struct form {
	struct {
		const char *name, *value;
	} field[FORM_FIELDS_MAX]; /* borrowed from the text given to form_parse
				   */
	size_t count;
	const char *repeated; /* the first name given twice, or NULL */
};

/*
 * Takes LEN bytes at TEXT apart; TEXT[LEN] must be writable. The text is
 * overwritten and must live as long as the form.
 * Refused with ERR_SYNTAX: a NUL, raw or encoded (it would cut a parameter
 * short for every C function after us), broken percent-encoding, broken
 * UTF-8, more than FORM_FIELDS_MAX fields. A raw space is taken as one:
 * a client in wide use sends them. A name given twice (RFC 6749 3.1) is noted
 * in `repeated`; the first value is kept, the caller refuses. `resource` may be
 * given again (RFC 8707 2).
 */
enum err form_parse(struct form *f, char *text, size_t len) MUST_CHECK;

/* The value, or NULL: absent, or empty, which RFC 6749 3.1 says is the same. */
const char *form_get(const struct form *f, const char *name);

/* Whether it came, empty or not: an empty field of our own pages is one that
 * was emptied. */
bool form_has(const struct form *f, const char *name);

/* All values of NAME that are not empty, as a word list in CAP bytes:
 * ERR_NO_SPACE, or ERR_SYNTAX if one is no word. */
enum err form_get_all(
    char *list, size_t cap, const struct form *f, const char *name) MUST_CHECK;

/* Writes F back as text, percent-encoded, without the fields that are empty,
 * which are none. */
void form_put(struct buf *b, const struct form *f);

/* Adds one field. */
void form_put_field(struct buf *b, const char *name, const char *value);

/* Decodes one form-encoded string in place; ERR_SYNTAX as above. */
enum err form_decode(char *text) MUST_CHECK;

#endif
