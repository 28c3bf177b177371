/*
 * What an app is told of its registration (RFC 7591 3.2.1, RFC 7592 3).
 */
#ifndef LK_PROTOCOL_REGISTRATION_ANSWER_H
#define LK_PROTOCOL_REGISTRATION_ANSWER_H

#include "base/buf.h"
#include "domain/client.h"
#include "domain/conf.h"

#include <stdbool.h>

struct registration_told {
	const struct client *client;
	const char *secret;  /* NULL: it has none, or has it already */
	const char *access;  /* its registration access token */
	bool secret_in_form; /* it said client_secret_post */
};

/* Appends it to ANSWER, as JSON. */
void registration_answer(struct buf *answer, const struct conf *conf,
    const struct registration_told *told);

#endif
