#include "http/template.h"

#include "base/file.h"
#include "base/log.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_CAP = 64, DEPTH_MAX = 8, PATH_CAP = 1024 };

/* One place a builtin: NULL where nothing overrides it. */
struct templates {
	unsigned holders;
	size_t count;
	char *override[];
};

struct scope {
	const json_t *value;
	const struct scope *outer;
};

struct tag {
	char kind; /* '#' '^' '/' '>' '{' 't', or '=' for a plain value */
	char name[NAME_CAP];
	const char *begin, *end; /* braces included */
};

struct render {
	struct buf *out;
	const struct templates *templates;
	const struct catalogue *catalogue;
	const char *name; /* of the template being rendered, for the log */
};

struct span {
	const char *begin, *end;
};

/*
 * The texts
 */

static size_t
count_builtins(void)
{
	size_t n = 0;

	while (template_builtins[n].name != NULL)
		n++;
	return n;
}

/* An override's text in *TEXT, or NULL where there is none. */
static enum err
load_override(char **text, const char *path)
{
	char *bytes = malloc(TEMPLATE_MAX + 1);
	size_t len;
	enum err e;

	*text = NULL;
	if (bytes == NULL)
		return ERR_NO_MEMORY;
	e = file_read(path, 0022, bytes, TEMPLATE_MAX, &len);
	if (e == OK && !str_is_utf8(bytes, len))
		e = ERR_SYNTAX;
	if (e == OK) {
		bytes[len] = '\0';
		*text = strdup(bytes); /* most are far under the maximum */
		e = *text != NULL ? OK : ERR_NO_MEMORY;
	}
	free(bytes);
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
templates_load(struct templates **t, const char *dir)
{
	size_t count = count_builtins();
	char folder[PATH_CAP], path[PATH_CAP];
	enum err e;

	*t = calloc(1, sizeof **t + count * sizeof(*t)->override[0]);
	if (*t == NULL)
		return ERR_NO_MEMORY;
	(*t)->count = count;
	(*t)->holders = 1;
	if (dir == NULL)
		return OK;
	e = file_path(folder, sizeof folder, dir, "templates");
	for (size_t i = 0; i < count && e == OK; i++) {
		e = file_path(
		    path, sizeof path, folder, template_builtins[i].name);
		if (e == OK)
			e = load_override(&(*t)->override[i], path);
		if (e != OK)
			log_fault("template_unusable", "file", path, "cause",
			    err_name(e), NULL);
	}
	if (e != OK)
		templates_free(t);
	return e;
}

struct templates *
templates_share(struct templates *t)
{
	if (t != NULL)
		t->holders++;
	return t;
}

void
templates_free(struct templates **t)
{
	if (*t != NULL && --(*t)->holders == 0) {
		for (size_t i = 0; i < (*t)->count; i++)
			free((*t)->override[i]);
		free(*t);
	}
	*t = NULL;
}

const char *
templates_text(const struct templates *t, const char *name)
{
	for (size_t i = 0; i < t->count; i++)
		if (template_builtins[i].name[0] == name[0] &&
		    str_equal(template_builtins[i].name, name))
			return t->override[i] != NULL
				   ? t->override[i]
				   : template_builtins[i].text;
	return NULL;
}

/*
 * Tags
 */

static enum err
fault(const struct render *r, const char *what, const char *name)
{
	log_fault("template_error", "template", r->name, "reason", what, "name",
	    name, NULL);
	return ERR_SYNTAX;
}

/* Where the next two braces are; NULL: nowhere before END. */
static const char *
find_braces(const char *s, const char *end)
{
	while ((s = memchr(s, '{', (size_t)(end - s))) != NULL && s[1] != '{')
		s++;
	return s;
}

/* Letters, digits and _ - . (Not by strspn, which begins with a table.) */
static size_t
name_length(const char *s)
{
	const char *c = s;

	while ((*c >= 'a' && *c <= 'z') || *c == '_' || *c == '.' ||
	       (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
	       *c == '-')
		c++;
	return (size_t)(c - s);
}

/* What is wrong with the tag whose name begins at NAME. */
static enum err
bad_tag(const struct render *r, const char *name, const char *close)
{
	const char *end = strstr(name, close);
	char shown[NAME_CAP];

	if (end == NULL)
		return fault(r, "unclosed_tag", NULL);
	if (str_copy_n(shown, sizeof shown, name, (size_t)(end - name)) != OK)
		shown[0] = '\0';
	return fault(r, "bad_tag", shown);
}

/* Reads the next tag of TEXT: ERR_NOT_FOUND if there is none. */
static enum err
next_tag(const struct render *r, struct span text, struct tag *tag)
{
	const char *close = "}}", *name;
	size_t len;

	tag->begin = find_braces(text.begin, text.end);
	if (tag->begin == NULL)
		return ERR_NOT_FOUND;
	name = tag->begin + 2;
	tag->kind = '=';
	if (*name == '#' || *name == '^' || *name == '/' || *name == '>' ||
	    *name == '{')
		tag->kind = *name++;
	if (tag->kind == '{')
		close = "}}}";
	if (tag->kind == '=' && str_starts(name, "t:")) {
		tag->kind = 't';
		name += 2;
	}
	len = name_length(name);
	tag->end = name + len + strlen(close);
	if (!str_starts(name + len, close) || len == 0 ||
	    len >= sizeof tag->name || tag->end > text.end)
		return bad_tag(r, name, close);
	memcpy(tag->name, name, len);
	tag->name[len] = '\0';
	return OK;
}

/* Where the section that OPEN began ends: CLOSE is its closing tag. */
static enum err
find_close(const struct render *r, struct span text, const struct tag *open,
    struct tag *close)
{
	size_t inner = 0;
	enum err e;

	text.begin = open->end;
	while ((e = next_tag(r, text, close)) == OK) {
		if (close->kind == '#' || close->kind == '^')
			inner++;
		if (close->kind == '/' && inner-- == 0)
			break;
		text.begin = close->end;
	}
	if (e == ERR_NOT_FOUND)
		return fault(r, "unclosed_section", open->name);
	if (e == OK && !str_equal(open->name, close->name))
		return fault(r, "crossed_sections", close->name);
	return e;
}

/*
 * Values
 */

/* The innermost object that has NAME decides. */
static const json_t *
look_up_value(const struct scope *s, const char *name)
{
	const json_t *value;

	if (str_equal(name, "."))
		return s->value;
	for (; s != NULL; s = s->outer)
		if ((value = json_object_get(s->value, name)) != NULL)
			return value;
	return NULL;
}

static bool
is_true(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		return json_string_length(value) > 0;
	case JSON_ARRAY:
		return json_array_size(value) > 0;
	case JSON_OBJECT:
		return json_object_size(value) > 0;
	case JSON_INTEGER:
		return json_integer_value(value) != 0;
	default:
		return json_is_true(value);
	}
}

static enum err
put_template_value(struct render *r, const struct tag *tag, const json_t *value)
{
	if (json_is_string(value) && tag->kind == '{')
		buf_puts(r->out, json_string_value(value));
	else if (json_is_string(value))
		buf_put_html(r->out, json_string_value(value));
	else if (json_is_integer(value))
		buf_put_int(r->out, json_integer_value(value));
	else if (!json_is_null(value))
		return fault(r, "not_text", tag->name);
	return OK;
}

/* A sentence of the catalogue. What is put in its places is written in any
 * direction, and is isolated from it. */
static enum err
put_message(struct render *r, const struct tag *tag, const struct scope *scope)
{
	const char *text = message_text(r->catalogue, tag->name);
	struct message_piece piece;
	const json_t *value;
	struct tag place = {.kind = '='};
	enum err e = OK;

	if (text == NULL)
		return fault(r, "unknown_key", tag->name);
	while (e == OK && message_next(&text, &piece)) {
		buf_put_html_n(r->out, piece.plain, piece.len);
		if (piece.place[0] == '\0')
			continue;
		memcpy(place.name, piece.place, sizeof piece.place);
		if ((value = look_up_value(scope, place.name)) == NULL)
			return fault(r, "unknown_name", place.name);
		buf_puts(r->out, "<bdi>");
		e = put_template_value(r, &place, value);
		buf_puts(r->out, "</bdi>");
	}
	return e;
}

/*
 * Rendering
 */

static enum err render_span(
    struct render *r, struct span text, const struct scope *scope, int depth);

/* INSIDE once for each element of an array, once for anything else. */
static enum err
render_each(struct render *r, struct span inside, const json_t *value,
    const struct scope *outer, int depth)
{
	const bool many = json_is_array(value);
	const size_t count = many ? json_array_size(value) : 1;
	enum err e = OK;

	for (size_t i = 0; i < count && e == OK; i++) {
		const struct scope scope = {
		    many ? json_array_get(value, i) : value, outer};

		e = render_span(r, inside, &scope, depth + 1);
	}
	return e;
}

static enum err
render_partial(
    struct render *r, const char *name, const struct scope *scope, int depth)
{
	struct render inner = *r;
	struct span text;

	text.begin = templates_text(r->templates, name);
	if (text.begin == NULL)
		return fault(r, "no_such_template", name);
	text.end = text.begin + strlen(text.begin);
	inner.name = name;
	return render_span(&inner, text, scope, depth + 1);
}

/* Renders the value of TAG; *NEXT is where the text goes on after it. */
static enum err
render_tag(struct render *r, struct span text, const struct tag *tag,
    const struct scope *scope, int depth, const char **next)
{
	const json_t *value;
	struct span inside;
	struct tag close;
	enum err e;

	*next = tag->end;
	if (tag->kind == '/')
		return fault(r, "unopened_section", tag->name);
	if (tag->kind == '>')
		return render_partial(r, tag->name, scope, depth);
	if (tag->kind == 't')
		return put_message(r, tag, scope);
	if ((value = look_up_value(scope, tag->name)) == NULL)
		return fault(r, "unknown_name", tag->name);
	if (tag->kind != '#' && tag->kind != '^')
		return put_template_value(r, tag, value);
	if ((e = find_close(r, text, tag, &close)) != OK)
		return e;
	*next = close.end;
	inside.begin = tag->end;
	inside.end = close.begin;
	if (tag->kind == '#' && is_true(value))
		return render_each(r, inside, value, scope, depth);
	if (tag->kind == '^' && !is_true(value))
		return render_span(r, inside, scope, depth + 1);
	return OK;
}

static enum err
render_span(
    struct render *r, struct span text, const struct scope *scope, int depth)
{
	struct tag tag;
	enum err e;

	if (depth > DEPTH_MAX)
		return fault(r, "too_deep", NULL);
	while ((e = next_tag(r, text, &tag)) == OK) {
		buf_put(r->out, text.begin, (size_t)(tag.begin - text.begin));
		e = render_tag(r, text, &tag, scope, depth, &text.begin);
		if (e != OK)
			return e;
	}
	if (e != ERR_NOT_FOUND)
		return e;
	buf_put(r->out, text.begin, (size_t)(text.end - text.begin));
	return OK;
}

enum err
template_render(struct buf *out, const struct templates *t,
    const struct catalogue *c, const char *name, const json_t *data)
{
	struct render r = {out, t, c, name};
	const struct scope scope = {data, NULL};
	struct span text;
	enum err e;

	text.begin = templates_text(t, name);
	if (text.begin == NULL)
		return ERR_NOT_FOUND;
	text.end = text.begin + strlen(text.begin);
	e = render_span(&r, text, &scope, 0);
	if (e == OK && !buf_ok(out))
		e = ERR_NO_SPACE;
	return e;
}
