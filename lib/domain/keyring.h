/*
 * The keys kept outside the store, all derived from one file, DIR/secret.key
 * (32 random bytes, base64url, mode 0600). A stolen copy of the store alone
 * makes no token, opens no sealed secret, forges no form.
 */
#ifndef LK_DOMAIN_KEYRING_H
#define LK_DOMAIN_KEYRING_H

#include "base/err.h"
#include "base/secret.h"

#include <stddef.h>
#include <stdint.h>

enum { EPOCH_LEN = 16 };

struct keyring {
	uint8_t token[SECRET_KEY_LEN];    /* MACs of codes and refresh tokens */
	uint8_t seal[SECRET_KEY_LEN];     /* sealed client secrets */
	uint8_t client[SECRET_KEY_LEN];   /* sealed hashes of secrets */
	uint8_t form[SECRET_KEY_LEN];     /* CSRF tokens */
	uint8_t throttle[SECRET_KEY_LEN]; /* names of throttle buckets */
	uint8_t check[SECRET_KEY_LEN];    /* not secret: tells keys apart */
	uint8_t device[SECRET_KEY_LEN];   /* MACs of device cookies */
	uint8_t mark[SECRET_KEY_LEN];     /* tells what was ours (stamp.h) */
	uint8_t epoch[EPOCH_LEN];         /* in token, form and device */
};

/* Makes DIR/secret.key; ERR_EXISTS, ERR_IO. */
enum err keyring_create(const char *dir) MUST_CHECK;

/* Reads and derives; ERR_NOT_FOUND, ERR_PERMISSION (others can read it),
 * ERR_CORRUPT. The caller wipes. */
enum err keyring_load(struct keyring *k, const char *dir) MUST_CHECK;

/* Turns the keys of what is given away for a time (tokens, codes, links, forms,
 * cookies) into those of an epoch; zeroes are the first. Once after loading.
 * What is kept (sealed secrets, their hashes) has its keys for ever. */
void keyring_enter(struct keyring *k, const uint8_t epoch[static EPOCH_LEN]);
void keyring_wipe(struct keyring *k);

#endif
