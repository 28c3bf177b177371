#include "setup_finish.h"

#include "admin.h"
#include "base/str.h"
#include "remains.h"
#include "setup_run.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ADMINS "admins" /* who may use the desk, at /admin */

enum { TRIES = 12, NAME_LINE_CAP = 256, TRY_AGAIN_MS = 1000 };

static bool
has_person(const struct finish *f, const char *name)
{
	const char *const argv[] = {
	    f->command, "-d", f->dir, "user", "show", name, "--json", NULL};
	struct run_output out;
	bool has;

	run_quietly(argv, false, &out);
	has = out.status == 0;
	run_output_free(&out);
	return has;
}

static bool
has_anyone(const struct finish *f)
{
	const char *const argv[] = {
	    f->command, "-d", f->dir, "user", "list", "--json", NULL};
	struct run_output out;
	bool has;

	run_quietly(argv, true, &out);
	has = out.status == 0 && out.text != NULL &&
	      strstr(out.text, "preferred_username") != NULL;
	run_output_free(&out);
	return has;
}

void
finish_show(const struct finish *f)
{
	if (f->person != NULL)
		printf("==> runs latchkey user %s %s --group " ADMINS "\n",
		    f->asks_password ? "add" : "invite", f->person);
	else if (isatty(STDIN_FILENO) != 0 && !remains_any(f->dir))
		printf("==> asks for the first person's user name, and runs "
		       "latchkey user invite NAME --group " ADMINS "\n");
	printf("==> runs latchkey check\n");
}

/* The name of the first person, from the terminal; false: later. */
static bool
ask_name(char name[static NAME_LINE_CAP])
{
	if (isatty(STDIN_FILENO) == 0)
		return false;
	printf("User name of the first person, who becomes an administrator "
	       "(empty: later): ");
	fflush(stdout);
	if (fgets(name, NAME_LINE_CAP, stdin) == NULL)
		return false;
	name[strcspn(name, "\n")] = '\0';
	str_trim(name);
	return name[0] != '\0';
}

/* A link that the person opens, or a password that is asked for here. */
static int
add_first_person(const struct finish *f, const char *name)
{
	const char *const argv[] = {f->command, "-d", f->dir, "user",
	    f->asks_password ? "add" : "invite", "--group", ADMINS, "--", name,
	    NULL};

	if (!f->asks_password)
		printf("\nOpen this link to choose a password or a passkey; "
		       "it is the key to the provider:\n");
	fflush(stdout);
	return run_openly(argv);
}

static int
add_person_if_none(const struct finish *f)
{
	char asked[NAME_LINE_CAP];

	if (f->person != NULL)
		return has_person(f, f->person)
			   ? EXIT_DONE
			   : add_first_person(f, f->person);
	if (has_anyone(f))
		return EXIT_DONE;
	if (ask_name(asked))
		return add_first_person(f, asked);
	printf("\nThe first person: latchkey user invite NAME --group " ADMINS
	       "\n");
	return EXIT_DONE;
}

static void
wait_a_moment(void)
{
	const struct timespec ts = {.tv_sec = TRY_AGAIN_MS / 1000,
	    .tv_nsec = TRY_AGAIN_MS % 1000 * 1000000L};

	nanosleep(&ts, NULL);
}

/* A web server that has just been told needs a moment. */
static int
check_until_good(const struct finish *f)
{
	const char *const argv[] = {f->command, "-d", f->dir, "check", NULL};
	struct run_output out;
	int status;

	for (int tries = 1;; tries++) {
		run_quietly(argv, false, &out);
		if (out.status == 0 || tries == TRIES)
			break;
		run_output_free(&out);
		wait_a_moment();
	}
	status = out.status;
	printf("\nlatchkey check\n%s", out.text != NULL ? out.text : "");
	run_output_free(&out);
	if (status != 0)
		return admin_fail("setup is done, and the check above finds "
				  "errors; run `latchkey check` again when "
				  "they are corrected");
	return EXIT_DONE;
}

int
finish_setup(const struct finish *f)
{
	const int person = add_person_if_none(f), check = check_until_good(f);

	return person != EXIT_DONE ? EXIT_REFUSED : check;
}
