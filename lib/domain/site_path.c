#include "domain/site_path.h"

#include "base/buf.h"
#include "base/str.h"

#include <string.h>

/* --- escapes --------------------------------------------------------------*/

static int
path_hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)((at - digits) % 16) : -1;
}

/* The byte that the escape %XX at S encodes; -1 if it is not an escape. */
static int
escaped(const char *s)
{
	if (s[0] != '%' || path_hex_digit(s[1]) < 0 || path_hex_digit(s[2]) < 0)
		return -1;
	return path_hex_digit(s[1]) * 16 + path_hex_digit(s[2]);
}

/* --- one reading only -----------------------------------------------------*/

/* What must not be in a path before it is decoded: some decode %2F and then
 * split, some split first; and "\" is a slash to some. */
static bool
is_plain(const char *raw)
{
	for (const char *c = raw; *c != '\0'; c++)
		if (*c == '\\' || *c == '#' || escaped(c) == '/' ||
		    escaped(c) == '\\')
			return false;
	return true;
}

/* And after: encoded once more, for programs that decode twice; and segments
 * that some resolve, also those with a parameter. */
static bool
is_unambiguous(const char *path)
{
	if (path[0] != '/' || str_has_control(path))
		return false;
	for (const char *c = path; *c != '\0'; c++) {
		size_t dots;

		if (escaped(c) >= 0)
			return false;
		if (*c != '/')
			continue;
		dots = strspn(c + 1, ".");
		if ((dots == 1 || dots == 2) &&
		    (c[1 + dots] == '\0' || strchr("/;", c[1 + dots]) != NULL))
			return false;
	}
	return true;
}

static bool
merge_slashes(char *path, const char *kinds)
{
	char *out = path;

	(void)kinds;
	for (const char *in = path; *in != '\0'; in++)
		if (*in != '/' || in[1] != '/')
			*out++ = *in;
	*out = '\0';
	return true;
}

enum err
site_path_read(char path[static SITE_PATH_CAP], const char *target)
{
	size_t len = strcspn(target, "?");

	if (str_copy_n(path, SITE_PATH_CAP, target, len) != OK ||
	    !is_plain(path) || str_percent_decode(path, len) != OK ||
	    !is_unambiguous(path))
		return ERR_INVALID_REQUEST;
	return merge_slashes(path, NULL) ? OK : ERR_INVALID_REQUEST;
}

/* --- the steps to further readings ----------------------------------------*/

/* Each changes PATH in place, which never grows; false: it is no path then. */

/* Decodes the escapes of KINDS, NULL: of all; others and broken ones stay. */
static bool
decode_once(char *path, const char *kinds)
{
	char *out = path;

	for (const char *in = path; *in != '\0'; in++) {
		int byte = escaped(in);

		if (byte == 0)
			return false;
		if (byte > 0 &&
		    (kinds == NULL || strchr(kinds, byte) != NULL)) {
			*out++ = (char)byte;
			in += 2;
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
	return true;
}

static bool
drop_params(char *path, const char *kinds)
{
	char *out = path;
	bool in_param = false;

	(void)kinds;
	for (const char *in = path; *in != '\0'; in++) {
		in_param = *in == ';' || (in_param && *in != '/');
		if (!in_param)
			*out++ = *in;
	}
	*out = '\0';
	return true;
}

static bool
drop_query(char *path, const char *kinds)
{
	(void)kinds;
	path[strcspn(path, "?#")] = '\0';
	return true;
}

static bool
turn_backslashes(char *path, const char *kinds)
{
	(void)kinds;
	for (char *c = path; *c != '\0'; c++)
		if (*c == '\\')
			*c = '/';
	return true;
}

/* "//host/path" is a URL without its scheme (RFC 3986 4.2). */
static bool
drop_host(char *path, const char *kinds)
{
	const char *rest;
	char *out = path;

	(void)kinds;
	if (!str_starts(path, "//"))
		return true;
	rest = path + 2 + strcspn(path + 2, "/");
	if (*rest == '\0')
		rest = "/";
	while (*rest != '\0')
		*out++ = *rest++;
	*out = '\0';
	return true;
}

/* RFC 3986 5.2.4, but above the root is nowhere. */
static bool
resolve_dots(char *path, const char *kinds)
{
	char *out = path;
	const char *in = path;

	(void)kinds;
	while (*in != '\0') {
		size_t len = 1 + strcspn(in + 1, "/");

		if (len == 3 && in[1] == '.' && in[2] == '.') {
			if (out == path)
				return false;
			while (*--out != '/')
				;
		} else if (len != 2 || in[1] != '.') {
			for (size_t i = 0; i < len; i++)
				*out++ = in[i];
		}
		in += len;
	}
	if (out == path)
		*out++ = '/';
	*out = '\0';
	return true;
}

static const struct step {
	bool (*take)(char *path, const char *kinds);
	const char *kinds;
} steps[] = {
    {decode_once, NULL},
    {decode_once, "/"},
    {decode_once, ";"},
    {decode_once, "?#"},
    {decode_once, "\\"},
    {decode_once, "%"},
    {drop_params, NULL},
    {drop_query, NULL},
    {turn_backslashes, NULL},
    {merge_slashes, NULL},
    {drop_host, NULL},
    {resolve_dots, NULL},
};

/* --- all readings ---------------------------------------------------------*/

static bool
is_path_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Two or more bytes for what has fewer: careless decoders make "/" and "." of
 * some. As Latin-1 no one writes that. */
static bool
has_overlong(const char *path)
{
	for (const char *c = path; *c != '\0'; c++) {
		unsigned first = (unsigned char)c[0],
			 second = (unsigned char)c[1];

		if (!is_path_continuation(c[1]))
			continue;
		if (first == 0xc0 || first == 0xc1 ||
		    (first == 0xe0 && second < 0xa0) ||
		    (first == 0xf0 && second < 0x90))
			return true;
	}
	return false;
}

/* What all programs read alike: without the query, and with no escape left but
 * those of reserved characters. */
static bool
read_first(char path[static SITE_PATH_CAP], const char *target)
{
	static const char reserved[] = "/;?#\\%";
	char kinds[257];
	size_t n = 0;

	if (str_copy_n(path, SITE_PATH_CAP, target, strcspn(target, "?")) !=
		OK ||
	    path[0] != '/' || strchr(path, '#') != NULL)
		return false;
	for (const char *c = path; *c != '\0'; c++)
		if (*c == '%' && escaped(c) < 0)
			return false;
	for (int byte = 1; byte < 256; byte++)
		if (strchr(reserved, byte) == NULL)
			kinds[n++] = (char)byte;
	kinds[n] = '\0';
	return decode_once(path, kinds);
}

/* Adds PATH if it is new. */
static bool
add(struct site_path_readings *r, const char *path)
{
	struct buf b;

	if (str_has_control(path) || has_overlong(path))
		return false;
	for (size_t i = 0; i < r->count; i++)
		if (str_equal(site_path_reading(r, i), path))
			return true;
	if (r->count == SITE_PATH_READINGS || r->len == sizeof r->text)
		return false;
	buf_init(&b, r->text + r->len, sizeof r->text - r->len);
	buf_puts(&b, path);
	r->at[r->count++] = r->len;
	r->len += b.len + 1;
	return buf_ok(&b);
}

enum err
site_path_readings(struct site_path_readings *r, const char *target)
{
	char path[SITE_PATH_CAP];

	r->len = r->count = 0;
	if (!read_first(path, target) || !add(r, path))
		return ERR_INVALID_REQUEST;
	for (size_t i = 0; i < r->count; i++)
		for (size_t j = 0; j < sizeof steps / sizeof *steps; j++)
			if (str_copy(path, sizeof path,
				site_path_reading(r, i)) != OK ||
			    !steps[j].take(path, steps[j].kinds) ||
			    !add(r, path))
				return ERR_INVALID_REQUEST;
	return OK;
}

const char *
site_path_reading(const struct site_path_readings *r, size_t i)
{
	return r->text + r->at[i];
}

/* --- covering -------------------------------------------------------------*/

static bool
ends_segment(const char *path, size_t len)
{
	return path[len] == '/' || path[len] == '\0';
}

bool
site_path_covers(const char *prefix, const char *path)
{
	return str_equal(prefix, "/") ||
	       (str_starts(path, prefix) && ends_segment(path, strlen(prefix)));
}

bool
site_path_covers_folded(const char *prefix, const char *path)
{
	return str_equal(prefix, "/") ||
	       (str_starts_nocase(path, prefix) &&
		   ends_segment(path, strlen(prefix)));
}
