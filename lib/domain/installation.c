#include "domain/installation.h"

#include "base/file.h"
#include "base/str.h"

#include <stdio.h>
#include <string.h>

static const char issuer_key[] = "issuer", check_key[] = "secret_key";

enum err
installation_open(struct store **s, const char *dir, bool create, char *message,
    size_t message_cap)
{
	char path[STORE_NAME_CAP];
	const struct store_settings settings = {.dir = path};
	enum err e = file_path(path, sizeof path, dir, "store");

	*s = NULL;
	if (e != OK && message_cap > 0)
		snprintf(message, message_cap, "%s: the name is too long", dir);
	if (e == OK && create)
		e = store_create(&settings, message, message_cap);
	return e == OK ? store_open(s, &settings, message, message_cap) : e;
}

void
installation_set_issuer(struct store_txn *t, const char *issuer)
{
	store_put(t, TABLE_META, issuer_key, sizeof issuer_key - 1, issuer,
	    strlen(issuer), 0);
}

void
installation_put(
    struct store_txn *t, const struct keyring *k, const char *issuer)
{
	store_put(t, TABLE_META, check_key, sizeof check_key - 1, k->check,
	    sizeof k->check, 0);
	installation_set_issuer(t, issuer);
}

enum err
installation_issuer(struct store_txn *t, char issuer[static ISSUER_CAP])
{
	struct store_value v;
	enum err e;

	issuer[0] = '\0';
	e = store_get(t, TABLE_META, issuer_key, sizeof issuer_key - 1, &v);
	return e == OK ? str_copy_n(
			     issuer, ISSUER_CAP, (const char *)v.bytes, v.len)
		       : e;
}

enum err
installation_fits(struct store_txn *t, const struct keyring *k)
{
	struct store_value v;
	enum err e;

	e = store_get(t, TABLE_META, check_key, sizeof check_key - 1, &v);
	if (e == OK && (v.len != sizeof k->check ||
			   !secret_equal(v.bytes, k->check, v.len)))
		e = ERR_FOREIGN;
	return e == ERR_NOT_FOUND ? ERR_FOREIGN : e;
}

const char *
installation_key_advice(enum err e)
{
	switch (e) {
	case ERR_PERMISSION:
		return "secret.key must be readable by this user and by no one "
		       "else (chmod 600, chown)";
	case ERR_NOT_FOUND:
		return "secret.key is missing; restore it from a backup of "
		       "this directory";
	case ERR_FOREIGN:
		return "secret.key is not the one this store was made with; "
		       "restore it from a backup of this directory";
	case ERR_CORRUPT:
		return "secret.key is damaged; restore it from a backup of "
		       "this directory";
	case ERR_DESCRIPTORS:
		return "secret.key cannot be opened: the limit of open files "
		       "is reached; raise it (LimitNOFILE= of systemd, ulimit "
		       "-n)";
	default:
		return "secret.key cannot be compared with the store";
	}
}
