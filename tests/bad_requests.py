#!/usr/bin/python3
"""Sends each endpoint what no client should, over sockets of its own.

	bad_requests.py ISSUER REFRESH-TOKEN

Every request must be answered, by a status below 500 and above 399 (or a
redirect to ourselves at the pages), without the token in the answer. Prints
what was answered otherwise, and exits with 1.
"""

import socket
import sys
import urllib.parse

issuer, token = sys.argv[1:3]
url = urllib.parse.urlsplit(issuer)
failures = []


def ask(raw):
    with socket.create_connection((url.hostname, url.port), timeout=30) as s:
        s.sendall(raw)
        s.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := s.recv(65536):
            answer += chunk
    return answer


def post(path, body, *headers, method="POST", length=None):
    lines = [
        f"{method} {url.path}{path} HTTP/1.1",
        f"Host: {url.netloc}",
        "Connection: close",
        "Content-Type: application/x-www-form-urlencoded",
        *headers,
    ]
    if length != "none":
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def chunked(path, *chunks):
    head = post(path, b"", "Transfer-Encoding: chunked", length="none")
    return head + b"".join(
        b"%x\r\n%s\r\n" % (len(c), c) for c in chunks) + b"0\r\n\r\n"


good = urllib.parse.urlencode({
    "grant_type": "refresh_token", "refresh_token": token, "token": token,
}).encode()

requests = []
for path in ("/token", "/refresh", "/introspect", "/revoke", "/userinfo",
             "/authorize", "/logout"):
    for name, body in {
        "nul": good + b"&x=%00",
        "raw nul": good + b"\0",
        "utf-8": good + b"&x=%ff",
        "percent": good + b"&x=%zz",
        "twice": good + b"&token=x&refresh_token=x&client_id=a&client_id=b",
        "no client": good + b"&client_id=no%0d%0aX:y&redirect_uri=%0d%0aX:y"
                            b"&id_token_hint=x",
        "big": good + b"&x=" + b"a" * 65536,
        "many": good + b"".join(b"&p%d=1" % i for i in range(100)),
    }.items():
        requests.append((path, name, post(path, body)))
        requests.append((path, name + " chunked",
                         chunked(path, body[:10], body[10:])))
    requests += [
        (path, "json", post(path, b"{}", "Content-Type: application/json")),
        (path, "method", post(path, b"", method="PUT")),
        (path, "patch", post(path, good, method="PATCH")),
        (path, "bearer", post(path, good, "Authorization: Bearer x",
                              "Authorization: Basic eA==")),
        (path, "query", post(path + "?x=%zz&" + good.decode(), good)),
        (path, "cookies", post(path, good + b"&client_id=x",
                               "Cookie: a=" + "b" * 20000)),
        (path, "latin-1 header", post(path, good, "Origin: \xff\xfe")),
    ]

for path, name, raw in requests:
    answer = ask(raw)
    status = answer.split(b" ")[1].decode() if b" " in answer else "none"
    fine = status.startswith("4") or (
        # revocation has nothing to say about what is no token; pages go on
        # by a redirect to themselves, or ask the person
        path in ("/authorize", "/logout") and status in ("200", "303"))
    if not fine or token.encode() in answer.split(b"\r\n\r\n")[-1]:
        failures.append(f"{path}: {name}: {answer[:200]!r}")

print("\n".join(failures) or f"{len(requests)} refused")
sys.exit(1 if failures else 0)
