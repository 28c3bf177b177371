/*
 * Only in the shared library and in programs that have everything linked in:
 * takes the place of glibc's free, and wipes a block before it goes back.
 *
 * A request's parameters, its body and the answer pass through buffers of
 * libfcgi's, which frees them as they are; so do the documents and texts of
 * other libraries. A password or a token would stay readable in the heap until
 * some later block happens to cover it.
 */
#include <stdlib.h>

/* AddressSanitizer brings a free of its own, and watches every block. */
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)

#include <malloc.h>
#include <string.h>

/* Longer blocks are the kernel's own pages (app/thread.c), which are unmapped
 * and come back as zeroes; writing to them would only touch more of them. */
enum { WIPE_MAX = 128 << 10 };

#ifdef LK_STATIC
void __wrap_free(void *block);
void __real_free(void *block);
#define FREE __wrap_free
#define GLIBC_FREE __real_free
#else
void __libc_free(void *block);
#define FREE free
#define GLIBC_FREE __libc_free
#endif

void
FREE(void *block)
{
	size_t len = malloc_usable_size(block);

	if (len <= WIPE_MAX)
		explicit_bzero(block, len);
	GLIBC_FREE(block);
}

#endif
