/*
 * What a User-Agent header says that a person can use: which browser, on which
 * system. Browsers name each other in it, so the order of the search decides.
 * Versions are left out: most browsers no longer tell the true one.
 */
#ifndef LK_DOMAIN_USER_AGENT_H
#define LK_DOMAIN_USER_AGENT_H

/* The name of the browser, or NULL: not known. */
const char *user_agent_browser(const char *agent);

/* The name of the system, or NULL: not known. */
const char *user_agent_system(const char *agent);

#endif
