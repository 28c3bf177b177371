/* Addresses of APIs: which are the same, and what of a grant is left. */
#include "domain/resource.h"

#include "base/str.h"
#include "check.h"

#include <string.h>

static void
sameness(void)
{
	static const struct {
		const char *a, *b;
		bool same;
	} pairs[] = {
	    {"https://h", "https://h", true},
	    {"https://h", "https://h/", true},
	    {"https://h:8443/", "https://h:8443", true},
	    {"https://h/mcp", "https://h/mcp", true},
	    {"https://h/mcp", "https://h/mcp/", false},
	    {"https://h", "https://h//", false},
	    {"https://h", "https://h/?", false},
	    {"https://h/?a/", "https://h/?a", false},
	    {"https://h", "https://H", false},
	    {"https://h", "http://h", false},
	    {"https://h/a", "https://h/A", false},
	    {"https://h", "https://h.example", false},
	    {"urn:api", "urn:api/", false},
	    {"api", "api/", false},
	    {"", "", true},
	    {"", "/", false},
	};
	char text[128];

	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		snprintf(text, sizeof text,
		    "resource: \"%s\" and \"%s\" are %s", pairs[i].a,
		    pairs[i].b, pairs[i].same ? "one" : "two");
		CHECK(
		    resource_same(pairs[i].a, pairs[i].b) == pairs[i].same &&
			resource_same(pairs[i].b, pairs[i].a) == pairs[i].same,
		    text);
	}
}

static void
narrowing(void)
{
	static const char granted[] = "https://a/x https://b";
	char list[RESOURCE_LIST_CAP], longest[AUDIENCE_CAP + 1];

	CHECK(resource_narrow(list, "", granted) == OK &&
		  str_equal(list, granted),
	    "resource: nothing asked for is all that was granted");
	CHECK(resource_narrow(list, "https://b/", granted) == OK &&
		  str_equal(list, "https://b"),
	    "resource: one that is asked for is as it was granted");
	CHECK(resource_narrow(
		  list, "https://b/ https://b https://a/x", granted) == OK &&
		  str_equal(list, "https://b https://a/x"),
	    "resource: one that is asked for twice is there once");
	CHECK(
	    resource_narrow(list, "https://b https://c", granted) ==
		    ERR_INVALID_TARGET &&
		resource_narrow(list, "https://a", granted) ==
		    ERR_INVALID_TARGET &&
		resource_narrow(list, "https://a/x", "") == ERR_INVALID_TARGET,
	    "resource: what was not granted is refused");
	memset(longest, 'a', AUDIENCE_CAP);
	longest[AUDIENCE_CAP] = '\0';
	CHECK(resource_narrow(list, longest, granted) == ERR_INVALID_TARGET,
	    "resource: what is too long for one is refused");
	CHECK(resource_refusal(longest) != NULL &&
		  resource_refusal("a b") != NULL &&
		  resource_refusal("\xc3\xa9") != NULL &&
		  resource_refusal("https://a/x?y") == NULL,
	    "resource: a client is registered as printable ASCII alone");
}

int
main(void)
{
	sameness();
	narrowing();
	return check_done();
}
