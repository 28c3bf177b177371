/*
 * Base64 (RFC 4648), of which base64url without padding (section 5, RFC 7515
 * 2) is how every token, code, cookie and key is spelled. In constant time, as
 * libsodium's, but with one spelling only for each value (libsodium 1.0.18
 * also takes bytes over 127 for characters), and at a fifth of the
 * instructions, which were a fifth of a signature's.
 */
#ifndef LK_BASE_BASE64_H
#define LK_BASE_BASE64_H

#include "base/err.h"

#include <stddef.h>

/* Characters for N bytes, with the NUL. */
#define BASE64URL_CAP(n) ((4 * (n) + 2) / 3 + 1)

/* Writes BASE64URL_CAP(LEN) characters, NUL included. That CAP is less is a
 * programming error, and aborts. */
void base64url_encode(char *text, size_t cap, const void *bytes, size_t len);

/* Strictly: ERR_SYNTAX on padding, white space, other characters, trailing
 * bits that are not zero, and more than CAP bytes. *len is set on OK; on an
 * error BYTES is all zeroes. */
enum err base64url_decode(void *bytes, size_t cap, size_t *len,
    const char *text, size_t text_len) MUST_CHECK;

/* The same where exactly LEN bytes are wanted. */
enum err base64url_decode_exact(
    void *bytes, size_t len, const char *text) MUST_CHECK;

/* The standard alphabet, padded or not (Basic credentials, RFC 7617 2). */
enum err base64_decode(
    void *bytes, size_t cap, size_t *len, const char *text) MUST_CHECK;

#endif
