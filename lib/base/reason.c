#include "base/reason.h"

#include <stddef.h>

/* A place that forgets to say which error it is refuses all the same. */
#define VARIES ERR_SERVER_ERROR

static const struct {
	enum err err;
	const char *word;
} table[REASON_COUNT] = {[REASON_NONE] = {ERR_SERVER_ERROR, NULL},
#define X(name, err, word) [REASON_##name] = {err, word},
    REASONS(X)
#undef X
};

const char *
reason_word(enum reason r)
{
	return (size_t)r < REASON_COUNT ? table[r].word : NULL;
}

enum err
reason_err(enum reason r)
{
	return (size_t)r < REASON_COUNT ? table[r].err : ERR_SERVER_ERROR;
}
