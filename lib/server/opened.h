/*
 * What a program has opened: settings, store, keys, templates. Settings and
 * templates are read again when latchkey.conf or the directory of templates has
 * changed, and the store is opened again when its files were replaced. If that
 * fails it is logged; what was read before remains in use, except a store that
 * is gone. Another store, that the setting names now, is not opened in the
 * place of the one that is open: the program is to be started again, and
 * refuses its work until then.
 *
 * Workers share it. Each has a copy, so that a request takes no lock while
 * nothing changes, and settings that change do not change under it.
 */
#ifndef LK_SERVER_OPENED_H
#define LK_SERVER_OPENED_H

#include "http/template.h"
#include "protocol/provider.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/stat.h>

/* Of files when they were read. */
struct file_stamps {
	struct stat conf;      /* latchkey.conf */
	struct stat templates; /* the directory */
	unsigned generation;   /* the store's files */
};

struct opened {
	unsigned uses;  /* PROVIDER_KEYRING, PROVIDER_SIGNER */
	bool has_pages; /* with templates */
	/* When this host says next what it has (monotonic.h). */
	_Atomic(int64_t) note_due_ms;

	pthread_mutex_t lock; /* of what follows */
	bool open;
	bool lost;      /* the files of the store cannot be used */
	bool elsewhere; /* the settings name another store by now */
	char told[CONF_MESSAGE_CAP]; /* what the log says is wrong, or "" */
	struct provider provider;
	struct templates *templates;
	struct file_stamps stamps;
};

struct opened_copy {
	bool valid;
	struct provider provider;
	struct templates *templates; /* NULL without pages */
	struct file_stamps stamps;
};

/* Opens nothing yet. ERR_NO_MEMORY. */
enum err opened_init(
    struct opened *o, unsigned uses, bool has_pages) MUST_CHECK;
void opened_close(struct opened *o);

/* Makes C a copy of O as it is on the disk now, and opens it if need be. C
 * begins as zeroes. False if it cannot be had. */
bool opened_copy_update(struct opened *o, struct opened_copy *c);
void opened_copy_drop(struct opened *o, struct opened_copy *c);

/* Whether requests under way may wait for a lock that is gone, with the files
 * of the store. Takes no lock. */
bool opened_may_hang(struct opened *o);

#endif
