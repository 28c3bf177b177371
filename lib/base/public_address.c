#include "base/public_address.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static const struct {
	uint32_t net;
	unsigned bits;
} special[] = {
    {0x00000000, 8},  /* this network */
    {0x0a000000, 8},  /* private */
    {0x64400000, 10}, /* shared: behind a carrier's NAT */
    {0x7f000000, 8},  /* this host */
    {0xa9fe0000, 16}, /* link-local; clouds tell secrets there */
    {0xac100000, 12}, /* private */
    {0xc0000000, 24}, /* protocol assignments */
    {0xc0000200, 24}, /* documentation */
    {0xc0586300, 24}, /* 6to4 relays */
    {0xc0a80000, 16}, /* private */
    {0xc6120000, 15}, /* benchmarks */
    {0xc6336400, 24}, /* documentation */
    {0xcb007100, 24}, /* documentation */
    {0xe0000000, 4},  /* multicast */
    {0xf0000000, 4},  /* reserved, broadcast */
};

static bool
public_ipv4(const uint8_t bytes[static 4])
{
	const uint32_t address = (uint32_t)bytes[0] << 24 |
				 (uint32_t)bytes[1] << 16 |
				 (uint32_t)bytes[2] << 8 | bytes[3];

	for (size_t i = 0; i < sizeof special / sizeof *special; i++)
		if (((address ^ special[i].net) >> (32 - special[i].bits)) == 0)
			return false;
	return true;
}

/* Where an IPv6 address has an IPv4 one in it that the packets may go to. */
static const struct {
	uint8_t prefix[12];
	size_t len, at;
} carriers[] = {
    {{[10] = 0xff, [11] = 0xff}, 12, 12}, /* ::ffff:0:0/96, mapped */
    {{0x00, 0x64, 0xff, 0x9b}, 12, 12},   /* 64:ff9b::/96, NAT64 */
    {{0x20, 0x02}, 2, 2},                 /* 2002::/16, 6to4 */
};

static bool
public_ipv6(const uint8_t bytes[static 16])
{
	for (size_t i = 0; i < sizeof carriers / sizeof *carriers; i++)
		if (memcmp(bytes, carriers[i].prefix, carriers[i].len) == 0)
			return public_ipv4(bytes + carriers[i].at);
	if ((bytes[0] & 0xe0) != 0x20) /* 2000::/3, all that is given out */
		return false;
	if (bytes[0] == 0x20 && bytes[1] == 0x01)
		return (bytes[2] & 0xfe) != 0 && /* 2001::/23 */
		       !(bytes[2] == 0x0d && bytes[3] == 0xb8);
	return !(bytes[0] == 0x3f && bytes[1] == 0xff &&
		 (bytes[2] & 0xf0) == 0); /* 3fff::/20, documentation */
}

bool
public_address(const struct sockaddr *address, socklen_t len)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	uint8_t bytes[16];

	if (address->sa_family == AF_INET && len >= sizeof v4) {
		memcpy(&v4, address, sizeof v4);
		memcpy(bytes, &v4.sin_addr, 4);
		return public_ipv4(bytes);
	}
	if (address->sa_family == AF_INET6 && len >= sizeof v6) {
		memcpy(&v6, address, sizeof v6);
		memcpy(bytes, &v6.sin6_addr, sizeof bytes);
		return public_ipv6(bytes);
	}
	return false;
}
