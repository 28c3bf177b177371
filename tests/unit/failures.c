/*
 * The store fails at any of its calls, in the middle of a grant: nothing has
 * changed, nothing is said but server_error, and the code or token is as good
 * as before.
 */
#include "protocol/token_endpoint.h"

#include "../fault/engine.h"
#include "base/reason.h"
#include "base/str.h"
#include "check.h"
#include "domain/audit.h"
#include "domain/code.h"
#include "fixture.h"

#include <errno.h>
#include <lmdb.h>
#include <string.h>
#include <sys/stat.h>

enum { CALLS_MAX = 200 };

static const char secret[] = "0123456789-0123456789-0123456789";
static struct provider provider;

/* --- a provider with a client, a person, a session ----------------------- */

static struct client client = {.client_id = "photos",
    .name = "Photos",
    .redirect_uris = "https://photos.example.org/cb",
    .scope = "openid offline_access",
    .alg = JWA_EDDSA,
    .grants = GRANT_AUTHORIZATION_CODE | GRANT_REFRESH_TOKEN};
static struct user alice = {.name = "alice"};
static struct session session;

static enum err
settle_in(struct store_txn *t, void *arg)
{
	struct session_cookie cookie;
	struct user old;

	(void)arg;
	if (signkey_rotate(t, arg, &(struct retirement){.published_s = 3600},
		noon) != OK ||
	    client_secret_set(&client, secret, &provider.keyring) != OK ||
	    client_add(t, &client, noon) != OK ||
	    (user_find(t, "alice", &old) == ERR_NOT_FOUND &&
		user_add(t, &alice, noon) != OK))
		store_fail(t, ERR_IO);
	session_make(&session, &cookie, NULL, alice.user_id, "pwd",
	    &(struct session_lifetimes){3600, 3600}, false, noon);
	if (session_put(t, &session) != OK)
		store_fail(t, ERR_IO);
	return OK;
}

static void
open_provider(void)
{
	struct signkey key;
	char keys[300];

	fixture_open();
	snprintf(keys, sizeof keys, "%s/keys", scratch);
	random_bytes(&provider.keyring, sizeof provider.keyring);
	provider.store = fixture;
	provider.conf = (struct conf){.issuer = "https://id.example.org",
	    .access_token_lifetime_s = 900,
	    .refresh_idle_s = 30 * 86400,
	    .refresh_absolute_s = 180 * 86400,
	    .refresh_grace_s = 30};
	if ((mkdir(keys, 0700) != 0 && errno != EEXIST) ||
	    signer_make(&key, JWA_EDDSA, scratch, noon) != OK ||
	    signer_new(&provider.signer, scratch) != OK)
		fixture_bail_out("no signing key");
	in_store(settle_in, &key);
}

static enum err
issue_step(struct store_txn *t, void *arg)
{
	struct code code = {.client_id = "photos",
	    .redirect_uri = "https://photos.example.org/cb",
	    .has_challenge = true,
	    .scope = "openid offline_access",
	    .auth_time = noon,
	    .amr = "pwd"};

	memcpy(code.user_id, alice.user_id, USER_ID_LEN);
	memcpy(code.sid, session.sid, SID_LEN);
	/* RFC 7636 appendix B */
	if (pkce_challenge(code.code_challenge,
		"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM") != OK ||
	    code_issue(t, &code, noon) != OK)
		store_fail(t, ERR_IO);
	opaque_token_encode(
	    arg, OPAQUE_TOKEN_CODE, &code.token, &provider.keyring);
	return OK;
}

/* --- what is done, again and again --------------------------------------- */

struct deed {
	const char *name;
	char token[OPAQUE_TOKEN_TEXT_CAP];
	enum grant_type grant;
	enum err wanted; /* when nothing fails */
	int64_t later_s;
	struct token_reply reply;
};

static enum err
perform(struct deed *d)
{
	const struct form form = {
	    .field = {{"grant_type", grant_type_name(d->grant)},
		{"client_id", "photos"}, {"client_secret", secret},
		{"code", d->token}, {"refresh_token", d->token},
		{"code_verifier",
		    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}},
	    .count = 6};
	const struct caller who = {.form = &form};
	struct token_request q;
	enum reason reason;
	enum err e = token_request_parse(&q, &who, &reason);

	if (e != OK)
		return e;
	return token_endpoint(
	    &provider, &q, noon + 40 + d->later_s, &d->reply, &reason);
}

/* --- what is there ------------------------------------------------------- */

static bool
mix_in(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	uint64_t *sum = arg;

	for (size_t i = 0; i < key_len; i++)
		*sum = (*sum ^ ((const uint8_t *)key)[i]) * 1099511628211U;
	for (size_t i = 0; i < value->len; i++)
		*sum = (*sum ^ value->bytes[i]) * 1099511628211U;
	return true;
}

static enum err
sum_up(struct store_txn *t, void *arg)
{
	*(uint64_t *)arg = 14695981039346656037U;
	for (unsigned i = 0; i < TABLE_COUNT; i++)
		store_scan(t, (enum store_table)i, NULL, 0, mix_in, arg);
	return store_failed(t);
}

static uint64_t
everything(void)
{
	struct store_figures f;
	uint64_t sum;

	if (store_read(fixture, sum_up, &sum) != OK ||
	    store_measure(fixture, &f) != OK)
		fixture_bail_out("the store failed");
	return sum ^ f.expiry_entries ^ f.index_entries << 32;
}

static uint64_t
count(enum store_table table)
{
	struct store_figures f;

	if (store_measure(fixture, &f) != OK)
		fixture_bail_out("the store failed");
	return f.entries[table];
}

/* --- failures that stay -------------------------------------------------- */

static bool
gave_nothing(const struct deed *d)
{
	return d->reply.access_token[0] == '\0' &&
	       d->reply.id_token[0] == '\0' &&
	       d->reply.refresh_token[0] == '\0';
}

/* Fails each call of the deed in turn, till there are no more to fail. */
static void
fail_everywhere(struct deed *d, int rc, const char *rc_name)
{
	uint64_t before = everything();
	bool unchanged = true, discreet = true;
	unsigned n;
	char promise[160];
	enum err e;

	for (n = 1; n < CALLS_MAX; n++) {
		engine_fail(n, rc);
		e = perform(d);
		if (!engine_failed())
			break;
		unchanged &= everything() == before;
		discreet &=
		    str_equal(err_wire(e), "server_error") && gave_nothing(d);
	}
	engine_heal();
	printf("# %s: %u calls\n", d->name, n - 1);
	snprintf(promise, sizeof promise,
	    "failures: %s that fails (%s) has changed nothing", d->name,
	    rc_name);
	CHECK(unchanged && n > 5 && n < CALLS_MAX, promise);
	snprintf(promise, sizeof promise,
	    "failures: %s that fails (%s) gives nothing but server_error",
	    d->name, rc_name);
	CHECK(discreet, promise);
	snprintf(promise, sizeof promise,
	    "failures: %s is done when nothing fails any more", d->name);
	CHECK(e == d->wanted && everything() != before, promise);
}

/* --- failures that the store recovers from -------------------------------- */

/* At each STRIDE-th call only: every full map is twice as large afterwards. */
static void
recover_everywhere(int rc, unsigned stride, const char *promise)
{
	struct deed d = {.grant = GRANT_AUTHORIZATION_CODE};
	uint64_t families = count(TABLE_FAMILIES), codes = count(TABLE_CODES);
	bool once = true, all;
	unsigned n;

	for (n = 1; n < CALLS_MAX; n += stride) {
		in_store(issue_step, d.token);
		engine_fail_write(n, rc);
		once &= perform(&d) == OK && !gave_nothing(&d);
		all = !engine_failed();
		engine_heal();
		once &= count(TABLE_FAMILIES) == ++families &&
			count(TABLE_CODES) == ++codes;
		if (all)
			break;
	}
	CHECK(once && n > 5 && n < CALLS_MAX, promise);
}

static void
chain(int rc, const char *rc_name)
{
	struct deed exchange = {
	    .name = "a code exchange", .grant = GRANT_AUTHORIZATION_CODE};
	struct deed refresh = {
	    .name = "a refresh", .grant = GRANT_REFRESH_TOKEN};
	struct deed theft = {.name = "a replay that ends its family",
	    .grant = GRANT_REFRESH_TOKEN,
	    .wanted = ERR_INVALID_GRANT,
	    .later_s = 100};
	struct deed again = {.name = "a code's second use",
	    .grant = GRANT_AUTHORIZATION_CODE,
	    .wanted = ERR_INVALID_GRANT};
	uint64_t families = count(TABLE_FAMILIES);

	in_store(issue_step, exchange.token);
	fail_everywhere(&exchange, rc, rc_name);
	memcpy(
	    refresh.token, exchange.reply.refresh_token, OPAQUE_TOKEN_TEXT_CAP);
	memcpy(theft.token, refresh.token, OPAQUE_TOKEN_TEXT_CAP);
	fail_everywhere(&refresh, rc, rc_name);
	memcpy(
	    refresh.token, refresh.reply.refresh_token, OPAQUE_TOKEN_TEXT_CAP);
	fail_everywhere(&refresh, rc, rc_name);
	CHECK(count(TABLE_FAMILIES) == families + 1,
	    "failures: all this time there was one family");
	fail_everywhere(&theft, rc, rc_name);
	CHECK(count(TABLE_FAMILIES) == families,
	    "failures: until the replay has ended it");

	in_store(issue_step, exchange.token);
	if (perform(&exchange) != OK)
		fixture_bail_out("no family");
	memcpy(again.token, exchange.token, OPAQUE_TOKEN_TEXT_CAP);
	fail_everywhere(&again, rc, rc_name);
	CHECK(count(TABLE_FAMILIES) == families,
	    "failures: as has the code's second use");
}

int
main(void)
{
	open_provider();
	if (!fixture_is_lmdb("has its calls fail"))
		return check_done();
	chain(EIO, "input/output error");
	chain(ENOSPC, "no space");
	chain(MDB_CORRUPTED, "corrupted");
	recover_everywhere(MDB_MAP_FULL, 4,
	    "failures: a full map grows, and the grant is made once");
	recover_everywhere(MDB_PANIC, 1,
	    "failures: an engine that gave up is opened again, and the grant "
	    "is made once");
	signer_free(&provider.signer);
	return check_done();
}
