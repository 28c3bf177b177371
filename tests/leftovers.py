"""Looks for secrets in the memory of processes: leftovers.py PID... < secrets

Standard input has a secret a line. Says, a line each, which of them are found
in which process, and where; nothing if none is.
"""
import sys

secrets = [line.rstrip("\n").encode() for line in sys.stdin]


def regions(pid):
    """The memory of a process that can be read, as (name, bytes)."""
    with open(f"/proc/{pid}/maps") as maps, \
            open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            span, rights, _, _, _, *name = line.split(maxsplit=5)
            start, end = (int(x, 16) for x in span.split("-"))
            if not rights.startswith("r") or end > 1 << 63:
                continue
            memory.seek(start)
            try:
                yield (name or ["(no name)"])[0].strip(), \
                    memory.read(end - start)
            except OSError:  # [vvar]
                pass


def program(pid):
    with open(f"/proc/{pid}/comm") as comm:
        return comm.read().strip()


for pid in sys.argv[1:]:
    for name, content in regions(pid):
        for secret in secrets:
            at = content.find(secret)
            if at >= 0:
                print(f"{program(pid)}: {secret.decode()} in {name}:",
                      content[max(0, at - 60):at + len(secret) + 20])
