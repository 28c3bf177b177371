/*
 * What a typed password means: the profile OpaqueString of RFC 8265 (4.2), so
 * that it is the same password however a keyboard composes it. Spaces that are
 * not ASCII become U+0020, then the text is put into the composed form (NFC).
 * Code points that the library's tables do not know yet pass: they are older
 * than people's emoji.
 */
#ifndef LK_DOMAIN_OPAQUE_STRING_H
#define LK_DOMAIN_OPAQUE_STRING_H

#include "base/err.h"

#include <stddef.h>

/* NFC makes UTF-8 at most this many times as long (UAX #15). */
enum { OPAQUE_STRING_GROWTH = 3 };

/*
 * TEXT into OUT. ASCII and what is not UTF-8 stay as they are. ERR_NO_SPACE,
 * ERR_NO_MEMORY; ERR_UNSUPPORTED: it needs libunistring, which is not there.
 * The caller wipes OUT.
 */
enum err opaque_string(char *out, size_t cap, const char *text) MUST_CHECK;

#endif
