#include "domain/replay.h"

enum err
replay_note(
    struct store_txn *t, const uint8_t id[static HASH_LEN], int64_t expires_at)
{
	static const uint8_t version = 1;
	struct store_value v;
	enum err e = store_get(t, TABLE_REPLAY, id, HASH_LEN, &v);

	if (e != ERR_NOT_FOUND)
		return e == OK ? ERR_EXISTS : e;
	store_put(t, TABLE_REPLAY, id, HASH_LEN, &version, 1, expires_at);
	return store_failed(t);
}
