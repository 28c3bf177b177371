/*
 * What a document says of the client that it is (OAuth Client ID Metadata
 * Document 3): client metadata, of which a stranger's document may say less.
 * Its client_id is its own address; people are sent back to its own site, or to
 * a program on their own computer, and its keys are on its own site. Other
 * addresses are left out.
 */
#ifndef LK_DOMAIN_DOCUMENT_TEXT_H
#define LK_DOMAIN_DOCUMENT_TEXT_H

#include "base/err.h"
#include "domain/client_metadata.h"

#include <stddef.h>

/*
 * Reads LEN bytes, which were had from URL, into C, whose name is the host and
 * in brackets what the document says. ERR_INVALID_CLIENT_METADATA: F says what
 * is wrong with it.
 */
enum err document_text_read(struct client *c, const char *url, const char *text,
    size_t len, enum jwa default_alg, struct metadata_fault *f) MUST_CHECK;

#endif
