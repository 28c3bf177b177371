/* The time zones to choose from. */
#include "base/zone_names.h"

#include "base/str.h"
#include "check.h"

#include <string.h>

static struct zone_names z;

static void
parse(const char *text)
{
	memcpy(z.text, text, strlen(text));
	zone_names_parse(&z, strlen(text));
}

int
main(void)
{
	parse("# comment\tx\tNo/Where\n"
	      "DE\t+5230+01322\tEurope/Berlin\tmost of Germany\n"
	      "AD\t+4230+00131\tEurope/Andorra\n"
	      "broken\n"
	      "XX\t+0\t../../etc/passwd\n"
	      "GB\t+513030-0000731\tEurope/London");
	CHECK(z.count == 3 && str_equal(z.name[0], "Europe/Andorra") &&
		  str_equal(z.name[1], "Europe/Berlin") &&
		  str_equal(z.name[2], "Europe/London"),
	    "zone names: those of the list, sorted, and what is no line left "
	    "out");
	parse("");
	CHECK(z.count == 0, "zone names: of an empty list none");
	for (size_t i = 0; i < ZONE_NAMES_BYTES; i++)
		z.text[i] = "A\tb\tC\n"[i % 6];
	zone_names_parse(&z, ZONE_NAMES_BYTES);
	CHECK(z.count == ZONE_NAMES_MAX,
	    "zone names: of a list without an end so many");
	CHECK(zone_names_read(&z) == OK && z.count > 300,
	    "zone names: the system has some hundreds");
	return check_done();
}
