#include "domain/confirmation.h"

#include "base/secret.h"
#include "base/str.h"

#include <string.h>

static const char *const names[CONFIRMATION_KINDS] = {
    [CONFIRMATION_NONE] = "none",
    [CONFIRMATION_JKT] = "jkt",
    [CONFIRMATION_CERTIFICATE] = "x5t#S256",
};

/* Why it is refused: nothing of the kind is shown, or something else is. */
static const struct {
	enum reason missing, other;
} refusals[CONFIRMATION_KINDS] = {
    [CONFIRMATION_JKT] = {.missing = REASON_DPOP_MISSING,
	.other = REASON_DPOP_KEY},
    [CONFIRMATION_CERTIFICATE] = {.missing = REASON_CERTIFICATE_MISSING,
	.other = REASON_CERTIFICATE_MISMATCH},
};

static const uint8_t nothing[CONFIRMATION_LEN];

void
evidence_add(struct evidence *e, enum confirmation_kind kind,
    const uint8_t thumbprint[static CONFIRMATION_LEN])
{
	struct confirmation *c = &e->shown[kind];

	c->kind = kind;
	memcpy(c->thumbprint, thumbprint, CONFIRMATION_LEN);
}

static bool
shows(const struct evidence *e, enum confirmation_kind kind)
{
	return e != NULL && e->shown[kind].kind == kind;
}

struct confirmation
evidence_confirmation(const struct evidence *e)
{
	for (unsigned k = CONFIRMATION_NONE + 1; k < CONFIRMATION_KINDS; k++)
		if (shows(e, k))
			return e->shown[k];
	return (struct confirmation){.kind = CONFIRMATION_NONE};
}

bool
confirmation_is_met(const struct confirmation *c, const struct evidence *e)
{
	return c->kind == CONFIRMATION_NONE ||
	       (shows(e, c->kind) &&
		   memcmp(c->thumbprint, e->shown[c->kind].thumbprint,
		       CONFIRMATION_LEN) == 0);
}

enum err
confirmation_require(const struct confirmation *c, const struct evidence *e,
    enum err other, enum reason *reason)
{
	if (confirmation_is_met(c, e))
		return OK;
	if (shows(e, c->kind))
		return refused_as(other, refusals[c->kind].other, reason);
	/* Proofs have an error of their own. */
	return c->kind == CONFIRMATION_JKT
		   ? refused(refusals[c->kind].missing, reason)
		   : refused_as(other, refusals[c->kind].missing, reason);
}

bool
confirmation_is_whole(const struct confirmation *c)
{
	return (c->kind == CONFIRMATION_NONE) ==
	       (memcmp(c->thumbprint, nothing, CONFIRMATION_LEN) == 0);
}

const char *
confirmation_name(unsigned kind)
{
	return names[kind];
}

void
confirmation_put(struct json_text *t, const struct confirmation *c)
{
	char text[CONFIRMATION_CAP];

	if (c->kind == CONFIRMATION_NONE)
		return;
	base64url_encode(text, sizeof text, c->thumbprint, CONFIRMATION_LEN);
	json_text_object(t, "cnf", names[c->kind], text);
}

enum err
confirmation_from_text(
    struct confirmation *c, enum confirmation_kind kind, const char *text)
{
	*c = (struct confirmation){.kind = kind};
	if (base64url_decode_exact(c->thumbprint, CONFIRMATION_LEN, text) ==
		OK &&
	    confirmation_is_whole(c))
		return OK;
	*c = (struct confirmation){.kind = CONFIRMATION_NONE};
	return ERR_SYNTAX;
}

enum err
confirmation_read(struct confirmation *c, const json_t *cnf)
{
	*c = (struct confirmation){.kind = CONFIRMATION_NONE};
	for (unsigned k = CONFIRMATION_NONE + 1;
	     json_object_size(cnf) == 1 && k < CONFIRMATION_KINDS; k++) {
		const char *text =
		    json_string_value(json_object_get(cnf, names[k]));

		if (text != NULL)
			return confirmation_from_text(c, k, text);
	}
	return ERR_SYNTAX;
}
