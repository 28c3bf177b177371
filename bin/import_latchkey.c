#include "import_latchkey.h"
#include "base/str.h"
#include "domain/portable_put.h"
#include "import_file.h"
#include "import_latchkey_tell.h"
#include "protocol/key_rotation.h"
#include "protocol/webauthn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXPORT_MOST = 1 << 30 };

/* --- checking --------------------------------------------------------------*/

static int
refuse_text(const struct import_ours *x, enum err e)
{
	if (e == ERR_NO_MEMORY)
		return admin_fail("out of memory; nothing has changed");
	if (e == ERR_FOREIGN)
		return admin_fail("%s: no export of latchkey (%s); for a file "
				  "of another system say --from htpasswd, "
				  "shadow, authelia or csv",
		    x->path, x->text.message);
	return admin_fail(
	    "%s: %s; nothing has changed", x->path, x->text.message);
}

static int
check_file_issuer(const struct admin *a, const struct import_ours *x)
{
	if (x->put.same_issuer || x->other_issuer)
		return EXIT_DONE;
	return admin_fail("%s: is of %s, and this is %s: apps must then be "
			  "told the new issuer, and passkeys work at the host "
			  "they were made for alone. If that is meant, give "
			  "--other-issuer; nothing has changed",
	    x->path, x->text.head.issuer, a->conf.issuer);
}

/* The file by itself; nothing is read or changed here. */
static int
check_text(struct admin *a, struct import_ours *x, const char *text, size_t len)
{
	enum err e = portable_text_begin(&x->text, text, len);
	int status = EXIT_DONE;

	if (e == OK) {
		x->put.same_issuer =
		    str_equal(x->text.head.issuer, a->conf.issuer);
		status = check_file_issuer(a, x);
		if (status == EXIT_DONE)
			e = portable_check(&x->check, &x->text);
	}
	return e == OK ? status : refuse_text(x, e);
}

/* --- putting ---------------------------------------------------------------*/

static enum err
import_ours_step(struct store_txn *t, void *arg)
{
	struct import_ours *x = arg;
	enum err e = portable_put(t, &x->put, &x->text);

	/* All of it, or nothing. */
	if (e == OK && (x->dry || (x->put.clashes > 0 && !x->merge)))
		e = ERR_FORBIDDEN;
	if (e != OK)
		store_fail(t, e);
	return e;
}

/* What the apps' tokens are to be signed with. */
static int
ensure_keys_of(struct admin *a, unsigned algs)
{
	int status = EXIT_DONE;

	for (int alg = 0; alg < JWA_ISSUED && status == EXIT_DONE; alg++)
		if ((algs & (1u << alg)) != 0)
			status = admin_ensure_keys(
			    a, conf_access_token_alg(&a->conf, (enum jwa)alg));
	return status;
}

static int
put_ours(struct admin *a, struct import_ours *x)
{
	int status = x->dry ? EXIT_DONE : ensure_keys_of(a, x->check.algs);
	enum err e;

	if (status != EXIT_DONE)
		return status;
	e = store_write(a->store, a->now, import_ours_step, x);
	if (e == ERR_FORBIDDEN && !x->merge && x->put.clashes > 0)
		return import_ours_refuse(x);
	if (e != OK && e != ERR_FORBIDDEN)
		return admin_refuse(a, e, "import of", x->path);
	return import_ours_tell(x);
}

static int
import_read_text(struct admin *a, struct import_ours *x,
    const struct import_file *file, const struct keyring *k)
{
	char rp_id[ISSUER_CAP];
	int status;

	webauthn_rp_id(rp_id, a->conf.issuer);
	x->check = (struct portable_check){
	    .keyring = k, .host = {.secure = a->conf.secure}, .rp_id = rp_id};
	x->put = (struct portable_put){.keyring = k,
	    .check = &x->check,
	    .retirement = keys_retirement(&a->conf),
	    .change = {.now = a->now}};
	status = check_text(a, x, file->bytes, file->len);
	if (status == EXIT_DONE)
		status = put_ours(a, x);
	portable_check_free(&x->check);
	return status;
}

int
import_latchkey(struct admin *a, const struct args *args)
{
	struct import_ours *x = calloc(1, sizeof *x);
	struct import_file file = {0};
	struct keyring k;
	int status;

	if (x == NULL)
		return admin_fail("out of memory");
	x->path = args->operand;
	x->merge = args_has(args, "--merge");
	x->dry = args_has(args, "--dry-run");
	x->other_issuer = args_has(args, "--other-issuer");
	x->as_json = args_has(args, "--json");
	status = admin_keyring(a, &k);
	if (status == EXIT_DONE)
		status = import_file_read(&file, x->path, EXPORT_MOST);
	if (status == EXIT_DONE)
		status = import_read_text(a, x, &file, &k);
	import_file_free(&file);
	keyring_wipe(&k);
	free(x);
	return status;
}
