#include "interaction/passkey_form.h"

#include "base/base64.h"
#include "base/str.h"
#include "domain/passkey.h"
#include "jose/cose.h"
#include "jose/libcrypto.h"
#include "web/page.h"

#include <string.h>

enum { OPTIONS_CAP = 32768, TIMEOUT_MS = 300000 };

bool
passkey_form_possible(const struct interaction *i)
{
	char rp_id[ISSUER_CAP];

	return webauthn_rp_id(rp_id, i->conf->issuer);
}

struct challenge_bearer
passkey_bearer(const struct interaction *i, enum challenge_purpose purpose,
    const uint8_t *of)
{
	return (struct challenge_bearer){
	    .purpose = purpose, .browser = i->csrf.browser, .of = of};
}

/* --- what the script is given --------------------------------------------- */

static void
put_passkey_bytes(
    struct json_build *b, const char *name, const uint8_t *bytes, size_t len)
{
	char text[BASE64URL_CAP(PASSKEY_ID_MAX)];

	base64url_encode(text, sizeof text, bytes, len);
	json_put_str(b, name, text);
}

static void
put_challenge(struct interaction *i, struct json_build *b,
    enum challenge_purpose purpose, const uint8_t *of)
{
	uint8_t challenge[WEBAUTHN_CHALLENGE_LEN];
	struct challenge_bearer bearer;

	csrf_browser(&i->csrf, i->conf, &i->call->response);
	bearer = passkey_bearer(i, purpose, of);
	challenge_make(challenge, &bearer, i->csrf.keyring, i->call->now);
	put_passkey_bytes(b, "challenge", challenge, sizeof challenge);
}

static json_t *
list_words(const char *words)
{
	json_t *list = json_array();
	char word[PASSKEY_TRANSPORTS_CAP];

	while (words_next(&words, word, sizeof word))
		json_array_append_new(list, json_string(word));
	return list;
}

struct named_passkeys {
	const uint8_t *user_id;
	const char *rp_id;
	json_t *list;
};

/* Transports are as the browser said them, or left out: with others it waits
 * for ever. */
static bool
name_passkey(void *arg, const void *record)
{
	struct named_passkeys *n = arg;
	const struct passkey *k = record;
	struct json_build one;

	if (!str_equal(k->rp_id, n->rp_id))
		return true;
	json_begin(&one);
	json_put_str(&one, "type", "public-key");
	put_passkey_bytes(&one, "id", k->id, k->id_len);
	if (k->transports[0] != '\0')
		json_put(&one, "transports", list_words(k->transports));
	json_array_append_new(n->list, json_finish(&one));
	return true;
}

static enum err
name_passkeys_step(struct store_txn *t, void *arg)
{
	struct named_passkeys *n = arg;

	json_array_clear(n->list);
	passkey_each(t, n->user_id, name_passkey, n);
	return store_failed(t);
}

/* The passkeys of USER_ID that work here; those that need no name, for NULL. */
static json_t *
list_passkeys(struct interaction *i, const char *rp_id, const uint8_t *user_id)
{
	struct named_passkeys n = {user_id, rp_id, json_array()};

	if (user_id != NULL &&
	    store_read(i->call->provider->store, name_passkeys_step, &n) != OK)
		i->call->response.failed = true;
	return n.list;
}

/* Adds `passkey`: KIND is the script's word, OPTIONS (taken over) become text.
 */
static void
put_form(struct json_build *b, const char *kind, struct json_build *options,
    bool conditional)
{
	json_t *tree = json_finish(options);
	char text[OPTIONS_CAP];
	struct json_build form;
	struct buf u;

	buf_init(&u, text, sizeof text);
	json_write(&u, tree);
	json_decref(tree);
	json_begin(&form);
	json_put_str(&form, "kind", kind);
	json_put_str(&form, "options", text);
	json_put_bool(&form, "conditional", conditional);
	if (tree == NULL || !buf_ok(&u))
		form.failed = true;
	json_put(b, "passkey", json_finish(&form));
	page_want_script(b, "passkey.js");
}

void
passkey_put_none(struct json_build *b)
{
	json_put_bool(b, "passkey", false);
}

bool
passkey_put_ask(
    struct interaction *i, struct json_build *b, const struct passkey_ask *ask)
{
	char rp_id[ISSUER_CAP];
	struct json_build o;
	json_t *named;

	if (!webauthn_rp_id(rp_id, i->conf->issuer)) {
		passkey_put_none(b);
		return false;
	}
	named = list_passkeys(i, rp_id, ask->user_id);
	if (ask->user_id != NULL && json_array_size(named) == 0) {
		json_decref(named);
		passkey_put_none(b);
		return false;
	}
	json_begin(&o);
	put_challenge(i, &o, ask->purpose, ask->of);
	json_put_str(&o, "rpId", rp_id);
	json_put_str(&o, "userVerification", "preferred");
	json_put(&o, "allowCredentials", named);
	json_put(&o, "timeout", json_integer(TIMEOUT_MS));
	put_form(b, "get", &o, ask->conditional);
	return true;
}

/* Those that can be verified here: without libcrypto, EdDSA alone. */
static json_t *
list_algorithms(void)
{
	static const int offered[] = {COSE_EDDSA, COSE_ES256, COSE_RS256};
	json_t *list = json_array();

	for (size_t n = 0; n < sizeof offered / sizeof *offered; n++)
		if (offered[n] == COSE_EDDSA || libcrypto_available() == OK)
			json_array_append_new(
			    list, json_pack("{s:s, s:i}", "type", "public-key",
				      "alg", offered[n]));
	return list;
}

static json_t *
describe_user(const struct user *u)
{
	struct json_build b;

	json_begin(&b);
	put_passkey_bytes(&b, "id", u->user_id, sizeof u->user_id);
	json_put_str(&b, "name", u->name);
	json_put_str(
	    &b, "displayName", u->display[0] != '\0' ? u->display : u->name);
	return json_finish(&b);
}

void
passkey_put_new(struct interaction *i, struct json_build *b,
    const struct user *u, const uint8_t *of)
{
	const char *provider = i->conf->provider_name;
	char rp_id[ISSUER_CAP];
	struct json_build o;

	if (!webauthn_rp_id(rp_id, i->conf->issuer)) {
		passkey_put_none(b);
		return;
	}
	json_begin(&o);
	put_challenge(i, &o, CHALLENGE_ADD, of);
	json_put(&o, "rp",
	    json_pack("{s:s, s:s}", "id", rp_id, "name",
		provider[0] != '\0' ? provider : rp_id));
	json_put(&o, "user", describe_user(u));
	json_put(&o, "pubKeyCredParams", list_algorithms());
	json_put(&o, "excludeCredentials", list_passkeys(i, rp_id, u->user_id));
	/* Required, a key that stores nothing (U2F) would be shut out. */
	json_put(&o, "authenticatorSelection",
	    json_pack("{s:s, s:s}", "residentKey", "preferred",
		"userVerification", "preferred"));
	json_put_str(&o, "attestation", "none");
	/* Without it Firefox on Android makes a passkey and loses it. */
	json_put(&o, "extensions", json_pack("{s:b}", "credProps", 1));
	json_put(&o, "timeout", json_integer(TIMEOUT_MS));
	put_form(b, "create", &o, false);
}

/* --- what it posts -------------------------------------------------------- */

static struct webauthn_bytes
read_field(struct passkey_posted *p, const struct form *posted,
    const char *name, size_t most)
{
	const char *text = form_get(posted, name);
	uint8_t *bytes = p->room + p->used;
	size_t len = 0;

	if (most > sizeof p->room - p->used)
		most = sizeof p->room - p->used;
	if (text == NULL ||
	    base64url_decode(bytes, most, &len, text, strlen(text)) != OK)
		return (struct webauthn_bytes){bytes, 0};
	p->used += len;
	return (struct webauthn_bytes){bytes, len};
}

static const char *
read_passkey_text(const struct form *posted, const char *name)
{
	const char *text = form_get(posted, name);

	return text != NULL ? text : "";
}

void
passkey_read(struct passkey_posted *p, const struct form *posted)
{
	p->used = 0;
	p->answer = (struct passkey_answer){
	    .id = read_field(p, posted, "credential", PASSKEY_ID_MAX),
	    .client_data =
		read_field(p, posted, "client_data", WEBAUTHN_CLIENT_DATA_MAX),
	    .auth_data =
		read_field(p, posted, "auth_data", WEBAUTHN_AUTH_DATA_MAX),
	    .signature =
		read_field(p, posted, "signature", WEBAUTHN_SIGNATURE_MAX),
	    .user_handle = read_field(p, posted, "user_handle", 64)};
	p->offer = (struct passkey_offer){.client_data = p->answer.client_data,
	    .attestation =
		read_field(p, posted, "attestation", WEBAUTHN_ATTESTATION_MAX),
	    .name = read_passkey_text(posted, "passkey_name"),
	    .transports = read_passkey_text(posted, "transports"),
	    .discoverable =
		str_equal(read_passkey_text(posted, "discoverable"), "1")};
}

const char *
passkey_alert(const struct interaction *i, enum err e, enum reason reason)
{
	const struct page *page = &i->call->page;
	const char *text = reason == REASON_USER_DISABLED
			       ? message_text(page->catalogue, "passkey.locked")
			       : page_reason(page, reason, NULL);

	if (e == ERR_ACCESS_DENIED && text != NULL)
		return text;
	return message_text(page->catalogue, "passkey.failed");
}
