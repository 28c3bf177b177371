/*
 * What another of our programs starts or loads. It is found by where this one
 * is: built, installed, and copied to another host alike. Programs are in
 * libexec/.
 */
#ifndef LK_BASE_BESIDE_H
#define LK_BASE_BESIDE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { BESIDE_PATH_CAP = 1024 };

/* Where the program NAME is: ERR_NOT_FOUND. */
enum err beside_find(
    char path[static BESIDE_PATH_CAP], const char *name) MUST_CHECK;

/* The same for the library NAME, beside liblatchkey.so. */
enum err beside_find_library(
    char path[static BESIDE_PATH_CAP], const char *name) MUST_CHECK;

/*
 * Starts PATH with ARGV, in a session of its own, without signals held back and
 * with no file open but STREAM as its standard input and output (-1: /dev/null)
 * and our standard error, or none if it is to be QUIET. *PID is to be waited
 * for. ERR_IO.
 */
enum err beside_start(const char *path, char *const argv[], int stream,
    bool quiet, pid_t *pid) MUST_CHECK;

#endif
