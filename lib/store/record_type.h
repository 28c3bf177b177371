/*
 * What a record is made of, said once: a table of its fields. The table writes
 * and reads the record, finds it, removes it, and shows it as JSON
 * (store/record_json.h). Reading believes nothing: a field that is missing, too
 * long, out of its bounds or left over is ERR_CORRUPT, and a version that is
 * not ours is refused.
 *
 * A record is a struct of fixed arrays. Its members that are no fields stay as
 * they are when a record is read, unless its type's `finish` sets them.
 */
#ifndef LK_STORE_RECORD_TYPE_H
#define LK_STORE_RECORD_TYPE_H

#include "store/record.h"
#include "store/store.h"

#include <stddef.h>

/*	kind		the member		in the record		in JSON
 */
enum field_kind {
	FIELD_BYTES,  /* uint8_t[]	these bytes		base64url */
	FIELD_UUID,   /* the same				a UUID */
	FIELD_BLOB,   /* the same, and a size_t with how many are used:
		       *			length (2), bytes	base64url */
	FIELD_TEXT,   /* char[]		length (2), bytes	string */
	FIELD_WORDS,  /* a list of words (base/str.h):		array */
	FIELD_NAMES,  /* a list of names (base/names.h):	array */
	FIELD_LINES,  /* lines, with a newline between two:	array */
	FIELD_BOOL,   /* bool		a bit; up to eight that follow each
		       *		other share a byte	boolean */
	FIELD_UNLESS, /* the same				its opposite */
	FIELD_WORD,   /* an enum	a byte below `bound`	its word */
	FIELD_BITS,   /* unsigned	a byte within `bound`	array */
	FIELD_COUNT,  /* uint32_t	4 bytes			number */
	FIELD_NUMBER, /* uint64_t	5 bytes			number */
	FIELD_TIME    /* int64_t	5 bytes: seconds	number */
};

enum field_role {
	FIELD_KEY,    /* part of the key, in this order; shown. A text has no
		       * length there and is the last */
	FIELD_HANDLE, /* part of the key, not shown */
	FIELD_SHOWN,
	FIELD_INNER,  /* not shown, and no secret */
	FIELD_SECRET, /* a hash: never shown */
	FIELD_SEALED  /* sealed with a key outside the store: never shown, and
		       * of no use in another data directory as it is */
};

struct record_field {
	const char *name; /* in JSON; NULL: FIELD_REST */
	enum field_kind kind;
	enum field_role role;
	size_t at, size; /* of the member */
	size_t len_at;   /* FIELD_BLOB: of the member with its length */
	/* FIELD_WORD, FIELD_BITS: the word of one value, or of one bit */
	const char *(*word)(unsigned value);
	unsigned bound;
};

#define FIELD_OF(type, member, kind, role, name)                               \
	{                                                                      \
		name, FIELD_##kind, FIELD_##role, offsetof(type, member),      \
		    sizeof((type *)0)->member, 0, NULL, 0                      \
	}
#define FIELD_OF_LENGTH(type, member, length, role, name)                      \
	{                                                                      \
		name, FIELD_BLOB, FIELD_##role, offsetof(type, member),        \
		    sizeof((type *)0)->member, offsetof(type, length), NULL, 0 \
	}
#define FIELD_OF_WORDS(type, member, kind, role, name, word, bound)            \
	{                                                                      \
		name, FIELD_##kind, FIELD_##role, offsetof(type, member),      \
		    sizeof((type *)0)->member, 0, word, bound                  \
	}
/* What of the field before it is not in the key, from FROM on. */
#define FIELD_REST(type, member, from)                                         \
	{                                                                      \
		NULL, FIELD_BYTES, FIELD_INNER,                                \
		    offsetof(type, member) + (from),                           \
		    sizeof((type *)0)->member - (from), 0, NULL, 0             \
	}

/* An index of the table (store.h), and the member that it is by; at 0: there
 * is none. */
struct record_index {
	enum store_index index;
	size_t at;
};

struct record_type {
	enum store_table table;
	uint8_t version;
	size_t size; /* of the struct */
	const struct record_field *fields;
	size_t count;
	size_t optional;   /* how many of the last fields are not written if
			    * they are empty to the end: a text without a
			    * character, zeroes of any other kind but those
			    * that share a byte or have a length */
	size_t expires_at; /* of the member that says when the record goes by
			    * itself; 0: there is none, it stays */
	struct record_index by_id; /* a UUID */
	struct record_index by_text;
	/* Sets what follows from the fields; ERR_CORRUPT if they make no sense
	 * together. NULL: nothing does. */
	enum err (*finish)(void *record);
	/* Where the key is not simply its fields: puts it into KEY, or takes
	 * it apart. NULL: it is. */
	size_t (*put_key)(const void *record, uint8_t *key);
	enum err (*get_key)(void *record, const void *key, size_t key_len);
};

/* The members of a record_type that say the fields. */
#define RECORD_FIELDS(type, table)                                             \
	.size = sizeof(type), .fields = (table),                               \
	.count = sizeof(table) / sizeof *(table)

enum { RECORD_VALUE_CAP = 36864 };

/* A record as the store has it, in CAP bytes of the caller's. */
struct record_bytes {
	uint8_t *value;
	size_t cap;
	size_t len, key_len;
	uint8_t key[STORE_KEY_MAX];
};

/* ERR_NO_SPACE: a member holds more than its field can, or there is no room. */
enum err record_encode(const struct record_type *type, const void *record,
    struct record_bytes *bytes) MUST_CHECK;

/* Sets all fields of RECORD. ERR_CORRUPT, ERR_VERSION: it is half read, and
 * must not be used. */
enum err record_decode(const struct record_type *type, void *record,
    const void *key, size_t key_len,
    const struct store_value *value) MUST_CHECK;

/* The record of KEY: OK, or ERR_NOT_FOUND. One that does not decode fails the
 * transaction. Unless OK, RECORD is zeroes. */
enum err record_load(struct store_txn *t, const struct record_type *type,
    const void *key, size_t key_len, void *record) MUST_CHECK;

/* Puts RECORD, new or changed. */
enum err record_save(struct store_txn *t, const struct record_type *type,
    const void *record) MUST_CHECK;

/* The same for one whose key is new (store_new). */
enum err record_save_new(struct store_txn *t, const struct record_type *type,
    const void *record) MUST_CHECK;

/* Which records of a table: those whose key begins with the LEN bytes at FIELD,
 * or with BY_INDEX those that have them as the field of INDEX; and of these
 * those whose text AT is TEXT, unless TEXT is NULL. {0}: all. */
struct record_set {
	bool by_index;
	enum store_index index;
	const void *field;
	size_t len;
	const char *text;
	size_t at;
};

/* The records of TYPE that have the UUID ID in its `by_id`, or at the beginning
 * of their keys if it has none, and TEXT in its `by_text`; NULL: any. */
struct record_set record_set_of(
    const struct record_type *type, const uint8_t *id, const char *text);

/* Calls VISIT for each record of SET (NULL: all), in the order of their keys,
 * until it returns false. RECORD is room for one, which the caller wipes if the
 * type has a secret. One that does not decode fails the transaction. */
typedef bool record_visit(void *arg, const void *record);
void record_each(struct store_txn *t, const struct record_type *type,
    const struct record_set *set, void *record, record_visit *visit, void *arg);

/* The same from the last key to the first; SET is not NULL. */
void record_each_back(struct store_txn *t, const struct record_type *type,
    const struct record_set *set, void *record, record_visit *visit, void *arg);

/* Removes the records of a set for which MATCH (NULL: any) returns true; how
 * many. */
size_t record_prune(struct store_txn *t, const struct record_type *type,
    const struct record_set *set, void *record, record_visit *match, void *arg);

#endif
