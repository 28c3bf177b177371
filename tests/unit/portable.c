/*
 * Records of each kind, written down for another host and read there: they are
 * the same, though its keys are others; and what is not one is refused.
 */
#include "domain/portable.h"

#include "base/str.h"
#include "check.h"
#include "domain/app_password.h"
#include "domain/audit.h"
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
#include "domain/records.h"
#include "domain/registration_token.h"
#include "domain/session.h"
#include "domain/session_client.h"
#include "domain/signkey.h"
#include "domain/site.h"
#include "domain/throttle.h"
#include "domain/tries.h"

#include <stdlib.h>
#include <string.h>

static struct keyring here, there;
static const char secret[] = "0123456789_0123456789_0123456789";

static union {
	uint8_t bytes[PORTABLE_RECORD_MAX];
	max_align_t align;
} record, other;
static struct portable_fault fault;

/* --- one record of each kind ----------------------------------------------*/

static bool
made(enum err e)
{
	if (e != OK)
		abort();
	return true;
}

static void
make_app(struct client *c)
{
	*c = (struct client){.client_id = "photos",
	    .name = "Photos",
	    .redirect_uris = "https://a.example/cb https://b.example/cb",
	    .alg = JWA_HS256,
	    .grants = GRANT_AUTHORIZATION_CODE};
	made(client_secret_set(c, secret, &here));
}

static void
make_factor(struct factor *f)
{
	char codes[RECOVERY_CODES][RECOVERY_CODE_CAP];

	*f = (struct factor){.user_id = "a person's UUID"};
	factor_set_totp(
	    f, (const uint8_t *)"12345678901234567890", 7, &here, 1000);
	factor_make_recovery(f, codes, &here, 1000);
}

static void
make_passkey(struct passkey *k)
{
	*k = (struct passkey){.name = "Phone",
	    .id = "id",
	    .id_len = 2,
	    .alg = JWA_EDDSA,
	    .key_len = 32,
	    .rp_id = "id.example.org"};
	passkey_hash(k->hash, k->id, k->id_len);
}

static void
make_record(enum portable_section section, void *at)
{
	char text[APP_PASSWORD_CAP];
	struct signkey *k = at;

	memset(at, 0, PORTABLE_RECORD_MAX);
	switch (section) {
	case PORTABLE_PEOPLE:
		*(struct user *)at = (struct user){.name = "alice",
		    .groups = "family,the kids",
		    .has_password = true,
		    .password = {1, 8, "salt", "hash", ""}};
		break;
	case PORTABLE_APPS:
		make_app(at);
		break;
	case PORTABLE_ICONS:
		*(struct portable_icon *)at =
		    (struct portable_icon){"photos", ICON_MAX, "PNG"};
		break;
	case PORTABLE_SITES:
		*(struct site_row *)at = (struct site_row){
		    "https://a.example", "/ signed-in\n/a anyone", 1, 2};
		break;
	case PORTABLE_FACTORS:
		make_factor(at);
		break;
	case PORTABLE_PASSKEYS:
		make_passkey(at);
		break;
	case PORTABLE_APP_PASSWORDS:
		app_password_make(text, at, &here);
		break;
	case PORTABLE_CONSENTS:
		*(struct consent *)at = (struct consent){
		    .client_id = "photos", .granted = "openid"};
		break;
	default:
		k->pub.alg = JWA_EDDSA;
		k->pub.len = 32;
		made(public_key_thumbprint(k->pub.kid, &k->pub));
	}
}

/* --- the promises ---------------------------------------------------------*/

/* Whether OBJECT, read with K, is written as it was. */
static bool
comes_back(const struct portable_kind *kind, const json_t *object,
    const struct keyring *k)
{
	json_t *again;
	bool same;

	if (portable_read(kind, &other, object, k, &fault) != OK)
		return false;
	again = portable_show(kind, &other, k);
	same = json_equal((json_t *)(uintptr_t)object, again);
	json_decref(again);
	return same;
}

static bool
has_no_secret(const struct portable_kind *kind, const json_t *object)
{
	bool none = true;

	for (size_t i = 0; i < kind->type->count; i++) {
		const struct record_field *f = &kind->type->fields[i];

		if (f->name != NULL)
			none &= (json_object_get(object, f->name) == NULL) ==
				(f->role >= FIELD_SECRET);
	}
	return none;
}

static bool
is_refused(const struct portable_kind *kind, const json_t *object,
    const struct keyring *k, const char *member)
{
	return portable_read(kind, &other, object, k, &fault) == ERR_SYNTAX &&
	       str_equal(fault.member != NULL ? fault.member : "", member);
}

/* Each member missing, or of another type; and one too many. */
static bool
others_are_refused(const struct portable_kind *kind, json_t *object)
{
	bool right = true;

	for (size_t i = 0; i < kind->type->count; i++) {
		const struct record_field *f = &kind->type->fields[i];
		json_t *value;

		if (f->name == NULL)
			continue;
		value = json_incref(json_object_get(object, f->name));
		json_object_set_new(object, f->name, json_real(1.5));
		right &= is_refused(kind, object, &there, f->name);
		json_object_del(object, f->name);
		if (f->role == FIELD_KEY)
			right &= is_refused(kind, object, &there, f->name);
		json_object_set_new(object, f->name, value);
	}
	json_object_set_new(object, "other", json_true());
	right &= is_refused(kind, object, &there, "");
	json_object_del(object, "other");
	return right;
}

static void
try_section(enum portable_section section)
{
	const struct portable_kind *kind = &portable_kinds[section];
	json_t *whole, *bare;
	char text[80];

	make_record(section, &record);
	if (section == PORTABLE_PEOPLE)
		uuid_make(((struct user *)&record)->user_id);
	if (kind->person.is)
		uuid_make(record.bytes + kind->person.at);
	whole = portable_show(kind, &record, &here);
	bare = portable_show(kind, &record, NULL);
	snprintf(text, sizeof text,
	    "portable: %s: all of it comes back "
	    "under another key",
	    kind->section);
	CHECK(comes_back(kind, whole, &there), text);
	snprintf(text, sizeof text,
	    "portable: %s: without secrets there are none, and it is read",
	    kind->section);
	CHECK(has_no_secret(kind, bare) && comes_back(kind, bare, NULL), text);
	snprintf(text, sizeof text,
	    "portable: %s: another member, or one of another type, is refused",
	    kind->section);
	CHECK(others_are_refused(kind, whole), text);
	json_decref(whole);
	json_decref(bare);
}

/* What is proven on the one host is proven on the other. */
static void
secrets_go_along(void)
{
	const struct portable_kind *apps = &portable_kinds[PORTABLE_APPS];
	struct client *c = (struct client *)&other;
	char opened[CLIENT_SECRET_CAP];
	json_t *object;

	make_app((struct client *)&record);
	object = portable_show(apps, &record, &here);
	CHECK(portable_read(apps, c, object, &there, &fault) == OK &&
		  client_secret_verify(c, secret, &there) == OK &&
		  client_secret_verify(c, secret, &here) != OK &&
		  client_secret_open(opened, c, &there) == OK &&
		  str_equal(opened, secret),
	    "portable: an app has its secret, under the key of there alone");
	json_decref(object);
	CHECK(portable_show(apps, c, &here) == NULL,
	    "portable: what does not open is not written");
}

static bool
is_portable(const struct record_type *type)
{
	for (int i = 0; i < PORTABLE_SECTIONS; i++)
		if (portable_kinds[i].type == type)
			return true;
	return false;
}

/* What passes by itself stays, and so does what happened here. */
static bool
stays_here(const struct record_type *type)
{
	static const struct record_type *const types[] = {&code_record,
	    &device_code_record, &family_record, &session_record,
	    &throttle_record, &audit_record, &link_record,
	    &session_client_record, &logout_record, &tries_record,
	    &client_keys_record, &pushed_record, &registration_token_record,
	    &document_record, &document_host_record, &host_record};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i] == type)
			return true;
	return false;
}

static void
each_kind_is_decided(void)
{
	char text[80];

	for (const struct record_kind *k = record_kinds; k->name != NULL; k++) {
		snprintf(text, sizeof text,
		    "portable: a %s goes along, or stays on purpose", k->name);
		CHECK(is_portable(k->type) != stays_here(k->type), text);
	}
}

int
main(void)
{
	if (secret_init() != OK)
		return 1;
	random_bytes(&here, sizeof here);
	random_bytes(&there, sizeof there);
	for (int i = 0; i < PORTABLE_SECTIONS; i++)
		try_section((enum portable_section)i);
	secrets_go_along();
	each_kind_is_decided();
	return check_done();
}
