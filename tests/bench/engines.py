"""Refreshes on PostgreSQL beside those on LMDB, from the same programs."""

import shutil
import subprocess

from served import (BASIC, BENCH, BUILD, ONLY_ACCESS, REFRESH, ROOT, Server,
                    Store, free_port)
from table import Table, in_turns, median_ratio, milliseconds, per_second
from throughput import FAMILIES, SECONDS, failed, median, rates, token_file

AWAY_US = 500  # each way
SOCKET = ".s.PGSQL.5432"


class Pgsql:
    """A PostgreSQL server of our own, which flushes as a real one does, and a
    second way to it that takes a millisecond for a round trip."""

    def __init__(self, where):
        self.near, self.far = where / "pgsql", where / "far"
        self.far.mkdir()
        self.run("start_pgsql", self.near, "-c fsync=on",
                 "-c max_connections=100")
        self.delay = subprocess.Popen(
            [BENCH / "delay", str(AWAY_US), self.far / SOCKET,
             self.near / SOCKET])

    def run(self, *words):
        """A word of tests/pgsql.bash; its lines."""
        script = ('fail() { echo "$@" >&2; exit 1; }; . "$1"; shift; "$@"')
        return subprocess.run(
            ["bash", "-c", script, "-", ROOT / "tests/pgsql.bash",
             *map(str, words)], check=True, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE).stdout

    def database(self, name, way):
        self.run("sql", self.near, "postgres", f"create database {name}")
        return self.run("pgsql_where", way, name).strip()

    def stop(self):
        self.delay.terminate()
        self.delay.wait()
        self.run("stop_pgsql", self.near)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def moved(store, where, name, database):
    """A copy of STORE on a port of its own, moved to DATABASE."""
    copy = object.__new__(Store)
    copy.dir, copy.port = where / name, free_port()
    shutil.copytree(store.dir, copy.dir)
    copy.latchkey("move-store", f"postgresql:{database}")
    return copy


class Refresh:
    def __init__(self, where, store, tokens):
        self.tokens = token_file(where, f"tokens-{store.dir.name}", tokens)
        self.server = Server(store, where)

    def __call__(self, connections):
        return self.server.latchkey("/token", connections, SECONDS, BASIC,
                                    tokens=self.tokens, body=REFRESH)


def engines(where, options):
    rounds = 1 if options.quick else 9
    if not (BUILD / "lib/latchkey/latchkey-pgsql.so").exists():
        return
    table = Table(
        "Refresh on LMDB and on PostgreSQL, behind lighttpd",
        "database", "connections", "LMDB/s", "PostgreSQL/s", "ratio",
        "LMDB, median ms", "PostgreSQL, median ms", "of LMDB's", "failed",
        note="All on this machine, flushed on the same disk; the database that "
             f"is away takes {2 * AWAY_US / 1000:g} ms\nmore for a round trip. "
             "Wanted at 64 connections: a ratio of 0.5, away 0.4; of a lone\n"
             "request: at most 3 times LMDB's time.")
    store = Store(where, "lmdb")
    tokens = store.families(FAMILIES, FAMILIES, ONLY_ACCESS)
    with Pgsql(where) as pgsql:
        stores = {name: moved(store, where, name, pgsql.database(name, way))
                  for name, way in (("here", pgsql.near), ("away", pgsql.far))}
        lmdb = Refresh(where, store, tokens)
        asks = {name: Refresh(where, s, tokens) for name, s in stores.items()}
        try:
            for connections in (1, 8, 64):
                for ask in lmdb, *asks.values():
                    ask(connections)  # none begins cold
                for name, ask in asks.items():
                    ours, theirs = in_turns(
                        rounds, lambda: ask(connections),
                        lambda: lmdb(connections))
                    table.row(
                        name, connections, per_second(median(theirs, "rate")),
                        per_second(median(ours, "rate")),
                        f"{median_ratio(rates(ours), rates(theirs)):.2f}",
                        milliseconds(median(theirs, "median_us")),
                        milliseconds(median(ours, "median_us")),
                        f"{median_ratio(middles(ours), middles(theirs)):.2f}",
                        failed(ours, theirs))
        finally:
            for ask in lmdb, *asks.values():
                ask.server.stop()
    yield table


def middles(loads):
    return [load.median_us for load in loads]
