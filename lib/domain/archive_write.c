#include "base/file.h"
#include "base/str.h"
#include "domain/archive_text.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 1 << 16, SYNC_EACH = 8 << 20, HASHER_NICE = 10 };

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

/* Follows what the caller writes: hashes it, and has the system write it to the
 * disk. So little is left to be done when all is written. */
struct archive_hasher {
	pthread_t thread;
	int fd;
	off_t at, synced;
	atomic_bool is_whole; /* nothing will be added */
	struct secret_hashing hashing;
	enum err failed;
};

static void
wait_for_more(void)
{
	static const struct timespec pause = {.tv_nsec = 200000};

	nanosleep(&pause, NULL);
}

static void
hash_piece(struct archive_hasher *h, const uint8_t *bytes, size_t len)
{
	secret_hash_add(&h->hashing, bytes, len);
	h->at += (off_t)len;
	if (h->at - h->synced < SYNC_EACH)
		return;
	file_begin_sync(h->fd);
	h->synced = h->at;
}

/* On Linux a thread has a priority of its own: programs that serve come first.
 * What holds a lock of theirs is not slowed down, since that is the copy. */
static void *
hash_what_comes(void *arg)
{
	struct archive_hasher *h = arg;
	uint8_t bytes[CHUNK];
	bool is_whole;
	ssize_t n;

	(void)!setpriority(PRIO_PROCESS, 0, HASHER_NICE);
	for (;;) {
		is_whole = h->is_whole;
		n = pread(h->fd, bytes, sizeof bytes, h->at);
		if (n > 0)
			hash_piece(h, bytes, (size_t)n);
		else if (n < 0 && errno != EINTR)
			break;
		else if (n == 0 && is_whole)
			return NULL;
		else
			wait_for_more();
	}
	h->failed = file_err(errno);
	return NULL;
}

static enum err
begin_hashing(struct archive_writer *w)
{
	struct archive_hasher *h = calloc(1, sizeof *h);

	if (h == NULL)
		return ERR_NO_MEMORY;
	h->fd = w->fd;
	h->at = h->synced = w->at + TAR_BLOCK;
	secret_hash_begin(&h->hashing);
	if (pthread_create(&h->thread, NULL, hash_what_comes, h) != 0) {
		free(h);
		return ERR_NO_MEMORY;
	}
	w->hasher = h;
	return OK;
}

/* The hash of the bytes up to END. */
static enum err
end_hashing(struct archive_writer *w, off_t end, uint8_t hash[static HASH_LEN])
{
	struct archive_hasher *h = w->hasher;
	enum err e;

	h->is_whole = true;
	pthread_join(h->thread, NULL);
	secret_hash_end(&h->hashing, hash);
	e = h->failed == OK && h->at != end ? ERR_IO : h->failed;
	free(h);
	w->hasher = NULL;
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
	archive_put_sum(&w->sums, name, hash);
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

	e = end_hashing(w, end, hash);
	if (end < w->at + TAR_BLOCK)
		return ERR_IO;
	w->file.size = (uint64_t)(end - w->at - TAR_BLOCK);
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

void
archive_abandon(struct archive_writer *w)
{
	uint8_t hash[HASH_LEN];

	if (w->hasher != NULL)
		(void)!end_hashing(w, 0, hash);
}
