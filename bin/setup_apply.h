/*
 * A plan, carried out: all files are written aside and synced before the first
 * one is put in its place, so that a full disk changes nothing; and until
 * apply_keep each step can be undone, which needs no room.
 */
#ifndef LK_BIN_SETUP_APPLY_H
#define LK_BIN_SETUP_APPLY_H

#include "setup_plan.h"

#include <stdbool.h>

/* False, with a line: it was not possible, and everything is as it was. */
bool apply_plan(struct plan *p);

void apply_undo(struct plan *p);
void apply_keep(struct plan *p);

#endif
