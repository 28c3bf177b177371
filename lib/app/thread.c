#include "app/thread.h"

#include "base/secret.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

enum {
	STACK_BYTES = 2 << 20,
	OWN_FRAMES = 256,        /* bytes: thread_wipe's, and those it calls */
	MAPPED_FROM = 128 << 10, /* bytes */
	ARENAS = 4
};

static size_t
page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

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
	if (mprotect(stack, page_bytes(), PROT_NONE) == 0)
		return stack;
	munmap(stack, STACK_BYTES);
	return NULL;
}

static void
give_back(struct thread *t)
{
	if (t->stack != NULL)
		munmap(t->stack, STACK_BYTES);
	free(t->pages);
	*t = (struct thread){0};
}

bool
thread_start(struct thread *t, void *(*run)(void *arg), void *arg)
{
	pthread_attr_t attr;
	bool started = false;

	t->stack = stack_new();
	t->pages = calloc(STACK_BYTES / page_bytes(), 1);
	if (t->stack != NULL && t->pages != NULL &&
	    pthread_attr_init(&attr) == 0) {
		started =
		    pthread_attr_setstack(&attr, t->stack, STACK_BYTES) == 0 &&
		    pthread_create(&t->id, &attr, run, arg) == 0;
		pthread_attr_destroy(&attr);
	}
	if (!started)
		give_back(t);
	return started;
}

void
thread_join(struct thread *t)
{
	pthread_join(t->id, NULL);
	give_back(t);
}

/* Pages that were never used stay so: they would cost memory. */
__attribute__((noinline)) void
thread_wipe(struct thread *t)
{
	char *const used_to = (char *)__builtin_frame_address(0) - OWN_FRAMES;
	size_t page = page_bytes();
	char *from = t->stack;

#ifdef __SANITIZE_ADDRESS__
	return; /* it keeps marks of its own between our variables */
#endif
	if (mincore(t->stack, STACK_BYTES, t->pages) != 0)
		return;
	for (size_t i = 1; from + i * page < used_to; i++) {
		char *at = from + i * page;
		size_t left = (size_t)(used_to - at);

		if (t->pages[i] & 1)
			secret_wipe(at, left < page ? left : page);
	}
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
