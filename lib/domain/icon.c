#include "domain/icon.h"

#include "base/file.h"
#include "base/secret.h"
#include "base/str.h"

#include <string.h>

/* --- PNG (ISO/IEC 15948) ---------------------------------------------------*/

static const uint8_t png_signature[8] = {137, 80, 78, 71, 13, 10, 26, 10};

enum { PNG_CHUNK_BESIDE = 12, PNG_HEADER_LEN = 13 };

static uint32_t
read_u32(const uint8_t *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	       (uint32_t)b[2] << 8 | b[3];
}

static bool
is_side(uint32_t n)
{
	return n >= 1 && n <= ICON_SIDE_MAX;
}

/* Chunks follow each other to the end: IHDR first, IEND last, a picture
 * between. */
static const char *
png_refusal(const uint8_t *bytes, size_t len)
{
	static const char broken[] = "is no whole PNG";
	size_t at = sizeof png_signature, size;
	bool has_data = false;

	for (bool first = true;; first = false) {
		const uint8_t *chunk = bytes + at;

		if (len - at < PNG_CHUNK_BESIDE)
			return broken;
		size = read_u32(chunk);
		if (size > len - at - PNG_CHUNK_BESIDE ||
		    first != (memcmp(chunk + 4, "IHDR", 4) == 0))
			return broken;
		if (first &&
		    (size != PNG_HEADER_LEN || !is_side(read_u32(chunk + 8)) ||
			!is_side(read_u32(chunk + 12))))
			return "has more than 4096 pixels at a side";
		has_data |= memcmp(chunk + 4, "IDAT", 4) == 0;
		at += size + PNG_CHUNK_BESIDE;
		if (memcmp(chunk + 4, "IEND", 4) == 0)
			return has_data && at == len ? NULL : broken;
	}
}

/* --- SVG -------------------------------------------------------------------*/

static char
small_letter(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Whether S has WORD, which is in small letters, at AT, however it is written
 * there. */
static bool
has_word_at(const char *s, size_t len, size_t at, const char *word)
{
	size_t n = strlen(word);

	if (len - at < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (small_letter(s[at + i]) != word[i])
			return false;
	return true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* An attribute that would run: onload= */
static bool
is_handler(const char *s, size_t len, size_t at)
{
	size_t i = at + 1;

	if (!is_blank(s[at]) || !has_word_at(s, len, i, "on"))
		return false;
	while (
	    i < len && small_letter(s[i]) >= 'a' && small_letter(s[i]) <= 'z')
		i++;
	while (i < len && is_blank(s[i]))
		i++;
	return i < len && s[i] == '=';
}

static const char *
svg_refusal(const char *s, size_t len)
{
	static const char *const words[] = {
	    "<script", "javascript:", "<foreignobject", "<!entity"};
	bool has_root = false;

	if (memchr(s, '\0', len) != NULL || !str_is_utf8(s, len))
		return "is no text in UTF-8, and no PNG";
	for (size_t at = 0; at < len; at++) {
		has_root |= has_word_at(s, len, at, "<svg");
		for (size_t w = 0; w < sizeof words / sizeof words[0]; w++)
			if (has_word_at(s, len, at, words[w]))
				return "has a script, an entity or a foreign "
				       "object in it";
		if (is_handler(s, len, at))
			return "has a script in it";
	}
	return has_root ? NULL : "is neither a PNG nor an SVG";
}

/* --- both ------------------------------------------------------------------*/

enum icon_kind
icon_kind(const uint8_t *bytes, size_t len)
{
	if (len == 0)
		return ICON_NONE;
	return len >= sizeof png_signature &&
		       memcmp(bytes, png_signature, sizeof png_signature) == 0
		   ? ICON_PNG
		   : ICON_SVG;
}

const char *
icon_type(enum icon_kind kind)
{
	return kind == ICON_PNG ? "image/png" : "image/svg+xml";
}

const char *
icon_refusal(const uint8_t *bytes, size_t len)
{
	if (len == 0)
		return "is empty";
	if (len > ICON_MAX)
		return "has more than 64 KiB";
	return icon_kind(bytes, len) == ICON_PNG
		   ? png_refusal(bytes, len)
		   : svg_refusal((const char *)bytes, len);
}

void
icon_tag(char tag[static ICON_TAG_CAP], const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t hash[HASH_LEN];

	secret_hash(hash, bytes, len);
	for (size_t i = 0; i < ICON_TAG_CAP - 1; i++)
		tag[i] = digits[hash[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15];
	tag[ICON_TAG_CAP - 1] = '\0';
}

const char *
icon_read(struct icon *icon, const char *path)
{
	enum err e =
	    file_read(path, 0022, icon->bytes, sizeof icon->bytes, &icon->len);

	if (e == OK)
		return icon_refusal(icon->bytes, icon->len);
	icon->len = 0;
	return e == ERR_NO_SPACE     ? "has more than 64 KiB"
	       : e == ERR_NOT_FOUND  ? "is not there"
	       : e == ERR_PERMISSION ? "is not readable by this user, or "
				       "writable by others"
				     : "cannot be read";
}

enum err
icon_get(struct store_txn *t, const char *client_id, struct icon *icon)
{
	struct store_value v;
	enum err e;

	icon->len = 0;
	if (client_id[0] == '\0' || strlen(client_id) > STORE_KEY_MAX)
		return ERR_NOT_FOUND;
	e = store_get(t, TABLE_ICONS, client_id, strlen(client_id), &v);
	if (e != OK)
		return e;
	if (v.len > ICON_MAX) {
		store_fail(t, ERR_CORRUPT);
		return ERR_CORRUPT;
	}
	memcpy(icon->bytes, v.bytes, v.len);
	icon->len = v.len;
	return OK;
}

void
icon_put(struct store_txn *t, const char *client_id, const uint8_t *bytes,
    size_t len)
{
	store_put(t, TABLE_ICONS, client_id, strlen(client_id), bytes, len, 0);
}

void
icon_del(struct store_txn *t, const char *client_id)
{
	store_del(t, TABLE_ICONS, client_id, strlen(client_id));
}
