#include "domain/recipe.h"

#include "base/file.h"
#include "base/str.h"

#include <ini.h>
#include <stdint.h>
#include <string.h>

enum { PATH_CAP = 1200 };

/* --- placeholders ----------------------------------------------------------*/

#define VALUE(name) offsetof(struct recipe_values, name)

static const struct placeholder {
	const char *word;
	size_t offset;
} placeholders[] = {
    {"{url}", VALUE(url)},
    {"{issuer}", VALUE(issuer)},
    {"{issuer_host}", VALUE(issuer_host)},
    {"{discovery}", VALUE(discovery)},
    {"{client_id}", VALUE(client_id)},
    {"{client_secret}", VALUE(client_secret)},
};

/* The length of a {word} that S begins with, braces included, or 0: other
 * braces are the app's own (JSON, Jinja, Ruby). */
static size_t
word_len(const char *s)
{
	size_t len;

	if (*s != '{')
		return 0;
	len = strspn(s + 1, "abcdefghijklmnopqrstuvwxyz_");
	return len > 0 && s[len + 1] == '}' ? len + 2 : 0;
}

static const struct placeholder *
find_placeholder(const char *s, size_t len)
{
	const size_t n = sizeof placeholders / sizeof placeholders[0];

	for (size_t i = 0; i < n; i++)
		if (strlen(placeholders[i].word) == len &&
		    memcmp(placeholders[i].word, s, len) == 0)
			return &placeholders[i];
	return NULL;
}

/* The first {word} of S that has no meaning, or NULL. */
static const char *
unknown_word(const char *s)
{
	size_t len;

	for (; *s != '\0'; s++) {
		len = word_len(s);
		if (len > 0 && find_placeholder(s, len) == NULL)
			return s;
	}
	return NULL;
}

void
recipe_fill(struct buf *out, const char *pattern, const struct recipe_values *v)
{
	const struct placeholder *p;
	const char *value;
	size_t len;

	while (*pattern != '\0') {
		len = word_len(pattern);
		p = len > 0 ? find_placeholder(pattern, len) : NULL;
		if (p == NULL) {
			buf_putc(out, *pattern++);
			continue;
		}
		memcpy(&value, (const char *)v + p->offset, sizeof value);
		buf_puts(out, value);
		pattern += len;
	}
}

bool
recipe_needs_url(const struct recipe *r)
{
	return strstr(r->redirect_uris, "{url}") != NULL ||
	       strstr(r->post_logout_redirect_uris, "{url}") != NULL ||
	       strstr(r->audience, "{url}") != NULL ||
	       strstr(r->settings, "{url}") != NULL;
}

/* --- the keys --------------------------------------------------------------*/

/* RFC 7591 2, token_endpoint_auth_method */
static const char *const auth_names[RECIPE_AUTH_COUNT] = {
    "client_secret_basic", "client_secret_post", "none"};

const char *
recipe_auth_name(enum recipe_auth auth)
{
	return auth_names[auth];
}

/* How often a key may stand in a recipe: MANY is once or more, ANY also
 * never. */
enum times { ONCE, MAYBE, MANY, ANY };

struct key {
	const char *name;
	enum err (*parse)(void *field, size_t cap, const char *value);
	size_t offset, cap;
	enum times times;
	const char *wanted;
};

static enum err
parse_text(void *field, size_t cap, const char *value)
{
	if (*value == '\0' || str_has_control(value))
		return ERR_SYNTAX;
	return str_copy(field, cap, value);
}

static enum err
parse_client_id(void *field, size_t cap, const char *value)
{
	return client_id_refusal(value) == NULL ? str_copy(field, cap, value)
						: ERR_SYNTAX;
}

static enum err
parse_uri(void *field, size_t cap, const char *value)
{
	return unknown_word(value) == NULL ? words_add(field, cap, value)
					   : ERR_SYNTAX;
}

static enum err
parse_words(void *field, size_t cap, const char *value)
{
	char word[SCOPE_WORD_CAP];
	enum err e = *value != '\0' ? OK : ERR_SYNTAX;

	while (e == OK && words_next(&value, word, sizeof word))
		e = scope_word_valid(word) ? words_add(field, cap, word)
					   : ERR_SYNTAX;
	return e;
}

static enum err
parse_grants(void *field, size_t cap, const char *value)
{
	unsigned *grants = field, grant;
	char word[32];

	(void)cap;
	while (words_next(&value, word, sizeof word)) {
		grant = grant_from_name(word);
		if (grant == 0)
			return ERR_SYNTAX;
		*grants |= grant;
	}
	return *grants != 0 ? OK : ERR_SYNTAX;
}

static enum err
parse_alg(void *field, size_t cap, const char *value)
{
	enum jwa *alg = field;

	(void)cap;
	*alg = jwa_issued_from_name(value);
	return *alg != JWA_COUNT ? OK : ERR_SYNTAX;
}

static enum err
parse_auth(void *field, size_t cap, const char *value)
{
	enum recipe_auth *auth = field;

	(void)cap;
	*auth =
	    (enum recipe_auth)str_index(auth_names, RECIPE_AUTH_COUNT, value);
	return *auth < RECIPE_AUTH_COUNT ? OK : ERR_SYNTAX;
}

/* A version has a digit: "yes" alone would say too little. */
static enum err
parse_tried(void *field, size_t cap, const char *value)
{
	if (str_equal(value, "no"))
		return OK;
	return strpbrk(value, "0123456789") != NULL
		   ? parse_text(field, cap, value)
		   : ERR_SYNTAX;
}

static enum err
parse_yes_no(void *field, size_t cap, const char *value)
{
	bool *yes = field;

	(void)cap;
	*yes = str_equal(value, "yes");
	return *yes || str_equal(value, "no") ? OK : ERR_SYNTAX;
}

#define FIELD(f) offsetof(struct recipe, f), sizeof((struct recipe *)NULL)->f

static const struct key keys[] = {
    {"title", parse_text, FIELD(title), ONCE, "give a line of text"},
    {"name", parse_text, FIELD(client_name), MAYBE, "give a line of text"},
    {"client_id", parse_client_id, FIELD(client_id), ONCE,
	"give letters, digits and . _ ~ : / -"},
    {"link", parse_uri, FIELD(link), MAYBE,
	"give one address, without spaces; {url} is the app's"},
    {"redirect_uri", parse_uri, FIELD(redirect_uris), ANY,
	"give one URI, without spaces; {url} is the app's address"},
    {"post_logout_redirect_uri", parse_uri, FIELD(post_logout_redirect_uris),
	ANY, "give one URI, without spaces; {url} is the app's address"},
    {"backchannel_logout_uri", parse_uri, FIELD(backchannel_logout_uri), MAYBE,
	"give one URI, without spaces; {url} is the app's address"},
    {"audience", parse_uri, FIELD(audience), MAYBE,
	"give one URI, without spaces; {url} is the app's address"},
    {"grant", parse_grants, FIELD(grants), MAYBE,
	"give authorization_code, refresh_token, client_credentials"},
    {"auth", parse_auth, FIELD(auth), ONCE,
	"give client_secret_basic, client_secret_post or none"},
    {"alg", parse_alg, FIELD(alg), ONCE, "give EdDSA, RS256 or HS256"},
    {"scope", parse_words, FIELD(scope), MAYBE, "give words"},
    {"pkce", parse_yes_no, FIELD(pkce), ONCE, "give yes or no"},
    {"introspect_any", parse_yes_no, FIELD(introspect_any), MAYBE,
	"give yes or no"},
    {"claims", parse_words, FIELD(claims), MAYBE, "give words"},
    {"source", parse_uri, FIELD(sources), MANY, "give one URL"},
    {"tried", parse_tried, FIELD(tried), ONCE, "give the app's version, or no"},
};

enum { KEYS = sizeof keys / sizeof keys[0] };

/* --- the file --------------------------------------------------------------*/

struct recipe_reader {
	struct recipe *r;
	bool seen[KEYS];
	struct buf message; /* of the first error, as yet without its place */
};

static void
set_key(struct recipe_reader *l, const char *name, const char *value)
{
	const struct key *k;
	size_t i = 0;

	while (i < KEYS && !str_equal(keys[i].name, name))
		i++;
	if (i == KEYS) {
		buf_puts(&l->message, "unknown key ");
		buf_put_log(&l->message, name);
		buf_puts(&l->message, "; latchkey-app(5) lists them");
		return;
	}
	k = &keys[i];
	if (l->seen[i] && (k->times == ONCE || k->times == MAYBE))
		buf_printf(&l->message, "%s is given twice; keep one", name);
	else if (k->parse((char *)l->r + k->offset, k->cap, value) != OK)
		buf_printf(&l->message, "%s: %s", name, k->wanted);
	l->seen[i] = true;
}

/* inih's handler: 0 makes it remember the line, but it goes on to the next. */
static int
on_pair(void *user, const char *section, const char *name, const char *value)
{
	struct recipe_reader *l = user;

	if (l->message.len == 0 && *section != '\0')
		buf_puts(&l->message, "the only [section] is [settings]");
	if (l->message.len == 0)
		set_key(l, name, value);
	return l->message.len == 0;
}

static void
check_missing(struct recipe_reader *l)
{
	for (size_t i = 0; i < KEYS && l->message.len == 0; i++)
		if (!l->seen[i] &&
		    (keys[i].times == ONCE || keys[i].times == MANY))
			buf_printf(&l->message, "%s is missing", keys[i].name);
}

/* What follows the line [settings] is text for people, which inih must not
 * see: it would take comments, indents and long lines out of it. HEAD ends
 * there. */
static void
split_settings(struct recipe_reader *l, char *head)
{
	static const char mark[] = "\n[settings]\n";
	char *at = strstr(head, mark);
	const char *unknown;

	if (at == NULL) {
		buf_puts(&l->message, "there is no line [settings]");
		return;
	}
	at[1] = '\0';
	at += sizeof mark - 1;
	unknown = unknown_word(at);
	if (unknown != NULL)
		buf_printf(&l->message, "%.*s under [settings] has no meaning",
		    (int)word_len(unknown), unknown);
	else if (*at == '\0')
		buf_puts(&l->message, "there is nothing under [settings]");
	else if (str_copy(l->r->settings, sizeof l->r->settings, at) != OK)
		buf_puts(&l->message, "the text under [settings] is too long");
}

/* TEXT is changed. FILE is what errors call it. */
static enum err
parse_recipe(struct recipe *r, char *text, const char *file,
    char message[static RECIPE_MESSAGE_CAP])
{
	char unplaced[256];
	struct recipe_reader l = {.r = r};
	struct buf b;
	int line = 0;

	buf_init(&l.message, unplaced, sizeof unplaced);
	split_settings(&l, text);
	if (l.message.len == 0) {
		line = ini_parse_string(text, on_pair, &l);
		if (line != 0 && l.message.len == 0)
			buf_puts(&l.message, "give `key = value`");
	}
	if (l.message.len == 0)
		check_missing(&l);
	if (l.message.len == 0)
		return r->client_name[0] != '\0'
			   ? OK
			   : str_copy(r->client_name, sizeof r->client_name,
				 r->title);
	buf_init(&b, message, RECIPE_MESSAGE_CAP);
	buf_puts(&b, file);
	if (line > 0)
		buf_printf(&b, ":%d", line);
	buf_printf(&b, ": %s", unplaced);
	return ERR_SYNTAX;
}

static enum err
find_builtin(char text[static RECIPE_MAX + 1], const char *name)
{
	for (size_t i = 0; recipe_builtins[i].name != NULL; i++)
		if (str_equal(recipe_builtins[i].name, name))
			return str_copy(
			    text, RECIPE_MAX + 1, recipe_builtins[i].text);
	return ERR_NOT_FOUND;
}

static enum err
read_own(char text[static RECIPE_MAX + 1], const char *file,
    char message[static RECIPE_MESSAGE_CAP])
{
	struct buf b;
	size_t len;
	enum err e = file_read(file, 0022, text, RECIPE_MAX, &len);

	if (e == OK) {
		text[len] = '\0';
		e = str_is_utf8(text, len) ? OK : ERR_SYNTAX;
	}
	if (e == OK || e == ERR_NOT_FOUND)
		return e;
	buf_init(&b, message, RECIPE_MESSAGE_CAP);
	buf_printf(&b, "%s: %s", file,
	    e == ERR_PERMISSION
		? "not readable by this user, or writable by others"
	    : e == ERR_NO_SPACE ? "too long"
	    : e == ERR_SYNTAX   ? "not a text file in UTF-8"
				: "cannot be read");
	return e == ERR_NO_SPACE ? ERR_SYNTAX : e;
}

bool
recipe_name_valid(const char *s)
{
	const size_t len = strlen(s);

	return len > 0 && len < RECIPE_NAME_CAP &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

enum err
recipe_load(struct recipe *r, const char *dir, const char *name, bool *own,
    char message[static RECIPE_MESSAGE_CAP])
{
	char text[RECIPE_MAX + 1], file[PATH_CAP];
	struct buf path;
	enum err e;

	*r = (struct recipe){.alg = JWA_COUNT};
	*own = false;
	message[0] = '\0';
	if (!recipe_name_valid(name) ||
	    str_copy(r->name, sizeof r->name, name) != OK)
		return ERR_NOT_FOUND;
	buf_init(&path, file, sizeof file);
	buf_printf(&path, "%s/apps/%s.conf", dir, name);
	if (!buf_ok(&path))
		return ERR_NOT_FOUND;
	e = read_own(text, file, message);
	*own = e != ERR_NOT_FOUND;
	if (e == ERR_NOT_FOUND) {
		e = find_builtin(text, name);
		buf_reset(&path);
		buf_printf(&path, "%s.conf", name);
	}
	return e == OK ? parse_recipe(r, text, file, message) : e;
}
