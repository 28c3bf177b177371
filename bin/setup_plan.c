#include "setup_plan.h"

#include "admin.h"
#include "base/buf.h"
#include "base/secret.h"
#include "base/str.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SUM_BYTES = 16, STAMP_CAP = 160, BACKUPS_MAX = 100 };

#define STAMP_START "# Written by latchkey setup ("
#define STAMP_END "). A changed file is left as it is.\n"
#define BACKUPS "/var/backups/latchkey"

/* --- the last line of our files --------------------------------------------*/

static void
put_stamp(char stamp[static STAMP_CAP], const char *text, size_t len)
{
	uint8_t hash[HASH_LEN];
	struct buf b;

	secret_hash(hash, text, len);
	buf_init(&b, stamp, STAMP_CAP);
	buf_puts(&b, STAMP_START);
	for (size_t i = 0; i < SUM_BYTES; i++)
		buf_printf(&b, "%02x", hash[i]);
	buf_puts(&b, STAMP_END);
}

/* The bytes before our last line; LEN if TEXT does not end with one. */
static size_t
stamp_at(const char *text, size_t len)
{
	const char *at = text;
	size_t found = len;

	while ((at = strstr(at, STAMP_START)) != NULL)
		found = (size_t)(at++ - text);
	return found;
}

/* Whether TEXT is as we wrote it. */
static bool
is_stamped(const char *text, size_t len)
{
	const size_t at = stamp_at(text, len);
	char stamp[STAMP_CAP];

	put_stamp(stamp, text, at);
	return at < len && str_equal(text + at, stamp);
}

/* Whether both are the same, our last line apart. */
static bool
is_same_text(const char *a, size_t a_len, const char *b, size_t b_len)
{
	a_len = stamp_at(a, a_len);
	b_len = stamp_at(b, b_len);
	return a_len == b_len && memcmp(a, b, a_len) == 0;
}

/* --- adding ----------------------------------------------------------------*/

static struct plan_item *
next_item(struct plan *p, enum plan_kind kind, const char *path)
{
	struct plan_item *item = &p->items[p->count];

	if (p->count == PLAN_ITEMS_MAX ||
	    str_copy(item->path, sizeof item->path, path) != OK) {
		admin_fail("%s: too much for one setup", path);
		return NULL;
	}
	item->kind = kind;
	return item;
}

/* A link in the way of a file leads to it. */
static bool
resolve(struct plan_item *item)
{
	char real[PATH_MAX];

	if (realpath(item->path, real) == NULL)
		return errno == ENOENT;
	return str_copy(item->path, sizeof item->path, real) == OK;
}

static bool
refuse_item(const char *path)
{
	admin_fail("%s: %s", path, strerror(errno));
	return false;
}

/* TEXT and its last line. */
static bool
stamp_item(struct plan_item *item, const char *text, size_t len)
{
	char stamp[STAMP_CAP];
	size_t stamp_len;

	put_stamp(stamp, text, len);
	stamp_len = strlen(stamp);
	item->text = malloc(len + stamp_len + 1);
	if (item->text == NULL)
		return false;
	memcpy(item->text, text, len);
	memcpy(item->text + len, stamp, stamp_len + 1);
	item->len = len + stamp_len;
	return true;
}

/* Saves a file that gives way: a new file of the plan's. */
static bool
plan_backup(struct plan *p, const char *path, char *old, size_t old_len)
{
	const char *name = strrchr(path, '/') + 1;
	struct plan_item *item;
	char to[SETUP_PATH_CAP];
	struct stat st;

	for (unsigned n = 1; n < BACKUPS_MAX; n++) {
		snprintf(to, sizeof to, BACKUPS "/%.128s.%u", name, n);
		if (lstat(to, &st) != 0)
			break;
	}
	item = next_item(p, PLAN_FILE, to);
	if (item == NULL)
		return false;
	item->state = PLAN_NEW;
	item->text = old;
	item->len = old_len;
	item->mode = 0600;
	p->count++;
	return true;
}

/* What is there decides; OLD is taken over. */
static bool
judge_file(struct plan *p, struct plan_item *item, char *old, size_t old_len)
{
	const char *path = item->path;

	p->count++;
	if (old == NULL)
		item->state = PLAN_NEW;
	else if (is_same_text(old, old_len, item->text, item->len))
		item->state = PLAN_SAME;
	else if (is_stamped(old, old_len))
		item->state = PLAN_CHANGE;
	else
		item->state = p->replace ? PLAN_CHANGE : PLAN_KEPT;
	if (item->state == PLAN_CHANGE && !is_stamped(old, old_len) &&
	    p->replace)
		return plan_backup(p, path, old, old_len);
	free(old);
	return true;
}

bool
plan_file(struct plan *p, const char *path, const char *text, size_t len,
    unsigned mode)
{
	struct plan_item *item = next_item(p, PLAN_FILE, path);
	size_t old_len;
	char *old;

	if (item == NULL)
		return false;
	if (!resolve(item))
		return refuse_item(path);
	old = site_read_file(item->path, &old_len);
	if (old == NULL && errno != ENOENT && errno != ENOTDIR)
		return refuse_item(path);
	if (!stamp_item(item, text, len)) {
		free(old);
		return refuse_item(path);
	}
	item->mode = mode;
	return judge_file(p, item, old, old_len);
}

/* OLD with ADDED at AT. */
static bool
insert(struct plan_item *item, const char *old, size_t old_len, size_t at,
    const char *added)
{
	const size_t len = strlen(added);

	item->text = malloc(old_len + len + 1);
	if (item->text == NULL || at > old_len)
		return false;
	memcpy(item->text, old, at);
	memcpy(item->text + at, added, len);
	memcpy(item->text + at + len, old + at, old_len - at + 1);
	item->len = old_len + len;
	return true;
}

bool
plan_edit(struct plan *p, const char *path, size_t at, const char *added)
{
	struct plan_item *item = next_item(p, PLAN_FILE, path);
	size_t old_len;
	struct stat st;
	char *old;
	bool done;

	if (item == NULL)
		return false;
	if (!resolve(item) || stat(item->path, &st) != 0 ||
	    (old = site_read_file(item->path, &old_len)) == NULL)
		return refuse_item(path);
	item->mode = st.st_mode & 07777;
	item->state = PLAN_CHANGE;
	if (strstr(old, added + strspn(added, "\n\t")) != NULL)
		item->state = PLAN_SAME;
	done = insert(item, old, old_len, at, added);
	free(old);
	if (!done)
		return refuse_item(path);
	p->count++;
	return true;
}

bool
plan_link(struct plan *p, const char *path, const char *target)
{
	struct plan_item *item = next_item(p, PLAN_LINK, path);
	char there[SETUP_PATH_CAP];
	ssize_t n;

	if (item == NULL ||
	    str_copy(item->target, sizeof item->target, target) != OK)
		return false;
	p->count++;
	n = readlink(path, there, sizeof there - 1);
	if (n < 0 && errno == ENOENT) {
		item->state = PLAN_NEW;
		return true;
	}
	/* a2enmod's own, or a file in its place. */
	item->state = PLAN_SAME;
	return true;
}

bool
plan_unlink(struct plan *p, const char *path, const char *why)
{
	struct plan_item *item;
	struct stat st;

	for (size_t i = 0; i < p->count; i++)
		if (p->items[i].kind == PLAN_UNLINK &&
		    str_equal(p->items[i].path, path))
			return true;
	if (lstat(path, &st) != 0)
		return refuse_item(path);
	item = next_item(p, PLAN_UNLINK, path);
	if (item == NULL ||
	    str_copy(item->target, sizeof item->target, why) != OK)
		return false;
	item->state = PLAN_CHANGE;
	p->count++;
	return true;
}

bool
plan_changes(const struct plan *p)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->items[i].state == PLAN_NEW ||
		    p->items[i].state == PLAN_CHANGE)
			return true;
	return false;
}

void
plan_free(struct plan *p)
{
	for (size_t i = 0; i < p->count; i++)
		free(p->items[i].text);
	*p = (struct plan){0};
}
