/*
 * JSON objects built straight through: what fails (no memory, text that is not
 * UTF-8) is remembered, and asked for once, at the end. As a tree, for pages
 * and documents; or at once as text, for what every request pays for: claims
 * and answers. The rest of JSON is jansson's own interface.
 */
#ifndef LK_BASE_JSON_H
#define LK_BASE_JSON_H

#include "base/buf.h"
#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct json_build {
	json_t *object; /* owned until json_finish hands it out */
	bool failed;
};

void json_begin(struct json_build *b);
void json_put_str(struct json_build *b, const char *key, const char *value);
void json_put_bool(struct json_build *b, const char *key, bool value);
/* Takes VALUE over, also when it fails. */
void json_put(struct json_build *b, const char *key, json_t *value);

/* The object, the caller's to json_decref; NULL if anything failed. */
json_t *json_finish(struct json_build *b);

/* Appends V, compact, in the order it was built. */
void json_write(struct buf *b, const json_t *v);

/* The same object as text. Keys stand as they are: plain ASCII, each once. What
 * fails makes OUT fail. */
struct json_text {
	struct buf *out; /* borrowed */
	bool more;       /* a comma is due */
};

void json_text_begin(struct json_text *t, struct buf *out);
void json_text_str(struct json_text *t, const char *key, const char *value);
void json_text_int(struct json_text *t, const char *key, int64_t value);
void json_text_bool(struct json_text *t, const char *key, bool value);
void json_text_words(struct json_text *t, const char *key, const char *words);
/* The same for a list of names (base/names.h). */
void json_text_names(struct json_text *t, const char *key, const char *names);
/* WORDS as a list, or as a string if it is one word (as `aud` is, RFC 7519
 * 4.1.3). */
void json_text_word_or_words(
    struct json_text *t, const char *key, const char *words);
/* An object with one member, a string. */
void json_text_object(
    struct json_text *t, const char *key, const char *name, const char *value);
/* An object within T; T is not to be used until INNER has ended. */
void json_text_begin_in(
    struct json_text *inner, struct json_text *t, const char *key);
/* VALUE is JSON already. */
void json_text_raw(struct json_text *t, const char *key, const char *value);
void json_text_end(struct json_text *t);

/* How many of the LEN characters at S, from the first on, stand for themselves
 * in a JSON string: printable ASCII that needs no escape. */
size_t json_plain_span(const char *s, size_t len);

#endif
