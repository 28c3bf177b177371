/* The two texts of a backup: what it is, and the sums of its files. */
#ifndef LK_DOMAIN_ARCHIVE_TEXT_H
#define LK_DOMAIN_ARCHIVE_TEXT_H

#include "domain/archive.h"

#define ARCHIVE_HEAD "latchkey-backup"
#define ARCHIVE_SUMS "latchkey-backup.sums"

/* Appends what HEAD says. */
void archive_put_head(struct buf *b, const struct archive_head *head);

/* Takes it apart. ERR_VERSION: of a later format (HEAD->version is set);
 * ERR_CORRUPT. */
enum err archive_get_head(
    struct archive_head *head, const char *text, size_t len) MUST_CHECK;

/* Appends the line of a file of SIZE bytes. */
void archive_put_sum(struct buf *b, const char *name, uint64_t size,
    const uint8_t hash[static HASH_LEN]);

/* Whether SUMS has a line of the file NAME. */
bool archive_has_sum(const struct buf *sums, const char *name);

#endif
