/*
 * Cuts the power at every point of a recorded run (tests/fault/record.c):
 *
 *	power_cut DIR BEFORE LOG SCRATCH CUTS
 *
 * DIR is the provider's data directory (for its keys), BEFORE its data.mdb
 * before the run, SCRATCH a directory to make stores in. At each flush the
 * disk may hold all that was flushed before, and of what was written since
 * anything at all: sectors reach it in any order. CUTS such states, besides
 * none and all, are drawn for each flush. Each is opened with our own store
 * code and must be sound, hold every rotation whose answer had been sent, and
 * take another write.
 *
 * Prints a line with the figures; the first fault ends it.
 */
#include "../fault/record.h"
#include "base/clock.h"
#include "base/secret.h"
#include "base/str.h"
#include "domain/family.h"
#include "domain/keyring.h"
#include "invariants.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a disk writes whole. The engine's own meta page counts on it, and on
 * no more. */
enum { SECTOR = 512 };
enum { IMAGE_CAP = 64 << 20, PENDING_MAX = 4096, FAMILIES_MAX = 4096 };

struct image {
	uint8_t *bytes;
	size_t len;
};

struct acknowledged {
	uint8_t family_id[FAMILY_ID_LEN];
	uint64_t generation;
};

struct run {
	struct keyring keyring;
	int64_t now;
	const char *scratch;
	char path[512];
	long cuts;

	struct image disk;  /* what has been flushed */
	struct image state; /* one that a cut could have left */
	struct record pending[PENDING_MAX];
	const uint8_t *pending_bytes[PENDING_MAX];
	size_t pending_count;

	struct acknowledged acknowledged[FAMILIES_MAX];
	size_t families;
	size_t answers, flushes, states;
	uint64_t random;
};

_Noreturn static void
die(const char *what, const char *more)
{
	fprintf(stderr, "power_cut: %s%s%s\n", what, *more ? ": " : "", more);
	exit(EXIT_FAILURE);
}

/* The same states in each run over the same log (xorshift). */
static uint64_t
next_random(struct run *r)
{
	r->random ^= r->random << 13;
	r->random ^= r->random >> 7;
	r->random ^= r->random << 17;
	return r->random;
}

static uint8_t *
read_file(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	uint8_t *bytes;

	if (fd < 0 || fstat(fd, &st) != 0)
		die("cannot be read", path);
	*len = (size_t)st.st_size;
	bytes = malloc(*len > 0 ? *len : 1);
	for (size_t n = 0; bytes != NULL && n < *len;) {
		ssize_t got = read(fd, bytes + n, *len - n);

		if (got <= 0)
			die("cannot be read", path);
		n += (size_t)got;
	}
	if (bytes == NULL)
		die("no memory", path);
	close(fd);
	return bytes;
}

/* --- what a disk does ---------------------------------------------------- */

static void
image_set(struct image *i, uint64_t offset, const uint8_t *bytes, size_t len)
{
	if (offset > IMAGE_CAP || len > IMAGE_CAP - offset)
		die("the store outgrew the test", "");
	memcpy(i->bytes + offset, bytes, len);
	if (i->len < offset + len)
		i->len = offset + len;
}

/* About half of the sectors of a write. */
static void
image_set_torn(struct image *i, const struct record *w, const uint8_t *bytes,
    struct run *r)
{
	for (uint32_t at = 0; at < w->len; at += SECTOR)
		if (next_random(r) & 1)
			image_set(i, w->offset + at, bytes + at,
			    w->len - at < SECTOR ? w->len - at : SECTOR);
}

static void
apply(struct run *r, struct image *i, size_t n)
{
	if (r->pending[n].kind == RECORD_SIZED)
		i->len = (size_t)r->pending[n].offset;
	else
		image_set(i, r->pending[n].offset, r->pending_bytes[n],
		    r->pending[n].len);
}

/* A state of the disk: what was flushed, and of the rest, by HOW, none, all
 * but one write, the first few in order, or sectors at random. */
static void
draw_state(struct run *r, long how)
{
	size_t some = r->pending_count > 0
			  ? (size_t)(next_random(r) % r->pending_count)
			  : 0;

	memcpy(r->state.bytes, r->disk.bytes, r->disk.len);
	r->state.len = r->disk.len;
	for (size_t n = 0; how > 0 && n < r->pending_count; n++) {
		switch (how % 3) {
		case 1:
			if (n != some)
				apply(r, &r->state, n);
			break;
		case 2:
			if (n < some)
				apply(r, &r->state, n);
			break;
		default:
			if (r->pending[n].kind == RECORD_SIZED)
				apply(r, &r->state, n);
			else
				image_set_torn(&r->state, &r->pending[n],
				    r->pending_bytes[n], r);
		}
	}
}

/* --- what must be there afterwards --------------------------------------- */

static void
write_state(const struct run *r)
{
	int fd = open(r->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	for (size_t n = 0; fd >= 0 && n < r->state.len;) {
		ssize_t put = write(fd, r->state.bytes + n, r->state.len - n);

		if (put <= 0)
			die("cannot be written", r->path);
		n += (size_t)put;
	}
	if (fd < 0)
		die("cannot be written", r->path);
	close(fd);
}

static enum err
find_acknowledged(struct store_txn *t, void *arg)
{
	const struct run *r = arg;
	struct family f;

	for (size_t i = 0; i < r->families; i++) {
		const struct acknowledged *a = &r->acknowledged[i];

		if (family_get(t, a->family_id, r->now, &f) != OK ||
		    f.current < a->generation)
			return ERR_NOT_FOUND;
	}
	return OK;
}

static void
cut(struct run *r, const char *where)
{
	struct store *s = NULL;
	const char *broken;
	char message[512] = "";

	r->states++;
	write_state(r);
	if (store_open(&s, &(struct store_settings){.dir = r->scratch}, message,
		sizeof message) != OK)
		die(where, message);
	broken = invariants_broken(s);
	if (broken == NULL && store_read(s, find_acknowledged, r) != OK)
		broken = "an acknowledged rotation is lost";
	if (broken == NULL)
		broken = invariants_broken_by_write(s, r->now);
	if (broken != NULL)
		die(where, broken);
	store_close(&s);
}

/* At a flush, before it counts: all that was answered up to here must stand
 * without it. */
static void
cut_here(struct run *r)
{
	for (long how = 0; how <= r->cuts; how++) {
		draw_state(r, how);
		cut(r, how == 0 ? "after a flush" : "between flushes");
		if (r->pending_count == 0)
			break;
	}
}

/* --- the run, once more -------------------------------------------------- */

static void
acknowledge(struct run *r, const struct opaque_token *t)
{
	size_t i = 0;

	r->answers++;
	while (i < r->families && memcmp(r->acknowledged[i].family_id,
				      t->family_id, FAMILY_ID_LEN) != 0)
		i++;
	if (i == FAMILIES_MAX)
		die("too many families", "");
	if (i == r->families)
		memcpy(r->acknowledged[r->families++].family_id, t->family_id,
		    FAMILY_ID_LEN);
	if (r->acknowledged[i].generation < t->number)
		r->acknowledged[i].generation = t->number;
}

/* Each refresh token that an answer holds. */
static void
read_answer(struct run *r, const uint8_t *bytes, size_t len)
{
	static const char name[] = "\"refresh_token\":\"";
	char text[OPAQUE_TOKEN_TEXT_CAP];
	struct opaque_token t;

	for (size_t i = 0; i + sizeof name - 1 + OPAQUE_TOKEN_TEXT_CAP <= len;
	     i++) {
		if (memcmp(bytes + i, name, sizeof name - 1) != 0)
			continue;
		memcpy(text, bytes + i + sizeof name - 1,
		    OPAQUE_TOKEN_TEXT_CAP - 1);
		text[OPAQUE_TOKEN_TEXT_CAP - 1] = '\0';
		if (opaque_token_decode(
			&t, OPAQUE_TOKEN_REFRESH, text, &r->keyring) != OK)
			die("an answer holds no token of ours", text);
		acknowledge(r, &t);
	}
}

static void
flush_all(struct run *r)
{
	r->flushes++;
	cut_here(r);
	for (size_t n = 0; n < r->pending_count; n++)
		apply(r, &r->disk, n);
	r->pending_count = 0;
}

static bool
is_inside(const struct record *w, const struct record *range)
{
	return w->kind == RECORD_WRITE && w->offset >= range->offset &&
	       w->offset + w->len <= range->offset + range->len;
}

/* What was written to that range, and nothing else, is on disk. */
static void
flush_range(struct run *r, const struct record *range)
{
	size_t left = 0;

	r->flushes++;
	cut_here(r);
	for (size_t n = 0; n < r->pending_count; n++) {
		if (is_inside(&r->pending[n], range)) {
			apply(r, &r->disk, n);
			continue;
		}
		r->pending[left] = r->pending[n];
		r->pending_bytes[left++] = r->pending_bytes[n];
	}
	r->pending_count = left;
}

static void
replay_record(struct run *r, const struct record *w, const uint8_t *bytes)
{
	switch ((enum record_kind)w->kind) {
	case RECORD_WRITE:
	case RECORD_SIZED:
		if (r->pending_count == PENDING_MAX)
			die("too much between two flushes", "");
		r->pending[r->pending_count] = *w;
		r->pending_bytes[r->pending_count++] = bytes;
		break;
	case RECORD_SYNCED:
		flush_range(r, w);
		break;
	case RECORD_FLUSHED:
		flush_all(r);
		break;
	case RECORD_ANSWER:
		read_answer(r, bytes, w->len);
		break;
	}
}

static void
replay(struct run *r, const uint8_t *log, size_t len)
{
	for (size_t at = 0; at < len;) {
		const uint8_t *bytes = NULL;
		struct record w;

		if (len - at < sizeof w)
			die("the log is cut off", "");
		memcpy(&w, log + at, sizeof w);
		at += sizeof w;
		if (w.kind == RECORD_WRITE || w.kind == RECORD_ANSWER) {
			if (w.len > len - at)
				die("the log is cut off", "");
			bytes = log + at;
			at += w.len;
		}
		replay_record(r, &w, bytes);
	}
	cut_here(r);
}

int
main(int argc, char **argv)
{
	static struct run r = {.random = 88172645463325252};
	uint8_t *before, *log;
	size_t len;
	int64_t cuts;

	if (argc != 6 || str_to_int64(argv[5], 0, 1000, &cuts) != OK)
		die("DIR BEFORE LOG SCRATCH CUTS", "");
	if (secret_init() != OK || keyring_load(&r.keyring, argv[1]) != OK)
		die("no keyring", argv[1]);
	r.cuts = (long)cuts;
	r.scratch = argv[4];
	r.now = clock_now();
	snprintf(r.path, sizeof r.path, "%s/data.mdb", r.scratch);
	r.disk.bytes = calloc(1, IMAGE_CAP);
	r.state.bytes = calloc(1, IMAGE_CAP);
	if (r.disk.bytes == NULL || r.state.bytes == NULL)
		die("no memory", "");
	before = read_file(argv[2], &len);
	image_set(&r.disk, 0, before, len);
	log = read_file(argv[3], &len);
	replay(&r, log, len);
	printf("%zu answers in %zu families, %zu flushes, %zu states\n",
	    r.answers, r.families, r.flushes, r.states);
	free(before);
	free(log);
	free(r.disk.bytes);
	free(r.state.bytes);
	return EXIT_SUCCESS;
}
