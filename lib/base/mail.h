/*
 * The headers of a mail (RFC 5322, RFC 2047). No value breaks out of its
 * header; the body that follows is UTF-8.
 */
#ifndef LK_BASE_MAIL_H
#define LK_BASE_MAIL_H

#include "base/buf.h"

#include <stdint.h>

struct mail_head {
	const char *from_name, *from; /* a name for people; an address */
	const char *to;               /* an address */
	const char *subject;
	const char *language; /* RFC 5646 */
	const char *host;     /* of ours, for the Message-ID */
	int64_t now;
};

/* Appends all headers and the empty line after them. Addresses are as
 * user_email_refusal() lets them through; anything else may have any bytes. */
void mail_put_head(struct buf *b, const struct mail_head *h);

#endif
