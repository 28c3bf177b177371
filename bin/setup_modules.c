#include "setup_modules.h"

#include "admin.h"
#include "base/str.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define AVAILABLE "/etc/apache2/mods-available/"
#define ENABLED "/etc/apache2/mods-enabled/"

enum { MODULE_CAP = 64, LINE_CAP = 512, DEPTH_MAX = 8 };

static bool plan_module(struct plan *p, const char *name, int depth);

/* What NAME depends on is a comment in its file: "# Depends: mime setenvif". */
static bool
plan_dependencies(struct plan *p, FILE *f, int depth)
{
	static const char start[] = "# Depends:";
	char line[LINE_CAP], word[MODULE_CAP];
	const char *words;

	while (fgets(line, sizeof line, f) != NULL) {
		if (!str_starts(line, start))
			continue;
		memmove(line, line + strlen(start),
		    strlen(line + strlen(start)) + 1);
		line[strcspn(line, "\n")] = '\0';
		str_trim(line);
		for (words = line; words_next(&words, word, sizeof word);)
			if (!plan_module(p, word, depth + 1))
				return false;
	}
	return true;
}

static bool
plan_module_link(struct plan *p, const char *name, const char *kind)
{
	char path[SETUP_PATH_CAP], target[SETUP_PATH_CAP];

	snprintf(path, sizeof path, AVAILABLE "%s.%s", name, kind);
	if (access(path, R_OK) != 0)
		return true;
	snprintf(path, sizeof path, ENABLED "%s.%s", name, kind);
	snprintf(target, sizeof target, "../mods-available/%s.%s", name, kind);
	return plan_link(p, path, target);
}

static bool
is_module_planned(const struct plan *p, const char *name)
{
	char path[SETUP_PATH_CAP];

	snprintf(path, sizeof path, ENABLED "%s.load", name);
	for (size_t i = 0; i < p->count; i++)
		if (str_equal(p->items[i].path, path))
			return true;
	return false;
}

static bool
plan_module(struct plan *p, const char *name, int depth)
{
	char path[SETUP_PATH_CAP];
	bool done;
	FILE *f;

	if (depth > DEPTH_MAX || is_module_planned(p, name))
		return true;
	snprintf(path, sizeof path, AVAILABLE "%s.load", name);
	f = fopen(path, "re");
	if (f == NULL) {
		admin_fail("%s is not there, and Apache needs it: apt-get "
			   "install apache2, then run this again",
		    path);
		return false;
	}
	done = plan_dependencies(p, f, depth);
	fclose(f);
	return done && plan_module_link(p, name, "load") &&
	       plan_module_link(p, name, "conf");
}

bool
plan_apache_modules(struct plan *p, const char *const *names)
{
	for (; *names != NULL; names++)
		if (!plan_module(p, *names, 0))
			return false;
	return true;
}
