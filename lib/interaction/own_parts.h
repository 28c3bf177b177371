/* What pages of our own are put together from: links, what was typed. */
#ifndef LK_INTERACTION_OWN_PARTS_H
#define LK_INTERACTION_OWN_PARTS_H

#include "interaction/interaction.h"

#include <stddef.h>

/* Appends the address of our page PATH, with PARAMETER=VALUE as its query
 * unless one is NULL. */
void own_url(struct buf *url, const struct interaction *i, const char *path,
    const char *parameter, const char *value);

/* The path of the page that people are on afterwards: home, or the account
 * where home is another's. */
const char *own_home_path(const struct interaction *i);

/* The address of our page PATH, as a link. */
void own_put_link(const struct interaction *i, struct json_build *b,
    const char *name, const char *path);

/* The same with PARAMETER=VALUE as its query. */
void own_put_link_to(const struct interaction *i, struct json_build *b,
    const char *name, const char *path, const char *parameter,
    const char *value);

/* Which browser on which system AGENT is, in a sentence; it is written into
 * ROOM. */
enum { OWN_AGENT_CAP = 512 };
const char *own_agent(const struct interaction *i,
    char room[static OWN_AGENT_CAP], const char *agent);

/* The field NAME of a form, "" if it is not there or empty. */
const char *own_field(const struct form *f, const char *name);

/* What the field NAME of the page shows: IS, or what was typed there before the
 * form came back. */
const char *own_typed(
    const struct interaction *i, const char *name, const char *is);

/* A field that people type a text into: the attributes of its element, and
 * where a struct has its text, a const char *. */
struct own_text_field {
	const char *name, *type, *autocomplete, *dir, *length;
	const char *label, *note; /* keys of sentences; NOTE may be NULL */
	size_t offset;
};

/* The struct SHOWN gets what FORM has for each of FIELDS, of which the last has
 * no name: "" if it is not there. Valid as long as FORM. */
void own_read_text_fields(
    void *shown, const struct own_text_field *fields, const struct form *form);

/* Adds what own_fields.html shows: FIELDS, with the texts of SHOWN. */
void own_put_text_fields(const struct interaction *i, struct json_build *b,
    const struct own_text_field *fields, const void *shown);

/* The sentence KEY of the page's language. */
const char *own_text(const struct interaction *i, const char *key);

/* Shows STEP again with the sentence KEY, which says what went wrong. */
void own_ask_again(
    struct interaction *i, const struct step *step, const char *key);

#endif
