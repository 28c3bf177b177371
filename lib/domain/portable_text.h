/*
 * The text of an export (latchkey-export(5)): a head, and then each section
 * with its records, in the order of domain/portable.h. It is read strictly: a
 * member that is unknown, twice or out of its place is refused.
 */
#ifndef LK_DOMAIN_PORTABLE_TEXT_H
#define LK_DOMAIN_PORTABLE_TEXT_H

#include "base/err.h"
#include "base/issuer.h"
#include "base/json_stream.h"
#include "domain/portable.h"

#include <stdbool.h>
#include <stdint.h>

enum { PORTABLE_WHERE_CAP = 2 * PORTABLE_MESSAGE_CAP };

struct portable_head {
	char program[64]; /* what wrote it: "0.1" */
	char issuer[ISSUER_CAP];
	int64_t exported_at;
	bool secrets;
};

struct portable_text {
	struct json_stream json,
	    body; /* at the present, at the first section */
	struct portable_head head;
	/* What is wrong, and where: "people[3].email: ...". */
	char message[PORTABLE_WHERE_CAP];
	/* The record that is read. */
	enum portable_section section;
	size_t number;
	char label[CLIENT_ID_CAP]; /* what it is called; may be "" */
};

/* Writes the head, as far as the first section. */
json_t *portable_head_show(const struct portable_head *head) MUST_CHECK;

/* Reads the head of LEN bytes at TEXT, which is borrowed. ERR_SYNTAX;
 * ERR_VERSION: it is of a newer latchkey; ERR_FOREIGN: it is no export of ours
 * at all. The message says which. */
enum err portable_text_begin(
    struct portable_text *p, const char *text, size_t len) MUST_CHECK;

/* Calls TAKE for each record, from the first, as long as it returns OK; returns
 * what it returned. ERR_SYNTAX: it cannot be read on. */
typedef enum err portable_take(void *arg, const json_t *object);
enum err portable_text_each(
    struct portable_text *p, portable_take *take, void *arg) MUST_CHECK;

/* Makes the message of what is wrong with the present record; returns
 * ERR_SYNTAX. */
enum err portable_text_wrong(
    struct portable_text *p, const struct portable_fault *fault);

#endif
