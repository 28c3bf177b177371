/*
 * What is to be written: files, links, lines in files of others, each compared
 * with what is there. Nothing is changed before setup_apply.h.
 *
 * A file of ours ends with a line that has its sum. One that has been changed
 * since, or was never ours, is left as it is, unless `replace` is set.
 */
#ifndef LK_BIN_SETUP_PLAN_H
#define LK_BIN_SETUP_PLAN_H

#include "setup_site.h"

#include <stdbool.h>
#include <stddef.h>

enum { PLAN_ITEMS_MAX = 48 };

enum plan_kind { PLAN_FILE, PLAN_LINK, PLAN_UNLINK };

enum plan_state {
	PLAN_SAME,   /* it is there already */
	PLAN_NEW,    /* nothing is there */
	PLAN_CHANGE, /* something else is there, and gives way */
	PLAN_KEPT    /* something else is there, and stays */
};

struct plan_item {
	enum plan_kind kind;
	enum plan_state state;
	char path[SETUP_PATH_CAP];
	char target[SETUP_PATH_CAP]; /* of a link; of an unlink: why */
	char *text;                  /* the whole file, ours */
	size_t len;
	unsigned mode;
	/* while it is applied */
	char staged[SETUP_PATH_CAP], saved[SETUP_PATH_CAP];
	bool made_dir, done;
};

struct plan {
	struct plan_item items[PLAN_ITEMS_MAX];
	size_t count;
	bool replace;
};

/*
 * Each adds one item; false, with a line: that is not possible.
 * file    TEXT (LEN bytes) and our last line, with MODE
 * edit    a file of others with ADDED at AT; nothing if it has that line
 * already link    PATH leads to TARGET, which is relative to it unlink  the
 * link PATH, for which WHY is a reason
 */
bool plan_file(struct plan *p, const char *path, const char *text, size_t len,
    unsigned mode);
bool plan_edit(struct plan *p, const char *path, size_t at, const char *added);
bool plan_link(struct plan *p, const char *path, const char *target);
bool plan_unlink(struct plan *p, const char *path, const char *why);

/* Whether something is to be changed. */
bool plan_changes(const struct plan *p);

/* Prints what changes: a new file byte for byte after a line with its length,
 * a changed one as `diff -u` has it. */
void plan_show(const struct plan *p);

void plan_free(struct plan *p);

#endif
