/* What is asked of the provider's public address, and of the sites'. */
#ifndef LK_BIN_CHECK_WEB_H
#define LK_BIN_CHECK_WEB_H

#include "check.h"
#include "web.h"

/*
 * Calls ASK for each address of the base's name, A and AAAA, w->address being
 * it; or once, without one, if there is only one, or if they cannot be asked
 * one by one, which is told. ASK tells what it finds, and where by w->at. W is
 * over if it is so at all of them; else what is asked next goes to one where it
 * is not.
 */
typedef void web_ask_fn(struct web *w, void *arg);
void web_each_address(struct web *w, web_ask_fn *ask, void *arg);

/* Whether the certificate seen last will last; told by itself, as are those
 * below (check_tls.c). */
void web_check_certificate(struct web *w);
/* Whether the last answer has browsers remember that it is https. */
void web_check_remembered(struct web *w);
void web_check_redirect(struct web *w);

/* What is asked of the endpoints (check_endpoints.c). */
void web_check_authorization(struct web *w);
void web_check_sign_in_page(struct web *w);
void web_check_own_pages(struct web *w);
void web_check_health(struct web *w);
void web_check_body(struct web *w);
void web_check_unknown_paths(struct web *w);

#endif
