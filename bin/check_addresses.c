/*
 * A name's addresses, one by one. Browsers and libcurl take the one that
 * answers first, so that one that does not answer goes unnoticed until a client
 * has no other.
 */
#include "check_web.h"

#include "base/buf.h"
#include "base/issuer.h"
#include "base/str.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HOST_CAP = 256, PORT_CAP = 8 };

static void
tell_no_way(struct web *w)
{
	static const struct check_advice advice = {
	    "whether it answers is not known from here",
	    "ask from a machine that has such addresses (curl -4, curl -6); "
	    "if this machine alone answers for the name, take this record out "
	    "of its DNS"};

	check_found(w->c, CHECK_WARNING, &advice,
	    "%s (%s, an %s record) was not asked: this machine has no way "
	    "there",
	    w->base, w->address, web_record(w));
}

/* The host and the port of W's base; false if it names an address itself, which
 * is then the only one. */
static bool
split_host(const struct web *w, char host[static HOST_CAP], int *port)
{
	const char *at = strstr(w->base, "://") + strlen("://");
	const size_t len = strcspn(at, ":/");

	*port = str_starts(w->base, "https:") ? 443 : 80;
	if (at[len] == ':')
		*port = (int)strtol(at + len + 1, NULL, 10);
	return at[0] != '[' && str_copy_n(host, HOST_CAP, at, len) == OK &&
	       host[strspn(host, "0123456789.")] != '\0';
}

static bool
put_address(char address[static FETCH_ADDRESS_CAP], const struct addrinfo *a)
{
	return getnameinfo(a->ai_addr, a->ai_addrlen, address,
		   FETCH_ADDRESS_CAP, NULL, 0, NI_NUMERICHOST) == 0;
}

static bool
has(const struct addrinfo *found, const char *address)
{
	char other[FETCH_ADDRESS_CAP];

	for (; found != NULL; found = found->ai_next)
		if (put_address(other, found) && str_equal(other, address))
			return true;
	return false;
}

/* Those of HOST, if PEER, which has answered, is one of them; else PEER is a
 * proxy, which looks names up by itself. */
static struct addrinfo *
look_up_addresses(const char *host, int port, const char *peer)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char service[PORT_CAP];

	snprintf(service, sizeof service, "%d", port);
	if (getaddrinfo(host, service, &hints, &found) != 0)
		return NULL;
	if (has(found, peer))
		return found;
	freeaddrinfo(found);
	return NULL;
}

/* Whether packets for it would go anywhere; none is sent. */
static bool
has_way(const struct addrinfo *a)
{
	const int fd = socket(a->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	const bool has = fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) == 0;

	if (fd >= 0)
		close(fd);
	return has;
}

/* W asks at ADDRESS; "": at whichever answers. */
static void
turn_to(struct web *w, const char *address)
{
	struct buf b;

	(void)!str_copy(w->address, sizeof w->address, address);
	buf_init(&b, w->at, sizeof w->at);
	if (address[0] != '\0')
		buf_printf(&b, " (%s)", address);
}

/* Puts the address into GOOD if nothing is over there. */
static void
ask_at(struct web *w, const struct addrinfo *a, web_ask_fn *ask, void *arg,
    char good[static FETCH_ADDRESS_CAP])
{
	const bool untrusted = w->untrusted;
	char address[FETCH_ADDRESS_CAP];

	if (!put_address(address, a))
		return;
	turn_to(w, address);
	w->over = false;
	w->valid_from = w->valid_until = 0;
	if (!has_way(a)) {
		tell_no_way(w);
		return;
	}
	ask(w, arg);
	if (!w->over)
		(void)!str_copy(good, FETCH_ADDRESS_CAP, address);
	w->untrusted = untrusted;
	fetch_verify(w->fetch, !untrusted);
}

static void
ask_each(struct web *w, const struct addrinfo *a, web_ask_fn *ask, void *arg)
{
	char good[FETCH_ADDRESS_CAP] = "";

	for (; a != NULL; a = a->ai_next)
		ask_at(w, a, ask, arg, good);
	turn_to(w, good);
	w->at[0] = '\0';
	w->over = good[0] == '\0';
}

/* The address that answers. Its certificate is not looked at here: web_ask says
 * what is wrong with it, and at which address. */
static bool
find_peer(struct web *w, char peer[static FETCH_ADDRESS_CAP], int *port)
{
	char url[WEB_URL_CAP];
	const struct fetch_request q = {.url = url};
	struct buf b;
	bool answers;

	buf_init(&b, url, sizeof url);
	buf_printf(&b, "%s/", w->base);
	fetch_verify(w->fetch, false);
	answers =
	    buf_ok(&b) && fetch_ask(w->fetch, &q, &w->answer) == OK &&
	    str_copy(peer, FETCH_ADDRESS_CAP, fetch_peer(w->fetch, port)) == OK;
	fetch_verify(w->fetch, !w->untrusted);
	return answers;
}

void
web_each_address(struct web *w, web_ask_fn *ask, void *arg)
{
	struct addrinfo *found = NULL;
	char host[HOST_CAP], peer[FETCH_ADDRESS_CAP];
	int port, peer_port;

	if (split_host(w, host, &port) && find_peer(w, peer, &peer_port)) {
		if (peer_port == port)
			found = look_up_addresses(host, port, peer);
		if (found == NULL)
			check_found(w->c, CHECK_OK, NULL,
			    "%s: its addresses were not asked one by one, for "
			    "the answers come from a proxy, %s",
			    w->base, peer);
	}
	if (found != NULL && found->ai_next != NULL)
		ask_each(w, found, ask, arg);
	else
		ask(w, arg);
	if (found != NULL)
		freeaddrinfo(found);
}
