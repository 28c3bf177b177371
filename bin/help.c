#include "help.h"

#include "base/str.h"

#include <string.h>

enum { HELP_COLUMNS = 80, SUMMARY_AT = 30, WORD_CAP = 64 };

/* Prints TEXT from column AT on, which is the one that is reached. */
static void
put_paragraph(FILE *out, int at, const char *text)
{
	char word[WORD_CAP];
	int column = at;

	while (words_next(&text, word, sizeof word)) {
		const int len = (int)strlen(word);

		if (column > at && column + 1 + len > HELP_COLUMNS) {
			fprintf(out, "\n%*s", at, "");
			column = at;
		}
		fprintf(out, "%s%s", column > at ? " " : "", word);
		column += len + (column > at);
	}
	putc('\n', out);
}

static void
put_verb_line(FILE *out, const struct verb *v)
{
	const bool optional = v->operand_optional;
	int column;

	column = fprintf(out, "  %s%s%s%s%s%s%s", v->noun,
	    v->name != NULL ? " " : "", v->name != NULL ? v->name : "",
	    v->operand != NULL ? " " : "",
	    v->operand != NULL && optional ? "[" : "",
	    v->operand != NULL ? v->operand : "",
	    v->operand != NULL && optional ? "]" : "");
	if (column + 2 > SUMMARY_AT) {
		putc('\n', out);
		column = 0;
	}
	fprintf(out, "%*s", SUMMARY_AT - column, "");
	put_paragraph(out, SUMMARY_AT, v->summary);
}

static const char usage_line[] = "usage: latchkey [-d DIR] VERB ...\n\n";

void
help_first_steps(FILE *out)
{
	fputs(usage_line, out);
	fputs(
	    "First steps:\n"
	    "  setup ISSUER      everything, up to the first person\n"
	    "  user invite NAME  a link by which a person chooses a password\n"
	    "  client add ID     an app; with --app, by the recipe for it\n"
	    "  check             what is wrong, and what to do\n\n"
	    "People:   user, app-password, session, grant\n"
	    "Apps:     client, registration-token, site\n"
	    "Why:      check, why, audit\n"
	    "Upkeep:   backup, restore, export, import, key, mail, init,\n"
	    "          move-store, host\n"
	    "Help:     help, version\n\n"
	    "`latchkey help` lists all there is, `latchkey help user` the "
	    "options of\n`latchkey user`. More in latchkey(8).\n",
	    out);
}

void
help_overview(FILE *out, const struct verb *const *nouns)
{
	fputs(usage_line, out);
	for (; *nouns != NULL; nouns++)
		for (const struct verb *v = *nouns; v->noun != NULL; v++)
			put_verb_line(out, v);
	fputs("\nDIR is the data directory, else $LATCHKEY_DATA. `latchkey "
	      "help user` has the\noptions of `latchkey user`. More in "
	      "latchkey(8).\n",
	    out);
}

void
help_verb(FILE *out, const struct verb *verb)
{
	verb_usage(out, verb);
	fprintf(out, "%*s", 4, "");
	put_paragraph(out, 4, verb->summary);
}

void
help_noun(FILE *out, const struct verb *verbs)
{
	for (; verbs->noun != NULL; verbs++)
		help_verb(out, verbs);
}
