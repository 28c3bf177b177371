#include "protocol/proof.h"

#include "base/clock.h"
#include "base/str.h"
#include "store/record.h"

#include <string.h>

enum { PROOF_VERSION = 1 };

void
proof_password(uint8_t hash[static HASH_LEN], const struct user *u)
{
	secret_hash(hash, u->password.hash, sizeof u->password.hash);
}

void
proof_person(struct proof *p, const struct user *u)
{
	memcpy(p->user_id, u->user_id, USER_ID_LEN);
	memcpy(p->language, u->language, sizeof p->language);
	proof_password(p->password, u);
}

enum err
proof_of_session(struct proof *p, const struct session *s, const struct user *u)
{
	enum err e;

	*p = (struct proof){
	    .auth_time = s->auth_time, .remember = s->remembered};
	proof_person(p, u);
	e = str_copy(p->amr, sizeof p->amr, s->amr);
	return e == OK ? str_copy(p->typed, sizeof p->typed, u->name) : e;
}

/* One key for each browser. */
static void
browser_key(uint8_t key[static SECRET_KEY_LEN], const struct keyring *k,
    const char *browser)
{
	secret_mac(
	    key, SECRET_KEY_LEN, k->form, "proof", browser, strlen(browser));
}

static void
put_passkey(struct record_writer *w, const struct passkey_use *u)
{
	record_put_bytes(w, u->hash, sizeof u->hash);
	record_put_bytes(w, u->challenge, sizeof u->challenge);
	record_put_u40(w, (uint64_t)u->expires_at);
	record_put_u8(w, (uint8_t)u->flags);
	record_put_u32(w, u->count);
	record_put_u8(w, u->alone);
	record_put_u8(w, u->added);
}

static void
get_passkey(struct record_reader *r, struct passkey_use *u)
{
	record_get_bytes(r, u->hash, sizeof u->hash);
	record_get_bytes(r, u->challenge, sizeof u->challenge);
	u->expires_at = (int64_t)record_get_u40(r);
	u->flags = record_get_u8(r);
	u->count = record_get_u32(r);
	u->alone = record_get_u8(r) != 0;
	u->added = record_get_u8(r) != 0;
}

void
proof_seal(char text[static PROOF_TEXT_CAP], const struct proof *p,
    const struct keyring *k, const char *browser, int64_t now)
{
	uint8_t bytes[PROOF_CAP], sealed[PROOF_CAP + SEAL_OVERHEAD];
	uint8_t key[SECRET_KEY_LEN];
	int64_t expires_at =
	    p->expires_at != 0 ? p->expires_at : now + PROOF_LIFETIME_S;
	struct record_writer w;

	record_begin(&w, bytes, sizeof bytes, PROOF_VERSION);
	record_put_u40(&w, (uint64_t)expires_at);
	record_put_bytes(&w, p->user_id, sizeof p->user_id);
	record_put_bytes(&w, p->password, sizeof p->password);
	record_put_u8(&w, p->remember);
	record_put_u8(&w, (uint8_t)p->factors);
	record_put_u40(&w, (uint64_t)p->auth_time);
	put_passkey(&w, &p->passkey);
	record_put_str(&w, p->amr);
	record_put_str(&w, p->language);
	record_put_str(&w, p->typed);
	text[0] = '\0';
	if (record_end(&w) == OK) {
		browser_key(key, k, browser);
		secret_seal(sealed, bytes, w.len, key, "proof");
		base64url_encode(
		    text, PROOF_TEXT_CAP, sealed, w.len + SEAL_OVERHEAD);
	}
	secret_wipe(key, sizeof key);
	secret_wipe(bytes, sizeof bytes);
}

static enum err
decode_proof(struct proof *p, const uint8_t *bytes, size_t len, int64_t now)
{
	struct record_reader r;
	int64_t left_s;

	record_open(&r, bytes, len, PROOF_VERSION);
	p->expires_at = (int64_t)record_get_u40(&r);
	left_s = p->expires_at - now;
	record_get_bytes(&r, p->user_id, sizeof p->user_id);
	record_get_bytes(&r, p->password, sizeof p->password);
	p->remember = record_get_u8(&r) != 0;
	p->factors = record_get_u8(&r);
	p->auth_time = (int64_t)record_get_u40(&r);
	get_passkey(&r, &p->passkey);
	record_get_str(&r, p->amr, sizeof p->amr);
	record_get_str(&r, p->language, sizeof p->language);
	record_get_str(&r, p->typed, sizeof p->typed);
	/* More than that is left if the clock went back since. */
	if (left_s <= 0 || left_s > PROOF_LIFETIME_S + CLOCK_SLACK_S)
		return ERR_FORBIDDEN;
	return record_close(&r);
}

enum err
proof_unseal(struct proof *p, const char *text, const struct keyring *k,
    const char *browser, int64_t now)
{
	uint8_t bytes[PROOF_CAP], sealed[PROOF_CAP + SEAL_OVERHEAD];
	uint8_t key[SECRET_KEY_LEN];
	size_t len;
	enum err e =
	    base64url_decode(sealed, sizeof sealed, &len, text, strlen(text));

	*p = (struct proof){0};
	if (e == OK && len < SEAL_OVERHEAD)
		e = ERR_SYNTAX;
	browser_key(key, k, browser);
	if (e == OK)
		e = secret_open(bytes, sealed, len, key, "proof");
	if (e == OK)
		e = decode_proof(p, bytes, len - SEAL_OVERHEAD, now);
	if (e != OK)
		*p = (struct proof){0};
	secret_wipe(key, sizeof key);
	secret_wipe(bytes, sizeof bytes);
	return e == OK ? OK : ERR_FORBIDDEN;
}
