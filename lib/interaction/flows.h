/*
 * The flows that programs serve, each one request of it.
 */
#ifndef LK_INTERACTION_FLOWS_H
#define LK_INTERACTION_FLOWS_H

#include "web/call.h"

/* At the authorization endpoint: signing in, choosing an account and consent;
 * at the end the way back to the app with a code. */
void authorize_flow(struct call *c);

/* Home, and the account of the person who is signed in. */
void account_flow(struct call *c);

/* The administrator's desk. */
void admin_flow(struct call *c);

/* Ends the session of this browser. An app that proves whom it means is
 * believed; otherwise the person is asked. */
void logout_flow(struct call *c);

/* Says for a web server whether a request to a site may go on
 * (web/auth_request.h). */
void gate_flow(struct call *c);

/* A person allows a device that has no browser (RFC 8628). */
void device_flow(struct call *c);

/* A one-time link: what it is for, and then the password that the person
 * chooses (protocol/join.h). */
void join_flow(struct call *c);

#endif
