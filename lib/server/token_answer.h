/*
 * How the token endpoint and the refresh endpoint answer.
 */
#ifndef LK_SERVER_TOKEN_ANSWER_H
#define LK_SERVER_TOKEN_ANSWER_H

#include "base/reason.h"
#include "protocol/token_endpoint.h"
#include "server/server.h"

/*
 * Answers a request Q that was parsed with E and REASON: with what it is
 * granted, or with the refusal. Writes the line in the log. Returns what was
 * answered.
 */
enum err token_answer(struct call *c, const struct token_request *q, enum err e,
    enum reason reason);

#endif
