/*
 * What typed text means, so that it is the same text however a keyboard
 * composes it (RFC 8265). Code points that the library's tables do not know
 * yet pass: they are older than people's emoji.
 */
#ifndef LK_DOMAIN_OPAQUE_STRING_H
#define LK_DOMAIN_OPAQUE_STRING_H

#include "base/err.h"

#include <stddef.h>

/* NFC makes UTF-8 at most this many times as long (UAX #15). */
enum { OPAQUE_STRING_GROWTH = 3 };

/*
 * A password, TEXT, into OUT: the profile OpaqueString (4.2). Spaces that are
 * not ASCII become U+0020, then the text is put into the composed form (NFC).
 * ASCII and what is not UTF-8 stay as they are. ERR_NO_SPACE, ERR_NO_MEMORY;
 * ERR_UNSUPPORTED: it needs libunistring, which is not there. The caller wipes
 * OUT.
 */
enum err opaque_string(char *out, size_t cap, const char *text) MUST_CHECK;

/* The same for what is compared without regard to case, as in the profile
 * UsernameCaseMapped (3.3): lower case, then NFC. */
enum err lower_string(char *out, size_t cap, const char *text) MUST_CHECK;

#endif
