/*
 * The rows that a transaction knows, in the order of their keys: what the
 * database has, where it is known to have nothing, and what the transaction
 * itself has changed. A skip list: rows come in any order, and are never
 * removed one by one.
 */
#include "store/pgsql/internal.h"

#include <stdlib.h>
#include <string.h>

/* --- memory that is given back all at once ------------------------------- */

enum { CHUNK_LEN = 64 * 1024, ALIGN = 16 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t cap;
	_Alignas(ALIGN) uint8_t bytes[];
};

static bool
arena_grow(struct arena *a, size_t len)
{
	const size_t cap = len > CHUNK_LEN ? len : CHUNK_LEN;
	struct arena_chunk *chunk = malloc(sizeof *chunk + cap);

	if (chunk == NULL)
		return false;
	chunk->next = a->chunks;
	chunk->cap = cap;
	a->chunks = chunk;
	a->used = 0;
	return true;
}

void *
arena_take(struct arena *a, size_t len)
{
	void *taken;

	len = (len + ALIGN - 1) / ALIGN * ALIGN;
	if ((a->chunks == NULL || len > a->chunks->cap - a->used) &&
	    !arena_grow(a, len))
		return NULL;
	taken = a->chunks->bytes + a->used;
	a->used += len;
	return taken;
}

void
arena_free(struct arena *a)
{
	struct arena_chunk *next;

	for (; a->chunks != NULL; a->chunks = next) {
		next = a->chunks->next;
		free(a->chunks);
	}
	a->used = 0;
}

void
arena_clear(struct arena *a)
{
	struct arena_chunk *kept = a->chunks;

	if (kept == NULL)
		return;
	a->chunks = kept->next;
	arena_free(a);
	if (kept->cap == CHUNK_LEN) {
		kept->next = NULL;
		a->chunks = kept;
	} else {
		free(kept);
	}
}

/* --- the list ------------------------------------------------------------ */

bool
rows_reset(struct rows *r)
{
	const size_t len = sizeof *r->head + ROWS_LEVELS * sizeof r->head;

	arena_clear(&r->arena);
	arena_clear(&r->own);
	r->random = 2463534242;
	r->head = arena_take(&r->arena, len);
	if (r->head == NULL)
		return false;
	memset(r->head, 0, len);
	return true;
}

void
rows_free(struct rows *r)
{
	arena_free(&r->arena);
	arena_free(&r->own);
	r->head = NULL;
}

static int
compare_key(
    const struct row *row, unsigned table, const struct engine_bytes *key)
{
	const size_t len = row->key_len < key->len ? row->key_len : key->len;
	int order;

	if (row->table != table + 1)
		return row->table < table + 1 ? -1 : 1;
	order = len > 0 ? memcmp(row->key, key->bytes, len) : 0;
	if (order != 0 || row->key_len == key->len)
		return order;
	return row->key_len < key->len ? -1 : 1;
}

bool
row_is_at(const struct row *row, unsigned table, const struct engine_bytes *key)
{
	return row != NULL && compare_key(row, table, key) == 0;
}

struct row *
rows_seek(const struct rows *r, unsigned table, const struct engine_bytes *key,
    struct row *before[static ROWS_LEVELS])
{
	struct row *at = r->head;

	for (int i = ROWS_LEVELS - 1; i >= 0; i--) {
		while (at->next[i] != NULL &&
		       compare_key(at->next[i], table, key) < 0)
			at = at->next[i];
		before[i] = at;
	}
	return at->next[0];
}

/* xorshift: each level has a quarter of the rows of the one below. */
static int
choose_levels(struct rows *r)
{
	uint32_t bits;
	int levels = 1;

	r->random ^= r->random << 13;
	r->random ^= r->random >> 17;
	r->random ^= r->random << 5;
	for (bits = r->random; levels < ROWS_LEVELS && (bits & 3) == 0;
	     bits >>= 2)
		levels++;
	return levels;
}

struct row *
rows_place(struct rows *r, unsigned table, const struct engine_bytes *key)
{
	struct row *before[ROWS_LEVELS],
	    *row = rows_seek(r, table, key, before);
	uint8_t *copy;
	int levels;

	if (row_is_at(row, table, key))
		return row;
	levels = choose_levels(r);
	row = arena_take(&r->arena,
	    sizeof *row + (size_t)levels * sizeof row->next[0] + key->len);
	if (row == NULL)
		return NULL;
	*row = (struct row){.key_len = (uint16_t)key->len,
	    .table = (uint16_t)(table + 1),
	    .known = before[0]->gap || key->len == 0,
	    .gap = before[0]->gap};
	copy = (uint8_t *)&row->next[levels];
	if (key->len > 0)
		memcpy(copy, key->bytes, key->len);
	row->key = copy;
	for (int i = 0; i < levels; i++) {
		row->next[i] = before[i]->next[i];
		before[i]->next[i] = row;
	}
	return row;
}
