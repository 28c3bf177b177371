/*
 * The file that is imported, in memory.
 */
#ifndef LK_BIN_IMPORT_FILE_H
#define LK_BIN_IMPORT_FILE_H

#include <stddef.h>

struct import_file { /* begun with zeroes */
	char *bytes; /* owned; has room for a NUL behind them */
	size_t len, cap;
};

/* Reads the file PATH, "-" for standard input, of MOST bytes at the most; an
 * exit status. */
int import_file_read(struct import_file *file, const char *path, size_t most);

/* Wipes it. */
void import_file_free(struct import_file *file);

#endif
