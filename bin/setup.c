/* latchkey setup: from an installed latchkey to people who sign in. */
#include "admin.h"
#include "base/buf.h"
#include "base/str.h"
#include "remains.h"
#include "setup_apply.h"
#include "setup_certificate.h"
#include "setup_config.h"
#include "setup_finish.h"
#include "setup_place.h"
#include "setup_server.h"
#include "setup_steps.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ANSWER_CAP = 16 };

static const struct option setup_options[] = {
    {"--person", "NAME", false},
    {"--password", NULL, false},
    {"--server", "SERVER", false},
    {"--certificate", "FILE", false},
    {"--key", "FILE", false},
    {"--listen", "ADDRESS:PORT", false},
    {"--proxy", "ADDRESS", false},
    {"--replace", NULL, false},
    {"--dry-run", NULL, false},
    {"--yes", NULL, false},
    OPTION_END,
};

struct setup {
	struct admin *a;
	const struct args *args;
	char command[SETUP_PATH_CAP]; /* this program */
	char prefix[SETUP_PATH_CAP], share[SETUP_PATH_CAP];
	const struct setup_server *server;
	struct setup_place place;
	struct setup_certificate certificate;
	bool has_certificate;
	struct plan plan;
	struct step_needs needs;
	struct steps steps;
};

/* --- what must be so before ------------------------------------------------*/

/* PREFIX/bin/latchkey has its configurations in PREFIX/share/latchkey. */
static int
find_installation(struct setup *s)
{
	static const char bin[] = "/bin/latchkey";
	char script[SETUP_PATH_CAP];
	ssize_t n;

	n = readlink("/proc/self/exe", s->command, sizeof s->command - 1);
	if (n > 0)
		s->command[n] = '\0';
	if (n > 0 && str_ends(s->command, bin) &&
	    str_copy_n(s->prefix, sizeof s->prefix, s->command,
		(size_t)n - strlen(bin)) == OK) {
		snprintf(s->share, sizeof s->share, "%.300s/share/latchkey",
		    s->prefix);
		snprintf(script, sizeof script, "%.400s/conf/webserver.sh",
		    s->share);
		if (access(script, X_OK) == 0)
			return EXIT_DONE;
	}
	return admin_fail("setup needs an installed latchkey, and %s is none: "
			  "make install, then run /usr/local/bin/latchkey",
	    s->command);
}

/* A directory that is in use stays with its issuer. */
static int
check_setup_directory(const struct setup *s)
{
	char message[REMAINS_MESSAGE_CAP];
	struct conf conf;

	if (!remains_any(s->a->dir))
		return EXIT_DONE;
	if (remains_missing(s->a->dir, message, sizeof message))
		return admin_fail("%s", message);
	if (conf_load(&conf, s->a->dir, message, sizeof message) != OK)
		return admin_fail("%s", message);
	if (str_equal(conf.issuer, s->args->operand))
		return EXIT_DONE;
	return admin_fail("%s is the data directory of %s, which every app "
			  "there knows, and not of %s: run setup with that "
			  "issuer, or name another directory with -d",
	    s->a->dir, conf.issuer, s->args->operand);
}

/* What goes into the configurations of a web server and of systemd: the former
 * look for it from a directory of theirs, and both have blanks and quotes mean
 * something else. */
static int
check_setup_path(const char *option, const char *path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789/._~+@:,=-";

	if (path == NULL ||
	    (path[0] == '/' && path[strspn(path, plain)] == '\0'))
		return EXIT_DONE;
	return admin_misused("%s %s: setup writes it down for other programs: "
			     "give the whole path, from / on, in letters, "
			     "digits and . _ - + @",
	    option, path);
}

static int
check_setup_paths(const struct setup *s)
{
	int status = check_setup_path("-d", s->a->dir);

	for (size_t i = 0; i < 2 && status == EXIT_DONE; i++) {
		const char *option = i == 0 ? "--certificate" : "--key";

		status = check_setup_path(option, args_value(s->args, option));
	}
	return status;
}

static int
check_setup_options(struct setup *s)
{
	const struct args *args = s->args;
	const char *server = args_value(args, "--server");

	if (args_has(args, "--certificate") != args_has(args, "--key"))
		return admin_misused("--certificate FILE and --key FILE go "
				     "together");
	if (args_has(args, "--listen") && args_has(args, "--certificate"))
		return admin_misused("--listen is for a proxy that has the "
				     "certificate: leave out --certificate");
	if (args_has(args, "--password") && !args_has(args, "--person"))
		return admin_misused("--password: whose? Give --person NAME");
	if (check_setup_paths(s) != EXIT_DONE)
		return EXIT_USAGE;
	if (!place_parse(
		&s->place, args->operand, args_value(args, "--listen")) ||
	    (server != NULL && !setup_server_is_known(server)))
		return EXIT_REFUSED;
	if (geteuid() != 0)
		return admin_fail("setup writes the web server's configuration "
				  "and starts services: run it as root");
	return EXIT_DONE;
}

/* --- looking around --------------------------------------------------------*/

static bool
check_setup_ports(const struct setup *s)
{
	const struct setup_place *p = &s->place;

	if (!setup_port_is_free(s->server, p->listen_port))
		return false;
	/* From http people are sent to https. */
	return !p->https || p->listen != NULL || p->port != 443 ||
	       setup_port_is_free(s->server, 80);
}

static bool
choose_certificate(struct setup *s)
{
	const struct setup_place *p = &s->place;

	s->has_certificate = p->https && p->listen == NULL && !p->is_inside;
	if (!s->has_certificate)
		return true;
	if (s->server->tls_module != NULL &&
	    access(s->server->tls_module, R_OK) != 0) {
		admin_fail("%s has no TLS (%s is missing): apt-get install %s, "
			   "then run this again",
		    s->server->name, s->server->tls_module,
		    s->server->tls_package);
		return false;
	}
	return setup_certificate_find(&s->certificate, p->host,
	    args_value(s->args, "--certificate"), args_value(s->args, "--key"),
	    &p->sites);
}

static const char *
trusted_proxy(const struct setup *s)
{
	const char *proxy = args_value(s->args, "--proxy");

	if (proxy != NULL)
		return proxy;
	return s->place.listen != NULL && str_starts(s->place.listen, "127.")
		   ? "127.0.0.1"
		   : NULL;
}

static bool
look_around(struct setup *s)
{
	const struct args *args = s->args;
	struct setup_files files;

	s->server = setup_server_choose(
	    args_value(args, "--server"), s->place.listen_port);
	if (s->server == NULL || !check_setup_ports(s))
		return false;
	s->plan.replace = args_has(args, "--replace");
	if (!place_find(&s->place, s->server, &s->plan) ||
	    !choose_certificate(s))
		return false;
	files = (struct setup_files){.server = s->server,
	    .place = &s->place,
	    .certificate = s->has_certificate ? &s->certificate : NULL,
	    .share = s->share,
	    .dir = s->a->dir,
	    .proxy = trusted_proxy(s),
	    .has_systemd = s->needs.has_systemd};
	return config_plan(&files, &s->plan);
}

static void
plan_steps(struct setup *s)
{
	s->needs.server = s->server;
	s->needs.dir = s->a->dir;
	s->needs.issuer = s->args->operand;
	s->needs.prefix = s->prefix;
	s->needs.command = s->command;
	s->needs.port = s->place.listen_port;
	s->needs.files_change = plan_changes(&s->plan);
	steps_plan(&s->steps, &s->needs);
}

/* --- telling and asking ----------------------------------------------------*/

static const char *
way_of(const struct setup_place *p)
{
	if (p->listen != NULL)
		return "behind a proxy that has the certificate";
	if (p->is_inside)
		return "inside the site of that host, below the path";
	return p->path[0] != '\0' ? "a host with nothing else, below the path"
				  : "a host of its own";
}

static void
tell_renewal(const struct setup_certificate *c)
{
	if (c->renewal == RENEWAL_ALONE)
		printf("  warning       certbot renews this certificate with a "
		       "server of its own at port 80, which %s\n"
		       "                has then: once this is done, run "
		       "certbot certonly --webroot -w %s -d HOST\n",
		    "the web server", c->webroot);
}

static void
tell_findings(const struct setup *s)
{
	printf("%s\n", s->args->operand);
	printf("  web server    %s\n", s->server->name);
	printf("  place         %s\n", way_of(&s->place));
	if (s->place.inside != NULL)
		printf("  site          %s, line %u\n", s->place.inside->file,
		    s->place.inside->line);
	if (s->has_certificate) {
		printf("  certificate   %s%s%s\n", s->certificate.file,
		    s->certificate.until[0] != '\0' ? ", good until " : "",
		    s->certificate.until);
		tell_renewal(&s->certificate);
	}
	printf("  data          %s\n", s->a->dir);
}

static bool
has_work(const struct setup *s)
{
	return s->needs.files_change || s->steps.count > 0;
}

static void
tell_plan(const struct setup *s)
{
	plan_show(&s->plan);
	steps_show(&s->steps);
	if (!has_work(s))
		printf("Nothing to do: everything is as setup makes it.\n");
}

static int
ask_to_go_on(const struct setup *s)
{
	char answer[ANSWER_CAP];

	if (args_has(s->args, "--yes"))
		return EXIT_DONE;
	if (isatty(STDIN_FILENO) == 0)
		return admin_fail("nothing has changed: there is no terminal "
				  "to ask at; give --yes, or --dry-run to look "
				  "only");
	printf("Do this? [y/N] ");
	fflush(stdout);
	if (fgets(answer, sizeof answer, stdin) != NULL &&
	    (answer[0] == 'y' || answer[0] == 'Y'))
		return EXIT_DONE;
	return admin_fail("nothing has changed");
}

/* --- doing -----------------------------------------------------------------*/

static bool
test_configuration(const struct setup *s)
{
	char said[RUN_SAID_CAP];
	struct run_output out;
	bool valid;

	run_quietly(s->server->test, false, &out);
	valid = out.status == 0;
	if (!valid)
		admin_fail("%s does not take the configuration, and everything "
			   "is as it was: %s",
		    s->server->name, run_complaint(&out, said));
	run_output_free(&out);
	return valid;
}

static bool
carry_out(struct setup *s)
{
	if (!apply_plan(&s->plan))
		return false;
	if (!test_configuration(s)) {
		apply_undo(&s->plan);
		return false;
	}
	if (steps_run(&s->steps, &s->needs)) {
		apply_keep(&s->plan);
		return true;
	}
	apply_undo(&s->plan);
	if (s->needs.files_change)
		steps_reload(&s->needs);
	admin_fail("the files are as they were");
	return false;
}

/* Interrupted halfway it would leave half of it. */
static int
do_it(struct setup *s)
{
	sigset_t all, before;
	bool done;

	sigfillset(&all);
	sigdelset(&all, SIGCHLD);
	sigprocmask(SIG_BLOCK, &all, &before);
	done = carry_out(s);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return done ? EXIT_DONE : EXIT_REFUSED;
}

static int
show_and_do(struct setup *s)
{
	const struct finish f = {.command = s->command,
	    .dir = s->a->dir,
	    .person = args_value(s->args, "--person"),
	    .asks_password = args_has(s->args, "--password")};
	int status;

	if (!look_around(s))
		return EXIT_REFUSED;
	plan_steps(s);
	tell_findings(s);
	tell_plan(s);
	if (has_work(s) || args_has(s->args, "--dry-run"))
		finish_show(&f);
	/* What fails is told after what was shown. */
	fflush(stdout);
	if (args_has(s->args, "--dry-run"))
		return EXIT_DONE;
	if (has_work(s)) {
		status = ask_to_go_on(s);
		if (status == EXIT_DONE)
			status = do_it(s);
		if (status != EXIT_DONE)
			return status;
	}
	return finish_setup(&f);
}

static int
set_up_provider(struct admin *a, const struct args *args)
{
	struct setup s = {.a = a, .args = args};
	int status = check_setup_options(&s);

	s.needs.has_systemd = steps_has_systemd();
	if (status == EXIT_DONE)
		status = find_installation(&s);
	if (status == EXIT_DONE)
		status = check_setup_directory(&s);
	if (status == EXIT_DONE)
		status = show_and_do(&s);
	plan_free(&s.plan);
	return status;
}

const struct verb setup_verbs[] = {
    {"setup", NULL, "ISSUER", false, START_AS_CALLER, setup_options,
	"Sets the provider up in this host's web server: shows what it is "
	"about to write, writes and tests it, starts the programs, invites the "
	"first person, and checks.",
	set_up_provider},
    VERB_END,
};
