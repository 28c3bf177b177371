/*
 * Pictures that people see beside a name: the icon of an app, the logo of the
 * provider. A PNG or an SVG, checked before it is kept. It is served under a
 * policy that lets nothing in it run or load; what is refused here would be no
 * danger, but would not look as it should.
 */
#ifndef LK_DOMAIN_ICON_H
#define LK_DOMAIN_ICON_H

#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ICON_MAX = 65536, ICON_TAG_CAP = 17, ICON_SIDE_MAX = 4096 };

enum icon_kind { ICON_NONE, ICON_PNG, ICON_SVG };

/* What the bytes are, by how they begin. */
enum icon_kind icon_kind(const uint8_t *bytes, size_t len);

/* "image/png", "image/svg+xml" */
const char *icon_type(enum icon_kind kind);

/* NULL if the bytes may be an icon, else what is wrong, for people. */
const char *icon_refusal(const uint8_t *bytes, size_t len);

/* A word that changes with the bytes, for their address. */
void icon_tag(char tag[static ICON_TAG_CAP], const uint8_t *bytes, size_t len);

struct icon {
	size_t len;
	uint8_t bytes[ICON_MAX];
};

/* Reads the picture in the file PATH, which others must not be able to write:
 * NULL, or what is wrong, for people. */
const char *icon_read(struct icon *icon, const char *path) MUST_CHECK;

/* The icon of the client: OK, ERR_NOT_FOUND. */
enum err icon_get(
    struct store_txn *t, const char *client_id, struct icon *icon) MUST_CHECK;
void icon_put(struct store_txn *t, const char *client_id, const uint8_t *bytes,
    size_t len);
void icon_del(struct store_txn *t, const char *client_id);

#endif
