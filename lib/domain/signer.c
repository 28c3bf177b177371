#include "domain/signer.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/str.h"
#include "domain/conf.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_CAP = CONF_PATH_CAP + KID_CAP + 16 };

static enum err
key_path(char path[static PATH_CAP], const char *dir, const char *kid)
{
	char name[KID_CAP + 16];
	struct buf b;

	buf_init(&b, name, sizeof name);
	buf_puts(&b, "keys/");
	buf_puts(&b, kid);
	buf_puts(&b, ".pem");
	return buf_ok(&b) ? file_path(path, PATH_CAP, dir, name) : ERR_NO_SPACE;
}

static enum err
make_keys_dir(const char *dir)
{
	char path[PATH_CAP];
	enum err e;

	e = file_path(path, sizeof path, dir, "keys");
	if (e == OK && mkdir(path, 0700) != 0 && errno != EEXIST)
		e = file_err(errno);
	return e;
}

enum err
signer_make(struct signkey *k, enum jwa alg, const char *dir, int64_t now)
{
	char path[PATH_CAP], pem[PRIVATE_KEY_PEM_CAP];
	size_t pem_len;
	enum err e;

	*k = (struct signkey){.state = KEY_NEXT, .created_at = now};
	e = private_key_make(pem, &pem_len, &k->pub, alg);
	if (e == OK)
		e = make_keys_dir(dir);
	if (e == OK)
		e = key_path(path, dir, k->pub.kid);
	if (e == OK)
		e = file_write(path, 0600, pem, pem_len, 1);
	secret_wipe(pem, sizeof pem);
	if (e != OK)
		memset(k, 0, sizeof *k);
	return e;
}

void
signer_discard(const char *kid, const char *dir)
{
	char path[PATH_CAP];

	if (key_path(path, dir, kid) == OK)
		unlink(path);
}

struct private_half {
	struct private_half *next;
	struct private_key *key;
};

struct signer {
	pthread_mutex_t lock; /* over `keys`; what hangs there never changes */
	struct private_half *keys;
	char dir[CONF_PATH_CAP];
};

enum err
signer_new(struct signer **s, const char *dir)
{
	*s = calloc(1, sizeof **s);
	if (*s == NULL)
		return ERR_NO_MEMORY;
	if (str_copy((*s)->dir, sizeof(*s)->dir, dir) != OK) {
		free(*s);
		*s = NULL;
		return ERR_NO_SPACE;
	}
	pthread_mutex_init(&(*s)->lock, NULL);
	return OK;
}

void
signer_free(struct signer **s)
{
	struct private_half *l, *next;

	if (*s == NULL)
		return;
	for (l = (*s)->keys; l != NULL; l = next) {
		next = l->next;
		private_key_free(&l->key);
		free(l);
	}
	pthread_mutex_destroy(&(*s)->lock);
	free(*s);
	*s = NULL;
}

static enum err
read_private_half(struct private_key **key, const struct signer *s,
    const struct public_key *pub)
{
	char path[PATH_CAP], pem[PRIVATE_KEY_PEM_CAP];
	size_t pem_len;
	enum err e;

	*key = NULL;
	e = key_path(path, s->dir, pub->kid);
	if (e == OK)
		e = file_read(path, 0077, pem, sizeof pem, &pem_len);
	if (e == OK)
		e = private_key_load(key, pub, pem, pem_len);
	secret_wipe(pem, sizeof pem);
	return e == ERR_NO_SPACE ? ERR_CORRUPT : e;
}

static enum err
load_private_half(
    struct signer *s, const struct public_key *pub, struct private_half **half)
{
	struct private_half *l;
	enum err e;

	l = calloc(1, sizeof *l);
	if (l == NULL)
		return ERR_NO_MEMORY;
	e = read_private_half(&l->key, s, pub);
	if (e != OK) {
		free(l);
		return e;
	}
	l->next = s->keys;
	s->keys = *half = l;
	return OK;
}

static bool
is_half_of(const struct private_half *l, const struct public_key *pub)
{
	return str_equal(private_key_public(l->key)->kid, pub->kid);
}

static enum err
find_or_load(
    struct signer *s, const struct signkey *k, const struct private_key **found)
{
	struct private_half *l;
	enum err e = OK;

	pthread_mutex_lock(&s->lock);
	for (l = s->keys; l != NULL && !is_half_of(l, &k->pub); l = l->next)
		;
	if (l == NULL)
		e = load_private_half(s, &k->pub, &l);
	*found = e == OK ? l->key : NULL;
	pthread_mutex_unlock(&s->lock);
	return e;
}

const char *
signer_advice(enum err e)
{
	switch (e) {
	case ERR_NOT_FOUND:
		return "is missing; restore it from a backup";
	case ERR_PERMISSION:
		return "must be readable by this user and by no one else "
		       "(chmod 600, chown)";
	case ERR_CORRUPT:
		return "does not fit its row in the store; restore both from "
		       "the same backup";
	case ERR_UNSUPPORTED:
		return "needs libcrypto, which cannot be loaded";
	case ERR_DESCRIPTORS:
		return "cannot be opened: the limit of open files is reached; "
		       "raise it (LimitNOFILE= of systemd, ulimit -n)";
	default:
		return "cannot be read";
	}
}

/* The caller only learns the cause: the line names the file. */
static void
log_unusable_key(const struct signer *s, const struct signkey *k, enum err e)
{
	char path[PATH_CAP];

	if (key_path(path, s->dir, k->pub.kid) == OK)
		log_fault("signing_key_unusable", "file", path, "reason",
		    err_name(e), "why", signer_advice(e), NULL);
}

enum err
signer_probe(struct signer *s, const struct signkey *k)
{
	const struct private_key *p;

	return find_or_load(s, k, &p);
}

static enum err
find_or_tell(
    struct signer *s, const struct signkey *k, const struct private_key **found)
{
	enum err e = find_or_load(s, k, found);

	if (e != OK)
		log_unusable_key(s, k, e);
	return e;
}

enum err
signer_sign(struct signer *s, const struct signkey *k, const void *bytes,
    size_t len, uint8_t sig[static SIGNATURE_MAX], size_t *sig_len)
{
	const struct private_key *p;
	enum err e = find_or_tell(s, k, &p);

	*sig_len = 0;
	return e == OK ? private_key_sign(p, bytes, len, sig, sig_len) : e;
}

enum err
signer_jwt(char *text, size_t cap, const struct buf *claims, const char *typ,
    struct signer *s, const struct signkey *k)
{
	const struct private_key *p;
	enum err e = find_or_tell(s, k, &p);

	text[0] = '\0';
	return e == OK ? jwt_sign(text, cap, claims, typ, p) : e;
}
