/* latchkey check: whether the installation is as it should be. */
#include "admin.h"
#include "base/file.h"
#include "base/str.h"
#include "domain/audit.h"
#include "domain/client.h"
#include "domain/keyring.h"
#include "domain/rs256.h"
#include "domain/signer.h"
#include "domain/signkey.h"
#include "output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum level { LEVEL_OK, LEVEL_WARNING, LEVEL_ERROR, LEVEL_COUNT };

enum {
	DAY_S = 86400,
	KEY_AGE_MAX_S = 365 * DAY_S,
	CLOCK_SLACK_S = 300,
	OPSLIMIT_MIN = 2,  /* OWASP's figures for Argon2id, 2024 */
	MEMLIMIT_MIN = 19, /* MiB */
	READERS_PERCENT = 80,
	KEYS_MAX = 32, /* far more than rotation leaves */
	TEXT_CAP = 1024
};

#define MIB ((uint64_t)1024 * 1024)
#define FREE_LOW (64 * MIB)
#define FREE_NONE (8 * MIB)
#define CLOCK_MIN INT64_C(1767225600) /* 2026-01-01: latchkey is younger */

static const struct option check_options[] = {OPTION_JSON, OPTION_END};

static const char *const level_names[LEVEL_COUNT] = {
    [LEVEL_OK] = "ok", [LEVEL_WARNING] = "warning", [LEVEL_ERROR] = "error"};

struct checking {
	struct admin *a;
	json_t *findings;
	size_t findings_before; /* the walk through the store */
	/* gathered by that walk */
	struct signkey keys[KEYS_MAX];
	size_t key_count;
	unsigned algs;
	int64_t newest;
};

/* Why it matters, and what to do; NULL for what is well. */
struct advice {
	const char *why, *remedy;
};

static void __attribute__((format(printf, 4, 5))) found(struct checking *c,
    enum level level, const struct advice *advice, const char *format, ...)
{
	char text[TEXT_CAP];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	output_append(c->findings,
	    json_pack("{s:s, s:s, s:s, s:s}", "level", level_names[level],
		"what", text, "why", advice != NULL ? advice->why : "", "do",
		advice != NULL ? advice->remedy : ""));
}

static unsigned
count(const struct checking *c, enum level level)
{
	unsigned n = 0;
	json_t *row;
	size_t i;

	json_array_foreach(c->findings, i, row)
	{
		n += str_equal(json_string_value(json_object_get(row, "level")),
		    level_names[level]);
	}
	return n;
}

/* --- files -----------------------------------------------------------------*/

static const struct place {
	const char *name;
	unsigned forbidden;
	struct advice advice;
} places[] = {
    {"", 0022,
	{"who can write there can put files of their own in our place",
	    "chmod go-w the directory"}},
    {"latchkey.conf", 0022,
	{"who can write it can make sign-ins less safe",
	    "chmod go-w latchkey.conf"}},
    {"secret.key", 0077,
	{"who can read it can make tokens; the programs refuse to use it",
	    "chmod 600 secret.key; if others may have read it, make a new "
	    "directory"}},
    {"keys", 0077,
	{"who can reach the private keys can sign tokens", "chmod 700 keys"}},
    {"store", 0077,
	{"it holds everybody's names, addresses and password hashes",
	    "chmod 700 store"}},
    {"slots", 0022,
	{"who can lock its files can stop all sign-ins", "chmod 700 slots"}},
};

static void
check_place(struct checking *c, const struct place *p, uid_t owner)
{
	static const struct advice missing = {
	    "the programs cannot work without it",
	    "restore it from a copy, or make a new directory with init"};
	static const struct advice foreign = {
	    "the programs run as the directory's owner and may not reach it",
	    "chown -R the directory to its owner"};
	const char *dir = c->a->dir;
	char path[ADMIN_PATH_CAP];
	struct stat st;

	if (file_path(path, sizeof path, dir, p->name) != OK ||
	    stat(p->name[0] != '\0' ? path : dir, &st) != 0) {
		found(c, LEVEL_ERROR, &missing, "%s/%s: %s", dir, p->name,
		    strerror(errno));
		return;
	}
	if (st.st_uid != owner)
		found(c, LEVEL_ERROR, &foreign,
		    "%s/%s belongs to another user than the directory", dir,
		    p->name);
	if ((st.st_mode & p->forbidden) != 0)
		found(c, LEVEL_ERROR, &p->advice,
		    "%s/%s has mode %04o: open to others", dir, p->name,
		    (unsigned)(st.st_mode & 07777));
}

static bool
check_files(struct checking *c)
{
	static const struct advice none = {"there is nothing to look at",
	    "make it with `latchkey init`, or name another with -d"};
	const unsigned errors = count(c, LEVEL_ERROR);
	struct stat st;

	if (stat(c->a->dir, &st) != 0 || !S_ISDIR(st.st_mode)) {
		found(c, LEVEL_ERROR, &none, "%s: not a directory", c->a->dir);
		return false;
	}
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		check_place(c, &places[i], st.st_uid);
	if (count(c, LEVEL_ERROR) == errors)
		found(
		    c, LEVEL_OK, NULL, "%s: owner and permissions", c->a->dir);
	return true;
}

static void
check_disk(struct checking *c)
{
	static const struct advice full = {
	    "when it is full nobody can sign in or refresh",
	    "make room on that file system"};
	struct statvfs fs;
	uint64_t available;

	if (statvfs(c->a->dir, &fs) != 0)
		return;
	available = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (available < FREE_LOW)
		found(c, available < FREE_NONE ? LEVEL_ERROR : LEVEL_WARNING,
		    &full, "%" PRIu64 " MiB of disk free", available / MIB);
	else
		found(c, LEVEL_OK, NULL, "%" PRIu64 " MiB of disk free",
		    available / MIB);
}

/* --- settings --------------------------------------------------------------*/

static bool
check_conf(struct checking *c)
{
	static const struct advice bad = {"the programs do not start with it",
	    "mend that line; latchkey.conf(5) says what may stand there"};
	char why[CONF_WHY_CAP] = "";

	if (conf_load(&c->a->conf, c->a->dir, why, sizeof why) != OK) {
		found(c, LEVEL_ERROR, &bad, "%s", why);
		return false;
	}
	found(c, LEVEL_OK, NULL, "latchkey.conf: issuer %s", c->a->conf.issuer);
	return true;
}

static void
check_argon2(struct checking *c)
{
	static const struct advice weak = {
	    "guessing passwords from a stolen store becomes cheap",
	    "raise argon2_opslimit to 2 and argon2_memlimit to 19 or more"};
	static const struct advice greedy = {
	    "many sign-ins at once could exhaust the machine",
	    "lower argon2_memlimit or argon2_slots"};
	const struct conf *conf = &c->a->conf;
	const uint64_t wanted =
	    (uint64_t)conf->argon2_memlimit_mib * conf->argon2_slots;
	const long pages = sysconf(_SC_PHYS_PAGES);
	const long page = sysconf(_SC_PAGESIZE);

	if (conf->argon2_opslimit < OPSLIMIT_MIN ||
	    conf->argon2_memlimit_mib < MEMLIMIT_MIN)
		found(c, LEVEL_WARNING, &weak,
		    "password hashes: %" PRIu32 " passes over %" PRIu32 " MiB",
		    conf->argon2_opslimit, conf->argon2_memlimit_mib);
	if (pages > 0 && page > 0 &&
	    wanted * MIB > (uint64_t)pages * (uint64_t)page / 2)
		found(c, LEVEL_WARNING, &greedy,
		    "password hashes may take %" PRIu64
		    " MiB at once, more than half of the memory",
		    wanted);
}

static void
check_keyring(struct checking *c)
{
	static const struct advice bad = {
	    "no code, refresh token or client secret can be checked",
	    "restore secret.key from a copy; its mode is 0600"};
	struct keyring k;
	enum err e = keyring_load(&k, c->a->dir);

	keyring_wipe(&k);
	if (e == OK)
		found(c, LEVEL_OK, NULL, "secret.key is readable");
	else
		found(c, LEVEL_ERROR, &bad, "secret.key cannot be used (%s)",
		    err_name(e));
}

/* --- the store -------------------------------------------------------------*/

static bool
check_open(struct checking *c)
{
	static const struct advice bad = {"nothing works without the store",
	    "do what the line says, or restore the store from a copy"};
	char path[ADMIN_PATH_CAP], why[CONF_WHY_CAP] = "";

	if (file_path(path, sizeof path, c->a->dir, "store") == OK &&
	    store_open(&c->a->store, path, why, sizeof why) == OK)
		return true;
	found(c, LEVEL_ERROR, &bad, "%s", why);
	return false;
}

static void
check_figures(struct checking *c)
{
	static const struct advice crowded = {
	    "when all are taken the next program cannot read",
	    "run fewer programs; those that died are cleared at each start"};
	struct store_figures f;

	if (store_measure(c->a->store, &f) != OK)
		return;
	found(c, LEVEL_OK, NULL,
	    "store: users %" PRIu64 ", clients %" PRIu64 ", sessions %" PRIu64
	    ", families %" PRIu64 "; %" PRIu64 " KiB in use",
	    f.entries[TABLE_USERS], f.entries[TABLE_CLIENTS],
	    f.entries[TABLE_SESSIONS], f.entries[TABLE_FAMILIES],
	    f.bytes_used / 1024);
	if (f.readers_max > 0 &&
	    f.readers * 100 > f.readers_max * READERS_PERCENT)
		found(c, LEVEL_WARNING, &crowded,
		    "%u of %u reader slots of the store are taken", f.readers,
		    f.readers_max);
}

/* --- keys ------------------------------------------------------------------*/

static void
check_private_half(
    struct checking *c, struct signer *signer, const struct signkey *k)
{
	static const struct advice bad = {"nothing can be signed with it",
	    "restore the file from a copy, or `latchkey key rotate` twice"};
	static const char sample[] = "latchkey check";
	uint8_t sig[SIGNATURE_MAX];
	size_t len;
	enum err e;

	e = signer_sign(signer, k, sample, sizeof sample, sig, &len);
	if (e == OK)
		e = signkey_verify(k, sample, sizeof sample, sig, len);
	if (e == OK)
		found(c, LEVEL_OK, NULL, "%s key %s (%s) signs",
		    jwa_name(k->alg), k->kid, key_state_name(k->state));
	else
		found(c, LEVEL_ERROR, &bad, "keys/%s.pem: cannot be used (%s)",
		    k->kid, err_name(e));
}

static void
check_keys(struct checking *c)
{
	static const struct advice old = {
	    "the longer a key is used the more it is worth to a thief",
	    "latchkey key rotate"};
	struct signer *signer;
	const struct signkey *k;

	if (signer_new(&signer, c->a->dir) != OK)
		return;
	for (k = c->keys; k < c->keys + c->key_count; k++) {
		if (k->state == KEY_RETIRED)
			continue;
		check_private_half(c, signer, k);
		if (k->state == KEY_ACTIVE &&
		    c->a->now - k->activated_at > KEY_AGE_MAX_S)
			found(c, LEVEL_WARNING, &old,
			    "key %s has signed for %" PRId64 " days", k->kid,
			    (c->a->now - k->activated_at) / DAY_S);
	}
	signer_free(&signer);
}

static bool
has_active(const struct checking *c, enum jwa alg)
{
	for (size_t i = 0; i < c->key_count; i++)
		if (c->keys[i].alg == alg && c->keys[i].state == KEY_ACTIVE)
			return true;
	return false;
}

static void
check_algs(struct checking *c)
{
	static const struct advice none = {
	    "the clients that use it get no tokens",
	    "latchkey key rotate --alg with that algorithm"};
	static const struct advice no_rsa = {
	    "clients registered for RS256 get no tokens",
	    "install libssl3, or `latchkey client set ID --alg EdDSA`"};
	bool needed[JWA_COUNT] = {false};
	int alg;

	for (alg = 0; alg < JWA_COUNT; alg++)
		if ((c->algs & 1U << alg) != 0)
			needed[keys_signing_alg(&c->a->conf, (enum jwa)alg)] =
			    true;
	for (alg = 0; alg < JWA_COUNT; alg++)
		if (needed[alg] && !has_active(c, (enum jwa)alg))
			found(c, LEVEL_ERROR, &none,
			    "clients use %s, which has no active key",
			    jwa_name((enum jwa)alg));
	if (needed[JWA_RS256] && rs256_available() != OK)
		found(c, LEVEL_ERROR, &no_rsa, "libcrypto cannot be loaded");
}

/* --- the clock -------------------------------------------------------------*/

static void
check_clock(struct checking *c)
{
	static const struct advice wrong = {
	    "tokens would be refused as expired, or not expire",
	    "set the clock, and let NTP keep it (timedatectl)"};
	const int64_t now = c->a->now;

	if (now < CLOCK_MIN)
		found(c, LEVEL_ERROR, &wrong,
		    "the clock says a time before latchkey was written");
	else if (c->newest > now + CLOCK_SLACK_S)
		found(c, LEVEL_ERROR, &wrong,
		    "the clock is %" PRId64 " seconds behind the newest record",
		    c->newest - now);
	else
		found(c, LEVEL_OK, NULL, "the clock is plausible");
}

/* --- all of it -------------------------------------------------------------*/

static bool
keep_key(void *arg, const struct signkey *k)
{
	struct checking *c = arg;

	if (k->created_at > c->newest)
		c->newest = k->created_at;
	c->keys[c->key_count++] = *k;
	return c->key_count < KEYS_MAX;
}

static bool
check_client(void *arg, const struct client *client)
{
	static const struct advice bad = {"people cannot sign in to that app",
	    "latchkey client set, or client del"};
	struct checking *c = arg;
	const char *why = client_refusal(client);

	if (why != NULL)
		found(c, LEVEL_WARNING, &bad, "client %s: %s",
		    client->client_id, why);
	return true;
}

static bool
note_time(void *arg, const struct audit *line)
{
	struct checking *c = arg;

	if (line->at > c->newest)
		c->newest = line->at;
	return true;
}

static enum err
survey_step(struct store_txn *t, void *arg)
{
	struct checking *c = arg;

	while (json_array_size(c->findings) > c->findings_before)
		json_array_remove(c->findings, c->findings_before);
	c->newest = 0;
	c->key_count = 0;
	signkey_each(t, keep_key, c);
	client_each(t, check_client, c);
	audit_each(t, note_time, c);
	c->algs = client_algs(t);
	return store_failed(t);
}

static void
check_store(struct checking *c)
{
	static const struct advice corrupt = {
	    "programs refuse what they cannot decode",
	    "restore the store from a copy"};
	enum err e;

	if (!check_open(c))
		return;
	check_figures(c);
	c->findings_before = json_array_size(c->findings);
	e = store_read(c->a->store, survey_step, c);
	if (e != OK)
		found(c, LEVEL_ERROR, &corrupt,
		    "a record of the store does not decode (%s)", err_name(e));
	check_keys(c);
	check_algs(c);
	check_clock(c);
}

static void
print_text(const struct checking *c)
{
	const char *level, *what, *why, *remedy;
	json_t *row;
	size_t i;

	json_array_foreach(c->findings, i, row)
	{
		if (json_unpack(row, "{s:s, s:s, s:s, s:s}", "level", &level,
			"what", &what, "why", &why, "do", &remedy) != 0)
			continue;
		printf("%-8s %s\n", level, what);
		if (*why != '\0')
			printf("         why: %s\n         do:  %s\n", why,
			    remedy);
	}
	printf("%u errors, %u warnings\n", count(c, LEVEL_ERROR),
	    count(c, LEVEL_WARNING));
}

static int
check(struct admin *a, const struct args *args)
{
	struct checking c = {.a = a, .findings = json_array()};
	unsigned errors;
	int status;

	if (check_files(&c)) {
		check_disk(&c);
		check_keyring(&c);
		if (check_conf(&c)) {
			check_argon2(&c);
			check_store(&c);
		}
	}
	errors = count(&c, LEVEL_ERROR);
	if (!args_has(args, "--json")) {
		print_text(&c);
		json_decref(c.findings);
		status = EXIT_DONE;
	} else
		status = output_json(json_pack("{s:i, s:i, s:o}", "errors",
		    (int)errors, "warnings", (int)count(&c, LEVEL_WARNING),
		    "findings", c.findings));
	return errors > 0 ? EXIT_REFUSED : status;
}

const struct verb check_verbs[] = {
    {"check", NULL, NULL, false, true, check_options,
	"Looks at the installation: what is wrong, why it matters, what to "
	"do.",
	check},
    VERB_END,
};
