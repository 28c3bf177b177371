/*
 * drain: tells apps of the logouts that wait in the store, each with a logout
 * token that is signed as it is sent (OpenID Connect Back-Channel Logout 1.0).
 *
 *	drain [-d DIR] [--background]
 *
 * It has the store and the keys, and no network: what goes out is handed to
 * fetch (base/fetch_call.h), a process for each app, a few at once. There is
 * one drainer at a time. It exits when nothing is due soon; those that fill the
 * queue start it again.
 */
#include "base/beside.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/fetch_call.h"
#include "base/file.h"
#include "base/log.h"
#include "base/monotonic.h"
#include "base/secret.h"
#include "base/str.h"
#include "domain/drainer.h"
#include "protocol/logout_delivery.h"
#include "protocol/logout_token.h"
#include "protocol/provider.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	SLOTS = 4,   /* apps that are told at once */
	RETRIES = 2, /* of these, apps that did not answer the last time, or
		      * took long to */
	SETTLED_AT = 16,
	SETTLED_MS = 100,
	LOOK_MS = 200,  /* how often the queue is looked at while waiting */
	LINGER_S = 150, /* so late the next one may be due, if not said */
	LINGER_MAX_S = 3600,
	NICE = 10,
	BODY_CAP = JWT_CAP + 64
};

/* One that is being told. */
struct slot {
	bool busy;
	bool long_one; /* one of RETRIES */
	int64_t begun_ms;
	struct logout_outcome outcome;
	struct fetch_pending pending;
	size_t got;
	struct fetch_reply reply;
};

static struct drain {
	struct provider provider;
	struct slot slots[SLOTS];
	bool slow[LOGOUT_SLOW_PLACES]; /* apps, in this process */
	struct logout_outcome outcomes[SETTLED_AT];
	size_t outcome_count;
	int64_t settled_ms;
} drain;

/* --- one logout ------------------------------------------------------------*/

static void
note_outcome(
    const struct logout *l, enum logout_result result, const char *problem)
{
	struct logout_outcome *o = &drain.outcomes[drain.outcome_count++];

	*o = (struct logout_outcome){.logout = *l, .result = result};
	str_cut(o->problem, sizeof o->problem, problem);
	if (result != LOGOUT_TOLD)
		log_note(result == LOGOUT_REFUSED ? "logout_refused"
						  : "logout_failed",
		    "client_id", l->client_id, "reason", o->problem, NULL);
}

/* 200, or 204 (2.8); what an app answers with 400 it will not take later. */
static void
judge_reply(const struct slot *s)
{
	const struct fetch_reply *r = &s->reply;
	char problem[LOGOUT_PROBLEM_CAP];
	struct buf b;

	if (r->outcome != FETCH_ANSWERED) {
		note_outcome(&s->outcome.logout, LOGOUT_FAILED,
		    fetch_outcome_name(r->outcome));
		return;
	}
	buf_init(&b, problem, sizeof problem);
	buf_printf(&b, "status %d", r->status);
	note_outcome(&s->outcome.logout,
	    r->status / 100 == 2 ? LOGOUT_TOLD
	    : r->status == 400   ? LOGOUT_REFUSED
				 : LOGOUT_FAILED,
	    problem);
}

static void
begin_telling(struct slot *s, const struct logout_search *found)
{
	const struct provider *p = &drain.provider;
	const char *uri = found->client.backchannel_logout_uri;
	char token[JWT_CAP], body[BODY_CAP];
	struct fetch_call call = {.url = uri,
	    /* The administrator's may be in the house; strangers name hosts
	     * of the internet alone. */
	    .any_address = !client_is_stranger(&found->client),
	    .plain = true,
	    .body = body,
	    .content_type = "application/x-www-form-urlencoded",
	    .answer_max = FETCH_BODY_MAX,
	    .ca_file = p->conf.ca_file[0] != '\0' ? p->conf.ca_file : NULL};
	struct buf b;

	if (uri[0] == '\0') { /* the client is gone, or is to be told no more */
		note_outcome(&found->logout, LOGOUT_TOLD, "");
		return;
	}
	if (logout_token_make(token, p, &found->client, &found->logout,
		&found->key, found->now) != OK) {
		note_outcome(&found->logout, LOGOUT_FAILED, "not_signed");
		return;
	}
	buf_init(&b, body, sizeof body);
	buf_printf(&b, "logout_token=%s", token);
	s->busy = true;
	s->long_one = found->logout.tries > 0 ||
		      drain.slow[logout_slow_place(found->logout.client_id)];
	s->begun_ms = monotonic_ms();
	s->got = 0;
	s->outcome = (struct logout_outcome){.logout = found->logout};
	fetch_call_begin(&call, &s->pending);
}

/* --- all that are due ------------------------------------------------------*/

static struct slot *
free_slot(bool *retries)
{
	struct slot *free = NULL;
	int retried = 0;

	for (int i = 0; i < SLOTS; i++) {
		if (!drain.slots[i].busy)
			free = &drain.slots[i];
		else if (drain.slots[i].long_one)
			retried++;
	}
	*retries = retried < RETRIES;
	return free;
}

static void
list_busy(struct logout_search *s)
{
	s->busy_count = 0;
	for (int i = 0; i < SLOTS; i++)
		if (drain.slots[i].busy)
			s->busy[s->busy_count++] = &drain.slots[i].outcome;
	for (size_t i = 0; i < drain.outcome_count; i++)
		s->busy[s->busy_count++] = &drain.outcomes[i];
}

static enum err
settle_outcomes(void)
{
	enum err e = logout_delivery_settle(
	    &drain.provider, drain.outcomes, drain.outcome_count, clock_now());

	drain.outcome_count = 0;
	drain.settled_ms = monotonic_ms();
	return e;
}

/* Gives each free slot something to tell, if there is. */
static enum err
fill_slots(void)
{
	struct logout_search *s = malloc(sizeof *s); /* a client is large */
	struct slot *slot;
	enum err e = s != NULL ? OK : ERR_NO_MEMORY;

	while (e == OK && drain.outcome_count < SETTLED_AT) {
		*s = (struct logout_search){
		    .now = clock_now(), .slow = drain.slow};
		slot = free_slot(&s->retries);
		if (slot == NULL)
			break;
		list_busy(s);
		e = logout_delivery_next(&drain.provider, s);
		if (e == OK)
			begin_telling(slot, s);
	}
	free(s);
	return e == ERR_NOT_FOUND ? OK : e;
}

static int
wait_for_answers(void)
{
	struct pollfd fds[SLOTS];
	nfds_t n = 0;

	for (int i = 0; i < SLOTS; i++)
		if (drain.slots[i].busy)
			fds[n++] = (struct pollfd){
			    .fd = drain.slots[i].pending.fd, .events = POLLIN};
	if (n > 0)
		(void)poll(fds, n, LOOK_MS);
	return (int)n;
}

static int
take_answers(void)
{
	struct slot *s = drain.slots;
	int busy = 0;

	for (; s < drain.slots + SLOTS; s++) {
		if (!s->busy)
			continue;
		if (drain.outcome_count == SETTLED_AT ||
		    !fetch_call_continue(&s->pending, &s->reply, &s->got)) {
			busy++;
			continue;
		}
		s->busy = false;
		drain.slow[logout_slow_place(s->outcome.logout.client_id)] =
		    monotonic_ms() - s->begun_ms > LOGOUT_SLOW_MS;
		judge_reply(s);
	}
	return busy;
}

/* Tells until none is due. */
static enum err
tell_all(void)
{
	enum err e;
	int busy;

	do {
		e = fill_slots();
		if (e != OK)
			return e;
		wait_for_answers();
		busy = take_answers();
		if (drain.outcome_count > 0 &&
		    (busy == 0 || drain.outcome_count == SETTLED_AT ||
			monotonic_ms() - drain.settled_ms > SETTLED_MS)) {
			e = settle_outcomes();
			busy++; /* others may be due, or no more busy */
		}
	} while (e == OK && busy > 0);
	return e;
}

/* --- the program -----------------------------------------------------------*/

/* Whether the next one is due so soon that it is not worth going. */
static bool
is_due_within(int64_t seconds)
{
	int64_t due_at;

	return logout_delivery_due(&drain.provider, &due_at) == OK &&
	       due_at - clock_now() <= seconds;
}

static int
open_lock(const char *dir)
{
	char path[BESIDE_PATH_CAP];

	if (file_path(path, sizeof path, dir, DRAINER_LOCK) != OK)
		return -1;
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static int64_t
linger_s(void)
{
	const char *text = getenv("LATCHKEY_LINGER");
	int64_t s = LINGER_S;

	if (text != NULL && str_to_int64(text, 0, LINGER_MAX_S, &s) != OK)
		s = LINGER_S;
	return s;
}

/* With the lock held: until nothing is due soon. */
static enum err
run(bool background)
{
	const int64_t linger = linger_s();
	const int64_t end = monotonic_ms() + linger * 1000;
	enum err e = tell_all();

	while (e == OK && background && monotonic_ms() < end &&
	       is_due_within(linger)) {
		(void)poll(NULL, 0, LOOK_MS);
		e = tell_all();
	}
	return e;
}

/* Another one that looked after us, and found the lock taken, relies on this:
 * what it has put there is seen once the lock is free. */
static enum err
drain_queue(int lock, bool background)
{
	enum err e = OK;

	do {
		if (flock(lock, LOCK_EX | LOCK_NB) != 0)
			return OK;
		e = run(background);
		flock(lock, LOCK_UN);
	} while (e == OK && is_due_within(0));
	return e;
}

static int
serve(const char *dir, bool background)
{
	char message[512];
	int lock, status = EXIT_FAILURE;
	enum err e;

	if (provider_open(&drain.provider, dir,
		PROVIDER_KEYRING | PROVIDER_SIGNER, message,
		sizeof message) != OK) {
		log_fault("cannot open", "reason", message, NULL);
		return status;
	}
	log_to_syslog(drain.provider.conf.log_syslog);
	lock = open_lock(dir);
	if (lock >= 0) {
		e = drain_queue(lock, background);
		if (e == OK)
			status = EXIT_SUCCESS;
		else if (e != ERR_REPLACED)
			log_fault("cannot drain", "reason", err_name(e), NULL);
		close(lock);
	}
	provider_close(&drain.provider);
	return status;
}

int
main(int argc, char **argv)
{
	const char *dir = NULL;
	bool background = false;

	log_open("drain");
	for (int i = 1; i < argc; i++) {
		if (str_equal(argv[i], "--background")) {
			background = true;
		} else if (str_equal(argv[i], "-d") && i + 1 < argc) {
			dir = argv[++i];
		} else {
			log_fault("usage: drain [-d DIR] [--background]", NULL);
			return EXIT_FAILURE;
		}
	}
	umask(077);
	if (secret_init() != OK)
		return EXIT_FAILURE;
	/* Who started it waits for this process, and not for its work: people
	 * who wait for an answer go first. */
	if (background && fork() != 0)
		return EXIT_SUCCESS;
	if (background)
		(void)!setpriority(PRIO_PROCESS, 0, NICE);
	return serve(conf_dir(dir), background);
}
