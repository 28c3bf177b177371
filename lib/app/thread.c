#include "app/thread.h"

#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

enum {
	STACK_BYTES = 2 << 20,
	MAPPED_FROM = 128 << 10, /* bytes */
	ARENAS = 4
};

/* Our own: the C library keeps the stacks of threads that have ended, with the
 * memory they used. NULL if there is no room. */
static void *
stack_new(void)
{
	void *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);

	if (stack == MAP_FAILED)
		return NULL;
	/* Whoever runs over its end is to find nothing there. */
	if (mprotect(stack, (size_t)sysconf(_SC_PAGESIZE), PROT_NONE) == 0)
		return stack;
	munmap(stack, STACK_BYTES);
	return NULL;
}

bool
thread_start(struct thread *t, void *(*run)(void *arg), void *arg)
{
	pthread_attr_t attr;
	bool started = false;

	t->stack = stack_new();
	if (t->stack == NULL)
		return false;
	if (pthread_attr_init(&attr) == 0) {
		started =
		    pthread_attr_setstack(&attr, t->stack, STACK_BYTES) == 0 &&
		    pthread_create(&t->id, &attr, run, arg) == 0;
		pthread_attr_destroy(&attr);
	}
	if (!started)
		munmap(t->stack, STACK_BYTES);
	return started;
}

void
thread_join(struct thread *t)
{
	pthread_join(t->id, NULL);
	munmap(t->stack, STACK_BYTES);
}

/* What a worker has is mapped and unmapped as a whole, which glibc would give
 * up after the first; and as long as there is one only, it has no arena of its
 * own, which would stay. */
void
memory_tune(void)
{
#ifdef __GLIBC__
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, MAPPED_FROM);
#endif
}

/* Several would wait for each other. */
void
memory_spread(void)
{
#ifdef __GLIBC__
	mallopt(M_ARENA_MAX, ARENAS);
#endif
}

void
memory_trim(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}
