"""What a backup takes beside a plain copy of as many bytes, and what it takes
from those that write at the same time."""

import os
import threading
import time

from growth import Grown
from served import BUILD, command
from table import Table, in_turns, median_ratio, per_second
from throughput import median, rates


def seconds(work):
    began = time.monotonic()
    work()
    return time.monotonic() - began


class Copies:
    """Of one store, into files that are removed again."""

    def __init__(self, grown, where):
        self.store, self.backup = grown.store.dir, where / "backup.tar"
        self.copy = where / "copy"
        self.back_up()  # to have one that is replaced

    def back_up(self):
        command(BUILD / "bin/latchkey", "-d", self.store, "backup",
                self.backup)

    def copy_and_sync(self):
        """Of the store, which both read; a backup has few bytes more."""
        command("cp", "--reflink=never", self.store / "store/data.mdb",
                self.copy)
        with open(self.copy, "rb") as f:
            os.fsync(f.fileno())

    def timed_copy(self):
        took = seconds(self.copy_and_sync)
        self.copy.unlink()
        return took

    def timed_backup(self):
        """Of a file with a new name, as the copy is."""
        self.backup.unlink()
        return seconds(self.back_up)

    def during(self, ask):
        """What ASK answers while one backup follows the other."""
        over = threading.Event()

        def go_on():
            while not over.is_set():
                self.back_up()

        backups = threading.Thread(target=go_on)
        backups.start()
        try:
            return ask()
        finally:
            over.set()
            backups.join()


def backup(where, options):
    rounds = 3 if options.quick else 7
    grown = Grown(where, 100_000 if options.quick else 1_000_000,
                  options.server)
    try:
        copies = Copies(grown, where)
        took = in_turns(rounds, copies.timed_copy, copies.timed_backup)
        loads = in_turns(rounds, grown.refresh,
                         lambda: copies.during(grown.refresh))
        table = Table(
            "Backup",
            "families", "MiB", "cp and fsync, ms", "backup, ms", "ratio",
            "refresh/s alone", "refresh/s during backups", "kept",
            note="The copy is of the store alone. 8 connections refresh; one "
                 "backup follows the other.\nWanted: at most 1.5, and at "
                 "least 0.9 kept.")
        table.row(
            f"{grown.families:,}", copies.backup.stat().st_size >> 20,
            *(f"{sorted(t)[len(t) // 2] * 1000:.0f}" for t in took),
            f"{median_ratio(took[1], took[0]):.2f}",
            *(per_second(median(several, "rate")) for several in loads),
            f"{median_ratio(rates(loads[1]), rates(loads[0])):.2f}")
        yield table
    finally:
        grown.server.stop()
