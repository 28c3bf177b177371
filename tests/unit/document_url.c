/* Which addresses may be client identifiers. */
#include "domain/document_url.h"

#include "base/str.h"
#include "check.h"

#include <string.h>

static void
good(void)
{
	static const char *const urls[] = {
	    "https://app.example.org/oauth/client.json",
	    "https://claude.ai/oauth/mcp-oauth-client-metadata",
	    "https://vscode.dev/oauth/client-metadata.json",
	    "https://app.example.org:8443/c", "https://app.example.org/",
	    "https://xn--bcher-kva.example/c", "https://a.example/c/",
	    "https://a.example/c.d/..e/f..", "https://a.example/c?v=2&x=%2B",
	    "https://a.example/c%C3%A9", "https://1.a.example/c",
	    "https://a-b.example/~me/c_1"};

	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
		CHECK(document_url_refusal(urls[i]) == NULL,
		    "document_url: an address of a document may be one");
}

static void
bad(void)
{
	static const struct {
		const char *url, *why;
	} urls[] = {{"http://app.example.org/c", "https alone"},
	    {"HTTPS://app.example.org/c", "its scheme in one spelling"},
	    {"https:/app.example.org/c", "two slashes"},
	    {"https://app.example.org", "a path"},
	    {"https://app.example.org?x=1", "a path before the query"},
	    {"https://app.example.org/c#x", "no fragment"},
	    {"https://app.example.org/c#", "no empty fragment"},
	    {"https://me@app.example.org/c", "no user name"},
	    {"https://me:pass@app.example.org/c", "no password"},
	    {"https://app.example.org@evil.example/c", "no user name"},
	    {"https://App.example.org/c", "its host in lower case"},
	    {"https://app.example.org./c", "no dot at the end"},
	    {"https://.example.org/c", "no empty label"},
	    {"https://app..example.org/c", "no empty label"},
	    {"https://-a.example/c", "no hyphen first"},
	    {"https://localhost/c", "a name with a dot"},
	    {"https:///c", "a host"},
	    {"https://b\xc3\xbc"
	     "cher.example/c",
		"ASCII"},
	    {"https://a_b.example/c", "no underscore in a host"},
	    {"https://192.0.2.1/c", "no address in figures"},
	    {"https://192.0.2.0x1/c", "no address in figures"},
	    {"https://3221225985/c", "no address in figures"},
	    {"https://0xc0.0.2.1/c", "no address in figures"},
	    {"https://[2001:db8::1]/c", "no address in figures"},
	    {"https://[::ffff:192.0.2.1]/c", "no address in figures"},
	    {"https://app.example.org:443/c", "no usual port"},
	    {"https://app.example.org:/c", "no empty port"},
	    {"https://app.example.org:0/c", "a port that there is"},
	    {"https://app.example.org:08443/c", "a port in one spelling"},
	    {"https://app.example.org:65536/c", "a port that there is"},
	    {"https://app.example.org:8443x/c", "a port in figures"},
	    {"https://app.example.org/a/../c", "no dot segment"},
	    {"https://app.example.org/./c", "no dot segment"},
	    {"https://app.example.org/..", "no dot segment"},
	    {"https://app.example.org/a/.", "no dot segment"},
	    {"https://app.example.org/..?x", "no dot segment"},
	    {"https://app.example.org//c", "no empty segment"},
	    {"https://app.example.org/a//c", "no empty segment"},
	    {"https://app.example.org/%2e%2e/c", "no dot segment encoded"},
	    {"https://app.example.org/%2E%2E/c", "no dot segment encoded"},
	    {"https://app.example.org/%63", "nothing encoded without need"},
	    {"https://app.example.org/a%2Fb", "no slash encoded"},
	    {"https://app.example.org/a%5Cb", "no backslash encoded"},
	    {"https://app.example.org/%c3%a9", "capitals"},
	    {"https://app.example.org/%00", "no NUL"},
	    {"https://app.example.org/%0A", "no line end"},
	    {"https://app.example.org/%20", "no space"},
	    {"https://app.example.org/%2", "whole escapes"},
	    {"https://app.example.org/%", "whole escapes"},
	    {"https://app.example.org/a b", "no space"},
	    {"https://app.example.org/a\\b", "no backslash"},
	    {"https://app.example.org/a\"b", "no quote"},
	    {"https://app.example.org/a<b>", "no brackets"},
	    {"https://app.example.org/a@b", "no @"},
	    {"https://app.example.org/\xc3\xa9", "ASCII"}, {"", "something"},
	    {"https://", "a host"}};
	char text[160];

	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		snprintf(text, sizeof text, "document_url: %s (%s)",
		    urls[i].why, urls[i].url);
		CHECK(document_url_refusal(urls[i].url) != NULL, text);
	}
}

static void
lengths(void)
{
	char url[256] = "https://app.example.org/";
	size_t at = strlen(url);

	memset(url + at, 'a', 128 - at);
	CHECK(document_url_refusal(url) == NULL,
	    "document_url: 128 characters are not too many");
	url[128] = 'a';
	CHECK(document_url_refusal(url) != NULL,
	    "document_url: 129 characters are");
}

static void
hosts(void)
{
	char host[ORIGIN_CAP];

	document_url_host(host, "https://app.example.org/c?x");
	CHECK(str_equal(host, "app.example.org"),
	    "document_url: the host is what people are shown");
	document_url_host(host, "https://app.example.org:8443/c");
	CHECK(str_equal(host, "app.example.org:8443"),
	    "document_url: with its port");
	document_url_host(host, "http://app.example.org/c");
	CHECK(
	    host[0] == '\0', "document_url: of another address there is none");
	CHECK(document_host_is_valid("app.example.org:8443") &&
		  document_host_is_valid("claude.ai") &&
		  !document_host_is_valid("claude") &&
		  !document_host_is_valid("") &&
		  !document_host_is_valid("claude.ai/") &&
		  !document_host_is_valid("claude.ai:443") &&
		  !document_host_is_valid("Claude.ai") &&
		  !document_host_is_valid("*.claude.ai"),
	    "document_url: a host that is listed is written the same way");
}

int
main(void)
{
	good();
	bad();
	lengths();
	hosts();
	return check_done();
}
