#include "client_files.h"
#include "client_options.h"

enum err
client_files_read(struct client_files *f, const struct admin *a,
    const struct args *args, struct refusal *r)
{
	enum err e =
	    client_certificates_read(&f->certificates, args, a->now, r);

	f->keys_error = given_keys_read(&f->keys, a, args, &f->keys_refusal);
	return e == OK ? client_options_icon(&f->icon, args, r) : e;
}

/* Of a client with certificates the file of keys has those, and keys that need
 * not do here. */
enum err
client_files_take(struct client *c, const struct client_files *f,
    const struct args *args, struct refusal *r)
{
	enum err e = OK;

	if (c->auth_method != AUTH_SELF_SIGNED) {
		*r = f->keys_refusal;
		e = f->keys_error != OK ? f->keys_error
					: given_keys_take(&f->keys, c);
	}
	return e == OK ? client_certificates_apply(c, &f->certificates, args, r)
		       : e;
}

enum err
client_files_keep(struct store_txn *t, const struct client_files *f,
    const struct client *c, int64_t now)
{
	return given_keys_keep(t, &f->keys, c, now);
}
