/* The administrator's command. */
#include "admin.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/str.h"
#include "output.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const struct verb *const nouns[] = {init_verbs, user_verbs, client_verbs,
    site_verbs, app_password_verbs, key_verbs, session_verbs, grant_verbs,
    audit_verbs, check_verbs, import_verbs, mail_verbs, NULL};

/* NOUN: only the verbs of that one, or NULL. */
static void
print_usage(FILE *out, const char *noun)
{
	const struct verb *const *n, *v;

	if (noun == NULL)
		fputs("usage: latchkey [-d DIR] VERB ...\n\n", out);
	for (n = nouns; *n != NULL; n++)
		for (v = *n; v->noun != NULL; v++)
			if (noun == NULL || str_equal(noun, v->noun))
				verb_usage(out, v);
	if (noun == NULL)
		fputs("\nDIR is the data directory, else $LATCHKEY_DATA. "
		      "More in latchkey(8).\n",
		    out);
}

static int
hint(const char *noun)
{
	fprintf(stderr, "latchkey: try `latchkey %s%s--help`\n",
	    noun != NULL ? noun : "", noun != NULL ? " " : "");
	return EXIT_USAGE;
}

static const struct verb *
find_noun(const char *noun)
{
	const struct verb *const *n;

	for (n = nouns; *n != NULL; n++)
		if (str_equal((*n)->noun, noun))
			return *n;
	return NULL;
}

static const struct verb *
find_verb(const struct verb *verbs, const char *name)
{
	for (; verbs->noun != NULL; verbs++)
		if (str_equal(verbs->name, name))
			return verbs;
	return NULL;
}

static int
run_verb(const char *dir, const struct args *args)
{
	struct admin a = {.dir = conf_dir(dir), .now = clock_now()};
	int status = EXIT_DONE;

	if (secret_init() != OK)
		return admin_fail("the system has no random numbers");
	if (!admin_become_owner(a.dir))
		return EXIT_REFUSED;
	if (!args->verb->bare)
		status = admin_open(&a);
	if (status == EXIT_DONE)
		status = args->verb->run(&a, args);
	admin_close(&a);
	if (output_finish() != EXIT_DONE)
		status = EXIT_REFUSED;
	return status;
}

/* ARGV starts at the noun. */
static int
dispatch_verb(const char *dir, int argc, char **argv)
{
	const struct verb *verb = find_noun(argv[0]);
	const char *noun = argv[0];
	struct args args;
	int used = 1;

	if (verb == NULL) {
		admin_misused("%s: unknown verb", noun);
		return hint(NULL);
	}
	if (verb->name != NULL) {
		if (argc < 2) {
			admin_misused("%s: missing subcommand", noun);
			return hint(noun);
		}
		if (str_equal(argv[1], "-h") || str_equal(argv[1], "--help")) {
			print_usage(stdout, noun);
			return output_finish();
		}
		verb = find_verb(verb, argv[1]);
		if (verb == NULL) {
			admin_misused("%s %s: unknown verb", noun, argv[1]);
			return hint(noun);
		}
		used = 2;
	}
	switch (args_parse(&args, verb, argc - used, argv + used)) {
	case ARGS_OK:
		return run_verb(dir, &args);
	case ARGS_HELP:
		verb_usage(stdout, verb);
		printf("\n%s\n", verb->summary);
		return output_finish();
	default:
		return hint(noun);
	}
}

int
main(int argc, char **argv)
{
	const char *dir = NULL;
	int i = 1;

	umask(077);
	log_open("command");
	for (; i < argc && argv[i][0] == '-'; i++) {
		if (str_equal(argv[i], "-h") || str_equal(argv[i], "--help")) {
			print_usage(stdout, NULL);
			return output_finish();
		}
		if (str_equal(argv[i], "--version")) {
			puts("latchkey " LK_VERSION);
			return output_finish();
		}
		if (!str_starts(argv[i], "-d")) {
			admin_misused("%s: unknown option", argv[i]);
			return hint(NULL);
		}
		dir = argv[i][2] != '\0' ? argv[i] + 2 : argv[++i];
		if (dir == NULL || dir[0] == '\0') {
			admin_misused("-d: needs a directory");
			return hint(NULL);
		}
	}
	if (i >= argc) {
		print_usage(stderr, NULL);
		return EXIT_USAGE;
	}
	return dispatch_verb(dir, argc - i, argv + i);
}
