/* Where the records are: `store`. */
#include "base/str.h"
#include "domain/conf_value.h"

#include <string.h>

#define SPACES " \t"

/* Past one value of a connection string, quoted or not; NULL: the quote does
 * not end. */
static const char *
skip_quoted(const char *s)
{
	bool quoted = *s == '\'';

	for (s += quoted; *s != '\0'; s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		else if (quoted ? *s == '\'' : strchr(SPACES, *s) != NULL)
			return s + quoted;
	}
	return quoted ? NULL : s;
}

/* What is wrong with the connection string S ("host=db dbname=latchkey"); NULL:
 * nothing that is seen here. */
static const char *
words_refusal(const char *s)
{
	size_t len;

	for (s += strspn(s, SPACES); *s != '\0'; s += strspn(s, SPACES)) {
		len = strcspn(s, SPACES "=");
		if (len == strlen("password") &&
		    strncmp(s, "password", len) == 0)
			return "has a password in it";
		s += len;
		s += strspn(s, SPACES);
		if (len == 0 || *s != '=')
			return "is no list of NAME=VALUE";
		s++;
		s = skip_quoted(s + strspn(s, SPACES));
		if (s == NULL)
			return "has a quote that does not end";
	}
	return NULL;
}

/* The same of a URI, "postgresql://user@host/name?option=value". */
static const char *
uri_words_refusal(const char *uri)
{
	const char *who = strstr(uri, "//") + 2;
	size_t len = strcspn(who, "/?");
	const char *at = memchr(who, '@', len), *query = strchr(uri, '?');

	if (at != NULL && memchr(who, ':', (size_t)(at - who)) != NULL)
		return "has a password in it";
	for (; query != NULL; query = strchr(query + 1, '&'))
		if (str_starts(query + 1, "password="))
			return "has a password in it";
	return strpbrk(uri, SPACES) != NULL ? "has a blank in it" : NULL;
}

static const char *
store_refusal(char where[static CONF_STORE_CAP], const char *value)
{
	static const char scheme[] = "postgresql:";
	const char *rest = value + sizeof scheme - 1;
	bool is_uri;

	if (str_has_control(value) || !str_is_utf8(value, strlen(value)))
		return "is no text";
	if (!str_starts(value, scheme))
		return "names no store that is known here";
	is_uri = str_starts(rest, "//");
	if (str_copy(where, CONF_STORE_CAP, is_uri ? value : rest) != OK)
		return "is too long";
	if (where[strspn(where, SPACES)] == '\0')
		return "does not say where the database is";
	return is_uri ? uri_words_refusal(where) : words_refusal(where);
}

enum err
conf_parse_store(const struct conf_key *k, void *field, const char *value,
    struct buf *wanted)
{
	const char *refusal;

	(void)k;
	*(char *)field = '\0';
	if (str_equal(value, "lmdb"))
		return OK;
	refusal = store_refusal(field, value);
	if (refusal == NULL)
		return OK;
	buf_printf(wanted,
	    "it %s; give lmdb, or postgresql: and how libpq finds the "
	    "database, such as postgresql:host=/run/postgresql "
	    "dbname=latchkey, with the password in a file (passfile=FILE)",
	    refusal);
	return ERR_SYNTAX;
}
