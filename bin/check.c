/* latchkey check: whether the installation is as it should be. */
#include "check.h"

#include "base/str.h"
#include "output.h"

#include <stdarg.h>
#include <stdio.h>

enum { TEXT_CAP = 2048 };

#define SOCKETS "/run/latchkey"

static const struct option check_options[] = {{"--offline", NULL, false},
    {"--ca-file", "FILE", false}, {"--sockets", "DIR", false}, OPTION_JSON,
    OPTION_END};

static const char *const level_names[CHECK_LEVELS] = {
    [CHECK_OK] = "ok", [CHECK_WARNING] = "warning", [CHECK_ERROR] = "error"};

void
check_found(struct checking *c, enum check_level level,
    const struct check_advice *advice, const char *format, ...)
{
	char text[TEXT_CAP];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	output_append(c->findings,
	    json_pack("{s:s, s:s, s:s, s:s}", "level", level_names[level],
		"what", text, "why", advice != NULL ? advice->why : "", "do",
		advice != NULL ? advice->remedy : ""));
}

unsigned
check_count(const struct checking *c, enum check_level level)
{
	unsigned n = 0;
	json_t *row;
	size_t i;

	json_array_foreach(c->findings, i, row)
	{
		n += str_equal(json_string_value(json_object_get(row, "level")),
		    level_names[level]);
	}
	return n;
}

static void
print_text(const struct checking *c)
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
look(struct checking *c)
{
	const char *sockets = args_value(c->args, "--sockets");

	if (!check_files(c))
		return;
	check_sockets(c, sockets != NULL ? sockets : SOCKETS);
	check_held(c);
	if (!check_settings(c) || !check_store(c) ||
	    args_has(c->args, "--offline"))
		return;
	check_web(c);
	check_gate(c);
}

static int
check(struct admin *a, const struct args *args)
{
	struct checking c = {.a = a,
	    .args = args,
	    .findings = json_array(),
	    .sites = json_object()};
	unsigned errors;
	int status = EXIT_DONE;

	look(&c);
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
	check},
    VERB_END,
};
