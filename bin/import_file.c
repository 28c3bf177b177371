#include "import_file.h"
#include "admin.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_FIRST = 1 << 20 };

void
import_file_free(struct import_file *file)
{
	if (file->bytes != NULL)
		secret_wipe(file->bytes, file->cap);
	free(file->bytes);
	*file = (struct import_file){0};
}

/* Room for CAP bytes; what was read moves along. */
static enum err
make_file_room(struct import_file *file, size_t cap)
{
	struct import_file more = {malloc(cap), file->len, cap};

	if (more.bytes == NULL)
		return ERR_NO_MEMORY;
	if (file->len > 0)
		memcpy(more.bytes, file->bytes, file->len);
	import_file_free(file);
	*file = more;
	return OK;
}

static enum err
read_stream(struct import_file *file, size_t most)
{
	enum err e = make_file_room(file, FILE_FIRST);

	while (e == OK && !feof(stdin)) {
		if (file->len + 1 == file->cap)
			e = make_file_room(file, 2 * file->cap);
		if (e == OK)
			file->len += fread(file->bytes + file->len, 1,
			    file->cap - file->len - 1, stdin);
		if (e == OK && ferror(stdin))
			e = ERR_IO;
		else if (e == OK && file->len > most)
			e = ERR_NO_SPACE;
	}
	return e;
}

static enum err
read_named(struct import_file *file, const char *path, size_t most)
{
	struct stat st;
	enum err e;

	if (stat(path, &st) != 0)
		return file_err(errno);
	if (st.st_size > (off_t)most)
		return ERR_NO_SPACE;
	e = make_file_room(file, (size_t)st.st_size + 1);
	return e == OK
		   ? file_read(path, 0, file->bytes, file->cap - 1, &file->len)
		   : e;
}

int
import_file_read(struct import_file *file, const char *path, size_t most)
{
	switch (str_equal(path, "-") ? read_stream(file, most)
				     : read_named(file, path, most)) {
	case OK:
		return EXIT_DONE;
	case ERR_NOT_FOUND:
		return admin_fail("%s: no such file", path);
	case ERR_NO_SPACE:
		return admin_fail("%s: longer than %zu bytes; import it in "
				  "parts",
		    path, most);
	case ERR_NO_MEMORY:
		return admin_fail("out of memory; nothing has changed");
	case ERR_PERMISSION:
		return admin_fail("%s: cannot be read by the owner of the data "
				  "directory; give - and the file as standard "
				  "input",
		    path);
	default:
		return admin_fail("%s: cannot be read", path);
	}
}
