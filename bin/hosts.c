/* latchkey host: the machines that share a store. */
#include "admin.h"
#include "base/str.h"
#include "domain/host.h"
#include "domain/installation.h"
#include "domain/signkey.h"
#include "list.h"

#include <stdio.h>
#include <string.h>

static const struct option host_list_options[] = {OPTION_JSON, OPTION_END};
static const struct option host_del_options[] = {OPTION_END};

static const struct column columns[] = {
    {"host", "HOST", COLUMN_WHOLE},
    {"version", "VERSION", COLUMN_TEXT},
    {"seen_at", "SEEN", COLUMN_TIME},
    {"secret_key", "SECRET.KEY", COLUMN_TEXT},
    {"missing_keys", "MISSING KEYS", COLUMN_TEXT},
    COLUMN_END,
};

struct missing_keys {
	const struct host *host;
	json_t *kids;
};

static bool
add_missing(void *arg, const void *record)
{
	const struct signkey *k = record;
	struct missing_keys *m = arg;

	return k->state == KEY_RETIRED || host_has_key(m->host, k->pub.kid) ||
	       json_array_append_new(m->kids, json_string(k->pub.kid)) == 0;
}

static enum err
begin_host(struct list_row *row, const void *record)
{
	struct missing_keys m = {record, json_array()};
	uint8_t mark[SECRET_KEY_LEN] = {0};
	enum err e = OK;
	bool is_same;

	if (m.host->expires_at <= row->now)
		e = ERR_NOT_FOUND;
	if (e == OK)
		e = installation_mark(row->t, mark);
	if (e == OK)
		signkey_each(row->t, add_missing, &m);
	is_same = memcmp(mark, m.host->secret_key, sizeof mark) == 0;
	if (e == OK)
		row->json = json_pack("{s:s, s:O}", "secret_key",
		    is_same ? "same" : "differs", "missing_keys", m.kids);
	json_decref(m.kids);
	return e;
}

static const struct list_noun host_list = {
    .kind = "host",
    .type = &host_record,
    .columns = columns,
    .begin = begin_host,
};

static int
list_hosts(struct admin *a, const struct args *args)
{
	return list_run(a, &host_list, NULL, NULL, args_has(args, "--json"));
}

static enum err
del_host_step(struct store_txn *t, void *arg)
{
	return host_del(t, arg);
}

static int
del_host(struct admin *a, const struct args *args)
{
	char name[HOST_NAME_CAP];
	enum err e = str_copy(name, sizeof name, args->operand);

	if (e == OK)
		e = store_write(a->store, a->now, del_host_step, name);
	if (e == ERR_NO_SPACE)
		e = ERR_NOT_FOUND;
	if (e != OK)
		return admin_refuse(a, e, "host", args->operand);
	printf("Host %s is forgotten; if its programs run, it comes back.\n",
	    name);
	return EXIT_DONE;
}

const struct verb host_verbs[] = {
    {"host", "list", NULL, false, START_OPEN, host_list_options,
	"Lists the hosts that share a PostgreSQL store, and what each of them "
	"does not have.",
	list_hosts},
    {"host", "del", "HOST", false, START_OPEN, host_del_options,
	"Forgets a host that is gone, so that no key waits for it.", del_host},
    VERB_END,
};
