"""What things cost as the store grows, and while much of it expires."""

import random
import statistics
from base64 import urlsafe_b64decode

from instructions import instructions_of_refresh, instructions_of_run
from served import (BASIC, BENCH, ONLY_ACCESS, REFRESH, Server, Store, beside,
                    command, settle)
from table import Table, in_turns, median_ratio, milliseconds, per_second
from throughput import SECONDS, disks, failed, median, rates, token_file

SAMPLE = 10000  # families that are asked for, from all over the table
DUE = 1000      # expired ones for the sweep, as many in each store


class Grown:
    """A store with FAMILIES and a tenth as many people, and its server."""

    def __init__(self, where, families, server):
        self.store = Store(where, f"store-{families}")
        self.people = families // 10
        self.store.seed("people", self.people)
        before = self.bytes()
        tokens = self.store.families(families, min(families, SAMPLE),
                                     ONLY_ACCESS, "-")
        random.shuffle(tokens)  # or neighbours would share their pages
        self.bytes_a_family = (self.bytes() - before) / families
        self.tokens = token_file(where, f"tokens-{families}", tokens)
        self.theirs = token_file(where, f"tokens-ceiling-{families}", tokens)
        self.families = families
        self.instructions = instructions_of_refresh(self.store, where)
        self.where, self.kind, self.server = where, server, None
        self.fill_ceiling(tokens)
        self.serve()

    def serve(self, slow=False):
        """Also once more, on another disk or after the store has changed."""
        if self.server is not None:
            self.server.stop()
        settle(self.store.dir / "store/data.mdb")
        settle(beside(self.store, self.where) / "data.mdb")
        self.server = Server(self.store, self.where, self.kind, slow)

    def fill_ceiling(self, tokens):
        """With as many records, and among them those that are asked for."""
        store = beside(self.store, self.where)
        by_id = sorted(tokens, key=urlsafe_b64decode)
        command(BENCH / "ceiling", "fill", self.families, by_id[0], by_id[-1],
                env={"CEILING_STORE": str(store)}, input="\n".join(tokens))

    def bytes(self):
        return (self.store.dir / "store/data.mdb").stat().st_blocks * 512

    def step(self, what, count, *args):
        """The median of COUNT, in nanoseconds."""
        out = command(BENCH / "step", self.store.dir, what, count, *args)
        return int(out.split()[0])

    def instructions_of_look_up(self, few=1000, many=5000):
        """Of many less those of a few: everybody is looked up once before."""
        small, large = (
            instructions_of_run(BENCH / "step", self.store.dir, "look-up", n,
                                self.people) for n in (few, many))
        return (large - small) / (many - few)

    def refresh(self, connections=8):
        return self.server.latchkey(
            "/token", connections, SECONDS, BASIC, tokens=self.tokens,
            body=REFRESH)

    def ceiling(self):
        return self.server.beside(
            "/ceiling?commit=group&sign=1", 8, SECONDS, tokens=self.theirs,
            body=REFRESH)

    def introspect(self):
        return self.server.latchkey(
            "/introspect", 8, SECONDS, BASIC, tokens=self.tokens,
            body="token=@", how="again")


def sizes_of(quick):
    return (1000, 10_000, 100_000) if quick else (1000, 100_000, 1_000_000)


def costs(stores, rounds, slow_too):
    sizes = [grown.families for grown in stores]
    table = Table(
        "As the store grows",
        "families", *[f"{n:,}" for n in sizes], "largest to smallest",
        note="With a tenth as many people. 8 connections; refresh and "
             "introspection ask for\n"
             f"{SAMPLE:,} families (or all there are) in random order, "
             "introspection for refresh\ntokens, which need no signature. "
             "The ceiling (above) has as many records. Times are\nmedians of "
             "steps that follow one another, each a commit, except the "
             "look-up; a sign-in\nis two. Wanted: at most 1.3.")

    def row(name, values, ratio, form):
        table.row(name, *map(form, values), f"{ratio:.2f}")

    def served(name, ask, turns=rounds):
        for grown in stores:
            ask(grown)
        loads = in_turns(turns, *[lambda g=g: ask(g) for g in stores])
        row(name, [median(several, "rate") for several in loads],
            median_ratio(rates(loads[0]), rates(loads[-1])), per_second)

    def timed(name, count, ask, form):
        times = in_turns(rounds, *[lambda g=g: ask(g, count) for g in stores])
        row(name, [statistics.median(several) for several in times],
            median_ratio(times[-1], times[0]), form)

    def us(ns):
        return f"{ns / 1000:,.1f}"

    served("refresh, a second", Grown.refresh, 2 * rounds)
    served("the ceiling, grouped, a second", Grown.ceiling, 2 * rounds)
    served("introspection, a second", Grown.introspect)
    if slow_too:
        for grown in stores:
            grown.serve(slow=True)
        served("refresh on the slow disk, a second", Grown.refresh)
        for grown in stores:
            grown.serve()
    timed("sign-in, ms", 50,
          lambda g, n: g.step("sign-in", n, g.people),
          lambda ns: f"{ns / 1e6:,.1f}")
    timed("of that, all but the hash, µs", 100,
          lambda g, n: g.step("no-hash", n, g.people), us)
    timed("of that, finding a person by name, µs", 10000,
          lambda g, n: g.step("look-up", n, g.people), us)
    look_ups = [grown.instructions_of_look_up() for grown in stores]
    row("of that, thousand instructions", [n / 1000 for n in look_ups],
        look_ups[-1] / look_ups[0], "{:.1f}".format)
    for grown in stores:
        grown.store.seed("expired", DUE, "app", "-", ONLY_ACCESS)
    timed("a commit that sweeps 2 expired records, µs", DUE // 2 // rounds,
          lambda g, n: g.step("sweep", n), us)
    row("refresh, thousand instructions",
        [g.instructions / 1000 for g in stores],
        stores[-1].instructions / stores[0].instructions, per_second)
    table.row("bytes a family",
              *[f"{grown.bytes_a_family:.0f}" for grown in stores], "")
    return table


def expiring(grown, rounds):
    """As many as there are families have expired at once, and all are due."""
    table = Table(
        "Refresh while records expire",
        "expired records that wait", "connections", "latchkey/s", "median ms",
        "p99 ms", "p99 to median", "failed",
        note="In the largest store; all expired within the last hour, and "
             "nothing was written\nsince. Wanted: p99 at most 3 times the "
             "median.")
    for expired in (0, grown.families):
        if expired > 0:
            grown.store.seed("expired", expired, "app", "-", ONLY_ACCESS)
            grown.serve()
            grown.refresh()
        for connections in (1, 8):
            loads = [grown.refresh(connections) for _ in range(rounds)]
            table.row(
                f"{expired:,}", connections, per_second(median(loads, "rate")),
                f"{median(loads, 'median_us') / 1000:.2f}",
                milliseconds(median(loads, "p99_us")),
                f"{median(loads, 'p99_us') / median(loads, 'median_us'):.1f}",
                failed(loads))
    return table


def growth(where, options):
    rounds = 1 if options.quick else 5
    stores = []
    try:
        for families in sizes_of(options.quick):
            stores.append(Grown(where, families, options.server))
        yield costs(stores, rounds, True in disks(options))
        yield expiring(stores[-1], rounds)
    finally:
        for grown in stores:
            grown.server.stop()
