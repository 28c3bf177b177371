#!/usr/bin/python3
"""An authenticator without a browser: answers the form on standard input.

    authenticator.py STATE [WORD=VALUE...] <PAGE

Prints the fields that the page's script would post, NAME=VALUE, a line each.
The key, which is Ed25519, and its count are in the file STATE. A WORD is what
to send instead: flags, count, origin, rp, challenge, id, handle, alg,
passkey_name, or cut and flip, which damage the field that they name."""

import base64
import hashlib
import html
import json
import os
import re
import struct
import sys

from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def data(chars):
    return base64.urlsafe_b64decode(chars + "=" * (-len(chars) % 4))


def head(major, number):
    """The first bytes of a CBOR item."""
    if number < 24:
        return bytes([major << 5 | number])
    if number < 256:
        return bytes([major << 5 | 24, number])
    return bytes([major << 5 | 25]) + struct.pack(">H", number)


def cbor(item):
    if isinstance(item, int):
        return head(0, item) if item >= 0 else head(1, -1 - item)
    if isinstance(item, bytes):
        return head(2, len(item)) + item
    if isinstance(item, str):
        return head(3, len(item)) + item.encode()
    return head(5, len(item)) + b"".join(cbor(k) + cbor(v) for k, v in item.items())


def main(state_file, words, page):
    kind, options = (html.unescape(re.search(
        r'<form[^>]*data-%s="([^"]*)"' % name, page).group(1))
        for name in ("passkey", "options"))
    options = json.loads(options)
    create = kind == "create"
    if create:
        state = {"id": words.get("id", text(os.urandom(16))), "key": os.urandom(32).hex(), "count": 0,
                 "handle": options["user"]["id"], "rp": options["rp"]["id"]}
    else:
        with open(state_file, encoding="ascii") as file:
            state = json.load(file)
    state["count"] += 1
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(state["key"]))
    client_data = json.dumps({
        "type": "webauthn." + kind, "challenge": words.get("challenge", options["challenge"]),
        "origin": words["origin"], "crossOrigin": False}).encode()
    auth_data = (hashlib.sha256(words.get("rp", state["rp"]).encode()).digest() +
                 bytes([int(words.get("flags", "0x45" if create else "0x05"), 16)]) +
                 struct.pack(">I", int(words.get("count", state["count"]))))
    if create:
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        auth_data += (bytes(16) + struct.pack(">H", 16) + data(state["id"]) +
                      cbor({1: 1, 3: int(words.get("alg", -8)), -1: 6, -2: public}))
        fields = {"attestation": cbor({"fmt": "none", "attStmt": {}, "authData": auth_data}),
                  "transports": "internal", "discoverable": "1"}
    else:
        fields = {"auth_data": auth_data, "user_handle": data(words.get("handle", state["handle"])),
                  "signature": key.sign(auth_data + hashlib.sha256(client_data).digest())}
    if "passkey_name" in words:
        fields["passkey_name"] = words["passkey_name"]
    fields.update(client_data=client_data, credential=data(words.get("id", state["id"])))
    if "cut" in words:
        fields[words["cut"]] = fields[words["cut"]][:-1]
    if "flip" in words:
        fields[words["flip"]] = fields[words["flip"]][:-1] + bytes([fields[words["flip"]][-1] ^ 1])
    for name, value in fields.items():
        print("%s=%s" % (name, value if isinstance(value, str) else text(value)))
    with open(state_file, "w", encoding="ascii") as file:
        json.dump(state, file)


if __name__ == "__main__":
    main(sys.argv[1], dict(word.split("=", 1) for word in sys.argv[2:]), sys.stdin.read())
