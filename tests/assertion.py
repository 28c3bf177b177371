#!/usr/bin/env python3
"""Keys of clients, and the assertions that they sign (RFC 7523).

  assertion.py make EdDSA|ES256|RS256 FILE   a new key; prints its JWK set
  assertion.py sign FILE CLIENT AUDIENCE [CLAIM=JSON...]
                                             prints an assertion, good for a
                                             minute; CLAIM= leaves one out
"""
import base64
import json
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
           "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
           "RS256": lambda: rsa.generate_private_key(65537, 2048)}[kind]()
    with open(file, "wb") as out:
        out.write(key.private_bytes(serialization.Encoding.PEM,
                                    serialization.PrivateFormat.PKCS8,
                                    serialization.NoEncryption()))
    print(json.dumps({"keys": [jwk(key) | {"kid": kind}]}))


def signature(key, data):
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "EdDSA", key.sign(data("EdDSA"))
    if isinstance(key, ec.EllipticCurvePrivateKey):
        der = key.sign(data("ES256"), ec.ECDSA(hashes.SHA256()))
        return "ES256", b"".join(
            n.to_bytes(32, "big") for n in decode_dss_signature(der))
    return "RS256", key.sign(data("RS256"), padding.PKCS1v15(),
                             hashes.SHA256())


def sign(file, client, audience, *changes):
    with open(file, "rb") as pem:
        key = serialization.load_pem_private_key(pem.read(), None)
    now = int(time.time())
    claims = {"iss": client, "sub": client, "aud": audience,
              "jti": secrets.token_urlsafe(16), "iat": now, "exp": now + 60}
    for change in changes:
        name, _, value = change.partition("=")
        claims.pop(name, None)
        if value:
            claims[name] = json.loads(value)

    def data(alg):
        return ".".join(b64(json.dumps(part).encode()) for part in (
            {"alg": alg, "kid": alg}, claims)).encode()
    alg, raw = signature(key, data)
    print(data(alg).decode() + "." + b64(raw))


if __name__ == "__main__":
    {"make": make, "sign": sign}[sys.argv[1]](*sys.argv[2:])
