/*
 * A backup: one tar file, which others can list and unpack as well.
 *
 *	latchkey-backup		what it is: format, version, issuer, time
 *	store/...		the store's file
 *	keys/KID.pem, secret.key	unless they are left out
 *	latchkey.conf, apps/..., templates/..., the logo
 *	latchkey-backup.sums	the BLAKE2b of all before it, as b2sum has them;
 *				of a file of more than 16 MiB, of those of its
 *				pieces of 16 MiB, which can be made side by side
 *
 * Reading believes nothing. Only these names are taken, each once, none with a
 * path out of the directory; plain files, of bounded size and number. Each byte
 * counts: a file that was cut, or changed anywhere, is refused. What is read
 * is good only once all of it was read, with the sums at the end.
 */
#ifndef LK_DOMAIN_ARCHIVE_H
#define LK_DOMAIN_ARCHIVE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/issuer.h"
#include "base/secret.h"
#include "base/tar.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	ARCHIVE_FORMAT = 1,
	ARCHIVE_FILES_MAX = 1000,
	ARCHIVE_FILE_MAX = 1 << 20, /* bytes in a file, except the store's */
	ARCHIVE_HEAD_CAP = 1024,
	ARCHIVE_SUMS_CAP =
	    ARCHIVE_FILES_MAX * (TAR_NAME_CAP + 2 * HASH_LEN + 24),
	ARCHIVE_PIECE = 16 << 20,
	ARCHIVE_PIECES_MAX = 1 << 16, /* 1 TiB */
	ARCHIVE_VERSION_CAP = 32,
	ARCHIVE_MESSAGE_CAP = 400
};

struct archive_head {
	char version[ARCHIVE_VERSION_CAP]; /* of the latchkey that made it */
	char issuer[ISSUER_CAP];
	int64_t made_at; /* Unix seconds */
	bool has_keys;
};

/* Whether NAME may be in a backup; the store's file has the name STORE in its
 * directory. */
bool archive_knows(const char *name, const char *store);

/* Whether NAME is that of a key. */
bool archive_is_secret(const char *name);

/* --- writing -------------------------------------------------------------- */

struct archive_hashers; /* threads that follow a large file */

struct archive_writer {
	int fd;               /* a file, which can be read again */
	int64_t at;           /* where the next block goes */
	struct tar_file file; /* the one that is being written */
	size_t count;
	struct archive_hashers *hashers; /* NULL: none runs */
	struct buf sums;
	char sums_text[ARCHIVE_SUMS_CAP];
};

/* Begins a backup in FD, an empty file. As all of these: ERR_NO_SPACE, ERR_IO.
 */
enum err archive_begin(struct archive_writer *w, int fd,
    const struct archive_head *head) MUST_CHECK;

/* Adds the file NAME. */
enum err archive_add(struct archive_writer *w, const char *name, unsigned mode,
    const void *bytes, size_t len) MUST_CHECK;

/* The same for a file of any size: between the two, the caller writes it to FD
 * from where that is, piece after piece. */
enum err archive_add_begin(
    struct archive_writer *w, const char *name) MUST_CHECK;
enum err archive_add_end(struct archive_writer *w) MUST_CHECK;

/* Ends what goes on in the background, after an error. May be called always. */
void archive_abandon(struct archive_writer *w);

/* Adds the sums. The file is then whole, but not yet synced. */
enum err archive_end(struct archive_writer *w) MUST_CHECK;

/* --- reading -------------------------------------------------------------- */

/* The sum of a file that comes in parts. */
struct archive_sum {
	struct secret_hashing piece, pieces;
	size_t in_piece, count; /* bytes of this piece; those before it */
};

/* Reads up to LEN bytes; 0 at the end, -1 with errno. */
typedef ssize_t archive_source(void *arg, void *bytes, size_t len);

struct archive_reader {
	archive_source *source;
	void *arg;
	const char *store; /* the name of the store's file */
	struct archive_head head;
	struct tar_file file; /* the present one */
	uint64_t left;        /* bytes of it to come */
	uint64_t read;        /* bytes of all */
	size_t count;
	struct archive_sum sum;
	struct buf sums;
	char sums_text[ARCHIVE_SUMS_CAP];
	/* On an error, what is wrong, as a sentence's end: "is cut short". */
	char message[ARCHIVE_MESSAGE_CAP];
};

/*
 * Begins to read a backup. STORE is borrowed. As all of these: ERR_SYNTAX (it
 * is no backup), ERR_VERSION, ERR_TRUNCATED, ERR_CORRUPT, ERR_UNSUPPORTED (it
 * has something in it that no backup has), ERR_IO.
 */
enum err archive_open(struct archive_reader *r, archive_source *source,
    void *arg, const char *store) MUST_CHECK;

/* The next file, in R->file; ERR_NOT_FOUND once all of them were read, and
 * their sums are right. */
enum err archive_next(struct archive_reader *r) MUST_CHECK;

/* Bytes of it; *LEN is 0 at its end. What was not read archive_next reads. */
enum err archive_read(
    struct archive_reader *r, void *bytes, size_t cap, size_t *len) MUST_CHECK;

#endif
