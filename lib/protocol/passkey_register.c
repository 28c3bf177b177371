#include "protocol/passkey_register.h"

#include "base/str.h"
#include "domain/audit.h"
#include "domain/replay.h"

#include <string.h>

/* What getTransports() can say (WebAuthn 5.8.4, and what came later). Another
 * word is left out: a browser that reads it back would look in vain. */
static void
copy_transports(
    char transports[static PASSKEY_TRANSPORTS_CAP], const char *sent)
{
	static const char known[] = "usb nfc ble smart-card hybrid internal";
	char word[16];

	transports[0] = '\0';
	while (words_next(&sent, word, sizeof word))
		if (words_has(known, word) &&
		    words_add(transports, PASSKEY_TRANSPORTS_CAP, word) != OK)
			return;
}

static void
describe_passkey(struct passkey *k, const struct webauthn_registration *r,
    const struct passkey_offer *offer)
{
	memcpy(k->id, r->id, r->id_len);
	k->id_len = r->id_len;
	k->alg = r->key.alg;
	memcpy(k->key, r->key.bytes, r->key.len);
	k->key_len = r->key.len;
	k->count = r->count;
	k->flags_last = r->flags;
	memcpy(k->aaguid, r->aaguid, sizeof k->aaguid);
	k->discoverable = offer->discoverable;
	copy_transports(k->transports, offer->transports);
	str_cut(k->name, sizeof k->name, offer->name);
}

enum err
passkey_check_new(const struct provider *p,
    const struct challenge_bearer *bearer, const struct passkey_offer *offer,
    int64_t now, struct passkey_new *n, enum reason *reason)
{
	struct webauthn_client_data d;
	struct webauthn_registration r;
	enum err e = webauthn_client_data_read(
	    &d, &offer->client_data, "webauthn.create", p->conf.issuer, reason);

	*n = (struct passkey_new){0};
	if (e == OK && challenge_check(d.challenge, bearer, &p->keyring, now,
			   &n->expires_at) != OK)
		e = refused(REASON_PASSKEY_EXPIRED, reason);
	if (e == OK)
		e = webauthn_register(
		    &r, &offer->attestation, p->conf.issuer, reason);
	if (e != OK)
		return e;
	secret_hash(n->challenge, d.challenge, sizeof d.challenge);
	describe_passkey(&n->passkey, &r, offer);
	return webauthn_rp_id(n->passkey.rp_id, p->conf.issuer)
		   ? OK
		   : refused(REASON_PASSKEY_ORIGIN, reason);
}

enum err
passkey_give(struct store_txn *t, const struct passkey_new *n,
    const struct user *person, const char *address, int64_t now,
    enum reason *reason)
{
	struct passkey k = n->passkey;
	enum err e = replay_note(t, n->challenge, n->expires_at);

	if (e == ERR_EXISTS)
		return refused(REASON_PASSKEY_REUSED, reason);
	memcpy(k.user_id, person->user_id, USER_ID_LEN);
	k.created_at = now;
	if (e == OK)
		e = passkey_add(t, &k, reason);
	if (e == OK)
		audit_write(t, now,
		    &(struct audit_line){.event = "passkey_added",
			.user = person->name,
			.user_id = person->user_id,
			.detail = k.name,
			.address = address});
	return e;
}
