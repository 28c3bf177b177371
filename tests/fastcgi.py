"""FastCGI as a web server speaks it, for tests that need to know when a
connection is made."""

import os
import signal
import socket
import struct


def record(kind, content):
    return struct.pack("!BBHHBx", 1, kind, 1, len(content), 0) + content


def param(name, value):
    return bytes([len(name), len(value)]) + name + value


def post(path, body, authorization=None):
    """A whole request, after which the program closes the connection."""
    params = (param(b"REQUEST_METHOD", b"POST") +
              param(b"REQUEST_URI", path) +
              param(b"CONTENT_TYPE", b"application/x-www-form-urlencoded") +
              param(b"CONTENT_LENGTH", b"%d" % len(body)))
    if authorization:
        params += param(b"HTTP_AUTHORIZATION",
                        b"Basic " + authorization.encode())
    return (record(1, bytes([0, 1, 0, 0, 0, 0, 0, 0])) + record(4, params) +
            record(4, b"") + record(5, body) + record(5, b""))


def send(path, request):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(20)
    s.connect(path)
    s.sendall(request)
    return s


def answer(s):
    with s:
        return b"".join(iter(lambda: s.recv(65536), b""))


def ask(path, request):
    """The answer of the program that listens at PATH, as it is sent."""
    return answer(send(path, request))


def ask_at_once(path, requests, pid):
    """The answers to REQUESTS. The program, PID, is stopped until all of them
    have arrived."""
    os.kill(pid, signal.SIGSTOP)
    try:
        sent = [send(path, r) for r in requests]
    finally:
        os.kill(pid, signal.SIGCONT)
    return [answer(s) for s in sent]
