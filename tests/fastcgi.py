"""FastCGI as a web server speaks it, for tests that need to know when a
connection is made."""

import socket
import struct


def record(kind, content):
    return struct.pack("!BBHHBx", 1, kind, 1, len(content), 0) + content


def param(name, value):
    return bytes([len(name), len(value)]) + name + value


def post(path, body, authorization):
    """A whole request, after which the program closes the connection."""
    params = b"".join((
        param(b"REQUEST_METHOD", b"POST"),
        param(b"REQUEST_URI", path),
        param(b"CONTENT_TYPE", b"application/x-www-form-urlencoded"),
        param(b"CONTENT_LENGTH", b"%d" % len(body)),
        param(b"HTTP_AUTHORIZATION", b"Basic " + authorization.encode())))
    return (record(1, bytes([0, 1, 0, 0, 0, 0, 0, 0])) + record(4, params) +
            record(4, b"") + record(5, body) + record(5, b""))


def ask(path, request):
    """The answer of the program that listens at PATH, as it is sent."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(20)
        s.connect(path)
        s.sendall(request)
        return b"".join(iter(lambda: s.recv(65536), b""))
