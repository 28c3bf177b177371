/*
 * Libraries that are not linked but loaded when they are first needed: what
 * they cost of memory is then paid by the programs that use them only.
 */
#ifndef LK_BASE_LIBRARY_H
#define LK_BASE_LIBRARY_H

#include <stdbool.h>

/* NULL: this host does not have NAME, "libcurl.so.4". It is never closed, for
 * some leave handlers that run at exit. */
void *library_open(const char *name);

/* Puts the address of NAME into *FUNCTION, a pointer to a pointer to a function
 * or a constant. False, with NULL in it: LIBRARY has no such name. */
bool library_find(void *library, const char *name, void *function);

#endif
