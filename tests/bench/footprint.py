"""Memory at rest, sizes, and what one process a request costs."""

import os
import time
from http.client import HTTPConnection
from urllib.parse import urlencode

from served import (BASIC, BENCH, BUILD, CALLBACK, CHALLENGE, CREDENTIALS,
                    DISCOVERY, PROGRAMS, Server, Store, basic, command,
                    processes_of, pss_kib, stripped_kib)
from table import Table


# Threads that wait in vain for 3 s end, one after the other; a program that
# has libcrypto starts itself anew when nothing has come for 5 s more.
IDLE_S = 5
ANEW_S = 8


def pss_of(pids):
    return sum(map(pss_kib, pids))


def pss_of_programs(store):
    return {p: pss_of(processes_of(BUILD / "cgi-bin" / p, store))
            for p in PROGRAMS}


def pss_of_starter(store):
    return pss_of(processes_of(BUILD / "bin/start-programs", store))


def use_rs256(store, ask):
    """Has each program that may need libcrypto load it."""
    store.add_client("rsa", "RS256")
    tokens = store.exchange("rsa")
    bearer = "Authorization: Bearer " + tokens["access_token"]
    hint = {"id_token_hint": tokens["id_token"]}
    ask("/token", CREDENTIALS, basic("rsa"))
    ask("/userinfo", "", bearer)
    ask("/introspect", urlencode({"token": tokens["access_token"]}), BASIC)
    ask("/revoke", urlencode({"token": tokens["access_token"]}), basic("rsa"))
    ask("/logout?" + urlencode(hint), "", "")
    ask("/authorize?" + urlencode({
        "client_id": "rsa", "redirect_uri": CALLBACK, "scope": "openid",
        "response_type": "code", "prompt": "none", "code_challenge": CHALLENGE,
        "code_challenge_method": "S256", **hint}), "", "")


def memory(where, options):
    store = Store(where, "memory")
    table = Table(
        "Memory at rest and size",
        "program", "Pss KiB", "RS256, just used", "RS256, at rest",
        "stripped KiB",
        note=f"Behind {options.server}; pages shared with others count in "
             "part. RS256: after one request\nto each program that then needs "
             f"libcrypto, {IDLE_S} s later and {IDLE_S + ANEW_S} s later. "
             "Wanted: 3 MiB\nfor all programs together, 6 MiB with "
             "libcrypto.")
    with Server(store, where, options.server) as server:
        time.sleep(IDLE_S)
        plain, starter = pss_of_programs(store), pss_of_starter(store)

        def ask(path, body, header):
            name, _, value = header.partition(": ")
            http = HTTPConnection("127.0.0.1", store.port)
            http.request("POST" if body else "GET", path, body or None, {
                "Content-Type": "application/x-www-form-urlencoded",
                **({name: value} if header else {})})
            http.getresponse().read()

        use_rs256(store, ask)
        time.sleep(IDLE_S)
        used = pss_of_programs(store)
        time.sleep(ANEW_S)
        at_rest = pss_of_programs(store)
    for p in PROGRAMS:
        table.row(p, plain[p], used[p], at_rest[p],
                  f"{stripped_kib(BUILD / 'cgi-bin' / p, where):.0f}")
    table.row("all programs", *(sum(column.values())
                                for column in (plain, used, at_rest)), "")
    table.row("what starts them", starter, "", "",
              f"{stripped_kib(BUILD / 'bin/start-programs', where):.0f}")
    yield table


def plain_cgi(where, options):
    runs = 60 if options.quick else 200
    store = Store(where, "cgi")
    bearer = "Authorization: Bearer " + store.exchange()["access_token"]
    table = Table("Plain CGI: from exec, one process a request",
                  "program", "first byte ms", "last byte ms",
                  note="Wanted: 3 ms for a token request, its signature and "
                       "its flush not counted.")
    asks = [
        ("/bin/true", "/bin/true", "GET", "/", "", ""),
        ("discovery", "metadata", "GET", DISCOVERY, "", ""),
        ("userinfo", "userinfo", "GET", "/userinfo", "", bearer),
        ("client_credentials", "token", "POST", "/token", CREDENTIALS, BASIC),
    ]
    for name, program, method, uri, body, header in asks:
        out = command(BENCH / "exec", runs, BUILD / "cgi-bin" / program, body,
                      env=dict(os.environ,
                               **store.environment(method, uri, body, header)))
        first, last = (int(n) / 1000 for n in out.split())
        table.row(name, f"{first:.2f}", f"{last:.2f}")
    yield table
