/* Files with a line for each person, in fields with a colon between: those of
 * htpasswd(1), and shadow(5). */
#include "base/str.h"
#include "import_source.h"

#include <string.h>

const struct import_person import_no_person = {
    .name = "",
    .hash = "",
    .display = "",
    .given_name = "",
    .family_name = "",
    .email = "",
    .language = "",
    .zoneinfo = "",
    .groups = "",
    .group_ends = ",;|",
};

/* What is no password: of system accounts, and of people who are locked. */
static const char *
shadow_left_out(const char *hash)
{
	if (hash[0] == '!' && hash[1] == '$')
		return "the password is locked";
	return hash[0] == '\0' || strchr("!*x", hash[0]) != NULL
		   ? "an account without a password"
		   : NULL;
}

static void
take_line(char *line, size_t len, bool is_shadow, struct import_person *p)
{
	char *colon = strchr(line, ':'), *more;

	if (strlen(line) != len) {
		p->unreadable = "the line has a NUL in it";
		return;
	}
	if (colon == NULL) {
		p->unreadable = "the line has no colon";
		return;
	}
	*colon = '\0';
	p->name = line;
	p->hash = colon + 1;
	if ((more = strchr(p->hash, ':')) != NULL)
		*more = '\0';
	if (is_shadow)
		p->left_out = shadow_left_out(p->hash);
}

static bool
read_lines(char *text, size_t len, bool is_shadow, import_take *take, void *arg)
{
	char *end = text + len, *next;
	unsigned number = 0;

	*end = '\0';
	for (; text < end; text = next) {
		struct import_person p = import_no_person;
		char *stop = memchr(text, '\n', (size_t)(end - text));

		next = stop != NULL ? stop + 1 : end;
		if (stop == NULL)
			stop = end;
		if (stop > text && stop[-1] == '\r')
			stop--;
		*stop = '\0';
		p.line = ++number;
		if (stop == text || *text == '#')
			continue;
		take_line(text, (size_t)(stop - text), is_shadow, &p);
		if (!take(arg, &p))
			return false;
	}
	return true;
}

bool
import_htpasswd(char *text, size_t len, import_take *take, void *arg,
    char message[static IMPORT_MESSAGE_CAP])
{
	message[0] = '\0';
	return read_lines(text, len, false, take, arg);
}

bool
import_shadow(char *text, size_t len, import_take *take, void *arg,
    char message[static IMPORT_MESSAGE_CAP])
{
	message[0] = '\0';
	return read_lines(text, len, true, take, arg);
}
