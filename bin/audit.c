/* latchkey audit: what happened. */
#include "domain/audit.h"
#include "base/buf.h"
#include "base/str.h"
#include "domain/conf_value.h"
#include "list.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
	FOLLOW_LAST = 10, /* lines that --follow begins with */
	FOLLOW_PAUSE_NS = 500000000,
	LOOK_MAX = 100000, /* lines, for those that are new */
	LINES_MAX = 1000000000
};

static const struct option audit_options[] = {
    {"--user", "NAME", false},
    {"--client", "CLIENT", false},
    {"--since", "TIME", false},
    {"--last", "N", false},
    {"--follow", NULL, false},
    OPTION_JSON,
    OPTION_END,
};

static const struct column columns[] = {
    {"at", "AT", true},
    {"event", "EVENT", false},
    {"user", "USER", false},
    {"client_id", "CLIENT", false},
    {"detail", "DETAIL", false},
    {"address", "FROM", false},
    {"by", "BY", false},
    COLUMN_END,
};

struct audit_query {
	const char *user, *client;
	int64_t since, last;
	bool goes_on;  /* has been run before ... */
	uint32_t seen; /* ... up to the line of this number */

	uint8_t user_id[USER_ID_LEN];
	bool by_id; /* the person is there */
	uint32_t newest;
	size_t to_come, looked_at;
	json_t *rows; /* newest first */
};

static bool
is_queried(const struct audit_query *q, const struct audit *a)
{
	if (q->by_id && memcmp(a->user_id, q->user_id, USER_ID_LEN) != 0)
		return false;
	if (q->user != NULL && !q->by_id && !str_equal_nocase(a->user, q->user))
		return false;
	return q->client == NULL || str_equal(a->client_id, q->client);
}

/* False: there was no memory. */
static bool
keep_queried_line(struct audit_query *q, const struct audit *a)
{
	json_t *row;

	if (!is_queried(q, a))
		return true;
	row = list_show(json_object(), &audit_record, a);
	return row != NULL && json_array_append_new(q->rows, row) == 0;
}

static bool
collect_line(void *arg, const void *record)
{
	const struct audit *a = record;
	struct audit_query *q = arg;

	return a->at >= q->since && keep_queried_line(q, a) &&
	       (int64_t)json_array_size(q->rows) < q->last;
}

/* A line has the time at which its request came, and may be added after later
 * ones: what is new is told by the numbers. */
static bool
collect_new_line(void *arg, const void *record)
{
	const struct audit *a = record;
	struct audit_query *q = arg;

	if (a->number - q->seen - 1 < q->newest - q->seen) {
		q->to_come--;
		if (!keep_queried_line(q, a))
			return false;
	}
	return q->to_come > 0 && ++q->looked_at < LOOK_MAX;
}

static enum err
query_step(struct store_txn *t, void *arg)
{
	struct audit_query *q = arg;
	struct user u;
	enum err e = ERR_NOT_FOUND;

	json_array_clear(q->rows);
	q->newest = audit_last_number(t);
	q->to_come = q->newest - q->seen;
	q->looked_at = 0;
	if (q->goes_on && q->to_come == 0)
		return store_failed(t);
	if (q->user != NULL)
		e = user_find(t, q->user, &u);
	q->by_id = q->user != NULL && e == OK;
	if (q->by_id) {
		memcpy(q->user_id, u.user_id, USER_ID_LEN);
		user_wipe(&u);
	}
	if (q->goes_on)
		audit_newest(t, NULL, collect_new_line, q);
	else
		audit_newest(t, q->by_id ? q->user_id : NULL, collect_line, q);
	return store_failed(t);
}

/* Oldest first. */
static json_t *
turned(const json_t *rows)
{
	json_t *oldest_first = json_array();

	for (size_t i = json_array_size(rows); oldest_first != NULL && i > 0;
	     i--)
		if (json_array_append(
			oldest_first, json_array_get(rows, i - 1)) != 0) {
			json_decref(oldest_first);
			return NULL;
		}
	return oldest_first;
}

/* --- which -----------------------------------------------------------------*/

/* "2026-11-29", "2026-11-29 15:04": in the time zone that tables have. */
static bool
read_day(int64_t *at, const char *text)
{
	struct tm tm = {.tm_isdst = -1};
	const char *rest = strptime(text, "%Y-%m-%d", &tm);

	if (rest != NULL && *rest != '\0')
		rest = strptime(rest, " %H:%M", &tm);
	if (rest == NULL || *rest != '\0')
		return false;
	*at = (int64_t)mktime(&tm);
	return *at != -1;
}

/* A day, or so long ago: "2h". */
static int
read_since(struct audit_query *q, const char *text, int64_t now)
{
	int64_t span;

	if (text == NULL || read_day(&q->since, text))
		return EXIT_DONE;
	if (duration_parse(text, 0, LINES_MAX, &span) != OK)
		return admin_misused(
		    "--since %s: give a day (2026-11-29), or a "
		    "number with s, m, h or d",
		    text);
	q->since = now - span;
	return EXIT_DONE;
}

static int
read_audit_query(struct audit_query *q, const struct args *args, int64_t now)
{
	const char *last = args_value(args, "--last");
	const bool follow = args_has(args, "--follow");

	*q = (struct audit_query){.user = args_value(args, "--user"),
	    .client = args_value(args, "--client"),
	    .last = LINES_MAX};
	if (last != NULL && str_to_int64(last, 1, LINES_MAX, &q->last) != OK)
		return admin_misused("--last %s: give a number", last);
	if (follow && last == NULL && !args_has(args, "--since"))
		q->last = FOLLOW_LAST;
	return read_since(q, args_value(args, "--since"), now);
}

/* A person who is gone has lines all the same; a name that never was has none.
 */
static int
run_query(struct admin *a, struct audit_query *q)
{
	enum err e = q->rows != NULL ? store_read(a->store, query_step, q)
				     : ERR_NO_MEMORY;

	if (e == OK && q->user != NULL && !q->by_id && !q->goes_on &&
	    json_array_size(q->rows) == 0)
		return admin_refuse(a, ERR_NOT_FOUND, "user", q->user);
	return e == OK ? EXIT_DONE : admin_refuse(a, e, "audit", "list");
}

/* --- as they come ----------------------------------------------------------*/

static void
print_lines(const json_t *rows, bool as_json)
{
	for (size_t i = json_array_size(rows); i > 0; i--) {
		json_t *row = json_array_get(rows, i - 1);

		if (as_json) {
			json_dumpf(row, stdout, JSON_COMPACT);
			putchar('\n');
		} else {
			output_line(row, columns);
		}
	}
}

/* Until standard output cannot take more, or a signal comes. */
static int
follow_audit(struct admin *a, struct audit_query *q, bool as_json)
{
	const struct timespec pause = {.tv_nsec = FOLLOW_PAUSE_NS};
	int status;

	while ((status = run_query(a, q)) == EXIT_DONE) {
		print_lines(q->rows, as_json);
		if (fflush(stdout) != 0)
			break;
		q->goes_on = true;
		q->seen = q->newest;
		nanosleep(&pause, NULL);
	}
	return status;
}

static int
list_audit(struct admin *a, const struct args *args)
{
	const bool as_json = args_has(args, "--json");
	struct audit_query q;
	int status = read_audit_query(&q, args, a->now);

	if (status != EXIT_DONE)
		return status;
	q.rows = json_array();
	if (args_has(args, "--follow"))
		status = follow_audit(a, &q, as_json);
	else if ((status = run_query(a, &q)) == EXIT_DONE)
		status = output_list(turned(q.rows), columns, as_json);
	json_decref(q.rows);
	return status;
}

const struct verb audit_verbs[] = {
    {"audit", NULL, NULL, false, false, audit_options,
	"Lists what happened, oldest first.", list_audit},
    VERB_END,
};
