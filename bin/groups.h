/* Groups that an app or a site is limited to, looked at for slips. */
#ifndef LK_BIN_GROUPS_H
#define LK_BIN_GROUPS_H

#include "admin.h"

/* Warns of each of GROUPS (base/names.h) that no person is in: a slip in its
 * name would keep everybody out. */
void groups_warn_of_empty(const struct admin *a, const char *groups);

#endif
