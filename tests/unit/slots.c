/* Slots and places: so many, no more, and none is lost with a process. */
#include "domain/slots.h"

#include "base/monotonic.h"
#include "base/secret.h"
#include "base/str.h"
#include "check.h"
#include "scratch.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 200 };

static int held[MOST];

/* How many places there are to be had; they are held. */
static uint32_t
line_up(const struct conf *conf, bool known)
{
	uint32_t n = 0;

	while (n < MOST && slots_line_up(&held[n], conf, known) == OK)
		n++;
	return n;
}

static void
leave(uint32_t from, uint32_t to)
{
	while (from < to)
		close(held[from++]);
}

static void
counts(void)
{
	struct conf conf = {.argon2_slots = 64, .workers = 256};
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	CHECK(slots_count(&conf) <= (uint32_t)processors,
	    "slots: there are no more than processors");
	conf.argon2_slots = 1;
	CHECK(slots_count(&conf) == 1, "slots: there are as many as is set");
	CHECK(slots_places(&conf) == 8, "slots: eight places wait for one");
	conf.workers = 6;
	CHECK(slots_places(&conf) == 3,
	    "slots: those who wait are at most half of the workers");
	conf.workers = 1;
	CHECK(slots_places(&conf) == 1, "slots: one worker can sign in");
}

static void
places(const struct conf *conf)
{
	uint32_t strangers = line_up(conf, false), all;
	int fd;

	CHECK(strangers == 6, "slots: three quarters of the places are for "
			      "browsers that are not known");
	CHECK(slots_line_up(&fd, conf, true) == OK,
	    "slots: a known browser has a place when others have none");
	close(fd);
	leave(0, 1);
	CHECK(slots_line_up(&held[0], conf, false) == OK,
	    "slots: a place that is given back is free");
	leave(0, strangers);
	all = line_up(conf, true);
	CHECK(all == 8, "slots: a known browser may have any place");
	CHECK(slots_line_up(&fd, conf, true) == ERR_BUSY,
	    "slots: a known browser is refused as well when none is left");
	leave(0, all);
}

static void
waiting(const struct conf *conf)
{
	int64_t began;
	int slot, other;

	CHECK(slots_take(&slot, conf, 0) == OK, "slots: a free one is taken");
	began = monotonic_ms();
	CHECK(slots_take(&other, conf, 40) == ERR_BUSY &&
		  monotonic_ms() - began >= 40,
	    "slots: waiting for one has an end");
	close(slot);
	CHECK(slots_take(&slot, conf, 0) == OK, "slots: it is free again");
	close(slot);
}

/* Takes all there is, says so and waits to be killed. */
static void
be_killed(const struct conf *conf, int say)
{
	int slot;

	if (slots_take(&slot, conf, 0) == OK && line_up(conf, true) == 8 &&
	    write(say, "", 1) == 1)
		pause();
	_exit(1);
}

static void
death(const struct conf *conf)
{
	int said[2], fd;
	char byte;
	pid_t child;

	if (pipe(said) != 0 || (child = fork()) == -1)
		return;
	if (child == 0)
		be_killed(conf, said[1]);
	CHECK(read(said[0], &byte, 1) == 1 &&
		  slots_line_up(&fd, conf, true) == ERR_BUSY &&
		  slots_take(&fd, conf, 0) == ERR_BUSY,
	    "slots: they are counted for all processes together");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	CHECK(line_up(conf, true) == 8 && slots_take(&fd, conf, 0) == OK,
	    "slots: a process that is killed gives back what it had");
	leave(0, 8);
	close(fd);
	close(said[0]);
	close(said[1]);
}

static void
logging(const struct conf *conf)
{
	const int64_t now = 1800000000;

	CHECK(slots_should_log(conf, now), "slots: a refusal is logged");
	CHECK(!slots_should_log(conf, now + SLOTS_LOG_INTERVAL - 1),
	    "slots: another one soon after is not");
	CHECK(slots_should_log(conf, now + SLOTS_LOG_INTERVAL),
	    "slots: later one is logged again");
	CHECK(slots_should_log(conf, now - 1000),
	    "slots: a clock that went back silences nothing");
}

int
main(void)
{
	struct conf conf = {.argon2_slots = 1, .workers = 64};

	if (secret_init() != OK ||
	    str_copy(conf.dir, sizeof conf.dir, scratch_dir()) != OK)
		return 1;
	counts();
	places(&conf);
	waiting(&conf);
	death(&conf);
	logging(&conf);
	return check_done();
}
