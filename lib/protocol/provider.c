#include "protocol/provider.h"

#include "base/buf.h"
#include "base/clock.h"
#include "domain/host.h"
#include "domain/installation.h"

#include <string.h>

static enum err
explain(
    enum err e, const char *dir, const char *what, char *message, size_t cap)
{
	struct buf b;

	buf_init(&b, message, cap);
	buf_printf(&b, "%s: %s", dir, what);
	return e;
}

static enum err
open_keyring(struct provider *p, char *message, size_t message_cap)
{
	enum err e = installation_keyring(&p->keyring, p->store, p->conf.dir);

	return e == OK ? OK
		       : explain(e, p->conf.dir, installation_key_advice(e),
			     message, message_cap);
}

void
provider_note_host(const struct provider *p, unsigned uses)
{
	const unsigned both = PROVIDER_KEYRING | PROVIDER_SIGNER;

	if (p->conf.store[0] != '\0' && (uses & both) == both)
		(void)!host_note(p->store, p->conf.dir, clock_now());
}

enum err
provider_open(struct provider *p, const char *dir, unsigned uses, char *message,
    size_t message_cap)
{
	enum err e;

	*p = (struct provider){0};
	e = secret_init();
	if (e != OK)
		return explain(e, dir, "no randomness", message, message_cap);
	e = conf_load(&p->conf, dir, message, message_cap);
	if (e == OK)
		e = installation_open(&p->store, p->conf.dir, p->conf.store,
		    false, message, message_cap);
	if (e == OK) /* also with another secret.key, for others to see */
		provider_note_host(p, uses);
	if (e == OK && (uses & PROVIDER_KEYRING))
		e = open_keyring(p, message, message_cap);
	if (e == OK && (uses & PROVIDER_SIGNER)) {
		e = signer_new(&p->signer, p->conf.dir);
		if (e != OK)
			explain(
			    e, dir, "no memory for keys", message, message_cap);
	}
	if (e != OK)
		provider_close(p);
	return e;
}

enum err
provider_renew(
    struct provider *p, unsigned uses, char *message, size_t message_cap)
{
	enum err e = store_renew(p->store, message, message_cap);

	if (e == OK && (uses & PROVIDER_KEYRING))
		e = open_keyring(p, message, message_cap);
	return e;
}

void
provider_close(struct provider *p)
{
	signer_free(&p->signer);
	store_close(&p->store);
	keyring_wipe(&p->keyring);
}

struct family_lifetimes
provider_lifetimes(const struct provider *p)
{
	return (struct family_lifetimes){
	    .access_token_s = p->conf.access_token_lifetime_s,
	    .idle_s = p->conf.refresh_idle_s,
	    .absolute_s = p->conf.refresh_absolute_s,
	    .rule = {p->conf.refresh_grace_s, p->conf.refresh_retry_is_theft},
	};
}

struct session_lifetimes
provider_session_lifetimes(const struct provider *p, bool remembered)
{
	const struct conf *c = &p->conf;

	if (remembered)
		return (struct session_lifetimes){
		    c->session_remember_s, c->session_remember_absolute_s};
	return (struct session_lifetimes){
	    c->session_lifetime_s, c->session_absolute_s};
}

unsigned
provider_algs(const struct provider *p, struct store_txn *t)
{
	unsigned algs = client_algs(t);

	if (algs == 0)
		algs = 1U << p->conf.default_alg;
	return algs;
}
