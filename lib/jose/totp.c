#include "jose/totp.h"

#include "base/library.h"

#include <liboath/oath.h>
#include <pthread.h>
#include <stddef.h>

enum { WINDOW = 1 /* steps before and after */ };

/* Only a sign-in with a code needs it, so it is loaded, not linked. */
static struct liboath {
	__typeof__(oath_init) *init;
	__typeof__(oath_totp_validate4) *validate;
	bool complete;
} liboath;

static pthread_once_t once = PTHREAD_ONCE_INIT;

#ifdef LK_STATIC

static void
load_liboath(void)
{
	liboath = (struct liboath){oath_init, oath_totp_validate4, false};
	liboath.complete = liboath.init() == OATH_OK;
}

#else

static void
load_liboath(void)
{
	void *library = library_open("liboath.so.0");

	if (library == NULL ||
	    !library_find(library, "oath_init", &liboath.init) ||
	    !library_find(library, "oath_totp_validate4", &liboath.validate))
		return;
	liboath.complete = liboath.init() == OATH_OK;
}

#endif

bool
totp_available(void)
{
	return pthread_once(&once, load_liboath) == 0 && liboath.complete;
}

void
totp_secret_text(char text[static TOTP_SECRET_CAP],
    const uint8_t secret[static TOTP_SECRET_LEN])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned bits = 0, held = 0;
	size_t len = 0;

	for (size_t i = 0; i < TOTP_SECRET_LEN; i++) {
		bits = (bits << 8 | secret[i]) & 0xfff;
		for (held += 8; held >= 5; held -= 5)
			text[len++] = letters[bits >> (held - 5) & 31];
	}
	text[len] = '\0';
}

enum err
totp_match(const uint8_t secret[static TOTP_SECRET_LEN], const char *code,
    int64_t now, uint64_t *step)
{
	int position;
	int found;

	*step = 0;
	if (!totp_available())
		return ERR_UNSUPPORTED;
	found = liboath.validate((const char *)secret, TOTP_SECRET_LEN,
	    (time_t)now, TOTP_STEP_S, 0, WINDOW, &position, step, 0, code);
	if (found >= 0)
		return OK;
	*step = 0;
	return ERR_ACCESS_DENIED;
}
