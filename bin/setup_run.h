/*
 * Other programs of the host, run without a shell: what they say is kept, and
 * how they end.
 */
#ifndef LK_BIN_SETUP_RUN_H
#define LK_BIN_SETUP_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { RUN_SAID_CAP = 512 };

/* What a program said, both its outputs together unless told otherwise. */
struct run_output {
	char *text; /* ours, NUL-terminated; NULL: there was no memory */
	size_t len;
	int status; /* as a shell has it: 127 where it cannot be started */
};

/* Runs ARGV, which ends with NULL, and waits. With ONLY_OUTPUT its standard
 * error is not kept. What is said beyond some megabytes is dropped. */
void run_quietly(
    const char *const *argv, bool only_output, struct run_output *out);
void run_output_free(struct run_output *out);

/* The line of OUT that says what is wrong, or its last one, for a message of
 * ours: cut, and without control characters. */
const char *run_complaint(
    const struct run_output *out, char said[static RUN_SAID_CAP]);

/* Runs ARGV with our own standard files, and waits: its status. */
int run_openly(const char *const *argv);

/* Starts ARGV in a session of its own, with LOG as its standard error, and does
 * not wait for it: its process, or 0 if that is not possible. */
pid_t run_apart(const char *const *argv, const char *log);

#endif
