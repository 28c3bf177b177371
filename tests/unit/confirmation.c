/*
 * What is bound to a key is good with it alone (RFC 9449 5, 10), and theft of
 * refresh tokens is found as ever.
 */
#include "domain/confirmation.h"

#include "check.h"
#include "domain/audit.h"
#include "domain/code.h"
#include "family_fixture.h"

static struct evidence alices, thiefs, none;

static void
make_evidence(void)
{
	uint8_t a[CONFIRMATION_LEN], b[CONFIRMATION_LEN];

	memset(a, 0xa1, sizeof a);
	memset(b, 0xb2, sizeof b);
	evidence_add(&alices, CONFIRMATION_JKT, a);
	evidence_add(&thiefs, CONFIRMATION_JKT, b);
}

/* --- compared ------------------------------------------------------------ */

static void
compared(void)
{
	const struct confirmation bound = evidence_confirmation(&alices),
				  free = evidence_confirmation(&none);

	CHECK(bound.kind == CONFIRMATION_JKT &&
		  free.kind == CONFIRMATION_NONE &&
		  evidence_confirmation(NULL).kind == CONFIRMATION_NONE,
	    "confirmation: what is shown is what is bound to");
	CHECK(confirmation_require(
		  &bound, &alices, ERR_INVALID_GRANT, &reason) == OK,
	    "confirmation: the same key is good");
	CHECK(confirmation_require(&bound, &thiefs, ERR_INVALID_GRANT,
		  &reason) == ERR_INVALID_GRANT &&
		  reason == REASON_DPOP_KEY &&
		  confirmation_require(&bound, &thiefs, ERR_INVALID_TOKEN,
		      &reason) == ERR_INVALID_TOKEN,
	    "confirmation: another is refused");
	CHECK(confirmation_require(&bound, &none, ERR_INVALID_GRANT, &reason) ==
		      ERR_INVALID_DPOP_PROOF &&
		  reason == REASON_DPOP_MISSING &&
		  confirmation_require(&bound, NULL, ERR_INVALID_GRANT,
		      &reason) == ERR_INVALID_DPOP_PROOF,
	    "confirmation: none is refused");
	CHECK(confirmation_require(
		  &free, &alices, ERR_INVALID_GRANT, &reason) == OK &&
		  confirmation_require(
		      &free, NULL, ERR_INVALID_GRANT, &reason) == OK,
	    "confirmation: what is bound to nothing wants nothing");
}

/* RFC 8705 3. */
static void
by_certificate(void)
{
	struct evidence shown = {0}, other = {0};
	struct confirmation bound;
	uint8_t hash[CONFIRMATION_LEN];

	memset(hash, 0xc3, sizeof hash);
	evidence_add(&shown, CONFIRMATION_CERTIFICATE, hash);
	bound = evidence_confirmation(&shown);
	hash[0] ^= 1;
	evidence_add(&other, CONFIRMATION_CERTIFICATE, hash);
	CHECK(bound.kind == CONFIRMATION_CERTIFICATE &&
		  confirmation_require(
		      &bound, &shown, ERR_INVALID_TOKEN, &reason) == OK,
	    "confirmation: the same certificate is good");
	CHECK(confirmation_require(&bound, &other, ERR_INVALID_GRANT,
		  &reason) == ERR_INVALID_GRANT &&
		  reason == REASON_CERTIFICATE_MISMATCH,
	    "confirmation: another is refused");
	CHECK(confirmation_require(&bound, NULL, ERR_INVALID_TOKEN, &reason) ==
		      ERR_INVALID_TOKEN &&
		  reason == REASON_CERTIFICATE_MISSING &&
		  confirmation_require(&bound, &alices, ERR_INVALID_GRANT,
		      &reason) == ERR_INVALID_GRANT,
	    "confirmation: so is none, and a key that is shown instead");
	evidence_add(&shown, CONFIRMATION_JKT, hash);
	CHECK(evidence_confirmation(&shown).kind == CONFIRMATION_JKT &&
		  confirmation_require(
		      &bound, &shown, ERR_INVALID_TOKEN, &reason) == OK,
	    "confirmation: of two that are shown a token is bound to the key, "
	    "and either is good for its own");
}

static bool
reads(const char *text, enum err wanted)
{
	json_t *cnf = json_loads(text, JSON_DECODE_ANY, NULL);
	struct confirmation c = evidence_confirmation(&thiefs);
	enum err e = confirmation_read(&c, cnf);

	json_decref(cnf);
	return e == wanted && (c.kind == CONFIRMATION_NONE) == (e != OK);
}

static void
as_json(void)
{
	const struct confirmation bound = evidence_confirmation(&alices),
				  free = evidence_confirmation(&none);
	char text[128];
	struct json_text t;
	struct buf b;

	buf_init(&b, text, sizeof text);
	json_text_begin(&t, &b);
	confirmation_put(&t, &free);
	confirmation_put(&t, &bound);
	json_text_end(&t);
	CHECK(str_equal(text,
		  "{\"cnf\":{\"jkt\":"
		  "\"oaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaE\"}}"),
	    "confirmation: it is written as RFC 9449 6.1 has it, and none is "
	    "not");
	CHECK(reads("{\"jkt\":\"oaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaE\"}",
		  OK),
	    "confirmation: and read");
	CHECK(reads("{\"x5t#S256\":\"oaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGho"
		    "aE\"}",
		  OK),
	    "confirmation: a certificate's as well (RFC 8705 3.1)");
	CHECK(reads("{}", ERR_SYNTAX) && reads("null", ERR_SYNTAX) &&
		  reads("{\"jkt\":7}", ERR_SYNTAX) &&
		  reads("{\"jkt\":\"\"}", ERR_SYNTAX) &&
		  reads("{\"none\":\"\"}", ERR_SYNTAX) &&
		  reads("{\"kid\":\"oaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGh"
			"oaE\"}",
		      ERR_SYNTAX) &&
		  reads("{\"jkt\":\"oaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGho"
			"aE\",\"x\":\"\"}",
		      ERR_SYNTAX) &&
		  reads("{\"jkt\":\"oaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGho"
			"a\"}",
		      ERR_SYNTAX) &&
		  reads("{\"jkt\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
			"AA\"}",
		      ERR_SYNTAX),
	    "confirmation: nothing else is");
}

/* --- families ------------------------------------------------------------ */

static uint64_t
refresh_with(struct store_txn *t, uint64_t generation,
    const struct evidence *evidence, int64_t now)
{
	const struct refresh_presented p = {.evidence = evidence};
	struct family f;

	return present(t, &p, generation, now, &f) == OK ? f.current : 0;
}

static void
begin_bound(struct store_txn *t)
{
	struct code c = {.client_id = "app", .scope = "openid offline_access"};

	c.cnf = evidence_confirmation(&alices);
	random_bytes(c.token.family_id, FAMILY_ID_LEN);
	memcpy(c.user_id, alice.user_id, USER_ID_LEN);
	memcpy(c.sid, session.sid, SID_LEN);
	if (code_begin_family(t, &c, &client, &lifetimes, noon, &family) != OK)
		fixture_bail_out("no family");
}

static void
set_method(struct store_txn *t, enum auth_method method)
{
	client.auth_method = method;
	if (client_put(t, &client, noon) != OK)
		fixture_bail_out("a client");
}

static enum err
bound_families(struct store_txn *t, void *arg)
{
	int64_t later = noon + 10 * GRACE;

	(void)arg;
	begin_bound(t);
	CHECK(refresh_with(t, 1, &thiefs, noon) == 0 &&
		  reason == REASON_DPOP_KEY &&
		  refresh_with(t, 1, &none, noon) == 0 &&
		  reason == REASON_DPOP_MISSING,
	    "bound family: without its key a token is refused");
	CHECK(refresh_with(t, 1, &alices, noon) == 2 &&
		  refresh_with(t, 1, &alices, noon + 1) == 2 &&
		  refresh_with(t, 2, &alices, noon + 2) == 3,
	    "bound family: with it the rule is as ever, in the window too");
	CHECK(refresh_with(t, 1, &thiefs, later) == 0 &&
		  reason == REASON_DPOP_KEY &&
		  refresh_with(t, 1, NULL, later) == 0 &&
		  reason == REASON_DPOP_MISSING && lives(t, later),
	    "bound family: a stranger with an old token ends nothing");
	CHECK(refresh_with(t, 1, &alices, later) == 0 &&
		  reason == REASON_REFRESH_TOKEN_REUSED && !lives(t, later),
	    "bound family: an old token with the key is theft");
	set_method(t, AUTH_CLIENT_SECRET);
	begin_bound(t);
	CHECK(refresh_with(t, 1, &thiefs, noon) == 2 &&
		  refresh_with(t, 2, &none, noon) == 3,
	    "bound family: that of a client that authenticates is bound by "
	    "that, and its key may change");
	set_method(t, AUTH_NONE);
	return OK;
}

/* A client that has tokens already begins to prove a key. */
static enum err
bound_later(struct store_txn *t, void *arg)
{
	(void)arg;
	begin(t, true);
	CHECK(refresh_with(t, 1, &none, noon) == 2 &&
		  refresh_with(t, 2, &alices, noon + 1) == 3 &&
		  refresh_with(t, 2, &alices, noon + 2) == 3,
	    "bound later: a first proof is taken (RFC 9449 5)");
	CHECK(refresh_with(t, 3, &none, noon + 3) == 0 &&
		  reason == REASON_DPOP_MISSING && lives(t, noon + 3),
	    "bound later: what is given for it needs its key");
	CHECK(refresh_with(t, 2, &none, noon + 3) == 0 &&
		  reason == REASON_REFRESH_TOKEN_REUSED && !lives(t, noon + 3),
	    "bound later: a token from before it, without the key, is theft");
	begin(t, true);
	CHECK(refresh_with(t, 1, &thiefs, noon) == 2 &&
		  refresh_with(t, 1, &alices, noon + 1) == 0 &&
		  reason == REASON_REFRESH_TOKEN_REUSED && !lives(t, noon + 1),
	    "bound later: so a thief who binds a stolen token is found by its "
	    "owner, in the window too");
	begin(t, true);
	CHECK(refresh_with(t, 1, &alices, noon) == 2 &&
		  refresh_with(t, 1, &alices, noon + APART) == 3 &&
		  refresh_with(t, 3, &alices, noon + APART) == 4,
	    "bound later: an answer that was lost is given again for the key");
	return OK;
}

/* --- codes --------------------------------------------------------------- */

static enum err
redeem(struct store_txn *t, const struct code *issued,
    const struct evidence *evidence, struct code *c)
{
	const struct code_presented p = {.token = issued->token,
	    .client_id = "app",
	    .redirect_uri = issued->redirect_uri,
	    .evidence = evidence};

	return code_redeem(t, &p, noon, c, &reason);
}

static struct code
issue(struct store_txn *t, const struct evidence *evidence)
{
	struct code c = {
	    .client_id = "app", .redirect_uri = "https://app.example.org/cb"};

	c.cnf = evidence_confirmation(evidence);
	memcpy(c.user_id, alice.user_id, USER_ID_LEN);
	memcpy(c.sid, session.sid, SID_LEN);
	if (code_issue(t, &c, noon) != OK)
		fixture_bail_out("no code");
	return c;
}

static enum err
codes(struct store_txn *t, void *arg)
{
	struct code bound = issue(t, &alices), free = issue(t, NULL), c;

	(void)arg;
	CHECK(redeem(t, &bound, &thiefs, &c) == ERR_INVALID_GRANT &&
		  reason == REASON_DPOP_KEY &&
		  redeem(t, &bound, NULL, &c) == ERR_INVALID_DPOP_PROOF &&
		  reason == REASON_DPOP_MISSING,
	    "bound code: without its key it is refused (RFC 9449 10)");
	CHECK(redeem(t, &bound, &alices, &c) == OK &&
		  confirmation_is_met(&c.cnf, &alices),
	    "bound code: with it, it is good");
	CHECK(redeem(t, &bound, &thiefs, &c) == ERR_INVALID_GRANT &&
		  reason == REASON_DPOP_KEY &&
		  redeem(t, &bound, &alices, &c) == ERR_INVALID_GRANT &&
		  reason == REASON_CODE_REUSED,
	    "bound code: only who has the key has used it twice");
	CHECK(redeem(t, &free, &thiefs, &c) == OK &&
		  confirmation_is_met(&c.cnf, &thiefs) &&
		  !confirmation_is_met(&c.cnf, &alices),
	    "code: what redeems it is what its family is bound to");
	return OK;
}

/* --- at rest ------------------------------------------------------------- */

static size_t
length_of(const struct record_type *type, const void *record)
{
	static uint8_t value[RECORD_VALUE_CAP];
	struct record_bytes bytes = {.value = value, .cap = sizeof value};

	return record_encode(type, record, &bytes) == OK ? bytes.len : 0;
}

static void
at_rest(void)
{
	struct family f = family;
	struct code c = {.client_id = "app"};
	size_t family_len, code_len;

	f.cnf = evidence_confirmation(NULL);
	f.bound_from = 0;
	f.resources[0] = '\0';
	family_len = length_of(&family_record, &f);
	/* The last of what each has is acr. */
	CHECK(family_len == 1 + USER_ID_LEN + SID_LEN + (2 + strlen("app")) +
				FAMILY_KEY_LEN + (2 + strlen(f.scope)) + 1 +
				(2 + strlen(f.amr)) + 12 * 5 +
				(2 + strlen(f.acr)),
	    "at rest: a family that is bound to nothing has not a byte for it");
	f.cnf = evidence_confirmation(&alices);
	CHECK(length_of(&family_record, &f) ==
		  family_len + 2 + 1 + CONFIRMATION_LEN,
	    "at rest: one that is has the thumbprint");
	code_len = length_of(&code_record, &c);
	c.cnf = evidence_confirmation(&alices);
	CHECK(length_of(&code_record, &c) == code_len + 1 + CONFIRMATION_LEN,
	    "at rest: and so have codes");
}

int
main(void)
{
	fixture_open();
	make_evidence();
	client.auth_method = AUTH_NONE;
	in_store(settle_in, NULL);
	compared();
	by_certificate();
	as_json();
	in_store(bound_families, NULL);
	in_store(bound_later, NULL);
	in_store(codes, NULL);
	at_rest();
	CHECK(looks_agree, "bound family: a look refuses in the same words");
	return check_done();
}
