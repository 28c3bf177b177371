/* What a backup gives has the name of a file in a data directory, each once, in
 * bounds; and nothing is good before its sums were read. */
#include "domain/archive.h"

#include "fuzz.h"

#include <string.h>

struct bytes {
	const uint8_t *at;
	size_t left;
};

static ssize_t
read_bytes(void *arg, void *to, size_t len)
{
	struct bytes *b = arg;

	if (len > b->left)
		len = b->left;
	memcpy(to, b->at, len);
	b->at += len;
	b->left -= len;
	return (ssize_t)len;
}

static void
check_file(const struct tar_file *f)
{
	PROMISE(archive_knows(f->name, "data.mdb"));
	PROMISE(strstr(f->name, "..") != f->name && f->name[0] != '/');
	PROMISE(strstr(f->name, "/../") == NULL && f->name[0] != '.');
	PROMISE((f->mode & ~0644U) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct archive_reader r;
	struct bytes b = {bytes, len};
	uint8_t some[100];
	uint64_t size;
	size_t n;
	enum err e;

	if (len == 0)
		return 0;
	e = archive_open(&r, read_bytes, &b, "data.mdb");
	for (size_t i = 0; e == OK; i++) {
		PROMISE(i <= ARCHIVE_FILES_MAX);
		e = archive_next(&r);
		if (e != OK)
			break;
		check_file(&r.file);
		size = 0;
		do {
			e = archive_read(&r, some, sizeof some, &n);
			size += n;
		} while (e == OK && n > 0 && i % 2 == 0);
		PROMISE(e != OK || size <= r.file.size);
	}
	PROMISE(e == ERR_NOT_FOUND ? b.left == 0 : r.message[0] != '\0');
	return 0;
}
