/* The word that was meant. */
#include "base/nearest.h"

#include "base/str.h"
#include "check.h"

#include <stddef.h>
#include <string.h>

/* Whether MEANT is what comes of TYPED, among a few words; NULL: none does. */
static bool
means(const char *typed, const char *meant)
{
	static const char *const words[] = {
	    "user", "client", "session", "list", "add", "set", "--group"};
	struct nearest n;
	const char *word;

	nearest_begin(&n, typed);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		nearest_try(&n, words[i]);
	word = nearest_word(&n);
	if (word == NULL || meant == NULL)
		return word == meant;
	return str_equal(word, meant);
}

int
main(void)
{
	char longest[NEAREST_CAP + 2];
	struct nearest n;

	CHECK(means("usr", "user") && means("ad", "add") &&
		  means("clint", "client"),
	    "nearest: a letter is missing");
	CHECK(means("users", "user") && means("sessiion", "session"),
	    "nearest: there is a letter too many");
	CHECK(means("usor", "user") && means("--groop", "--group"),
	    "nearest: a letter is another");
	CHECK(means("lsit", "list") && means("--gruop", "--group") &&
		  means("clietn", "client"),
	    "nearest: two letters that are swapped are one slip");
	CHECK(means("clinet", "client") && means("sesion", "session") &&
		  means("sesio", "session"),
	    "nearest: up to two slips");
	CHECK(means("sess", NULL) && means("frobnicate", NULL) &&
		  means("", NULL) && means("x", NULL),
	    "nearest: what is far from all words is none");
	CHECK(means("ax", NULL) && means("xxt", NULL),
	    "nearest: a short word that is half wrong is another word");
	CHECK(means("sot", "set"), "nearest: the nearest of several is taken");

	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	nearest_begin(&n, longest);
	nearest_try(&n, longest + 1);
	CHECK(nearest_word(&n) == NULL, "nearest: too long to be compared");
	nearest_begin(&n, longest + 3);
	nearest_try(&n, longest + 2);
	CHECK(nearest_word(&n) != NULL && strlen(nearest_word(&n)) == 128,
	    "nearest: the longest that is compared");
	return check_done();
}
