/* Apache's modules, as Debian's a2enmod enables them. */
#ifndef LK_BIN_SETUP_MODULES_H
#define LK_BIN_SETUP_MODULES_H

#include "setup_plan.h"

/* Plans the links of NAMES, which end with NULL, and of what they depend on;
 * false, with a line. */
bool plan_apache_modules(struct plan *p, const char *const *names);

#endif
