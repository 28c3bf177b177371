/* A person's app passwords (domain/app_password.h): seen, made, removed. */
#ifndef LK_PROTOCOL_ACCOUNT_APP_PASSWORDS_H
#define LK_PROTOCOL_ACCOUNT_APP_PASSWORDS_H

#include "domain/app_password.h"
#include "protocol/account.h"

#include <stdbool.h>
#include <stddef.h>

enum { ACCOUNT_APP_PASSWORDS_MAX = 50, ACCOUNT_SITES_MAX = 100 };

/* A site that one can be for. */
struct password_site {
	char origin[CLIENT_ID_CAP], name[CLIENT_NAME_CAP];
};

struct account_app_passwords {
	struct app_password list[ACCOUNT_APP_PASSWORDS_MAX];
	size_t count;
	struct password_site site[ACCOUNT_SITES_MAX];
	size_t sites;
};

/* An account_step: ARG is a struct account_app_passwords, zeroes at first. Of
 * sites it shows those that admit the person and have a rule which takes app
 * passwords. */
enum err account_look_at_app_passwords(
    struct store_txn *t, struct account *a, void *arg) MUST_CHECK;

enum app_password_flaw {
	APP_PASSWORD_FINE,
	APP_PASSWORD_SITE, /* not one of those that are shown */
	APP_PASSWORD_MANY  /* there are as many as there can be */
};

struct app_password_making {
	/* Made by app_password_make; origin and name are set. */
	struct app_password password;
	const char *from;            /* REMOTE_ADDR */
	enum app_password_flaw flaw; /* answered */
};

/* An account_step: ARG is a struct app_password_making. One of the same name
 * for the same site that was made seconds ago goes: the button was pressed
 * twice, and no one has seen it. */
enum err account_make_app_password(
    struct store_txn *t, struct account *a, void *arg) MUST_CHECK;

struct app_password_removal {
	uint8_t id[APP_PASSWORD_ID_LEN];
	const char *from; /* REMOTE_ADDR */
};

/* An account_step: ARG is a struct app_password_removal. One that is gone, or
 * another person's, counts as removed already. */
enum err account_remove_app_password(
    struct store_txn *t, struct account *a, void *arg) MUST_CHECK;

#endif
