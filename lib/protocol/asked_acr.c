#include "protocol/asked_acr.h"

#include "base/json_object_view.h"
#include "base/str.h"

#include <string.h>

/* One of the values that would do. */
static void
add_acr(struct authorize_request *q, const char *word)
{
	enum acr acr = acr_find(word);

	if (acr == ACR_NONE ||
	    words_add(q->acr_values, sizeof q->acr_values, word) != OK)
		return;
	if (q->acr == ACR_NONE || acr < q->acr)
		q->acr = acr;
}

/* Those that are not known here are passed over: another may do (Core
 * 3.1.2.1). */
void
asked_acr_read_values(struct authorize_request *q, const char *value)
{
	char word[ACR_CAP];
	size_t len;

	for (; *value != '\0'; value += len) {
		value += strspn(value, " ");
		len = strcspn(value, " ");
		if (str_copy_n(word, sizeof word, value, len) == OK)
			add_acr(q, word);
	}
}

static void
add_acr_claim(struct authorize_request *q, const json_t *acr)
{
	const json_t *values = json_object_get(acr, "values"), *v;
	const char *value = json_string_value(json_object_get(acr, "value"));
	size_t n;

	if (value != NULL)
		add_acr(q, value);
	json_array_foreach(values, n, v) if (json_string_value(v) != NULL)
	    add_acr(q, json_string_value(v));
}

/* Of `claims` acr alone is looked at (Core 5.5.1.1): where it is essential, a
 * value that is not known here cannot be met. Where it is voluntary, and not
 * said by acr_values, which are a condition (RFC 9470 5), it is a wish. */
enum err
asked_acr_read_claims(struct authorize_request *q,
    const struct json_object_view *v, enum reason *reason)
{
	const json_t *acr =
	    json_object_get(json_object_view_object(v, "id_token"), "acr");
	bool essential = json_is_true(json_object_get(acr, "essential"));

	q->acr_wished = !essential && q->acr == ACR_NONE;
	if (essential) {
		q->acr = ACR_NONE;
		q->acr_values[0] = '\0';
	}
	add_acr_claim(q, acr);
	if (essential && q->acr == ACR_NONE &&
	    (json_object_get(acr, "value") != NULL ||
		json_object_get(acr, "values") != NULL))
		return refused(REASON_ACR_UNMET, reason);
	return OK;
}
