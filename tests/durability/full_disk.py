"""full_disk.py DATA tmpfs|limit: the disk fills up while apps rotate their
tokens and redeem codes, many at a time. DATA is on a disk of 4 MiB of its
own (tmpfs), or the program's files may grow no further (limit).

Nothing is half done: who was refused holds what he held, and it is good once
there is room again; who was answered holds what he got."""

import collections
import concurrent.futures
import os
import resource
import signal
import sys

from provider import Program, Provider, generation, redeem, refresh

FAMILIES, CODES = 12, 400
data, how = sys.argv[1:]
store = f"{data}/store/data.mdb"
filler = f"{data}/filler"
provider = Provider(data, FAMILIES, CODES)
room = os.path.getsize(store) + 24 * 4096  # for some, and not for all


def fill():
    """Leaves just so much."""
    with open(filler, "wb", buffering=0) as f:
        size = os.statvfs(data)
        f.write(bytes((size.f_bavail - 24) * size.f_frsize))


def limit_size():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))


program = Program(provider, "token")
if how == "tmpfs":
    fill()
    program.start()
else:
    program.start(preexec_fn=limit_size)


def check(answer):
    """The new token; None for a refusal that blames nobody but us."""
    status, fields = answer
    if status == 200:
        return fields["refresh_token"]
    if (status, fields) != (500, {"error": "server_error"}):
        sys.exit(f"full_disk: {status} {fields}")
    return None


def rotate(token, turns):
    """An app that asks again when it is refused."""
    refused = 0
    for _ in range(turns):
        given = check(refresh(program, token))
        refused += given is None
        if given is not None and generation(given) != generation(token) + 1:
            sys.exit("full_disk: a token was rotated and refused")
        token = given or token
    return token, refused


with concurrent.futures.ThreadPoolExecutor(max_workers=32) as pool:

    def submit(codes):
        return [pool.submit(lambda c: check(redeem(program, c)), c) for c in codes]

    redeemed = submit(provider.codes[: CODES // 2])
    rotated = [pool.submit(rotate, t, 30) for t in provider.tokens]
    redeemed += submit(provider.codes[CODES // 2 :])
    rotated = [r.result() for r in rotated]
    redeemed = [r.result() for r in redeemed]

refused = collections.Counter(
    rotations=sum(n for _, n in rotated), codes=redeemed.count(None)
)
if how == "tmpfs":
    os.unlink(filler)
else:
    program.terminate()
    program.start()

# There is room again: nobody has lost anything. Codes first, and at once: they are
# good for a minute.
with concurrent.futures.ThreadPoolExecutor(max_workers=32) as pool:
    answers = pool.map(
        lambda code, given: redeem(program, code)
        if given is None
        else refresh(program, given),
        provider.codes,
        redeemed,
    )
    for given, (status, fields) in zip(redeemed, answers):
        if status != 200:
            what = "a code" if given is None else "what a code gave"
            sys.exit(f"full_disk: {what} was lost: {status} {fields}")
for token, _ in rotated:
    status, fields = refresh(program, token)
    if status != 200 or generation(fields["refresh_token"]) != generation(token) + 1:
        sys.exit(f"full_disk: a token was lost: {status} {fields}")
_, status = program.terminate()
if status != 0:
    sys.exit(f"full_disk: the program ended with {status}")
provider.sound()
print(f"refused {refused['rotations']} rotations and {refused['codes']} codes")
if refused["codes"] == 0 or refused["codes"] == CODES:
    sys.exit("full_disk: the disk was not full in the middle")
