/* A slot of the ring of refusals is refused, or all its texts end within their
 * arrays, can be shown on a terminal, and are written again as they were. */
#include "domain/refusal_note.h"

#include "fuzz.h"

#include <string.h>

static void
check_text(const char *text, size_t cap)
{
	PROMISE(memchr(text, '\0', cap) != NULL);
	for (; *text != '\0'; text++)
		PROMISE(*text >= 0x20 && *text < 0x7f);
}

/* Makes the check right, or nothing else would ever be read. */
static void
put_check(uint8_t slot[static REFUSAL_SLOT_LEN])
{
	const size_t len = (size_t)slot[4] << 8 | slot[5];
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	if (len > REFUSAL_SLOT_LEN - 8)
		return;
	for (size_t i = 0; i < len; i++)
		sum = (sum ^ slot[i]) * UINT64_C(0x100000001b3);
	for (size_t i = 0; i < 8; i++)
		slot[len + i] = (uint8_t)(sum >> 8 * (7 - i));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	uint8_t slot[REFUSAL_SLOT_LEN] = {0}, again[REFUSAL_SLOT_LEN] = {0};
	struct refusal_note n;
	size_t used;

	memcpy(slot, bytes, len < sizeof slot ? len : sizeof slot);
	put_check(slot);
	if (!refusal_note_read(&n, slot))
		return 0;
	check_text(n.error, sizeof n.error);
	check_text(n.reason, sizeof n.reason);
	check_text(n.cause, sizeof n.cause);
	check_text(n.client_id, sizeof n.client_id);
	check_text(n.user, sizeof n.user);
	check_text(n.address, sizeof n.address);
	check_text(n.redirect_uri, sizeof n.redirect_uri);
	used = refusal_note_write(again, &n);
	PROMISE(used <= sizeof again && memcmp(slot, again, used) == 0);
	return 0;
}
