/* The host's sendmail, which takes a mail and brings it on its way. */
#ifndef LK_BIN_SENDMAIL_H
#define LK_BIN_SENDMAIL_H

#include <stdbool.h>
#include <stddef.h>

enum { SENDMAIL_TOLD_CAP = 256, SENDMAIL_TIMEOUT_S = 20 };

/*
 * Gives the open file INPUT, a whole mail, to COMMAND -t -i. False: it was not
 * taken, and TOLD says why: the command's own words, its exit status, or that
 * it did not end in SENDMAIL_TIMEOUT_S seconds.
 */
bool sendmail_give(
    const char *command, int input, char told[static SENDMAIL_TOLD_CAP]);

#endif
