#include "domain/user_agent.h"

#include <stddef.h>
#include <string.h>

struct mark {
	const char *text, *name;
};

static const char *
first_mark(const struct mark *marks, const char *agent)
{
	for (; marks->text != NULL; marks++)
		if (strstr(agent, marks->text) != NULL)
			return marks->name;
	return NULL;
}

const char *
user_agent_browser(const char *agent)
{
	static const struct mark marks[] = {{"Edg/", "Edge"}, {"EdgA/", "Edge"},
	    {"EdgiOS/", "Edge"}, {"OPR/", "Opera"},
	    {"SamsungBrowser/", "Samsung Internet"}, {"Vivaldi/", "Vivaldi"},
	    {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
	    {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	    {NULL, NULL}};

	return first_mark(marks, agent);
}

const char *
user_agent_system(const char *agent)
{
	static const struct mark marks[] = {{"iPhone", "iPhone"},
	    {"iPad", "iPad"}, {"Android", "Android"}, {"CrOS", "ChromeOS"},
	    {"Windows NT", "Windows"}, {"Mac OS X", "macOS"},
	    {"Linux", "Linux"}, {NULL, NULL}};

	return first_mark(marks, agent);
}
