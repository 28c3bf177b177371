#!/usr/bin/env python3
"""Keys of clients, and the assertions that they sign (RFC 7523).

  assertion.py make EdDSA|ES256|RS256|PS256 FILE
                        a new key; prints its JWK set
  assertion.py sign FILE|secret:SECRET CLIENT AUDIENCE [CLAIM=JSON...]
                        prints an assertion, good for a minute; CLAIM= leaves
                        one out, header.NAME=JSON is for the header,
                        again.NAME=JSON says a claim or one of the header
                        (again.header.NAME) a second time
  assertion.py malleate JWT
                        the other signature that ES256 has for the same text
"""
import base64
import hashlib
import hmac
import json
import os
import secrets
import sys
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import \
    decode_dss_signature


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(n, size=None):
    return b64(n.to_bytes(size or (n.bit_length() + 7) // 8, "big"))


def jwk(key):
    public = key.public_key()
    if isinstance(key, ed25519.Ed25519PrivateKey):
        raw = public.public_bytes(serialization.Encoding.Raw,
                                  serialization.PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "x": b64(raw)}
    n = public.public_numbers()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return {"kty": "EC", "crv": "P-256", "x": number(n.x, 32),
                "y": number(n.y, 32)}
    return {"kty": "RSA", "n": number(n.n), "e": number(n.e)}


def make(kind, file):
    key = {"EdDSA": ed25519.Ed25519PrivateKey.generate,
           "ES256": lambda: ec.generate_private_key(ec.SECP256R1())}.get(
               kind, lambda: rsa.generate_private_key(65537, 2048))()
    with open(file, "wb") as out:
        out.write(kind.encode() + b"\n")
        out.write(key.private_bytes(serialization.Encoding.PEM,
                                    serialization.PrivateFormat.PKCS8,
                                    serialization.NoEncryption()))
    print(json.dumps({"keys": [jwk(key) | {"kid": kind, "alg": kind}]}))


def load(file):
    """The algorithm, and what signs data with it."""
    if file.startswith("secret:"):
        secret = file.removeprefix("secret:").encode()
        return "HS256", lambda data: hmac.digest(secret, data, hashlib.sha256)
    with open(file, "rb") as pem:
        kind, _, rest = pem.read().partition(b"\n")
    key = serialization.load_pem_private_key(rest, None)
    sha = hashes.SHA256()
    return kind.decode(), {
        b"EdDSA": lambda data: key.sign(data),
        b"ES256": lambda data: b"".join(
            n.to_bytes(32, "big")
            for n in decode_dss_signature(key.sign(data, ec.ECDSA(sha)))),
        b"RS256": lambda data: key.sign(data, padding.PKCS1v15(), sha),
        b"PS256": lambda data: key.sign(
            data, padding.PSS(padding.MGF1(sha), 32), sha)}[kind]


def sign(file, client, audience, *changes):
    alg, signature = load(file)
    now = int(time.time())
    if "LATCHKEY_TEST_CLOCK" in os.environ:
        with open(os.environ["LATCHKEY_TEST_CLOCK"], encoding="ascii") as ahead:
            now += int(ahead.read())
    header = {"alg": alg, "kid": alg}
    claims = {"iss": client, "sub": client, "aud": audience,
              "jti": secrets.token_urlsafe(16), "iat": now, "exp": now + 60}
    twice = {"header": "", "claims": ""}
    for change in changes:
        name, _, value = change.partition("=")
        if name.startswith("again."):
            part = "header" if name.startswith("again.header.") else "claims"
            twice[part] += f', "{name.split(".")[-1]}": {value}}}'
            continue
        part = header if name.startswith("header.") else claims
        name = name.removeprefix("header.")
        part.pop(name, None)
        if value:
            part[name] = json.loads(value)
    data = ".".join(
        b64((text[:-1] + again if again else text).encode())
        for text, again in ((json.dumps(header), twice["header"]),
                            (json.dumps(claims), twice["claims"])))
    print(data + "." + b64(signature(data.encode())))


def malleate(jwt):
    order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
    data, _, text = jwt.rpartition(".")
    raw = base64.urlsafe_b64decode(text + "==")
    s = order - int.from_bytes(raw[32:], "big")
    print(data + "." + b64(raw[:32] + s.to_bytes(32, "big")))


if __name__ == "__main__":
    {"make": make, "sign": sign, "malleate": malleate}[sys.argv[1]](*sys.argv[2:])
