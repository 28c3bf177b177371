#include "remains.h"

#include "admin.h"
#include "base/buf.h"
#include "base/file.h"
#include "domain/installation.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

static const struct part {
	const char *name, *remedy;
} parts[] = {
    /* First: its file, if the engine has one (next_missing). */
    {"store", "restore the store from a backup; a new store would be empty"},
    {"secret.key", "restore it from a backup of this directory; without it no "
		   "code, refresh token or client secret can be checked"},
    {"keys", "restore it from a backup of this directory"},
    {"slots", "make it again with mode 0700 and the directory's owner; "
	      "nothing in it lasts"},
    /* Last: what it was is read from the store. */
    {"latchkey.conf", NULL},
};

enum { PARTS = sizeof parts / sizeof *parts, PART_NAME_CAP = 64 };

/* Whether NAME is missing; what cannot be looked at is there. */
static bool
is_missing(const char *dir, const char *name)
{
	char path[ADMIN_PATH_CAP];
	struct stat st;

	return file_path(path, sizeof path, dir, name) == OK &&
	       lstat(path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* Whether the records are in a database. */
static bool
has_database(const char *dir)
{
	char message[CONF_MESSAGE_CAP];
	struct conf conf;

	return conf_load(&conf, dir, message, sizeof message) == OK &&
	       conf.store[0] != '\0';
}

/* The first part from I on that is missing, its name into NAME; PARTS: none. */
static size_t
next_missing(const char *dir, size_t i, char name[static PART_NAME_CAP])
{
	const char *file = store_file(&(struct store_settings){0});
	const bool is_elsewhere = has_database(dir);

	for (; i < PARTS; i++) {
		snprintf(name, PART_NAME_CAP, "%s", parts[i].name);
		if (i == 0 && is_elsewhere)
			continue;
		if (i == 0 && file != NULL)
			snprintf(name, PART_NAME_CAP, "store/%s", file);
		if (is_missing(dir, name))
			break;
	}
	return i;
}

bool
remains_any(const char *dir)
{
	char name[PART_NAME_CAP];

	for (size_t i = 0; i < PARTS; i++)
		if (next_missing(dir, i, name) != i)
			return true;
	return !is_missing(dir, "store");
}

static enum err
remaining_issuer_step(struct store_txn *t, void *arg)
{
	return installation_issuer(t, arg);
}

/* The issuer that DIR's store knows, or an empty text. */
static void
read_issuer(const char *dir, char issuer[static ISSUER_CAP])
{
	char message[CONF_MESSAGE_CAP];
	struct store *s;

	issuer[0] = '\0';
	if (installation_open(&s, dir, "", false, message, sizeof message) !=
	    OK)
		return;
	if (store_read(s, remaining_issuer_step, issuer) != OK)
		issuer[0] = '\0';
	store_close(&s);
}

static void
put_conf_remedy(struct buf *b, const char *dir)
{
	char issuer[ISSUER_CAP];

	read_issuer(dir, issuer);
	buf_printf(b,
	    "restore it from a backup, or write a new one whose only line is "
	    "`issuer = %s`; every other setting has a default "
	    "(latchkey.conf(5))",
	    issuer[0] != '\0' ? issuer : "ISSUER");
	if (issuer[0] == '\0')
		buf_puts(b, ", and ISSUER the address that apps know");
}

bool
remains_missing(const char *dir, char *message, size_t message_cap)
{
	char name[PART_NAME_CAP];
	size_t i = next_missing(dir, 0, name);
	struct buf b;

	if (i == PARTS)
		return false;
	buf_init(&b, message, message_cap);
	buf_printf(&b,
	    "%s/%s is missing, but other parts of the data directory are "
	    "there: ",
	    dir, name);
	if (parts[i].remedy != NULL)
		buf_puts(&b, parts[i].remedy);
	else
		put_conf_remedy(&b, dir);
	return true;
}
