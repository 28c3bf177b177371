#include "protocol/device_consent.h"

#include "base/secret.h"
#include "base/str.h"
#include "domain/audit.h"
#include "domain/throttle.h"

#include <string.h>

struct device_search {
	const struct provider *p;
	const char *typed, *address;
	int64_t now;
	char user_code[USER_CODE_CAP];
	uint8_t id[FAMILY_ID_LEN]; /* not in *d: that is what a step gives */

	struct device_code *d;
	struct client *client;
	enum reason reason;
};

/* Charged first: what is told costs a try. */
static enum err
try_step(struct store_txn *t, void *arg)
{
	struct device_search *s = arg;
	const struct keyring *k = &s->p->keyring;
	const struct throttle_try by = {
	    .name = "/device", .address = s->address};
	int64_t wait_s;
	enum err e = throttle_charge(t, k, &by, s->now, &wait_s);

	if (e == ERR_TOO_MANY_REQUESTS)
		return refused_as(e, REASON_USER_CODE_WAIT, &s->reason);
	if (e != OK)
		return e;
	user_code_name(s->id, s->user_code, k);
	e = device_code_get(t, s->id, s->now, s->d);
	if (e == ERR_NOT_FOUND || (e == OK && s->d->state != DEVICE_WAITS))
		return refused(REASON_USER_CODE_UNKNOWN, &s->reason);
	if (e == OK)
		throttle_refund(t, k, &by, s->now);
	return e;
}

enum err
device_consent_try(const struct provider *p, const char *typed,
    const char *address, int64_t now, struct device_ticket *ticket,
    enum reason *reason)
{
	struct device_code d;
	struct device_search s = {
	    .p = p, .address = address, .now = now, .d = &d};
	struct opaque_token token;
	enum err e;

	if (!user_code_read(s.user_code, typed))
		return refused(REASON_USER_CODE_UNKNOWN, reason);
	e = store_write(p->store, now, try_step, &s);
	*reason = s.reason;
	if (e != OK)
		return e;
	token.number = (uint64_t)d.expires_at;
	memcpy(token.family_id, d.id, FAMILY_ID_LEN);
	memcpy(ticket->user_code, s.user_code, sizeof ticket->user_code);
	opaque_token_encode(
	    ticket->text, OPAQUE_TOKEN_DEVICE_TICKET, &token, &p->keyring);
	return OK;
}

static enum err
find_device_step(struct store_txn *t, void *arg)
{
	struct device_search *s = arg;
	enum err e = device_code_get(t, s->id, s->now, s->d);

	if (e == OK)
		e = client_get(t, s->d->client_id, s->client);
	if (e == ERR_NOT_FOUND || (e == OK && s->d->state != DEVICE_WAITS))
		return refused(REASON_DEVICE_CODE_EXPIRED, &s->reason);
	return e;
}

enum err
device_consent_find(const struct provider *p, const char *user_code,
    const char *ticket, int64_t now, struct device_code *d,
    struct authorize_request *q, enum reason *reason)
{
	struct device_search s = {
	    .p = p, .now = now, .d = d, .client = &q->client};
	struct opaque_token token;
	enum err e;

	*d = (struct device_code){.state = DEVICE_WAITS};
	*q = (struct authorize_request){.max_age = -1};
	if (opaque_token_decode(&token, OPAQUE_TOKEN_DEVICE_TICKET, ticket,
		&p->keyring) != OK ||
	    !user_code_read(s.user_code, user_code))
		return refused(REASON_DEVICE_CODE_EXPIRED, reason);
	user_code_name(s.id, s.user_code, &p->keyring);
	if (memcmp(s.id, token.family_id, FAMILY_ID_LEN) != 0)
		return refused(REASON_DEVICE_CODE_EXPIRED, reason);
	e = store_read(p->store, find_device_step, &s);
	*reason = s.reason;
	if (e == OK && (uint64_t)d->expires_at != token.number)
		return refused(REASON_DEVICE_CODE_EXPIRED, reason);
	q->device = d;
	memcpy(q->scope, d->scope, sizeof q->scope);
	memcpy(q->consent_scope, d->scope, sizeof q->consent_scope);
	memcpy(q->resources, d->resources, sizeof q->resources);
	return e;
}

struct denial {
	const struct device_code *d;
	const struct user *user;
	const char *address;
	int64_t now;
	enum reason reason;
};

static enum err
deny_step(struct store_txn *t, void *arg)
{
	struct denial *n = arg;
	enum err e = device_code_deny(t, n->d->id, n->now, &n->reason);

	if (e == OK)
		audit_write(t, n->now,
		    &(struct audit_line){.event = "device_denied",
			.user = n->user->name,
			.user_id = n->user->user_id,
			.client_id = n->d->client_id,
			.detail = n->d->address,
			.address = n->address});
	return e;
}

enum err
device_consent_deny(const struct provider *p, const struct device_code *d,
    const struct user *user, const char *address, int64_t now,
    enum reason *reason)
{
	struct denial n = {
	    .d = d, .user = user, .address = address, .now = now};
	enum err e = store_write(p->store, now, deny_step, &n);

	*reason = n.reason;
	return e;
}
