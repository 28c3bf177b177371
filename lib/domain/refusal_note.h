/*
 * What is kept of one refusal (domain/refusals.h), and how it is written into a
 * slot of the ring. A slot that was torn by a crash, or that holds anything
 * else, is no note.
 *
 * Nothing in it is secret, and nothing was typed into a field that people type
 * passwords into by mistake: USER is a name that exists, or "".
 */
#ifndef LK_DOMAIN_REFUSAL_NOTE_H
#define LK_DOMAIN_REFUSAL_NOTE_H

#include "domain/client.h"
#include "domain/user.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	REFUSAL_SLOT_LEN = 1024,
	REFUSAL_WORD_CAP = 48,
	REFUSAL_PROGRAM_CAP = 24,
	REFUSAL_ADDRESS_CAP = 64,
	REFUSAL_URI_CAP = 256
};

struct refusal_note {
	int64_t at;      /* the last time */
	int64_t since;   /* the first time of so many */
	uint32_t times;  /* in a row, the same from the same address */
	uint64_t number; /* goes up in one ring */
	char program[REFUSAL_PROGRAM_CAP]; /* whose ring; not in the slot */
	char error[REFUSAL_WORD_CAP];      /* "invalid_grant" */
	char reason[REFUSAL_WORD_CAP];     /* "code_expired"; may be "" */
	char cause[REFUSAL_WORD_CAP];      /* "wrong_password"; may be "" */
	char client_id[CLIENT_ID_CAP];     /* as it came; may be "" */
	char user[USER_NAME_CAP];
	char address[REFUSAL_ADDRESS_CAP];
	char redirect_uri[REFUSAL_URI_CAP]; /* as it came, cut; may be "" */
};

/* Writes N into SLOT: how many bytes of it are used. Texts are cut to what is
 * printable and fits. */
size_t refusal_note_write(
    uint8_t slot[static REFUSAL_SLOT_LEN], const struct refusal_note *n);

/* Back; false if SLOT holds none that is whole. PROGRAM is left alone. */
bool refusal_note_read(struct refusal_note *n,
    const uint8_t slot[static REFUSAL_SLOT_LEN]) MUST_CHECK;

/* A number that two notes share if they tell of the same thing. */
uint64_t refusal_note_key(const struct refusal_note *n);

#endif
