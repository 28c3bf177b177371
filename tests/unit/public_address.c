/* Which addresses a stranger's URL may lead to. */
#include "base/public_address.h"

#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static bool
is_public(const char *text)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return public_address((const struct sockaddr *)&v4, sizeof v4);
	if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
		return public_address((const struct sockaddr *)&v6, sizeof v6);
	printf("Bail out! no address: %s\n", text);
	return false;
}

static void
promise(const char *address, bool as_promised, const char *what)
{
	char name[128];

	snprintf(name, sizeof name, "address: %s %s", address, what);
	CHECK(as_promised, name);
}

int
main(void)
{
	static const char *const internet[] = {"1.1.1.1", "8.8.8.8",
	    "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
	    "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0",
	    "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.0.3.0",
	    "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
	    "203.0.112.255", "203.0.114.0", "223.255.255.255",
	    "2606:4700:4700::1111", "2a01:4f8::1", "2001:4860:4860::8888",
	    "2001:db7::1", "3ffe:ffff::1", "::ffff:1.1.1.1", "64:ff9b::101:101",
	    "2002:101:101::1"};
	static const char *const special[] = {"0.0.0.0", "0.1.2.3", "10.0.0.1",
	    "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254",
	    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8",
	    "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
	    "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
	    "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1",
	    "::7f00:1", "::ffff:127.0.0.1", "::ffff:192.168.1.1",
	    "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
	    "64:ff9b:1::1", "2002:7f00:1::1", "2002:c0a8:101::1", "100::1",
	    "2001::1", "2001:20::1", "2001:1ff:ffff::1", "2001:db8::1",
	    "3fff::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1",
	    "ff02::1", "4000::1"};
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	const struct sockaddr local = {.sa_family = AF_UNIX};

	for (size_t i = 0; i < sizeof internet / sizeof *internet; i++)
		promise(internet[i], is_public(internet[i]), "is public");
	for (size_t i = 0; i < sizeof special / sizeof *special; i++)
		promise(special[i], !is_public(special[i]), "is not");
	v4.sin_addr.s_addr = htonl(0x01010101);
	CHECK(!public_address((const struct sockaddr *)&v4, 4) &&
		  !public_address(&local, sizeof local),
	    "address: a short one, and one of another kind, are not public");
	return check_done();
}
