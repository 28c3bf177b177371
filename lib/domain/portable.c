#include "domain/portable.h"

#include "base/buf.h"
#include "base/str.h"
#include "store/record_json.h"

#include <inttypes.h>
#include <string.h>

enum err
portable_wrong(
    struct portable_fault *fault, const char *member, const char *message)
{
	fault->member = member;
	str_cut(fault->message, sizeof fault->message, message);
	return ERR_SYNTAX;
}

void
portable_each(struct store_txn *t, const struct portable_kind *kind,
    void *record, record_visit *visit, void *arg)
{
	if (kind->each != NULL)
		kind->each(t, visit, arg);
	else
		record_each(t, kind->type, NULL, record, visit, arg);
}

/* Whether the table itself says how F is written. */
static bool
is_plain_field(const struct record_field *f, bool secrets)
{
	return f->name != NULL && f->role != FIELD_SEALED &&
	       (f->role != FIELD_SECRET || secrets);
}

json_t *
portable_show(const struct portable_kind *kind, const void *record,
    const struct keyring *k)
{
	const struct record_type *type = kind->type;
	json_t *object = json_object();
	bool ok = object != NULL;

	for (size_t i = 0; i < type->count && ok; i++) {
		const struct record_field *f = &type->fields[i];

		if (is_plain_field(f, k != NULL))
			ok = json_object_set_new(object, f->name,
				 record_field_to_json(f, record)) == 0;
	}
	if (ok && k != NULL && kind->open != NULL)
		ok = kind->open(object, record, k) == OK;
	if (ok)
		return object;
	json_decref(object);
	return NULL;
}

/* The words that F can have. */
static void
put_field_words(struct buf *b, const struct record_field *f)
{
	const char *separator = "";

	if (f->kind == FIELD_WORD)
		for (unsigned n = 0; n < f->bound; n++, separator = ", ")
			buf_printf(b, "%s%s", separator, f->word(n));
	else
		for (unsigned bit = 1; bit <= f->bound; bit <<= 1)
			if ((f->bound & bit) != 0) {
				buf_printf(b, "%s%s", separator, f->word(bit));
				separator = ", ";
			}
}

/* What a value of F is, for people. */
static void
put_field_form(struct buf *b, const struct record_field *f)
{
	switch (f->kind) {
	case FIELD_UUID:
		buf_puts(b, "is a UUID in lower case");
		return;
	case FIELD_BYTES:
		buf_printf(b, "is %zu bytes in base64url", f->size);
		return;
	case FIELD_BLOB:
		buf_printf(b, "is up to %zu bytes in base64url", f->size);
		return;
	case FIELD_TEXT:
		buf_printf(b, "is a string of up to %zu bytes", f->size - 1);
		return;
	case FIELD_WORDS:
	case FIELD_NAMES:
	case FIELD_LINES:
		buf_printf(b, "is an array of strings, up to %zu bytes in all",
		    f->size - 1);
		return;
	case FIELD_WORD:
		buf_puts(b, "is one of ");
		put_field_words(b, f);
		return;
	case FIELD_BITS:
		buf_puts(b, "is an array of words: ");
		put_field_words(b, f);
		return;
	case FIELD_BOOL:
	case FIELD_UNLESS:
		buf_puts(b, "is true or false");
		return;
	default:
		buf_printf(b, "is a whole number from 0 to %" PRIu64,
		    f->kind == FIELD_COUNT ? (uint64_t)UINT32_MAX
					   : ((uint64_t)1 << 40) - 1);
	}
}

static bool
is_known_member(
    const struct portable_kind *kind, const char *name, bool secrets)
{
	const struct record_type *type = kind->type;

	for (size_t i = 0; i < type->count; i++) {
		const struct record_field *f = &type->fields[i];

		if (f->name != NULL && str_equal(f->name, name))
			return secrets || f->role < FIELD_SECRET;
	}
	return false;
}

static enum err
read_plain_field(const struct record_field *f, void *record,
    const json_t *object, struct portable_fault *fault)
{
	const json_t *value = json_object_get(object, f->name);
	struct buf b;

	if (value == NULL)
		return f->role == FIELD_KEY
			   ? portable_wrong(fault, f->name, "is missing")
			   : OK;
	if (record_field_from_json(f, record, value) == OK)
		return OK;
	fault->member = f->name;
	buf_init(&b, fault->message, sizeof fault->message);
	put_field_form(&b, f);
	return ERR_SYNTAX;
}

static enum err
read_all_fields(const struct portable_kind *kind, void *record,
    const json_t *object, bool secrets, struct portable_fault *fault)
{
	const struct record_type *type = kind->type;
	enum err e = OK;

	for (size_t i = 0; i < type->count && e == OK; i++)
		if (is_plain_field(&type->fields[i], secrets))
			e = read_plain_field(
			    &type->fields[i], record, object, fault);
	return e;
}

static enum err
refuse_member(struct portable_fault *fault, const char *name, bool is_secret)
{
	struct buf b;

	fault->member = NULL;
	buf_init(&b, fault->message, sizeof fault->message);
	buf_puts(&b, "has no member \"");
	buf_put_log(&b, name);
	buf_puts(&b, is_secret ? "\" where `secrets` is false" : "\"");
	return ERR_SYNTAX;
}

/* The first member that no field has. */
static enum err
refuse_other_members(const struct portable_kind *kind, const json_t *object,
    bool secrets, struct portable_fault *fault)
{
	enum err e = OK;
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		if (e == OK && !is_known_member(kind, name, secrets))
			e = refuse_member(
			    fault, name, is_known_member(kind, name, true));
	}
	return e;
}

enum err
portable_read(const struct portable_kind *kind, void *record,
    const json_t *object, const struct keyring *k, struct portable_fault *fault)
{
	const bool secrets = k != NULL;
	enum err e = OK;

	memset(record, 0, kind->type->size);
	if (!json_is_object(object))
		e = portable_wrong(fault, NULL, "is no object");
	if (e == OK)
		e = refuse_other_members(kind, object, secrets, fault);
	if (e == OK)
		e = read_all_fields(kind, record, object, secrets, fault);
	if (e == OK && secrets && kind->seal != NULL)
		e = kind->seal(record, object, k, fault);
	if (e == OK && kind->type->finish != NULL &&
	    kind->type->finish(record) != OK)
		e = portable_wrong(
		    fault, NULL, "has members that do not fit together");
	if (e != OK)
		secret_wipe(record, kind->type->size);
	return e;
}
