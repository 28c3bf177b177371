#include "domain/installation.h"

#include "base/big_endian.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/file.h"
#include "base/str.h"
#include "domain/audit.h"
#include "store/record_type.h"

#include <stdio.h>
#include <string.h>

enum { DETAIL_CAP = 48 };

static const char issuer_key[] = "issuer", check_key[] = "secret_key",
		  epoch_key[] = "epoch", backup_key[] = "backup";

static struct store_settings
place_of_store(const char *path, const char *where)
{
	return (struct store_settings){.dir = path,
	    .engine = where[0] != '\0' ? "postgresql" : NULL,
	    .where = where};
}

enum err
installation_replace(struct store *from, const char *dir, const char *where,
    bool replaces, store_ready *ready, void *arg, char *message,
    size_t message_cap)
{
	const struct store_settings settings = place_of_store(dir, where);

	return store_replace(
	    from, &settings, replaces, ready, arg, message, message_cap);
}

enum err
installation_open(struct store **s, const char *dir, const char *where,
    bool create, char *message, size_t message_cap)
{
	char path[STORE_NAME_CAP];
	struct store_settings settings;
	enum err e = file_path(path, sizeof path, dir, "store");

	*s = NULL;
	settings = place_of_store(path, where);
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

/* --- the epoch ------------------------------------------------------------ */

/* A record of TABLE_META is found by its name alone. */
static enum err
get_no_key(void *record, const void *key, size_t key_len)
{
	(void)record, (void)key, (void)key_len;
	return OK;
}

static size_t
put_epoch_key(const void *record, uint8_t *key)
{
	(void)record;
	memcpy(key, epoch_key, sizeof epoch_key - 1);
	return sizeof epoch_key - 1;
}

static const struct record_field epoch_fields[] = {
    FIELD_OF(struct epoch, id, BYTES, INNER, "id"),
    FIELD_OF(struct epoch, made_at, TIME, SHOWN, "made_at"),
    FIELD_OF(struct epoch, restored_at, TIME, SHOWN, "restored_at"),
};
static const struct record_type epoch_record = {
    .table = TABLE_META,
    .version = 1,
    .put_key = put_epoch_key,
    .get_key = get_no_key,
    RECORD_FIELDS(struct epoch, epoch_fields),
};

enum err
installation_epoch(struct store_txn *t, struct epoch *e)
{
	enum err found =
	    record_load(t, &epoch_record, epoch_key, sizeof epoch_key - 1, e);

	return found == ERR_NOT_FOUND ? OK : found;
}

enum err
installation_begin_epoch(struct store_txn *t, int64_t made_at, int64_t now)
{
	struct epoch e = {.made_at = made_at, .restored_at = now};
	char detail[DETAIL_CAP];
	struct buf b;

	buf_init(&b, detail, sizeof detail);
	buf_puts(&b, "backup of ");
	date_put_iso(&b, made_at);
	random_bytes(e.id, sizeof e.id);
	store_clear(t, TABLE_CODES);
	store_clear(t, TABLE_FAMILIES);
	store_clear(t, TABLE_SESSIONS);
	store_clear(t, TABLE_SESSION_CLIENTS);
	store_clear(t, TABLE_LOGOUTS);
	store_clear(t, TABLE_HOSTS);
	audit_add(t, now, "restored", NULL, NULL, detail);
	return record_save(t, &epoch_record, &e);
}

/* --- backups -------------------------------------------------------------- */

enum err
installation_backup(struct store_txn *t, int64_t *made_at)
{
	struct store_value v;
	enum err e =
	    store_get(t, TABLE_META, backup_key, sizeof backup_key - 1, &v);

	*made_at = 0;
	if (e != OK)
		return e;
	if (v.len != 8)
		return ERR_CORRUPT;
	*made_at = (int64_t)big_endian_get(v.bytes, 8);
	return OK;
}

enum err
installation_note_backup(struct store_txn *t, int64_t made_at)
{
	uint8_t bytes[8];

	big_endian_put(bytes, sizeof bytes, (uint64_t)made_at);
	store_put(t, TABLE_META, backup_key, sizeof backup_key - 1, bytes,
	    sizeof bytes, 0);
	return store_failed(t);
}

/* --- the secret key ------------------------------------------------------- */

static enum err
key_fits_store(struct store_txn *t, const struct keyring *k)
{
	struct store_value v;
	enum err e;

	e = store_get(t, TABLE_META, check_key, sizeof check_key - 1, &v);
	if (e == OK && (v.len != sizeof k->check ||
			   !secret_equal(v.bytes, k->check, v.len)))
		e = ERR_FOREIGN;
	return e == ERR_NOT_FOUND ? ERR_FOREIGN : e;
}

enum err
installation_mark(struct store_txn *t, uint8_t mark[static SECRET_KEY_LEN])
{
	struct store_value v;
	enum err e =
	    store_get(t, TABLE_META, check_key, sizeof check_key - 1, &v);

	if (e == OK && v.len != SECRET_KEY_LEN)
		e = ERR_CORRUPT;
	if (e == OK)
		memcpy(mark, v.bytes, SECRET_KEY_LEN);
	return e;
}

struct key_fitting {
	const struct keyring *keyring;
	struct epoch epoch;
};

static enum err
fit_key_step(struct store_txn *t, void *arg)
{
	struct key_fitting *f = arg;
	enum err e = key_fits_store(t, f->keyring);

	return e == OK ? installation_epoch(t, &f->epoch) : e;
}

enum err
installation_keyring(struct keyring *k, struct store *s, const char *dir)
{
	struct key_fitting f = {.keyring = k};
	enum err e = keyring_load(k, dir);

	if (e == OK)
		e = store_read(s, fit_key_step, &f);
	if (e == OK)
		keyring_enter(k, f.epoch.id);
	else
		keyring_wipe(k);
	return e;
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
