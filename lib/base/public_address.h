/*
 * Which network addresses are of the internet. A URL that a stranger named is
 * asked at these alone: the others are the house's own, this host's, or a
 * cloud's (CWE-918). What is asked for is the address that is about to be
 * connected to, so a name that leads elsewhere the second time gains nothing.
 */
#ifndef LK_BASE_PUBLIC_ADDRESS_H
#define LK_BASE_PUBLIC_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* False for every family but IPv4 and IPv6, and for what the IANA registries of
 * special-purpose addresses (RFC 6890) have, also inside an IPv6 address that
 * means an IPv4 one. */
bool public_address(const struct sockaddr *address, socklen_t len);

#endif
