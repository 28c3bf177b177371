/* Every reason has its sentence and what helps, and what came from outside is
 * one word of a shell. */
#include "domain/advice.h"

#include "base/str.h"
#include "check.h"

#include <string.h>

static void
every_reason(void)
{
	char text[160];

	for (int r = REASON_NONE + 1; r < REASON_COUNT; r++) {
		const char *sentence = advice_reasons[r].sentence;

		snprintf(text, sizeof text,
		    "advice: %s has a sentence of its own",
		    reason_word((enum reason)r));
		CHECK(sentence != NULL && strlen(sentence) > 10 &&
			  sentence[strlen(sentence) - 1] == '.',
		    text);
	}
}

static struct refusal_note
note(const char *error, const char *reason, const char *cause)
{
	struct refusal_note n = {.at = 1};

	str_cut(n.error, sizeof n.error, error);
	str_cut(n.reason, sizeof n.reason, reason);
	str_cut(n.cause, sizeof n.cause, cause);
	return n;
}

static void
found(void)
{
	struct refusal_note n = note("access_denied", "sign_in", "locked");

	CHECK(advice_of(&n).kind == ADVICE_LOCKED,
	    "advice: of a sign-in the cause decides");
	n = note("access_denied", "factor_wrong", "factor");
	CHECK(str_equal(advice_of(&n).sentence,
		  advice_reasons[REASON_FACTOR_WRONG].sentence),
	    "advice: of a second factor the reason does");
	n = note("server_error", "no_space", "");
	CHECK(advice_of(&n).kind == ADVICE_FAULT,
	    "advice: a fault is told as one");
	n = note("something", "unheard_of", "");
	CHECK(advice_of(&n).sentence != NULL && advice_of(&n).remedy != NULL,
	    "advice: what is not known has a sentence, too");
}

static bool
is_put(const struct refusal_note *n, const char *remedy, const char *wanted)
{
	char text[1024];
	struct buf b;

	buf_init(&b, text, sizeof text);
	advice_put(&b, remedy, n);
	return buf_ok(&b) && str_equal(text, wanted);
}

static void
places(void)
{
	struct refusal_note n = note("invalid_request", "", "");

	CHECK(is_put(&n, "a {user} c {uri}", "a NAME c URI"),
	    "advice: what is not known is named");
	CHECK(!is_put(&n, "show {client}", "show CLIENT") &&
		  !is_put(&n, "show {client}", "show "),
	    "advice: no command for an app that is not known");
	str_cut(n.client_id, sizeof n.client_id, "photos");
	str_cut(n.redirect_uri, sizeof n.redirect_uri, "https://a.example/cb");
	CHECK(is_put(&n, "set {client} --add-redirect-uri {uri}",
		  "set photos --add-redirect-uri https://a.example/cb"),
	    "advice: what is plain is put as it is");
	str_cut(
	    n.redirect_uri, sizeof n.redirect_uri, "https://a/'$(id)`x`;y&z");
	CHECK(is_put(&n, "{uri}", "'https://a/'\\''$(id)`x`;y&z'"),
	    "advice: what a shell would run is quoted");
	str_cut(n.client_id, sizeof n.client_id, "--all");
	CHECK(is_put(&n, "{client}", "'--all'"),
	    "advice: what could be an option is quoted");
}

int
main(void)
{
	every_reason();
	found();
	places();
	return check_done();
}
