/*
 * HTML from templates, a small part of Mustache over a JSON object:
 *
 *	{{name}}			the value, escaped for HTML
 *	{{{name}}}			the value as it is (our own markup only)
 *	{{#name}} ... {{/name}}		once for a true value or non-empty
 *					string; for each element of an array;
 *					inside, an object's members come first
 *	{{^name}} ... {{/name}}		if false, null, "" or empty
 *	{{.}}				the element itself, in an array of text
 *	{{>name}}			another template, in its place
 *	{{t:key}}			a sentence of the catalogue
 *					(base/message.h), for text between tags:
 *					escaped, and what fills its places in
 *					<bdi>
 *
 * A name the data does not have, or a key the catalogue does not, is an error,
 * not an empty string. The templates are compiled in; a file
 * DIR/templates/NAME.html replaces one.
 */
#ifndef LK_HTTP_TEMPLATE_H
#define LK_HTTP_TEMPLATE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/message.h"

#include <jansson.h>

/* The compiled-in ones, made by the Makefile from templates/: ends with a NULL
 * name. "login.html", "style.css", ... */
struct template_builtin {
	const char *name, *text;
};
extern const struct template_builtin template_builtins[];

struct templates;

enum { TEMPLATE_MAX = 65536 };

/* Reads what DIR/templates overrides (DIR may be without one, or NULL). A file
 * that others can write, is over TEMPLATE_MAX or is not UTF-8 is an error,
 * logged: ERR_PERMISSION, ERR_NO_SPACE, ERR_SYNTAX, ERR_IO; ERR_NO_MEMORY. */
enum err templates_load(struct templates **t, const char *dir) MUST_CHECK;

/* One more who holds T (may be NULL) and will free it; neither call is for two
 * threads at once. */
struct templates *templates_share(struct templates *t);
void templates_free(struct templates **t);

/* The text of one, or NULL. Valid as long as T. */
const char *templates_text(const struct templates *t, const char *name);

/* Renders NAME ("login.html") with DATA and the sentences of C, appending to
 * OUT. ERR_NOT_FOUND (no such template), ERR_SYNTAX (malformed, or a name DATA
 * does not have, or a key C does not; the log says which), ERR_NO_SPACE. */
enum err template_render(struct buf *out, const struct templates *t,
    const struct catalogue *c, const char *name, const json_t *data) MUST_CHECK;

#endif
