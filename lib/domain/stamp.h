/*
 * What we give away and know again without looking it up: bytes with a MAC
 * behind them, and behind that a mark of four bytes.
 *
 * The key of the MAC is of the present epoch (domain/installation.h): what was
 * made before the store was restored does not fit. The mark's key never
 * changes: it tells what was ours from what never was. Nothing is let in by
 * it.
 */
#ifndef LK_DOMAIN_STAMP_H
#define LK_DOMAIN_STAMP_H

#include "base/err.h"
#include "domain/keyring.h"

#include <stddef.h>
#include <stdint.h>

enum {
	STAMP_MARK_LEN = 4,
	STAMP_MAX = 64 /* bytes with all that is behind them */
};

/* Puts a MAC of MAC_LEN bytes (up to 32) and the mark behind the LEN bytes at
 * BYTES. CONTEXT keeps one use apart from another. */
void stamp_put(uint8_t *bytes, size_t len, size_t mac_len, const char *context,
    const struct keyring *k);

/* OK; ERR_FOREIGN: made before the store was restored; ERR_INVALID_GRANT:
 * forged, or damaged on its way. */
enum err stamp_check(const uint8_t *bytes, size_t len, size_t mac_len,
    const char *context, const struct keyring *k) MUST_CHECK;

#endif
