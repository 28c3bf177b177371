#include "user_rename.h"

#include "base/str.h"
#include "domain/audit.h"
#include "domain/site.h"
#include "domain/user.h"
#include "user_profile.h"

#include <stdio.h>
#include <string.h>

struct renaming {
	const char *old, *name; /* the name in lower case */
	int64_t now;
	struct user user;
	bool has_sites;
};

static bool
note_site(void *arg, const void *record)
{
	struct renaming *s = arg;

	(void)record;
	s->has_sites = true;
	return false;
}

static enum err
rename_user_step(struct store_txn *t, void *arg)
{
	struct renaming *s = arg;
	enum err e = str_copy(s->user.name, sizeof s->user.name, s->name);

	if (e == OK)
		e = user_rename(t, s->old, &s->user, s->now);
	if (e != OK)
		return e;
	audit_add(t, s->now, "user_renamed", s->user.name, NULL, s->old);
	s->has_sites = false;
	site_each(t, note_site, s);
	return store_failed(t);
}

/* What goes by the name, and will take the person for a new one. */
static void
tell_renamed(const struct renaming *s)
{
	printf("User %s is now %s. Signing in is with the new name; sessions, "
	       "and what apps know by `sub`, stay as they are.\n",
	    s->old, s->name);
	if (s->has_sites)
		fprintf(stderr,
		    "latchkey: note: sites behind the gate get REMOTE_USER %s "
		    "from now on; rename the account in those that keep one by "
		    "that name\n",
		    s->name);
}

int
user_rename_verb(struct admin *a, const struct args *args)
{
	char name[USER_NAME_CAP];
	struct renaming s = {.old = args->operand, .name = name, .now = a->now};
	const char *message = user_name_refusal(args->second);
	enum err e;

	if (str_copy(name, sizeof name, args->second) == OK) {
		str_lower(name);
		message = user_name_refusal(name);
	}
	if (message != NULL)
		return admin_fail("user '%s': %s", args->second, message);
	e = store_write(a->store, a->now, rename_user_step, &s);
	if (e == OK) {
		tell_renamed(&s);
		user_warn_of_namesakes(a, &s.user);
	}
	user_wipe(&s.user);
	return e == OK ? EXIT_DONE
		       : admin_refuse(a, e, "user",
			     e == ERR_EXISTS ? name : args->operand);
}
