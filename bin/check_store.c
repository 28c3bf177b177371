/* The store: what is in it, and whether all of it can be read; and the clock,
 * which its newest record tells something of. */
#include "check.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "domain/client.h"
#include "domain/installation.h"

#include <inttypes.h>

/* Seconds by which the clock may be off the database's, and may not by far. */
enum { CLOCK_NEAR_S = 2, CLOCK_FAR_S = 30 };

#define CLOCK_MIN INT64_C(1767225600) /* 2026-01-01: latchkey is younger */

/* What one walk through the store gathers. */
struct survey {
	struct check_run *c;
	size_t findings_before;
	struct check_keys keys;
	int64_t clock_behind_s;
};

static bool
check_open(struct check_run *c)
{
	static const struct check_advice bad = {
	    "nothing works without the store",
	    "do what the line says, or restore the store from a copy"};
	char message[CONF_MESSAGE_CAP] = "";

	if (installation_open(&c->a->store, c->a->dir, c->a->conf.store, false,
		message, sizeof message) == OK)
		return true;
	check_found(c, CHECK_ERROR, &bad, "%s", message);
	return false;
}

/* --- a store with a server
 * --------------------------------------------------*/

/* Hosts compare times: a refresh token's reuse is forgiven for half a minute.
 */
static void
check_server_clock(struct check_run *c, int64_t ahead_s)
{
	static const struct check_advice differs = {
	    "hosts compare the times of each other's records: what was used a "
	    "moment ago may count as stolen, and codes as expired",
	    "let NTP keep the clocks of this host and of the database's "
	    "(timedatectl)"};
	const int64_t off_s = ahead_s < 0 ? -ahead_s : ahead_s;

	if (off_s > CLOCK_NEAR_S)
		check_found(c,
		    off_s < CLOCK_FAR_S ? CHECK_WARNING : CHECK_ERROR, &differs,
		    "the clock is %" PRId64 " seconds %s the database's", off_s,
		    ahead_s > 0 ? "ahead of" : "behind");
	else
		check_found(c, CHECK_OK, NULL, "the clock is the database's");
}

static void
check_connections(struct check_run *c, const struct store_figures *f)
{
	static const struct check_advice few = {
	    "at a rush programs get no connection, and answer 503",
	    "raise max_connections of the database, or the limit of its user "
	    "(alter role ... connection limit)"};
	const uint32_t wanted = CHECK_PROGRAMS * f->of_a_program;

	const bool enough = f->connections >= wanted;

	check_found(c, enough ? CHECK_OK : CHECK_WARNING, enough ? NULL : &few,
	    "connections: %u for all hosts, of which the programs of each take "
	    "up to %u",
	    f->connections, wanted);
}

/* BEGAN is when it was asked what its clock says. */
static void
check_server(struct check_run *c, const struct store_figures *f, int64_t began)
{
	const int64_t now = clock_now();
	int64_t ahead_s = 0;

	if (f->server_time < began)
		ahead_s = began - f->server_time;
	else if (f->server_time > now)
		ahead_s = now - f->server_time;
	check_server_clock(c, ahead_s);
	check_connections(c, f);
}

/* --- figures
 * ----------------------------------------------------------------*/

static void
check_figures(struct check_run *c)
{
	static const struct check_advice unmeasured = {
	    "it may be out of order", "see what the system log says of it"};
	static const enum check_level levels[] = {[STORE_FINE] = CHECK_OK,
	    [STORE_NOTE] = CHECK_NOTE,
	    [STORE_WARNING] = CHECK_WARNING,
	    [STORE_FAULT] = CHECK_ERROR};
	const int64_t began = clock_now();
	struct store_figures f;
	enum err e = store_measure(c->a->store, &f);

	if (e != OK) {
		check_found(c, CHECK_ERROR, &unmeasured,
		    "the store cannot be measured (%s)", err_name(e));
		return;
	}
	check_found(c, CHECK_OK, NULL,
	    "store: users %" PRIu64 ", clients %" PRIu64 ", sessions %" PRIu64
	    ", grants %" PRIu64 "; %" PRIu64 " KiB in use",
	    f.entries[TABLE_USERS], f.entries[TABLE_CLIENTS],
	    f.entries[TABLE_SESSIONS], f.entries[TABLE_FAMILIES],
	    f.bytes_used / 1024);
	for (size_t i = 0; i < f.finding_count; i++) {
		const struct store_finding *found = &f.findings[i];
		const struct check_advice advice = {found->why, found->remedy};

		check_found(c, levels[found->level],
		    found->why != NULL ? &advice : NULL, "%s", found->text);
	}
	if (f.server_time != 0)
		check_server(c, &f, began);
}

static enum err
indexes_step(struct store_txn *t, void *arg)
{
	store_check_indexes(t, arg);
	return store_failed(t);
}

static void
check_indexes(struct check_run *c)
{
	static const struct check_advice bad = {
	    "what is ended for a person or an app may not end all of it",
	    "restore the store from a copy"};
	struct store_index_faults f = {0};
	enum err e = store_read(c->a->store, indexes_step, &f);

	if (e != OK)
		check_found(c, CHECK_ERROR, &bad,
		    "the store's indexes cannot be read: %s", err_name(e));
	else if (f.stray > 0 || f.missing > 0)
		check_found(c, CHECK_ERROR, &bad,
		    "the store's indexes do not agree with its records: "
		    "%" PRIu64 " entries without a record, %" PRIu64
		    " fields of records without an entry",
		    f.stray, f.missing);
}

/* --- the clock -------------------------------------------------------------*/

static void
check_clock_against_store(struct check_run *c, int64_t behind_s)
{
	static const struct check_advice wrong = {
	    "tokens would be refused as expired, or not expire",
	    "set the clock, and let NTP keep it (timedatectl)"};
	const int64_t now = c->a->now;
	char behind[32];
	struct buf b;

	buf_init(&b, behind, sizeof behind);
	buf_put_span(&b, behind_s);
	if (behind_s > 0)
		check_found(c, CHECK_ERROR, &wrong,
		    "the clock is %s behind the newest record", behind);
	else if (now < CLOCK_MIN)
		check_found(c, CHECK_ERROR, &wrong,
		    "the clock says a time before latchkey was written");
	else
		check_found(c, CHECK_OK, NULL, "the clock is plausible");
}

/* --- the walk --------------------------------------------------------------*/

/* Remembers the first app that people can be sent here by. */
static void
keep_app(struct check_run *c, const struct client *client)
{
	const char *uris = client->redirect_uris;

	if (c->client_id[0] == '\0' &&
	    (client->grants & GRANT_AUTHORIZATION_CODE) != 0 &&
	    words_next(&uris, c->redirect_uri, sizeof c->redirect_uri))
		(void)!str_copy(
		    c->client_id, sizeof c->client_id, client->client_id);
}

static bool
check_client(void *arg, const void *record)
{
	const struct client *client = record;
	static const struct check_advice bad = {
	    "people cannot sign in to that app",
	    "latchkey client set, or client del"};
	struct survey *s = arg;
	const char *message = client_refusal(client);

	if (message != NULL)
		check_found(s->c, CHECK_WARNING, &bad, "client %s: %s",
		    client->client_id, message);
	else
		keep_app(s->c, client);
	return true;
}

static enum err
survey_step(struct store_txn *t, void *arg)
{
	struct survey *s = arg;
	json_t *findings = s->c->findings;

	while (json_array_size(findings) > s->findings_before)
		json_array_remove(findings, s->findings_before);
	s->c->client_id[0] = '\0';
	json_object_clear(s->c->sites);
	check_keys_read(&s->keys, t);
	check_people(s->c, t);
	check_factors(s->c, t);
	client_each(t, check_client, s);
	site_each(t, check_site, s->c);
	s->clock_behind_s = store_clock_behind(t, s->c->a->now);
	return store_failed(t);
}

bool
check_store(struct check_run *c)
{
	static const struct check_advice corrupt = {
	    "programs refuse what they cannot decode",
	    "restore the store from a copy"};
	struct survey s = {.c = c};
	enum err e;

	if (!check_open(c))
		return false;
	check_figures(c);
	check_indexes(c);
	check_keyring(c);
	s.findings_before = json_array_size(c->findings);
	e = store_read(c->a->store, survey_step, &s);
	if (e != OK)
		check_found(c, CHECK_ERROR, &corrupt,
		    "a record of the store does not decode (%s)", err_name(e));
	check_keys(c, &s.keys);
	check_hosts(c, &s.keys);
	check_clock_against_store(c, s.clock_behind_s);
	check_backup(c);
	return e == OK;
}
