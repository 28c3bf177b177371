"""A provider whose programs the tests start, ask and kill by themselves.

Each program is started the way a spawner does it: standard input is a
listening socket that outlives it, so that a client that comes while no process is
there waits for the next one.
"""

import atexit
import base64
import json
import os
import socket
import struct
import subprocess
import tempfile
import time
from urllib.parse import urlencode

SECRET = "a-client-secret-known-to-the-tests-only"
CALLBACK = "http://127.0.0.1:9/cb"
# RFC 7636, appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
SCOPE = "profile offline_access"

BUILD = os.environ["LATCHKEY_BUILD"]
PATIENCE_S = 20  # nobody waits longer for an answer, on any machine


class Gone(Exception):
    """The process died before its answer was whole."""


# --- one request ------------------------------------------------------------


def variables(program, body):
    return {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REQUEST_METHOD": "POST",
        "REQUEST_URI": "/" + program,
        "SCRIPT_NAME": "/" + program,
        "QUERY_STRING": "",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_AUTHORIZATION": "Basic "
        + base64.b64encode(f"app:{SECRET}".encode()).decode(),
    }


def record(kind, content):
    return struct.pack("!BBHHBx", 1, kind, 1, len(content), 0) + content


def length(n):
    return bytes([n]) if n < 128 else struct.pack("!I", n | 1 << 31)


def fastcgi_request(program, body, keep):
    params = b"".join(
        length(len(name)) + length(len(value)) + name.encode() + value.encode()
        for name, value in variables(program, body).items()
    )
    return (
        record(1, struct.pack("!HB5x", 1, keep))
        + record(4, params)
        + record(4, b"")
        + record(5, body)
        + record(5, b"")
    )


def fastcgi_answer(received):
    """What the program wrote; None until it has said that this is all."""
    out, at = b"", 0
    while at + 8 <= len(received):
        _, kind, _, size, padding = struct.unpack_from("!BBHHB", received, at)
        content = received[at + 8 : at + 8 + size]
        at += 8 + size + padding
        if kind == 6:
            out += content
        elif kind == 3 and len(content) == size:
            return out
    return None


def parse(answer):
    """Status and JSON of a CGI answer."""
    head, end, body = answer.partition(b"\r\n\r\n")
    if not end or not head.startswith(b"Status: "):
        raise Gone
    try:
        return int(head[8:11]), json.loads(body)
    except ValueError as e:
        raise Gone from e


# --- programs ---------------------------------------------------------------


class Program:
    """One listening socket, and at most one process behind it at a time."""

    def __init__(self, provider, name, **environment):
        self.provider, self.name = provider, name
        self.environment = {**provider.environment, **environment}
        self.path = f"{provider.run}/{name}"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(512)
        self.process = None
        atexit.register(self.kill)

    def start(self, **options):
        self.process = subprocess.Popen(
            [f"{BUILD}/cgi-bin/{self.name}"],
            stdin=self.listener,
            stdout=subprocess.DEVNULL,
            env=self.environment,
            **options,
        )
        return self

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def terminate(self):
        """SIGTERM; how long it took to end, and how."""
        began = time.monotonic()
        self.process.terminate()
        status = self.process.wait(PATIENCE_S)
        return time.monotonic() - began, status

    def connect(self):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(PATIENCE_S)
        s.connect(self.path)
        return s

    def ask_over(self, s, keep, **fields):
        """Over a connection, to be kept for another request or not."""
        received = b""
        try:
            s.sendall(fastcgi_request(self.name, urlencode(fields).encode(), keep))
            while (answer := fastcgi_answer(received)) is None:
                more = s.recv(65536)
                if not more:
                    raise Gone
                received += more
        except ConnectionError as e:
            raise Gone from e
        return parse(answer)

    def ask(self, **fields):
        """Status and JSON; Gone if the process died under way."""
        with self.connect() as s:
            return self.ask_over(s, False, **fields)


class CGI:
    """The same program, one process a request."""

    def __init__(self, provider, name):
        self.provider, self.name = provider, name
        self.running = set()

    def ask(self, **fields):
        body = urlencode(fields).encode()
        process = subprocess.Popen(
            [f"{BUILD}/cgi-bin/{self.name}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**self.provider.environment, **variables(self.name, body)},
        )
        self.running.add(process)
        try:
            answer, _ = process.communicate(body, PATIENCE_S)
        except BrokenPipeError as e:
            raise Gone from e
        finally:
            process.wait(PATIENCE_S)
            self.running.discard(process)
        return parse(answer)


class Provider:
    """A store with a person, an app and tokens that were just issued."""

    def __init__(self, data, families=0, codes=0):
        self.data = data
        # A short name: a socket's path has 107 bytes.
        self.directory = tempfile.TemporaryDirectory(prefix="lk.", dir="/tmp")
        self.run = self.directory.name
        self.environment = {"LATCHKEY_DATA": data}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        self.tokens = self.seed("families", families, str(families))
        self.codes = self.seed_codes(codes)

    def seed(self, kind, count, *more):
        if count == 0:
            return []
        return subprocess.run(
            [f"{BUILD}/tests/bench/seed", self.data, kind, str(count)]
            + ["app", "alice", SCOPE, *more],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout.split()

    def seed_codes(self, count):
        """They live for a minute."""
        return self.seed("codes", count, CALLBACK, CHALLENGE)

    def sound(self):
        """Fails unless the store is in order."""
        subprocess.run([f"{BUILD}/test/durability/sound", self.data], check=True)


def generation(token):
    """Which of its family a refresh token is."""
    return int.from_bytes(base64.urlsafe_b64decode(token)[16:24], "big")


def refresh(program, token):
    return program.ask(grant_type="refresh_token", refresh_token=token)


def redeem(program, code):
    return program.ask(
        grant_type="authorization_code",
        code=code,
        redirect_uri=CALLBACK,
        code_verifier=VERIFIER,
    )
