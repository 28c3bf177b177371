/* Sites and their rules: what is matched, what decides, what is refused. */
#include "domain/site.h"

#include "base/str.h"
#include "check.h"
#include "domain/destination.h"
#include "domain/removal.h"
#include "fixture.h"

#include <string.h>

static void
promise(bool kept, const char *what, const char *about)
{
	char text[200];

	snprintf(text, sizeof text, "site: %s: %.100s", what, about);
	for (char *c = text; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	CHECK(kept, text);
}

static void
rules(void)
{
	static const char *const bad[] = {"", " ", "signed-in", "/x",
	    "/x someone", "get /x anyone", "GET", "GET,POST", ", /x anyone",
	    "/x anyone signed-in", "/x anyone group:a", "/x app-password",
	    "/x anyone app-password", "/x strict", "/x scope:a",
	    "/x bearer:", "/x bearer:a bearer:b", "/x group:", "/x group:a,b",
	    "/x signed-in group:a", "/../x anyone", "/./x anyone",
	    "/%2e%2e/x anyone", "/x?y anyone", "/x%2fy anyone", "x anyone",
	    "/x\nanyone", "/x;y anyone", "/x%3by anyone", "/100%25 anyone",
	    "/x factor", "/x anyone factor", "/x max-age:60",
	    "/x anyone max-age:60",
	    "/x signed-in max-age:", "/x signed-in max-age:59",
	    "/x signed-in max-age:1h", "/x signed-in max-age:31536001",
	    "/x signed-in max-age:60 max-age:60",
	    "/x signed-in app-password factor",
	    "/x signed-in app-password max-age:60"};
	struct site_rule r;
	const char *message;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		promise(site_rule_parse(&r, bad[i], &message) == ERR_SYNTAX &&
			    message != NULL,
		    "is no rule, and it is said why", bad[i]);
	CHECK(
	    site_rule_parse(&r, "/x/ signed-in app-password", &message) == OK &&
		str_equal(r.path, "/x") && r.signed_in && r.app_password &&
		!r.anyone && site_rule_takes_people(&r),
	    "site: a rule is taken apart");
	CHECK(site_rule_parse(&r,
		  "GET,PROPFIND //a//b group:c group:d "
		  "bearer:https://api.example scope:x:y scope:z strict",
		  &message) == OK &&
		  str_equal(r.methods, "GET PROPFIND") &&
		  str_equal(r.path, "/a/b") && str_equal(r.groups, "c,d") &&
		  str_equal(r.audience, "https://api.example") &&
		  str_equal(r.scope, "x:y z") && r.strict,
	    "site: with all that a rule may have");
	CHECK(site_rule_parse(&r,
		  "/ group:\"Family & Friends\" group:b group:\"c\" "
		  "app-password",
		  &message) == OK &&
		  str_equal(r.groups, "Family & Friends,b,c") && r.app_password,
	    "site: a group name with spaces is in quotes");
	CHECK(site_rule_parse(
		  &r, "/ signed-in factor max-age:3600", &message) == OK &&
		  r.factor && r.max_age_s == 3600 &&
		  site_rule_judges_sign_in(&r) &&
		  site_rule_parse(&r, "/ bearer:x factor", &message) == OK &&
		  r.factor && r.max_age_s == 0,
	    "site: a rule says what a sign-in must be");
	CHECK(site_rule_parse(&r, "/ bearer:x", &message) == OK &&
		  !site_rule_takes_people(&r),
	    "site: a rule for tokens alone takes no people");
}

static void
paths(void)
{
	static const char *const bad[] = {"", "*", "x", "?", "?/x", "/.", "/..",
	    "/./x", "/a/..", "/a/../b", "/%2e", "/%2e%2E/x", "/.%2e/x",
	    "/..;/x", "/..;a=b/x", "/.;/x", "/..%3bx/y", "/a%2fb", "/a%2Fb",
	    "/a%5cb", "/a\\b", "/a#b", "/%00", "/%0a", "/%7f", "/\x01", "/%",
	    "/%2", "/%zz", "/%252e", "/%252f", "/%255c", "/%25%32%65", "/%ff",
	    "/\xff", "/%c0%ae"};
	static const struct {
		const char *target, *path;
	} good[] = {{"/", "/"}, {"//", "/"}, {"/a//b///c", "/a/b/c"},
	    {"/%61", "/a"}, {"/a?/../%zz#", "/a"}, {"/...", "/..."},
	    {"/a..b/..c/d..", "/a..b/..c/d.."}, {"/%c3%a4", "/ä"},
	    {"/a;b", "/a;b"}, {"/100%25", "/100%"}, {"/%25zz", "/%zz"},
	    {"/.well-known/x", "/.well-known/x"}, {"/a+b", "/a+b"}};
	static char long_target[SITE_PATH_CAP + 1];
	char path[SITE_PATH_CAP];

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		promise(site_path_read(path, bad[i]) == ERR_INVALID_REQUEST,
		    "a path that can be read in two ways is refused", bad[i]);
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		promise(site_path_read(path, good[i].target) == OK &&
			    str_equal(path, good[i].path),
		    "is one path only", good[i].target);
	memset(long_target, '/', SITE_PATH_CAP);
	CHECK(site_path_read(path, long_target) == ERR_INVALID_REQUEST,
	    "site: a path over its ceiling is refused");
}

static enum err
find(struct site_rule *r, const char *text, const char *method,
    const char *target)
{
	static struct site_rules rules;
	enum err e = site_rules_parse(&rules, text);

	return e == OK ? site_rules_find(r, &rules, method, target) : e;
}

/* Whether TARGET is decided by the rule for PATH; NULL: by none. */
static bool
is_decided(const char *rules_text, const char *method, const char *target,
    const char *path)
{
	struct site_rule r;
	enum err e = find(&r, rules_text, method, target);

	if (path == NULL)
		return e == ERR_NOT_FOUND && r.path[0] == '\0' && !r.anyone;
	return e == OK && str_equal(r.path, path);
}

static void
decisions(void)
{
	static const char some[] = "/a signed-in\n"
				   "/a/b anyone\n"
				   "GET /a/b group:x\n"
				   "PUT,POST /c signed-in\n"
				   "/a/b/c signed-in";
	static const char all[] = "/ signed-in\n/open anyone";
	struct site_rule r;

	CHECK(is_decided(some, "GET", "/a", "/a") &&
		  is_decided(some, "GET", "/a/", "/a") &&
		  is_decided(some, "GET", "/a/x?y", "/a"),
	    "site: a rule covers its path and what is below");
	CHECK(is_decided(some, "GET", "/ab", NULL) &&
		  is_decided(some, "GET", "/", NULL),
	    "site: by whole segments; what no rule covers is closed");
	CHECK(is_decided(some, "PUT", "/a/b/c/d", "/a/b/c"),
	    "site: the longest path decides");
	CHECK(find(&r, some, "GET", "/a/b/x") == OK &&
		  str_equal(r.groups, "x") &&
		  find(&r, some, "HEAD", "/a/b/x") == OK &&
		  str_equal(r.groups, "x") &&
		  find(&r, some, "PUT", "/a/b/x") == OK && r.anyone,
	    "site: one that names the method goes first, and GET has HEAD");
	CHECK(is_decided(some, "POST", "/c", "/c") &&
		  is_decided(some, "GET", "/c", NULL) &&
		  is_decided(some, "", "/c", NULL) &&
		  is_decided(some, "PUT POST", "/c", NULL),
	    "site: another method than the rules name is closed");
	CHECK(find(&r, some, "put", "/a/b/x") == OK && r.anyone &&
		  find(&r, some, "brew", "/a/b/c") == OK && r.signed_in,
	    "site: a method that is not in capitals falls under a rule for "
	    "all");
	CHECK(find(&r, some, "get", "/a/b/x") == ERR_METHOD_NOT_ALLOWED &&
		  r.path[0] == '\0' &&
		  find(&r, some, "Head", "/a/b/x") == ERR_METHOD_NOT_ALLOWED &&
		  find(&r, some, "post", "/c") == ERR_METHOD_NOT_ALLOWED,
	    "site: under none if in capitals it falls under another");
	CHECK(is_decided(all, "BREW", "/x", "/") &&
		  is_decided(all, "GET", "/%6fpen/x", "/open") &&
		  is_decided(all, "GET", "/opened", "/"),
	    "site: the path is matched decoded");
	CHECK(is_decided("", "GET", "/", NULL),
	    "site: without a rule all is closed");
	CHECK(find(&r, all, "GET", "/open;/x") == ERR_INVALID_REQUEST &&
		  !r.anyone &&
		  find(&r, all, "GET", "/x;/../open") == ERR_INVALID_REQUEST &&
		  is_decided(all, "GET", "/x;y/open", "/") &&
		  is_decided(all, "GET", "/open/x;y", "/open"),
	    "site: a parameter must not bring a path under another rule");
	CHECK(find(&r, "/ anyone\nnonsense", "GET", "/") == ERR_CORRUPT,
	    "site: a rule that does not parse is a damaged record");
}

/* Each of TARGETS is read in two ways under RULES. */
static void
ambiguous(const char *rules_text, const char *const *targets)
{
	struct site_rule r;

	for (; *targets != NULL; targets++)
		promise(find(&r, rules_text, "GET", *targets) ==
				ERR_INVALID_REQUEST &&
			    r.path[0] == '\0' && !r.anyone,
		    "readings under different rules refuse", *targets);
}

static void
readings_that_differ(void)
{
	static const char closed[] = "/ anyone\n/app group:a\n/app/in anyone\n"
				     "/ärger group:b";
	static const char open[] = "/ group:a\n/open anyone";
	static const char *const of_closed[] = {"/APP", "/App/x", "/%41pp",
	    "/aPP?x", "/app/IN", "/app%2Fx", "/app%2fx", "/app\\x", "/app%5cx",
	    "/app%5Cx", "/app%252Fx", "/app%25252fx", "/%2561pp",
	    "/%25%36%31pp", "/app;x", "/app%3bx", "/app%3Bx/y", "/app%253bx",
	    "/x;/../app", "/app%3Fx", "/app%23x", "/app%253fx", "//app",
	    "///app/x", "//host/app", "/x//..//app", "//x/app/y", "/./app",
	    "/x/../app", "/x/%2e%2e/app", "/x/..%2Fapp", "/x/..%2fapp/y",
	    "/x/..;/app", "/x/..%3b/app", "/x/%252e%252e/app", "/x%2F..%2Fapp",
	    "/x\\..\\app", "/app/../x", "/app/in/../x", "/app/in%2F..%2Fx",
	    "/app/in%2fx", "/app//in", "/app/in/..;/x", "/APP%2Fx",
	    "/app%3Bx%2Fy", "/%C3%A4rger%2Fx", "/.latchkey%2Fcallback",
	    "/.Latchkey/callback", "/x/../.latchkey/callback", NULL};
	static const char *const of_open[] = {"//open", "//open/x", "/OPEN",
	    "/open/../x", "/open/..%2fx", "/open;/x", "/open%2Fx", "/open%3bx",
	    "/open/%2E%2e/x", "/open/%252e%252e/x", "/open\\..\\x",
	    "/open/..%255cx", "/open/%2e%2e;x=y/x", NULL};
	static const char *const everywhere[] = {"", "*", "x", "/x%", "/x%2",
	    "/%zz", "/a#b", "/%00", "/%0a", "/%7f", "/\x01", "/%2500", "/%250a",
	    "/%25250d", "/%c0%ae", "/%c0%af", "/\xc1\xbf", "/%e0%80%af",
	    "/%25c0%25af", "/..", "/x/../../y", "/..%2Fx", "/%252e%252e/x",
	    NULL};

	ambiguous(closed, of_closed);
	ambiguous(open, of_open);
	ambiguous("/ anyone", everywhere);
}

static void
readings_that_agree(void)
{
	static const char rules_text[] = "/ anyone\n/app group:a";
	static const char *const wide[] = {"/My%2520File.jpg", "/100%2525.txt",
	    "/100%25", "/api/v4/projects/group%2Fproject", "/@scope%2fpackage",
	    "/alt%E4r.jpg", "/alt\xe4r.jpg", "/%ff", "/\xff", "//", "/x//y",
	    "//host//x", "/a;b=c/d", "/a%3Bb", "/why%3F.txt", "/c%23.txt",
	    "/x/./y", "/x/../y", "/x\\y", "/a%5Cb", "/%25zz", "/APPS", "/%E4",
	    "/100%25%20%281%29%3Bv2%3F%5C%2F%23.txt", "/%C3%80%C2%AB", NULL};
	static const char *const narrow[] = {"/app/My%2520File.jpg",
	    "/app/%40scope%2Fpackage", "/app//x", "/app/x;y", "/app/x/../y",
	    "/app/alt%E4r", "/%61pp/x", "/app/X", "/app/why%3F", NULL};

	for (size_t i = 0; wide[i] != NULL; i++)
		promise(is_decided(rules_text, "GET", wide[i], "/"),
		    "what every reading puts under one rule passes", wide[i]);
	for (size_t i = 0; narrow[i] != NULL; i++)
		promise(is_decided(rules_text, "GET", narrow[i], "/app"),
		    "what every reading puts under one rule passes", narrow[i]);
}

/* The next of a row of numbers that looks random and is always the same. */
static unsigned
dice(void)
{
	static uint32_t state = 20261129;

	state = state * 1664525u + 1013904223u;
	return state >> 16;
}

/* A program that decodes, cuts and splits in its own order: N chooses. */
static bool
leads_into_app(const char *target, unsigned n)
{
	char path[256];
	struct site_path_readings r;

	if (site_path_readings(&r, target) != OK ||
	    str_copy(path, sizeof path,
		site_path_reading(&r, n % (unsigned)r.count)) != OK)
		return false;
	return site_path_covers_folded("/app", path);
}

static void
random_paths(void)
{
	static const char *const pieces[] = {"/", "app", "APP", "a", "..", ".",
	    "%2F", "%2e", "%252f", "%25", "2e", ";", "%3b", "\\", "%5C", "x",
	    "%3F", "%61pp"};
	static const char rules_text[] = "/ anyone\n/app group:a";
	unsigned let_on = 0, wrong = 0;

	for (int i = 0; i < 20000; i++) {
		char target[128] = "/";
		size_t n = 1 + dice() % 8;
		struct site_rule r;

		for (size_t j = 0; j < n; j++)
			strcat(target,
			    pieces[dice() % (sizeof pieces / sizeof *pieces)]);
		if (find(&r, rules_text, "GET", target) != OK || !r.anyone)
			continue;
		let_on++;
		wrong += leads_into_app(target, dice());
	}
	CHECK(let_on > 1000 && wrong == 0,
	    "site: of random paths none that leads below a rule passes as "
	    "another's");
}

static bool
leads_to(const char *value, const char *target)
{
	const char *found = destination_target("https://a.example:8443", value);

	return target == NULL ? found == NULL
			      : found != NULL && str_equal(found, target);
}

static void
destinations(void)
{
	static const char *const none[] = {"", " ", "x", "x/y", "//a.example/x",
	    "//a.example:8443/x", "https:/x", "https:x", "?x", "#x",
	    "https://a.example/x", "https://a.example:443/x",
	    "http://a.example:8443/x", "https://b.example:8443/x",
	    "https://u@a.example:8443/x", "https://a.example:8443@b.example/x",
	    "https://a.example:8443\\b.example/x",
	    "https://a.example:8443.b.example/x", "https://a%2eexample:8443/x",
	    "dav://a.example:8443/x", "x https://a.example:8443/x",
	    "https://a.example:8443/x y", "/x, /y",
	    "https://a.example:8443/x, https://a.example:8443/y", "/x\ty",
	    "\\x", NULL};

	CHECK(leads_to("https://a.example:8443/x?y", "/x?y") &&
		  leads_to("HTTPS://A.Example:8443/x", "/x") &&
		  leads_to("https://a.example:8443", "/") &&
		  leads_to("https://a.example:8443?x", "/") &&
		  leads_to("https://a.example:8443/a/../b,c//%2f",
		      "/a/../b,c//%2f") &&
		  leads_to("/x/y://z", "/x/y://z") &&
		  leads_to("/alt\xe4r", "/alt\xe4r"),
	    "site: a destination is an address of it, or its path (RFC 4918 "
	    "10.3)");
	for (size_t i = 0; none[i] != NULL; i++)
		promise(leads_to(none[i], NULL),
		    "nothing else is a destination", none[i]);
	CHECK(destination_is_needed("COPY") && destination_is_needed("move") &&
		  !destination_is_needed("PUT") && !destination_is_needed(""),
	    "site: COPY and MOVE need one");
}

/* However it is spelled, a destination that passes is one below /app. */
static void
random_destinations(void)
{
	static const char *const pieces[] = {"https://a.example:8443",
	    "https:", "//", "/", "a.example", "b.example", "@", ":8443", "app",
	    "APP", "..", "%2F", "\\", ";", "?", "#", " ", "x"};
	static const char rules_text[] = "/ group:b\n/app anyone";
	unsigned let_on = 0, wrong = 0;

	for (int i = 0; i < 20000; i++) {
		char value[192] = "";
		size_t n = 1 + dice() % 7;
		const char *target;
		struct site_rule r;

		if (i % 2 == 0)
			strcat(value, "https://a.example:8443/app");
		for (size_t j = 0; j < n; j++)
			strcat(value,
			    pieces[dice() % (sizeof pieces / sizeof *pieces)]);
		target = destination_target("https://a.example:8443", value);
		if (target == NULL || strstr(value, target) == NULL ||
		    find(&r, rules_text, "PUT", target) != OK || !r.anyone)
			continue;
		let_on++;
		wrong += (value[0] != '/' &&
			     !str_starts(value, "https://a.example:8443/")) ||
			 strchr(value, ' ') != NULL ||
			 !leads_into_app(target, dice());
	}
	CHECK(let_on > 1000 && wrong == 0,
	    "site: of random destinations none leads elsewhere than its rule "
	    "says");
}

static void
origins(void)
{
	CHECK(site_origin_refusal("https://photos.example.org", true) == NULL &&
		  site_origin_refusal("https://a.example:8443", true) == NULL &&
		  site_origin_refusal("http://127.0.0.1:80", false) != NULL &&
		  site_origin_refusal("http://127.0.0.1:81", false) == NULL,
	    "site: an origin is one as browsers spell it");
	CHECK(site_origin_refusal("http://127.0.0.1:81", true) != NULL &&
		  site_origin_refusal("https://a.example", false) != NULL &&
		  site_origin_refusal("http://a.example", false) != NULL,
	    "site: it is https where the issuer is, and only there");
	CHECK(site_origin_refusal("https://a.example/", true) != NULL &&
		  site_origin_refusal("https://a.example/x", true) != NULL &&
		  site_origin_refusal("https://A.example", true) != NULL &&
		  site_origin_refusal("https://u@a.example", true) != NULL &&
		  site_origin_refusal("https://a.example:443", true) != NULL &&
		  site_origin_refusal("https://[::1]", true) != NULL &&
		  site_origin_refusal("a.example", true) != NULL &&
		  site_origin_refusal("", true) != NULL,
	    "site: and nothing else");
}

static enum err
kept(struct store_txn *t, void *arg)
{
	struct site s = {.origin = "https://a.example"}, found = {0};
	struct client c, row;

	(void)arg;
	CHECK(site_rules_add(&s.rules, "/ signed-in") == NULL &&
		  site_rules_add(&s.rules, "GET /x anyone") == NULL &&
		  str_equal(s.rules.text, "/ signed-in\nGET /x anyone"),
	    "site: rules are kept one a line");
	CHECK(site_rules_add(&s.rules, "GET,PUT /x/ signed-in") != NULL &&
		  site_rules_add(&s.rules, "/ anyone") != NULL &&
		  site_rules_add(&s.rules, "nonsense") != NULL &&
		  site_rules_add(&s.rules, "GET /X signed-in") != NULL &&
		  site_rules_add(&s.rules, "PUT /x signed-in") == NULL &&
		  site_rules_add(&s.rules, "/x signed-in") == NULL,
	    "site: of two for the same path and method the second is refused");
	CHECK(site_client(&c, s.origin) == OK &&
		  site_add(t, &s, &c, noon) == OK &&
		  site_get(t, s.origin, &found) == OK &&
		  str_equal(found.rules.text, s.rules.text) &&
		  found.created_at == noon,
	    "site: what was put is found");
	CHECK(client_get(t, s.origin, &row) == OK && row.is_site &&
		  row.trusted && row.auth_method == AUTH_CLIENT_SECRET &&
		  !row.no_pkce && row.grants == GRANT_AUTHORIZATION_CODE &&
		  str_equal(row.redirect_uris,
		      "https://a.example/.latchkey/callback"),
	    "site: and is a client with one address to come back to");
	CHECK(client_algs(t) == 0 && !client_origin_known(t, s.origin),
	    "site: that signs nothing, and whose scripts may ask for nothing");
	CHECK(site_add(t, &s, &c, noon) == ERR_EXISTS &&
		  remove_site(t, s.origin) == OK &&
		  site_get(t, s.origin, &found) == ERR_NOT_FOUND &&
		  client_get(t, s.origin, &row) == ERR_NOT_FOUND &&
		  remove_site(t, s.origin) == ERR_NOT_FOUND,
	    "site: removed, nothing of it is left");
	return OK;
}

int
main(void)
{
	fixture_open();
	rules();
	paths();
	decisions();
	readings_that_differ();
	readings_that_agree();
	random_paths();
	destinations();
	random_destinations();
	origins();
	in_store(kept, NULL);
	return check_done();
}
