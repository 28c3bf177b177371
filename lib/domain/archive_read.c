#include "base/str.h"
#include "domain/archive_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define STORE_MAX ((uint64_t)ARCHIVE_PIECE * ARCHIVE_PIECES_MAX)

/* --- what is wrong -------------------------------------------------------- */

static enum err
tell_wrong(struct archive_reader *r, enum err e, const char *message)
{
	(void)!str_copy(r->message, sizeof r->message, message);
	return e;
}

/* The same, with where: NAME is a stranger's word. */
static enum err
tell_of(struct archive_reader *r, enum err e, const char *before,
    const char *name, const char *after)
{
	struct buf b;

	buf_init(&b, r->message, sizeof r->message);
	buf_puts(&b, before);
	buf_put_log(&b, name);
	buf_puts(&b, after);
	return e;
}

static enum err
damaged(struct archive_reader *r)
{
	char where[32];

	snprintf(where, sizeof where, "%" PRIu64, r->read);
	return tell_of(r, ERR_CORRUPT, "is damaged, before byte ", where, "");
}

/* --- bytes ---------------------------------------------------------------- */

/* All of LEN bytes. */
static enum err
take(struct archive_reader *r, void *bytes, size_t len)
{
	uint8_t *to = bytes;
	ssize_t n;

	while (len > 0) {
		n = r->source(r->arg, to, len);
		if (n == 0)
			return tell_wrong(r, ERR_TRUNCATED, "is cut short");
		if (n < 0 && errno != EINTR)
			return tell_of(
			    r, ERR_IO, "cannot be read: ", strerror(errno), "");
		if (n > 0) {
			to += n;
			len -= (size_t)n;
			r->read += (uint64_t)n;
		}
	}
	return OK;
}

static enum err
take_zeroes(struct archive_reader *r, size_t len)
{
	uint8_t block[TAR_BLOCK] = {0};
	enum err e = take(r, block, len);

	return e == OK && !tar_is_end(block) ? damaged(r) : e;
}

/* --- sums ----------------------------------------------------------------- */

static void
begin_sum(struct archive_sum *s)
{
	s->in_piece = s->count = 0;
	secret_hash_begin(&s->piece);
	secret_hash_begin(&s->pieces);
}

/* The piece is whole: another begins. */
static void
end_piece(struct archive_sum *s)
{
	uint8_t hash[HASH_LEN];

	secret_hash_end(&s->piece, hash);
	secret_hash_add(&s->pieces, hash, sizeof hash);
	secret_hash_begin(&s->piece);
	s->in_piece = 0;
	s->count++;
}

static void
add_to_sum(struct archive_sum *s, const uint8_t *bytes, size_t len)
{
	size_t n;

	for (; len > 0; bytes += n, len -= n) {
		if (s->in_piece == ARCHIVE_PIECE)
			end_piece(s);
		n = ARCHIVE_PIECE - s->in_piece;
		if (n > len)
			n = len;
		secret_hash_add(&s->piece, bytes, n);
		s->in_piece += n;
	}
}

static void
end_sum(struct archive_sum *s, uint8_t hash[static HASH_LEN])
{
	if (s->count > 0)
		end_piece(s);
	secret_hash_end(s->count > 0 ? &s->pieces : &s->piece, hash);
}

/* --- content -------------------------------------------------------------- */

enum err
archive_read(struct archive_reader *r, void *bytes, size_t cap, size_t *len)
{
	enum err e;

	*len = r->left < cap ? (size_t)r->left : cap;
	if (*len == 0)
		return OK;
	e = take(r, bytes, *len);
	if (e != OK) {
		*len = 0;
		return e;
	}
	add_to_sum(&r->sum, bytes, *len);
	r->left -= *len;
	return OK;
}

/* --- files ---------------------------------------------------------------- */

/* Reads what is left of the present file, and notes its sum. */
static enum err
finish_file(struct archive_reader *r)
{
	uint8_t bytes[4096], hash[HASH_LEN];
	size_t len;
	enum err e;

	do
		e = archive_read(r, bytes, sizeof bytes, &len);
	while (e == OK && len > 0);
	if (e == OK)
		e = take_zeroes(r, tar_padding(r->file.size));
	end_sum(&r->sum, hash);
	archive_put_sum(&r->sums, r->file.name, r->file.size, hash);
	return e;
}

static enum err
begin_file(struct archive_reader *r)
{
	uint8_t block[TAR_BLOCK];
	enum err e = take(r, block, sizeof block);

	if (e == OK && tar_is_end(block))
		return tell_wrong(r, ERR_TRUNCATED, "has no sums at its end");
	if (e == OK)
		e = tar_get(&r->file, block);
	if (e == ERR_UNSUPPORTED)
		return tell_of(r, e,
		    "has a link, a directory or the like in "
		    "it, as no backup has: ",
		    r->file.name, "");
	if (e == ERR_CORRUPT)
		return damaged(r);
	r->left = r->file.size;
	begin_sum(&r->sum);
	return e;
}

/* Whether the file that begins may be there. */
static enum err
check_name(struct archive_reader *r)
{
	const struct tar_file *f = &r->file;
	const bool is_store = str_starts(f->name, "store/");

	if (!archive_knows(f->name, r->store))
		return tell_of(r, ERR_UNSUPPORTED, "has ", f->name,
		    " in it, which is no part of a backup");
	if (!r->head.has_keys && archive_is_secret(f->name))
		return tell_of(r, ERR_UNSUPPORTED, "has ", f->name,
		    " in it, and says that it has no keys");
	if (archive_has_sum(&r->sums, f->name))
		return tell_of(
		    r, ERR_UNSUPPORTED, "has ", f->name, " in it twice");
	if (f->size > (is_store ? STORE_MAX : (uint64_t)ARCHIVE_FILE_MAX) ||
	    ++r->count > ARCHIVE_FILES_MAX)
		return tell_of(r, ERR_UNSUPPORTED,
		    "has more in it than a backup has: ", f->name, "");
	if ((f->mode & ~0644U) != 0 || (f->mode & 0600) != 0600)
		return damaged(r);
	return OK;
}

/* The last one: what it says must be what was read. */
static enum err
check_sums(struct archive_reader *r)
{
	char bytes[4096];
	size_t at = 0, len;
	enum err e;

	if (r->file.size != r->sums.len || !buf_ok(&r->sums))
		return damaged(r);
	while (
	    (e = archive_read(r, bytes, sizeof bytes, &len)) == OK && len > 0) {
		if (memcmp(bytes, r->sums_text + at, len) != 0)
			return tell_wrong(r, ERR_CORRUPT,
			    "is damaged: a file in it has another sum than was "
			    "noted");
		at += len;
	}
	if (e == OK)
		e = take_zeroes(r, tar_padding(r->file.size));
	for (int i = 0; i < 2 && e == OK; i++)
		e = take_zeroes(r, TAR_BLOCK);
	return e;
}

/* Nothing follows but zeroes, with which some programs fill a file up. */
static enum err
check_end(struct archive_reader *r)
{
	uint8_t bytes[TAR_BLOCK];
	ssize_t n;

	do {
		memset(bytes, 0, sizeof bytes);
		n = r->source(r->arg, bytes, sizeof bytes);
		if (n > 0 && !tar_is_end(bytes))
			return tell_wrong(
			    r, ERR_CORRUPT, "has more after its end");
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n == 0 ? ERR_NOT_FOUND
		      : tell_of(
			    r, ERR_IO, "cannot be read: ", strerror(errno), "");
}

enum err
archive_next(struct archive_reader *r)
{
	enum err e = finish_file(r);

	if (e == OK)
		e = begin_file(r);
	if (e != OK)
		return e;
	if (!str_equal(r->file.name, ARCHIVE_SUMS))
		return check_name(r);
	e = check_sums(r);
	return e == OK ? check_end(r) : e;
}

/* --- its beginning -------------------------------------------------------- */

static enum err
read_archive_head(struct archive_reader *r)
{
	static const char stranger[] = "is not a backup of latchkey's";
	char text[ARCHIVE_HEAD_CAP];
	size_t len;
	enum err e = begin_file(r);

	if (e == ERR_CORRUPT || e == ERR_UNSUPPORTED || r->read < TAR_BLOCK ||
	    (e == OK && !str_equal(r->file.name, ARCHIVE_HEAD)))
		return tell_wrong(r, ERR_SYNTAX, stranger);
	if (e == OK && r->file.size > sizeof text)
		return damaged(r);
	if (e == OK)
		e = archive_read(r, text, sizeof text, &len);
	if (e == OK)
		e = archive_get_head(&r->head, text, len);
	if (e == ERR_VERSION)
		return tell_of(r, e, "was made by a newer latchkey (",
		    r->head.version, "); restore it with that one");
	return e == ERR_CORRUPT ? damaged(r) : e;
}

enum err
archive_open(struct archive_reader *r, archive_source *source, void *arg,
    const char *store)
{
	*r = (struct archive_reader){
	    .source = source, .arg = arg, .store = store};
	buf_init(&r->sums, r->sums_text, sizeof r->sums_text);
	return read_archive_head(r);
}
