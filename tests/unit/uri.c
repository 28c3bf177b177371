/* Which URIs may be registered, and which may stand for a registered one. */
#include "domain/uri.h"

#include "base/str.h"
#include "check.h"

#include <string.h>

/* A promise is one line of TAP, where # means something. */
static void
promise(const char *uri, bool kept, const char *what)
{
	char text[256];

	snprintf(text, sizeof text, "uri: \"%.180s\" %s", uri, what);
	for (char *c = text; *c != '\0'; c++)
		if (*c == '#' || *c < ' ' || *c > '~')
			*c = '?';
	CHECK(kept, text);
}

static void
registration(void)
{
	static const char *const good[] = {
	    "https://app.example.org/cb",
	    "https://app.example.org",
	    "https://app.example.org:8443/cb?tenant=1&x=%2F",
	    "https://App.Example.ORG/cb",
	    "https://app.example.org:65535/cb",
	    "https://[2001:db8::1]:8443/cb",
	    "http://127.0.0.1/cb",
	    "http://127.0.0.1:8080/cb",
	    "http://127.1.2.3/cb",
	    "http://[::1]:1/cb",
	    "http://localhost:3000/cb",
	    "app.immich:///oauth-callback",
	    "com.example.app:/oauth",
	    "com.example.app:oauth",
	    "org.example.mail://callback/here",
	    "urn:ietf:wg:oauth:2.0:oob",
	};
	static const char *const bad[] = {
	    "",
	    "/cb",
	    "app.example.org/cb",
	    "//app.example.org/cb",
	    "https:/app.example.org/cb",
	    "https:app.example.org",
	    "https://",
	    "https:///cb",
	    "https://:443/cb",
	    "https://app.example.org/cb#here",
	    "https://app.example.org/cb#",
	    "com.example.app:/oauth#x",
	    "https://user@app.example.org/cb",
	    "https://user:pw@app.example.org/cb",
	    "https://app.example.org@evil.example/cb",
	    "http://app.example.org/cb",
	    "http://192.168.1.1/cb",
	    "http://127.0.0.1.evil.example/cb",
	    "http://127.evil.example/cb",
	    "http://127.0.0.1@evil.example/cb",
	    "http://localhost.evil.example/cb",
	    "http://[::2]/cb",
	    "http://[::1].evil.example/cb",
	    "http://[::1",
	    "https://app.example.org:x/cb",
	    "https://app.example.org:443443/cb",
	    "https://*.example.org/cb",
	    "https://app.example.org;x/cb",
	    "https://app.example.org,x/cb",
	    "https://'none'/cb",
	    "https://%61pp.example.org/cb",
	    "https://[2001:db8::1;]/cb",
	    "https://[]/cb",
	    "https://app.example.org/*",
	    "http://127.0.0.1:*/cb",
	    "https://app.example.org:65536/cb",
	    "https://app.example.org:0/cb",
	    "https://app.example.org:0443/cb",
	    "https://app.example.org:/cb",
	    "https://[2001:db8::1]:/cb",
	    "http://127.0.0.1:0/cb",
	    "http://127.0.0.1:/cb",
	    "http://localhost:70000/cb",
	    "com.example.app://host:99999/cb",
	    "HTTP://127.0.0.1/cb",
	    "HTTPS://app.example.org/cb",
	    "Com.Example.App:/cb",
	    "javascript:alert(1)",
	    "JavaScript:alert(1)",
	    "javascript://app.example.org/%0aalert(1)",
	    "data:text/html,x",
	    "vbscript:x",
	    "file:///etc/passwd",
	    "blob:https://app.example.org/x",
	    "view-source:https://app.example.org/",
	    "about:blank",
	    "ftp://app.example.org/",
	    "mailto:alice@example.org",
	    "https://app.example.org/c b",
	    "https://app.example.org/cb\r\nSet-Cookie:x",
	    "https://app.example.org/\tcb",
	    "https://app.example.org/\"cb",
	    "https://app.example.org/<cb>",
	    "https://app.example.org\\@evil.example/cb",
	    "https://app.example.org/gr\xc3\xbc\xc3\x9f",
	    "1https://app.example.org/",
	    " https://app.example.org/cb",
	};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		promise(
		    good[i], uri_refusal(good[i]) == NULL, "may be registered");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		promise(bad[i], uri_refusal(bad[i]) != NULL,
		    "may not be registered");
}

/* Addresses that a request of ours goes to. */
static void
web_addresses(void)
{
	static const char *const good[] = {
	    "https://app.example.org/out?a=1",
	    "http://app:8080/out",
	    "http://192.168.1.1/out",
	    "https://[fd00::1]/",
	};
	static const char *const bad[] = {
	    "",
	    "app.example.org/out",
	    "app.immich:///out",
	    "ftp://app.example.org/",
	    "file:///etc/passwd",
	    "HTTPS://app.example.org/",
	    "https:///out",
	    "https://user:pw@app.example.org/",
	    "https://app.example.org/#x",
	    "https://app.example.org:0/",
	    "https://app.example.org/ x",
	    "https://app.example.org/\r\nHost: x",
	};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		promise(good[i], uri_web_refusal(good[i]) == NULL,
		    "may be sent to");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		promise(bad[i], uri_web_refusal(bad[i]) != NULL,
		    "may not be sent to");
}

static void
ceiling(void)
{
	char uri[URI_CAP + 1] = "https://app.example.org/";
	size_t len = strlen(uri);

	memset(uri + len, 'a', sizeof uri - len);
	uri[URI_CAP - 1] = '\0';
	CHECK(uri_refusal(uri) == NULL, "uri: one of 1024 characters may be "
					"registered");
	uri[URI_CAP - 1] = 'a';
	uri[URI_CAP] = '\0';
	CHECK(uri_refusal(uri) != NULL, "uri: a longer one may not");
}

/* OAuth 2.1 4.1.3; RFC 8252 7.3; RFC 9700 4.1.3 */
static void
matching(void)
{
	static const struct {
		const char *registered, *given;
		bool match;
	} rows[] = {
	    {"https://a.example/cb", "https://a.example/cb", true},
	    {"https://a.example/cb", "https://a.example/cb/", false},
	    {"https://a.example/cb", "https://a.example/cb?x=1", false},
	    {"https://a.example/cb", "https://a.example/cb?", false},
	    {"https://a.example/cb", "https://a.example/cb#x", false},
	    {"https://a.example/cb", "https://a.example/CB", false},
	    {"https://a.example/cb", "https://A.example/cb", false},
	    {"https://a.example/cb", "HTTPS://a.example/cb", false},
	    {"https://a.example/cb", "https://a.example:443/cb", false},
	    {"https://a.example/cb", "https://a.example/x/../cb", false},
	    {"https://a.example/cb", "https://a.example/%63b", false},
	    {"https://a.example/cb", "http://a.example/cb", false},
	    {"https://a.example/cb", "https://a.example.evil.example/cb",
		false},
	    {"https://a.example/cb", "https://x@a.example/cb", false},
	    {"https://a.example/cb", "", false},
	    {"https://a.example", "https://a.example/", false},
	    {"https://a.example/cb?x=1", "https://a.example/cb?x=1", true},
	    {"https://a.example/cb?x=1", "https://a.example/cb?x=2", false},
	    {"https://127.0.0.1/cb", "https://127.0.0.1:99/cb", false},

	    {"http://127.0.0.1/cb", "http://127.0.0.1:49152/cb", true},
	    {"http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb", true},
	    {"http://127.0.0.1:1/cb", "http://127.0.0.1/cb", true},
	    {"http://[::1]/cb", "http://[::1]:49152/cb", true},
	    {"http://127.0.0.1/cb", "http://127.0.0.1:49152/other", false},
	    {"http://127.0.0.1/cb", "http://127.0.0.1:49152/cb?x", false},
	    {"http://127.0.0.1/cb?x", "http://127.0.0.1:49152/cb?x", true},
	    {"http://127.0.0.1/cb", "http://127.0.0.1:49152/cb#x", false},
	    {"http://127.0.0.1/cb", "http://127.0.0.2:49152/cb", false},
	    {"http://127.0.0.1/cb", "http://[::1]:49152/cb", false},
	    {"http://127.0.0.1/cb", "http://localhost:49152/cb", false},
	    {"http://127.0.0.1/cb", "https://127.0.0.1:49152/cb", false},
	    {"http://127.0.0.1/cb", "http://127.0.0.1:x/cb", false},
	    {"http://127.0.0.1/cb", "http://127.0.0.1:1@evil.example/cb",
		false},
	    {"http://127.0.0.1/cb", "http://x@127.0.0.1:1/cb", false},
	    {"http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb", false},

	    {"http://localhost:3000/cb", "http://localhost:3000/cb", true},
	    {"http://localhost:3000/cb", "http://localhost:3001/cb", true},
	    {"http://localhost/cb", "http://localhost:49152/cb", true},
	    {"http://localhost/cb", "http://localhost:49152/other", false},
	    {"http://localhost/cb", "http://[::1]:49152/cb", false},
	    {"http://localhost/cb", "https://localhost:49152/cb", false},
	    {"http://localhost/cb", "http://localhost.evil.example/cb", false},
	    {"http://localhost/cb", "http://LOCALHOST:49152/cb", false},
	    {"http://127.0.0.1/cb", "HTTP://127.0.0.1:49152/cb", false},
	    {"http://127.0.0.1/cb", "http://127.0.0.1:0/cb", false},
	    {"http://127.0.0.1/cb", "http://127.0.0.1:/cb", false},
	    {"http://127.0.0.1/cb", "http://127.0.0.1:65536/cb", false},
	    {"http://localhost:3000/cb", "http://127.0.0.1:3000/cb", false},

	    {"app.immich:///oauth", "app.immich:///oauth", true},
	    {"app.immich:///oauth", "app.immich:/oauth", false},
	    {"app.immich:///oauth", "app.immich:///oauth/x", false},
	    {"com.example.app:/cb", "COM.example.app:/cb", false},
	};
	char text[256];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(text, sizeof text, "%s for \"%s\"",
		    rows[i].match ? "may stand" : "may not stand",
		    rows[i].registered);
		promise(rows[i].given,
		    uri_matches_any_port(rows[i].registered, rows[i].given) ==
			rows[i].match,
		    text);
	}
}

static void
origins(void)
{
	static const struct {
		const char *uri, *origin; /* NULL: has none */
	} rows[] = {
	    {"https://a.example/cb", "https://a.example"},
	    {"HTTPS://A.Example:443/cb", "https://a.example"},
	    {"https://a.example:8443/cb", "https://a.example:8443"},
	    {"http://127.0.0.1:80/cb", "http://127.0.0.1"},
	    {"http://127.0.0.1:443/cb", "http://127.0.0.1:443"},
	    {"https://[2001:DB8::1]/", "https://[2001:db8::1]"},
	    {"https://a.example?x", "https://a.example"},
	    {"app.immich:///oauth", NULL},
	    {"com.example.app:/cb", NULL},
	    {"https:///cb", NULL},
	    {"not a uri", NULL},
	};
	char origin[ORIGIN_CAP];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum err e = uri_origin(origin, rows[i].uri);

		promise(rows[i].uri,
		    rows[i].origin != NULL
			? e == OK && str_equal(origin, rows[i].origin)
			: e == ERR_SYNTAX && origin[0] == '\0',
		    rows[i].origin != NULL ? "has its origin as browsers "
					     "spell it"
					   : "has no origin");
	}
	CHECK(uri_place(origin, "https://a.example:8443/cb") == OK &&
		  str_equal(origin, "a.example:8443") &&
		  uri_place(origin, "app.immich:///oauth") == OK &&
		  str_equal(origin, "app.immich:"),
	    "uri: people are told the host, or the app's scheme");
	CHECK(uri_is_loopback("http://127.0.0.1:1/") &&
		  uri_is_loopback("http://[::1]/") &&
		  uri_is_loopback("http://localhost/") &&
		  !uri_is_loopback("https://127.0.0.1/"),
	    "uri: http on localhost counts as loopback, https does not");
}

/* RFC 3986 6.2.2, 6.2.3 */
static void
places(void)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
	    {"https://a.example/token", "https://a.example/token", true},
	    {"https://a.example/token", "HTTPS://A.EXAMPLE:443/token", true},
	    {"https://a.example/token", "https://a.example/token?x=y#z", true},
	    {"https://a.example/a~b", "https://a.example/%61%7eb", true},
	    {"https://a.example/a%2fb", "https://a.example/a%2Fb", true},
	    {"https://a.example", "https://a.example/", true},
	    {"https://a.example?x", "https://a.example/", true},
	    {"https://a.example/a%2fb", "https://a.example/a/b", false},
	    {"https://a.example/token", "https://a.example/Token", false},
	    {"https://a.example/token", "https://a.example/token/", false},
	    {"https://a.example/token", "https://a.example/tokens", false},
	    {"https://a.example/token", "https://a.example/toke", false},
	    {"https://a.example/token", "https://a.example/token%00", false},
	    {"https://a.example/token", "https://a.example/token%", false},
	    {"https://a.example/token", "https://a.example/token%4", false},
	    {"https://a.example/token", "http://a.example/token", false},
	    {"https://a.example/token", "https://a.example:8443/token", false},
	    {"https://a.example/token", "https://x@a.example/token", false},
	    {"https://a.example/token", "https://b.example/token", false},
	    {"https://a.example/token", "/token", false},
	    {"https://a.example/token", "", false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		promise(rows[i].b,
		    uri_same_place(rows[i].a, rows[i].b) == rows[i].same &&
			uri_same_place(rows[i].b, rows[i].a) == rows[i].same,
		    rows[i].same ? "is the same place" : "is another place");
}

int
main(void)
{
	registration();
	web_addresses();
	ceiling();
	matching();
	origins();
	places();
	return check_done();
}
