/* What `client add` and `client set` make of their options. */
#ifndef LK_BIN_CLIENT_OPTIONS_H
#define LK_BIN_CLIENT_OPTIONS_H

#include "admin.h"
#include "base/err.h"
#include "domain/client.h"
#include "options.h"

#include <stdbool.h>

/* Changes C as the options say; what was not given stays. On an error R says
 * which option and why. */
enum err client_options_apply(
    struct client *c, const struct args *args, struct refusal *r) MUST_CHECK;

/* The picture in the file that --icon names; empty if it is not given, or ''.
 */
enum err client_options_icon(
    struct icon *icon, const struct args *args, struct refusal *r) MUST_CHECK;

/* What `client set` has beside: adds redirect URIs to C's, removes some, and
 * vouches for it. */
enum err client_options_edit(
    struct client *c, const struct args *args, struct refusal *r) MUST_CHECK;

/* Says on standard error which redirect URIs of C, as it is, the options take
 * away. */
void client_options_warn(const struct client *c, const struct args *args);

/* Whether C makes sense as a whole; on an error R says what does not. */
enum err client_options_check(
    const struct client *c, bool secret_given, struct refusal *r) MUST_CHECK;

/* Whether there are the clients that C exchanges tokens for: one that is
 * misspelled would allow nothing, silently. UNKNOWN is for R to name. */
enum err client_options_targets(struct store_txn *t, const struct client *c,
    char unknown[static CLIENT_ID_CAP], struct refusal *r) MUST_CHECK;

#endif
