#include "setup_steps.h"

#include "admin.h"
#include "base/str.h"
#include "remains.h"
#include "setup_port.h"
#include "setup_run.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_DIR "/var/lib/latchkey"
#define SOCKETS "/run/latchkey"
#define USER "latchkey"
#define WEB_USER "www-data"
#define LOG "/var/log/latchkey.log"

/* The words after KIND end with NULL. */
static void
add_step(struct steps *s, enum step_kind kind, ...)
{
	struct step *step = &s->steps[s->count];
	const char *word;
	size_t i = 0;
	va_list ap;

	if (s->count == STEPS_MAX)
		return;
	*step = (struct step){.kind = kind};
	va_start(ap, kind);
	while (
	    (word = va_arg(ap, const char *)) != NULL && i + 1 < STEP_WORDS_MAX)
		step->argv[i++] = word;
	va_end(ap);
	s->count++;
}

static bool
succeeds(const char *const *argv)
{
	struct run_output out;
	bool done;

	run_quietly(argv, false, &out);
	done = out.status == 0;
	run_output_free(&out);
	return done;
}

static bool
asks_systemctl(const char *question, const char *unit)
{
	const char *const argv[] = {"systemctl", question, "-q", unit, NULL};

	return succeeds(argv);
}

bool
steps_has_systemd(void)
{
	return access("/run/systemd/system", F_OK) == 0;
}

/* --- what is needed --------------------------------------------------------*/

static bool
has_program(const char *path)
{
	return access(path, X_OK) == 0;
}

static void
plan_user_and_directory(struct steps *s, const struct step_needs *n)
{
	/* getpwnam is not to be had in a static program. */
	static const char *const user[] = {"id", "-u", USER, NULL};
	const bool is_default = str_equal(n->dir, DEFAULT_DIR);
	struct stat st;

	if (!succeeds(user)) {
		if (has_program("/usr/bin/systemd-sysusers"))
			add_step(s, STEP_HOST, "systemd-sysusers", NULL);
		else
			add_step(s, STEP_HOST, "useradd", "--system",
			    "--home-dir", DEFAULT_DIR, "--shell",
			    "/usr/sbin/nologin", USER, NULL);
	}
	if (stat(n->dir, &st) != 0)
		add_step(s, STEP_HOST, "install", "-d", "-m", "700", "-o", USER,
		    "-g", USER, n->dir, NULL);
	if (n->has_systemd && is_default && stat(SOCKETS, &st) != 0)
		add_step(s, STEP_HOST, "systemd-tmpfiles", "--create",
		    "latchkey.conf", NULL);
}

static void
plan_programs(struct steps *s, const struct step_needs *n)
{
	static char starter[SETUP_PATH_CAP], programs[SETUP_PATH_CAP];

	if (n->has_systemd) {
		if (n->files_change ||
		    !asks_systemctl("is-enabled", "latchkey.target"))
			add_step(
			    s, STEP_HOST, "systemctl", "daemon-reload", NULL);
		if (!asks_systemctl("is-enabled", "latchkey.target") ||
		    !asks_systemctl("is-active", "latchkey.target"))
			add_step(s, STEP_PROGRAMS, "systemctl", "enable",
			    "--now", "latchkey.target", NULL);
		return;
	}
	if (access(SOCKETS "/token", F_OK) == 0)
		return;
	snprintf(starter, sizeof starter, "%s/lib/latchkey/start-programs",
	    n->prefix);
	snprintf(
	    programs, sizeof programs, "%s/lib/latchkey/cgi-bin", n->prefix);
	add_step(s, STEP_HOST, "install", "-d", "-m", "755", SOCKETS, NULL);
	add_step(s, STEP_PROGRAMS, starter, "-u", USER, "-w", WEB_USER,
	    programs, SOCKETS, NULL);
	s->steps[s->count - 1].apart = true;
}

static bool
server_runs(const struct step_needs *n)
{
	struct listener l;

	return port_listener(n->port, &l) && l.program[0] != '\0' &&
	       str_ends(n->server->binary, l.program);
}

static void
plan_server(struct steps *s, const struct step_needs *n)
{
	const char *service = n->server->service;

	if (n->has_systemd && !asks_systemctl("is-enabled", service))
		add_step(s, STEP_HOST, "systemctl", "enable", service, NULL);
	if (!n->files_change && server_runs(n))
		return;
	if (n->has_systemd)
		add_step(s, STEP_SERVER, "systemctl", n->server->reload,
		    service, NULL);
	else
		add_step(s, STEP_SERVER, "service", service, "restart", NULL);
}

void
steps_plan(struct steps *s, const struct step_needs *n)
{
	*s = (struct steps){0};
	plan_user_and_directory(s, n);
	plan_programs(s, n);
	plan_server(s, n);
	if (remains_any(n->dir))
		return;
	if (str_equal(n->dir, DEFAULT_DIR))
		add_step(s, STEP_DATA, n->command, "init", n->issuer, NULL);
	else
		add_step(s, STEP_DATA, n->command, "-d", n->dir, "init",
		    n->issuer, NULL);
}

/* --- shown and run ---------------------------------------------------------*/

void
steps_show(const struct steps *s)
{
	for (size_t i = 0; i < s->count; i++) {
		const char *const *word = s->steps[i].argv;

		printf("==> runs");
		for (; *word != NULL; word++)
			printf(" %s", *word);
		printf("%s\n", s->steps[i].apart ? " &" : "");
	}
}

static bool
run_step(struct step *step, const struct step_needs *n)
{
	char said[RUN_SAID_CAP];
	struct run_output out;
	bool done;

	if (step->apart) {
		(void)!setenv("LATCHKEY_DATA", n->dir, 1);
		step->process = run_apart(step->argv, LOG);
		if (step->process > 0)
			return true;
		admin_fail("%s cannot be started", step->argv[0]);
		return false;
	}
	run_quietly(step->argv, false, &out);
	done = out.status == 0;
	if (!done)
		admin_fail("%s %s %s failed: %s", step->argv[0],
		    step->argv[1] != NULL ? step->argv[1] : "",
		    step->argv[1] != NULL && step->argv[2] != NULL
			? step->argv[2]
			: "",
		    run_complaint(&out, said));
	run_output_free(&out);
	return done;
}

/* Only what is empty still. */
static void
remove_made_directory(const struct step *step)
{
	size_t last = 0;

	while (step->argv[last + 1] != NULL)
		last++;
	(void)rmdir(step->argv[last]);
}

/* What was started by the first COUNT steps ends again. */
static void
undo_steps(const struct steps *s, size_t count, const struct step_needs *n)
{
	static const char *const stop[] = {
	    "systemctl", "disable", "--now", "latchkey.target", NULL};

	for (size_t i = count; i-- > 0;) {
		if (s->steps[i].kind == STEP_PROGRAMS && n->has_systemd)
			(void)succeeds(stop);
		if (s->steps[i].process > 0)
			(void)kill(s->steps[i].process, SIGTERM);
		if (str_equal(s->steps[i].argv[0], "install"))
			remove_made_directory(&s->steps[i]);
	}
}

bool
steps_run(struct steps *s, const struct step_needs *n)
{
	for (size_t i = 0; i < s->count; i++) {
		if (run_step(&s->steps[i], n))
			continue;
		undo_steps(s, i, n);
		return false;
	}
	return true;
}

void
steps_reload(const struct step_needs *n)
{
	const char *const with_systemd[] = {
	    "systemctl", n->server->reload, n->server->service, NULL};
	const char *const without[] = {
	    "service", n->server->service, "restart", NULL};

	(void)succeeds(n->has_systemd ? with_systemd : without);
}
