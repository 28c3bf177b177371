/* The end of a setup: the first person, and `latchkey check`. */
#ifndef LK_BIN_SETUP_FINISH_H
#define LK_BIN_SETUP_FINISH_H

#include <stdbool.h>

struct finish {
	const char *command, *dir;
	const char *person; /* NULL: none was named */
	bool asks_password; /* at the terminal, instead of a link */
};

/* Prints the commands that it would run. */
void finish_show(const struct finish *f);

/* Runs them; an exit status. */
int finish_setup(const struct finish *f);

#endif
