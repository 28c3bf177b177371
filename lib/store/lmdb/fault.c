/*
 * Faults in the map. A page that the file does not have (it was cut), or that
 * the disk does not give, is told by SIGBUS; what makes no sense in a page, by
 * LMDB's assertions. Where a reader's step touched it, the step is left and the
 * request refused: it has nothing but its snapshot. A writer holds the lock
 * that all processes wait for, and LMDB has cursors of its own on the stack
 * that is left: then the process says one line and ends, and the lock passes
 * on.
 */
#include "base/log.h"
#include "store/lmdb/internal.h"

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Set before the map is touched: a handler makes no variable of a thread. */
static _Thread_local struct {
	const struct engine_db *db; /* NULL: none is touched */
	sigjmp_buf *landing;        /* NULL: there is no way back */
} here;

static _Noreturn void
end_process(void)
{
	const char *path = here.db->data_path;
	struct stat st;

	if (stat(here.db->lock_path, &st) != 0 || st.st_size == 0)
		path = here.db->lock_path;
	log_last_words("cannot go on: the store is cut short or damaged, or "
		       "its disk fails; run `latchkey check`: ",
	    path);
	_exit(EXIT_FAILURE);
}

static _Noreturn void
leave_map(void)
{
	if (here.landing != NULL)
		siglongjmp(*here.landing, 1);
	end_process();
}

static void
on_bus(int signal_number)
{
	if (here.db != NULL)
		leave_map();
	/* Not ours: once more, and as if we had not been here. */
	signal(signal_number, SIG_DFL);
}

/* LMDB follows numbers that it finds in a page; so do bugs of our own, and from
 * these there is no way back. */
static void
on_wild_address(int signal_number)
{
	if (here.db != NULL)
		end_process();
	signal(signal_number, SIG_DFL);
}

static void
on_assertion(MDB_env *env, const char *message)
{
	(void)env;
	(void)message;
	if (here.db != NULL)
		leave_map();
}

int
lmdb_fault_init(MDB_env *env)
{
	/* Left by a jump, the signal must not stay blocked. */
	struct sigaction bus = {.sa_handler = on_bus, .sa_flags = SA_NODEFER};
	struct sigaction wild = {.sa_handler = on_wild_address};

	sigemptyset(&bus.sa_mask);
	sigaction(SIGBUS, &bus, NULL);
	sigemptyset(&wild.sa_mask);
	sigaction(SIGSEGV, &wild, NULL);
	return mdb_env_set_assert(env, on_assertion);
}

const struct engine_db *
lmdb_touch(const struct engine_db *db)
{
	const struct engine_db *before = here.db;

	here.db = db;
	return before;
}

bool
lmdb_guard(void (*work)(void *arg), void *arg)
{
	sigjmp_buf landing, *const before = here.landing;
	const struct engine_db *const db = here.db;
	bool landed = sigsetjmp(landing, 0) != 0;

	here.db = db;
	if (!landed) {
		here.landing = &landing;
		work(arg);
	}
	here.landing = before;
	return !landed;
}
