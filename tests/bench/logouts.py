"""What telling apps of logouts takes from those who are answered at that time."""

import json
import subprocess
import sys
import time

from served import (BASIC, BUILD, CALLBACK, ONLY_ACCESS, REFRESH, ROOT, Server,
                    Store, command, free_port)
from table import Table, in_turns, median_ratio, milliseconds
from throughput import failed, median, token_file

SESSIONS, APPS = 30, 10  # the last app is down
TOLD_S = 60              # by when the others must have been told
SECONDS = 1


class Apps:
    """Real HTTPS servers, a process each, and their clients."""

    def __init__(self, store, where):
        self.store, self.where, self.processes = store, where, []
        command("/usr/bin/python3", ROOT / "tests/certificate.py",
                where / "app", "-1", "1", "127.0.0.1")
        (where / "app.pem").chmod(0o644)
        with open(store.dir / "latchkey.conf", "a") as conf:
            conf.write(f"ca_file = {where / 'app.pem'}\n")
        self.ports = [free_port() for _ in range(APPS)]
        for i, port in enumerate(self.ports[:-1]):
            self.serve(i, port)
        for i in range(APPS):
            self.register(i)

    def serve(self, i, port):
        process = subprocess.Popen(
            ["nice", "-n", "19", ROOT / "tests/receiver.py", self.where / "app.pem",
             self.where / "app.key", str(port), self.where / f"told{i}"],
            stdout=subprocess.PIPE, text=True)
        process.stdout.readline()
        self.processes.append(process)

    def register(self, i):
        self.store.latchkey(
            "client", "add", f"told{i}", "--trusted", "--redirect-uri",
            CALLBACK, "--backchannel-logout-uri",
            f"https://127.0.0.1:{self.ports[i]}/ok")

    def told(self):
        """Which tokens have come."""
        tokens = set()
        for i in range(APPS - 1):
            log = self.where / f"told{i}"
            if log.exists():
                tokens.update(json.loads(line)["body"]
                              for line in log.read_text().splitlines())
        return len(tokens)

    def sign_in(self):
        """What waits for the app that is down goes with its client."""
        self.store.latchkey("client", "del", f"told{APPS - 1}")
        self.register(APPS - 1)
        self.store.seed("sessions", SESSIONS, "told", "alice")

    def wait_told(self, count):
        until = time.monotonic() + TOLD_S
        while self.told() < count:
            if time.monotonic() > until:
                sys.exit(f"bench: {self.told()} of {count} logouts were told")
            time.sleep(0.05)

    def end(self):
        for process in self.processes:
            process.terminate()
            process.communicate()


def slowest(loads):
    return [load.p99_us for load in loads]


def logouts(where, options):
    rounds = 3 if options.quick else 9
    store = Store(where, "logouts")
    apps = Apps(store, where)
    took = []
    with Server(store, where, options.server) as server:
        tokens = token_file(where, "tokens",
                            store.families(1000, 1000, ONLY_ACCESS))

        def ask():
            return server.latchkey("/token", 1, SECONDS, BASIC, tokens=tokens,
                                   body=REFRESH)

        def ask_while_telling():
            apps.sign_in()
            wanted = apps.told() + SESSIONS * (APPS - 1)
            began = time.monotonic()
            store.latchkey("session", "end", "--user", "alice")
            load = ask()
            apps.wait_told(wanted)
            took.append(time.monotonic() - began)
            return load

        try:
            quiet, telling = in_turns(rounds, ask, ask_while_telling)
        finally:
            apps.end()
    table = Table(
        "Refresh while apps are told of logouts",
        "logouts", "apps", "down", "all told after s", "p99 ms quiet",
        "p99 ms while telling", "ratio", "failed",
        note="One connection refreshes. The apps are HTTPS servers in other "
             "processes on the same\nmachine, which give way. Wanted: at most "
             "1.1.")
    table.row(
        SESSIONS * APPS, APPS, 1, f"{sorted(took)[len(took) // 2]:.1f}",
        milliseconds(median(quiet, "p99_us")),
        milliseconds(median(telling, "p99_us")),
        f"{median_ratio(slowest(telling), slowest(quiet)):.2f}",
        failed(quiet, telling))
    yield table
