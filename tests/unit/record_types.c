/*
 * Every kind of record, by the table of its fields: what is written is read
 * back, from the store and from JSON, and nothing else is read.
 */
#include "base/secret.h"
#include "base/str.h"
#include "base/uuid.h"
#include "check.h"
#include "domain/code.h"
#include "domain/factor.h"
#include "domain/family.h"
#include "domain/passkey.h"
#include "domain/records.h"
#include "domain/signkey.h"
#include "store/internal.h"
#include "store/record_json.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 20, STRUCT_CAP = 65536 };

/* Room for one record of any kind. */
union room {
	uint8_t bytes[STRUCT_CAP];
	max_align_t align;
};

static union room record, other;
static uint8_t values[2][RECORD_VALUE_CAP];
static struct record_bytes bytes = {values[0], RECORD_VALUE_CAP, 0, 0, {0}},
			   again = {values[1], RECORD_VALUE_CAP, 0, 0, {0}};

static unsigned
below(unsigned bound)
{
	uint32_t n;

	random_bytes((uint8_t *)&n, sizeof n);
	return n % bound;
}

static bool
is_in_key(const struct record_field *f)
{
	return f->role == FIELD_KEY || f->role == FIELD_HANDLE;
}

/* --- records with random values ------------------------------------------ */

/* Pieces that are hard on JSON and on terminals, of one byte and two. */
static const char *const pieces[] = {
    "a", "Z", "0", "\"", "\\", "/", "-", "=", "\t", "\xc3\xa9", "\xc2\x85"};

static void
fill_text(char *text, size_t cap, const char *between)
{
	size_t len = 0, room = below(2) ? cap : below((unsigned)cap - 1) + 2;
	const char *piece;

	text[0] = '\0';
	while (len + 2 < room) {
		piece = pieces[below(sizeof pieces / sizeof *pieces)];
		if (len > 0 && text[len - 1] != *between && below(9) == 0)
			piece = between;
		memcpy(text + len, piece, strlen(piece) + 1);
		len += strlen(piece);
	}
	if (len > 0 && text[len - 1] == *between)
		text[len - 1] = '_';
}

static void
fill_number(const struct record_field *f, uint8_t *member)
{
	uint64_t number;
	uint32_t count = below(UINT32_MAX);
	unsigned n =
	    f->kind == FIELD_WORD ? below(f->bound) : below(256) & f->bound;

	random_bytes((uint8_t *)&number, sizeof number);
	number >>= 24;
	if (f->kind == FIELD_COUNT)
		memcpy(member, &count, sizeof count);
	else if (f->kind == FIELD_NUMBER || f->kind == FIELD_TIME)
		memcpy(member, &number, sizeof number);
	else
		memcpy(member, &n, sizeof n);
}

static void
fill_field(const struct record_field *f, uint8_t *at)
{
	uint8_t *member = at + f->at;
	size_t len;

	switch (f->kind) {
	case FIELD_UUID:
		uuid_make(member);
		return;
	case FIELD_BYTES:
		random_bytes(member, f->size);
		return;
	case FIELD_BLOB:
		random_bytes(member, f->size);
		len = below((unsigned)f->size + 1);
		memcpy(at + f->len_at, &len, sizeof len);
		return;
	case FIELD_TEXT:
		fill_text((char *)member, f->size, "b");
		if (*member == '\0' && is_in_key(f))
			memcpy(member, "k", 2);
		return;
	case FIELD_WORDS:
		fill_text((char *)member, f->size, " ");
		return;
	case FIELD_NAMES:
		fill_text((char *)member, f->size, ",");
		return;
	case FIELD_LINES:
		fill_text((char *)member, f->size, "\n");
		return;
	case FIELD_BOOL:
	case FIELD_UNLESS:
		*(bool *)member = below(2);
		return;
	default:
		fill_number(f, member);
	}
}

static void
make_confirmation(struct confirmation *c)
{
	if (c->kind == CONFIRMATION_NONE)
		memset(c->thumbprint, 0, sizeof c->thumbprint);
}

/* What the fields of some kinds must be together. */
static void
make_sense(const struct record_type *type, void *at)
{
	struct family *f = at;
	struct code *c = at;
	struct signkey *k = at;
	struct passkey *p = at;
	struct factor *factor = at;

	if (type == &family_record) {
		f->key_len = below(2) ? FAMILY_KEY_LEN : FAMILY_ID_LEN;
		f->parent = below(1000);
		f->low = below(1000);
		f->mark = f->low + below(1000);
		f->current = f->parent + f->mark + 1;
		f->from = below(2) ? f->current - 1 : 0;
		f->instead = f->current;
		make_confirmation(&f->cnf);
		if (f->cnf.kind == CONFIRMATION_NONE)
			f->bound_from = 0;
	} else if (type == &code_record) {
		make_confirmation(&c->cnf);
	} else if (type == &signkey_record) {
		k->pub.alg = JWA_EDDSA;
		k->pub.len = 32;
		if (public_key_thumbprint(k->pub.kid, &k->pub) != OK)
			abort();
	} else if (type == &passkey_record) {
		p->alg = JWA_EDDSA;
		p->key_len = 32;
		p->id_len = 1 + below(PASSKEY_ID_MAX);
		passkey_hash(p->hash, p->id, p->id_len);
	} else if (type == &factor_record) {
		factor->recovery_len =
		    SEAL_OVERHEAD + RECOVERY_HASH_LEN * (1 + below(9));
	}
}

static void
fill(const struct record_type *type, union room *at)
{
	memset(at, 0, type->size);
	for (size_t i = 0; i < type->count; i++)
		fill_field(&type->fields[i], at->bytes);
	make_sense(type, at);
	if (type->finish != NULL && type->finish(at) != OK)
		abort();
}

static bool
encodes_alike(const struct record_type *type, const union room *at)
{
	return record_encode(type, at, &again) == OK &&
	       again.key_len == bytes.key_len && again.len == bytes.len &&
	       memcmp(again.key, bytes.key, again.key_len) == 0 &&
	       memcmp(again.value, bytes.value, again.len) == 0;
}

static enum err
decode(const struct record_type *type, const uint8_t *value, size_t len)
{
	return record_decode(type, &other, bytes.key, bytes.key_len,
	    &(struct store_value){value, len});
}

/* --- the promises -------------------------------------------------------- */

static bool
is_read_back(const struct record_type *type)
{
	memset(&other, 0xa5, sizeof other);
	return decode(type, bytes.value, bytes.len) == OK &&
	       encodes_alike(type, &other);
}

/* All that decodes is spelled in one way only. */
static bool
is_refused_or_good(
    const struct record_type *type, const uint8_t *value, size_t len)
{
	enum err e = decode(type, value, len);

	return e == ERR_CORRUPT ||
	       (e == OK && record_encode(type, &other, &again) == OK &&
		   again.len == len && memcmp(again.value, value, len) == 0);
}

static bool
is_damaged_safely(const struct record_type *type)
{
	static uint8_t altered[RECORD_VALUE_CAP + 1];
	size_t at = 1 + below((unsigned)bytes.len - 1);
	size_t cut = below((unsigned)bytes.len);

	memcpy(altered, bytes.value, bytes.len);
	altered[bytes.len] = 0;
	if (decode(type, altered, bytes.len + 1) != ERR_CORRUPT ||
	    (type->optional == 0 ? decode(type, altered, cut) != ERR_CORRUPT
				 : !is_refused_or_good(type, altered, cut)))
		return false;
	altered[0]++;
	if (decode(type, altered, bytes.len) != ERR_VERSION)
		return false;
	altered[0]--;
	altered[at] ^= (uint8_t)(1 + below(255));
	return is_refused_or_good(type, altered, bytes.len);
}

static bool
is_read_from_json(const struct record_type *type)
{
	json_t *whole = json_object();
	char *text;
	json_t *parsed;
	bool same = false;

	if (!record_show(whole, type, &record, true))
		return false;
	text = json_dumps(whole, JSON_COMPACT);
	parsed = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	if (record_from_json(type, &other, parsed) == OK) {
		if (type == &family_record)
			((struct family *)&other)->key_len = bytes.key_len;
		same = encodes_alike(type, &other);
	}
	free(text);
	json_decref(parsed);
	json_decref(whole);
	return same;
}

static bool
refuses_as_json(const struct record_type *type, json_t *object)
{
	return record_from_json(type, &other, object) == ERR_SYNTAX;
}

/* Each member missing, or of another type; and one too many. */
static bool
other_json_is_refused(const struct record_type *type)
{
	json_t *whole = json_object(), *value;
	bool refused = record_show(whole, type, &record, true);

	for (size_t i = 0; i < type->count && refused; i++) {
		const char *name = type->fields[i].name;

		if (name == NULL)
			continue;
		value = json_incref(json_object_get(whole, name));
		json_object_del(whole, name);
		refused &= refuses_as_json(type, whole);
		json_object_set_new(whole, name, json_real(1.5));
		refused &= refuses_as_json(type, whole);
		json_object_set_new(whole, name, value);
	}
	json_object_set_new(whole, "other", json_true());
	refused &= refuses_as_json(type, whole);
	json_decref(whole);
	return refused;
}

/* A field that is called a secret is marked as one. */
static bool
marks_secrets(const struct record_type *type)
{
	static const char *const words[] = {"secret", "hash", "salt", "mac"};
	bool marked = true;

	for (size_t i = 0; i < type->count; i++)
		for (size_t w = 0; w < sizeof words / sizeof *words; w++)
			marked &=
			    type->fields[i].name == NULL ||
			    strstr(type->fields[i].name, words[w]) == NULL ||
			    type->fields[i].role >= FIELD_SECRET;
	return marked;
}

static bool
shows_nothing_inner(const struct record_type *type)
{
	json_t *shown = json_object();
	bool right = record_show(shown, type, &record, false);

	for (size_t i = 0; i < type->count; i++) {
		const struct record_field *f = &type->fields[i];

		if (f->name != NULL)
			right &=
			    (json_object_get(shown, f->name) != NULL) ==
			    (f->role == FIELD_KEY || f->role == FIELD_SHOWN);
	}
	json_decref(shown);
	return right;
}

/* Whether the store finds the member of an index, of LEN bytes, where it is. */
static bool
finds_member(
    const struct record_type *type, const struct record_index *x, size_t len)
{
	const struct engine_bytes key = {bytes.key, bytes.key_len};
	struct store_value value = {bytes.value, bytes.len}, found;

	if (store_index_table(x->index) != type->table ||
	    store_index_field(x->index, &key, &value, &found) != (len > 0))
		return false;
	return len == 0 ||
	       (found.len == len &&
		   memcmp(found.bytes, record.bytes + x->at, len) == 0);
}

static bool
has_field(const struct record_type *type, size_t at, enum field_kind kind)
{
	size_t i = 0;

	while (i < type->count && type->fields[i].at != at)
		i++;
	return i < type->count && type->fields[i].kind == kind;
}

static bool
is_indexed(const struct record_type *type)
{
	const struct record_index *id = &type->by_id, *text = &type->by_text;

	return (id->at == 0 || (has_field(type, id->at, FIELD_UUID) &&
				   finds_member(type, id, UUID_LEN))) &&
	       (text->at == 0 ||
		   (has_field(type, text->at, FIELD_TEXT) &&
		       finds_member(type, text,
			   strlen((char *)record.bytes + text->at))));
}

/* With all its texts as long as can be. */
static bool
longest_fits(const struct record_type *type)
{
	fill(type, &record);
	for (size_t i = 0; i < type->count; i++) {
		const struct record_field *f = &type->fields[i];

		if (f->kind == FIELD_TEXT || f->kind == FIELD_WORDS ||
		    f->kind == FIELD_NAMES || f->kind == FIELD_LINES) {
			memset(record.bytes + f->at, 'x', f->size - 1);
			record.bytes[f->at + f->size - 1] = '\0';
		} else if (f->kind == FIELD_BLOB) {
			memcpy(
			    record.bytes + f->len_at, &f->size, sizeof f->size);
		}
	}
	return record_encode(type, &record, &bytes) == OK && bytes.key_len > 0;
}

/* Whether the members are of the size that their kind has. */
static bool
has_right_sizes(const struct record_type *type)
{
	bool right = type->size <= STRUCT_CAP && type->count > 0;

	for (size_t i = 0; i < type->count; i++) {
		const struct record_field *f = &type->fields[i];

		if (f->kind == FIELD_BOOL || f->kind == FIELD_UNLESS)
			right &= f->size == sizeof(bool);
		else if (f->kind == FIELD_WORD || f->kind == FIELD_BITS)
			right &= f->size == sizeof(unsigned) && f->bound > 0 &&
				 f->bound <= UINT8_MAX && f->word != NULL;
		else if (f->kind == FIELD_COUNT)
			right &= f->size == sizeof(uint32_t);
		else if (f->kind == FIELD_NUMBER || f->kind == FIELD_TIME)
			right &= f->size == sizeof(uint64_t);
		else if (f->kind == FIELD_UUID)
			right &= f->size == UUID_LEN;
		right &= f->name != NULL || !is_in_key(f);
	}
	return right;
}

static void
promise(const struct record_kind *k, bool kept, const char *what)
{
	char text[120];

	snprintf(text, sizeof text, "record type: %s: %s", k->name, what);
	CHECK(kept, text);
}

static void
try_kind(const struct record_kind *k)
{
	const struct record_type *type = k->type;
	bool read = true, safe = true, json = true, indexed = true;

	promise(k, has_right_sizes(type), "each field is what its kind says");
	for (int i = 0; i < ROUNDS; i++) {
		fill(type, &record);
		read &= record_encode(type, &record, &bytes) == OK;
		read &= is_read_back(type);
		indexed &= is_indexed(type);
		json &= is_read_from_json(type);
		for (int n = 0; n < ROUNDS; n++)
			safe &= is_damaged_safely(type);
	}
	promise(k, read, "any that is written is read back");
	promise(k, safe, "altered it is refused, or is another good one");
	promise(k, indexed, "its indexes look where its fields are");
	promise(k, json, "any is read back from JSON");
	promise(k, other_json_is_refused(type),
	    "JSON with a member too few, too many or of another type is "
	    "refused");
	promise(k, marks_secrets(type) && shows_nothing_inner(type),
	    "lists show what they may, and no secret");
	promise(k, longest_fits(type), "the longest fits");
}

int
main(void)
{
	for (const struct record_kind *k = record_kinds; k->name != NULL; k++)
		try_kind(k);
	return check_done();
}
