/*
 * Whether an app is the administrator's own: at the same registrable domain as
 * the issuer, which is the part of a name that is bought ("example.co.uk").
 * Which part that is, the Public Suffix List says, by libpsl; without that
 * library no app is.
 */
#ifndef LK_BIN_OWN_DOMAIN_H
#define LK_BIN_OWN_DOMAIN_H

#include "admin.h"
#include "domain/client.h"

/* Hints at --trusted if C, just added, could have it: all redirect URIs of a
 * confidential app are https at the issuer's domain. */
void own_domain_hint(const struct admin *a, const struct client *c);

#endif
