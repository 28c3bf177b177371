#include "domain/conf.h"

#include "base/file.h"
#include "base/str.h"
#include "check.h"
#include "scratch.h"

#include <string.h>
#include <sys/stat.h>

#define ISSUER "issuer = https://id.example.org\n"

static struct conf conf;
static char message[CONF_MESSAGE_CAP], file[CONF_PATH_CAP];

static enum err
load_n(const char *text, size_t len)
{
	if (file_write(file, 0644, text, len, 0) != OK)
		return ERR_COUNT;
	return conf_load(&conf, scratch, message, sizeof message);
}

static enum err
load(const char *text)
{
	return load_n(text, strlen(text));
}

/* Whether TEXT is refused, at LINE (0: none), for a reason that says WHAT. */
static bool
refused(const char *text, int line, const char *what)
{
	char place[CONF_PATH_CAP + 16];

	if (line > 0)
		snprintf(place, sizeof place, "%s:%d: ", file, line);
	else
		snprintf(place, sizeof place, "%s: ", file);
	if (load(text) == ERR_SYNTAX && str_starts(message, place) &&
	    strstr(message, what) != NULL && strchr(message, '\n') == NULL)
		return true;
	printf("# %s\n", message);
	return false;
}

static void
places_of_certificates(void)
{
	CHECK(load(ISSUER "mtls_origin = https://m.example.org:8443\n") == OK &&
		  str_equal(conf.mtls_origin, "https://m.example.org:8443") &&
		  load(ISSUER "mtls_origin = https://[::1]:1\n") == OK &&
		  load(ISSUER "mtls_origin =\n") == OK,
	    "mtls_origin: a host and a port, or nothing");
	CHECK(refused(ISSUER "mtls_origin = https://m.example.org:65536\n", 2,
		  "8443") &&
		  refused(ISSUER "mtls_origin = https://m.example.org/\n", 2,
		      "8443") &&
		  refused(ISSUER "mtls_origin = http://localhost\n", 2, "8443"),
	    "mtls_origin: no other port, path or scheme");
	CHECK(refused("issuer = https://id.example.org/idp\n"
		      "mtls_origin = https://id.example.org\n",
		  0, "own"),
	    "mtls_origin: not the issuer's");
}

static void
stores(void)
{
	CHECK(load(ISSUER) == OK && conf.store[0] == '\0' &&
		  load(ISSUER "store = lmdb\n") == OK && conf.store[0] == '\0',
	    "store: in the directory, if nothing is said");
	CHECK(load(ISSUER "store = postgresql:host=/run/pg dbname='a b'\n") ==
		      OK &&
		  str_equal(conf.store, "host=/run/pg dbname='a b'") &&
		  load(ISSUER "store = postgresql:service=latchkey\n") == OK &&
		  load(ISSUER "store = postgresql://u@db.example.org:5433/l"
			      "?sslmode=verify-full\n") == OK &&
		  str_equal(conf.store, "postgresql://u@db.example.org:5433/l"
					"?sslmode=verify-full"),
	    "store: a connection string, or a URI as a whole");
	CHECK(refused(ISSUER "store = mysql:host=x\n", 2, "no store") &&
		  refused(ISSUER "store =\n", 2, "lmdb") &&
		  refused(ISSUER "store = postgresql: \n", 2, "where") &&
		  refused(ISSUER "store = postgresql:latchkey\n", 2,
		      "NAME=VALUE") &&
		  refused(ISSUER "store = postgresql:host='x\n", 2, "quote") &&
		  refused(ISSUER "store = postgresql:=x\n", 2, "NAME=VALUE"),
	    "store: what is no connection string is refused");
	CHECK(
	    refused(ISSUER "store = postgresql:host=x password=y\n", 2,
		"passfile") &&
		refused(ISSUER "store = postgresql:host = 'x' password = y\n",
		    2, "password") &&
		refused(
		    ISSUER "store = postgresql://u:p@h/d\n", 2, "password") &&
		refused(ISSUER "store = postgresql://u@h/d?a=b&password=p\n", 2,
		    "password") &&
		load(ISSUER "store = postgresql:user='a password=b'\n") == OK &&
		load(ISSUER "store = postgresql:passfile=/etc/pw\n") == OK,
	    "store: a password in it is refused");
}

static void
mail_domains(void)
{
	CHECK(load(ISSUER "webfinger_domains = example.org , Example.NET\n") ==
		      OK &&
		  str_equal(conf.webfinger_domains, "example.org,Example.NET"),
	    "webfinger_domains: names with commas between them");
	CHECK(load(ISSUER "webfinger_domains =\n") == OK &&
		  conf.webfinger_domains[0] == '\0',
	    "webfinger_domains: none is the default");
	CHECK(
	    refused(
		ISSUER "webfinger_domains = a@example.org\n", 2, "domains") &&
		refused(ISSUER "webfinger_domains = example.org example.net\n",
		    2, "domains"),
	    "webfinger_domains: no addresses, and no words");
}

static void
documents(void)
{
	CHECK(load(ISSUER) == OK && !conf_has_documents(&conf) &&
		  load(ISSUER "client_documents = off\n") == OK &&
		  !conf_has_documents(&conf),
	    "client_documents: off is the default");
	CHECK(load(ISSUER "client_documents = any\n") == OK &&
		  conf_has_documents(&conf) && conf.client_documents.any,
	    "client_documents: any");
	CHECK(load(ISSUER "client_documents = claude.ai , a.example:8443\n") ==
		      OK &&
		  conf_has_documents(&conf) && !conf.client_documents.any &&
		  str_equal(
		      conf.client_documents.hosts, "claude.ai,a.example:8443"),
	    "client_documents: hosts with commas between them");
	CHECK(
	    refused(ISSUER "client_documents =\n", 2, "off, any") &&
		refused(ISSUER "client_documents = Claude.ai\n", 2, "hosts") &&
		refused(
		    ISSUER "client_documents = any, claude.ai\n", 2, "hosts") &&
		refused(ISSUER "client_documents = https://claude.ai\n", 2,
		    "hosts"),
	    "client_documents: nothing else");
}

static void
issuers(void)
{
	static const char *const good[] = {"https://id.example.org",
	    "https://id.example.org/idp", "https://id.example.org:8443/a/b-c",
	    "https://192.0.2.1", "https://[2001:db8::1]:443",
	    "http://localhost:8080", "http://127.0.0.1", "http://127.9.9.9:1/x",
	    "http://[::1]:8080/idp"};
	static const char *const bad[] = {"", "id.example.org", "https://",
	    "https:///idp", "ftp://id.example.org", "HTTPS://id.example.org",
	    "https://ID.example.org", "http://id.example.org",
	    "http://localhost.example.org", "http://127.0.0.1.example.org",
	    "http://128.0.0.1", "http://[2001:db8::1]", "http://[::1",
	    "https://id.example.org/", "https://id.example.org/idp/",
	    "https://id.example.org//idp", "https://id.example.org/../idp",
	    "https://id.example.org/i%64p", "https://id.example.org/a;b",
	    "https://id.example.org?x", "https://id.example.org/x?y",
	    "https://id.example.org#x", "https://me@id.example.org",
	    "https://me:pw@id.example.org",
	    "https://id.example.org:", "https://id.example.org:0",
	    "https://id.example.org:65536", "https://id.example.org:x",
	    " https://id.example.org", "https://id.example.org ",
	    "https://id.example.org\n", "https://id example.org",
	    "https://.example.org"};
	bool all = true;

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (!issuer_valid(good[i])) {
			printf("# %s\n", good[i]);
			all = false;
		}
	CHECK(all, "issuer: https, or http on a loopback address, with a path "
		   "or without");
	all = true;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (issuer_valid(bad[i])) {
			printf("# %s\n", bad[i]);
			all = false;
		}
	CHECK(all, "issuer: nothing that two parsers could read differently");
}

static void
defaults(void)
{
	CHECK(load(ISSUER) == OK && message[0] == '\0' &&
		  str_equal(conf.issuer, "https://id.example.org") &&
		  conf_issuer_path(&conf)[0] == '\0' && conf.secure,
	    "conf: the issuer alone is enough");
	CHECK(str_equal(conf.provider_name, "id.example.org") &&
		  conf.default_alg == JWA_EDDSA && !conf.log_syslog,
	    "conf: the site is named after its host, EdDSA signs");
	CHECK(conf.access_token_lifetime_s == 900 &&
		  conf.refresh_idle_s == 30 * 86400 &&
		  conf.refresh_absolute_s == 180 * 86400 &&
		  conf.refresh_grace_s == 30 && !conf.refresh_retry_is_theft &&
		  conf.session_lifetime_s == 12 * 3600 &&
		  conf.session_absolute_s == 7 * 86400 &&
		  conf.session_remember_s == 30 * 86400 &&
		  conf.session_remember_absolute_s == 180 * 86400 &&
		  conf.jwks_max_age_s == 3600,
	    "conf: lifetimes have the documented defaults");
	CHECK(conf.argon2_opslimit == 2 && conf.argon2_memlimit_mib == 19 &&
		  conf.argon2_slots == 4,
	    "conf: Argon2id takes two passes over 19 MiB");
	CHECK(conf.dir[0] == '/', "conf: the data directory is absolute");
}

static void
values(void)
{
	CHECK(load("# a comment\n"
		   "issuer=http://[::1]:8080/idp\r\n"
		   "\n"
		   "; another\n"
		   "provider_name = The Smiths = us\n"
		   "default_alg = RS256\n"
		   "refresh_grace = 0\n"
		   "refresh_retry = theft\n"
		   "jwks_max_age = 90\n"
		   "access_token_lifetime = 600s\n"
		   "session_lifetime = 2h\n"
		   "argon2_memlimit = 64\n"
		   "log = syslog") == OK,
	    "conf: comments, blank lines, CRLF and a missing last newline are "
	    "fine");
	CHECK(str_equal(conf_issuer_path(&conf), "/idp") && !conf.secure &&
		  str_equal(conf.provider_name, "The Smiths = us") &&
		  conf.default_alg == JWA_RS256 && conf.log_syslog &&
		  conf.argon2_memlimit_mib == 64 && conf.refresh_retry_is_theft,
	    "conf: what is given is taken");
	CHECK(conf.refresh_grace_s == 0 && conf.jwks_max_age_s == 90 &&
		  conf.access_token_lifetime_s == 600 &&
		  conf.session_lifetime_s == 7200,
	    "conf: durations are plain seconds or have a unit");
}

static void
refusals(void)
{
	CHECK(refused("", 0, "issuer is missing"),
	    "conf: without an issuer there is nothing");
	CHECK(refused(ISSUER "issuer_ = 1\n", 2, "unknown key \"issuer_\""),
	    "conf: an unknown key is an error with its line");
	CHECK(refused(ISSUER "log = syslog\n\nlog = syslog\n", 4, "log is"),
	    "conf: a key given twice is an error with the second line");
	CHECK(refused("issuer = http://id.example.org\n", 1, "https"),
	    "conf: an issuer that may not be one is an error");
	CHECK(refused("[idp]\n" ISSUER, 1, "section"),
	    "conf: sections are refused");
	CHECK(refused(ISSUER "log\n", 2, "key = value"),
	    "conf: a line without = is refused");
	CHECK(refused(ISSUER "provider_name = a\n  b = c\n", 3, "white space"),
	    "conf: a continued line is refused, not joined");
	CHECK(refused(ISSUER "default_alg = none\n", 2, "EdDSA RS256 HS256"),
	    "conf: an unknown algorithm is refused, the known are named");
	CHECK(refused(ISSUER "default_alg = EdDSA RS256\n", 2, "EdDSA"),
	    "conf: one algorithm is one word");
	CHECK(refused(ISSUER "default_alg = ES256\n", 2, "EdDSA RS256 HS256"),
	    "conf: an algorithm that is only verified is no default");
	CHECK(refused(ISSUER "log = file\n", 2, "stderr or syslog"),
	    "conf: an unknown log is refused");
	CHECK(refused(ISSUER "provider_name = \xFF\n", 2, "\\xFF"),
	    "conf: broken UTF-8 is refused and told in plain characters");
	CHECK(refused("bad\nbad2 = 1\n", 1, "key = value"),
	    "conf: the first error is the one that is told");
}

static void
access_token_algs(void)
{
	struct conf c = {.default_alg = JWA_RS256};

	CHECK(conf_access_token_alg(&c, JWA_EDDSA) == JWA_EDDSA &&
		  conf_access_token_alg(&c, JWA_RS256) == JWA_RS256,
	    "conf: access tokens have the client's algorithm");
	CHECK(conf_access_token_alg(&c, JWA_HS256) == JWA_RS256,
	    "conf: those of an HS256 client have the default one");
	c.default_alg = JWA_HS256;
	CHECK(conf_access_token_alg(&c, JWA_HS256) == JWA_EDDSA,
	    "conf: no access token is signed with a secret");
}

static void
ranges(void)
{
	CHECK(
	    refused(ISSUER "access_token_lifetime = 59\n", 2, "from 1m to 1h"),
	    "conf: a duration too short is refused, with the range");
	CHECK(refused(ISSUER "access_token_lifetime = 2h\n", 2, "to 1h"),
	    "conf: a duration too long is refused");
	CHECK(refused(
		  ISSUER "refresh_retry = Theft\n", 2, "give instead or theft"),
	    "conf: a word that is none of two is an error that names both");
	CHECK(refused(ISSUER "refresh_grace = -1\n", 2, "from 0s to 5m"),
	    "conf: a negative duration is refused");
	CHECK(refused(ISSUER "jwks_max_age = 1w\n", 2, "s, m, h or d") &&
		  refused(ISSUER "jwks_max_age = 1 h\n", 2, "s, m, h or d") &&
		  refused(ISSUER "jwks_max_age = h\n", 2, "s, m, h or d") &&
		  refused(ISSUER "jwks_max_age =\n", 2, "s, m, h or d"),
	    "conf: a duration in no known unit is refused");
	CHECK(refused(ISSUER "jwks_max_age = 9999999999d\n", 2, "1d"),
	    "conf: a duration does not overflow");
	CHECK(refused(ISSUER "argon2_opslimit = 11\n", 2, "from 1 to 10") &&
		  refused(ISSUER "argon2_memlimit = 7\n", 2, "from 8 to 1024"),
	    "conf: a number out of range is refused, with the range");
	CHECK(refused(ISSUER "refresh_idle_lifetime = 200d\n", 0,
		  "refresh_absolute_lifetime"),
	    "conf: refresh tokens cannot idle longer than they live");
}

static void
whole_files(void)
{
	char text[32768];
	size_t len = strlen(ISSUER "provider_name = ");

	memset(text, 'x', sizeof text);
	memcpy(text, ISSUER "provider_name = ", len);
	text[len + 127] = '\0';
	CHECK(load(text) == OK && strlen(conf.provider_name) == 127,
	    "conf: the longest site name is taken whole");
	text[len + 127] = 'x';
	text[len + 128] = '\0';
	CHECK(refused(text, 2, "127 bytes"), "conf: one byte more is refused");
	text[len + 128] = 'x';
	text[len + 250] = '\0';
	CHECK(refused(text, 2, "too long"),
	    "conf: a line that the parser would cut is refused");
	text[len + 250] = 'x';
	text[0] = '#';
	for (size_t i = 100; i < sizeof text; i += 100)
		memcpy(text + i, "\n#", 2);
	text[sizeof text - 1] = '\0';
	CHECK(refused(text, 0, "longer than"),
	    "conf: a file over its ceiling is refused");
	CHECK(load_n(ISSUER "log = stderr\0\n", strlen(ISSUER) + 14) ==
		      ERR_SYNTAX &&
		  strstr(message, ":2: ") != NULL,
	    "conf: a NUL byte is refused with its line");
}

static void
places(void)
{
	char missing[CONF_PATH_CAP];

	CHECK(load(ISSUER) == OK && chmod(file, 0664) == 0 &&
		  conf_load(&conf, scratch, message, sizeof message) ==
		      ERR_PERMISSION &&
		  str_starts(message, file) && conf.issuer[0] == '\0',
	    "conf: a file that its group can write is refused");
	CHECK(remove(file) == 0 &&
		  conf_load(&conf, scratch, message, sizeof message) ==
		      ERR_NOT_FOUND &&
		  strstr(message, "latchkey check") != NULL,
	    "conf: where no file is, the way to one is told");
	CHECK(file_path(missing, sizeof missing, scratch, "none") == OK &&
		  conf_load(&conf, missing, message, sizeof message) ==
		      ERR_NOT_FOUND &&
		  str_starts(message, missing),
	    "conf: where no directory is, it is named");
	setenv("LATCHKEY_DATA", "/srv/idp", 1);
	CHECK(str_equal(conf_dir("/a"), "/a") &&
		  str_equal(conf_dir(NULL), "/srv/idp"),
	    "conf: -d goes before LATCHKEY_DATA");
	unsetenv("LATCHKEY_DATA");
	CHECK(conf_dir(NULL)[0] == '/', "conf: there is a built-in directory");
}

int
main(void)
{
	if (file_path(file, sizeof file, scratch_dir(), "latchkey.conf") != OK)
		return 1;
	issuers();
	places_of_certificates();
	stores();
	mail_domains();
	documents();
	defaults();
	values();
	refusals();
	access_token_algs();
	ranges();
	whole_files();
	places();
	return check_done();
}
