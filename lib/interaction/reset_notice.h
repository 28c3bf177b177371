/*
 * Tells a person that a link has set their password, at the sign-ins after
 * that: it may not have been theirs. The pages a person begins at have it,
 * until it is pressed away.
 */
#ifndef LK_INTERACTION_RESET_NOTICE_H
#define LK_INTERACTION_RESET_NOTICE_H

#include "interaction/own_page.h"

/* Adds the notice to a page (reset_notice.html), if there is one to tell. */
void reset_notice_put(struct interaction *i, struct json_build *b);

/* Its button. */
void reset_notice_seen(struct interaction *i, const struct form *posted);

#endif
