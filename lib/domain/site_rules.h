/*
 * All rules of a site, as they are written and as they are parsed, and which of
 * them decides a request. One rule is in domain/site_rule.h.
 */
#ifndef LK_DOMAIN_SITE_RULES_H
#define LK_DOMAIN_SITE_RULES_H

#include "domain/site_rule.h"

#include <stddef.h>
#include <stdint.h>

enum {
	SITE_RULES_MAX = 64,
	SITE_RULES_CAP = 16384,
	SITE_RULES_WORDS = 5 /* strings that each rule is parsed into */
};

/* A parsed rule: its strings are offsets into the words of all. */
struct site_rules_entry {
	uint16_t methods, path, groups, audience, scope;
	bool anyone, signed_in, app_password, strict, factor;
	int32_t max_age_s;
};

/* Begun with zeroes or site_rules_clear. */
struct site_rules {
	char text[SITE_RULES_CAP]; /* one a line */
	size_t count, words_len;
	struct site_rules_entry entry[SITE_RULES_MAX];
	char words[SITE_RULES_CAP + SITE_RULES_MAX * SITE_RULES_WORDS];
};

void site_rules_clear(struct site_rules *rules);

/* Makes RULES those of TEXT; if they are already, nothing is parsed.
 * ERR_CORRUPT if a rule in it is none: RULES are empty then. */
enum err site_rules_parse(
    struct site_rules *rules, const char *text) MUST_CHECK;

/* Appends RULE: NULL, or what is wrong, for people. */
const char *site_rules_add(struct site_rules *rules, const char *rule);

/* The rule at PLACE, one of COUNT, in the order of the text. */
enum err site_rules_get(struct site_rule *r, const struct site_rules *rules,
    size_t place) MUST_CHECK;

/* The next rule of a text. *CURSOR starts at its first byte. False at the
 * end. */
bool site_rules_next(const char **cursor, char text[static SITE_RULE_CAP]);

/*
 * The rule that decides a request for TARGET in every reading of its path, as
 * it is written and without regard to the case of ASCII letters. ERR_NOT_FOUND
 * if no rule decides any. ERR_INVALID_REQUEST if they fall under different
 * rules, if the path cannot be read (site_path_readings), or if a reading of it
 * is the gate's own. ERR_METHOD_NOT_ALLOWED if METHOD in capitals, as some
 * programs take it, falls under another rule.
 */
enum err site_rules_find(struct site_rule *r, const struct site_rules *rules,
    const char *method, const char *target) MUST_CHECK;

#endif
