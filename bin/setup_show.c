/* A plan, as people are shown it. */
#define _GNU_SOURCE /* memfd_create */
#include "setup_plan.h"

#include "setup_run.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FD_PATH_CAP = 64 };

static bool
write_whole(int fd, const char *text, size_t len)
{
	ssize_t n;

	for (; len > 0; text += n, len -= (size_t)n) {
		n = write(fd, text, len);
		if (n <= 0)
			return false;
	}
	return true;
}

/* By diff, which has to see both as files. */
static void
show_difference(const struct plan_item *item)
{
	char new[FD_PATH_CAP];
	const char *const argv[] = {"diff", "-u", "--label", item->path,
	    "--label", item->path, item->path, new, NULL};
	const int fd = memfd_create("latchkey", MFD_CLOEXEC);

	snprintf(new, sizeof new, "/proc/%ld/fd/%d", (long)getpid(), fd);
	fflush(stdout);
	if (fd < 0 || !write_whole(fd, item->text, item->len) ||
	    run_openly(argv) > 1)
		printf("(diff cannot show it)\n");
	if (fd >= 0)
		close(fd);
}

static void
show_file(const struct plan_item *item)
{
	switch (item->state) {
	case PLAN_NEW:
		printf("==> writes %s (mode %04o, %zu bytes)\n", item->path,
		    item->mode, item->len);
		fwrite(item->text, 1, item->len, stdout);
		break;
	case PLAN_CHANGE:
		printf("==> changes %s\n", item->path);
		show_difference(item);
		break;
	case PLAN_KEPT:
		printf("==> leaves %s as it is, for it was changed by hand or "
		       "written by others; --replace would change it, and keep "
		       "a copy\n",
		    item->path);
		show_difference(item);
		break;
	default:
		break;
	}
}

void
plan_show(const struct plan *p)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct plan_item *item = &p->items[i];

		if (item->kind == PLAN_FILE)
			show_file(item);
		else if (item->kind == PLAN_LINK && item->state == PLAN_NEW)
			printf(
			    "==> links %s to %s\n", item->path, item->target);
		else if (item->kind == PLAN_UNLINK)
			printf("==> removes the link %s: %s\n", item->path,
			    item->target);
	}
}
