/*
 * APIs: clients that are registered under an address (client.resources), for
 * which other clients may ask access tokens (RFC 8707).
 */
#ifndef LK_DOMAIN_API_H
#define LK_DOMAIN_API_H

#include "base/err.h"
#include "base/reason.h"
#include "domain/client.h"
#include "domain/resource.h"
#include "domain/user.h"

/* The first client that is registered as RESOURCE, and RESOURCE as it is
 * written there: OK or ERR_NOT_FOUND. */
enum err api_find(struct store_txn *t, const char *resource,
    char registered[static AUDIENCE_CAP], struct client *api) MUST_CHECK;

/*
 * ASKED by C, each as it is registered, into SETTLED: what the tokens of C are
 * for anyway, and APIs. ERR_INVALID_TARGET: one of them is neither, or they are
 * more than RESOURCE_LIST_MAX.
 */
enum err apis_settle(struct store_txn *t, const struct client *c,
    const char *asked, char settled[static RESOURCE_LIST_CAP]) MUST_CHECK;

/* What people are told of RESOURCES, which were settled. */
struct api_titles {
	size_t count;
	struct api_title {
		char name[CLIENT_NAME_CAP]; /* "": it is no client's */
		char resource[AUDIENCE_CAP];
	} of[RESOURCE_LIST_MAX];
};
enum err apis_titles(struct store_txn *t, const char *resources,
    struct api_titles *titles) MUST_CHECK;

/*
 * Why C must not act for the person U at all of RESOURCES: one is an API no
 * more (REASON_RESOURCE_UNKNOWN), or is for people of other groups
 * (REASON_USER_NOT_IN_GROUP); REASON_NONE: it may. What the tokens of C are for
 * anyway is not looked at: the administrator said so.
 */
enum reason apis_refusal(struct store_txn *t, const struct client *c,
    const char *resources, const struct user *u);

/* Those of RESOURCES that the tokens of C are not for anyway, into FOREIGN: the
 * person has to allow them. */
void apis_foreign(const struct client *c, const char *resources,
    char foreign[static RESOURCE_LIST_CAP]);

#endif
