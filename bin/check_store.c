/* Settings, store, secret key, keys and clients, and the clock they imply. */
#include "check.h"

#include "base/buf.h"
#include "base/str.h"
#include "domain/installation.h"
#include "domain/keyring.h"
#include "domain/signer.h"
#include "domain/signkey.h"
#include "domain/slots.h"
#include "jose/libcrypto.h"

#include <inttypes.h>
#include <unistd.h>

enum {
	DAY_S = 86400,
	KEY_AGE_MAX_S = 365 * DAY_S,
	OPSLIMIT_MIN = 2,  /* OWASP's figures for Argon2id, 2024 */
	MEMLIMIT_MIN = 19, /* MiB */
	KEYS_MAX = 32      /* that sign or will: far more than there are */
};

#define MIB ((uint64_t)1024 * 1024)
#define CLOCK_MIN INT64_C(1767225600) /* 2026-01-01: latchkey is younger */

/* What one walk through the store gathers. */
struct survey {
	struct checking *c;
	size_t findings_before;
	struct signkey keys[KEYS_MAX];
	size_t key_count;
	unsigned algs;
	int64_t clock_behind_s;
};

/* --- settings --------------------------------------------------------------*/

static bool
check_conf(struct checking *c)
{
	static const struct check_advice bad = {
	    "the programs do not start with it",
	    "correct the file as the line says; latchkey.conf(5) lists the "
	    "settings"};
	char why[CONF_WHY_CAP] = "";
	enum err e = conf_load(&c->a->conf, c->a->dir, why, sizeof why);

	if (e != OK) {
		/* One that is missing is told with the files. */
		if (e != ERR_NOT_FOUND)
			check_found(c, CHECK_ERROR, &bad, "%s", why);
		return false;
	}
	check_found(
	    c, CHECK_OK, NULL, "latchkey.conf: issuer %s", c->a->conf.issuer);
	return true;
}

/* Browsers keep origins apart, and never paths (RFC 6454 3.2). */
static void
check_issuer(struct checking *c)
{
	static const struct check_advice shared = {
	    "all that is served at that host has the provider's origin: its "
	    "scripts can allow apps and sign out for the person who is signed "
	    "in, and it can set the provider's cookies",
	    "give the provider a host of its own, such as "
	    "https://id.example.org; a new issuer signs every app out, so do "
	    "it early"};
	const char *path = conf_issuer_path(&c->a->conf);

	if (*path != '\0')
		check_found(c, CHECK_WARNING, &shared,
		    "the issuer has a path (%s): it shares its host with other "
		    "apps",
		    path);
}

static void
check_argon2(struct checking *c)
{
	static const struct check_advice weak = {
	    "guessing passwords from a stolen store becomes cheap",
	    "raise argon2_opslimit to 2 and argon2_memlimit to 19 or more"};
	static const struct check_advice greedy = {
	    "many sign-ins at once could exhaust the machine",
	    "lower argon2_memlimit or argon2_slots"};
	const struct conf *conf = &c->a->conf;
	const uint64_t wanted =
	    (uint64_t)conf->argon2_memlimit_mib * slots_count(conf);
	const long pages = sysconf(_SC_PHYS_PAGES);
	const long page = sysconf(_SC_PAGESIZE);

	if (conf->argon2_opslimit < OPSLIMIT_MIN ||
	    conf->argon2_memlimit_mib < MEMLIMIT_MIN)
		check_found(c, CHECK_WARNING, &weak,
		    "password hashes: %" PRIu32 " passes over %" PRIu32 " MiB",
		    conf->argon2_opslimit, conf->argon2_memlimit_mib);
	if (pages > 0 && page > 0 &&
	    wanted * MIB > (uint64_t)pages * (uint64_t)page / 2)
		check_found(c, CHECK_WARNING, &greedy,
		    "password hashes may take %" PRIu64
		    " MiB at once, more than half of the memory",
		    wanted);
}

bool
check_settings(struct checking *c)
{
	if (!check_conf(c))
		return false;
	check_issuer(c);
	check_argon2(c);
	return true;
}

/* --- the store -------------------------------------------------------------*/

static bool
check_open(struct checking *c)
{
	static const struct check_advice bad = {
	    "nothing works without the store",
	    "do what the line says, or restore the store from a copy"};
	char why[CONF_WHY_CAP] = "";

	if (installation_open(
		&c->a->store, c->a->dir, false, why, sizeof why) == OK)
		return true;
	check_found(c, CHECK_ERROR, &bad, "%s", why);
	return false;
}

static void
check_figures(struct checking *c)
{
	struct store_figures f;

	if (store_measure(c->a->store, &f) != OK)
		return;
	check_found(c, CHECK_OK, NULL,
	    "store: users %" PRIu64 ", clients %" PRIu64 ", sessions %" PRIu64
	    ", families %" PRIu64 "; %" PRIu64 " KiB in use",
	    f.entries[TABLE_USERS], f.entries[TABLE_CLIENTS],
	    f.entries[TABLE_SESSIONS], f.entries[TABLE_FAMILIES],
	    f.bytes_used / 1024);
	for (size_t i = 0; i < f.warning_count; i++) {
		const struct store_warning *w = &f.warnings[i];

		check_found(c, CHECK_WARNING,
		    &(struct check_advice){w->why, w->remedy}, "%s", w->text);
	}
}

static enum err
indexes_step(struct store_txn *t, void *arg)
{
	store_check_indexes(t, arg);
	return store_failed(t);
}

static void
check_indexes(struct checking *c)
{
	static const struct check_advice bad = {
	    "what is ended for a person or an app may not end all of it",
	    "restore the store from a copy"};
	struct store_index_faults f = {0};
	enum err e = store_read(c->a->store, indexes_step, &f);

	if (e != OK)
		check_found(c, CHECK_ERROR, &bad,
		    "the store's indexes cannot be read: %s", err_name(e));
	else if (f.stray > 0 || f.missing > 0)
		check_found(c, CHECK_ERROR, &bad,
		    "the store's indexes do not agree with its records: "
		    "%" PRIu64 " entries without a record, %" PRIu64
		    " fields of records without an entry",
		    f.stray, f.missing);
}

/* --- the secret key --------------------------------------------------------*/

static enum err
fits_step(struct store_txn *t, void *arg)
{
	return installation_fits(t, arg);
}

static void
check_keyring(struct checking *c)
{
	static const struct check_advice bad = {
	    "no code, refresh token or client secret can be checked",
	    "put back the secret.key that belongs to this store; its mode is "
	    "0600"};
	struct keyring k;
	enum err e = keyring_load(&k, c->a->dir);

	if (e == OK)
		e = store_read(c->a->store, fits_step, &k);
	keyring_wipe(&k);
	if (e == OK)
		check_found(
		    c, CHECK_OK, NULL, "secret.key belongs to the store");
	else
		check_found(c, CHECK_ERROR, &bad, "%s: %s", c->a->dir,
		    installation_key_advice(e));
}

/* --- keys ------------------------------------------------------------------*/

static void
check_private_half(
    struct checking *c, struct signer *signer, const struct signkey *k)
{
	static const struct check_advice bad = {"nothing can be signed with it",
	    "restore the file from a copy, or `latchkey key rotate --now` "
	    "twice"};
	static const char sample[] = "latchkey check";
	uint8_t sig[SIGNATURE_MAX];
	size_t len;
	enum err e;

	e = signer_probe(signer, k);
	if (e == OK)
		e = signer_sign(signer, k, sample, sizeof sample, sig, &len);
	if (e == OK)
		e = public_key_verify(&k->pub, sample, sizeof sample, sig, len);
	if (e == OK)
		check_found(c, CHECK_OK, NULL, "%s key %s (%s) signs",
		    jwa_name(k->pub.alg), k->pub.kid, key_state_name(k->state));
	else
		check_found(c, CHECK_ERROR, &bad, "%s/keys/%s.pem %s",
		    c->a->dir, k->pub.kid, signer_advice(e));
}

static void
check_keys(const struct survey *s)
{
	static const struct check_advice old = {
	    "the longer a key is used the more it is worth to a thief",
	    "latchkey key rotate"};
	struct checking *c = s->c;
	struct signer *signer;
	const struct signkey *k;

	if (signer_new(&signer, c->a->dir) != OK)
		return;
	for (k = s->keys; k < s->keys + s->key_count; k++) {
		check_private_half(c, signer, k);
		if (k->state == KEY_ACTIVE &&
		    c->a->now - k->activated_at > KEY_AGE_MAX_S)
			check_found(c, CHECK_WARNING, &old,
			    "key %s has signed for %" PRId64 " days",
			    k->pub.kid, (c->a->now - k->activated_at) / DAY_S);
	}
	signer_free(&signer);
}

static bool
has_active(const struct survey *s, enum jwa alg)
{
	for (size_t i = 0; i < s->key_count; i++)
		if (s->keys[i].pub.alg == alg && s->keys[i].state == KEY_ACTIVE)
			return true;
	return false;
}

static void
check_algs(const struct survey *s)
{
	static const struct check_advice none = {
	    "the clients that use it get no tokens",
	    "latchkey key rotate --alg with that algorithm"};
	static const struct check_advice no_rsa = {
	    "clients registered for RS256 get no tokens",
	    "install libssl3, or `latchkey client set ID --alg EdDSA`"};
	struct checking *c = s->c;
	bool needed[JWA_COUNT] = {false};
	int alg;

	for (alg = 0; alg < JWA_COUNT; alg++)
		if ((s->algs & 1U << alg) != 0)
			needed[conf_access_token_alg(
			    &c->a->conf, (enum jwa)alg)] = true;
	for (alg = 0; alg < JWA_COUNT; alg++)
		if (needed[alg] && !has_active(s, (enum jwa)alg))
			check_found(c, CHECK_ERROR, &none,
			    "clients use %s, which has no active key",
			    jwa_name((enum jwa)alg));
	if (needed[JWA_RS256] && libcrypto_available() != OK)
		check_found(
		    c, CHECK_ERROR, &no_rsa, "libcrypto cannot be loaded");
}

/* --- the clock -------------------------------------------------------------*/

static void
check_clock(const struct survey *s)
{
	static const struct check_advice wrong = {
	    "tokens would be refused as expired, or not expire",
	    "set the clock, and let NTP keep it (timedatectl)"};
	struct checking *c = s->c;
	const int64_t now = c->a->now;
	char behind[32];
	struct buf b;

	buf_init(&b, behind, sizeof behind);
	buf_put_span(&b, s->clock_behind_s);
	if (s->clock_behind_s > 0)
		check_found(c, CHECK_ERROR, &wrong,
		    "the clock is %s behind the newest record", behind);
	else if (now < CLOCK_MIN)
		check_found(c, CHECK_ERROR, &wrong,
		    "the clock says a time before latchkey was written");
	else
		check_found(c, CHECK_OK, NULL, "the clock is plausible");
}

/* --- the walk --------------------------------------------------------------*/

static bool
keep_key(void *arg, const void *record)
{
	const struct signkey *k = record;
	struct survey *s = arg;

	if (k->state == KEY_RETIRED) /* many, if keys are rotated often */
		return true;
	s->keys[s->key_count++] = *k;
	return s->key_count < KEYS_MAX;
}

/* Remembers the first app that people can be sent here by. */
static void
keep_app(struct checking *c, const struct client *client)
{
	const char *uris = client->redirect_uris;

	if (c->client_id[0] == '\0' &&
	    (client->grants & GRANT_AUTHORIZATION_CODE) != 0 &&
	    words_next(&uris, c->redirect_uri, sizeof c->redirect_uri))
		(void)!str_copy(
		    c->client_id, sizeof c->client_id, client->client_id);
}

static bool
check_client(void *arg, const void *record)
{
	const struct client *client = record;
	static const struct check_advice bad = {
	    "people cannot sign in to that app",
	    "latchkey client set, or client del"};
	struct survey *s = arg;
	const char *why = client_refusal(client);

	if (why != NULL)
		check_found(s->c, CHECK_WARNING, &bad, "client %s: %s",
		    client->client_id, why);
	else
		keep_app(s->c, client);
	return true;
}

static enum err
survey_step(struct store_txn *t, void *arg)
{
	struct survey *s = arg;
	json_t *findings = s->c->findings;

	while (json_array_size(findings) > s->findings_before)
		json_array_remove(findings, s->findings_before);
	s->c->client_id[0] = '\0';
	json_object_clear(s->c->sites);
	s->key_count = 0;
	signkey_each(t, keep_key, s);
	check_people(s->c, t);
	client_each(t, check_client, s);
	site_each(t, check_site, s->c);
	s->clock_behind_s = store_clock_behind(t, s->c->a->now);
	s->algs = client_algs(t);
	return store_failed(t);
}

bool
check_store(struct checking *c)
{
	static const struct check_advice corrupt = {
	    "programs refuse what they cannot decode",
	    "restore the store from a copy"};
	struct survey s = {.c = c};
	enum err e;

	if (!check_open(c))
		return false;
	check_figures(c);
	check_indexes(c);
	check_keyring(c);
	s.findings_before = json_array_size(c->findings);
	e = store_read(c->a->store, survey_step, &s);
	if (e != OK)
		check_found(c, CHECK_ERROR, &corrupt,
		    "a record of the store does not decode (%s)", err_name(e));
	check_keys(&s);
	check_algs(&s);
	check_clock(&s);
	return e == OK;
}
