/*
 * Whether OpenSSL's libcrypto is here, which RSA and P-256 need. It is loaded
 * when the first such key is used and never before. A build without it (make
 * RS256=no) never has it.
 */
#ifndef LK_JOSE_LIBCRYPTO_H
#define LK_JOSE_LIBCRYPTO_H

#include "base/err.h"

/* Loads it, if need be: OK or ERR_UNSUPPORTED. */
enum err libcrypto_available(void) MUST_CHECK;

#endif
