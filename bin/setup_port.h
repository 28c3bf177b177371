/* Which program listens at a port of this host. */
#ifndef LK_BIN_SETUP_PORT_H
#define LK_BIN_SETUP_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { PROGRAM_CAP = 64 };

struct listener {
	char program[PROGRAM_CAP]; /* "nginx"; "" where that cannot be seen */
	pid_t pid;                 /* 0 likewise */
};

/* False if none listens at PORT, of any address, by TCP. */
bool port_listener(int port, struct listener *l);

#endif
