#include "domain/mail_queue.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/secret.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err
make_one(const char *dir, const char *name)
{
	char path[CONF_PATH_CAP + 32];
	enum err e = file_path(path, sizeof path, dir, name);

	if (e == OK && mkdir(path, 0700) != 0 && errno != EEXIST)
		e = file_err(errno);
	return e;
}

enum err
mail_queue_make(const char *dir)
{
	static const char *const names[] = {
	    MAIL_DIR, MAIL_TMP, MAIL_NEW, MAIL_OUT};
	enum err e = OK;

	for (size_t i = 0; e == OK && i < sizeof names / sizeof *names; i++)
		e = make_one(dir, names[i]);
	return e;
}

/* In the order in which they were written, and no two the same. */
static void
name_mail(char name[static MAIL_NAME_CAP], int64_t now)
{
	uint8_t number[12];
	struct buf b;

	random_bytes(number, sizeof number);
	buf_init(&b, name, MAIL_NAME_CAP);
	buf_put_int(&b, now);
	buf_putc(&b, '.');
	buf_put_base64url(&b, number, sizeof number);
}

/* Where nothing takes them, they do not fill the disk. */
static enum err
find_room(const char *dir)
{
	char path[CONF_PATH_CAP + 32];
	unsigned n = 0;
	DIR *d;

	if (file_path(path, sizeof path, dir, MAIL_NEW) != OK ||
	    (d = opendir(path)) == NULL)
		return ERR_IO;
	while (n < MAIL_QUEUE_MAX + 2 && readdir(d) != NULL)
		n++; /* with . and .. */
	closedir(d);
	return n < MAIL_QUEUE_MAX + 2 ? OK : ERR_NO_SPACE;
}

enum err
mail_queue_put(const char *dir, const char *text, size_t len, int64_t now)
{
	char name[MAIL_NAME_CAP], below[MAIL_NAME_CAP + 16];
	char from[CONF_PATH_CAP + 96], to[CONF_PATH_CAP + 96] = "";
	enum err e = mail_queue_make(dir);

	if (e == OK)
		e = find_room(dir);
	name_mail(name, now);
	snprintf(below, sizeof below, MAIL_TMP "/%s", name);
	if (e == OK)
		e = file_path(from, sizeof from, dir, below);
	snprintf(below, sizeof below, MAIL_NEW "/%s", name);
	if (e == OK)
		e = file_path(to, sizeof to, dir, below);
	if (e == OK)
		e = file_write(from, 0600, text, len, 1);
	if (e == OK && rename(from, to) != 0) {
		e = file_err(errno);
		unlink(from);
	}
	return e;
}
