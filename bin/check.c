/* latchkey check: whether the installation is as it should be. */
#include "check.h"

#include "output.h"

#include <stdio.h>

#define SOCKETS "/run/latchkey"

static const struct option check_options[] = {{"--offline", NULL, false},
    {"--mail", "ADDRESS", false}, {"--ca-file", "FILE", false},
    {"--sockets", "DIR", false}, OPTION_JSON, OPTION_END};

static void
print_text(const struct check_run *c)
{
	const char *level, *what, *why, *remedy;
	unsigned errors, warnings;
	json_t *row;
	size_t i;

	json_array_foreach(c->findings, i, row)
	{
		if (json_unpack(row, "{s:s, s:s, s:s, s:s}", "level", &level,
			"what", &what, "why", &why, "do", &remedy) != 0)
			continue;
		printf("%-8s %s\n", level, what);
		if (*why != '\0')
			printf("         why: %s\n         do:  %s\n", why,
			    remedy);
	}
	errors = check_count(c, CHECK_ERROR);
	warnings = check_count(c, CHECK_WARNING);
	printf("%u error%s, %u warning%s\n", errors, errors == 1 ? "" : "s",
	    warnings, warnings == 1 ? "" : "s");
}

static void
check_everything(struct check_run *c)
{
	const char *sockets = args_value(c->args, "--sockets");

	if (!check_files(c))
		return;
	check_sockets(c, sockets != NULL ? sockets : SOCKETS);
	check_held(c);
	if (!check_settings(c))
		return;
	check_mail(c, args_value(c->args, "--mail"));
	if (!check_store(c))
		return;
	check_logouts(c);
	check_client_keys(c);
	check_certificates(c);
	if (args_has(c->args, "--offline"))
		return;
	check_web(c);
	check_certificates_web(c);
	check_gate(c);
}

static int
run_checks(struct admin *a, const struct args *args)
{
	struct check_run c = {.a = a,
	    .args = args,
	    .findings = json_array(),
	    .sites = json_object()};
	unsigned errors;
	int status = EXIT_DONE;

	check_everything(&c);
	json_decref(c.sites);
	errors = check_count(&c, CHECK_ERROR);
	if (!args_has(args, "--json")) {
		print_text(&c);
		json_decref(c.findings);
	} else
		status = output_json(
		    json_pack("{s:i, s:i, s:o}", "errors", (int)errors,
			"warnings", (int)check_count(&c, CHECK_WARNING),
			"findings", c.findings));
	return errors > 0 ? EXIT_REFUSED : status;
}

const struct verb check_verbs[] = {
    {"check", NULL, NULL, false, true, check_options,
	"Looks at the installation, also through its public address: what is "
	"wrong, why it matters, what to do.",
	run_checks},
    VERB_END,
};
