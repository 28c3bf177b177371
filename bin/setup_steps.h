/*
 * The commands of a setup, each as it could be typed: what makes the user and
 * the data directory, starts the programs, and has the web server read its
 * configuration. Only those are there that are needed.
 */
#ifndef LK_BIN_SETUP_STEPS_H
#define LK_BIN_SETUP_STEPS_H

#include "setup_server.h"

#include <stdbool.h>
#include <stddef.h>

enum { STEPS_MAX = 16, STEP_WORDS_MAX = 16 };

enum step_kind {
	STEP_HOST,     /* can stay where a later one fails */
	STEP_PROGRAMS, /* starts the programs; the next one ends them again */
	STEP_SERVER,   /* has the web server read its configuration */
	STEP_DATA      /* undoes itself where it fails */
};

struct step {
	enum step_kind kind;
	bool apart;    /* goes on running */
	pid_t process; /* then, once it is started */
	const char *argv[STEP_WORDS_MAX];
};

struct steps {
	struct step steps[STEPS_MAX];
	size_t count;
};

struct step_needs {
	const struct setup_server *server;
	const char *dir; /* the data directory */
	const char *issuer;
	const char *prefix;  /* where latchkey is installed */
	const char *command; /* this one's path */
	bool has_systemd;
	bool files_change;
	int port; /* at which the web server listens */
};

/* Whether systemd runs this host. */
bool steps_has_systemd(void);

void steps_plan(struct steps *s, const struct step_needs *n);

/* Prints one a line, as a shell would take it. */
void steps_show(const struct steps *s);

/* Runs them; false, with a line: one failed, and what those before it started
 * is as it was, except the user. */
bool steps_run(struct steps *s, const struct step_needs *n);

/* Has the web server read its configuration again, after it was put back. */
void steps_reload(const struct step_needs *n);

#endif
