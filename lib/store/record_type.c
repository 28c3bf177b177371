#include "store/record_type.h"

#include "base/secret.h"
#include "base/str.h"
#include "base/uuid.h"

#include <string.h>

enum { BOOLS_A_BYTE = 8, SHORT_CAP = 1024 };

static bool
is_in_key(const struct record_field *f)
{
	return f->role <= FIELD_HANDLE;
}

static bool
is_bool(const struct record_field *f)
{
	return f->kind == FIELD_BOOL || f->kind == FIELD_UNLESS;
}

/* How much of the member of F is zeroes where it is empty. */
static size_t
emptied_len(const struct record_field *f)
{
	return f->kind >= FIELD_TEXT && f->kind <= FIELD_LINES ? 1 : f->size;
}

static bool
is_empty(const struct record_field *f, const uint8_t *record)
{
	const uint8_t *member = record + f->at;
	size_t len = emptied_len(f);

	while (len > 0 && *member == 0) {
		member++;
		len--;
	}
	return len == 0;
}

/* --- writing ------------------------------------------------------------- */

static void
put_byte(struct record_writer *w, const uint8_t *member)
{
	unsigned n;

	memcpy(&n, member, sizeof n);
	if (n > UINT8_MAX)
		w->failed = true;
	record_put_u8(w, (uint8_t)n);
}

static void
put_number(struct record_writer *w, const uint8_t *member)
{
	uint64_t n;

	memcpy(&n, member, sizeof n);
	record_put_u40(w, n);
}

static void
put_blob(struct record_writer *w, const struct record_field *f,
    const uint8_t *record)
{
	size_t len;

	memcpy(&len, record + f->len_at, sizeof len);
	if (len > f->size)
		w->failed = true;
	else
		record_put_blob(w, record + f->at, len);
}

/* Puts the bools that follow each other from F on; the first field after. */
static const struct record_field *
put_bools(struct record_writer *w, const struct record_field *f,
    const struct record_field *end, const uint8_t *record)
{
	unsigned bits = 0;

	for (int i = 0; i < BOOLS_A_BYTE && f < end && is_bool(f); i++, f++)
		bits |= (unsigned)(record[f->at] != 0) << i;
	record_put_u8(w, (uint8_t)bits);
	return f;
}

static inline const struct record_field *
put_field(struct record_writer *w, const struct record_field *f,
    const struct record_field *end, const uint8_t *record)
{
	const uint8_t *member = record + f->at;
	uint32_t n;

	switch (f->kind) {
	case FIELD_BYTES:
	case FIELD_UUID:
		record_put_bytes(w, member, f->size);
		break;
	case FIELD_BLOB:
		put_blob(w, f, record);
		break;
	case FIELD_TEXT:
	case FIELD_WORDS:
	case FIELD_NAMES:
	case FIELD_LINES:
		record_put_str(w, (const char *)member);
		break;
	case FIELD_WORD:
	case FIELD_BITS:
		put_byte(w, member);
		break;
	case FIELD_COUNT:
		memcpy(&n, member, sizeof n);
		record_put_u32(w, n);
		break;
	case FIELD_NUMBER:
	case FIELD_TIME:
		put_number(w, member);
		break;
	case FIELD_BOOL:
	case FIELD_UNLESS:
		return put_bools(w, f, end, record);
	}
	return f + 1;
}

static void
put_key_text(struct record_writer *w, const struct record_field *f,
    const uint8_t *record)
{
	const char *text = (const char *)record + f->at;

	record_put_bytes(w, text, strnlen(text, f->size));
}

/* The end of the fields of RECORD that are written. */
static const struct record_field *
written_end(const struct record_type *type, const uint8_t *record)
{
	const struct record_field *end = type->fields + type->count;
	size_t left = type->optional;

	for (; left > 0 && is_empty(end - 1, record); left--)
		end--;
	return end;
}

enum err
record_encode(const struct record_type *type, const void *record,
    struct record_bytes *bytes)
{
	const struct record_field *f = type->fields,
				  *end = written_end(type, record);
	struct record_writer key = {
	    .bytes = bytes->key, .cap = sizeof bytes->key};
	struct record_writer w;

	record_begin(&w, bytes->value, bytes->cap, type->version);
	if (type->put_key != NULL)
		key.len = type->put_key(record, bytes->key);
	while (f < end)
		if (!is_in_key(f))
			f = put_field(&w, f, end, record);
		else if (type->put_key != NULL)
			f++;
		else if (f->kind == FIELD_TEXT)
			put_key_text(&key, f++, record);
		else
			f = put_field(&key, f, end, record);
	bytes->key_len = key.len;
	bytes->len = w.len;
	return key.failed ? ERR_NO_SPACE : record_end(&w);
}

/* --- reading ------------------------------------------------------------- */

static void
get_byte(struct record_reader *r, const struct record_field *f, uint8_t *member)
{
	unsigned n = record_get_u8(r);

	if (f->kind == FIELD_WORD ? n >= f->bound : (n & ~f->bound) != 0)
		r->err = ERR_CORRUPT;
	memcpy(member, &n, sizeof n);
}

static const struct record_field *
get_bools(struct record_reader *r, const struct record_field *f,
    const struct record_field *end, uint8_t *record)
{
	unsigned bits = record_get_u8(r);

	for (int i = 0; i < BOOLS_A_BYTE && f < end && is_bool(f); i++, f++) {
		bool value = bits & 1;

		memcpy(record + f->at, &value, sizeof value);
		bits >>= 1;
	}
	if (bits != 0)
		r->err = ERR_CORRUPT;
	return f;
}

/* Reads F, or the bools that follow each other from F on; the first field
 * after. */
static inline const struct record_field *
get_field(struct record_reader *r, const struct record_field *f,
    const struct record_field *end, uint8_t *record)
{
	uint8_t *member = record + f->at;
	uint64_t number;
	uint32_t count;
	size_t len;

	switch (f->kind) {
	case FIELD_BYTES:
	case FIELD_UUID:
		record_get_bytes(r, member, f->size);
		break;
	case FIELD_BLOB:
		len = record_get_blob(r, member, f->size);
		memcpy(record + f->len_at, &len, sizeof len);
		break;
	case FIELD_TEXT:
	case FIELD_WORDS:
	case FIELD_NAMES:
	case FIELD_LINES:
		record_get_str(r, (char *)member, f->size);
		break;
	case FIELD_WORD:
	case FIELD_BITS:
		get_byte(r, f, member);
		break;
	case FIELD_COUNT:
		count = record_get_u32(r);
		memcpy(member, &count, sizeof count);
		break;
	case FIELD_NUMBER:
	case FIELD_TIME:
		number = record_get_u40(r);
		memcpy(member, &number, sizeof number);
		break;
	case FIELD_BOOL:
	case FIELD_UNLESS:
		return get_bools(r, f, end, record);
	}
	return f + 1;
}

/* A text in a key is the rest of it, and not empty. */
static void
get_key_text(
    struct record_reader *r, const struct record_field *f, uint8_t *record)
{
	size_t len = r->len - r->pos;

	if (len == 0 || str_copy_n((char *)record + f->at, f->size,
			    (const char *)r->bytes + r->pos, len) != OK)
		r->err = ERR_CORRUPT;
	r->pos = r->len;
}

/* What is optional and was not written, from F on, is empty; the last that was
 * is not. */
static enum err
close_optional(
    const struct record_type *type, const struct record_field *f, void *record)
{
	const struct record_field *end = type->fields + type->count;
	uint8_t *bytes = record;
	enum err e = f > end - type->optional && is_empty(f - 1, bytes)
			 ? ERR_CORRUPT
			 : OK;

	for (; f < end; f++)
		memset(bytes + f->at, 0, emptied_len(f));
	return e;
}

enum err
record_decode(const struct record_type *type, void *record, const void *key,
    size_t key_len, const struct store_value *value)
{
	const struct record_field *f = type->fields, *end = f + type->count;
	const struct record_field *required = end - type->optional;
	struct record_reader k = {.bytes = key, .len = key_len, .err = OK}, v;
	enum err e;

	record_open(&v, value->bytes, value->len, type->version);
	while (f < required || (f < end && v.pos < v.len))
		if (!is_in_key(f))
			f = get_field(&v, f, end, record);
		else if (type->get_key != NULL)
			f++;
		else if (f->kind == FIELD_TEXT)
			get_key_text(&k, f++, record);
		else
			f = get_field(&k, f, end, record);
	e = record_close(&v);
	if (e == OK)
		e = close_optional(type, f, record);
	if (e == OK)
		e = type->get_key != NULL ? type->get_key(record, key, key_len)
					  : record_close(&k);
	return e == OK && type->finish != NULL ? type->finish(record) : e;
}

/* --- in the store -------------------------------------------------------- */

enum err
record_load(struct store_txn *t, const struct record_type *type,
    const void *key, size_t key_len, void *record)
{
	struct store_value v;
	enum err e = store_get(t, type->table, key, key_len, &v);

	if (e == OK) {
		e = record_decode(type, record, key, key_len, &v);
		if (e != OK)
			store_fail(t, e);
	}
	if (e != OK)
		secret_wipe(record, type->size);
	return e;
}

static enum err
save_within(struct store_txn *t, const struct record_type *type,
    const void *record, bool is_new, uint8_t *value, size_t cap)
{
	struct record_bytes bytes = {.value = value, .cap = cap};
	int64_t expires_at = 0;
	enum err e = record_encode(type, record, &bytes);

	if (type->expires_at > 0)
		memcpy(&expires_at, (const uint8_t *)record + type->expires_at,
		    sizeof expires_at);
	if (e == OK && is_new)
		store_new(t, type->table, bytes.key, bytes.key_len);
	if (e == OK)
		store_put(t, type->table, bytes.key, bytes.key_len, value,
		    bytes.len, expires_at);
	secret_wipe(value, bytes.len);
	return e == OK ? store_failed(t) : e;
}

/* Apart, so that a stack that is wiped after each request is deep only where a
 * record is long. */
static __attribute__((noinline)) enum err
save_long(struct store_txn *t, const struct record_type *type,
    const void *record, bool is_new)
{
	uint8_t value[RECORD_VALUE_CAP];

	return save_within(t, type, record, is_new, value, sizeof value);
}

static enum err
save(struct store_txn *t, const struct record_type *type, const void *record,
    bool is_new)
{
	uint8_t value[SHORT_CAP];
	enum err e = save_within(t, type, record, is_new, value, sizeof value);

	return e == ERR_NO_SPACE ? save_long(t, type, record, is_new) : e;
}

enum err
record_save(
    struct store_txn *t, const struct record_type *type, const void *record)
{
	return save(t, type, record, false);
}

enum err
record_save_new(
    struct store_txn *t, const struct record_type *type, const void *record)
{
	return save(t, type, record, true);
}

struct record_set
record_set_of(
    const struct record_type *type, const uint8_t *id, const char *text)
{
	struct record_set set = {.text = text, .at = type->by_text.at};

	if (id != NULL) {
		set.by_index = type->by_id.at > 0;
		set.index = type->by_id.index;
		set.field = id;
		set.len = UUID_LEN;
	} else if (text != NULL) {
		set.by_index = true;
		set.index = type->by_text.index;
		set.field = text;
		set.len = strlen(text);
	}
	return set;
}

struct record_scan {
	struct store_txn *t;
	const struct record_type *type;
	const struct record_set *set;
	void *record;
	record_visit *visit;
	void *arg;
	bool outside; /* what a record is for that is not of the set */
};

static bool
visit_decoded(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	const struct record_scan *s = arg;
	const struct record_set *set = s->set;
	enum err e = record_decode(s->type, s->record, key, key_len, value);

	if (e != OK) {
		store_fail(s->t, e);
		return false;
	}
	if (set->text != NULL &&
	    !str_equal((const char *)s->record + set->at, set->text))
		return s->outside;
	return s->visit == NULL || s->visit(s->arg, s->record);
}

static void
each_of_set(struct store_txn *t, const struct record_scan *s, bool back)
{
	const struct record_set *set = s->set;
	void *arg = (void *)(uintptr_t)s;

	if (set->by_index)
		(back ? store_scan_back_by : store_scan_by)(
		    t, set->index, set->field, set->len, visit_decoded, arg);
	else
		(back ? store_scan_back : store_scan)(t, s->type->table,
		    set->field, set->len, visit_decoded, arg);
}

void
record_each(struct store_txn *t, const struct record_type *type,
    const struct record_set *set, void *record, record_visit *visit, void *arg)
{
	static const struct record_set all;
	struct record_scan s = {t, type, set, record, visit, arg, true};

	if (set == NULL)
		s.set = &all;
	each_of_set(t, &s, false);
}

void
record_each_back(struct store_txn *t, const struct record_type *type,
    const struct record_set *set, void *record, record_visit *visit, void *arg)
{
	const struct record_scan s = {t, type, set, record, visit, arg, true};

	each_of_set(t, &s, true);
}

size_t
record_prune(struct store_txn *t, const struct record_type *type,
    const struct record_set *set, void *record, record_visit *match, void *arg)
{
	struct record_scan s = {t, type, set, record, match, arg, false};

	if (set->by_index)
		return store_prune_by(
		    t, set->index, set->field, set->len, visit_decoded, &s);
	return store_prune(
	    t, type->table, set->field, set->len, visit_decoded, &s);
}
