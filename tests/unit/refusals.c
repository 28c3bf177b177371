/* The ring of refusals: bounded, fair to those at other addresses, and read
 * whole or not at all. */
#include "domain/refusals.h"

#include "base/secret.h"
#include "base/str.h"
#include "check.h"
#include "scratch.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { NUMBER_0 = 16, SLOT_0 = 12288 };

static const char *dir;
static int64_t clock_s = 1000;

static struct refusal_note
note_from(const char *address, const char *reason)
{
	struct refusal_note n = {.at = clock_s++};

	str_cut(n.error, sizeof n.error, "invalid_grant");
	str_cut(n.reason, sizeof n.reason, reason);
	str_cut(n.client_id, sizeof n.client_id, "photos");
	str_cut(n.address, sizeof n.address, address);
	return n;
}

/* As a process of its own would: one rate a process. */
static void
keep(const char *program, const struct refusal_note *n)
{
	struct refusals r;

	if (refusals_init(&r, program) != OK)
		exit(1);
	refusals_keep(&r, dir, n);
	refusals_close(&r);
}

static void
keep_one(const char *program, const char *address, const char *reason)
{
	struct refusal_note n = note_from(address, reason);

	keep(program, &n);
}

/* How many notes there are of ADDRESS (NULL: any); FIRST gets the newest. */
static size_t
count_of(const char *address, struct refusal_note *first)
{
	struct refusal_note *notes;
	size_t count, found = 0;

	if (refusals_read(dir, &notes, &count) != OK)
		return SIZE_MAX;
	for (size_t i = 0; i < count; i++)
		if (address == NULL || str_equal(notes[i].address, address)) {
			if (found++ == 0 && first != NULL)
				*first = notes[i];
		}
	free(notes);
	return found;
}

static void
kept(void)
{
	struct refusal_note n, is = note_from("192.0.2.1", "code_expired");

	CHECK(count_of(NULL, NULL) == 0, "refusals: none is no error");
	str_cut(is.user, sizeof is.user, "alice");
	str_cut(is.cause, sizeof is.cause, "factor");
	str_cut(
	    is.redirect_uri, sizeof is.redirect_uri, "https://a.example/cb");
	keep("token", &is);
	CHECK(count_of(NULL, &n) == 1 && str_equal(n.program, "token") &&
		  str_equal(n.reason, "code_expired") &&
		  str_equal(n.user, "alice") && str_equal(n.cause, "factor") &&
		  str_equal(n.redirect_uri, is.redirect_uri) && n.at == is.at &&
		  n.since == is.at && n.times == 1,
	    "refusals: what is kept is read back whole");
	keep_one("authorize", "192.0.2.1", "nonce_too_long");
	CHECK(count_of(NULL, &n) == 2 && str_equal(n.program, "authorize"),
	    "refusals: those of all programs are read, the newest first");
}

static void
repeated(void)
{
	struct refusal_note n;

	for (int i = 0; i < 40; i++)
		keep_one("token", "192.0.2.2", "code_forged");
	CHECK(count_of("192.0.2.2", &n) == 1 && n.times == 40 &&
		  n.at - n.since == 39,
	    "refusals: the same from the same address is one, with how often "
	    "and since when");
}

static void
bounded(void)
{
	struct stat st;
	char path[512], reason[32], address[32];

	for (int i = 0; i < 30; i++) {
		snprintf(reason, sizeof reason, "reason_%d", i);
		keep_one("token", "192.0.2.3", reason);
	}
	CHECK(count_of("192.0.2.3", NULL) == REFUSALS_AN_ADDRESS,
	    "refusals: one address has its last 16");
	for (int i = 0; i < 30; i++) {
		snprintf(address, sizeof address, "2001:db8:0:1::%x", i);
		keep_one("token", address, "code_expired");
	}
	CHECK(count_of("2001:db8:0:1::1d", NULL) == 1 &&
		  count_of("2001:db8:0:1::1", NULL) == 0,
	    "refusals: a /64 of IPv6 is one address");
	CHECK(count_of("192.0.2.2", NULL) == 1, "refusals: others keep theirs");
	for (int i = 0; i < 600; i++) {
		snprintf(
		    address, sizeof address, "10.0.%d.%d", i / 200, i % 200);
		keep_one("token", address, "code_expired");
	}
	CHECK(count_of(NULL, NULL) == REFUSALS_KEPT + 1,
	    "refusals: a program has its last 256");
	snprintf(path, sizeof path, "%s/refusals/token", dir);
	CHECK(stat(path, &st) == 0 &&
		  st.st_size <=
		      SLOT_0 + REFUSALS_KEPT * (off_t)REFUSAL_SLOT_LEN &&
		  (st.st_mode & 07777) == 0600,
	    "refusals: the file does not grow, and is its owner's alone");
}

static void
rate(void)
{
	struct refusals r;
	struct refusal_note n;
	char reason[32];
	size_t before = count_of(NULL, NULL);

	if (refusals_init(&r, "gate") != OK)
		exit(1);
	for (int i = 0; i < 5000; i++) {
		snprintf(reason, sizeof reason, "reason_%d", i);
		n = note_from("198.51.100.1", reason);
		refusals_keep(&r, dir, &n);
	}
	n = note_from("198.51.100.2", "other");
	refusals_keep(&r, dir, &n);
	refusals_close(&r);
	CHECK(count_of(NULL, NULL) - before <= REFUSALS_AN_ADDRESS + 1 &&
		  count_of("198.51.100.2", NULL) == 1,
	    "refusals: a flood from one address leaves room for others");
}

static int
open_file(const char *program)
{
	char path[512];

	snprintf(path, sizeof path, "%s/refusals/%s", dir, program);
	return open(path, O_RDWR);
}

/* A write that was cut at any byte, of slot and of head. */
static void
torn(void)
{
	uint8_t slot[REFUSAL_SLOT_LEN], other[REFUSAL_SLOT_LEN];
	struct refusal_note n = note_from("192.0.2.9", "code_expired"), read;
	struct refusal_note m = note_from("192.0.2.8", "code_reused");
	size_t len, other_len, believed = 0;

	memset(slot, 0, sizeof slot);
	memset(other, 0, sizeof other);
	len = refusal_note_write(slot, &n);
	other_len = refusal_note_write(other, &m);
	CHECK(len <= sizeof slot && other_len <= sizeof other &&
		  refusal_note_read(&read, slot),
	    "refusals: a slot that is whole is read");
	for (size_t cut = 1; cut < len; cut++) {
		uint8_t mixed[REFUSAL_SLOT_LEN];

		memcpy(mixed, other, sizeof mixed);
		memcpy(mixed, slot, cut);
		if (memcmp(mixed, slot, sizeof mixed) != 0 &&
		    memcmp(mixed, other, sizeof mixed) != 0)
			believed += refusal_note_read(&read, mixed) &&
				    memcmp(mixed, slot, len) != 0;
		memset(mixed + cut, 0, sizeof mixed - cut);
		believed += refusal_note_read(&read, mixed);
	}
	CHECK(believed == 0,
	    "refusals: one that was cut at any byte is passed over");
}

static void
damaged(void)
{
	uint8_t noise[4096];
	int fd;

	keep_one("logout", "192.0.2.1", "code_expired");
	fd = open_file("logout");
	random_bytes(noise, sizeof noise);
	CHECK(pwrite(fd, noise, sizeof noise, 0) == (ssize_t)sizeof noise,
	    "refusals: (a head is overwritten)");
	close(fd);
	keep_one("logout", "192.0.2.1", "code_reused");
	keep_one("logout", "192.0.2.1", "code_reused");
	CHECK(count_of("192.0.2.1", NULL) >= 1,
	    "refusals: a damaged head loses a note at most, and no more come "
	    "to "
	    "harm");
	fd = open_file("logout");
	CHECK(
	    ftruncate(fd, SLOT_0 + 10) == 0, "refusals: (a file is cut short)");
	close(fd);
	keep_one("logout", "192.0.2.1", "code_forged");
	CHECK(count_of("192.0.2.1", NULL) != SIZE_MAX,
	    "refusals: a file that was cut short is written again");
}

/* Its head is damaged: it counts on from what can be. */
static void
counted_to_the_end(void)
{
	uint8_t last[8];
	int fd;

	keep_one("authorize", "198.18.0.1", "code_forged");
	fd = open_file("authorize");
	memset(last, 0xff, sizeof last);
	CHECK(pwrite(fd, last, sizeof last, NUMBER_0) == sizeof last,
	    "refusals: (the head has the highest number)");
	close(fd);
	keep_one("authorize", "198.18.0.2", "code_forged");
	keep_one("authorize", "198.18.0.3", "code_forged");
	keep_one("authorize", "198.18.0.4", "code_forged");
	CHECK(count_of("198.18.0.3", NULL) == 1 &&
		  count_of("198.18.0.4", NULL) == 1,
	    "refusals: a head that is damaged does not make one note push out "
	    "the next");
}

/* One that was stopped while it had the lock. */
static void
not_waited_for(void)
{
	int fd = open_file("token");
	size_t before = count_of(NULL, NULL);

	CHECK(flock(fd, LOCK_EX) == 0, "refusals: (another has the lock)");
	keep_one("token", "203.0.113.1", "code_expired");
	CHECK(count_of("203.0.113.1", NULL) == 0 &&
		  count_of(NULL, NULL) == before,
	    "refusals: no one waits for a lock, and the note is lost");
	close(fd);
}

/* Processes that write at once. */
static void
at_once(void)
{
	char address[32];

	for (int p = 0; p < 4; p++)
		if (fork() == 0) {
			for (int i = 0; i < 20; i++) {
				snprintf(address, sizeof address,
				    "172.16.%d.%d", p, i);
				keep_one("userinfo", address, "token_expired");
			}
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
	CHECK(count_of("172.16.0.0", NULL) != SIZE_MAX &&
		  count_of("172.16.3.19", NULL) <= 1,
	    "refusals: processes that write at once leave a ring that is read");
}

static void
not_a_file(void)
{
	char path[512];

	snprintf(path, sizeof path, "%s/refusals/revoke", dir);
	CHECK(symlink("/etc/hostname", path) == 0,
	    "refusals: (a link is in the place of a ring)");
	keep_one("revoke", "203.0.113.7", "code_expired");
	CHECK(count_of("203.0.113.7", NULL) != 1,
	    "refusals: a link is not followed");
	unlink(path);
	CHECK(mkfifo(path, 0600) == 0, "refusals: (a pipe is)");
	keep_one("revoke", "203.0.113.7", "code_expired");
	CHECK(count_of("203.0.113.7", NULL) == 0,
	    "refusals: a pipe is not waited for");
	unlink(path);
}

static void
removed_meanwhile(void)
{
	struct refusals r;
	struct refusal_note n = note_from("203.0.113.20", "code_expired");
	char path[512];

	if (refusals_init(&r, "introspect") != OK)
		exit(1);
	refusals_keep(&r, dir, &n);
	snprintf(path, sizeof path, "%s/refusals/introspect", dir);
	unlink(path);
	n = note_from("203.0.113.21", "code_expired");
	refusals_keep(&r, dir, &n);
	refusals_close(&r);
	CHECK(count_of("203.0.113.21", NULL) == 1,
	    "refusals: a file that was removed is made again");
}

int
main(void)
{
	if (secret_init() != OK)
		return 1;
	dir = scratch_dir();
	kept();
	repeated();
	bounded();
	rate();
	torn();
	damaged();
	counted_to_the_end();
	not_waited_for();
	at_once();
	not_a_file();
	removed_meanwhile();
	return check_done();
}
