/* The administrator's command. */
#include "admin.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/str.h"
#include "complete.h"
#include "domain/drainer.h"
#include "domain/logout_queue.h"
#include "help.h"
#include "output.h"
#include "prompt.h"
#include "verbs.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int run_help(struct admin *a, const struct args *args);
static int run_version(struct admin *a, const struct args *args);

static const struct option no_options[] = {OPTION_END};

static const struct verb help_verbs[] = {
    {"help", NULL, "NOUN VERB", true, true, no_options,
	"Explains the command, a noun or a verb.", run_help},
    VERB_END,
};

static const struct verb version_verbs[] = {
    {"version", NULL, NULL, false, true, no_options,
	"Says which version it is.", run_version},
    VERB_END,
};

static const struct verb *const nouns[] = {init_verbs, user_verbs, client_verbs,
    site_verbs, app_password_verbs, key_verbs, session_verbs, grant_verbs,
    audit_verbs, why_verbs, check_verbs, export_verbs, import_verbs, mail_verbs,
    help_verbs, version_verbs, setup_verbs, backup_verbs, restore_verbs,
    registration_token_verbs, move_verbs, host_verbs, NULL};

static int
hint(const char *noun)
{
	fprintf(stderr, "latchkey: try `latchkey %s%s--help`\n",
	    noun != NULL ? noun : "", noun != NULL ? " " : "");
	return EXIT_USAGE;
}

/* --- the command about itself ----------------------------------------------*/

static int
show_version(void)
{
	puts("latchkey " LK_VERSION);
	return output_finish();
}

static int
show_overview(void)
{
	help_overview(stdout, nouns);
	return output_finish();
}

static int
show_noun(const struct verb *verbs)
{
	help_noun(stdout, verbs);
	return output_finish();
}

static int
show_verb(const struct verb *verb)
{
	help_verb(stdout, verb);
	return output_finish();
}

static int
run_version(struct admin *a, const struct args *args)
{
	(void)a, (void)args;
	return show_version();
}

static int
run_help(struct admin *a, const struct args *args)
{
	const struct verb *verbs, *verb;

	(void)a;
	if (args->operand == NULL)
		return show_overview();
	verbs = verbs_noun(nouns, args->operand);
	if (verbs == NULL) {
		verbs_unknown_noun(nouns, args->operand);
		return hint(NULL);
	}
	if (args->second == NULL || verbs->name == NULL)
		return show_noun(verbs);
	verb = verbs_find(verbs, args->second);
	if (verb != NULL)
		return show_verb(verb);
	verbs_unknown(verbs, args->second);
	return hint(verbs->noun);
}

/* --- running a verb --------------------------------------------------------*/

/* What removes something is asked about, if a person is there. What runs as its
 * caller shows what it would do, and asks then. */
static bool
person_agrees(const struct args *args)
{
	const struct verb *v = args->verb;
	char question[ASKED_CAP + 64];

	if (v->start == START_AS_CALLER ||
	    verb_option(v, "--yes", strlen("--yes")) == NULL ||
	    args_has(args, "--yes") || !prompt_possible())
		return true;
	fprintf(stderr, "%s\n", v->summary);
	snprintf(question, sizeof question, "%s%s%s %s?", v->noun,
	    v->name != NULL ? " " : "", v->name != NULL ? v->name : "",
	    args->operand != NULL ? args->operand : "");
	if (prompt_confirm(question))
		return true;
	admin_fail("nothing was changed");
	return false;
}

static int
run_verb(const char *dir, const struct args *args)
{
	struct admin a = {.dir = conf_dir(dir), .now = clock_now()};
	int status = EXIT_DONE;

	if (secret_init() != OK)
		return admin_fail("the system has no random numbers");
	if (args->verb->start != START_AS_CALLER && !admin_become_owner(a.dir))
		return EXIT_REFUSED;
	if (args->verb->start == START_OPEN)
		status = admin_open(&a);
	if (status == EXIT_DONE)
		status = args->verb->run(&a, args);
	if (logout_queue_was_filled())
		drainer_wake(a.dir, true);
	admin_close(&a);
	if (output_finish() != EXIT_DONE)
		status = EXIT_REFUSED;
	return status;
}

static bool
asks_help(const char *word)
{
	return str_equal(word, "-h") || str_equal(word, "--help") ||
	       str_equal(word, "help");
}

/* The verb that ARGV begins with, in *USED words. NULL: there is none, and
 * *STATUS is what to exit with. */
static const struct verb *
choose_verb(int argc, char **argv, int *used, int *status)
{
	const struct verb *noun = verbs_noun(nouns, argv[0]), *verb;

	*used = 1;
	if (noun == NULL) {
		verbs_unknown_noun(nouns, argv[0]);
		*status = hint(NULL);
		return NULL;
	}
	if (noun->name == NULL)
		return noun;
	*used = 2;
	if (argc < 2) {
		admin_misused("%s: missing subcommand", noun->noun);
		*status = hint(noun->noun);
		return NULL;
	}
	verb = verbs_find(noun, argv[1]);
	if (verb != NULL)
		return verb;
	if (asks_help(argv[1])) {
		*status = show_noun(noun);
	} else if (str_equal(argv[1], "--version")) {
		*status = show_version();
	} else {
		verbs_unknown(noun, argv[1]);
		*status = hint(noun->noun);
	}
	return NULL;
}

/* ARGV starts at the noun. */
static int
dispatch_verb(const char *dir, int argc, char **argv)
{
	const struct verb *verb;
	struct args args;
	int used, status = EXIT_USAGE;

	if (str_equal(argv[0], "complete"))
		return complete_words(dir, nouns, argc - 1, argv + 1);
	verb = choose_verb(argc, argv, &used, &status);
	if (verb == NULL)
		return status;
	switch (args_parse(&args, verb, argc - used, argv + used)) {
	case ARGS_OK:
		break;
	case ARGS_HELP:
		return show_verb(verb);
	case ARGS_VERSION:
		return show_version();
	default:
		return hint(verb->noun);
	}
	/* These need no data directory, nor do they ask whose it is. */
	if (verb->run == run_help || verb->run == run_version)
		return verb->run(NULL, &args);
	return person_agrees(&args) ? run_verb(dir, &args) : EXIT_REFUSED;
}

int
main(int argc, char **argv)
{
	const char *dir = NULL;
	int i = 1;

	umask(077);
	log_open("command");
	for (; i < argc && argv[i][0] == '-'; i++) {
		if (asks_help(argv[i]))
			return show_overview();
		if (str_equal(argv[i], "--version"))
			return show_version();
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
		help_first_steps(stderr);
		return EXIT_USAGE;
	}
	return dispatch_verb(dir, argc - i, argv + i);
}
