#include "domain/conf.h"

#include "base/file.h"
#include "base/issuer.h"
#include "base/str.h"
#include "domain/conf_value.h"
#include "domain/user.h"

#include <ini.h>
#include <stdlib.h>
#include <string.h>

#ifndef LK_DATA_DIR
#define LK_DATA_DIR "/var/lib/latchkey"
#endif

enum {
	CONF_FILE_MAX = 16384,
	LINE_MAX_LEN = INI_MAX_LINE - 3 /* inih cuts longer ones in two */
};

/*
 * The keys
 */

#define FIELD(name) offsetof(struct conf, name)

const struct conf_key conf_keys[] = {
    {"issuer", NULL, conf_parse_issuer, FIELD(issuer), 0, 0,
	"the provider's address, as clients are told it"},
    {"store", "lmdb", conf_parse_store, FIELD(store), 0, 0,
	"where the records are: lmdb, in this directory; or postgresql: and a "
	"connection string"},
    {"provider_name", "", conf_parse_provider_name, FIELD(provider_name), 0, 0,
	"the provider's name on pages; the issuer's host by default"},
    {"require_factor_groups", "", conf_parse_groups,
	FIELD(require_factor_groups), 0, 0,
	"the groups whose members need a second factor; none by default"},
    {"language", "en", conf_parse_language, FIELD(language), 0, 0,
	"the language of pages and mails, where neither app nor person nor "
	"browser names another"},
    {"timezone", "UTC", conf_parse_timezone, FIELD(timezone), 0, 0,
	"the time zone of dates, for people whose account names none"},
    {"logo", "", conf_parse_logo, FIELD(logo), 0, 0,
	"a PNG or SVG in the data directory, shown above each page"},
    {"accent_color", "", conf_parse_color, FIELD(accent_color), 0, 0,
	"the colour of buttons and links, as #rrggbb"},
    {"contact", "", conf_parse_contact, FIELD(contact), 0, 0,
	"how people reach the administrator: an e-mail address, a URL or "
	"text"},
    {"default_alg", "EdDSA", conf_parse_alg, FIELD(default_alg), 0, 0,
	"what a new client's tokens are signed with: EdDSA, RS256 or HS256"},
    {"access_token_lifetime", "15m", conf_parse_duration,
	FIELD(access_token_lifetime_s), MINUTE, HOUR,
	"how long an access token is good for"},
    {"refresh_idle_lifetime", "30d", conf_parse_duration, FIELD(refresh_idle_s),
	HOUR, 3650 * DAY, "how long a refresh token may stay unused"},
    {"refresh_absolute_lifetime", "180d", conf_parse_duration,
	FIELD(refresh_absolute_s), HOUR, 3650 * DAY,
	"how long refreshing goes on without a new sign-in"},
    {"refresh_grace", "30s", conf_parse_duration, FIELD(refresh_grace_s), 0,
	5 * MINUTE,
	"how long a used refresh token gives the present successor again; "
	"0: every second use is theft"},
    {"refresh_retry", "instead", conf_parse_retry,
	FIELD(refresh_retry_is_theft), 0, 0,
	"what the last used refresh token is after refresh_grace: instead "
	"(another successor) or theft"},
    {"session_lifetime", "12h", conf_parse_duration, FIELD(session_lifetime_s),
	5 * MINUTE, 365 * DAY, "how long a sign-in lasts that is not used"},
    {"session_absolute_lifetime", "7d", conf_parse_duration,
	FIELD(session_absolute_s), 5 * MINUTE, 365 * DAY,
	"how long a sign-in lasts that is used"},
    {"session_remember_lifetime", "30d", conf_parse_duration,
	FIELD(session_remember_s), 5 * MINUTE, 365 * DAY,
	"the same for a person who asked to stay signed in: not used"},
    {"session_remember_absolute_lifetime", "180d", conf_parse_duration,
	FIELD(session_remember_absolute_s), 5 * MINUTE, 365 * DAY, "and used"},
    {"jwks_max_age", "1h", conf_parse_duration, FIELD(jwks_max_age_s), MINUTE,
	DAY, "how long clients may keep the public keys"},
    {"password_min", "8", conf_parse_count, FIELD(password_min), 8, 64,
	"characters that a new password needs"},
    {"argon2_opslimit", "2", conf_parse_count, FIELD(argon2_opslimit), 1, 10,
	"passes of a password hash"},
    {"argon2_memlimit", "19", conf_parse_count, FIELD(argon2_memlimit_mib), 8,
	1024, "MiB of memory a password hash takes"},
    {"argon2_slots", "4", conf_parse_count, FIELD(argon2_slots), 1, 64,
	"password hashes at once, on the whole machine"},
    {"workers", "64", conf_parse_count, FIELD(workers), 1, 256,
	"requests a program serves at once"},
    {"log", "stderr", conf_parse_log, FIELD(log_syslog), 0, 0,
	"where log lines go: stderr (the web server's log) or syslog"},
    {"mail", "no", conf_parse_mail, FIELD(mail_is_sendmail), 0, 0,
	"whether mails are sent: no, or by the host's sendmail"},
    {"mail_from", "", conf_parse_mail_from, FIELD(mail_from), 0, 0,
	"the sender of mails; latchkey at the issuer's host by default"},
    {"mail_command", "/usr/sbin/sendmail", conf_parse_program,
	FIELD(mail_command), 0, 0, "the program that takes mails, with -t -i"},
    {"mail_new_sign_in", "yes", conf_parse_yes, FIELD(no_mail_of_sign_ins), 0,
	0, "whether people get a mail when a new browser signs in"},
    {"webfinger_domains", "", conf_parse_domains, FIELD(webfinger_domains), 0,
	0,
	"the mail domains whose provider this is; by default the issuer's "
	"host, and the domain it is in"},
    {"ca_file", "", conf_parse_ca_file, FIELD(ca_file), 0, 0,
	"a file of certificates that are trusted in requests of latchkey's "
	"own, beside the system's; none by default"},
    {"mtls_origin", "", conf_parse_mtls_origin, FIELD(mtls_origin), 0, 0,
	"where clients show certificates: https, and a host or port that is "
	"not the issuer's; nowhere by default"},
    {"registration", "off", conf_parse_registration, FIELD(registration), 0, 0,
	"whether apps can register themselves: off, or with tokens of "
	"`latchkey registration-token`"},
    {"client_documents", "off", conf_parse_documents, FIELD(client_documents),
	0, 0,
	"whether apps that are not registered may say what they are in a "
	"document at their client_id: off, any, or at these hosts"},
    {NULL, NULL, NULL, 0, 0, 0, NULL},
};

enum { KEYS = sizeof conf_keys / sizeof conf_keys[0] - 1 };

/* Of each pair the first must not be longer than the second. */
static const struct {
	const char *shorter;
	size_t shorter_offset;
	const char *longer;
	size_t longer_offset;
} orders[] = {
    {"refresh_idle_lifetime", FIELD(refresh_idle_s),
	"refresh_absolute_lifetime", FIELD(refresh_absolute_s)},
    {"session_lifetime", FIELD(session_lifetime_s), "session_remember_lifetime",
	FIELD(session_remember_s)},
    {"session_lifetime", FIELD(session_lifetime_s), "session_absolute_lifetime",
	FIELD(session_absolute_s)},
    {"session_remember_lifetime", FIELD(session_remember_s),
	"session_remember_absolute_lifetime",
	FIELD(session_remember_absolute_s)},
};

/*
 * The file
 */

struct conf_reader {
	struct conf *c;
	char file[CONF_PATH_CAP];
	bool seen[KEYS];
	struct buf message; /* of the first error, as yet without its place */
};

/* A file of the administrator's may hold anything; the line that says so must
 * stay one line. */
static void
put_quoted(struct buf *b, const char *s)
{
	buf_putc(b, '"');
	buf_put_log(b, s);
	buf_putc(b, '"');
}

static size_t
conf_find_key(const char *name)
{
	size_t i = 0;

	while (i < KEYS && !str_equal(conf_keys[i].name, name))
		i++;
	return i;
}

static void *
field_of(const struct conf_key *k, struct conf *c)
{
	return (char *)c + k->offset;
}

static void
conf_set_key(struct conf_reader *l, const char *name, const char *value)
{
	size_t i = conf_find_key(name);

	if (i == KEYS) {
		buf_puts(&l->message, "unknown key ");
		put_quoted(&l->message, name);
		buf_puts(&l->message, "; latchkey.conf(5) lists them");
	} else if (l->seen[i]) {
		buf_printf(&l->message, "%s is given twice; keep one", name);
	} else {
		char text[256];
		struct buf wanted;

		l->seen[i] = true;
		buf_init(&wanted, text, sizeof text);
		if (conf_keys[i].parse(&conf_keys[i],
			field_of(&conf_keys[i], l->c), value, &wanted) == OK)
			return;
		buf_printf(&l->message, "%s cannot be ", name);
		put_quoted(&l->message, value);
		buf_printf(&l->message, ": %s", text);
	}
}

/* inih's handler: 0 makes it remember the line, but it goes on to the next. */
static int
conf_on_pair(
    void *user, const char *section, const char *name, const char *value)
{
	struct conf_reader *l = user;

	(void)section;
	if (l->message.len == 0)
		conf_set_key(l, name, value);
	return l->message.len == 0;
}

/* What inih would cut, join or skip without a word. */
static const char *
line_fault(const char *line, size_t len)
{
	size_t blank = strspn(line, " \t\r");

	if (memchr(line, '\0', len) != NULL)
		return "a NUL byte; this is not a text file";
	if (len > LINE_MAX_LEN)
		return "the line is too long; shorten it";
	if (blank >= len || line[blank] == '#' || line[blank] == ';')
		return NULL;
	if (line[0] == '[')
		return "there are no [sections] here; remove the line";
	if (blank > 0)
		return "the line begins with white space; remove that";
	if (memchr(line, '=', len) == NULL)
		return "give `key = value`, or begin a comment with #";
	return NULL;
}

/* The number of the first bad line, 0 if none is. */
static int
check_lines(struct conf_reader *l, const char *text, size_t len)
{
	const char *const end = text + len;
	const char *next;

	for (int number = 1; text < end; number++, text = next + 1) {
		const char *fault;

		next = memchr(text, '\n', (size_t)(end - text));
		if (next == NULL)
			next = end;
		fault = line_fault(text, (size_t)(next - text));
		if (fault != NULL) {
			buf_puts(&l->message, fault);
			return number;
		}
	}
	return 0;
}

static void
set_defaults(struct conf_reader *l)
{
	for (size_t i = 0; i < KEYS && l->message.len == 0; i++) {
		if (l->seen[i])
			continue;
		if (conf_keys[i].default_value == NULL)
			buf_printf(&l->message,
			    "%s is missing; add a line `%s = ...`",
			    conf_keys[i].name, conf_keys[i].name);
		else
			conf_set_key(
			    l, conf_keys[i].name, conf_keys[i].default_value);
	}
}

static void
check_orders(struct conf_reader *l)
{
	const char *base = (const char *)l->c;

	for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
		int64_t shorter, longer;

		memcpy(
		    &shorter, base + orders[i].shorter_offset, sizeof shorter);
		memcpy(&longer, base + orders[i].longer_offset, sizeof longer);
		if (shorter <= longer)
			continue;
		buf_printf(&l->message,
		    "%s is longer than %s; shorten the first or "
		    "lengthen the second",
		    orders[i].shorter, orders[i].longer);
		return;
	}
}

/* There browsers would ask everybody for a certificate. */
static void
check_mtls_origin(struct conf_reader *l)
{
	const struct conf *c = l->c;
	const size_t len = strlen(c->mtls_origin);

	if (len > 0 && str_starts(c->issuer, c->mtls_origin) &&
	    (c->issuer[len] == '\0' || c->issuer[len] == '/'))
		buf_puts(&l->message,
		    "mtls_origin is the issuer's; give a port or a host of its "
		    "own");
}

/* What follows from the issuer. */
static enum err
derive(struct conf *c)
{
	struct issuer_parts p;

	if (!issuer_split(c->issuer, &p))
		return ERR_SYNTAX;
	c->secure = p.https;
	c->issuer_path_at = (size_t)(p.path - c->issuer);
	c->contact_is_mail = strchr(c->contact, '@') != NULL &&
			     strchr(c->contact, ':') == NULL &&
			     user_email_refusal(c->contact) == NULL;
	if (c->provider_name[0] != '\0')
		return OK;
	if (p.host_len >= sizeof c->provider_name)
		p.host_len = sizeof c->provider_name - 1;
	return str_copy_n(
	    c->provider_name, sizeof c->provider_name, p.host, p.host_len);
}

static enum err
load_text(
    struct conf_reader *l, const char *text, size_t len, struct buf *message)
{
	int line = check_lines(l, text, len);

	if (line == 0)
		line = ini_parse_string(text, conf_on_pair, l);
	if (line == 0)
		set_defaults(l);
	if (l->message.len == 0)
		check_orders(l);
	if (l->message.len == 0)
		check_mtls_origin(l);
	if (line == 0 && l->message.len == 0)
		return derive(l->c);
	buf_puts(message, l->file);
	if (line > 0)
		buf_printf(message, ":%d", line);
	buf_printf(message, ": %s", l->message.text);
	return ERR_SYNTAX;
}

static enum err
find_file(struct conf_reader *l, const char *dir, struct buf *message)
{
	char *absolute = realpath(dir, NULL);
	enum err e = OK;

	if (absolute == NULL) {
		buf_printf(message,
		    "%s: no such directory; `latchkey init` makes "
		    "one, -d or $LATCHKEY_DATA names another",
		    dir);
		return ERR_NOT_FOUND;
	}
	if (str_copy(l->c->dir, sizeof l->c->dir, absolute) != OK ||
	    file_path(l->file, sizeof l->file, absolute, "latchkey.conf")) {
		buf_printf(message, "%s: the path is too long", dir);
		e = ERR_SYNTAX;
	}
	free(absolute);
	return e;
}

static enum err
explain_read(enum err e, const char *file, struct buf *message)
{
	switch (e) {
	case OK:
		return OK;
	case ERR_NOT_FOUND:
		buf_printf(message,
		    "%s: no such file; `latchkey check` says how to get it "
		    "back",
		    file);
		return e;
	case ERR_PERMISSION:
		buf_printf(message,
		    "%s: not readable by this user, or writable "
		    "by others; chown it, and chmod go-w it",
		    file);
		return e;
	case ERR_NO_SPACE:
		buf_printf(message, "%s: longer than %d bytes; shorten it",
		    file, CONF_FILE_MAX);
		return ERR_SYNTAX;
	case ERR_DESCRIPTORS:
		buf_printf(message,
		    "%s: cannot be opened: the limit of open files is reached; "
		    "raise it (LimitNOFILE= of systemd, ulimit -n)",
		    file);
		return e;
	default:
		buf_printf(message, "%s: cannot be read", file);
		return ERR_IO;
	}
}

enum err
conf_load(struct conf *c, const char *dir, char *message, size_t message_cap)
{
	char text[CONF_FILE_MAX + 1], unplaced[CONF_MESSAGE_CAP];
	struct conf_reader l = {.c = c};
	struct buf b;
	size_t len;
	enum err e;

	memset(c, 0, sizeof *c);
	buf_init(&b, message, message_cap);
	buf_init(&l.message, unplaced, sizeof unplaced);
	e = find_file(&l, dir, &b);
	if (e == OK)
		e = explain_read(
		    file_read(l.file, 0022, text, CONF_FILE_MAX, &len), l.file,
		    &b);
	if (e == OK) {
		text[len] = '\0';
		e = load_text(&l, text, len, &b);
	}
	if (e != OK)
		memset(c, 0, sizeof *c);
	return e;
}

enum jwa
conf_access_token_alg(const struct conf *c, enum jwa alg)
{
	if (alg == JWA_HS256)
		alg = c->default_alg;
	return alg == JWA_HS256 ? JWA_EDDSA : alg;
}

const char *
conf_dir(const char *d)
{
	if (d == NULL)
		d = getenv("LATCHKEY_DATA");
	return d != NULL && d[0] != '\0' ? d : LK_DATA_DIR;
}
