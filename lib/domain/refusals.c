#include "domain/refusals.h"

#include "base/big_endian.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/monotonic.h"
#include "base/str.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	RING_PATH_CAP = CONF_PATH_CAP + 40,
	MARK_LEN = 8,
	ENTRY_LEN = 36, /* network 8, number 8, key 8, since 8, times 4 */
	HEAD_LEN = MARK_LEN + REFUSALS_KEPT * ENTRY_LEN,
	SLOTS_AT = 12288,
	OPEN_AGAIN_MS = 10000,
	LOCK_TRIES = 4,
	LOCK_PAUSE_NS = 50000,
	PROGRAMS_MAX = 64
};

#define NUMBER_END ((uint64_t)1 << 62)

static const uint8_t ring_mark[MARK_LEN] = {
    'L', 'K', 'r', 'i', 'n', 'g', '0', '1'};

_Static_assert(HEAD_LEN <= SLOTS_AT, "the head is before the slots");

/* What the head says of a slot. */
struct ring_entry {
	uint64_t network, number, key;
	int64_t since;
	uint32_t times;
};

/* One number for an IPv4 address, and one for an IPv6 /64. */
static uint64_t
network_of(const char *address)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	uint8_t bytes[16] = {0};

	if (inet_pton(AF_INET, address, bytes) == 1)
		return big_endian_get(bytes, 4);
	if (inet_pton(AF_INET6, address, bytes) != 1)
		return 0;
	if (memcmp(bytes, mapped, sizeof mapped) == 0)
		return big_endian_get(bytes + sizeof mapped, 4);
	return big_endian_get(bytes, 8);
}

enum err
refusals_init(struct refusals *r, const char *program)
{
	*r = (struct refusals){.fd = -1};
	str_cut(r->program, sizeof r->program, program);
	return pthread_mutex_init(&r->lock, NULL) == 0 ? OK : ERR_NO_MEMORY;
}

static void
close_ring(struct refusals *r)
{
	if (r->fd != -1)
		close(r->fd);
	r->fd = -1;
}

void
refusals_close(struct refusals *r)
{
	close_ring(r);
	pthread_mutex_destroy(&r->lock);
}

/* Whether NETWORK has written less than its share of this second. */
static bool
is_within_rate(struct refusals *r, uint64_t network)
{
	const size_t at = (network ^ network >> 6 ^ network >> 32) %
			  (sizeof r->rate / sizeof *r->rate);
	const int64_t second = monotonic_ms() / 1000;

	if (r->rate[at].second != second) {
		r->rate[at].second = second;
		r->rate[at].count = 0;
	}
	return r->rate[at].count++ < REFUSALS_A_SECOND;
}

/* --- the file --------------------------------------------------------------*/

static int
open_path(const char *path)
{
	/* Not to wait for a reader, were it a pipe. */
	const int flags =
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;

	return open(path, flags, 0600);
}

static enum err
open_in_dir(struct refusals *r, const char *dir, char path[RING_PATH_CAP])
{
	char below[REFUSAL_PROGRAM_CAP + 16];
	struct buf b;
	struct stat st;
	enum err e;

	buf_init(&b, below, sizeof below);
	buf_printf(&b, "refusals/%s", r->program);
	e = file_path(path, RING_PATH_CAP, dir, below);
	if (e != OK)
		return e;
	r->fd = open_path(path);
	if (r->fd == -1 && errno == ENOENT) {
		path[strlen(path) - strlen(r->program) - 1] = '\0';
		(void)mkdir(path, 0700);
		e = file_path(path, RING_PATH_CAP, dir, below);
		r->fd = e == OK ? open_path(path) : -1;
	}
	if (r->fd == -1)
		return e != OK ? e : file_err(errno);
	if (fstat(r->fd, &st) == 0 && S_ISREG(st.st_mode))
		return OK;
	close_ring(r);
	return ERR_PERMISSION;
}

/* Its directory may have been removed since it was opened. */
static bool
is_removed(int fd)
{
	struct stat st;

	return fstat(fd, &st) != 0 || st.st_nlink == 0;
}

static bool
open_ring(struct refusals *r, const char *dir)
{
	char path[RING_PATH_CAP];
	enum err e;

	if (r->fd != -1 && is_removed(r->fd))
		close_ring(r);
	if (r->fd != -1)
		return true;
	if (monotonic_ms() < r->again_at)
		return false;
	e = open_in_dir(r, dir, path);
	if (e == OK)
		return true;
	r->again_at = monotonic_ms() + OPEN_AGAIN_MS;
	if (!r->told)
		log_note("refusals not kept", "file", path, "why", err_name(e),
		    NULL);
	r->told = true;
	return false;
}

/* For so short a time that a process which was stopped with it, and no other,
 * makes this give up. */
static bool
lock_ring(int fd)
{
	const struct timespec pause = {.tv_nsec = LOCK_PAUSE_NS};

	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

/* --- the head --------------------------------------------------------------*/

static void
entry_read(struct ring_entry *e, const uint8_t *at)
{
	e->network = big_endian_get(at, 8);
	e->number = big_endian_get(at + 8, 8);
	/* No ring has counted so far; the next number would be none. */
	if (e->number >= NUMBER_END)
		e->number = 0;
	e->key = big_endian_get(at + 16, 8);
	e->since = (int64_t)big_endian_get(at + 24, 8);
	e->times = (uint32_t)big_endian_get(at + 32, 4);
}

static void
entry_write(uint8_t *at, const struct ring_entry *e)
{
	big_endian_put(at, 8, e->network);
	big_endian_put(at + 8, 8, e->number);
	big_endian_put(at + 16, 8, e->key);
	big_endian_put(at + 24, 8, (uint64_t)e->since);
	big_endian_put(at + 32, 4, e->times);
}

/*
 * The slot for a note of NETWORK with KEY: that of the same note, else the
 * oldest of its network if there are as many as may be, else the oldest. *IS
 * gets what the head says of it, *NUMBER the next number.
 */
static size_t
choose_slot(const uint8_t *head, uint64_t network, uint64_t key,
    struct ring_entry *is, uint64_t *number)
{
	struct ring_entry e, oldest = {.number = UINT64_MAX}, own = oldest;
	size_t oldest_at = 0, own_at = 0, owned = 0, same_at = REFUSALS_KEPT;

	*number = 0;
	for (size_t i = 0; i < REFUSALS_KEPT; i++) {
		entry_read(&e, head + MARK_LEN + i * ENTRY_LEN);
		if (e.number > *number)
			*number = e.number;
		if (e.number < oldest.number) {
			oldest = e;
			oldest_at = i;
		}
		if (e.number == 0 || e.network != network)
			continue;
		owned++;
		if (e.number < own.number) {
			own = e;
			own_at = i;
		}
		if (e.key == key) {
			same_at = i;
			*is = e;
		}
	}
	++*number;
	if (same_at < REFUSALS_KEPT)
		return same_at;
	*is = (struct ring_entry){.network = network, .key = key};
	return owned >= REFUSALS_AN_ADDRESS ? own_at : oldest_at;
}

/* The slot first: what the head says may be wrong after a crash, and does not
 * matter then. */
static void
write_note(int fd, uint64_t network, const struct refusal_note *given)
{
	uint8_t head[HEAD_LEN] = {0}, slot[REFUSAL_SLOT_LEN];
	struct refusal_note n = *given;
	struct ring_entry e = {0};
	size_t at, len;
	bool is_new;

	is_new = pread(fd, head, sizeof head, 0) != (ssize_t)sizeof head ||
		 memcmp(head, ring_mark, MARK_LEN) != 0;
	if (is_new)
		memset(head, 0, sizeof head);
	at = choose_slot(head, network, refusal_note_key(&n), &e, &n.number);
	if (e.times == 0)
		e.since = n.at;
	if (e.times < UINT32_MAX)
		e.times++;
	e.number = n.number;
	n.since = e.since;
	n.times = e.times;
	len = refusal_note_write(slot, &n);
	entry_write(head + MARK_LEN + at * ENTRY_LEN, &e);
	memcpy(head, ring_mark, MARK_LEN);
	if (pwrite(fd, slot, len, (off_t)(SLOTS_AT + at * REFUSAL_SLOT_LEN)) !=
	    (ssize_t)len)
		return;
	/* A full disk leaves the head as it is. */
	if (is_new)
		(void)!pwrite(fd, head, sizeof head, 0);
	else
		(void)!pwrite(fd, head + MARK_LEN + at * ENTRY_LEN, ENTRY_LEN,
		    (off_t)(MARK_LEN + at * ENTRY_LEN));
}

void
refusals_keep(struct refusals *r, const char *dir, const struct refusal_note *n)
{
	const uint64_t network = network_of(n->address);

	pthread_mutex_lock(&r->lock);
	if (is_within_rate(r, network) && open_ring(r, dir) &&
	    lock_ring(r->fd)) {
		write_note(r->fd, network, n);
		(void)flock(r->fd, LOCK_UN);
	}
	pthread_mutex_unlock(&r->lock);
}

/* --- reading ---------------------------------------------------------------*/

struct note_list {
	struct refusal_note *notes;
	size_t count, cap;
};

static enum err
add_note(struct note_list *l, const struct refusal_note *n)
{
	struct refusal_note *more;

	if (l->count == l->cap) {
		l->cap += REFUSALS_KEPT;
		more = realloc(l->notes, l->cap * sizeof *more);
		if (more == NULL)
			return ERR_NO_MEMORY;
		l->notes = more;
	}
	l->notes[l->count++] = *n;
	return OK;
}

static enum err
read_slots(struct note_list *l, int fd, const char *program)
{
	uint8_t slot[REFUSAL_SLOT_LEN];
	struct refusal_note n;
	enum err e = OK;

	str_cut(n.program, sizeof n.program, program);
	for (size_t i = 0; e == OK && i < REFUSALS_KEPT; i++) {
		/* The last may be short: it is as long as what is in it. */
		memset(slot, 0, sizeof slot);
		if (pread(fd, slot, sizeof slot,
			(off_t)(SLOTS_AT + i * sizeof slot)) > 0 &&
		    refusal_note_read(&n, slot))
			e = add_note(l, &n);
	}
	return e;
}

static bool
is_program_name(const char *name)
{
	return name[0] != '\0' && strlen(name) < REFUSAL_PROGRAM_CAP &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyz_-")] == '\0';
}

static enum err
read_ring(struct note_list *l, int dir, const char *program)
{
	int fd = openat(
	    dir, program, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	enum err e;

	if (fd == -1)
		return errno == ENOENT ? OK : file_err(errno);
	e = read_slots(l, fd, program);
	close(fd);
	return e;
}

static int
compare_notes(const void *a, const void *b)
{
	const struct refusal_note *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? 1 : -1;
	if (x->number != y->number)
		return x->number < y->number ? 1 : -1;
	return strcmp(x->program, y->program);
}

enum err
refusals_read(const char *dir, struct refusal_note **notes, size_t *count)
{
	struct note_list l = {0};
	char path[RING_PATH_CAP];
	struct dirent *entry;
	enum err e = file_path(path, sizeof path, dir, "refusals");
	DIR *d;

	*notes = NULL;
	*count = 0;
	if (e != OK)
		return e;
	d = opendir(path);
	if (d == NULL)
		return errno == ENOENT ? OK : file_err(errno);
	for (int n = 0; e == OK && n < PROGRAMS_MAX; n++) {
		if ((entry = readdir(d)) == NULL)
			break;
		if (is_program_name(entry->d_name))
			e = read_ring(&l, dirfd(d), entry->d_name);
	}
	closedir(d);
	if (e != OK) {
		free(l.notes);
		return e;
	}
	if (l.count > 1)
		qsort(l.notes, l.count, sizeof *l.notes, compare_notes);
	*notes = l.notes;
	*count = l.count;
	return OK;
}
