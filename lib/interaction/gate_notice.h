/*
 * The page of a site that the gate keeps shut: why, and what to do about it.
 */
#ifndef LK_INTERACTION_GATE_NOTICE_H
#define LK_INTERACTION_GATE_NOTICE_H

#include "base/err.h"
#include "base/reason.h"
#include "protocol/gate.h"
#include "web/call.h"

/* Answers with the page of E and REASON. The site at ORIGIN is named, and
 * REPLY's user, if it has one. LINK: where the page's link leads, if it has
 * one. */
void gate_notice_show(struct call *c, const struct gate_reply *reply,
    const char *origin, enum err e, enum reason reason, const char *link);

#endif
