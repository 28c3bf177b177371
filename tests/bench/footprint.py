"""Memory at rest, sizes, and what one process a request costs."""

import os
import time
from http.client import HTTPConnection
from urllib.parse import urlencode

from served import (BASIC, BENCH, BUILD, CALLBACK, CHALLENGE, CREDENTIALS,
                    DISCOVERY, PROGRAMS, Server, Store, basic, command,
                    processes_of, pss_kib, stripped_kib)
from table import Table


# With those for people, whom no other part of the bench asks.
MEASURED = PROGRAMS + ["account", "admin"]

# So long without a request, and a program exits; here, not as it is shipped.
IDLE_S = 5


def pss_of(pids):
    return sum(map(pss_kib, pids))


def pss_of_programs(store):
    return {p: pss_of(processes_of(BUILD / "cgi-bin" / p, store))
            for p in MEASURED}


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
        "Memory in use, at rest, and size",
        "program", "Pss KiB", "with RS256", "at rest", "stripped KiB",
        note=f"Behind {options.server}; pages shared with others count in "
             "part. One request to each\nprogram; then one that needs "
             "libcrypto, where there is such; then none until they exit.\n"
             "Wanted: 3 MiB at rest for all programs together.")
    os.environ["LATCHKEY_IDLE"] = str(IDLE_S)
    with Server(store, where, options.server) as server:
        def ask(path, body, header):
            name, _, value = header.partition(": ")
            http = HTTPConnection("127.0.0.1", store.port)
            http.request("POST" if body else "GET", path, body or None, {
                "Content-Type": "application/x-www-form-urlencoded",
                **({name: value} if header else {})})
            http.getresponse().read()

        for path in ("/authorize", "/token", "/refresh", "/jwks.json",
                     "/userinfo", "/introspect", "/revoke", "/logout", "/account",
                     "/admin"):
            ask(path, "", "")
        used = pss_of_programs(store)
        use_rs256(store, ask)
        with_rs256 = pss_of_programs(store)
        while any(pss_of_programs(store).values()):
            time.sleep(1)
        starter = pss_of_starter(store)
    del os.environ["LATCHKEY_IDLE"]
    for p in MEASURED:
        table.row(p, used[p], with_rs256[p], 0,
                  f"{stripped_kib(BUILD / 'cgi-bin' / p, where):.0f}")
    table.row("all programs", *(sum(column.values())
                                for column in (used, with_rs256)), 0, "")
    table.row("what starts them", starter, starter, starter,
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
