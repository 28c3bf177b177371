#include "protocol/webauthn.h"

#include "base/base64.h"
#include "base/big_endian.h"
#include "base/json_object_view.h"
#include "base/str.h"
#include "jose/cbor.h"
#include "jose/cose.h"

#include <arpa/inet.h>
#include <sodium.h>
#include <string.h>

_Static_assert((int)WEBAUTHN_HASH_LEN == (int)crypto_hash_sha256_BYTES,
    "the hash is SHA-256");

/* --- the host and the origin --------------------------------------------- */

bool
webauthn_rp_id(char rp_id[static ISSUER_CAP], const char *issuer)
{
	struct issuer_parts p;
	struct in_addr address;

	rp_id[0] = '\0';
	return issuer_split(issuer, &p) && p.host[0] != '[' &&
	       str_copy_n(rp_id, ISSUER_CAP, p.host, p.host_len) == OK &&
	       inet_pton(AF_INET, rp_id, &address) != 1;
}

/* The issuer without its path, as browsers write an origin: they leave out a
 * port that goes without saying. */
static bool
is_origin_of(const char *origin, const char *issuer)
{
	struct issuer_parts p;
	const char *usual;
	size_t len;

	if (!issuer_split(issuer, &p))
		return false;
	usual = p.https ? ":443" : ":80";
	len = (size_t)(p.path - issuer);
	if (len > strlen(usual) &&
	    strncmp(p.path - strlen(usual), usual, strlen(usual)) == 0)
		len -= strlen(usual);
	return strlen(origin) == len && strncmp(origin, issuer, len) == 0;
}

/* --- what the browser says ------------------------------------------------ */

static enum err
check_client_data(struct webauthn_client_data *d,
    const struct json_object_view *m, const char *type, const char *issuer,
    enum reason *reason)
{
	const char *is = json_object_view_str(m, "type");
	const char *challenge = json_object_view_str(m, "challenge");
	const char *origin = json_object_view_str(m, "origin");

	if (is == NULL || challenge == NULL || origin == NULL ||
	    !str_equal(is, type) ||
	    base64url_decode_exact(
		d->challenge, sizeof d->challenge, challenge) != OK)
		return refused(REASON_PASSKEY_MALFORMED, reason);
	/* A page of ours in a frame of another site is none of ours. */
	if (!is_origin_of(origin, issuer) ||
	    (json_object_view_has(m, "crossOrigin") &&
		!json_object_view_is_false(m, "crossOrigin")) ||
	    json_object_view_has(m, "topOrigin"))
		return refused(REASON_PASSKEY_ORIGIN, reason);
	return OK;
}

enum err
webauthn_client_data_read(struct webauthn_client_data *d,
    const struct webauthn_bytes *json, const char *type, const char *issuer,
    enum reason *reason)
{
	char text[WEBAUTHN_CLIENT_DATA_MAX];
	struct json_object_view m;
	enum err e;

	*d = (struct webauthn_client_data){0};
	if (json->len > sizeof text)
		return refused(REASON_PASSKEY_MALFORMED, reason);
	crypto_hash_sha256(d->hash, json->bytes, json->len);
	memcpy(text, json->bytes, json->len);
	if (json_object_view_read(&m, text, json->len) != OK)
		return refused(REASON_PASSKEY_MALFORMED, reason);
	e = check_client_data(d, &m, type, issuer, reason);
	json_object_view_free(&m);
	return e;
}

/* --- what the authenticator says ------------------------------------------ */

enum { HEAD_LEN = WEBAUTHN_HASH_LEN + 1 + 4 };

/* The hash of the host, the flags and the count, with which the data begins. */
static enum err
read_auth_head(struct webauthn_assertion *a, const struct webauthn_bytes *data,
    const char *issuer, enum reason *reason)
{
	char rp_id[ISSUER_CAP];
	uint8_t hash[WEBAUTHN_HASH_LEN];

	*a = (struct webauthn_assertion){0};
	if (data->len < HEAD_LEN || data->len > WEBAUTHN_AUTH_DATA_MAX)
		return refused(REASON_PASSKEY_MALFORMED, reason);
	if (!webauthn_rp_id(rp_id, issuer))
		return refused(REASON_PASSKEY_ORIGIN, reason);
	crypto_hash_sha256(hash, (const uint8_t *)rp_id, strlen(rp_id));
	if (memcmp(hash, data->bytes, sizeof hash) != 0)
		return refused(REASON_PASSKEY_ORIGIN, reason);
	a->flags = data->bytes[WEBAUTHN_HASH_LEN];
	a->count =
	    (uint32_t)big_endian_get(data->bytes + WEBAUTHN_HASH_LEN + 1, 4);
	/* What is not eligible for a backup cannot have one. */
	if ((a->flags & PASSKEY_BACKED_UP) &&
	    !(a->flags & PASSKEY_BACKUP_ELIGIBLE))
		return refused(REASON_PASSKEY_MALFORMED, reason);
	if (!(a->flags & PASSKEY_PRESENT))
		return refused(REASON_PASSKEY_NOT_PRESENT, reason);
	return OK;
}

/* Id and key, at the front of LEFT, which is moved behind them. */
static enum err
read_credential(struct webauthn_registration *r, struct webauthn_bytes *left,
    enum reason *reason)
{
	const size_t before = PASSKEY_AAGUID_LEN + 2;
	size_t used;
	enum err e;

	if (left->len < before)
		return refused(REASON_PASSKEY_MALFORMED, reason);
	memcpy(r->aaguid, left->bytes, sizeof r->aaguid);
	r->id_len = (size_t)big_endian_get(left->bytes + before - 2, 2);
	left->bytes += before;
	left->len -= before;
	if (r->id_len == 0 || r->id_len > PASSKEY_ID_MAX ||
	    r->id_len > left->len)
		return refused(REASON_PASSKEY_MALFORMED, reason);
	memcpy(r->id, left->bytes, r->id_len);
	left->bytes += r->id_len;
	left->len -= r->id_len;
	e = cose_key_read(&r->key, left->bytes, left->len, &used);
	if (e != OK)
		return refused(e == ERR_UNSUPPORTED ? REASON_PASSKEY_ALGORITHM
						    : REASON_PASSKEY_MALFORMED,
		    reason);
	left->bytes += used;
	left->len -= used;
	return OK;
}

/* A map of extensions where FLAGS say so, and nothing else, is LEFT. */
static enum err
check_rest(
    unsigned flags, const struct webauthn_bytes *left, enum reason *reason)
{
	struct cbor_map extensions;
	size_t used = 0;

	if ((flags & PASSKEY_HAS_EXTENSIONS) &&
	    cbor_map_read(&extensions, left->bytes, left->len, &used) != OK)
		return refused(REASON_PASSKEY_MALFORMED, reason);
	return used == left->len ? OK
				 : refused(REASON_PASSKEY_MALFORMED, reason);
}

static struct webauthn_bytes
behind_head(const struct webauthn_bytes *data)
{
	return (struct webauthn_bytes){
	    data->bytes + HEAD_LEN, data->len - HEAD_LEN};
}

/* The authenticator data of an attestation object; empty if it is none. Its
 * statement may say anything: nothing is asked of it. */
static struct webauthn_bytes
find_auth_data(const struct webauthn_bytes *attestation)
{
	struct cbor_span data = {NULL, 0};
	struct cbor_map m;
	size_t used;

	if (attestation->len <= WEBAUTHN_ATTESTATION_MAX &&
	    cbor_map_read(&m, attestation->bytes, attestation->len, &used) ==
		OK &&
	    used == attestation->len && cbor_named(&m, "fmt") != NULL &&
	    cbor_is_map(cbor_named(&m, "attStmt")) &&
	    !cbor_get_bytes(cbor_named(&m, "authData"), &data))
		data.len = 0;
	return (struct webauthn_bytes){data.bytes, data.len};
}

enum err
webauthn_register(struct webauthn_registration *r,
    const struct webauthn_bytes *attestation, const char *issuer,
    enum reason *reason)
{
	struct webauthn_bytes data = find_auth_data(attestation), left;
	struct webauthn_assertion head;
	enum err e = read_auth_head(&head, &data, issuer, reason);

	memset(r, 0, sizeof *r);
	if (e != OK)
		return e;
	r->flags = head.flags;
	r->count = head.count;
	if (!(r->flags & PASSKEY_HAS_KEY))
		return refused(REASON_PASSKEY_MALFORMED, reason);
	left = behind_head(&data);
	e = read_credential(r, &left, reason);
	return e == OK ? check_rest(r->flags, &left, reason) : e;
}

enum err
webauthn_verify(struct webauthn_assertion *a, const struct public_key *key,
    const struct webauthn_client_data *d,
    const struct webauthn_bytes *auth_data,
    const struct webauthn_bytes *signature, const char *issuer,
    enum reason *reason)
{
	uint8_t text[WEBAUTHN_AUTH_DATA_MAX + WEBAUTHN_HASH_LEN];
	struct webauthn_bytes left;
	enum err e = read_auth_head(a, auth_data, issuer, reason);

	if (e != OK)
		return e;
	left = behind_head(auth_data);
	if (a->flags & PASSKEY_HAS_KEY)
		return refused(REASON_PASSKEY_MALFORMED, reason);
	e = check_rest(a->flags, &left, reason);
	if (e != OK)
		return e;
	memcpy(text, auth_data->bytes, auth_data->len);
	memcpy(text + auth_data->len, d->hash, sizeof d->hash);
	if (cose_verify(key, text, auth_data->len + sizeof d->hash,
		signature->bytes, signature->len) != OK)
		return refused(REASON_PASSKEY_SIGNATURE, reason);
	return OK;
}
