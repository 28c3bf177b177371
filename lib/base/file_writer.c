#include "base/file_writer.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
file_writer_begin_at(struct file_writer *w, int fd)
{
	*w = (struct file_writer){.fd = fd};
}

void
file_writer_begin(struct file_writer *w, const char *path)
{
	struct buf b;

	file_writer_begin_at(w, -1);
	buf_init(&b, w->temporary, sizeof w->temporary);
	buf_printf(&b, "%s.XXXXXX", path);
	w->e =
	    buf_ok(&b) ? str_copy(w->path, sizeof w->path, path) : ERR_NO_SPACE;
	if (w->e != OK)
		return;
	w->fd = mkstemp(w->temporary); /* with mode 0600 */
	if (w->fd < 0)
		w->e = file_err(errno);
}

static void
write_room(struct file_writer *w)
{
	size_t done = 0;

	w->gone |= w->used > 0;
	while (w->e == OK && done < w->used) {
		ssize_t n = write(w->fd, w->room + done, w->used - done);

		if (n > 0)
			done += (size_t)n;
		else if (n < 0 && errno != EINTR)
			w->e = file_err(errno);
	}
	w->used = 0;
}

void
file_writer_put(struct file_writer *w, const void *bytes, size_t len)
{
	const char *at = bytes;
	size_t part;

	while (w->e == OK && len > 0) {
		part = sizeof w->room - w->used;
		if (part > len)
			part = len;
		memcpy(w->room + w->used, at, part);
		w->used += part;
		at += part;
		len -= part;
		if (w->used == sizeof w->room)
			write_room(w);
	}
}

void
file_writer_restart(struct file_writer *w)
{
	w->used = 0;
	if (w->e != OK || !w->gone)
		return;
	if (w->path[0] == '\0')
		w->e = ERR_BUSY;
	else if (ftruncate(w->fd, 0) != 0 || lseek(w->fd, 0, SEEK_SET) != 0)
		w->e = file_err(errno);
}

enum err
file_writer_end(struct file_writer *w)
{
	enum err e;

	write_room(w);
	if (w->path[0] != '\0' && w->e == OK && fsync(w->fd) != 0)
		w->e = file_err(errno);
	if (w->path[0] != '\0' && w->e == OK &&
	    rename(w->temporary, w->path) != 0)
		w->e = file_err(errno);
	if (w->path[0] != '\0' && w->e == OK) {
		w->temporary[0] = '\0';
		w->e = file_sync_parent(w->path);
	}
	e = w->e;
	file_writer_abandon(w);
	return e;
}

void
file_writer_abandon(struct file_writer *w)
{
	secret_wipe(w->room, sizeof w->room);
	if (w->path[0] == '\0')
		return;
	if (w->fd >= 0)
		close(w->fd);
	if (w->fd >= 0 && w->temporary[0] != '\0')
		unlink(w->temporary);
	w->fd = -1;
}
