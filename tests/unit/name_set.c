/* A set of texts: each is there once, until it is removed. */
#include "base/name_set.h"

#include "base/str.h"
#include "check.h"

#include <stdio.h>

int
main(void)
{
	struct name_set set = {0};
	char name[16];
	size_t found = 0;

	CHECK(!name_set_has(&set, "a") && name_set_any(&set) == NULL &&
		  !name_set_remove(&set, "a"),
	    "name_set: nothing is in an empty one");
	CHECK(name_set_add(&set, "a") && !name_set_add(&set, "a") &&
		  name_set_add(&set, "") && name_set_has(&set, "a"),
	    "name_set: a text is added once");
	CHECK(name_set_remove(&set, "a") && !name_set_has(&set, "a") &&
		  str_equal(name_set_any(&set), ""),
	    "name_set: one that is removed is gone, the others stay");
	for (int i = 0; i < 10000; i++) {
		snprintf(name, sizeof name, "%d", i * 7919 % 10007);
		name_set_add(&set, name);
	}
	for (int i = 0; i < 10007; i++) {
		snprintf(name, sizeof name, "%d", i);
		found += name_set_has(&set, name);
	}
	CHECK(found == 10000 && !set.no_memory, "name_set: of many, too");
	name_set_free(&set);
	CHECK(name_set_any(&set) == NULL, "name_set: freed it is empty");
	return check_done();
}
