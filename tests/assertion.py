#!/usr/bin/python3
"""Keys of clients, and the assertions that they sign (RFC 7523).

  assertion.py make EdDSA|ES256|RS256|PS256 FILE
                        a new key; prints its JWK set
  assertion.py sign FILE|secret:SECRET CLIENT AUDIENCE [CLAIM=JSON...]
                        prints an assertion, good for a minute; CLAIM= leaves
                        one out, header.NAME=JSON is for the header,
                        again.NAME=JSON says a claim or one of the header
                        (again.header.NAME) a second time
  assertion.py proof FILE METHOD URL [CLAIM=JSON...] [-- [CLAIM=JSON...]]...
                        prints a proof of possession (RFC 9449), a line each;
                        token=TEXT makes `ath` of it
  assertion.py thumbprint FILE
                        of the public key (RFC 7638)
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


def now():
    """The time of the programs, which a test may have set."""
    at = os.environ.get("LATCHKEY_TEST_CLOCK")
    offset = int(open(at).read()) if at and os.path.exists(at) else 0
    return int(time.time()) + offset


def put_together(signature, header, claims, changes):
    parts = {"header": header, "claims": claims}
    twice = {"header": "", "claims": ""}
    for change in changes:
        name, _, value = change.partition("=")
        again = name.startswith("again.")
        name = name.removeprefix("again.")
        part = "header" if name.startswith("header.") else "claims"
        name = name.removeprefix("header.")
        if again:
            twice[part] += f', "{name}": {value}}}'
            continue
        parts[part].pop(name, None)
        if value:
            parts[part][name] = json.loads(value)
    texts = []
    for part, members in parts.items():
        text = json.dumps(members)
        if twice[part]:
            text = text[:-1] + twice[part]
        texts.append(b64(text.encode()))
    data = ".".join(texts)
    return data + "." + b64(signature(data.encode()))


def sign(file, client, audience, *changes):
    alg, signature = load(file)
    claims = {"iss": client, "sub": client, "aud": audience,
              "jti": secrets.token_urlsafe(16), "iat": now(),
              "exp": now() + 60}
    print(put_together(signature, {"alg": alg, "kid": alg}, claims, changes))


def public_jwk(file):
    with open(file, "rb") as pem:
        key = pem.read().partition(b"\n")[2]
    return jwk(serialization.load_pem_private_key(key, None))


def proof(file, method, url, *changes):
    alg, signature = load(file)
    several = [[]]
    for change in changes:
        if change == "--":
            several.append([])
        else:
            several[-1].append(change)
    for one in several:
        header = {"typ": "dpop+jwt", "alg": alg, "jwk": public_jwk(file)}
        claims = {"jti": secrets.token_urlsafe(16), "htm": method, "htu": url,
                  "iat": now()}
        for change in one:
            if change.startswith("token="):
                token = change.removeprefix("token=").encode()
                claims["ath"] = b64(hashlib.sha256(token).digest())
        print(put_together(signature, header, claims,
                           [c for c in one if not c.startswith("token=")]))


def thumbprint(file):
    members = json.dumps(public_jwk(file), sort_keys=True,
                         separators=(",", ":"))
    print(b64(hashlib.sha256(members.encode()).digest()))


def malleate(jwt):
    order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
    data, _, text = jwt.rpartition(".")
    raw = base64.urlsafe_b64decode(text + "==")
    s = order - int.from_bytes(raw[32:], "big")
    print(data + "." + b64(raw[:32] + s.to_bytes(32, "big")))


if __name__ == "__main__":
    {"make": make, "sign": sign, "proof": proof, "thumbprint": thumbprint,
     "malleate": malleate}[sys.argv[1]](*sys.argv[2:])
