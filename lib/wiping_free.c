/*
 * Only in the shared library and in programs that have everything linked in:
 * takes the place of glibc's free and realloc, and wipes a block before it goes
 * back.
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

/* Longer blocks are the kernel's own pages, which are unmapped and come back as
 * zeroes; writing to them would only touch more of them. */
enum { WIPE_MAX = 128 << 10 };

/* glibc would no longer map such blocks once it has freed the first. */
__attribute__((constructor)) static void
map_long_blocks(void)
{
	mallopt(M_MMAP_THRESHOLD, WIPE_MAX);
}

#ifdef LK_STATIC
void __wrap_free(void *block);
void __real_free(void *block);
void *__wrap_realloc(void *block, size_t len);
void *__real_realloc(void *block, size_t len);
#define FREE __wrap_free
#define GLIBC_FREE __real_free
#define REALLOC __wrap_realloc
#define GLIBC_REALLOC __real_realloc
#else
void __libc_free(void *block);
void *__libc_realloc(void *block, size_t len);
#define FREE free
#define GLIBC_FREE __libc_free
#define REALLOC realloc
#define GLIBC_REALLOC __libc_realloc
#endif

void
FREE(void *block)
{
	size_t len = malloc_usable_size(block);

	if (len <= WIPE_MAX)
		explicit_bzero(block, len);
	GLIBC_FREE(block);
}

/* Moves the block itself: glibc's would leave a copy behind. */
void *
REALLOC(void *block, size_t len)
{
	size_t had = malloc_usable_size(block);
	void *moved;

	if (block == NULL || len == 0 || had > WIPE_MAX)
		return GLIBC_REALLOC(block, len);
	/* What it has and does not need is not worth a copy. */
	if (len <= had)
		return block;
	moved = malloc(len);
	if (moved != NULL) {
		memcpy(moved, block, had);
		FREE(block);
	}
	return moved;
}

#endif
