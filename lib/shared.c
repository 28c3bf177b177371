/*
 * Only in the shared library. Debian's archives of LMDB, jansson and libfcgi
 * are made for programs: their code has these two variables of libc's at a
 * distance that is known when it is linked, and so they must be in what it is
 * linked into. The linker has it, and ours, take these instead.
 */
#include <stdio.h>

extern FILE *__real_stdin, *__real_stderr;
FILE *__wrap_stdin, *__wrap_stderr;

__attribute__((constructor)) static void
take_streams(void)
{
	__wrap_stdin = __real_stdin;
	__wrap_stderr = __real_stderr;
}
