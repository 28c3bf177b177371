#include "domain/keyring.h"

#include "base/file.h"
#include "domain/conf.h"

#include <sodium.h>
#include <string.h>

enum {
	PATH_CAP = CONF_PATH_CAP + 16,
	FILE_LEN = BASE64URL_CAP(SECRET_KEY_LEN) /* a newline for the NUL */
};

_Static_assert((int)SECRET_KEY_LEN == (int)crypto_kdf_KEYBYTES,
    "the master key is a key of crypto_kdf");

enum err
keyring_create(const char *dir)
{
	uint8_t master[SECRET_KEY_LEN];
	char path[PATH_CAP], text[FILE_LEN];
	enum err e;

	e = file_path(path, sizeof path, dir, "secret.key");
	if (e != OK)
		return e;
	random_bytes(master, sizeof master);
	base64url_encode(text, sizeof text, master, sizeof master);
	text[FILE_LEN - 1] = '\n';
	e = file_write(path, 0600, text, sizeof text, 1);
	secret_wipe(master, sizeof master);
	secret_wipe(text, sizeof text);
	return e;
}

static enum err
read_master(uint8_t master[static SECRET_KEY_LEN], const char *dir)
{
	char path[PATH_CAP], text[FILE_LEN];
	size_t len;
	enum err e;

	e = file_path(path, sizeof path, dir, "secret.key");
	if (e != OK)
		return e;
	e = file_read(path, 0077, text, sizeof text, &len);
	if (e == ERR_NO_SPACE)
		e = ERR_CORRUPT;
	if (e == OK && (len != FILE_LEN || text[FILE_LEN - 1] != '\n'))
		e = ERR_CORRUPT;
	if (e == OK) {
		text[FILE_LEN - 1] = '\0';
		if (base64url_decode_exact(master, SECRET_KEY_LEN, text) != OK)
			e = ERR_CORRUPT;
	}
	secret_wipe(text, sizeof text);
	return e;
}

enum err
keyring_load(struct keyring *k, const char *dir)
{
	/* The numbers are for ever: another order is other keys. */
	uint8_t *const subkeys[] = {k->token, k->seal, k->client, k->form,
	    k->throttle, k->check, k->device, k->mark};
	uint8_t master[SECRET_KEY_LEN];
	size_t i;
	enum err e;

	memset(k, 0, sizeof *k);
	e = read_master(master, dir);
	if (e == OK)
		for (i = 0; i < sizeof subkeys / sizeof subkeys[0]; i++)
			crypto_kdf_derive_from_key(subkeys[i], SECRET_KEY_LEN,
			    i + 1, "latchkey", master);
	secret_wipe(master, sizeof master);
	return e;
}

void
keyring_enter(struct keyring *k, const uint8_t epoch[static EPOCH_LEN])
{
	static const uint8_t first[EPOCH_LEN];
	uint8_t *const keys[] = {k->token, k->form, k->device};
	uint8_t key[SECRET_KEY_LEN];

	memcpy(k->epoch, epoch, EPOCH_LEN);
	if (memcmp(epoch, first, EPOCH_LEN) == 0)
		return;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		secret_mac(key, sizeof key, keys[i], "epoch", epoch, EPOCH_LEN);
		memcpy(keys[i], key, sizeof key);
	}
	secret_wipe(key, sizeof key);
}

void
keyring_wipe(struct keyring *k)
{
	secret_wipe(k, sizeof *k);
}
