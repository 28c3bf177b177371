/*
 * UUIDs of version 4 (RFC 9562 5.4) in lower case: what names a person to
 * other programs. Databases and mail servers fold the case of a name, which
 * makes one of two base64 spellings; a UUID survives that.
 */
#ifndef LK_BASE_UUID_H
#define LK_BASE_UUID_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { UUID_LEN = 16, UUID_CAP = 37 };

/* Makes a random one: 122 random bits, and the version and variant bits. */
void uuid_make(uint8_t uuid[static UUID_LEN]);

void uuid_encode(
    char text[static UUID_CAP], const uint8_t uuid[static UUID_LEN]);

/* Strictly: ERR_SYNTAX (and zeroes) unless TEXT is what uuid_encode writes. */
enum err uuid_decode(
    uint8_t uuid[static UUID_LEN], const char *text) MUST_CHECK;

/* Whether TEXT has the form of a UUID, of any version and in any case. */
bool uuid_has_form(const char *text);

#endif
