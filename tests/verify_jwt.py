#!/usr/bin/python3
"""Verifies a token with a library that is not ours, as a client would.

	verify_jwt.py pyjwt|authlib ALG AUDIENCE ISSUER TOKEN [SECRET]

The JWK set comes on standard input unless there is a SECRET. Prints the
claims; exits with 1 and says why if the library refuses.
"""

import json
import os
import sys
import time


def now():
    """The clock of the tests (travel of helper/store.bash)."""
    try:
        with open(os.environ["LATCHKEY_TEST_CLOCK"]) as f:
            return time.time() + int(f.read())
    except (KeyError, OSError, ValueError):
        return time.time()


def with_pyjwt(alg, audience, issuer, token, secret):
    import jwt

    key = secret
    if key is None:
        keys = jwt.PyJWKSet.from_dict(json.load(sys.stdin))
        kid = jwt.get_unverified_header(token)["kid"]
        key = next(k.key for k in keys.keys if k.key_id == kid)
    claims = jwt.decode(
        token,
        key,
        algorithms=[alg],
        audience=audience,
        issuer=issuer,
        options={"require": ["iss", "sub", "aud", "exp", "iat"],
                 "verify_exp": False, "verify_iat": False},
    )
    if not claims["iat"] <= now() + 1 < claims["exp"]:
        raise ValueError("not now")
    return claims


def with_authlib(alg, audience, issuer, token, secret):
    from authlib.jose import JsonWebKey, JsonWebToken

    if secret is None:
        key = JsonWebKey.import_key_set(json.load(sys.stdin))
    else:
        key = secret.encode()
    claims = JsonWebToken([alg]).decode(
        token,
        key,
        claims_options={
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": audience},
            "exp": {"essential": True},
        },
    )
    claims.validate(now=int(now()), leeway=1)
    return dict(claims)


def main():
    library, alg, audience, issuer, token = sys.argv[1:6]
    secret = sys.argv[6] if len(sys.argv) > 6 else None
    verify = {"pyjwt": with_pyjwt, "authlib": with_authlib}[library]
    try:
        claims = verify(alg, audience, issuer, token, secret)
    except Exception as e:
        sys.exit(f"{library}: {type(e).__name__}: {e}")
    print(json.dumps(claims))


main()
