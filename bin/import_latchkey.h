/*
 * latchkey import FILE: what another latchkey exported. It is checked whole
 * before anything changes, and put in one transaction.
 */
#ifndef LK_BIN_IMPORT_LATCHKEY_H
#define LK_BIN_IMPORT_LATCHKEY_H

#include "admin.h"

/* Runs `import` with ARGS; an exit status. */
int import_latchkey(struct admin *a, const struct args *args);

#endif
