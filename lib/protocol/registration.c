#include "protocol/registration.h"

#include "base/secret.h"
#include "base/str.h"
#include "domain/clients.h"
#include "domain/registration_token.h"
#include "domain/signkey.h"
#include "domain/stranger.h"
#include "domain/throttle.h"
#include "protocol/authorization.h"
#include "protocol/registration_answer.h"

#include <string.h>

/* One request on its way. */
struct registration {
	const struct provider *p;
	const struct registration_request *q;
	struct registration_outcome *o;
	const char *bearer; /* the token that came */
	struct change by;
	char access[STRANGER_ACCESS_CAP];
	char secret[CLIENT_SECRET_CAP];
	bool secret_used;

	struct client_metadata *said; /* large, so not in here */
	struct client *client;
};

/* --- what all of them need ------------------------------------------------ */

static enum err
begin_registering(struct registration *r, const struct provider *p,
    const struct registration_request *q, int64_t now,
    struct registration_outcome *o)
{
	*o = (struct registration_outcome){.reason = REASON_NONE};
	r->p = p;
	r->q = q;
	r->o = o;
	r->by = (struct change){.now = now, .address = q->who->address};
	if (!p->conf.registration)
		return refused(REASON_REGISTRATION_OFF, &o->reason);
	r->bearer = authorization_bearer(q->who->authorization);
	if (r->bearer != NULL)
		return OK;
	o->missing = true;
	return refused(REASON_REGISTRATION_TOKEN_MISSING, &o->reason);
}

static enum err
refuse_metadata(struct registration *r, const char *member, const char *message)
{
	r->o->fault = (struct metadata_fault){member, message};
	return refused_as(ERR_INVALID_CLIENT_METADATA, REASON_METADATA_REFUSED,
	    &r->o->reason);
}

static enum err
read_metadata(struct registration *r)
{
	struct registration_outcome *o = r->o;
	enum err e = client_metadata_read(r->said, r->q->text, r->q->len,
	    METADATA_REGISTRATION, r->p->conf.default_alg, &o->fault);

	return e == OK ? OK
		       : refused_as(e, REASON_METADATA_REFUSED, &o->reason);
}

/* A stranger's tokens are signed as others are: an algorithm of its own would
 * add a key to the JWKS, which some apps cannot read. */
static enum err
check_alg(struct store_txn *t, struct registration *r, enum jwa alg)
{
	const struct conf *conf = &r->p->conf;
	struct signkey key;
	enum err e;

	if (alg != conf->default_alg && !(client_algs(t) & 1U << alg) &&
	    r->said->alg_was_said)
		return refuse_metadata(r, "id_token_signed_response_alg",
		    "no app here has tokens with this algorithm");
	e = signkey_active(t, conf_access_token_alg(conf, alg), &key);
	return e == ERR_NOT_FOUND
		   ? refused(REASON_NO_SIGNING_KEY, &r->o->reason)
		   : e;
}

static void
tell_registration(const struct registration *r, struct buf *answer)
{
	registration_answer(answer, &r->p->conf,
	    &(struct registration_told){.client = r->client,
		.secret = r->secret_used ? r->secret : NULL,
		.access = r->q->client_id == NULL ? r->access : r->bearer,
		.secret_in_form = r->said != NULL && r->said->secret_in_form});
}

static void
end_registering(struct registration *r)
{
	secret_wipe(r->access, sizeof r->access);
	secret_wipe(r->secret, sizeof r->secret);
	if (r->said != NULL)
		client_metadata_wipe(r->said);
}

/* --- a new app ------------------------------------------------------------ */

static enum err
look_at_token_step(struct store_txn *t, void *arg)
{
	struct registration *r = arg;
	struct registration_token token;

	return registration_token_find(
	    t, r->bearer, &r->p->keyring, r->by.now, &token, &r->o->reason);
}

static enum err
make_stranger(struct registration *r)
{
	*r->client = r->said->client;
	stranger_make(r->client, r->access, r->by.now);
	r->secret_used = client_has_secret(r->client);
	if (!r->secret_used)
		return OK;
	client_secret_make(r->secret);
	return client_secret_set(r->client, r->secret, &r->p->keyring);
}

/* The token is looked at again: another request may have had its last use. */
static enum err
add_stranger_step(struct store_txn *t, void *arg)
{
	struct registration *r = arg;
	struct registration_token token;
	enum err e = registration_token_find(
	    t, r->bearer, &r->p->keyring, r->by.now, &token, &r->o->reason);

	if (e == OK)
		e = strangers_tidy(t, r->by.now);
	if (e == OK && !strangers_have_room(t))
		e = refused(REASON_REGISTRATIONS_FULL, &r->o->reason);
	if (e == OK)
		e = check_alg(t, r, r->client->alg);
	if (e == OK)
		e = registration_token_spend(t, &token);
	return e == OK ? stranger_add(t, r->client, &token, &r->by) : e;
}

enum err
registration_add(const struct provider *p, const struct registration_request *q,
    int64_t now, struct buf *answer, struct registration_outcome *o)
{
	struct client_metadata said;
	struct client client;
	struct registration r = {.client = &client};
	enum err e = begin_registering(&r, p, q, now, o);

	if (e == OK)
		e = store_read(p->store, look_at_token_step, &r);
	if (e != OK)
		return e;
	r.said = &said;
	e = read_metadata(&r);
	if (e == OK)
		e = make_stranger(&r);
	if (e == OK)
		e = store_write(p->store, now, add_stranger_step, &r);
	if (e == OK) {
		tell_registration(&r, answer);
		memcpy(o->client_id, client.client_id, sizeof o->client_id);
	}
	end_registering(&r);
	return e;
}

/* --- one that is there ---------------------------------------------------- */

/* The client whose registration the token is for. That there is no such client,
 * and that the token is another's, is one answer (RFC 7592 2). */
static enum err
find_registered(struct store_txn *t, struct registration *r)
{
	const char *id = r->q->client_id;
	enum err e;

	*r->client = (struct client){0};
	e = id[0] != '\0' ? client_get(t, id, r->client) : ERR_NOT_FOUND;
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (!stranger_is_proven(r->client, r->bearer))
		return refused(
		    REASON_REGISTRATION_ACCESS_UNKNOWN, &r->o->reason);
	memcpy(r->o->client_id, r->client->client_id, sizeof r->o->client_id);
	return OK;
}

static enum err
show_registered_step(struct store_txn *t, void *arg)
{
	return find_registered(t, arg);
}

enum err
registration_show(const struct provider *p,
    const struct registration_request *q, struct buf *answer,
    struct registration_outcome *o)
{
	struct client client;
	struct registration r = {.client = &client};
	enum err e = begin_registering(&r, p, q, 0, o);

	if (e == OK)
		e = store_read(p->store, show_registered_step, &r);
	if (e == OK)
		tell_registration(&r, answer);
	return e;
}

/* Each change is a durable write, and there is no end of them. */
static enum err
charge_change(struct store_txn *t, struct registration *r)
{
	const struct throttle_try by = {
	    .name = r->q->client_id, .address = r->by.address};
	int64_t wait_s;
	enum err e =
	    throttle_charge(t, &r->p->keyring, &by, r->by.now, &wait_s);

	return e == ERR_TOO_MANY_REQUESTS
		   ? refused(REASON_REGISTRATION_TOO_OFTEN, &r->o->reason)
		   : e;
}

/* What a change repeats must be right (RFC 7592 2.2). */
static enum err
check_repeated(struct registration *r, const struct client *was)
{
	const struct client_metadata *said = r->said;

	if (!str_equal(said->client_id, was->client_id))
		return refuse_metadata(
		    r, "client_id", "expected that of the address");
	if (said->client_secret[0] != '\0' &&
	    client_secret_verify(was, said->client_secret, &r->p->keyring) !=
		OK)
		return refuse_metadata(
		    r, "client_secret", "is not the one that was given out");
	return OK;
}

static enum err
change_registered_step(struct store_txn *t, void *arg)
{
	struct registration *r = arg;
	struct client *c = r->client, was;
	const char *message;
	enum err e = find_registered(t, r);

	if (e == OK)
		e = charge_change(t, r);
	if (e != OK)
		return e;
	was = *c;
	e = check_repeated(r, &was);
	if (e == OK) {
		stranger_take(c, &r->said->client);
		if (r->said->alg_was_said)
			c->alg = r->said->client.alg;
		e = check_alg(t, r, c->alg);
	}
	message = e == OK ? client_refusal(c) : NULL;
	if (message != NULL)
		e = refuse_metadata(r, NULL, message);
	if (e == OK)
		e = client_settle_secret(
		    c, &was, r->secret, false, &r->p->keyring, &r->secret_used);
	return e == OK ? stranger_put(t, c, &r->by) : e;
}

enum err
registration_change(const struct provider *p,
    const struct registration_request *q, int64_t now, struct buf *answer,
    struct registration_outcome *o)
{
	struct client_metadata said;
	struct client client;
	struct registration r = {.client = &client};
	enum err e = begin_registering(&r, p, q, now, o);

	if (e == OK)
		e = store_read(p->store, show_registered_step, &r);
	if (e != OK)
		return e;
	r.said = &said;
	client_secret_make(r.secret);
	e = read_metadata(&r);
	if (e == OK)
		e = store_write(p->store, now, change_registered_step, &r);
	if (e == OK)
		tell_registration(&r, answer);
	end_registering(&r);
	return e;
}

static enum err
remove_registered_step(struct store_txn *t, void *arg)
{
	struct registration *r = arg;
	enum err e = find_registered(t, r);

	return e == OK ? stranger_remove(t, r->client->client_id, &r->by) : e;
}

enum err
registration_remove(const struct provider *p,
    const struct registration_request *q, int64_t now,
    struct registration_outcome *o)
{
	struct client client;
	struct registration r = {.client = &client};
	enum err e = begin_registering(&r, p, q, now, o);

	if (e == OK)
		e = store_read(p->store, show_registered_step, &r);
	return e == OK ? store_write(p->store, now, remove_registered_step, &r)
		       : e;
}
