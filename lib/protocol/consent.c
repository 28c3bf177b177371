#include "protocol/consent.h"

#include "base/str.h"
#include "domain/api.h"

#include <string.h>

bool
consent_is_required(const char *scope)
{
	return str_equal(scope, "openid");
}

bool
consent_settled(struct store_txn *t, const struct client *c,
    const uint8_t user_id[static USER_ID_LEN], const char *requested,
    const char *resources, char granted[static SCOPE_CAP],
    struct consent *remembered)
{
	const char *cursor = requested;
	char word[SCOPE_WORD_CAP], foreign[RESOURCE_LIST_CAP];
	enum err e = consent_get(t, user_id, c->client_id, remembered);

	granted[0] = '\0';
	apis_foreign(c, resources, foreign);
	if (!words_subset(foreign, remembered->resources))
		return false;
	if (c->trusted)
		return str_copy(granted, SCOPE_CAP, requested) == OK;
	if (e != OK)
		return false;
	while (words_next(&cursor, word, sizeof word)) {
		if (words_has(remembered->granted, word)) {
			if (words_add(granted, SCOPE_CAP, word) != OK)
				return false;
		} else if (!words_has(remembered->declined, word)) {
			return false;
		}
	}
	return granted[0] != '\0';
}

enum err
consent_give(struct store_txn *t, const struct client *c,
    const uint8_t user_id[static USER_ID_LEN], const char *requested,
    const char *ticked, const char *resources, int64_t now,
    char granted[static SCOPE_CAP])
{
	const char *cursor = requested;
	char word[SCOPE_WORD_CAP];
	struct consent a = {.changed_at = now};
	enum err e = str_copy(a.client_id, sizeof a.client_id, c->client_id);

	memcpy(a.user_id, user_id, USER_ID_LEN);
	apis_foreign(c, resources, a.resources);
	while (e == OK && words_next(&cursor, word, sizeof word)) {
		bool yes = consent_is_required(word) || words_has(ticked, word);

		e = words_add(yes ? a.granted : a.declined, SCOPE_CAP, word);
	}
	if (e == OK && a.granted[0] == '\0')
		e = ERR_ACCESS_DENIED;
	if (e == OK)
		e = consent_put(t, &a);
	if (e == OK)
		memcpy(granted, a.granted, SCOPE_CAP);
	return e;
}
