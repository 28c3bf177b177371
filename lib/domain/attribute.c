#include "domain/attribute.h"

#include "base/buf.h"
#include "base/str.h"

#include <string.h>

enum { ATTRIBUTE_LINE_CAP = ATTRIBUTE_KEY_CAP + ATTRIBUTE_VALUE_CAP };

static const char key_rule[] =
    "an attribute is named by up to 32 small letters, digits and _ . -";

const char *
attribute_key_refusal(const char *s)
{
	size_t len = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_.-");

	return len > 0 && s[len] == '\0' && len < ATTRIBUTE_KEY_CAP ? NULL
								    : key_rule;
}

const char *
attribute_refusal(const char *line)
{
	const char *equals = strchr(line, '=');
	char key[ATTRIBUTE_KEY_CAP];
	size_t len;

	if (equals == NULL)
		return "give KEY=VALUE";
	if (str_copy_n(key, sizeof key, line, (size_t)(equals - line)) != OK)
		return key_rule;
	len = strlen(equals + 1);
	if (len >= ATTRIBUTE_VALUE_CAP || !str_is_utf8(equals + 1, len) ||
	    str_has_control(equals + 1))
		return "the value of an attribute has at most 256 bytes of "
		       "UTF-8, on one line";
	return attribute_key_refusal(key);
}

/* The line of the attribute whose key is the LEN bytes at KEY, and how long it
 * is. */
static const char *
find_attribute_line(
    const char *lines, const char *key, size_t len, size_t *line_len)
{
	for (; *lines != '\0';
	     lines += *line_len + (lines[*line_len] == '\n')) {
		*line_len = strcspn(lines, "\n");
		if (*line_len > len && strncmp(lines, key, len) == 0 &&
		    lines[len] == '=')
			return lines;
	}
	return NULL;
}

static void
put_attribute_line(struct buf *b, const char *line, size_t len)
{
	if (len == 0)
		return;
	if (b->len > 0)
		buf_putc(b, '\n');
	buf_put(b, line, len);
}

enum err
attribute_set(struct user *u, const char *line)
{
	char changed[ATTRIBUTES_CAP];
	const size_t key_len = strcspn(line, "=");
	const char *rest = u->attributes, *old;
	size_t old_len = 0;
	struct buf b;

	buf_init(&b, changed, sizeof changed);
	old = find_attribute_line(rest, line, key_len, &old_len);
	while (*rest != '\0') {
		size_t len = strcspn(rest, "\n");

		if (rest != old)
			put_attribute_line(&b, rest, len);
		rest += len + (rest[len] == '\n');
	}
	if (line[key_len] == '=' && line[key_len + 1] != '\0')
		put_attribute_line(&b, line, strlen(line));
	if (!buf_ok(&b))
		return ERR_NO_SPACE;
	memcpy(u->attributes, changed, sizeof u->attributes);
	return OK;
}

bool
attribute_get(char value[static ATTRIBUTE_VALUE_CAP], const struct user *u,
    const char *key)
{
	const size_t key_len = strlen(key);
	size_t len;
	const char *line =
	    find_attribute_line(u->attributes, key, key_len, &len);

	return line != NULL && str_copy_n(value, ATTRIBUTE_VALUE_CAP,
				   line + key_len + 1, len - key_len - 1) == OK;
}

const char *
attributes_read(struct user *u, const char *typed)
{
	char line[ATTRIBUTE_LINE_CAP];
	const char *message = NULL;
	size_t len;

	u->attributes[0] = '\0';
	for (; *typed != '\0' && message == NULL;
	     typed += len + (typed[len] != '\0')) {
		len = strcspn(typed, "\r\n");
		if (str_copy_n(line, sizeof line, typed, len) != OK)
			return "an attribute is too long";
		str_trim(line);
		if (line[0] == '\0')
			continue;
		message = attribute_refusal(line);
		if (message == NULL &&
		    find_attribute_line(u->attributes, line, strcspn(line, "="),
			&(size_t){0}) != NULL)
			message = "an attribute is there twice";
		if (message == NULL && attribute_set(u, line) != OK)
			message = "these are too many";
	}
	return message;
}

const char *
attributes_refusal(const struct user *u)
{
	const char *lines = u->attributes, *message = NULL;
	char line[ATTRIBUTE_LINE_CAP];
	size_t len, first_len;

	for (; *lines != '\0' && message == NULL;
	     lines += len + (lines[len] == '\n')) {
		len = strcspn(lines, "\n");
		if (str_copy_n(line, sizeof line, lines, len) != OK)
			return "has a line that is too long";
		message = attribute_refusal(line);
		if (find_attribute_line(u->attributes, line, strcspn(line, "="),
			&first_len) != lines)
			message = "has an attribute twice";
	}
	return message;
}
