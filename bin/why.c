/* latchkey why: what was refused lately, why, and what helps. */
#include "why.h"

#include "base/buf.h"
#include "base/nearest.h"
#include "base/secret.h"
#include "base/str.h"
#include "domain/advice.h"
#include "domain/uri.h"
#include "output.h"
#include "stored_names.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WIDTH = 78, LAST = 20, LINE_CAP = 1024, REMEDY_CAP = 2048 };

static const struct option why_options[] = {
    {"--last", "N", false}, OPTION_JSON, OPTION_END};

/* --- which of them ---------------------------------------------------------*/

/* Whether URI and URL are at the same host; of a private scheme, the same. */
static bool
is_same_place(const char *uri, const char *url)
{
	char a[ORIGIN_CAP], b[ORIGIN_CAP];

	if (uri_origin(a, uri) == OK && uri_origin(b, url) == OK)
		return str_equal(a, b);
	return str_starts(uri, url);
}

static bool
is_asked_about(const struct why *w, const struct refusal_note *n)
{
	if (w->asked == NULL)
		return true;
	if (w->is_url)
		return is_same_place(n->redirect_uri, w->asked) ||
		       is_same_place(n->client_id, w->asked);
	if (w->is_user && str_equal(n->user, w->user))
		return true;
	return str_equal(n->client_id, w->asked);
}

/* Keeps those that are asked about, LAST at most. */
static void
choose_notes(struct why *w, size_t last)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->count && kept < last; i++)
		if (is_asked_about(w, &w->notes[i]))
			w->notes[kept++] = w->notes[i];
	w->count = kept;
}

/* --- as text ---------------------------------------------------------------*/

/* TEXT, behind FIRST and in lines that fit. */
static void
print_wrapped(const char *first, const char *text)
{
	size_t at = strlen(first), len;

	fputs(first, stdout);
	while (*text != '\0') {
		len = strcspn(text, " ");
		if (at > strlen(first) && at + 1 + len > WIDTH) {
			printf("\n%*s", (int)strlen(first), "");
			at = strlen(first);
		} else if (at > strlen(first)) {
			putchar(' ');
			at++;
		}
		fwrite(text, 1, len, stdout);
		at += len;
		text += len;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void
put_when(struct buf *b, int64_t at)
{
	const time_t t = (time_t)at;
	struct tm tm;
	char text[32];

	if (localtime_r(&t, &tm) != NULL &&
	    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm) > 0)
		buf_puts(b, text);
}

/* "alice at photos, from 192.0.2.1, 3 times since ..." */
static void
put_circumstances(struct buf *b, const struct refusal_note *n)
{
	const char *between = "";

	if (n->user[0] != '\0') {
		buf_puts(b, n->user);
		between = ", ";
	}
	if (n->client_id[0] != '\0') {
		buf_printf(
		    b, "%s%s", n->user[0] != '\0' ? " at " : "", n->client_id);
		between = ", ";
	}
	if (n->address[0] != '\0') {
		buf_printf(b, "%sfrom %s", between, n->address);
		between = ", ";
	}
	if (n->times > 1) {
		buf_printf(b, "%s%" PRIu32 " times since ", between, n->times);
		put_when(b, n->since);
	}
}

static const char *
word_of(const struct refusal_note *n)
{
	if (n->cause[0] != '\0' && !str_equal(n->cause, "factor"))
		return n->cause;
	return n->reason[0] != '\0' ? n->reason : n->error;
}

static void
print_note(const struct refusal_note *n)
{
	const struct advice a = advice_of(n);
	char line[LINE_CAP], remedy[REMEDY_CAP];
	struct buf b;

	buf_init(&b, line, sizeof line);
	put_when(&b, n->at);
	buf_printf(&b, "  %s  %s", n->program, word_of(n));
	puts(line);
	buf_init(&b, line, sizeof line);
	put_circumstances(&b, n);
	if (line[0] != '\0')
		print_wrapped("    ", line);
	if (n->redirect_uri[0] != '\0') {
		buf_init(&b, line, sizeof line);
		buf_printf(&b, "redirect_uri \"%s\"", n->redirect_uri);
		print_wrapped("    ", line);
	}
	print_wrapped("    ", a.sentence);
	buf_init(&b, remedy, sizeof remedy);
	advice_put(&b, a.remedy, n);
	print_wrapped("    -> ", remedy);
	putchar('\n');
}

static const char *
text_member(const json_t *object, const char *name)
{
	const char *s = json_string_value(json_object_get(object, name));

	return s != NULL ? s : "";
}

static void
print_state(const struct why *w)
{
	const json_t *row;
	size_t i;

	json_array_foreach(w->state, i, row)
	{
		print_wrapped("  ", text_member(row, "what"));
		if (text_member(row, "remedy")[0] != '\0')
			print_wrapped("    -> ", text_member(row, "remedy"));
	}
	if (json_array_size(w->state) > 0)
		putchar('\n');
}

static void
print_all(const struct why *w)
{
	if (w->asked != NULL)
		puts(w->is_user ? w->user : w->asked);
	print_state(w);
	for (size_t i = 0; i < w->count; i++)
		print_note(&w->notes[i]);
	if (w->count == 0)
		puts(w->asked != NULL ? "Nothing about this was refused lately."
				      : "Nothing was refused lately.");
}

/* --- as JSON ---------------------------------------------------------------*/

static json_t *
note_json(const struct refusal_note *n)
{
	const struct advice a = advice_of(n);
	char remedy[REMEDY_CAP];
	struct buf b;

	buf_init(&b, remedy, sizeof remedy);
	advice_put(&b, a.remedy, n);
	return json_pack("{s:I, s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s, "
			 "s:s, s:s, s:s}",
	    "at", (json_int_t)n->at, "since", (json_int_t)n->since, "times",
	    (json_int_t)n->times, "program", n->program, "error", n->error,
	    "reason", n->reason, "cause", n->cause, "user", n->user,
	    "client_id", n->client_id, "redirect_uri", n->redirect_uri,
	    "address", n->address, "sentence", a.sentence, "remedy", remedy);
}

static int
print_json(const struct why *w)
{
	json_t *refusals = json_array();

	for (size_t i = 0; i < w->count; i++)
		if (json_array_append_new(refusals, note_json(&w->notes[i])) !=
		    0) {
			json_decref(refusals);
			return output_json(NULL);
		}
	return output_json(
	    json_pack("{s:s, s:s, s:O, s:o}", "user", w->user, "client_id",
		w->client_id, "state", w->state, "refusals", refusals));
}

/* --- the verb --------------------------------------------------------------*/

/* Neither a person nor an app, and nothing was refused about it. */
static bool
is_unknown(const struct why *w)
{
	return w->asked != NULL && !w->is_user && !w->is_client && !w->is_url &&
	       w->count == 0;
}

static int
refuse_unknown_name(const struct why *w)
{
	struct nearest n;

	nearest_begin(&n, w->asked);
	stored_names_nearest(w->a->store, "user", &n);
	stored_names_nearest(w->a->store, "client", &n);
	if (nearest_word(&n) != NULL)
		return admin_fail("no person and no app is called %s: did you "
				  "mean %s?",
		    w->asked, nearest_word(&n));
	return admin_fail("no person and no app is called %s (see `latchkey "
			  "user list`, `latchkey client list`)",
	    w->asked);
}

static int
tell_why(struct why *w, const struct args *args)
{
	int64_t last = LAST;
	const char *text = args_value(args, "--last");
	enum err e;

	if (text != NULL && str_to_int64(text, 1, 100000, &last) != OK)
		return admin_misused(
		    "--last %s: give a number from 1 to 100000", text);
	e = refusals_read(w->a->conf.dir, &w->notes, &w->count);
	if (e == OK) {
		struct keyring k;

		if (admin_keyring(w->a, &k) != EXIT_DONE)
			return EXIT_REFUSED;
		e = why_look(w, &k);
		secret_wipe(&k, sizeof k);
	}
	if (e != OK)
		return admin_refuse(w->a, e, "person or app",
		    w->asked != NULL ? w->asked : "why");
	choose_notes(w, (size_t)last);
	if (is_unknown(w))
		return refuse_unknown_name(w);
	if (args_has(args, "--json"))
		return print_json(w);
	print_all(w);
	return EXIT_DONE;
}

static int
run_why(struct admin *a, const struct args *args)
{
	struct why w = {.a = a, .asked = args->operand};
	int status;

	w.is_url = w.asked != NULL && strstr(w.asked, "://") != NULL;
	status = tell_why(&w, args);
	json_decref(w.state);
	free(w.notes);
	return status;
}

const struct verb why_verbs[] = {
    {"why", NULL, "NAME|CLIENT|URL", true, false, why_options,
	"Says what was refused lately, why, and what helps.", run_why},
    VERB_END,
};
