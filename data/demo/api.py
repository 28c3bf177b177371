#!/usr/bin/python3
"""A small protected API: who has an access token with the scope api:hello is
greeted. The token (RFC 9068) is verified by its signature alone; the provider
is asked for nothing but its public keys."""

import json
import os

import jwt

with open(os.path.join(os.environ["SAMPLE_APP"], "config.json"), encoding="utf-8") as file:
    CONFIG = json.load(file)

# Those that a provider may sign with; a secret that both know (HS256) is none.
ALGORITHMS = ["RS256", "EdDSA"]


def verify(token):
    """The claims of a token that is meant for us and still good."""
    key = jwt.PyJWKClient(CONFIG["issuer"] + "/jwks.json").get_signing_key_from_jwt(token)
    # An ID token, signed with the same key, is no access token.
    if jwt.get_unverified_header(token).get("typ") != "at+jwt":
        raise jwt.InvalidTokenError("not an access token")
    return jwt.decode(
        token, key.key, algorithms=ALGORITHMS, issuer=CONFIG["issuer"],
        audience=CONFIG["audience"],
        options={"require": ["exp", "iat", "sub", "client_id", "jti"]})


def answer():
    """Status, WWW-Authenticate (RFC 6750 3) and JSON."""
    kind, _, token = os.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if kind.lower() != "bearer":
        return "401 Unauthorized", "Bearer", {"error": "no token"}
    try:
        claims = verify(token)
    except jwt.PyJWTError as problem:
        return ("401 Unauthorized", 'Bearer error="invalid_token"',
                {"error": "invalid_token", "because": str(problem)})
    if "api:hello" not in claims.get("scope", "").split():
        return ("403 Forbidden", 'Bearer error="insufficient_scope", scope="api:hello"',
                {"error": "insufficient_scope"})
    return "200 OK", None, {
        "message": "Hello from the API",
        "to": claims["sub"],
        "through": claims["client_id"],
        "groups": claims.get("groups", []),
    }


status, challenge, body = answer()
print("Status: " + status)
if challenge:
    print("WWW-Authenticate: " + challenge)
print("Cache-Control: no-store\nContent-Type: application/json\n")
print(json.dumps(body))
