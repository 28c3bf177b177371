"""Instructions a request, counted by callgrind."""

import collections
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
from urllib.parse import urlencode

from served import (BASIC, BUILD, CREDENTIALS, DISCOVERY, EXCHANGE, ONLY_ACCESS,
                    REFRESH, SCOPE, Store, command)
from table import Table

RESPONDER, AUTHORIZER = 1, 2

# valgrind counts an instruction for each byte that the processor's own loops
# fill or copy, where libc uses these; without them all machines count alike.
ALIKE = {"GLIBC_TUNABLES": "glibc.cpu.x86_rep_stosb_threshold=16777216:"
                           "glibc.cpu.x86_rep_movsb_threshold=16777216"}

# What a request cannot do without, in thousands.
SIGNATURE, VERIFICATION, ROTATION = 256, 650, 19


class Counted:
    """A program under callgrind, spoken to in FastCGI as lighttpd does."""

    def __init__(self, store, program, profile):
        self.store, self.profile = store, profile
        self.socket = f"{profile}.socket"
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(self.socket)
        listening.listen()
        self.process = subprocess.Popen(
            ["valgrind", "--tool=callgrind",
             f"--callgrind-out-file={profile}",
             BUILD / "cgi-bin" / program],
            stdin=listening, stderr=subprocess.PIPE, text=True,
            env=dict(os.environ, LATCHKEY_DATA=str(store.dir), **ALIKE))
        listening.close()

    def ask(self, method, uri, body="", header="", role=RESPONDER,
            **more):
        def record(kind, content):
            return struct.pack("!BBHHBx", 1, kind, 1, len(content), 0) + content

        def param(name, value):
            n, v = name.encode(), value.encode()
            return b"".join(
                bytes([len(s)]) if len(s) < 128
                else struct.pack("!I", len(s) | 1 << 31)
                for s in (n, v)) + n + v

        env = self.store.environment(method, uri, body, header) | more
        params = b"".join(param(*p) for p in env.items()
                          if p[0] != "LATCHKEY_DATA")
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(self.socket)
            s.sendall(record(1, struct.pack("!HB5x", role, 0)) +
                      record(4, params) + record(4, b"") +
                      (record(5, body.encode()) if body else b"") +
                      record(5, b""))
            raw = b"".join(iter(lambda: s.recv(65536), b""))
        answer = b""
        while raw:
            kind, length, padding = struct.unpack("!xBxxHBx", raw[:8])
            if kind == 6:
                answer += raw[8:8 + length]
            raw = raw[8 + length + padding:]
        head, _, content = answer.decode().partition("\r\n\r\n")
        if not head.startswith("Status: 200 "):
            sys.exit(f"bench: under callgrind: {head}\n{content}")
        return content

    def post(self, path, body, header=BASIC):
        return self.ask("POST", path, body, header)

    def end(self):
        """The instructions of the whole run."""
        self.process.send_signal(signal.SIGTERM)
        text = self.process.communicate()[1]
        os.unlink(self.socket)
        return collected(text)


def collected(text):
    """What callgrind says in the end."""
    return int(re.search(r"Collected : (\d+)", text).group(1))


def instructions_of_run(*words):
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
         *map(str, words)], check=True, text=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, env=dict(os.environ, **ALIKE))
    return collected(done.stderr)


class Count:
    """Instructions a request: of many less those of a few, by when all workers
    are there. The profiles of both stay."""

    def __init__(self, store, program, where, ask, few=4, many=8):
        self.requests = many - few
        self.profiles = [where / f"callgrind.{n}" for n in (few, many)]
        totals = []
        for n, profile in zip((few, many), self.profiles):
            counted = Counted(store, program, profile)
            for i in range(n):
                ask(counted, i)
            totals.append(counted.end())
        self.instructions = (totals[1] - totals[0]) / self.requests

    def functions(self):
        """{(module, function): instructions a request}"""
        costs = collections.Counter()
        for sign, profile in zip((-1, 1), self.profiles):
            for cost, module, function in annotated(profile):
                costs[module, function] += sign * cost / self.requests
        return costs


def annotated(profile):
    """Cost, module and function of each line of callgrind_annotate. A module is
    a floor of ours, or another library; of those that are linked in
    callgrind knows no more than that."""
    text = command("callgrind_annotate", "--threshold=100", profile)
    for line in text.splitlines():
        m = re.match(r" *([\d,]+) \([ .\d]+%\)  (\S+):(\S+).*?(?:\[(.*)\])?$",
                     line)
        if m is None:
            continue
        cost, path, function, binary = m.groups()
        floor = re.search(r"\b(lib/\w+|cgi-bin)/\w+\.[ch]$", path)
        library = os.path.basename(binary or "").partition(".so")
        yield (int(cost.replace(",", "")),
               floor.group(1) if floor else
               library[0] if library[1] and library[0] != "liblatchkey"
               else "other libraries",
               function.partition("'")[0])


def chain(store, scope):
    """Rotates a family of its own, from its first token on in each run."""
    state = {}

    def ask(counted, i):
        if i == 0:
            state["token"] = store.families(1, 1, scope)[0]
        answer = counted.post("/token", REFRESH.replace("@", state["token"]))
        state["token"] = json.loads(answer)["refresh_token"]
    return ask


def instructions_of_refresh(store, where):
    return Count(store, "token", where, chain(store, ONLY_ACCESS)).instructions


def where_they_go(count, title):
    """By library and floor, and the functions that cost most: those that have
    names, which Debian's libraries have only for what they export."""
    table = Table(title, "module", "thousands", "most of it",
                  note="Their own instructions, not those of what they call.")
    modules = collections.defaultdict(list)
    for (module, function), cost in count.functions().items():
        modules[module].append((cost, function))
    for module, costs in sorted(modules.items(), key=lambda m: -sum(
            cost for cost, _ in m[1])):
        total = sum(cost for cost, _ in costs)
        if total >= 500:
            top = [f"{name} {cost / 1000:.1f}"
                   for cost, name in sorted(costs, reverse=True)[:4]
                   if cost >= 500 and not name.startswith("0x")]
            table.row(module, f"{total / 1000:.1f}", ", ".join(top))
    return table


def instructions(where, options):
    many = 8 if options.quick else 14
    store = Store(where, "instructions")
    table = Table(
        "Instructions a request (callgrind, thousands)",
        "request", "latchkey", "bound", "ratio",
        note="The bound is the cryptography and the rotation: "
             f"{SIGNATURE} a signature, {VERIFICATION} a\n"
             f"verification, {ROTATION} a rotation. Start-up is subtracted. "
             "Wanted: at most 1.3.")

    def row(name, bound, program, ask):
        count = Count(store, program, where, ask, many=many)
        cost = count.instructions / 1000
        table.row(name, f"{cost:.0f}", bound or "",
                  f"{cost / bound:.2f}" if bound else "")
        return count

    token = store.exchange()["access_token"]
    bearer = "Authorization: Bearer " + token
    refresh = row("refresh", SIGNATURE + ROTATION, "token",
                  chain(store, ONLY_ACCESS))
    detail = where_they_go(refresh, "Where those of a refresh go")
    row("refresh with an ID token", 2 * SIGNATURE + ROTATION, "token",
        chain(store, SCOPE))
    row("code exchange, ID token", 2 * SIGNATURE + ROTATION, "token",
        lambda c, _: c.post("/token",
                            EXCHANGE.replace("@", store.codes(1)[0])))
    row("client_credentials", SIGNATURE, "token",
        lambda c, _: c.post("/token", CREDENTIALS))
    row("userinfo", VERIFICATION, "userinfo",
        lambda c, _: c.ask("GET", "/userinfo", header=bearer))
    row("introspection", VERIFICATION, "introspect",
        lambda c, _: c.post("/introspect", urlencode({"token": token})))
    row("discovery", 0, "metadata", lambda c, _: c.ask("GET", DISCOVERY))
    site = f"http://127.0.0.1:{store.port}"
    store.latchkey("site", "add", site, "--rule", "/ signed-in")
    cookie = store.seed("visits", 1, site, "alice")[0]
    row("the gate's decision", 0, "gate",
        lambda c, _: c.ask("GET", "/page.html", role=AUTHORIZER,
                          LATCHKEY_SITE=site,
                          HTTP_COOKIE=f"latchkey-gate={cookie}"))
    for page in "sessions", "apps":
        for known in 1, 50:
            person = f"{page}-{known}"
            store.latchkey("user", "add", person, "--no-password")
            session = store.seed("account", known, person, person)[0]
            row(f"/account/{page} of {known}", 0, "account",
                lambda c, _: c.ask("GET", f"/account/{page}",
                                   HTTP_COOKIE=f"latchkey-session={session}"))
    yield table
    yield detail
