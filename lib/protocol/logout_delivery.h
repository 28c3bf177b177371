/*
 * What the drainer does with the store: which logout is the next to be told,
 * and what became of those that were. Sending is libexec/drain.c's.
 */
#ifndef LK_PROTOCOL_LOGOUT_DELIVERY_H
#define LK_PROTOCOL_LOGOUT_DELIVERY_H

#include "base/err.h"
#include "domain/client.h"
#include "domain/logout_queue.h"
#include "domain/signkey.h"
#include "protocol/provider.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What became of one. */
enum logout_result {
	LOGOUT_UNDER_WAY,
	LOGOUT_TOLD,
	LOGOUT_REFUSED, /* the app says no: 400 (2.8) */
	LOGOUT_FAILED   /* it may be better later */
};

struct logout_outcome {
	struct logout logout;
	enum logout_result result;
	char problem[LOGOUT_PROBLEM_CAP]; /* unless it was told */
};

enum {
	LOGOUT_BUSY_MAX = 32,
	LOGOUT_SLOW_MS = 1000, /* an app that takes longer is slow */
	LOGOUT_SLOW_PLACES = 1024
};

/* Where the client has its place among those that are slow. Two may share one:
 * then both are. */
size_t logout_slow_place(const char *client_id);

/* One that is due, and none of BUSY: of a client for which one is under way, or
 * has just failed, there is none. Nor is there one that was tried before, or is
 * for a slow app, unless RETRIES: a few apps that take their time, each with
 * many, would delay all others. */
struct logout_search {
	const struct logout_outcome *busy[LOGOUT_BUSY_MAX];
	size_t busy_count;
	const bool *slow; /* LOGOUT_SLOW_PLACES */
	bool retries;
	int64_t now;

	struct logout logout;
	struct client client;
	struct signkey key; /* for its algorithm */
};

/* OK or ERR_NOT_FOUND. */
enum err logout_delivery_next(
    const struct provider *p, struct logout_search *s) MUST_CHECK;

/* Removes those that were told, refused or tried for too long, and puts off
 * those that failed, with all others that wait for the same client: one app
 * that is down costs one try a round. */
enum err logout_delivery_settle(const struct provider *p,
    const struct logout_outcome *outcomes, size_t count,
    int64_t now) MUST_CHECK;

/* When the next one is due; ERR_NOT_FOUND. */
enum err logout_delivery_due(
    const struct provider *p, int64_t *due_at) MUST_CHECK;

#endif
