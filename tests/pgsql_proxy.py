#!/usr/bin/python3
"""A network between programs and PostgreSQL that tests can make slow or cut.

	pgsql_proxy.py DIR SERVER

Listens in DIR as a server of PostgreSQL does, and passes all on to the one in
SERVER, its directory. Each time it passes a flight (what ends with a Sync) it
looks at two files in DIR:

delay	so many milliseconds a flight takes longer
cut	each so many commits the connection is lost: by turns before the COMMIT
	was passed on, and after it was done, its answer dropped

On SIGUSR1 it writes to DIR/counts what it has seen, in JSON: the "cuts", and of
the transactions that were committed ("writes") and those that only read
("reads") how many took how many flights; and the same of those that were "out of
turn": with more than three, though one of the 16 before them on their connection was
such a one as well.
"""

import asyncio
import collections
import json
import os
import signal
import struct
import sys

directory, server = sys.argv[1:3]
NAME = ".s.PGSQL.5432"
counts = {name: collections.Counter() for name in (
    "cuts", "writes", "reads", "out of turn")}
FLIGHTS, TURN = 3, 16
commits = 0


def setting(name):
    try:
        with open(f"{directory}/{name}", encoding="ascii") as f:
            return float(f.read() or 0)
    except FileNotFoundError:
        return 0


def cut_due():
    """None, "before" or "after", for a flight that has a COMMIT."""
    global commits
    commits += 1
    every = int(setting("cut"))
    if every == 0 or commits % every != 0:
        return None
    cuts = counts["cuts"]
    return "before" if cuts["before"] <= cuts["after"] else "after"


class Cut(Exception):
    pass


async def message(reader, typed):
    """Its type, and all of it."""
    kind = await reader.readexactly(1) if typed else b""
    size = await reader.readexactly(4)
    return kind, kind + size + await reader.readexactly(
        struct.unpack("!I", size)[0] - 4)


class Connection:
    def __init__(self, near, far):
        self.near, self.far = near, far  # each a reader and a writer
        self.flights, self.reads_only = 0, False
        self.dropping = False  # the answers to the flight under way
        self.settled = None  # whether it was committed
        self.short = None  # writes since the last that took longer

    def note(self, said):
        """Counts the flight that has these statements."""
        for text in said:
            if text.startswith("begin"):
                self.flights, self.reads_only = 0, text.endswith("read only")
        self.flights += 1
        if "commit" in said:
            counts["writes"][self.flights] += 1
            self.note_length()
        elif "rollback" in said and self.reads_only:
            counts["reads"][self.flights - 1] += 1

    def note_length(self):
        if self.flights <= FLIGHTS:
            if self.short is not None:
                self.short += 1
            return
        if self.short is not None and self.short < TURN:
            counts["out of turn"][self.flights] += 1
        self.short = 0

    async def send(self, flight, said):
        self.note(said)
        await asyncio.sleep(setting("delay") / 1000)
        due = cut_due() if "commit" in said else None
        if due == "before":
            counts["cuts"][due] += 1
            raise Cut
        self.settled = asyncio.get_running_loop().create_future()
        self.dropping = due == "after"
        self.far[1].write(b"".join(flight))
        await self.far[1].drain()
        if self.dropping and await self.settled:
            counts["cuts"][due] += 1
            raise Cut

    async def go(self):
        _, start = await message(self.near[0], False)
        self.far[1].write(start)
        flight, said = [], []
        while True:
            kind, whole = await message(self.near[0], True)
            flight.append(whole)
            if kind == b"P":  # its name, and the statement
                said.append(whole[5:].split(b"\0")[1].decode())
            if kind == b"S":
                await self.send(flight, said)
            if kind in b"SQXpdcf":
                if kind != b"S":
                    self.far[1].write(b"".join(flight))
                flight, said = [], []

    async def come_back(self):
        held = []
        while True:
            kind, whole = await message(self.far[0], True)
            if not self.dropping:
                self.near[1].write(whole)
                await self.near[1].drain()
                continue
            held.append(whole)
            if kind == b"C" and whole[5:].startswith(b"COMMIT"):
                self.settled.set_result(True)
            elif kind == b"Z" and not self.settled.done():
                # It was refused: nothing is lost with this answer.
                self.dropping = False
                self.near[1].write(b"".join(held))
                held = []
                self.settled.set_result(False)


async def serve(*near):
    try:
        far = await asyncio.open_unix_connection(f"{server}/{NAME}")
    except OSError:
        near[1].close()
        return
    c = Connection(near, far)
    ways = [asyncio.ensure_future(c.go()), asyncio.ensure_future(c.come_back())]
    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    for way in ways:
        way.cancel()
    for way in await asyncio.gather(*ways, return_exceptions=True):
        if not isinstance(way, (Cut, OSError, EOFError, asyncio.CancelledError)):
            print(repr(way), file=sys.stderr)
    near[1].close()
    far[1].close()


def tell():
    with open(f"{directory}/counts.new", "w", encoding="ascii") as f:
        json.dump(counts, f)
    os.rename(f"{directory}/counts.new", f"{directory}/counts")


async def main():
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, tell)
    listening = await asyncio.start_unix_server(serve, f"{directory}/{NAME}",
                                                limit=1 << 24)
    await listening.serve_forever()


asyncio.run(main())
