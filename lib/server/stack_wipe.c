#define _GNU_SOURCE /* pthread_getattr_np */
#include "server/stack_wipe.h"

#include "base/secret.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	OWN_FRAMES = 256, /* bytes: stack_wipe's, and those it calls */
	PAGE_MIN = 4096
};

/* The lowest page of this thread's stack; NULL if that cannot be told. */
static char *
stack_low(void)
{
	static _Thread_local void *low;
	pthread_attr_t attr;
	size_t bytes;

	if (low == NULL && pthread_getattr_np(pthread_self(), &attr) == 0) {
		if (pthread_attr_getstack(&attr, &low, &bytes) != 0 ||
		    bytes > STACK_BYTES)
			low = NULL;
		pthread_attr_destroy(&attr);
	}
	return low;
}

/* Pages that were never used stay so: they would cost memory. */
__attribute__((noinline)) void
stack_wipe(void)
{
	static _Thread_local unsigned char used[STACK_BYTES / PAGE_MIN];
	char *const used_to = (char *)__builtin_frame_address(0) - OWN_FRAMES;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *low = stack_low();

#ifdef __SANITIZE_ADDRESS__
	return; /* it keeps marks of its own between our variables */
#endif
	if (low == NULL || mincore(low, (size_t)(used_to - low), used) != 0)
		return;
	for (size_t i = 0; low + i * page < used_to; i++) {
		char *at = low + i * page;
		size_t left = (size_t)(used_to - at);

		if (used[i] & 1)
			secret_wipe(at, left < page ? left : page);
	}
}
