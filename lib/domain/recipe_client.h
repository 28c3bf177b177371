/*
 * What recipes (domain/recipe.h) are for: an app of such a kind becomes a
 * client, and is told what to enter into it.
 */
#ifndef LK_DOMAIN_RECIPE_CLIENT_H
#define LK_DOMAIN_RECIPE_CLIENT_H

#include "domain/client.h"
#include "domain/recipe.h"

#include <stdbool.h>

enum { RECIPE_SETTINGS_CAP = 4 * RECIPE_MAX };

/* Makes URL the app's address as TYPED, without the slashes at its end, which
 * recipes bring. NULL, or what is wrong, for people. */
const char *recipe_url(char url[static URI_CAP], const char *typed) MUST_CHECK;

/* Sets in C what the recipe says of an app at URL; what is public stays so.
 * NULL, or what is wrong with URL, for people. */
const char *recipe_apply(
    struct client *c, const struct recipe *r, const char *url) MUST_CHECK;

/* What to enter into the app, which is the client CLIENT_ID. SECRET is its
 * secret, or a remark in its place; the caller wipes TEXT. ERR_NO_SPACE. */
enum err recipe_settings(char text[static RECIPE_SETTINGS_CAP],
    const struct recipe *r, const char *url, const char *issuer,
    const char *client_id, const char *secret) MUST_CHECK;

/*
 * Calls VISIT for each recipe, those of the data directory DIR first, by name,
 * until it returns false. One that cannot be used has R NULL and MESSAGE, which
 * says why. OWN: it is of the data directory.
 */
typedef bool recipe_visit(
    void *arg, const struct recipe *r, bool own, const char *message);
void recipe_each(const char *dir, recipe_visit *visit, void *arg);

#endif
