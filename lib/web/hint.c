#include "web/hint.h"

#include "base/str.h"
#include "domain/opaque_token.h"

#include <string.h>

enum { CAME_CAP = 100 };

/* What is expected in any case. */
static const struct {
	enum reason reason;
	const char *text;
} hints[] = {
    {REASON_BASIC_MALFORMED,
	"Authorization: Basic takes base64 of client_id:client_secret, each "
	"form-encoded"},
    {REASON_CLIENT_AUTH_SCHEME,
	"use Authorization: Basic, or client_id and client_secret in the form"},
    {REASON_CLIENT_AUTH_TWICE,
	"use Authorization: Basic or the form, not both"},
    {REASON_CLIENT_ID_DIFFERS,
	"client_id in the form is not that of the Authorization header"},
    {REASON_CLIENT_MISSING,
	"no client authentication came; send Authorization: Basic "
	"(client_secret_basic), or client_id and client_secret in the form "
	"(client_secret_post); a public client sends client_id alone"},
    {REASON_CODE_CHALLENGE_MALFORMED,
	"expected 43 characters, BASE64URL(SHA256(code_verifier))"},
    {REASON_CODE_CHALLENGE_METHOD_UNSUPPORTED,
	"expected code_challenge_method=S256; without it the method is plain, "
	"which is not supported"},
    {REASON_CODE_CHALLENGE_MISSING,
	"PKCE is required: send code_challenge and code_challenge_method=S256"},
    {REASON_CODE_MISSING, "authorization_code needs the parameter code"},
    {REASON_CODE_VERIFIER_MISSING,
	"a code_challenge came to the authorization endpoint, so the "
	"code_verifier is needed here"},
    {REASON_CODE_VERIFIER_UNEXPECTED,
	"no code_challenge came to the authorization endpoint"},
    {REASON_DPOP_ALGORITHM, "expected EdDSA or ES256"},
    {REASON_DPOP_JKT_MALFORMED,
	"expected 43 characters, the SHA-256 thumbprint of the key (RFC 7638) "
	"in base64url"},
    {REASON_DPOP_MALFORMED,
	"expected one header DPoP with a JWT: typ dpop+jwt, alg and a public "
	"jwk in its header; jti, htm, htu and iat as its claims"},
    {REASON_DPOP_MISSING,
	"send a proof of possession in the header DPoP (RFC 9449)"},
    {REASON_DPOP_NONCE,
	"send another proof, with the nonce of the header DPoP-Nonce"},
    {REASON_DPOP_REQUEST,
	"htm is the method of this request, htu its address without the "
	"query"},
    {REASON_DPOP_REUSED, "each request has a proof with a jti of its own"},
    {REASON_DPOP_SCHEME,
	"a token with token_type DPoP comes as Authorization: DPoP, any other "
	"as Bearer"},
    {REASON_DPOP_TIME, "iat may be five minutes from the time here"},
    {REASON_DPOP_TOKEN, "ath is the SHA-256 of the access token, in base64url"},
    {REASON_GRANT_TYPE_MISSING,
	"expected authorization_code, refresh_token, client_credentials or "
	"urn:ietf:params:oauth:grant-type:device_code, in a form body"},
    {REASON_GRANT_TYPE_UNKNOWN,
	"expected authorization_code, refresh_token, client_credentials or "
	"urn:ietf:params:oauth:grant-type:device_code"},
    {REASON_NOT_A_JWT, "expected an access token that was issued here"},
    {REASON_NOT_AN_ACCESS_TOKEN,
	"an ID token is for the app alone; send the access token"},
    {REASON_PARAMETER_REPEATED, "each parameter may come once"},
    {REASON_REFRESH_TOKEN_MISSING,
	"refresh_token needs the parameter refresh_token"},
    {REASON_SCOPE_NOT_ALLOWED,
	"none of the scopes is one that this client is registered for; OpenID "
	"Connect needs openid"},
    {REASON_SCOPE_OPENID_MISSING,
	"userinfo needs a token with the scope openid: ask for it at the "
	"authorization endpoint"},
    {REASON_TOKEN_MISSING, "expected Authorization: Bearer, or a form body"},
    {REASON_TOKEN_TWICE, "use the Authorization header or the form, not both"},
};

static const char *
form_value(const struct hint_of *of, const char *name)
{
	const char *value = of->form != NULL ? form_get(of->form, name) : NULL;

	return value != NULL ? value : "";
}

/* A value that is no secret, cut. */
static void
put_came(struct buf *b, const char *value)
{
	char cut[CAME_CAP];

	str_cut(cut, sizeof cut, value);
	buf_printf(b, "'%s'%s came", cut,
	    strlen(cut) < strlen(value) ? " and more" : "");
}

/* A code or refresh token, which has one length. */
static void
put_token_hint(struct buf *b, const char *name, const char *value)
{
	const size_t len = strlen(value), whole = OPAQUE_TOKEN_TEXT_CAP - 1;

	if (len == whole)
		buf_printf(b, "%s was not issued here, or was changed", name);
	else
		buf_printf(b, "%zu characters came, a %s has %zu%s", len, name,
		    whole,
		    len < whole ? ": it was cut"
				: ": something was added to it");
}

static void
put_verifier_hint(struct buf *b, enum err e, const char *verifier)
{
	if (e == ERR_INVALID_REQUEST)
		buf_printf(b,
		    "%zu characters came, expected 43 to 128 of A-Z a-z 0-9 - "
		    ". _ ~",
		    strlen(verifier));
	else
		buf_puts(b, "BASE64URL(SHA256(code_verifier)) is not the "
			    "code_challenge; plain is not supported");
}

static void
put_redirect_hint(struct buf *b, const char *redirect_uri)
{
	put_came(b, redirect_uri);
	buf_puts(b,
	    ", expected the same, byte for byte, as at the authorization "
	    "endpoint");
}

static void
put_media_type_hint(struct buf *b, const struct hint_of *of)
{
	if (of->content_type != NULL) {
		put_came(b, of->content_type);
		buf_puts(b, ", ");
	}
	buf_puts(b, of->takes_json ? "expected JSON, application/json"
				   : "expected a form, "
				     "application/x-www-form-urlencoded");
}

static void
put_metadata_hint(struct buf *b, const struct hint_of *of)
{
	if (of->member != NULL)
		buf_printf(b, "%s: ", of->member);
	buf_puts(b, of->message != NULL ? of->message : "");
}

void
hint_put(
    struct buf *b, enum err e, enum reason reason, const struct hint_of *of)
{
	if (e == ERR_UNSUPPORTED_MEDIA_TYPE) {
		put_media_type_hint(b, of);
		return;
	}
	switch (reason) {
	case REASON_CODE_FORGED:
		put_token_hint(b, "code", form_value(of, "code"));
		return;
	case REASON_REFRESH_TOKEN_FORGED:
		put_token_hint(
		    b, "refresh token", form_value(of, "refresh_token"));
		return;
	case REASON_METADATA_REFUSED:
		put_metadata_hint(b, of);
		return;
	case REASON_CODE_VERIFIER_WRONG:
		put_verifier_hint(b, e, form_value(of, "code_verifier"));
		return;
	case REASON_REDIRECT_URI_MISMATCH:
		put_redirect_hint(b, form_value(of, "redirect_uri"));
		return;
	default:
		break;
	}
	for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
		if (hints[i].reason == reason)
			buf_puts(b, hints[i].text);
}

void
hint_clean(char *text)
{
	for (; *text != '\0'; text++)
		if (*text < 0x20 || *text > 0x7e || *text == '"' ||
		    *text == '\\')
			*text = '.';
}
