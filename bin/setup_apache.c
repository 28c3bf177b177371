/* The virtual hosts of Apache: apache2ctl says which there are and where, their
 * files what is in them. */
#include "base/str.h"
#include "setup_site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LINE_CAP = 1024 };

/* The next line of *TEXT, cut to LINE_CAP; false at its end. */
static bool
next_line(const char **text, char line[static LINE_CAP])
{
	const size_t len = strcspn(*text, "\n");
	const size_t kept = len < LINE_CAP - 1 ? len : LINE_CAP - 1;

	if (**text == '\0')
		return false;
	memcpy(line, *text, kept);
	line[kept] = '\0';
	*text += len + ((*text)[len] == '\n');
	return true;
}

/* Puts the value of a directive such as "SSLCertificateFile /etc/..." into
 * VALUE if LINE is one. */
static bool
directive(const char *line, const char *name, char value[static SETUP_PATH_CAP])
{
	size_t len;

	line += strspn(line, " \t");
	if (!str_starts_nocase(line, name))
		return false;
	line += strlen(name);
	if (*line != ' ' && *line != '\t')
		return false;
	line += strspn(line, " \t");
	if (*line == '"')
		len = strcspn(++line, "\"");
	else
		len = strcspn(line, " \t\r");
	return str_copy_n(value, SETUP_PATH_CAP, line, len) == OK;
}

/* Whether the line makes a site of more than files. */
static bool
is_content(const char *line)
{
	static const char *const names[] = {"ProxyPass", "ProxyPassMatch",
	    "WSGIScriptAlias", "ScriptAlias", "Alias", "AliasMatch",
	    "SetHandler", "FastCGIExternalServer"};
	char value[SETUP_PATH_CAP];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (directive(line, names[i], value))
			return true;
	return false;
}

/* Reads the virtual host that begins in line B->line of B->file. */
static bool
read_virtual_host(struct site_block *b)
{
	char line[LINE_CAP], value[SETUP_PATH_CAP], root[SETUP_PATH_CAP] = "";
	size_t len;
	char *text = site_read_file(b->file, &len);
	const char *at = text;
	unsigned number = 0;

	if (text == NULL)
		return false;
	while (next_line(&at, line)) {
		if (++number < b->line)
			continue;
		if (number == b->line)
			b->at = (size_t)(at - text);
		if (strstr(line, "</VirtualHost>") != NULL)
			break;
		if (directive(line, "SSLEngine", value))
			b->tls = strcasecmp(value, "on") == 0;
		(void)directive(line, "SSLCertificateFile", b->certificate);
		(void)directive(line, "SSLCertificateKeyFile", b->key);
		(void)directive(line, "DocumentRoot", root);
		b->has_content |= is_content(line);
	}
	b->has_content |= !site_is_default_page(root);
	free(text);
	return b->at != 0;
}

/* "... name (/etc/apache2/sites-enabled/a.conf:2)": where it is, and the name
 * before. */
static bool
take_place(const char *line, struct site_block *b, char name[static LINE_CAP])
{
	const char *open = strrchr(line, '('), *close, *colon, *start;

	if (open == NULL || open == line ||
	    (close = strchr(open, ')')) == NULL ||
	    (colon = strrchr(open, ':')) == NULL || colon > close)
		return false;
	if (str_copy_n(b->file, sizeof b->file, open + 1,
		(size_t)(colon - open - 1)) != OK)
		return false;
	b->line = (unsigned)strtoul(colon + 1, NULL, 10);
	open--;
	for (start = open; start > line && start[-1] != ' '; start--)
		;
	return b->line > 0 &&
	       str_copy_n(name, LINE_CAP, start, (size_t)(open - start)) == OK;
}

struct hosts {
	const struct site_question *q;
	struct sites *sites;
	struct site_block block; /* the one whose aliases follow */
	bool is_open, is_default;
	int port;
};

static void
close_virtual_host(struct hosts *h)
{
	struct sites *s = h->sites;
	const bool is_default = h->is_default && h->port == h->q->port;

	if (!h->is_open)
		return;
	h->is_open = false;
	if (str_equal(h->block.file, h->q->our_file) ||
	    (!h->block.names_host && !is_default) ||
	    s->count == SITE_BLOCKS_MAX || !read_virtual_host(&h->block))
		return;
	if (h->block.names_host || h->block.tls)
		s->blocks[s->count++] = h->block;
}

static bool
has_place(const struct sites *s, const struct site_block *b)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->blocks[i].line == b->line &&
		    str_equal(s->blocks[i].file, b->file))
			return true;
	return false;
}

/* One of "*:443   name (FILE:LINE)", "default server name (...)", "port 443
 * namevhost name (...)", "alias name". */
static void
take_host_line(struct hosts *h, const char *line)
{
	const char *text = line + strspn(line, " "), *port;
	struct site_block b = {0};
	char name[LINE_CAP];

	if (str_starts(text, "alias ")) {
		h->block.names_host |=
		    str_equal_nocase(text + strlen("alias "), h->q->host);
		return;
	}
	close_virtual_host(h);
	if (text == line && (port = strchr(line, ':')) != NULL)
		h->port = (int)strtol(port + 1, NULL, 10);
	if (!take_place(text, &b, name) || has_place(h->sites, &b))
		return;
	b.names_host = str_equal_nocase(name, h->q->host);
	/* The default server is listed again, with its aliases. */
	h->is_default = text == line || str_starts(text, "default server ");
	h->is_open = true;
	h->block = b;
}

bool
apache_sites(const struct site_question *q, struct sites *sites)
{
	static const char *const argv[] = {
	    "/usr/sbin/apache2ctl", "-t", "-D", "DUMP_VHOSTS", NULL};
	struct hosts h = {.q = q, .sites = sites};
	struct run_output out;
	char line[LINE_CAP];
	const char *at;
	bool valid;

	*sites = (struct sites){0};
	run_quietly(argv, false, &out);
	valid = out.status == 0 && out.text != NULL;
	if (!valid)
		(void)!run_complaint(&out, sites->said);
	for (at = out.text; valid && next_line(&at, line);)
		take_host_line(&h, line);
	close_virtual_host(&h);
	run_output_free(&out);
	return valid;
}
