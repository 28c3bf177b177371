/*
 * What was refused lately, for `latchkey why` and the desk: a ring in a file
 * for each program, DIR/refusals/PROGRAM. It holds the last 256 refusals, at
 * most 16 of one address (of IPv6, of one /64), so that no one can push all
 * others out from one place. What is refused again and again counts as one.
 *
 * It is no record: nothing is synced, nothing is in the store, and a note that
 * cannot be written is lost. Nothing waits for it: a refusal must not become
 * slower. One address writes at most 16 notes a second, which is what would be
 * left of more; a flood of guesses costs a look into a table.
 *
 * The file has a head, which says for each slot whose note is in it, and slots
 * of a fixed size. The head only decides which slot is written next. A reader
 * believes the slots alone, each of which has a check (refusal_note.h).
 */
#ifndef LK_DOMAIN_REFUSALS_H
#define LK_DOMAIN_REFUSALS_H

#include "base/err.h"
#include "domain/conf.h"
#include "domain/refusal_note.h"

#include <pthread.h>
#include <stdint.h>

enum {
	REFUSALS_KEPT = 256,
	REFUSALS_AN_ADDRESS = 16,
	REFUSALS_A_SECOND = 16, /* of one address, by one process */
	REFUSALS_RATES = 64
};

/* The ring of a program, as one process has it open. */
struct refusals {
	char program[REFUSAL_PROGRAM_CAP];
	pthread_mutex_t lock; /* of what follows */
	int fd;               /* -1: not open */
	int64_t again_at;     /* when to try to open it, monotonic ms */
	bool told;            /* that it cannot be opened */
	struct {
		int64_t second;
		unsigned count;
	} rate[REFUSALS_RATES];
};

/* Opens nothing yet. ERR_NO_MEMORY. */
enum err refusals_init(struct refusals *r, const char *program) MUST_CHECK;
void refusals_close(struct refusals *r);

/* Keeps N in the ring in the data directory DIR. NUMBER, SINCE and TIMES of N
 * are the ring's, and are not looked at. */
void refusals_keep(
    struct refusals *r, const char *dir, const struct refusal_note *n);

/*
 * All notes of all programs, newest first; the caller frees *NOTES (free).
 * OK, also if there are none; ERR_NO_MEMORY, ERR_IO, ERR_PERMISSION.
 */
enum err refusals_read(
    const char *dir, struct refusal_note **notes, size_t *count) MUST_CHECK;

#endif
