/* latchkey user rename: another name for the same person. */
#ifndef LK_BIN_USER_RENAME_H
#define LK_BIN_USER_RENAME_H

#include "admin.h"
#include "options.h"

int user_rename_verb(struct admin *a, const struct args *args);

#endif
