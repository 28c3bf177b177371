/* What became of the people of another system. */
#include "base/buf.h"
#include "import.h"
#include "output.h"

#include <stdio.h>

static const char *const outcomes[IMPORT_OUTCOMES] = {
    [IMPORT_ADDED] = "added",
    [IMPORT_MERGED] = "merged",
    [IMPORT_LEFT_OUT] = "left out",
    [IMPORT_REFUSED] = "refused",
};

static const struct column import_columns[] = {
    {"line", "LINE", false},
    {"user", "USER", false},
    {"outcome", "OUTCOME", false},
    {"password", "PASSWORD", false},
    {"note", "NOTE", false},
    {"link", "LINK, GOOD ONCE", false},
    COLUMN_END,
};

/* What the person signs in with, in a word. */
static const char *
way_in(const struct import_row *row)
{
	if (row->why[0] != '\0')
		return "";
	if (row->needs_link)
		return "none";
	return row->hash[0] != '\0' && !row->kept_password
		   ? imported_method(row->hash)
		   : "kept";
}

/* What of a person is not as it was there. Who has a password here keeps it,
 * and gets no link. */
static void
put_notes(struct buf *b, const struct import_row *row)
{
	buf_puts(b, row->note);
	if (row->needs_link)
		buf_printf(b, "%sa link instead of the password: %s",
		    row->note[0] != '\0' ? "; " : "", row->link_because);
}

static json_t *
tell_row(const struct import_row *row, const char *issuer)
{
	const bool is_in = row->why[0] == '\0';
	char link[ISSUER_CAP + LINK_TEXT_CAP + 16] = "";
	char notes[2 * IMPORT_NOTE_CAP];
	json_t *told;
	struct buf b;

	buf_init(&b, notes, sizeof notes);
	put_notes(&b, row);

	if (row->link[0] != '\0')
		snprintf(
		    link, sizeof link, "%s/join?link=%s", issuer, row->link);
	told = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s}", "line",
	    (int)row->line, "user", is_in ? row->user.name : row->typed,
	    "outcome", outcomes[row->outcome], "password", way_in(row), "note",
	    is_in ? notes : row->why, "link", link);
	secret_wipe(link, sizeof link);
	return told;
}

/* NULL: no memory. */
static json_t *
tell_rows(const struct import_rows *rows, const char *issuer,
    size_t of[static IMPORT_OUTCOMES])
{
	json_t *list = json_array();

	for (size_t i = 0; i < rows->count; i++) {
		of[rows->row[i].outcome]++;
		if (json_array_append_new(
			list, tell_row(&rows->row[i], issuer)) == 0)
			continue;
		json_decref(list);
		return NULL;
	}
	return list;
}

static int
tell_json(json_t *people, const size_t *of, bool dry)
{
	return output_json(json_pack("{s:b, s:i, s:i, s:i, s:i, s:o}",
	    "dry_run", dry, "added", (int)of[IMPORT_ADDED], "merged",
	    (int)of[IMPORT_MERGED], "left_out", (int)of[IMPORT_LEFT_OUT],
	    "refused", (int)of[IMPORT_REFUSED], "people", people));
}

static int
tell_table(json_t *people, const size_t *of, bool dry)
{
	int status = output_list(people, import_columns, false);

	printf("%zu added, %zu merged, %zu left out, %zu refused.%s\n",
	    of[IMPORT_ADDED], of[IMPORT_MERGED], of[IMPORT_LEFT_OUT],
	    of[IMPORT_REFUSED], dry ? " Nothing has changed: --dry-run." : "");
	return status;
}

int
import_tell(
    const struct import_rows *rows, const char *issuer, bool dry, bool as_json)
{
	size_t of[IMPORT_OUTCOMES] = {0};
	json_t *people = tell_rows(rows, issuer, of);
	int status;

	if (people == NULL)
		return admin_fail("out of memory");
	status =
	    as_json ? tell_json(people, of, dry) : tell_table(people, of, dry);
	return status == EXIT_DONE && of[IMPORT_REFUSED] > 0 ? EXIT_REFUSED
							     : status;
}
