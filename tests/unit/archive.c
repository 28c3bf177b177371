/* Backups as files: what is written is read again, byte by byte; large files
 * and strange headers. What else is refused, tests/archives.py shows. */
#include "domain/archive.h"

#include "check.h"
#include "scratch.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define STORE "data.mdb"

static const struct archive_head head = {.version = "1.2.3",
    .issuer = "https://id.example.org",
    .made_at = 1700000000,
    .has_keys = true};

static void
headers(void)
{
	static const uint64_t sizes[] = {0, 1, 511, 512,
	    (UINT64_C(1) << 33) - 1, UINT64_C(1) << 33, UINT64_C(5) << 40};
	struct tar_file f = {.name = "apps/x.conf", .mode = 0600}, again;
	uint8_t block[TAR_BLOCK];
	bool same = true;
	int taken = 0;

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		f.size = sizes[i];
		same = same && tar_put(block, &f) == OK &&
		       tar_get(&again, block) == OK && again.size == f.size &&
		       strcmp(again.name, f.name) == 0;
	}
	CHECK(same, "tar: a size is read as it was written, from 8 GiB on too");
	for (size_t i = 0; i < TAR_BLOCK; i++) {
		block[i] ^= 1;
		taken += tar_get(&again, block) == OK;
		block[i] ^= 1;
	}
	CHECK(taken == 0, "tar: a header with one bit changed is refused");
	f.modified = -1;
	CHECK(tar_put(block, &f) == ERR_NO_SPACE,
	    "tar: a time that has no place is refused");
	memset(block, 0, sizeof block);
	CHECK(tar_is_end(block) && tar_padding(0) == 0 &&
		  tar_padding(1) == 511 && tar_padding(512) == 0,
	    "tar: padding fills a block, and a block of zeroes is the end");
}

static void
names(void)
{
	static const char *const good[] = {"latchkey.conf", "secret.key",
	    "keys/-a_B9.pem", "apps/x.conf", "templates/en.msg", "logo.svg",
	    "l.png", "store/data.mdb"};
	static const char *const bad[] = {"", "store", "store/", "store/x",
	    "store/data.mdbx", "keys/x", "keys/.pem", "keys/../x.pem", "../x",
	    "/x.svg", "apps/", "apps/.x", "apps/a/b", "x.svg/", ".svg",
	    "a b.svg", "other", "latchkey.conf/", "templates/\xc3\xa4"};
	bool known = true, refused = true;

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		known = known && archive_knows(good[i], STORE);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		refused = refused && !archive_knows(bad[i], STORE);
	CHECK(known, "archive: what a data directory has may be in a backup");
	CHECK(refused, "archive: nothing else may");
}

static ssize_t
read_file(void *arg, void *bytes, size_t len)
{
	/* In pieces, as a pipe gives it. */
	return read(*(int *)arg, bytes, len < 700 ? len : 700);
}

static bool
write_one(int fd)
{
	static struct archive_writer w;
	static const char large[3000] = "store";

	return archive_begin(&w, fd, &head) == OK &&
	       archive_add_begin(&w, "store/" STORE) == OK &&
	       write(fd, large, sizeof large) == sizeof large &&
	       archive_add_end(&w) == OK &&
	       archive_add(&w, "secret.key", 0600, "secret\n", 7) == OK &&
	       archive_add(&w, "apps/empty.conf", 0644, "", 0) == OK &&
	       archive_end(&w) == OK;
}

static bool
is_next(
    struct archive_reader *r, const char *name, uint64_t size, unsigned mode)
{
	return archive_next(r) == OK && strcmp(r->file.name, name) == 0 &&
	       r->file.size == size && r->file.mode == mode;
}

static void
round_trip(void)
{
	static struct archive_reader r;
	char path[300], text[100];
	size_t len;
	int fd;

	snprintf(path, sizeof path, "%s/backup", scratch_dir());
	fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	CHECK(fd >= 0 && write_one(fd), "archive: a backup is written");
	lseek(fd, 0, SEEK_SET);
	CHECK(archive_open(&r, read_file, &fd, STORE) == OK &&
		  strcmp(r.head.version, "1.2.3") == 0 &&
		  strcmp(r.head.issuer, head.issuer) == 0 &&
		  r.head.made_at == head.made_at && r.head.has_keys,
	    "archive: it says at once what it is of");
	CHECK(is_next(&r, "store/" STORE, 3000, 0600) &&
		  is_next(&r, "secret.key", 7, 0600) &&
		  archive_read(&r, text, sizeof text, &len) == OK && len == 7 &&
		  memcmp(text, "secret\n", 7) == 0 &&
		  archive_read(&r, text, sizeof text, &len) == OK && len == 0 &&
		  is_next(&r, "apps/empty.conf", 0, 0644),
	    "archive: files come as they were put, also if one is passed over");
	CHECK(archive_next(&r) == ERR_NOT_FOUND,
	    "archive: at its end the sums are right");
	close(fd);
}

/* Files of SIZE bytes, whose sums are made of pieces or not. */
static bool
comes_back(int fd, size_t size)
{
	static struct archive_writer w;
	static struct archive_reader r;
	static char large[2 * ARCHIVE_PIECE + 5];
	bool done;

	for (size_t i = 0; i < sizeof large; i += 4096)
		memcpy(large + i, &i, sizeof large - i < 4 ? 1 : 4);
	done = ftruncate(fd, 0) == 0 && archive_begin(&w, fd, &head) == OK &&
	       archive_add_begin(&w, "store/" STORE) == OK;
	for (size_t at = 0; done && at < size; at += 100000) {
		size_t n = size - at < 100000 ? size - at : 100000;

		done = write(fd, large + at, n) == (ssize_t)n;
	}
	done = done && archive_add_end(&w) == OK && archive_end(&w) == OK &&
	       lseek(fd, 0, SEEK_SET) == 0 &&
	       archive_open(&r, read_file, &fd, STORE) == OK &&
	       is_next(&r, "store/" STORE, size, 0600) &&
	       archive_next(&r) == ERR_NOT_FOUND;
	archive_abandon(&w);
	return done && (strstr(r.sums_text, "pieces of 16 MiB (store") !=
			   NULL) == (size > ARCHIVE_PIECE);
}

static void
pieces(void)
{
	static const size_t sizes[] = {0, 1, ARCHIVE_PIECE - 1, ARCHIVE_PIECE,
	    ARCHIVE_PIECE + 1, 2 * ARCHIVE_PIECE, 2 * ARCHIVE_PIECE + 5};
	char path[300];
	bool good = true;
	int fd;

	snprintf(path, sizeof path, "%s/large", scratch);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		good = comes_back(fd, sizes[i]) && good;
	CHECK(good, "archive: a file of any number of pieces comes back");
	lseek(fd, 2048 + ARCHIVE_PIECE, SEEK_SET);
	CHECK(write(fd, "x", 1) == 1 && lseek(fd, 0, SEEK_SET) == 0,
	    "archive: a byte in the middle is changed");
	{
		static struct archive_reader r;

		CHECK(archive_open(&r, read_file, &fd, STORE) == OK &&
			  archive_next(&r) == OK &&
			  archive_next(&r) == ERR_CORRUPT,
		    "archive: and that is noticed");
	}
	close(fd);
}

int
main(void)
{
	if (secret_init() != OK)
		return 1;
	headers();
	names();
	round_trip();
	pieces();
	return check_done();
}
