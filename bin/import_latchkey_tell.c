#include "import_latchkey_tell.h"
#include "admin.h"
#include "output.h"

#include <stdio.h>

static const struct column import_columns[] = {
    {"section", "SECTION", COLUMN_TEXT},
    {"added", "ADDED", COLUMN_TEXT},
    {"same", "SAME", COLUMN_TEXT},
    {"differs", "DIFFERS", COLUMN_TEXT},
    {"left_out", "LEFT OUT", COLUMN_TEXT},
    COLUMN_END,
};

static void
put_clashes(FILE *out, const struct portable_put *put)
{
	size_t shown =
	    put->clashes < PORTABLE_TOLD_MAX ? put->clashes : PORTABLE_TOLD_MAX;

	for (size_t i = 0; i < shown; i++)
		fprintf(out, "latchkey: %s\n", put->told[i]);
	if (put->clashes > shown)
		fprintf(out, "latchkey: and %zu more\n", put->clashes - shown);
}

int
import_ours_refuse(const struct import_ours *x)
{
	put_clashes(stderr, &x->put);
	return admin_fail("%s: of its records %zu are here already, or their "
			  "place is taken; nothing has changed. --merge adds "
			  "what is missing, and leaves these as they are",
	    x->path, x->put.clashes);
}

static json_t *
section_rows(const struct portable_put *put)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < PORTABLE_SECTIONS; i++) {
		const size_t *of = put->count[i];

		if (of[PORTABLE_ADDED] + of[PORTABLE_SAME] +
			of[PORTABLE_DIFFERS] + of[PORTABLE_LEFT_OUT] >
		    0)
			json_array_append_new(
			    rows, json_pack("{s:s, s:i, s:i, s:i, s:i}",
				      "section", portable_kinds[i].section,
				      "added", (int)of[PORTABLE_ADDED], "same",
				      (int)of[PORTABLE_SAME], "differs",
				      (int)of[PORTABLE_DIFFERS], "left_out",
				      (int)of[PORTABLE_LEFT_OUT]));
	}
	return rows;
}

static int
tell_as_json(const struct import_ours *x)
{
	const struct portable_put *put = &x->put;
	json_t *told = json_array();

	for (size_t i = 0; i < put->clashes && i < PORTABLE_TOLD_MAX; i++)
		json_array_append_new(told, json_string(put->told[i]));
	return output_json(json_pack("{s:b, s:s, s:I, s:o, s:i, s:o}",
	    "dry_run", x->dry, "issuer", x->text.head.issuer, "exported_at",
	    (json_int_t)x->text.head.exported_at, "sections", section_rows(put),
	    "clashes", (int)put->clashes, "told", told));
}

/* What is left to do. */
static void
tell_rest(const struct import_ours *x)
{
	const struct portable_check *c = &x->check;

	if (c->secretless_people > 0)
		printf("%zu people have no password: `latchkey user reset "
		       "NAME` makes a link to choose one.\n",
		    c->secretless_people);
	if (c->secretless_apps > 0)
		printf("%zu apps have no secret: `latchkey client secret ID` "
		       "makes one.\n",
		    c->secretless_apps);
	if (c->foreign_passkeys > 0)
		printf("%zu passkeys work at another host alone, not at %s; "
		       "`latchkey check` names their people.\n",
		    c->foreign_passkeys, c->rp_id);
	if (!x->put.same_issuer)
		printf("Apps must be told the issuer of here.\n");
	if (x->text.head.secrets)
		printf("The export has secrets in it: remove it.\n");
}

int
import_ours_tell(const struct import_ours *x)
{
	int status;

	if (x->as_json)
		return tell_as_json(x);
	put_clashes(stdout, &x->put);
	status = output_list(section_rows(&x->put), import_columns, false);
	if (x->dry)
		printf("Nothing has changed: --dry-run.\n");
	else
		tell_rest(x);
	return status;
}
