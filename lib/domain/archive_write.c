#include "base/file.h"
#include "base/str.h"
#include "domain/archive_text.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 1 << 16, HASHERS = 2 };

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

/* --- a file of any size --------------------------------------------------- */

/* Threads that follow what the caller writes, piece by piece, and hash it: so
 * little is left to be done when all is written. */
struct archive_hashers {
	pthread_t threads[HASHERS];
	size_t running;
	int fd;
	off_t start;
	atomic_size_t next;   /* the piece that is taken next */
	atomic_bool is_whole; /* nothing will be added */
	_Atomic(uint64_t) hashed;
	_Atomic(enum err) failed;
	uint8_t hashes[ARCHIVE_PIECES_MAX][HASH_LEN];
};

static void
wait_for_more(void)
{
	static const struct timespec pause = {.tv_nsec = 200000};

	nanosleep(&pause, NULL);
}

/* Bytes of piece I from AT on, once they are there; 0: there are no more. */
static size_t
next_bytes(
    struct archive_hashers *h, uint8_t bytes[static CHUNK], size_t i, size_t at)
{
	const size_t left = ARCHIVE_PIECE - at;
	const off_t offset = h->start + (off_t)(i * ARCHIVE_PIECE + at);
	bool is_whole;
	ssize_t n;

	for (;;) {
		is_whole = h->is_whole;
		n = pread(h->fd, bytes, left < CHUNK ? left : CHUNK, offset);
		if (n > 0 || (n == 0 && is_whole))
			return (size_t)n;
		if (n < 0 && errno != EINTR) {
			h->failed = file_err(errno);
			return 0;
		}
		wait_for_more();
	}
}

/* False if that was the last one. */
static bool
hash_next(struct archive_hashers *h, size_t i)
{
	uint8_t bytes[CHUNK];
	struct secret_hashing hashing;
	size_t at = 0, n = 0;

	secret_hash_begin(&hashing);
	while (at < ARCHIVE_PIECE && (n = next_bytes(h, bytes, i, at)) > 0) {
		secret_hash_add(&hashing, bytes, n);
		at += n;
	}
	secret_hash_end(&hashing, h->hashes[i]);
	h->hashed += at;
	return at == ARCHIVE_PIECE;
}

static void *
hash_what_comes(void *arg)
{
	struct archive_hashers *h = arg;
	size_t i;

	do
		i = atomic_fetch_add(&h->next, 1);
	while (i < ARCHIVE_PIECES_MAX && hash_next(h, i));
	return NULL;
}

static void
end_hashers(struct archive_writer *w)
{
	struct archive_hashers *h = w->hashers;

	h->is_whole = true;
	while (h->running > 0)
		pthread_join(h->threads[--h->running], NULL);
}

void
archive_abandon(struct archive_writer *w)
{
	if (w->hashers == NULL)
		return;
	end_hashers(w);
	free(w->hashers);
	w->hashers = NULL;
}

static enum err
begin_hashing(struct archive_writer *w)
{
	struct archive_hashers *h = calloc(1, sizeof *h);

	if (h == NULL)
		return ERR_NO_MEMORY;
	h->fd = w->fd;
	h->start = w->at + TAR_BLOCK;
	w->hashers = h;
	for (; h->running < HASHERS; h->running++)
		if (pthread_create(
			&h->threads[h->running], NULL, hash_what_comes, h) != 0)
			break;
	if (h->running > 0)
		return OK;
	archive_abandon(w);
	return ERR_NO_MEMORY;
}

/* The sum of the SIZE bytes that were written. */
static enum err
end_hashing(
    struct archive_writer *w, uint64_t size, uint8_t hash[static HASH_LEN])
{
	struct archive_hashers *h = w->hashers;
	const size_t count = (size_t)((size - 1) / ARCHIVE_PIECE + 1);
	enum err e;

	end_hashers(w);
	e = h->failed;
	if (e == OK && h->hashed != size)
		e = ERR_IO;
	if (e == OK && size > ARCHIVE_PIECE)
		secret_hash(hash, h->hashes, count * HASH_LEN);
	else
		memcpy(hash, h->hashes[0], HASH_LEN);
	archive_abandon(w);
	return e;
}

/* --- headers -------------------------------------------------------------- */

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
	archive_put_sum(&w->sums, name, len, hash);
	return e == OK && !buf_ok(&w->sums) ? ERR_NO_SPACE : e;
}

enum err
archive_add_begin(struct archive_writer *w, const char *name)
{
	enum err e = name_file(w, name, 0600);

	if (e == OK && lseek(w->fd, w->at + TAR_BLOCK, SEEK_SET) < 0)
		e = file_err(errno);
	return e == OK ? begin_hashing(w) : e;
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
	file_begin_sync(
	    w->fd); /* not before: it waits for a write that goes on */
	e = end_hashing(w, w->file.size, hash);
	if (e == OK)
		e = frame(w);
	archive_put_sum(&w->sums, w->file.name, w->file.size, hash);
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
