#include "base/file.h"

#include "base/file_writer.h"
#include "base/str.h"
#include "check.h"
#include "scratch.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[512], bytes[16];
static size_t len;

static enum err
read_it(unsigned forbidden)
{
	return file_read(path, forbidden, bytes, sizeof bytes, &len);
}

static bool
holds(const char *text)
{
	return read_it(0) == OK && len == strlen(text) &&
	       memcmp(bytes, text, len) == 0;
}

static size_t
names_in(const char *dir)
{
	DIR *d = opendir(dir);
	size_t n = 0;

	if (d == NULL)
		return 0;
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2;
}

static void
writing(void)
{
	struct stat st;

	CHECK(read_it(0) == ERR_NOT_FOUND && len == 0,
	    "file: one that is not there is not found");
	CHECK(file_write(path, 0600, "one", 3, 1) == OK && holds("one"),
	    "file: what was written is read");
	CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600,
	    "file: it has the mode asked for");
	CHECK(file_write(path, 0600, "two", 3, 1) == ERR_EXISTS && holds("one"),
	    "file: an exclusive write does not replace it");
	CHECK(file_write(path, 0644, "three", 5, 0) == OK && holds("three") &&
		  stat(path, &st) == 0 && (st.st_mode & 07777) == 0644,
	    "file: another write does, mode and all");
	CHECK(names_in(scratch) == 1, "file: nothing is left beside it");
}

static void
reading(void)
{
	CHECK(chmod(path, 0640) == 0 && read_it(0077) == ERR_PERMISSION &&
		  read_it(0022) == OK,
	    "file: one open to others is refused, bit by bit");
	CHECK(file_write(path, 0600, "0123456789abcdef", 16, 0) == OK &&
		  read_it(0) == OK && len == 16,
	    "file: one that just fits is read");
	CHECK(file_write(path, 0600, "0123456789abcdefg", 17, 0) == OK &&
		  read_it(0) == ERR_NO_SPACE && len == 0,
	    "file: a longer one is refused, not cut");
	CHECK(remove(path) == 0 && mkfifo(path, 0600) == 0 &&
		  read_it(0) == ERR_IO,
	    "file: a FIFO in its place is refused and does not hang us");
}

/* Into a pipe they go through the memory of this process. */
static void
copying(void)
{
	char there[8] = "";
	int from, to[2];

	remove(path);
	if (file_write(path, 0600, "0123456789", 10, 0) != OK ||
	    (from = open(path, O_RDWR | O_CLOEXEC)) < 0 || pipe(to) != 0) {
		CHECK(false, "file: something to copy");
		return;
	}
	CHECK(lseek(from, 8, SEEK_SET) == 8 &&
		  file_copy_bytes(from, from, 2, 4) == OK && read_it(0) == OK &&
		  len == 12 && memcmp(bytes, "012345672345", 12) == 0,
	    "file: bytes are copied to where a file is");
	CHECK(file_copy_bytes(to[1], from, 8, 4) == OK &&
		  read(to[0], there, sizeof there) == 4 &&
		  str_equal(there, "2345"),
	    "file: and into what is no file");
	CHECK(file_copy_bytes(to[1], from, 8, 5) == ERR_TRUNCATED,
	    "file: it is told that there were fewer");
	close(from);
	close(to[0]);
	close(to[1]);
}

static void
put_much(struct file_writer *w)
{
	static const char block[FILE_WRITER_ROOM];

	file_writer_put(w, block, sizeof block);
	file_writer_put(w, "x", 1);
}

/* What a step of the store writes, which can be run again. */
static void
starting_again(void)
{
	static struct file_writer w;
	int to[2];
	char one;

	file_writer_begin(&w, path);
	put_much(&w);
	file_writer_restart(&w);
	file_writer_put(&w, "again", 5);
	CHECK(file_writer_end(&w) == OK && holds("again"),
	    "file writer: what was put before it is restarted is forgotten");
	if (pipe(to) != 0) {
		CHECK(false, "file writer: a pipe");
		return;
	}
	file_writer_begin_at(&w, to[1]);
	file_writer_put(&w, "first", 5);
	file_writer_restart(&w);
	file_writer_put(&w, "2", 1);
	CHECK(file_writer_end(&w) == OK && read(to[0], &one, 1) == 1 &&
		  one == '2',
	    "file writer: also what was not yet sent on");
	close(to[0]);
	close(to[1]);
	to[1] = open("/dev/null", O_WRONLY | O_CLOEXEC);
	file_writer_begin_at(&w, to[1]);
	put_much(&w);
	file_writer_restart(&w);
	CHECK(file_writer_end(&w) == ERR_BUSY,
	    "file writer: what was sent on cannot be taken back, and that is "
	    "told");
	close(to[1]);
}

static void
joining(void)
{
	char joined[6];

	CHECK(file_path(joined, sizeof joined, "/a", "bc") == OK &&
		  str_equal(joined, "/a/bc"),
	    "file: directory and name are joined");
	CHECK(file_path(joined, sizeof joined, "/a", "bcd") == ERR_NO_SPACE,
	    "file: a path too long is refused");
}

int
main(void)
{
	if (file_path(path, sizeof path, scratch_dir(), "file") != OK)
		return 1;
	writing();
	reading();
	copying();
	starting_again();
	joining();
	return check_done();
}
