#include "domain/signer.h"

#include "base/buf.h"
#include "base/conf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/str.h"
#include "jose/ed25519.h"
#include "jose/rs256.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PEM_CAP = RS256_PEM_CAP, PATH_CAP = CONF_PATH_CAP + KID_CAP + 16 };

_Static_assert((int)SIGNATURE_MAX >= (int)RS256_MODULUS_CAP &&
		   (int)PEM_CAP >= (int)ED25519_PEM_CAP,
    "both algorithms fit");

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
make_pair(struct signkey *k, char pem[static PEM_CAP], size_t *pem_len)
{
	switch (k->alg) {
	case JWA_EDDSA:
		ed25519_make(pem, k->public_key);
		k->public_key_len = ED25519_PUBLIC_LEN;
		*pem_len = ED25519_PEM_LEN;
		return OK;
	case JWA_RS256:
		return rs256_make(pem, PEM_CAP, pem_len, k->public_key,
		    sizeof k->public_key, &k->public_key_len);
	default:
		return ERR_UNSUPPORTED;
	}
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
	char path[PATH_CAP], pem[PEM_CAP];
	size_t pem_len;
	enum err e;

	*k = (struct signkey){.alg = alg, .state = KEY_NEXT, .created_at = now};
	e = make_pair(k, pem, &pem_len);
	if (e == OK)
		e = signkey_thumbprint(k->kid, k);
	if (e == OK)
		e = make_keys_dir(dir);
	if (e == OK)
		e = key_path(path, dir, k->kid);
	if (e == OK)
		e = file_write(path, 0600, pem, pem_len, 1);
	secret_wipe(pem, sizeof pem);
	if (e != OK)
		memset(k, 0, sizeof *k);
	return e;
}

void
signer_discard(const struct signkey *k, const char *dir)
{
	char path[PATH_CAP];

	if (key_path(path, dir, k->kid) == OK)
		unlink(path);
}

struct private_key {
	struct private_key *next;
	char kid[KID_CAP];
	struct ed25519_key *ed25519; /* one of the two */
	struct rs256_key *rs256;
};

struct signer {
	pthread_mutex_t lock; /* over `keys`; what hangs there never changes */
	struct private_key *keys;
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

static void
private_key_free(struct private_key *p)
{
	ed25519_free(&p->ed25519);
	rs256_free(&p->rs256);
	free(p);
}

void
signer_free(struct signer **s)
{
	struct private_key *p, *next;

	if (*s == NULL)
		return;
	for (p = (*s)->keys; p != NULL; p = next) {
		next = p->next;
		private_key_free(p);
	}
	pthread_mutex_destroy(&(*s)->lock);
	free(*s);
	*s = NULL;
}

static enum err
from_pem(struct private_key *p, const struct signkey *k, const char *pem,
    size_t pem_len)
{
	if (k->alg == JWA_EDDSA)
		return ed25519_load(&p->ed25519, pem, pem_len, k->public_key);
	return rs256_load(
	    &p->rs256, pem, pem_len, k->public_key, k->public_key_len);
}

static enum err
load(struct signer *s, const struct signkey *k, struct private_key **loaded)
{
	char path[PATH_CAP], pem[PEM_CAP];
	struct private_key *p;
	size_t pem_len;
	enum err e;

	p = calloc(1, sizeof *p);
	if (p == NULL)
		return ERR_NO_MEMORY;
	e = str_copy(p->kid, sizeof p->kid, k->kid);
	if (e == OK)
		e = key_path(path, s->dir, k->kid);
	if (e == OK)
		e = file_read(path, 0077, pem, sizeof pem, &pem_len);
	if (e == OK)
		e = from_pem(p, k, pem, pem_len);
	secret_wipe(pem, sizeof pem);
	if (e != OK) {
		private_key_free(p);
		return e == ERR_NO_SPACE ? ERR_CORRUPT : e;
	}
	p->next = s->keys;
	s->keys = *loaded = p;
	return OK;
}

static enum err
find_or_load(
    struct signer *s, const struct signkey *k, struct private_key **found)
{
	struct private_key *p;
	enum err e = OK;

	pthread_mutex_lock(&s->lock);
	for (p = s->keys; p != NULL && !str_equal(p->kid, k->kid); p = p->next)
		;
	*found = p;
	if (p == NULL)
		e = load(s, k, found);
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
		return "must be readable by this user and by nobody else "
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
tell_unusable(const struct signer *s, const struct signkey *k, enum err e)
{
	char path[PATH_CAP];

	if (key_path(path, s->dir, k->kid) == OK)
		log_fault("signing_key_unusable", "file", path, "reason",
		    err_name(e), "why", signer_advice(e), NULL);
}

enum err
signer_probe(struct signer *s, const struct signkey *k)
{
	struct private_key *p;

	return find_or_load(s, k, &p);
}

enum err
signer_sign(struct signer *s, const struct signkey *k, const void *bytes,
    size_t len, uint8_t sig[static SIGNATURE_MAX], size_t *sig_len)
{
	struct private_key *p;
	enum err e;

	*sig_len = 0;
	e = find_or_load(s, k, &p);
	if (e != OK) {
		tell_unusable(s, k, e);
		return e;
	}
	if (p->rs256 != NULL)
		return rs256_sign(
		    p->rs256, bytes, len, sig, SIGNATURE_MAX, sig_len);
	ed25519_sign(p->ed25519, bytes, len, sig);
	*sig_len = ED25519_SIGNATURE_LEN;
	return OK;
}
