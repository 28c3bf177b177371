/*
 * A code that is typed after the password: compared here, outside any write
 * transaction, and decided where the session is opened (domain/factor.h,
 * protocol/session_open.h).
 */
#ifndef LK_PROTOCOL_SECOND_FACTOR_H
#define LK_PROTOCOL_SECOND_FACTOR_H

#include "base/err.h"
#include "domain/factor.h"
#include "protocol/proof.h"
#include "protocol/provider.h"

#include <stdint.h>

/* What TYPED is for the person of PROOF. Errors are faults. */
enum err second_factor_try(const struct provider *p, const struct proof *proof,
    const char *typed, int64_t now, struct factor_try *code) MUST_CHECK;

#endif
