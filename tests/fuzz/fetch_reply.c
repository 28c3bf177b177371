/* What fetch answers: whole, with a body as long as it says, or a failure
 * without one. */
#include "base/fetch_call.h"

#include "fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct fetch_reply r;

	if (len >= sizeof r.body)
		return 0;
	memset(&r, 0xa5, sizeof r);
	if (len > 0)
		memcpy(r.body, bytes, len);
	fetch_reply_take(&r, len);
	PROMISE(r.outcome < FETCH_OUTCOME_COUNT);
	PROMISE(r.outcome == FETCH_ANSWERED || (r.status == 0 && r.len == 0));
	PROMISE(r.len <= len && r.body[r.len] == '\0');
	PROMISE(r.len == 0 || memcmp(r.body, bytes + len - r.len, r.len) == 0);
	PROMISE(strlen(r.message) < FETCH_TEXT_CAP);
	PROMISE(strlen(r.content_type) < FETCH_TEXT_CAP);
	return 0;
}
