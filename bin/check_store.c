/* The store: what is in it, and whether all of it can be read; and the clock,
 * which its newest record tells something of. */
#include "check.h"

#include "base/buf.h"
#include "base/str.h"
#include "domain/client.h"
#include "domain/installation.h"

#include <inttypes.h>

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

static void
check_figures(struct check_run *c)
{
	struct store_figures f;

	if (store_measure(c->a->store, &f) != OK)
		return;
	check_found(c, CHECK_OK, NULL,
	    "store: users %" PRIu64 ", clients %" PRIu64 ", sessions %" PRIu64
	    ", grants %" PRIu64 "; %" PRIu64 " KiB in use",
	    f.entries[TABLE_USERS], f.entries[TABLE_CLIENTS],
	    f.entries[TABLE_SESSIONS], f.entries[TABLE_FAMILIES],
	    f.bytes_used / 1024);
	for (size_t i = 0; i < f.warning_count; i++) {
		const struct store_warning *w = &f.warnings[i];

		check_found(c, CHECK_WARNING,
		    &(struct check_advice){w->why, w->remedy}, "%s", w->text);
	}
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
