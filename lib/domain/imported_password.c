#include "domain/imported_password.h"

#include "base/library.h"
#include "base/monotonic.h"
#include "base/secret.h"
#include "base/str.h"

#include <crypt.h>
#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CRYPT64                                                                \
	"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define BASE64 CRYPT64 "+="

/*
 * The libraries
 */

/* apr_md5.h and apr_sha1.h of libaprutil; the status is 0 if it went well. */
typedef int apr_md5_encode_call(
    const char *password, const char *salt, char *result, size_t cap);
typedef void apr_sha1_base64_call(const char *text, int len, char *out);

static struct {
	__typeof__(crypt_r) *crypt_r;
	apr_md5_encode_call *apr_md5_encode;
	apr_sha1_base64_call *apr_sha1_base64;
} calls;

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
load_calls(void)
{
	void *library = library_open("libcrypt.so.1");

	if (library == NULL)
		library = library_open("libcrypt.so.2");
	if (library != NULL)
		(void)library_find(library, "crypt_r", &calls.crypt_r);
	library = library_open("libaprutil-1.so.0");
	if (library == NULL)
		return;
	(void)library_find(library, "apr_md5_encode", &calls.apr_md5_encode);
	(void)library_find(library, "apr_sha1_base64", &calls.apr_sha1_base64);
}

static enum err
crypt_into(char hash[static IMPORTED_HASH_CAP], const char *setting,
    const char *password)
{
	struct crypt_data *data = calloc(1, sizeof *data);
	const char *made;
	enum err e;

	if (data == NULL)
		return ERR_TEMPORARILY_UNAVAILABLE;
	errno = 0;
	made = calls.crypt_r(password, setting, data);
	if (made == NULL || made[0] == '*')
		e = errno == ENOMEM ? ERR_TEMPORARILY_UNAVAILABLE
				    : ERR_ACCESS_DENIED;
	else
		e = str_copy(hash, IMPORTED_HASH_CAP, made);
	secret_wipe(data, sizeof *data);
	free(data);
	return e;
}

static bool
has_crypt(void)
{
	return calls.crypt_r != NULL;
}

static enum err
apr1_into(char hash[static IMPORTED_HASH_CAP], const char *setting,
    const char *password)
{
	return calls.apr_md5_encode(
		   password, setting, hash, IMPORTED_HASH_CAP) == 0
		   ? OK
		   : ERR_ACCESS_DENIED;
}

static bool
has_apr1(void)
{
	return calls.apr_md5_encode != NULL;
}

static enum err
sha_into(char hash[static IMPORTED_HASH_CAP], const char *setting,
    const char *password)
{
	(void)setting;
	calls.apr_sha1_base64(password, (int)strlen(password), hash);
	return OK;
}

static bool
has_sha(void)
{
	return calls.apr_sha1_base64 != NULL;
}

static bool
has_argon2(void)
{
	return true;
}

/*
 * The methods
 */

/* What follows the prefix: nothing, a cost that may be left out, a cost, one
 * of fixed length, one behind a version. */
enum cost { COST_FIXED, COST_ROUNDS, COST_PART, COST_SCRYPT, COST_PHC };

struct method {
	const char *prefix, *name;
	enum cost cost;
	size_t last_len; /* of the part behind the last '$' (or brace) ... */
	size_t salt_len; /* ... and so much of it is salt */
	bool (*is_here)(void);
	/* NULL: a PHC string, which libsodium takes as it is. */
	enum err (*make)(char *hash, const char *setting, const char *password);
};

enum { BCRYPT_SALT_LEN = 22, SCRYPT_COST_LEN = 11 };

static const struct method methods[] = {
    {"$2a$", "bcrypt", COST_PART, 53, BCRYPT_SALT_LEN, has_crypt, crypt_into},
    {"$2b$", "bcrypt", COST_PART, 53, BCRYPT_SALT_LEN, has_crypt, crypt_into},
    {"$2y$", "bcrypt", COST_PART, 53, BCRYPT_SALT_LEN, has_crypt, crypt_into},
    {"$1$", "md5crypt", COST_FIXED, 22, 0, has_crypt, crypt_into},
    {"$5$", "sha256crypt", COST_ROUNDS, 43, 0, has_crypt, crypt_into},
    {"$6$", "sha512crypt", COST_ROUNDS, 86, 0, has_crypt, crypt_into},
    {"$7$", "scrypt", COST_SCRYPT, 43, 0, has_crypt, crypt_into},
    {"$y$", "yescrypt", COST_PART, 43, 0, has_crypt, crypt_into},
    {"$gy$", "gost-yescrypt", COST_PART, 43, 0, has_crypt, crypt_into},
    {"$apr1$", "apr1", COST_FIXED, 22, 0, has_apr1, apr1_into},
    {"{SHA}", "SHA-1", COST_FIXED, 28, 0, has_sha, sha_into},
    {"$argon2id$", "Argon2id", COST_PHC, 0, 0, has_argon2, NULL},
    {"$argon2i$", "Argon2i", COST_PHC, 0, 0, has_argon2, NULL},
};

/* NULL: no method of ours. */
static const struct method *
find_method(const char *hash)
{
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (str_starts(hash, methods[i].prefix))
			return &methods[i];
	return NULL;
}

const char *
imported_method(const char *hash)
{
	const struct method *m = find_method(hash);

	return m != NULL ? m->name : "";
}

bool
imported_is_argon2(const char *setting)
{
	return str_starts(setting, "$argon2");
}

static const char *
last_part(const struct method *m, const char *hash)
{
	return strrchr(hash, m->prefix[0] == '{' ? '}' : '$') + 1;
}

enum err
imported_setting(char setting[static IMPORTED_CAP], const char *hash)
{
	const struct method *m = find_method(hash);
	const char *last;

	setting[0] = '\0';
	if (m == NULL || pthread_once(&once, load_calls) != 0 || !m->is_here())
		return ERR_UNSUPPORTED;
	if (m->make == NULL)
		return str_copy(setting, IMPORTED_CAP, hash) == OK ? OK
								   : ERR_SYNTAX;
	last = last_part(m, hash);
	if (strlen(last) != m->last_len || last[strspn(last, BASE64)] != '\0')
		return ERR_SYNTAX;
	/* There is a salt between, which may be empty. */
	if (m->prefix[0] == '$' && last == hash + strlen(m->prefix))
		return ERR_SYNTAX;
	return str_copy_n(setting, IMPORTED_CAP, hash,
		   (size_t)(last - hash) + m->salt_len) == OK
		   ? OK
		   : ERR_SYNTAX;
}

/* How much of SETTING says method and cost. */
static size_t
cost_len(const char *setting)
{
	const struct method *m = find_method(setting);
	size_t len = strlen(m != NULL ? m->prefix : "");

	if (m == NULL || m->cost == COST_FIXED)
		return len;
	if (m->cost == COST_ROUNDS && !str_starts(setting + len, "rounds="))
		return len;
	size_t part = strcspn(setting + len, "$");
	if (m->cost == COST_SCRYPT && part > SCRYPT_COST_LEN)
		part = SCRYPT_COST_LEN;
	len += part;
	/* v=19$m=65536,t=3,p=4 */
	if (m->cost == COST_PHC && setting[len] == '$')
		len += 1 + strcspn(setting + len + 1, "$");
	return len;
}

bool
imported_same_cost(const char *a, const char *b)
{
	size_t len = cost_len(a);

	return len == cost_len(b) && strncmp(a, b, len) == 0;
}

/*
 * Passwords
 */

enum err
imported_hash(char hash[static IMPORTED_HASH_CAP], const char *setting,
    const char *password)
{
	const struct method *m = find_method(setting);

	hash[0] = '\0';
	if (m == NULL || m->make == NULL ||
	    pthread_once(&once, load_calls) != 0 || !m->is_here())
		return ERR_UNSUPPORTED;
	return m->make(hash, setting, password);
}

/* The memory that PHC asks for, in bytes; 0: that cannot be seen. */
static size_t
argon2_memory(const char *phc)
{
	const char *m = strstr(phc, "$m=");
	unsigned long kib = m != NULL ? strtoul(m + 3, NULL, 10) : 0;

	return kib <= SIZE_MAX >> 10 ? (size_t)kib << 10 : 0;
}

/* libsodium says the same of a wrong password and of too little memory. */
static bool
is_memory_there(size_t len)
{
	void *area = mmap(NULL, len, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return area != MAP_FAILED && munmap(area, len) == 0;
}

enum err
imported_verify_argon2(const char *phc, const char *password)
{
	size_t memory = argon2_memory(phc);

	if (memory == 0 || !is_memory_there(memory))
		return ERR_TEMPORARILY_UNAVAILABLE;
	return crypto_pwhash_str_verify(phc, password, strlen(password)) == 0
		   ? OK
		   : ERR_ACCESS_DENIED;
}

/*
 * What a hash is worth before its password comes
 */

/* Decimal digits at *AT, up to MOST; false if there are none or it is more. */
static bool
take_decimal(const char **at, const char *before, unsigned long most,
    unsigned long *number)
{
	char *end;

	if (!str_starts(*at, before))
		return false;
	*at += strlen(before);
	if (**at < '0' || **at > '9')
		return false;
	errno = 0;
	*number = strtoul(*at, &end, 10);
	*at = end;
	return errno == 0 && *number <= most;
}

static bool
take_base64(const char **at, size_t least, size_t most)
{
	size_t len;

	if (**at != '$')
		return false;
	len = strspn(++*at, CRYPT64 "+");
	*at += len;
	return len >= least && len <= most;
}

enum { ARGON2_MOST_KIB = 1 << 20, ARGON2_MOST = 100 };

/* $argon2id$v=19$m=65536,t=3,p=4$SALT$HASH. */
static enum err
check_phc(const char *phc)
{
	const char *at = phc + strlen(find_method(phc)->prefix) - 1;
	unsigned long version, kib, passes, lanes;

	if (!take_decimal(&at, "$v=", 19, &version) || version != 19 ||
	    !take_decimal(&at, "$m=", ULONG_MAX, &kib) ||
	    !take_decimal(&at, ",t=", ULONG_MAX, &passes) ||
	    !take_decimal(&at, ",p=", 255, &lanes) ||
	    !take_base64(&at, 11, 86) || !take_base64(&at, 16, 86) ||
	    *at != '\0' || lanes == 0 || kib < 8 * lanes || passes == 0)
		return ERR_SYNTAX;
	return kib > ARGON2_MOST_KIB || passes > ARGON2_MOST
		   ? ERR_CONTENT_TOO_LARGE
		   : OK;
}

enum { BCRYPT_MOST = 15, ROUNDS_MOST = 10000000, LOG_MOST = 17 };

/* Of scrypt and yescrypt one letter is the binary logarithm of the memory. */
static bool
is_too_much_memory(const struct method *m, const char *cost)
{
	const char *letter;

	if (str_ends(m->name, "yescrypt") && *cost != '\0')
		cost++; /* flags */
	else if (m->cost != COST_SCRYPT)
		return false;
	letter = *cost != '\0' ? strchr(CRYPT64, *cost) : NULL;
	return letter == NULL || letter - CRYPT64 > LOG_MOST;
}

/* What costs far too much is not tried at all. */
static enum err
check_cost(const char *hash)
{
	const struct method *m = find_method(hash);
	const char *at = hash + strlen(m->prefix);
	unsigned long n;

	if (m->make == NULL)
		return check_phc(hash);
	if (str_equal(m->name, "bcrypt") &&
	    !take_decimal(&at, "", BCRYPT_MOST, &n))
		return ERR_CONTENT_TOO_LARGE;
	if (str_starts(at, "rounds=") &&
	    !take_decimal(&at, "rounds=", ROUNDS_MOST, &n))
		return ERR_CONTENT_TOO_LARGE;
	return is_too_much_memory(m, at) ? ERR_CONTENT_TOO_LARGE : OK;
}

/* Makes a hash of some password by SETTING, whose cost may be tried: MADE, or
 * "" if it is Argon2's. */
static enum err
try_setting(
    char made[static IMPORTED_HASH_CAP], const char *setting, uint32_t *took_ms)
{
	int64_t began = monotonic_ms();
	enum err e;

	made[0] = '\0';
	if (imported_is_argon2(setting)) {
		e = imported_verify_argon2(setting, "latchkey");
		e = e == ERR_ACCESS_DENIED ? OK : e;
	} else {
		e = imported_hash(made, setting, "latchkey");
		if (e == ERR_ACCESS_DENIED ||
		    (e == OK && !str_starts(made, setting)))
			e = ERR_SYNTAX;
	}
	*took_ms = (uint32_t)(monotonic_ms() - began);
	return e == OK && *took_ms > IMPORTED_MOST_MS ? ERR_CONTENT_TOO_LARGE
						      : e;
}

enum err
imported_try(const char *hash, struct imported_cost *cost)
{
	char made[IMPORTED_HASH_CAP];
	enum err e = imported_setting(cost->setting, hash);

	cost->took_ms = 0;
	if (e == OK)
		e = check_cost(hash);
	if (e == OK)
		e = try_setting(made, cost->setting, &cost->took_ms);
	if (e == OK && made[0] != '\0' && strlen(made) != strlen(hash))
		e = ERR_SYNTAX;
	return e;
}

enum err
imported_try_setting(const char *setting, struct imported_cost *cost)
{
	char made[IMPORTED_HASH_CAP];
	enum err e = ERR_SYNTAX;

	*cost = (struct imported_cost){0};
	if (find_method(setting) == NULL)
		return ERR_UNSUPPORTED;
	if (str_copy(cost->setting, sizeof cost->setting, setting) == OK)
		e = check_cost(setting);
	if (e == OK)
		e = try_setting(made, setting, &cost->took_ms);
	return e;
}
