"""Requests a second, behind the same web server as the ceiling."""

import statistics
import time

from served import (BASIC, BUILD, CREDENTIALS, DISCOVERY, EXCHANGE, FLUSH_US,
                    ONLY_ACCESS, REFRESH, SCOPE, Server, Store, basic,
                    processes_of, pss_kib)
from table import Table, in_turns, median_ratio, milliseconds, per_second

FAMILIES = 1000  # that take turns, so that none is near
SECONDS = 1      # of each load; wrk knows no less


def median(loads, what):
    return statistics.median(getattr(load, what) for load in loads)


def rates(loads):
    return [load.rate for load in loads]


def failed(*loads):
    return sum(load.failures for several in loads for load in several)


def token_file(where, name, tokens):
    path = where / name
    path.write_text("\n".join(tokens) + "\n")
    return path


class Refresh:
    """What rotates a token a request. Latchkey's two programs share a store,
    and so their tokens; the ceiling has its own."""

    def __init__(self, server, where):
        tokens = server.store.families(FAMILIES, FAMILIES, ONLY_ACCESS)
        self.server = server
        self.ours = token_file(where, "tokens", tokens)
        self.theirs = token_file(where, "tokens-ceiling", tokens)

    def ceiling(self, how, connections):
        return self.server.beside(
            f"/ceiling?commit={how}&sign=1", connections, SECONDS,
            tokens=self.theirs, body=REFRESH)

    def latchkey(self, connections, **options):
        return self.server.latchkey(
            "/token", connections, SECONDS, BASIC, tokens=self.ours,
            body=REFRESH, **options)

    def ungrouped(self, connections):
        return self.server.beside(
            "/ungrouped/token", connections, SECONDS, BASIC,
            tokens=self.ours, body=REFRESH)

    def pss_under_load(self, connections):
        """Of all processes of the token program, KiB."""
        pss = []

        def look():
            time.sleep(SECONDS / 2)
            pss.append(sum(map(pss_kib, processes_of(
                BUILD / "cgi-bin/token", self.server.store))))

        self.latchkey(connections, at_half=look)
        return pss[0]


def disks(options):
    """Whether slow. What mod_fcgid starts has an environment of its own, in
    which nothing can be preloaded."""
    return (False,) if options.server == "apache-fcgid" else (False, True)


def refresh(where, options):
    """On the disk that is there, and on a slow one."""
    rounds = 1 if options.quick else 9
    store = Store(where, "refresh")
    table = Table(
        f"Refresh, behind {options.server}",
        "disk", "connections", "ceiling, each alone/s", "ceiling, grouped/s",
        "latchkey/s", "of grouped", "of alone", "p99 ms", "failed",
        "Pss MiB",
        note="The ceilings do the least: a form taken apart, one record read "
             "and written, fully\nsynced (each request for itself, or all "
             "that wait together), one Ed25519 signature,\n700 bytes of JSON. "
             f"The slow disk takes {FLUSH_US / 1000:g} ms longer for each "
             "flush. p99 and Pss (of the\ntoken program, in the middle of the "
             "load) are latchkey's. Wanted: 0.8 of the grouped\none at 8 and "
             "64 connections.")
    for slow in disks(options):
        with Server(store, where, options.server, slow) as server:
            ask = Refresh(server, where)
            ask.ceiling("group", 64)  # its store is filled
            for connections in (1, 8, 64):
                pss = ask.pss_under_load(connections)
                alone, group, ours = in_turns(
                    rounds,
                    lambda: ask.ceiling("alone", connections),
                    lambda: ask.ceiling("group", connections),
                    lambda: ask.latchkey(connections))
                table.row(
                    "slow" if slow else "normal", connections,
                    per_second(median(alone, "rate")),
                    per_second(median(group, "rate")),
                    per_second(median(ours, "rate")),
                    f"{median_ratio(rates(ours), rates(group)):.2f}",
                    f"{median_ratio(rates(ours), rates(alone)):.2f}",
                    milliseconds(median(ours, "p99_us")),
                    failed(alone, group, ours), f"{pss / 1024:.1f}")
    yield table


def grouping(where, options):
    """What grouping gives many, and costs one."""
    rounds = 1 if options.quick else 9
    store = Store(where, "grouping")
    table = Table(
        "Refresh with and without group commit",
        "disk", "connections", "without/s", "with/s", "ratio", "failed",
        note="The same token program, linked with commits of one step each. "
             "Wanted: 0.95 for one\nlone request.")
    for slow in disks(options):
        with Server(store, where, options.server, slow) as server:
            ask = Refresh(server, where)
            ask.ungrouped(8), ask.latchkey(8)  # neither begins cold
            for connections in (1, 8) if options.quick else (1, 8, 64):
                without, grouped = in_turns(
                    rounds,
                    lambda: ask.ungrouped(connections),
                    lambda: ask.latchkey(connections))
                table.row(
                    "slow" if slow else "normal", connections,
                    per_second(median(without, "rate")),
                    per_second(median(grouped, "rate")),
                    f"{median_ratio(rates(grouped), rates(without)):.2f}",
                    failed(without, grouped))
    yield table


class Algorithm:
    """A client's, and what the ceiling calls its signatures."""

    def __init__(self, store, where, name, client, sign, verify):
        if client != "app":
            store.add_client(client, name)
        self.name, self.client = name, client
        self.sign, self.verify = sign, verify
        self.basic = basic(client)
        self.bearer = ("Authorization: Bearer " +
                       store.exchange(client)["access_token"])
        tokens = store.families(FAMILIES, FAMILIES, SCOPE, client=client)
        self.ours = token_file(where, f"tokens-{name}", tokens)
        self.theirs = token_file(where, f"tokens-{name}-ceiling", tokens)


def others(where, options):
    """What does not rotate: against the same signatures and no store."""
    rounds = 1 if options.quick else 7
    store = Store(where, "others")
    table = Table(
        f"Other requests, behind {options.server}",
        "request", "algorithm", "the ceiling's work", "connections",
        "ceiling/s", "latchkey/s", "ratio", "p99 ms", "failed",
        note="The ceiling signs and verifies as the client's tokens are: "
             "Ed25519 for EdDSA, RSA with\n2048 bits for RS256. Wanted: 0.8 "
             "for client_credentials and userinfo.")

    def row(name, alg, work, connections, bare, ours):
        if not options.quick:
            bare(), ours()  # neither begins cold
        theirs, loads = in_turns(rounds, bare, ours)
        table.row(name, alg, work, connections,
                  per_second(median(theirs, "rate")),
                  per_second(median(loads, "rate")),
                  f"{median_ratio(rates(loads), rates(theirs)):.2f}",
                  milliseconds(median(loads, "p99_us")),
                  failed(theirs, loads))

    with Server(store, where, options.server) as server:
        algorithms = [
            Algorithm(store, where, "EdDSA", "app", "sign", "verify"),
            Algorithm(store, where, "RS256", "rs", "rsa", "rsacheck")]

        def codes(ask, path, connections, a, header=""):
            # They live for a minute, and are used once.
            fresh = token_file(where, "codes", store.codes(10000, a.client))
            return ask(path, connections, SECONDS, header, tokens=fresh,
                       body=EXCHANGE, how="once")
        for a in algorithms:
            for c in (8, 64):
                row("client_credentials", a.name, "1 signature", c,
                    lambda: server.beside(f"/ceiling?{a.sign}=1", c, SECONDS,
                                          body=CREDENTIALS),
                    lambda: server.latchkey("/token", c, SECONDS, a.basic,
                                            body=CREDENTIALS))
                row("userinfo", a.name, "1 verification", c,
                    lambda: server.beside(f"/ceiling?{a.verify}=1", c,
                                          SECONDS, a.bearer),
                    lambda: server.latchkey("/userinfo", c, SECONDS,
                                            a.bearer))
            both = f"/ceiling?commit=group&{a.sign}=2"
            row("refresh with an ID token", a.name,
                "grouped commit, 2 signatures", 8,
                lambda: server.beside(both, 8, SECONDS, tokens=a.theirs,
                                      body=REFRESH),
                lambda: server.latchkey("/token", 8, SECONDS, a.basic,
                                        tokens=a.ours, body=REFRESH))
            row("code exchange, ID token", a.name,
                "grouped commit, 2 signatures", 8,
                lambda: codes(server.beside, both, 8, a),
                lambda: codes(server.latchkey, "/token", 8, a, a.basic))
        row("discovery", "-", "-", 8,
            lambda: server.beside("/ceiling", 8, SECONDS),
            lambda: server.latchkey(DISCOVERY, 8, SECONDS))
    yield table
