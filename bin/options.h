/*
 * The command line after the verb: options in any order, with at most two
 * operands among them. A constant table has a row for each thing that a verb
 * takes. The usage is printed from the same rows.
 */
#ifndef LK_BIN_OPTIONS_H
#define LK_BIN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct admin;
struct args;

/* Exit statuses; 2 as getopt's users expect it. */
enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2 };

struct option {
	const char *name;  /* "--group" */
	const char *value; /* what the usage calls its value; NULL: a switch */
	bool repeats;
};

#define OPTION_JSON                                                            \
	{                                                                      \
		"--json", NULL, false                                          \
	}
/* A verb with this one asks before it runs, on a terminal. */
#define OPTION_YES                                                             \
	{                                                                      \
		"--yes", NULL, false                                           \
	}
#define OPTION_END                                                             \
	{                                                                      \
		NULL, NULL, false                                              \
	}

/* What is done before a verb runs. The first two have the values of false and
 * true, which is how most tables have them. */
enum verb_start {
	START_OPEN, /* becomes the directory's owner, and opens the store */
	START_BARE, /* the owner, without an open store: makes or examines it */
	START_AS_CALLER /* neither: changes more than the data directory */
};

struct verb {
	const char *noun;    /* "user" */
	const char *name;    /* "add"; NULL if the noun says it all */
	const char *operand; /* what the usage calls it, or two: "OLD NEW";
			      * NULL: none */
	bool operand_optional;
	enum verb_start start;
	const struct option *options; /* ends with OPTION_END */
	const char *summary;
	int (*run)(struct admin *a, const struct args *args);
};

#define VERB_END                                                               \
	{                                                                      \
		.noun = NULL                                                   \
	}

enum { ASKED_CAP = 1024 };

/* What was given to a verb; argv is borrowed from main. Not to be copied. */
struct args {
	const struct verb *verb;
	int argc;
	char **argv;
	const char *operand;      /* NULL if there was none */
	const char *second;       /* of a verb with two: the other */
	char asked[2][ASKED_CAP]; /* what was asked for on the terminal */
};

/* The position of args_next; starts zeroed. */
struct args_cursor {
	int at;
	bool operands_only; /* "--" has been passed */
};

enum args_result { ARGS_OK, ARGS_HELP, ARGS_VERSION, ARGS_BAD };

/* Takes ARGV apart, which starts after the verb. An operand that is missing is
 * asked for on a terminal. ARGS_HELP: -h or --help was among it; ARGS_VERSION:
 * --version was; ARGS_BAD: the reason has been printed. */
enum args_result args_parse(
    struct args *args, const struct verb *verb, int argc, char **argv);

/* The value of option NAME, or NULL if it was not given; of a switch "". */
const char *args_value(const struct args *args, const char *name);
bool args_has(const struct args *args, const char *name);

/* The next value of an option that repeats, or NULL. */
const char *args_next(
    const struct args *args, const char *name, struct args_cursor *c);

/* Whether an option other than --json was given. */
bool args_any(const struct args *args);

/* The option of VERB that NAME, of LEN characters, is; NULL: there is none. */
const struct option *verb_option(
    const struct verb *verb, const char *name, size_t len);

/* Prints a verb's line: "latchkey user add NAME [--name NAME] ...". */
void verb_usage(FILE *out, const struct verb *verb);

#endif
