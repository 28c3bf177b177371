/*
 * Mails that wait for the host's sendmail: files in DIR/mail. The programs
 * cannot hand them over themselves: a sendmail needs rights that they do not
 * have. They are written whole into tmp/ and renamed into new/, where a unit of
 * systemd, or cron, has `latchkey mail` take them.
 *
 * A mail may have a link in it that is good for days: only the owner of the
 * data directory can read the queue.
 */
#ifndef LK_DOMAIN_MAIL_QUEUE_H
#define LK_DOMAIN_MAIL_QUEUE_H

#include "base/err.h"
#include "domain/conf.h"

#include <stddef.h>

/* Below the data directory: being written, written, being sent, and what went
 * wrong last. */
#define MAIL_DIR "mail"
#define MAIL_TMP MAIL_DIR "/tmp"
#define MAIL_NEW MAIL_DIR "/new"
#define MAIL_OUT MAIL_DIR "/out"
#define MAIL_FAILURE MAIL_DIR "/failure"

enum {
	MAIL_CAP = 8192,
	MAIL_NAME_CAP = 64,
	MAIL_QUEUE_MAX = 1000 /* mails in new/, if nothing takes them */
};

/* Makes the directories that are not there. ERR_PERMISSION, ERR_IO. */
enum err mail_queue_make(const char *dir) MUST_CHECK;

/* Puts the LEN bytes of a mail into the queue of the data directory DIR; NOW
 * is in its file's name. ERR_NO_SPACE: the queue is full, or the disk. */
enum err mail_queue_put(
    const char *dir, const char *text, size_t len, int64_t now) MUST_CHECK;

#endif
