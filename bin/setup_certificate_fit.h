/* Whether a certificate is for a host, has not expired and fits its key. The
 * host's own openssl is asked: this command is linked with no such library. */
#ifndef LK_BIN_SETUP_CERTIFICATE_FIT_H
#define LK_BIN_SETUP_CERTIFICATE_FIT_H

#include <stdbool.h>

enum { FIT_COMPLAINT_CAP = 1024, FIT_UNTIL_CAP = 64 };

/* UNTIL gets the date at which it expires; it stays empty where there is no
 * openssl to ask, and the files are then believed. False: COMPLAINT says in one
 * line what is wrong, and what to do. */
bool certificate_fits(const char *file, const char *key, const char *host,
    char until[static FIT_UNTIL_CAP], char complaint[static FIT_COMPLAINT_CAP]);

#endif
