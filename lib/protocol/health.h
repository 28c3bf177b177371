/*
 * Whether the provider can do its work, for a monitor that asks every few
 * seconds: the store can be read, and each algorithm in use has a key whose
 * private half can be loaded. One read of the store. `latchkey check` looks
 * deeper.
 */
#ifndef LK_PROTOCOL_HEALTH_H
#define LK_PROTOCOL_HEALTH_H

#include "base/err.h"
#include "base/reason.h"
#include "protocol/provider.h"

/* OK, or what is wrong. P has its signer. */
enum err health_look(const struct provider *p, enum reason *reason) MUST_CHECK;

#endif
