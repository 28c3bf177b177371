#include "domain/removal.h"

#include "domain/app_password.h"
#include "domain/client.h"
#include "domain/client_keys.h"
#include "domain/code.h"
#include "domain/consent.h"
#include "domain/device_code.h"
#include "domain/document.h"
#include "domain/exchange.h"
#include "domain/factor.h"
#include "domain/family.h"
#include "domain/icon.h"
#include "domain/link.h"
#include "domain/logout_queue.h"
#include "domain/passkey.h"
#include "domain/pushed.h"
#include "domain/session_client.h"
#include "domain/session_end.h"
#include "domain/site.h"
#include "domain/tries.h"
#include "domain/user.h"

size_t
remove_families(
    struct store_txn *t, const uint8_t *user_id, const char *client_id)
{
	code_end_all(t, user_id, client_id);
	device_code_end_all(t, user_id, client_id);
	return family_end_all(t, user_id, client_id);
}

enum err
remove_user(struct store_txn *t, const char *name, int64_t now)
{
	struct user u;
	enum err e = user_find(t, name, &u);

	if (e != OK)
		return e;
	session_end_all(t, u.user_id, NULL, now);
	remove_families(t, u.user_id, NULL);
	consent_del_all(t, u.user_id, NULL);
	app_password_del_all(t, u.user_id, NULL);
	link_del_all(t, u.user_id);
	factor_del(t, u.user_id);
	passkey_del_all(t, u.user_id);
	(void)tries_settle(t, u.user_id, 0);
	e = user_drop(t, &u);
	user_wipe(&u);
	return e;
}

enum err
remove_client(struct store_txn *t, const char *client_id)
{
	enum err e = client_drop(t, client_id);

	if (e != OK)
		return e;
	remove_families(t, NULL, client_id);
	pushed_end_all(t, client_id);
	consent_del_all(t, NULL, client_id);
	icon_del(t, client_id);
	session_client_del_client(t, client_id);
	logout_queue_del_client(t, client_id);
	client_keys_del(t, client_id);
	document_del(t, client_id);
	exchange_forget(t, client_id);
	return store_failed(t);
}

enum err
remove_site(struct store_txn *t, const char *origin)
{
	enum err e = site_drop(t, origin);

	if (e != OK)
		return e;
	app_password_del_all(t, NULL, origin);
	return remove_client(t, origin);
}
