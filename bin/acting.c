#include "acting.h"

#include "admin.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool
acting_begin(struct acting *a, const char *dir)
{
	struct stat st;

	*a = (struct acting){
	    .root = geteuid() == 0, .uid = geteuid(), .gid = getegid()};
	if (stat(dir, &st) != 0)
		return true;
	/* Who is not root is refused here, in words. */
	if (!a->root)
		return admin_become_owner(dir);
	a->uid = st.st_uid;
	a->gid = st.st_gid;
	if (setgroups(0, NULL) == 0)
		return true;
	admin_fail("%s: %s", dir, strerror(errno));
	return false;
}

static void
insist_on(bool done)
{
	if (done)
		return;
	admin_fail("cannot become another user: %s", strerror(errno));
	_exit(EXIT_REFUSED);
}

void
acting_as_owner(const struct acting *a)
{
	if (a->root)
		insist_on(setegid(a->gid) == 0 && seteuid(a->uid) == 0);
}

void
acting_as_caller(const struct acting *a)
{
	if (a->root)
		insist_on(seteuid(0) == 0 && setegid(0) == 0);
}
