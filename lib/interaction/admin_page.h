/*
 * What the pages of the administrator's desk are made of. They have five
 * templates: a list, a record, a form, a question, and what is shown once. Each
 * begins with desk_head, which sets every name of the template; what a page has
 * of them, it puts after that.
 */
#ifndef LK_INTERACTION_ADMIN_PAGE_H
#define LK_INTERACTION_ADMIN_PAGE_H

#include "interaction/own_page.h"
#include "protocol/desk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DESK_PAGE_ROWS = 50, DESK_LINES_MAX = 4, DESK_URL_CAP = 2048 };

/* Whether the person who is signed in is an administrator; else they are told
 * that they are not. For own_pages.admit. */
bool desk_admit(struct interaction *i);

/* The text KEY, in the person's language. */
const char *desk_text(const struct interaction *i, const char *key);

/* An address of the desk, PATH with NAME=VALUE (NAME NULL: without). */
void desk_url(char url[static DESK_URL_CAP], const struct interaction *i,
    const char *path, const char *name, const char *value);

/* What the address says of NAME; "" if nothing. */
const char *desk_asked(const struct interaction *i, const char *name);

/* Whether the box NAME is ticked: IS, or what it was when the form came back.
 */
bool desk_ticked(const struct interaction *i, const char *name, bool is);

/* The title KEY, and over it the way through the desk. NAME is the heading, if
 * it is not "": that of a record. */
void desk_head(struct interaction *i, struct json_build *b, const char *key,
    const char *name);

/* Adds a link below the page; TEXT is a key. */
void desk_link(struct interaction *i, struct json_build *b, const char *text,
    const char *path, const char *name, const char *value);

/* Where "Cancel" and "Back" lead. */
void desk_back(struct interaction *i, struct json_build *b, const char *path,
    const char *name, const char *value);

/* --- lists -----------------------------------------------------------------*/

struct desk_list {
	struct interaction *i;
	json_t *rows;
	size_t count;
	bool failed;
	bool more;      /* than DESK_PAGE_ROWS */
	char next[256]; /* where the next page begins */
};

struct desk_row {
	const char *url, *title;
	const char *mark; /* a word behind the title */
	const char *lines[DESK_LINES_MAX];
	const char *when;           /* what happened at AT: a key */
	int64_t at;                 /* 0: nothing */
	const char *value, *button; /* of a button of its own: a key */
};

void desk_list_begin(struct desk_list *l, struct interaction *i);
/* Adds a row; false if the page is full, and NEXT is where it went on. */
bool desk_list_add(
    struct desk_list *l, const struct desk_row *row, const char *next);

/* A look may run again, and begins with this. */
void desk_list_restart(struct desk_list *l);

/* Puts it, with the way to the next page; EMPTY is the sentence for none. */
void desk_list_put(
    struct desk_list *l, struct json_build *b, const char *empty);
void desk_list_free(struct desk_list *l);

/* A field above the list to look for something: Q is what is looked for. */
void desk_search(struct interaction *i, struct json_build *b, const char *q);

/* --- records and forms -----------------------------------------------------*/

/* Facts and fields are arrays of the page, "facts" and "fields". */
void desk_fact(struct interaction *i, struct json_build *b, const char *label,
    const char *value);
void desk_fact_words(struct interaction *i, struct json_build *b,
    const char *label, const char *words);
void desk_fact_time(
    struct interaction *i, struct json_build *b, const char *label, int64_t at);

enum desk_field_kind {
	DESK_TEXT,
	DESK_DATE,
	DESK_AREA,
	DESK_CHECK,
	DESK_CHOICE
};

struct desk_field {
	const char *name;
	const char *label, *note; /* keys; NOTE may be NULL */
	const char *value;
	enum desk_field_kind kind;
	bool checked, required;
	const char *const *options; /* to a NULL: values, ... */
	const char *options_key;    /* ... and KEY.VALUE are their texts */
};

void desk_field(
    struct interaction *i, struct json_build *b, const struct desk_field *f);

/* "Yes" or "No". */
const char *desk_yes_no(const struct interaction *i, bool yes);

/* Makes LIST the groups that TYPED names, with commas between them: NULL, or
 * what is wrong. */
const char *desk_groups(char *list, size_t cap, const char *typed) MUST_CHECK;
/* And back: TEXT. */
enum { DESK_GROUPS_CAP = 2 * GROUPS_CAP };
const char *desk_shown_groups(char *text, size_t cap, const char *groups);

/* --- changes ---------------------------------------------------------------*/

/* Runs STEP (protocol/desk.h). OK; ERR_INVALID_REQUEST: what was typed cannot
 * be. Any other error it has answered. */
enum err desk_change(
    struct interaction *i, desk_step *step, void *arg) MUST_CHECK;

/* Answers with the way to the page PATH, with NAME=VALUE (NULL: without), which
 * shows the sentence NOTICE. */
void desk_done(struct interaction *i, const char *path, const char *name,
    const char *value, const char *notice);

/* Shows AGAIN with the sentence KEY, and with what is wrong in particular, as
 * the command says it (MESSAGE may be NULL). */
void desk_refuse(struct interaction *i, const struct step *again,
    const char *key, const char *message);

#endif
