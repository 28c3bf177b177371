/*
 * What every verb uses: the data directory, its settings and its store, and
 * the one place where an error becomes a line for people.
 */
#ifndef LK_BIN_ADMIN_H
#define LK_BIN_ADMIN_H

#include "base/err.h"
#include "domain/conf.h"
#include "domain/keyring.h"
#include "jose/jwa.h"
#include "options.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

enum { ADMIN_PATH_CAP = CONF_PATH_CAP + 64 };

struct admin {
	const char *dir; /* the data directory, as named by the caller */
	int64_t now;
	/* what follows is not there for a bare verb */
	struct conf conf;
	struct store *store;
};

/* The verbs, a table for each noun; each ends with VERB_END. */
extern const struct verb init_verbs[], user_verbs[], client_verbs[],
    site_verbs[], app_password_verbs[], key_verbs[], session_verbs[],
    grant_verbs[], audit_verbs[], why_verbs[], check_verbs[], import_verbs[],
    mail_verbs[], setup_verbs[], export_verbs[];

extern const struct verb backup_verbs[], restore_verbs[],
    registration_token_verbs[], move_verbs[], host_verbs[];

/* Becomes the owner of DIR, so that what we write can be read by the programs
 * that run as that user. False, with a line printed, if we may not. A DIR
 * that is not there is fine: init makes it. */
bool admin_become_owner(const char *dir);

/* Reads the settings and opens the store; an exit status. */
int admin_open(struct admin *a);
void admin_close(struct admin *a);

/* Where several hosts share the store, says in it what this one has; admin_open
 * does it as well. */
void admin_note_host(const struct admin *a);

/* Reads the secret key, which must be the one of this store; an exit status.
 * The caller wipes. */
int admin_keyring(const struct admin *a, struct keyring *k);

/* Prints one line to standard error and returns EXIT_REFUSED (EXIT_USAGE). */
int admin_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
int admin_misused(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* What an option asks for and cannot have; filled in by steps, which may run
 * more than once and so print nothing themselves. OPTION NULL: the record as a
 * whole makes no sense. */
struct refusal {
	const char *option, *value, *message;
};
int admin_explain(const struct refusal *r);

/* Fills in R; returns ERR_INVALID_REQUEST. */
enum err refusal_set(struct refusal *r, const char *option, const char *value,
    const char *message);

/* Sets TEXT, or LIST, as an option says, if it was given; REFUSAL tells what
 * one value may be (NULL: any UTF-8 text). A list is replaced; an empty value
 * in it adds nothing, so that '' alone empties it. */
typedef const char *value_refusal(const char *value);
enum err option_text(char *text, size_t cap, const struct args *args,
    const char *option, value_refusal *refusal, struct refusal *r);
enum err option_list(char *list, size_t cap, const struct args *args,
    const char *option, value_refusal *refusal, struct refusal *r);
enum err option_add_words(char *list, size_t cap, const struct args *args,
    const char *option, value_refusal *refusal, struct refusal *r);

/* The same for groups, which are a list of names. */
enum err option_groups(char *list, size_t cap, const struct args *args,
    const char *option, struct refusal *r);
enum err option_add_groups(char *list, size_t cap, const struct args *args,
    const char *option, struct refusal *r);
void option_remove_groups(
    char *list, const struct args *args, const char *option);

/* Says why a step was refused or failed: E about the KIND ("user") NAME. */
int admin_refuse(
    const struct admin *a, enum err e, const char *kind, const char *name);

/* Makes an active and a next key of ALG (EdDSA or RS256) unless there are
 * some; an exit status. */
int admin_ensure_keys(struct admin *a, enum jwa alg);

#endif
