#include "base/file.h"
#include "base/str.h"
#include "domain/archive_text.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 1 << 16 };

static enum err
put_at(const struct archive_writer *w, const void *bytes, size_t len,
    int64_t offset)
{
	const uint8_t *from = bytes;
	ssize_t n;

	while (len > 0) {
		n = pwrite(w->fd, from, len, offset);
		if (n < 0 && errno != EINTR)
			return file_err(errno);
		if (n > 0) {
			from += n;
			len -= (size_t)n;
			offset += n;
		}
	}
	return OK;
}

/* The hash of the present file, as it is in FD. Until then the system writes it
 * to the disk, so that little is left to be synced at the end. */
static enum err
hash_written(const struct archive_writer *w, uint8_t hash[static HASH_LEN])
{
	uint8_t bytes[CHUNK];
	struct secret_hashing h;
	uint64_t left = w->file.size;
	off_t at = w->at + TAR_BLOCK;
	ssize_t n;

	file_begin_sync(w->fd);
	secret_hash_begin(&h);
	while (left > 0) {
		n = pread(w->fd, bytes,
		    left < sizeof bytes ? (size_t)left : sizeof bytes, at);
		if (n == 0)
			return ERR_IO; /* another process has cut it */
		if (n < 0 && errno != EINTR)
			return file_err(errno);
		if (n > 0) {
			secret_hash_add(&h, bytes, (size_t)n);
			left -= (uint64_t)n;
			at += n;
		}
	}
	secret_hash_end(&h, hash);
	return OK;
}

/* The header before, and the padding behind it. */
static enum err
frame(struct archive_writer *w)
{
	static const uint8_t zeroes[TAR_BLOCK];
	const int64_t end = w->at + TAR_BLOCK + (int64_t)w->file.size;
	const size_t padding = tar_padding(w->file.size);
	uint8_t block[TAR_BLOCK];
	enum err e = tar_put(block, &w->file);

	if (e == OK)
		e = put_at(w, block, sizeof block, w->at);
	if (e == OK)
		e = put_at(w, zeroes, padding, end);
	w->at = end + (int64_t)padding;
	return e;
}

static enum err
name_file(struct archive_writer *w, const char *name, unsigned mode)
{
	w->file.mode = mode;
	if (++w->count > ARCHIVE_FILES_MAX)
		return ERR_NO_SPACE;
	return str_copy(w->file.name, sizeof w->file.name, name);
}

enum err
archive_add(struct archive_writer *w, const char *name, unsigned mode,
    const void *bytes, size_t len)
{
	uint8_t hash[HASH_LEN];
	enum err e = name_file(w, name, mode);

	w->file.size = len;
	if (e == OK)
		e = put_at(w, bytes, len, w->at + TAR_BLOCK);
	if (e == OK)
		e = frame(w);
	secret_hash(hash, bytes, len);
	archive_put_sum(&w->sums, name, hash);
	return e == OK && !buf_ok(&w->sums) ? ERR_NO_SPACE : e;
}

enum err
archive_add_begin(struct archive_writer *w, const char *name)
{
	enum err e = name_file(w, name, 0600);

	if (e == OK && lseek(w->fd, w->at + TAR_BLOCK, SEEK_SET) < 0)
		e = file_err(errno);
	return e;
}

enum err
archive_add_end(struct archive_writer *w)
{
	const off_t end = lseek(w->fd, 0, SEEK_CUR);
	uint8_t hash[HASH_LEN];
	enum err e;

	if (end < w->at + TAR_BLOCK)
		return ERR_IO;
	w->file.size = (uint64_t)(end - w->at - TAR_BLOCK);
	e = hash_written(w, hash);
	if (e == OK)
		e = frame(w);
	archive_put_sum(&w->sums, w->file.name, hash);
	return e == OK && !buf_ok(&w->sums) ? ERR_NO_SPACE : e;
}

enum err
archive_begin(struct archive_writer *w, int fd, const struct archive_head *head)
{
	char text[ARCHIVE_HEAD_CAP];
	struct buf b;

	*w = (struct archive_writer){.fd = fd};
	w->file.modified = head->made_at;
	buf_init(&w->sums, w->sums_text, sizeof w->sums_text);
	buf_init(&b, text, sizeof text);
	archive_put_head(&b, head);
	return buf_ok(&b) ? archive_add(w, ARCHIVE_HEAD, 0600, text, b.len)
			  : ERR_NO_SPACE;
}

enum err
archive_end(struct archive_writer *w)
{
	static const uint8_t zeroes[2 * TAR_BLOCK];
	const size_t len = w->sums.len;
	enum err e = name_file(w, ARCHIVE_SUMS, 0600);

	w->file.size = len;
	if (e == OK)
		e = put_at(w, w->sums_text, len, w->at + TAR_BLOCK);
	if (e == OK)
		e = frame(w);
	return e == OK ? put_at(w, zeroes, sizeof zeroes, w->at) : e;
}
