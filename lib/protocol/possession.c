#include "protocol/possession.h"

#include "domain/installation.h"
#include "protocol/authorization.h"
#include "protocol/caller_certificate.h"

#include <stddef.h>

void
token_presented_read(struct token_presented *q, const char *authorization)
{
	q->text = authorization_bearer(authorization);
	q->as_dpop = false;
	if (q->text == NULL) {
		q->text = authorization_dpop(authorization);
		q->as_dpop = q->text != NULL;
	}
}

static enum err
find_mark(struct store_txn *t, void *mark)
{
	return installation_mark(t, mark);
}

/* That Q has a proof for this request with a nonce of ours; its key is
 * evidence. */
static enum err
take_proof(struct evidence *shown, struct possession *r,
    const struct provider *p, const struct token_presented *q, int64_t now,
    enum reason *reason)
{
	uint8_t mark[SECRET_KEY_LEN];
	const struct dpop_request request = {.proof = q->proof,
	    .method = q->method,
	    .url = q->url,
	    .access_token = q->text,
	    .nonce_key = mark,
	    .now = now};
	struct dpop proof;
	enum err e;

	if (q->proof == NULL)
		return refused(REASON_DPOP_MISSING, reason);
	e = store_read(p->store, find_mark, mark);
	if (e != OK)
		return e;
	e = dpop_check(&proof, &request, reason);
	if (e == ERR_USE_DPOP_NONCE || proof.renew)
		dpop_nonce_make(r->nonce, mark, now);
	if (e == OK)
		evidence_add(shown, CONFIRMATION_JKT, proof.key.thumbprint);
	return e;
}

/* That the connection was made with a certificate, which is evidence. */
static enum err
take_shown_certificate(struct evidence *shown, const struct caller *who,
    int64_t now, enum reason *reason)
{
	struct certificate c;
	enum err e =
	    caller_certificate(&c, who, now, ERR_INVALID_TOKEN, reason);

	if (e == OK)
		evidence_add(shown, CONFIRMATION_CERTIFICATE, c.hash);
	return e;
}

enum err
possession_require(struct possession *r, const struct provider *p,
    const struct token_presented *q, const struct access_token *a, int64_t now,
    enum reason *reason)
{
	const bool bound = a->cnf.kind == CONFIRMATION_JKT;
	struct evidence shown = {0};
	enum err e = OK;

	*r = (struct possession){.by_dpop = bound || q->as_dpop};
	if (q->as_dpop != bound)
		return refused(REASON_DPOP_SCHEME, reason);
	if (bound)
		e = take_proof(&shown, r, p, q, now, reason);
	if (a->cnf.kind == CONFIRMATION_CERTIFICATE)
		e = take_shown_certificate(&shown, q->who, now, reason);
	return e == OK ? confirmation_require(
			     &a->cnf, &shown, ERR_INVALID_TOKEN, reason)
		       : e;
}
