/* Lists of names with spaces in them. */
#include "base/names.h"

#include "base/str.h"
#include "check.h"

static void
lists(void)
{
	char list[32] = "", name[16];
	const char *cursor = list;

	CHECK(names_add(list, sizeof list, "Family & Friends") == OK &&
		  names_add(list, sizeof list, "staff") == OK &&
		  names_add(list, sizeof list, "staff") == OK &&
		  str_equal(list, "Family & Friends,staff"),
	    "names: a name with spaces is one, and is there once");
	CHECK(names_has(list, "staff") && names_has(list, "Family & Friends") &&
		  !names_has(list, "Family") && !names_has(list, "Friends") &&
		  !names_has(list, "") && !names_has(list, list) &&
		  !names_has("", "staff"),
	    "names: a part of a name is none, nor are all together");
	CHECK(names_add(list, sizeof list, "") == ERR_SYNTAX &&
		  names_add(list, sizeof list, "a,b") == ERR_SYNTAX,
	    "names: a comma is in no name");
	CHECK(names_add(list, sizeof list, "ten and one") == ERR_NO_SPACE &&
		  str_equal(list, "Family & Friends,staff"),
	    "names: one that does not fit changes nothing");
	CHECK(!names_next(&cursor, name, sizeof name),
	    "names: one that does not fit is not cut off");
	cursor = "a b,c";
	CHECK(
	    names_next(&cursor, name, sizeof name) && str_equal(name, "a b") &&
		names_next(&cursor, name, sizeof name) &&
		str_equal(name, "c") && !names_next(&cursor, name, sizeof name),
	    "names: come one by one");
	CHECK(names_overlap("x,a b", "a b,c") && !names_overlap("a", "a b") &&
		  !names_overlap("", "a") && !names_overlap("a", ""),
	    "names: two lists overlap where one name is in both");
}

static bool
without(const char *list, const char *name, const char *rest)
{
	char copy[32];

	if (str_copy(copy, sizeof copy, list) != OK)
		return false;
	names_remove(copy, name);
	return str_equal(copy, rest);
}

int
main(void)
{
	lists();
	CHECK(without("a b,c,d", "a b", "c,d") &&
		  without("a,b,c", "b", "a,c") && without("a,b", "b", "a") &&
		  without("a", "a", "") && without("a b", "a", "a b") &&
		  without("", "a", ""),
	    "names: one is taken out of any place");
	return check_done();
}
