/* A store with a record of each kind, and how each is read. */
#ifndef LK_TESTS_RECORD_KINDS_H
#define LK_TESTS_RECORD_KINDS_H

#include "base/reason.h"
#include "base/str.h"
#include "domain/app_password.h"
#include "domain/audit.h"
#include "domain/client.h"
#include "domain/client_keys.h"
#include "domain/code.h"
#include "domain/consent.h"
#include "domain/device_code.h"
#include "domain/document.h"
#include "domain/factor.h"
#include "domain/family.h"
#include "domain/host.h"
#include "domain/link.h"
#include "domain/logout_queue.h"
#include "domain/passkey.h"
#include "domain/pushed.h"
#include "domain/registration_token.h"
#include "domain/removal.h"
#include "domain/session.h"
#include "domain/session_client.h"
#include "domain/signkey.h"
#include "domain/site.h"
#include "domain/throttle.h"
#include "domain/tries.h"
#include "domain/user.h"
#include "fixture.h"

#include <string.h>

#define SITE "https://photos.example.org"
#define DOCUMENT "https://zoo.example.org/c"

static struct keyring keyring;
static struct user alice;
static const struct throttle_try trying = {
    .name = "alice", .address = "192.0.2.1"};
static struct code code;
static struct family family;
static struct session session;
static struct app_password app_password;
static char link_text[LINK_TEXT_CAP];
static char registration_text[REGISTRATION_TOKEN_CAP];
static struct factor factor;
static struct passkey passkey;
static struct device_code device_code = {
    .id = "a device", .client_id = "photos", .scope = "openid"};
static const struct host host = {.name = "one:/var/lib/latchkey",
    .version = "1",
    .keys = "first second",
    .seen_at = 1795910400,
    .expires_at = 1795910400 + HOST_LIFE_S};
static struct pushed pushed = {.client_id = "photos"};
static struct signkey key = {
    .pub = {.alg = JWA_EDDSA, .len = 32}, .state = KEY_ACTIVE};

static enum err
make_all(struct store_txn *t, void *arg)
{
	static const struct family_lifetimes l = {900, 3600, 7200, {30, false}};
	static const uint8_t id[USER_ID_LEN] = {1, 2, 3};
	struct client client = {.client_id = "photos",
	    .name = "Photos",
	    .redirect_uris = "https://photos.example.org/cb",
	    .grants = GRANT_AUTHORIZATION_CODE,
	    .backchannel_logout_uri = "https://photos.example.org/out"};
	struct consent consent = {
	    .client_id = "photos", .granted = "openid", .declined = "email"};
	struct site site = {.origin = SITE, .rules.text = "/ signed-in"};
	struct client site_row;
	struct session_cookie cookie;
	const struct change change = {.now = noon};
	struct link link;
	struct client_keys keys;
	struct registration_token token = {
	    .uses_left = 1, .good_until = noon + 60};
	struct client document = {.client_id = DOCUMENT,
	    .name = "app.example.org",
	    .redirect_uris = "https://app.example.org/cb",
	    .grants = GRANT_AUTHORIZATION_CODE,
	    .auth_method = AUTH_NONE,
	    .source = CLIENT_OF_DOCUMENT};
	const struct document_read_by reader = {.user = "alice"};
	char text[APP_PASSWORD_CAP], codes[RECOVERY_CODES][RECOVERY_CODE_CAP];
	enum reason reason;
	int64_t wait_s;

	(void)arg;
	app_password_make(text, &app_password, &keyring);
	factor_set_totp(&factor, (const uint8_t *)"an app's very secret", 1,
	    &keyring, noon);
	factor_make_recovery(&factor, codes, &keyring, noon);
	alice = (struct user){.name = "alice", .email = "a@example.org"};
	code = (struct code){.client_id = "photos",
	    .redirect_uri = "https://photos.example.org/cb",
	    .nonce = "n",
	    .scope = "openid"};
	family = (struct family){.client_id = "photos",
	    .scope = "openid",
	    .refreshable = true,
	    .amr = "pwd"};
	session_make(&session, &cookie, NULL, id, "pwd",
	    &(struct session_lifetimes){3600, 3600}, false, noon);
	memcpy(code.sid, session.sid, SID_LEN);
	passkey = (struct passkey){.name = "Phone",
	    .id = "id",
	    .id_len = 2,
	    .alg = JWA_EDDSA,
	    .key_len = 32,
	    .rp_id = "id.example.org",
	    .transports = "usb"};
	if (user_add(t, &alice, noon) != OK ||
	    passkey_add(t, &passkey, &reason) != OK ||
	    client_add(t, &client, noon) != OK ||
	    site_client(&site_row, SITE) != OK ||
	    site_add(t, &site, &site_row, noon) != OK ||
	    app_password_put(t, &app_password) != OK ||
	    factor_put(t, &factor) != OK || code_issue(t, &code, noon) != OK ||
	    device_code_issue(t, &device_code, noon) != OK ||
	    pushed_begin(&pushed, "scope=openid", noon, &keyring) != OK ||
	    pushed_issue(t, &pushed, noon) != OK ||
	    family_begin(t, &family, &l, noon) != OK ||
	    session_put(t, &session) != OK ||
	    session_client_note(t, session.sid, &client, noon) != OK ||
	    logout_queue_put(t, "photos", id, session.sid, noon) != OK ||
	    client_keys_begin(t, &client, noon, &keys) != OK ||
	    document_begin(t, "app.example.org", ASK_DOCUMENT, noon, &wait_s) !=
		OK ||
	    document_put(t, &document, -1, &reader, noon) != OK ||
	    consent_put(t, &consent) != OK ||
	    throttle_charge(t, &keyring, &trying, noon, &wait_s) != OK ||
	    public_key_thumbprint(key.pub.kid, &key.pub) != OK ||
	    signkey_put(t, &key) != OK)
		store_fail(t, ERR_IO);
	if (record_save(t, &host_record, &host) != OK)
		store_fail(t, ERR_IO);
	tries_add(t, &alice, "192.0.2.1", noon);
	link_make(link_text, &link, LINK_INVITE, LINK_INVITE_S, &alice,
	    &keyring, &change);
	registration_token_make(registration_text, &token, &keyring);
	if (link_put(t, &link, &alice, &change) != OK ||
	    registration_token_put(t, &token, &change) != OK)
		store_fail(t, ERR_IO);
	audit_add(t, noon, "signed_in", "alice", "photos", "with a password");
	return OK;
}

static enum err
read_user(struct store_txn *t)
{
	struct user u;

	return user_get(t, alice.user_id, &u);
}

/* The first of two. */
static enum err
read_client(struct store_txn *t)
{
	struct client c;

	return client_get(t, SITE, &c);
}

static enum err
read_site(struct store_txn *t)
{
	struct site s = {0};

	return site_get(t, SITE, &s);
}

static enum err
read_app_password(struct store_txn *t)
{
	struct app_password a;

	return app_password_get(t, app_password.id, &a);
}

static enum err
read_link(struct store_txn *t)
{
	struct link l;
	struct user u;

	return link_find(t, link_text, &keyring, &l, &u);
}

static enum err
read_factor(struct store_txn *t)
{
	struct factor f;

	return factor_get(t, factor.user_id, &f);
}

static enum err
read_passkey(struct store_txn *t)
{
	struct passkey k;

	return passkey_get(t, passkey.hash, &k);
}

static enum err
read_device_code(struct store_txn *t)
{
	struct device_code d;

	return device_code_get(t, device_code.id, noon, &d);
}

static enum err
read_pushed(struct store_txn *t)
{
	struct pushed p;
	enum reason reason;

	return pushed_get(t,
	    &(struct pushed_presented){pushed.id, "photos", false}, noon, &p,
	    &reason);
}

static enum err
read_code(struct store_txn *t)
{
	struct code_presented p = {.token = code.token,
	    .client_id = "photos",
	    .redirect_uri = "https://photos.example.org/cb"};
	struct code c;
	enum reason reason;

	return code_redeem(t, &p, noon, &c, &reason);
}

static enum err
read_family(struct store_txn *t)
{
	struct family f;

	return family_get(t, family.family_id, noon, &f);
}

static enum err
read_session(struct store_txn *t)
{
	struct session s;

	return session_get(t, session.sid, noon, &s);
}

static enum err
read_consent(struct store_txn *t)
{
	static const uint8_t id[USER_ID_LEN];
	struct consent a;

	return consent_get(t, id, "photos", &a);
}

static enum err
read_throttle(struct store_txn *t)
{
	int64_t wait_s;

	return throttle_charge(t, &keyring, &trying, noon, &wait_s);
}

static enum err
read_tries(struct store_txn *t)
{
	struct tries tries;

	return tries_get(t, alice.user_id, &tries);
}

static bool
visit_audit(void *arg, const void *record)
{
	const struct audit *a = record;
	(void)arg;
	return a->event[0] != '\0';
}

static enum err
read_audit(struct store_txn *t)
{
	audit_each(t, visit_audit, NULL);
	return store_failed(t);
}

static bool
any_record(void *arg, const void *record)
{
	(void)arg;
	(void)record;
	return true;
}

static enum err
read_host(struct store_txn *t)
{
	host_each(t, noon, any_record, NULL);
	return store_failed(t);
}

static enum err
read_session_client(struct store_txn *t)
{
	session_client_each(t, session.user_id, NULL, any_record, NULL);
	return store_failed(t);
}

static enum err
read_logout(struct store_txn *t)
{
	logout_queue_each(t, any_record, NULL);
	return store_failed(t);
}

static enum err
read_client_keys(struct store_txn *t)
{
	client_keys_each(t, any_record, NULL);
	return store_failed(t);
}

static enum err
read_registration_token(struct store_txn *t)
{
	struct registration_token r;
	enum reason reason;

	return registration_token_find(
	    t, registration_text, &keyring, noon, &r, &reason);
}

static enum err
read_a_document(struct store_txn *t)
{
	struct document d;

	return document_get(t, DOCUMENT, &d);
}

static enum err
read_document_host(struct store_txn *t)
{
	struct document_host h;

	record_each(t, &document_host_record, NULL, &h, any_record, NULL);
	return store_failed(t);
}

static enum err
read_key(struct store_txn *t)
{
	struct signkey k;

	return signkey_get(t, key.pub.kid, &k);
}

struct kind {
	const char *name;
	enum store_table table;
	enum err (*read)(struct store_txn *t);
};

static const struct kind kinds[] = {
    {"user", TABLE_USERS, read_user},
    {"client", TABLE_CLIENTS, read_client},
    {"code", TABLE_CODES, read_code},
    {"family", TABLE_FAMILIES, read_family},
    {"session", TABLE_SESSIONS, read_session},
    {"consent", TABLE_CONSENTS, read_consent},
    {"throttle bucket", TABLE_THROTTLE, read_throttle},
    {"line of audit", TABLE_AUDIT, read_audit},
    {"key", TABLE_KEYS, read_key},
    {"site", TABLE_SITES, read_site},
    {"app password", TABLE_APP_PASSWORDS, read_app_password},
    {"link", TABLE_LINKS, read_link},
    {"second factor", TABLE_FACTORS, read_factor},
    {"passkey", TABLE_PASSKEYS, read_passkey},
    {"count of tries", TABLE_TRIES, read_tries},
    {"device code", TABLE_DEVICE_CODES, read_device_code},
    {"pushed request", TABLE_PUSHED, read_pushed},
    {"app of a session", TABLE_SESSION_CLIENTS, read_session_client},
    {"logout", TABLE_LOGOUTS, read_logout},
    {"set of client's keys", TABLE_CLIENT_KEYS, read_client_keys},
    {"registration token", TABLE_REGISTRATION_TOKENS, read_registration_token},
    {"document", TABLE_DOCUMENTS, read_a_document},
    {"host of documents", TABLE_DOCUMENT_HOSTS, read_document_host},
    {"host", TABLE_HOSTS, read_host},
};

#endif
