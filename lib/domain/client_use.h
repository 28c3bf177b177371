/*
 * When an app last used an access token at userinfo: for telling an app that
 * takes our tokens from one that does not (protocol/unused_codes.h). It is a
 * number of eight bytes in a file of fixed size, DIR/refusals/.used, written
 * every half minute at most; nothing is synced, and the store is not touched.
 * Two apps may share a number, which makes one of them look used.
 */
#ifndef LK_DOMAIN_CLIENT_USE_H
#define LK_DOMAIN_CLIENT_USE_H

#include <stdint.h>

void client_use_note(const char *dir, const char *client_id, int64_t now);

/* 0: never, or it is not known. */
int64_t client_use_at(const char *dir, const char *client_id);

#endif
