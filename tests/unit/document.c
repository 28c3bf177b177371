/* Documents of apps that are not registered: when which host may be asked, and
 * which of them are kept. */
#include "domain/document.h"

#include "base/str.h"
#include "check.h"
#include "domain/removal.h"
#include "fixture.h"

#include <string.h>

#define HOST "app.example.org"

static int64_t wait_s;

static enum err
hosts(struct store_txn *t, void *arg)
{
	(void)arg;
	CHECK(document_begin(t, HOST, ASK_DOCUMENT, noon, &wait_s) == OK &&
		  document_begin(t, HOST, ASK_DOCUMENT, noon + 14, &wait_s) ==
		      ERR_BUSY,
	    "document: one asks a host at a time");
	CHECK(document_begin(t, HOST, ASK_DOCUMENT, noon + 15, &wait_s) == OK,
	    "document: one that never ended is not waited for");
	CHECK(
	    document_end(t, HOST, true, noon + 20) == OK &&
		document_begin(t, HOST, ASK_DOCUMENT, noon + 21, &wait_s) ==
		    ERR_TOO_MANY_REQUESTS &&
		wait_s == 9 &&
		document_begin(t, HOST, ASK_DOCUMENT, noon + 30, &wait_s) == OK,
	    "document: after a failure the host is left alone for a while");
	CHECK(
	    document_end(t, HOST, false, noon + 31) == OK &&
		document_begin(t, HOST, ASK_DOCUMENT, noon + 31, &wait_s) == OK,
	    "document: after a success it is not");
	return OK;
}

static enum err
all_hosts_together(struct store_txn *t, void *arg)
{
	const int64_t then = noon + 3600;
	char host[] = "a.example.org";
	bool good = true;

	(void)arg;
	for (int i = 0; i < DOCUMENT_ASKS_MAX; i++) {
		host[0] = (char)('a' + i);
		good &= document_begin(
			    t, host, ASK_DOCUMENT, then + i, &wait_s) == OK;
	}
	CHECK(good &&
		  document_begin(t, HOST, ASK_DOCUMENT, then + 30, &wait_s) ==
		      ERR_TOO_MANY_REQUESTS &&
		  wait_s == 30,
	    "document: ten are asked in a minute");
	CHECK(document_begin(t, HOST, ASK_KEYS, then + 30, &wait_s) == OK &&
		  document_end(t, HOST, false, then + 30) == OK,
	    "document: keys are counted apart");
	CHECK(document_begin(t, HOST, ASK_DOCUMENT, then + 60, &wait_s) == OK,
	    "document: then ten more may be");
	CHECK(document_end(t, HOST, false, then + 60) == OK &&
		  document_begin(
		      t, HOST, ASK_DOCUMENT, noon - 86400, &wait_s) == OK,
	    "document: a clock that went back closes nothing");
	return OK;
}

/* --- what is kept ----------------------------------------------------------*/

static struct client
client_at(const char *url)
{
	struct client c = {.name = "app.example.org (Notes)",
	    .redirect_uris = "https://app.example.org/cb",
	    .scope = "openid",
	    .grants = GRANT_AUTHORIZATION_CODE,
	    .auth_method = AUTH_NONE,
	    .source = CLIENT_OF_DOCUMENT};

	if (str_copy(c.client_id, sizeof c.client_id, url) != OK)
		fixture_bail_out("a client");
	return c;
}

static enum err
put(struct store_txn *t, const char *url, int64_t fresh_s, int64_t now)
{
	static const struct document_read_by by = {.user = "alice"};
	struct client c = client_at(url);

	return document_put(t, &c, fresh_s, &by, now);
}

static bool
is_there(struct store_txn *t, const char *url)
{
	struct document d;
	struct client c;
	bool is = document_get(t, url, &d) == OK;

	return (client_get(t, url, &c) == OK) == is && is;
}

static enum err
freshness(struct store_txn *t, void *arg)
{
	static const struct {
		int64_t said, kept;
	} times[] = {{0, 300}, {299, 300}, {301, 301}, {-1, 3600},
	    {86399, 86399}, {86401, 86400}, {INT32_MAX, 86400}};
	struct document d;

	(void)arg;
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		CHECK(put(t, "https://app.example.org/f", times[i].said,
			  noon) == OK &&
			  document_get(t, "https://app.example.org/f", &d) ==
			      OK &&
			  document_is_fresh(&d, noon + times[i].kept - 1) &&
			  !document_is_fresh(&d, noon + times[i].kept),
		    "document: it is fresh as its answer says, within bounds");
	CHECK(!document_is_fresh(&d, noon - 3600),
	    "document: one from the future is not fresh");
	document_del(t, "https://app.example.org/f");
	CHECK(document_adopt(t, "https://app.example.org/f", noon) == OK &&
		  document_get(t, "https://app.example.org/f", &d) == OK &&
		  !document_is_fresh(&d, noon) && d.kept_until > noon,
	    "document: one of another store is read again, and goes if it is "
	    "not");
	CHECK(remove_client(t, "https://app.example.org/f") == OK &&
		  !is_there(t, "https://app.example.org/f"),
	    "document: it goes with its client");
	return OK;
}

static void
number(char url[64], int n)
{
	snprintf(url, 64, "https://app.example.org/%03d", n);
}

static enum err
quotas(struct store_txn *t, void *arg)
{
	char url[64], first[64], second[64];
	bool good = true;

	(void)arg;
	for (int i = 0; i < DOCUMENTS_MAX; i++) {
		number(url, i);
		good &= put(t, url, -1, noon + i) == OK;
	}
	number(first, 0);
	number(second, 1);
	CHECK(
	    good && document_use(t, first, noon + 86400 * 30) == OK &&
		put(t, "https://app.example.org/more", -1, noon + 500) == OK &&
		is_there(t, first) && !is_there(t, second),
	    "document: there are 200, and the oldest that no one uses makes "
	    "room");
	for (int i = 2; i < DOCUMENTS_MAX; i++) {
		number(url, i);
		good &= document_use(t, url, noon + 86400 * 30) == OK;
	}
	CHECK(good &&
		  document_use(t, "https://app.example.org/more", noon) == OK &&
		  put(t, "https://app.example.org/full", -1, noon + 600) ==
		      ERR_NO_SPACE &&
		  !is_there(t, "https://app.example.org/full"),
	    "document: those in use stay, and there is no room");
	CHECK(put(t, first, -1, noon + 700) == OK,
	    "document: one that is there can be read again");
	CHECK(put(t, "https://app.example.org/full", -1,
		  noon + 86400 + 86400) == OK &&
		  !is_there(t, "https://app.example.org/more") &&
		  is_there(t, first),
	    "document: one whose time is over makes room");
	CHECK(put(t, "https://app.example.org/late", -1,
		  noon + (int64_t)86400 * 32) == OK &&
		  !is_there(t, first) && !is_there(t, url) &&
		  is_there(t, "https://app.example.org/late"),
	    "document: when all that it was granted is over it goes");
	return OK;
}

static enum err
registered(struct store_txn *t, void *arg)
{
	struct client c = client_at("https://app.example.org/own"), found;

	(void)arg;
	c.source = CLIENT_OF_ADMINISTRATOR;
	CHECK(client_add(t, &c, noon) == OK &&
		  put(t, c.client_id, -1, noon) == ERR_EXISTS &&
		  client_get(t, c.client_id, &found) == OK &&
		  found.source == CLIENT_OF_ADMINISTRATOR,
	    "document: what an administrator registered is not read over");
	return OK;
}

int
main(void)
{
	fixture_open();
	in_store(hosts, NULL);
	in_store(all_hosts_together, NULL);
	in_store(freshness, NULL);
	in_store(registered, NULL);
	in_store(quotas, NULL);
	return check_done();
}
