/* The setting `store` in latchkey.conf, changed by the command. */
#ifndef LK_BIN_STORE_SETTING_H
#define LK_BIN_STORE_SETTING_H

#include "base/err.h"

/* Writes `store = VALUE` into the latchkey.conf of DIR, in the place of the
 * line that is there. What cannot be read back as it is meant, WHERE in struct
 * conf, is undone: ERR_SYNTAX. Others: as file_read, file_write. */
enum err store_setting_change(
    const char *dir, const char *value, const char *where) MUST_CHECK;

#endif
