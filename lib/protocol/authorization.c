#include "protocol/authorization.h"

#include "base/secret.h"
#include "base/str.h"

#include <string.h>

/* What follows SCHEME, or NULL. */
static const char *
credentials(const char *header, const char *scheme)
{
	if (header == NULL || !str_starts_nocase(header, scheme) ||
	    header[strlen(scheme)] != ' ')
		return NULL;
	header += strlen(scheme);
	return header + strspn(header, " ");
}

static const char *
token_of(const char *header, const char *scheme)
{
	const char *token = credentials(header, scheme);

	return token != NULL && token[0] != '\0' ? token : NULL;
}

const char *
authorization_bearer(const char *header)
{
	return token_of(header, "Bearer");
}

const char *
authorization_dpop(const char *header)
{
	return token_of(header, "DPoP");
}

enum err
authorization_basic(char text[static BASIC_CAP], const char *header)
{
	const char *encoded = credentials(header, "Basic");
	size_t len;

	text[0] = '\0';
	if (encoded == NULL)
		return ERR_NOT_FOUND;
	if (base64_decode(text, BASIC_CAP - 1, &len, encoded) == OK &&
	    str_is_utf8(text, len)) {
		text[len] = '\0';
		return OK;
	}
	secret_wipe(text, BASIC_CAP);
	return ERR_SYNTAX;
}
