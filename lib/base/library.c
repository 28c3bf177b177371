#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

void *
library_open(const char *name)
{
	return dlopen(name, RTLD_NOW | RTLD_LOCAL);
}

/* POSIX promises that a function's address fits a void pointer (dlsym). */
bool
library_find(void *library, const char *name, void *function)
{
	void *symbol = dlsym(library, name);

	memcpy(function, &symbol, sizeof symbol);
	return symbol != NULL;
}
