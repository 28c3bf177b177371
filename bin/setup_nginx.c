/* The server blocks of nginx, from what `nginx -T` prints: each file after a
 * line that names it. */
#include "base/str.h"
#include "setup_site.h"

#include <stdlib.h>
#include <string.h>

enum { WORD_CAP = 512, WORDS_MAX = 16, DEPTH_MAX = 32 };

enum token { TOKEN_WORD, TOKEN_SEMICOLON, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_END };

struct reader {
	const struct site_question *q;
	struct sites *sites;
	const char *text, *end; /* of one file */
	const char *at;
	const char *file;
	size_t file_len;
	/* the directive that is being read */
	char words[WORDS_MAX][WORD_CAP];
	size_t count;
	/* the blocks around it */
	int depth, server_depth; /* 0: not in a server block */
	bool is_stream[DEPTH_MAX];
	/* the server block */
	struct site_block block;
	bool on_port, is_default_server;
	bool file_has_content; /* in one of the file's server blocks */
	char root[SETUP_PATH_CAP];
};

static const char *
skip_blanks_and_comments(const char *at, const char *end)
{
	while (at < end) {
		if (*at == '#')
			while (at < end && *at != '\n')
				at++;
		else if (strchr(" \t\r\n", *at) != NULL)
			at++;
		else
			break;
	}
	return at;
}

/* Where the word at AT ends; quotes are as nginx has them. */
static const char *
word_end(const char *at, const char *end)
{
	const char quote = *at;

	if (quote == '"' || quote == '\'') {
		for (at++; at < end && *at != quote; at++)
			if (*at == '\\' && at + 1 < end)
				at++;
		return at < end ? at + 1 : end;
	}
	for (; at < end && strchr(" \t\r\n;{", *at) == NULL; at++)
		if (*at == '\\' && at + 1 < end)
			at++;
		else if (*at == '$' && at + 1 < end && at[1] == '{')
			at++;
	return at;
}

static enum token
next_nginx_token(struct reader *r, char word[static WORD_CAP])
{
	const char *start;
	size_t len;

	start = r->at = skip_blanks_and_comments(r->at, r->end);
	word[0] = '\0';
	if (start == r->end)
		return TOKEN_END;
	r->at++;
	switch (*start) {
	case ';':
		return TOKEN_SEMICOLON;
	case '{':
		return TOKEN_OPEN;
	case '}':
		return TOKEN_CLOSE;
	}
	r->at = word_end(start, r->end);
	len = (size_t)(r->at - start);
	if (len >= 2 && (*start == '"' || *start == '\'')) {
		start++;
		len -= 2;
	}
	if (str_copy_n(word, WORD_CAP, start, len) != OK)
		word[0] = '\0';
	return TOKEN_WORD;
}

static bool
names_match(const struct reader *r)
{
	for (size_t i = 1; i < r->count; i++)
		if (str_equal_nocase(r->words[i], r->q->host) ||
		    (r->words[i][0] == '.' &&
			str_equal_nocase(r->words[i] + 1, r->q->host)))
			return true;
	return false;
}

/* The port of "443", "*:443", "[::]:443", "192.0.2.1". */
static int
port_of_listen(const char *address)
{
	const char *colon = strrchr(address, ':');

	if (str_starts(address, "unix:"))
		return 0;
	if (colon == NULL || strchr(colon, ']') != NULL)
		return strchr(address, '.') != NULL
			   ? 80
			   : (int)strtol(address, NULL, 10);
	return (int)strtol(colon + 1, NULL, 10);
}

static void
take_listen(struct reader *r)
{
	const bool here = port_of_listen(r->words[1]) == r->q->port;

	r->on_port |= here;
	for (size_t i = 2; i < r->count; i++) {
		r->block.tls |= here && str_equal(r->words[i], "ssl");
		r->is_default_server |=
		    here && str_equal(r->words[i], "default_server");
	}
}

/* A directive of the server block itself. */
static void
take_server_directive(struct reader *r)
{
	const char *name = r->words[0];

	if (r->count < 2)
		return;
	if (str_equal(name, "server_name"))
		r->block.names_host |= names_match(r);
	else if (str_equal(name, "listen"))
		take_listen(r);
	else if (str_equal(name, "ssl_certificate"))
		(void)!str_copy(r->block.certificate,
		    sizeof r->block.certificate, r->words[1]);
	else if (str_equal(name, "ssl_certificate_key"))
		(void)!str_copy(r->block.key, sizeof r->block.key, r->words[1]);
	else if (str_equal(name, "root"))
		(void)!str_copy(r->root, sizeof r->root, r->words[1]);
}

/* What makes a site of more than files, at any depth of its block. */
static bool
has_content(const struct reader *r)
{
	return r->count > 0 && (str_ends(r->words[0], "_pass") ||
				   str_equal(r->words[0], "alias"));
}

static void
end_directive(struct reader *r)
{
	if (r->server_depth != 0 && r->depth == r->server_depth)
		take_server_directive(r);
	if (r->server_depth != 0 && has_content(r))
		r->block.has_content = true;
	r->count = 0;
}

static void
begin_block(struct reader *r)
{
	const char *name = r->count > 0 ? r->words[0] : "";
	const bool in_stream =
	    r->depth > 0 && r->depth <= DEPTH_MAX && r->is_stream[r->depth - 1];

	if (r->depth < DEPTH_MAX)
		r->is_stream[r->depth] = in_stream ||
					 str_equal(name, "stream") ||
					 str_equal(name, "mail");
	r->depth++;
	if (r->server_depth == 0 && r->count == 1 &&
	    str_equal(name, "server") && !in_stream) {
		r->server_depth = r->depth;
		r->block = (struct site_block){
		    .line = 1, .at = (size_t)(r->at - r->text)};
		for (const char *p = r->text; p < r->at; p++)
			r->block.line += *p == '\n';
		(void)!str_copy_n(
		    r->block.file, sizeof r->block.file, r->file, r->file_len);
		r->on_port = r->is_default_server = false;
		r->root[0] = '\0';
	}
	r->count = 0;
}

/* A block that names the host counts at any port; one that does not is what
 * answers at the port for all other names: the default server, or the first. */
static void
keep_block(struct reader *r)
{
	struct sites *s = r->sites;
	const bool is_first = r->on_port && r->block.tls &&
			      (r->is_default_server || !s->has_tls_socket);

	if (!site_is_default_page(r->root))
		r->block.has_content = true;
	r->file_has_content |= r->block.has_content;
	s->has_tls_socket |= r->on_port && r->block.tls;
	if (!r->block.names_host && !is_first)
		return;
	if (s->count < SITE_BLOCKS_MAX)
		s->blocks[s->count++] = r->block;
}

static void
end_block(struct reader *r)
{
	if (r->server_depth != 0 && r->depth == r->server_depth) {
		keep_block(r);
		r->server_depth = 0;
	}
	if (r->depth > 0)
		r->depth--;
	r->count = 0;
}

/* A file is a link, and is taken away as a whole. */
static void
end_nginx_file(struct reader *r, size_t first)
{
	for (size_t i = first; i < r->sites->count; i++)
		r->sites->blocks[i].has_content |= r->file_has_content;
}

static void
read_nginx_file(struct reader *r)
{
	const size_t first = r->sites->count;
	char word[WORD_CAP];
	enum token token;

	r->at = r->text;
	r->count = 0;
	r->depth = r->server_depth = 0;
	r->file_has_content = false;
	while ((token = next_nginx_token(r, word)) != TOKEN_END)
		switch (token) {
		case TOKEN_WORD:
			if (r->count < WORDS_MAX)
				(void)!str_copy(
				    r->words[r->count++], WORD_CAP, word);
			break;
		case TOKEN_SEMICOLON:
			end_directive(r);
			break;
		case TOKEN_OPEN:
			begin_block(r);
			break;
		default:
			end_block(r);
		}
	end_nginx_file(r, first);
}

/* Each file follows a line "# configuration file /etc/nginx/nginx.conf:". */
static void
read_nginx_dump(struct reader *r, const char *dump)
{
	static const char mark[] = "# configuration file ";
	const char *next = strstr(dump, mark), *line;

	while (next != NULL) {
		r->file = next + strlen(mark);
		line = strchr(r->file, '\n');
		if (line == NULL || line == r->file || line[-1] != ':')
			return;
		r->file_len = (size_t)(line - 1 - r->file);
		r->text = line + 1;
		next = strstr(r->text, mark);
		r->end = next != NULL ? next : r->text + strlen(r->text);
		if (strlen(r->q->our_file) != r->file_len ||
		    strncmp(r->file, r->q->our_file, r->file_len) != 0)
			read_nginx_file(r);
	}
}

bool
nginx_sites(const struct site_question *q, struct sites *sites)
{
	static const char *const argv[] = {"/usr/sbin/nginx", "-T", NULL};
	struct run_output out;
	struct reader *r = calloc(1, sizeof *r);
	bool valid;

	*sites = (struct sites){0};
	run_quietly(argv, false, &out);
	valid = out.status == 0 && r != NULL;
	if (valid) {
		r->q = q;
		r->sites = sites;
		read_nginx_dump(r, out.text);
	} else {
		(void)!run_complaint(&out, sites->said);
	}
	free(r);
	run_output_free(&out);
	return valid;
}
