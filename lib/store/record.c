#include "store/record.h"

#include "base/big_endian.h"
#include "base/str.h"

#include <string.h>

/* Room for LEN more bytes, or NULL and the writer has failed. */
static inline uint8_t *
claim_bytes(struct record_writer *w, size_t len)
{
	uint8_t *at;

	if (w->failed || len > w->cap - w->len) {
		w->failed = true;
		return NULL;
	}
	at = w->bytes + w->len;
	w->len += len;
	return at;
}

static inline void
put_big_endian(struct record_writer *w, uint64_t n, size_t width)
{
	uint8_t *at = claim_bytes(w, width);

	if (at != NULL)
		big_endian_put(at, width, n);
}

void
record_begin(
    struct record_writer *w, uint8_t *bytes, size_t cap, uint8_t version)
{
	*w = (struct record_writer){.bytes = bytes, .cap = cap};
	record_put_u8(w, version);
}

void
record_put_u8(struct record_writer *w, uint8_t n)
{
	put_big_endian(w, n, 1);
}

void
record_put_u32(struct record_writer *w, uint32_t n)
{
	put_big_endian(w, n, 4);
}

void
record_put_u40(struct record_writer *w, uint64_t n)
{
	if (n >> 40 != 0)
		w->failed = true;
	put_big_endian(w, n, 5);
}

void
record_put_bytes(struct record_writer *w, const void *bytes, size_t len)
{
	uint8_t *at = claim_bytes(w, len);

	if (at != NULL && len > 0)
		memcpy(at, bytes, len);
}

void
record_put_blob(struct record_writer *w, const void *bytes, size_t len)
{
	if (len > UINT16_MAX) {
		w->failed = true;
		return;
	}
	put_big_endian(w, len, 2);
	record_put_bytes(w, bytes, len);
}

void
record_put_str(struct record_writer *w, const char *s)
{
	record_put_blob(w, s, strlen(s));
}

enum err
record_end(const struct record_writer *w)
{
	return w->failed ? ERR_NO_SPACE : OK;
}

/* The next LEN bytes, or NULL and the reader has failed. */
static inline const uint8_t *
take_bytes(struct record_reader *r, size_t len)
{
	const uint8_t *at;

	if (r->err != OK)
		return NULL;
	if (len > r->len - r->pos) {
		r->err = ERR_CORRUPT;
		return NULL;
	}
	at = r->bytes + r->pos;
	r->pos += len;
	return at;
}

static inline uint64_t
get_big_endian(struct record_reader *r, size_t width)
{
	const uint8_t *at = take_bytes(r, width);

	return at != NULL ? big_endian_get(at, width) : 0;
}

void
record_open(
    struct record_reader *r, const void *bytes, size_t len, uint8_t version)
{
	uint8_t found;

	*r = (struct record_reader){.bytes = bytes, .len = len, .err = OK};
	found = record_get_u8(r);
	if (r->err == OK && found != version)
		r->err = found > version ? ERR_VERSION : ERR_CORRUPT;
}

uint8_t
record_get_u8(struct record_reader *r)
{
	return (uint8_t)get_big_endian(r, 1);
}

uint32_t
record_get_u32(struct record_reader *r)
{
	return (uint32_t)get_big_endian(r, 4);
}

uint64_t
record_get_u40(struct record_reader *r)
{
	return get_big_endian(r, 5);
}

void
record_get_bytes(struct record_reader *r, void *bytes, size_t len)
{
	const uint8_t *at = take_bytes(r, len);

	if (at != NULL && len > 0)
		memcpy(bytes, at, len);
	else
		memset(bytes, 0, len);
}

size_t
record_get_blob(struct record_reader *r, void *bytes, size_t cap)
{
	size_t len = (size_t)get_big_endian(r, 2);

	if (len > cap)
		r->err = ERR_CORRUPT;
	record_get_bytes(r, bytes, r->err == OK ? len : 0);
	return r->err == OK ? len : 0;
}

void
record_get_str(struct record_reader *r, char *s, size_t cap)
{
	size_t len = (size_t)get_big_endian(r, 2);
	const char *at = (const char *)take_bytes(r, len);

	s[0] = '\0';
	if (at == NULL || len == 0)
		return;
	if (!str_is_utf8(at, len) || str_copy_n(s, cap, at, len) != OK)
		r->err = ERR_CORRUPT;
}

enum err
record_close(const struct record_reader *r)
{
	if (r->err == OK && r->pos != r->len)
		return ERR_CORRUPT;
	return r->err;
}
