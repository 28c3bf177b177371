#include "protocol/caller_certificate.h"

/* Web servers look at its time, too, each in its own way. */
enum err
caller_certificate(struct certificate *c, const struct caller *who, int64_t now,
    enum err if_not, enum reason *reason)
{
	if (who == NULL || !who->certificate_told)
		return refused_as(if_not, REASON_CERTIFICATE_NOT_TOLD, reason);
	if (who->certificate == NULL)
		return refused_as(if_not, REASON_CERTIFICATE_MISSING, reason);
	if (certificate_read_pem(c, who->certificate) != OK)
		return refused_as(if_not, REASON_CERTIFICATE_MALFORMED, reason);
	if (now < c->not_before || now > c->not_after)
		return refused_as(if_not, REASON_CERTIFICATE_EXPIRED, reason);
	return OK;
}
