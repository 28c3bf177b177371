/*
 * The mails that people get, each in their own language, put into the queue
 * (domain/mail_queue.h). Nothing is written unless `mail` is set; callers ask
 * letter_wanted first.
 */
#ifndef LK_DOMAIN_LETTER_H
#define LK_DOMAIN_LETTER_H

#include "base/buf.h"
#include "base/err.h"
#include "domain/conf.h"
#include "domain/link.h"
#include "domain/user.h"

#include <stdbool.h>
#include <stdint.h>

/* Whether a letter to U can be sent: mail is set, and U has an address that
 * someone has vouched for. */
bool letter_wanted(const struct conf *conf, const struct user *u);

/* The link URL, which is L, for U. */
enum err letter_send_link(const struct conf *conf, const struct user *u,
    const struct link *l, const char *url, int64_t now) MUST_CHECK;

/* U signed in with a browser that has not done so before: AGENT is its
 * User-Agent, ADDRESS where it was. */
enum err letter_send_sign_in(const struct conf *conf, const struct user *u,
    const char *agent, const char *address, int64_t now) MUST_CHECK;

/* U, as they were, have another e-mail address now: the one of before is told.
 * ADDRESS is where it was changed. */
enum err letter_send_email_changed(const struct conf *conf,
    const struct user *u, const char *address, int64_t now) MUST_CHECK;

/* A test, to ADDRESS, into B. */
enum err letter_write_test(struct buf *b, const struct conf *conf,
    const char *address, int64_t now) MUST_CHECK;

#endif
