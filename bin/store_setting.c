#include "store_setting.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"
#include "domain/conf.h"

#include <string.h>
#include <sys/stat.h>

enum { SETTINGS_CAP = 65536, SETTINGS_PATH_CAP = CONF_PATH_CAP + 64 };

/* Whether the LEN bytes at LINE set `store`; COMMENTED, behind a "#". */
static bool
sets_store(const char *line, size_t len, bool commented)
{
	static const char name[] = "store";
	const char *end = line + len;

	if (commented && (len == 0 || *line++ != '#'))
		return false;
	while (line < end && *line == ' ')
		line++;
	if ((size_t)(end - line) < sizeof name ||
	    memcmp(line, name, sizeof name - 1) != 0)
		return false;
	for (line += sizeof name - 1; line < end && *line == ' '; line++)
		;
	return line < end && *line == '=';
}

/* The line of TEXT that is to be replaced, its length into LEN; the end if
 * there is none. */
static const char *
find_setting(const char *text, size_t *len)
{
	const char *line;

	for (int commented = 0; commented < 2; commented++)
		for (line = text; *line != '\0';
		     line += *len + (line[*len] != '\0')) {
			*len = strcspn(line, "\n");
			if (sets_store(line, *len, commented != 0))
				return line;
		}
	*len = 0;
	return text + strlen(text);
}

static enum err
write_setting(const char *path, const char *text, const char *value)
{
	char changed[SETTINGS_CAP + CONF_STORE_CAP];
	struct stat st;
	struct buf b;
	size_t len;
	const char *line = find_setting(text, &len);

	buf_init(&b, changed, sizeof changed);
	buf_put(&b, text, (size_t)(line - text));
	if (len == 0 && line > text && line[-1] != '\n')
		buf_putc(&b, '\n');
	buf_printf(&b, "store = %s", value);
	buf_puts(&b, len == 0 ? "\n" : line + len);
	if (!buf_ok(&b))
		return ERR_NO_SPACE;
	if (stat(path, &st) != 0)
		return ERR_NOT_FOUND;
	return file_write(path, st.st_mode & 0777, b.text, b.len, 0);
}

enum err
store_setting_change(const char *dir, const char *value, const char *where)
{
	char path[SETTINGS_PATH_CAP], text[SETTINGS_CAP];
	char message[CONF_MESSAGE_CAP];
	struct conf conf;
	size_t len;
	enum err e = file_path(path, sizeof path, dir, "latchkey.conf");

	if (e == OK)
		e = file_read(path, 0, text, sizeof text - 1, &len);
	if (e != OK)
		return e;
	text[len] = '\0';
	e = write_setting(path, text, value);
	if (e == OK && (conf_load(&conf, dir, message, sizeof message) != OK ||
			   !str_equal(conf.store, where))) {
		(void)!file_write(path, 0600, text, len, 0);
		e = ERR_SYNTAX;
	}
	return e;
}
