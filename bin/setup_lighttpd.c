/* What lighttpd has for a host: its whole configuration as `lighttpd -p` prints
 * it, a condition in each other. What one file adds to a host needs no place in
 * another. */
#include "base/str.h"
#include "setup_site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_CAP = 4096, NEST_MAX = 32 };

struct conditions {
	const struct site_question *q;
	struct sites *sites;
	const char *ours; /* our file's text, if it is there */
	int depth, host_depth;
	struct site_block block;
	char socket[SETUP_PATH_CAP]; /* of the condition around */
	int socket_depth;
	char root[SETUP_PATH_CAP];
};

/* The text between quotes after the operator OP in LINE. */
static bool
quoted_after(
    const char *line, const char *op, char value[static SETUP_PATH_CAP])
{
	const char *at = strstr(line, op);

	if (at == NULL)
		return false;
	at += strlen(op);
	at += strspn(at, " \t");
	if (*at != '"')
		return false;
	at++;
	return str_copy_n(value, SETUP_PATH_CAP, at, strcspn(at, "\"")) == OK;
}

/* Whether a socket is one that our own file opens. */
static bool
is_our_socket(const struct conditions *c)
{
	char line[SETUP_PATH_CAP + 32];

	if (c->ours == NULL)
		return false;
	snprintf(line, sizeof line, "$SERVER[\"socket\"] == \"%s\"", c->socket);
	return strstr(c->ours, line) != NULL;
}

static void
open_condition(struct conditions *c, const char *line)
{
	char host[SETUP_PATH_CAP];

	c->depth++;
	if (strstr(line, "$SERVER[\"socket\"]") != NULL &&
	    quoted_after(line, "==", c->socket))
		c->socket_depth = c->depth;
	if (c->host_depth == 0 && strstr(line, "$HTTP[\"host\"]") != NULL &&
	    quoted_after(line, "==", host) &&
	    str_equal_nocase(host, c->q->host)) {
		c->host_depth = c->depth;
		c->block = (struct site_block){.names_host = true};
		c->root[0] = '\0';
	}
}

static void
close_condition(struct conditions *c)
{
	if (c->depth == c->socket_depth)
		c->socket_depth = 0;
	if (c->depth == c->host_depth) {
		c->host_depth = 0;
		c->block.has_content |= !site_is_default_page(c->root);
		if (c->sites->count < SITE_BLOCKS_MAX)
			c->sites->blocks[c->sites->count++] = c->block;
	}
	c->depth--;
}

static void
take_lighttpd_setting(struct conditions *c, const char *line)
{
	const char *name = line + strspn(line, " \t");
	const char *colon = strrchr(c->socket, ':');
	char value[SETUP_PATH_CAP];

	if (c->socket_depth != 0 && str_starts(name, "ssl.engine") &&
	    quoted_after(name, "=", value) && str_equal(value, "enable") &&
	    colon != NULL && strtol(colon + 1, NULL, 10) == c->q->port &&
	    !is_our_socket(c))
		c->sites->has_tls_socket = true;
	if (c->host_depth == 0)
		return;
	if (str_starts(name, "ssl.pemfile"))
		(void)quoted_after(name, "=", c->block.certificate);
	else if (str_starts(name, "ssl.privkey"))
		(void)quoted_after(name, "=", c->block.key);
	else if (str_starts(name, "server.document-root"))
		(void)quoted_after(name, "=", c->root);
	else if (str_starts(name, "proxy.server") ||
		 str_starts(name, "fastcgi.server") ||
		 str_starts(name, "cgi.assign") ||
		 str_starts(name, "alias.url"))
		c->block.has_content = true;
}

static void
read_lighttpd_dump(struct conditions *c, const char *dump)
{
	char line[LINE_CAP];
	size_t len, kept;

	for (; *dump != '\0'; dump += len + (dump[len] == '\n')) {
		len = strcspn(dump, "\n");
		kept = len < LINE_CAP - 1 ? len : LINE_CAP - 1;
		memcpy(line, dump, kept);
		line[kept] = '\0';
		str_trim(line);
		if (line[0] == '}')
			close_condition(c);
		if (str_ends(line, "{") && strchr(line, '$') != NULL)
			open_condition(c, line);
		else if (line[0] != '}')
			take_lighttpd_setting(c, line);
	}
}

/* A host that our own file alone has is no site. */
static void
drop_our_own(struct conditions *c)
{
	char ours[SETUP_PATH_CAP + 32];
	const char *at = c->ours;
	size_t times = 0;

	snprintf(ours, sizeof ours, "$HTTP[\"host\"] == \"%s\" {", c->q->host);
	for (; at != NULL && (at = strstr(at, ours)) != NULL; at++)
		times++;
	if (times > 0)
		c->sites->count = 0;
}

bool
lighttpd_sites(const struct site_question *q, struct sites *sites)
{
	static const char *const argv[] = {"/usr/sbin/lighttpd", "-p", "-f",
	    "/etc/lighttpd/lighttpd.conf", NULL};
	struct conditions c = {.q = q, .sites = sites};
	struct run_output out;
	size_t len;
	char *ours = site_read_file(q->our_file, &len);
	bool valid;

	*sites = (struct sites){0};
	c.ours = ours;
	run_quietly(argv, false, &out);
	valid = out.status == 0 && out.text != NULL;
	if (!valid)
		(void)!run_complaint(&out, sites->said);
	else
		read_lighttpd_dump(&c, out.text);
	drop_our_own(&c);
	free(ours);
	run_output_free(&out);
	return valid;
}
