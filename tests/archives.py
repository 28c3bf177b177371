#!/usr/bin/python3
"""archives.py BACKUP LATCHKEY SCRATCH: restores each of many archives that are
not as BACKUP is, into a directory that is not there. Each must be refused, with
a line that names it and says what is wrong, and leave nothing.

archives.py seeds DIR: small ones, for tests/fuzz/archive.c."""

import hashlib
import io
import os
import random
import re
import subprocess
import sys
import tarfile

HEAD, SUMS = "latchkey-backup", "latchkey-backup.sums"
BLOCK = 512


def header(name, size, kind=tarfile.REGTYPE, mode=0o600, link=""):
    """As ours are: without an owner, of the time 0."""
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.type, info.linkname = size, mode, kind, link
    block = info.tobuf(tarfile.USTAR_FORMAT)
    return block


def entry(name, content, **options):
    padding = bytes(-len(content) % BLOCK)
    return header(name, len(content), **options) + content + padding


def sums_of(files):
    return "".join(
        f"BLAKE2b-256 ({name}) = "
        f"{hashlib.blake2b(content, digest_size=32).hexdigest()}\n"
        for name, content in files).encode()


def build(files, before_sums=b"", sums=None):
    """FILES are (name, content)."""
    out = b"".join(entry(*f) for f in files) + before_sums
    out += entry(SUMS, sums_of(files) if sums is None else sums)
    return out + bytes(2 * BLOCK)


def take_apart(backup):
    with tarfile.open(fileobj=io.BytesIO(backup)) as tar:
        return [(m.name, tar.extractfile(m).read()) for m in tar
                if m.name != SUMS]


def replaced(files, name, change):
    return [(n, change(c) if n == name else c) for n, c in files]


def with_link(files, kind, name="apps/x.conf", to="/etc/passwd"):
    return build(files, before_sums=header(name, 0, kind=kind, link=to))


def crafted(files):
    """Of whole archives with right sums: what is in them is wrong."""
    head = dict(files)[HEAD]
    newer = head.replace(b"format 1\n", b"format 2\n").replace(
        b"version ", b"version 9.9.9-")
    yield "newer", build(replaced(files, HEAD, lambda c: newer)), \
        "newer latchkey (9.9.9-"
    far = re.sub(rb"time [0-9]+", b"time 9223372036854775807", head)
    yield "of a far time", build(replaced(files, HEAD, lambda c: far)), \
        "is damaged"
    for name in ("../evil", "/etc/evil", "keys/../../evil", "apps/../x",
                 "keys/a/b.pem", "other", ".hidden", "apps/.x", "store/x",
                 "keys/x.txt", "store/lock.mdb", "slots/1", "mail/new/x",
                 "templates/", "x y.svg", "latchkey-backup"):
        extra = entry(name, b"x")
        yield f"path {name}", build(files, before_sums=extra), \
            (f"has {name} in it", "is damaged", "in it twice")
    for kind, word in ((tarfile.SYMTYPE, "symlink"), (tarfile.LNKTYPE, "link"),
                       (tarfile.DIRTYPE, "directory"), (tarfile.FIFOTYPE, "fifo"),
                       (tarfile.CHRTYPE, "device"), (tarfile.XHDTYPE, "pax"),
                       (tarfile.GNUTYPE_LONGNAME, "long name")):
        yield word, with_link(files, kind), "has a link, a directory"
    yield "twice", build(files + [("latchkey.conf", b"x")]), "in it twice"
    yield "too large", build(files + [("apps/x.conf", bytes((1 << 20) + 1))]), \
        "has more in it than a backup has"
    yield "many", build(files + [(f"apps/{i}.conf", b"") for i in range(1001)]), \
        "has more in it than a backup has"
    yield "other sums", build(files, sums=sums_of(files)[::-1]), "is damaged"
    yield "no sums", b"".join(entry(*f) for f in files) + bytes(2 * BLOCK), \
        "has no sums at its end"
    yield "no store", build([f for f in files if not f[0].startswith("store/")]), \
        "store"
    yield "no settings", build([f for f in files if f[0] != "latchkey.conf"]), \
        "settings"
    yield "no secret key", build([f for f in files if f[0] != "secret.key"]), \
        "secret.key"
    yield "no keys", build([f for f in files if not f[0].startswith("keys/")]), \
        "keys/"
    yield "another secret key", build(replaced(
        files, "secret.key", lambda c: b"A" * 43 + b"\n")), "secret.key"
    yield "another issuer", build(replaced(
        files, "latchkey.conf", lambda c: re.sub(
            rb"(?m)^issuer = .*", b"issuer = https://a.example.org", c))), \
        "its settings are of"
    yield "bad settings", build(replaced(
        files, "latchkey.conf", lambda c: c + b"nonsense = 1\n")), "nonsense"
    store = next(n for n, _ in files if n.startswith("store/"))
    yield "half a store", build(replaced(
        files, store, lambda c: c[:len(c) // 2])), "store"
    yield "no such store", build(replaced(
        files, store, lambda c: b"x" * len(c))), "store"
    yield "empty head", build(replaced(files, HEAD, lambda c: b"")), "damaged"
    yield "keyless with keys", build(replaced(
        files, HEAD, lambda c: c.replace(b"keys yes", b"keys no"))), \
        "says that it has no keys"
    yield "mode", build(files, before_sums=entry(
        "apps/x.conf", b"", mode=0o4755)), "damaged"


def spoiled(backup):
    """The archive as it is, with less or other bytes."""
    ends = {0, 1, 100, 511, 512, 513, 600, len(backup) - 1,
            len(backup) - 512, len(backup) - 513, len(backup) - 1024,
            len(backup) - 1025}
    ends |= {random.randrange(len(backup)) for _ in range(30)}
    for end in sorted(ends):
        yield f"cut at {end}", backup[:end], ("cut short", "not a backup")
    places = {random.randrange(len(backup)) for _ in range(60)}
    places |= {i for at in range(0, len(backup), BLOCK) if backup[at + 257:at + 262] == b"ustar"
               for i in (at, at + 100, at + 125, at + 140, at + 150, at + 156,
                         at + 260, at + 300, at + 400, at + 511)}
    for at in sorted(places):
        other = bytearray(backup)
        other[at] ^= 1 << random.randrange(8)
        yield f"changed at {at}", bytes(other), \
            ("is damaged", "not a backup", "in it", "cut short", "newer",
             "than a backup has", "no sums")
    yield "with more", backup + b"x", "has more after its end"
    yield "nothing", b"", ("cut short", "not a backup")
    yield "text", b"hello, world\n" * 1000, "not a backup"


def leave(directory, backup):
    files = [(HEAD, take_apart(backup)[0][1])] if backup else [
        (HEAD, b"latchkey backup, format 1\nversion 1\n"
               b"issuer https://id.example.org\ntime 5\nkeys yes\n"),
        ("store/data.mdb", b"store"), ("keys/a.pem", b"key"),
        ("secret.key", b"secret"), ("latchkey.conf", b"issuer = x\n"),
        ("logo.svg", b"<svg/>"), ("apps/a.conf", b"")]
    os.makedirs(directory, exist_ok=True)
    for i, (_, archive, _) in enumerate(
            [("whole", build(files), ""), *list(crafted(files))[:40]]):
        if len(archive) < 20000:
            with open(os.path.join(directory, f"{i:02}"), "wb") as f:
                f.write(archive)


def main():
    if sys.argv[1] == "seeds":
        return leave(sys.argv[2], b"")
    backup_file, latchkey, scratch = sys.argv[1:]
    seed = random.randrange(1 << 32)
    random.seed(seed)
    with open(backup_file, "rb") as f:
        backup = f.read()
    files = take_apart(backup)
    target, count = os.path.join(scratch, "restored"), 0
    for name, archive, said in [*crafted(files), *spoiled(backup)]:
        bad = os.path.join(scratch, "bad.tar")
        with open(bad, "wb") as f:
            f.write(archive)
        run = subprocess.run([latchkey, "-d", target, "restore", bad],
                             capture_output=True, text=True, check=False)
        said = (said,) if isinstance(said, str) else said
        if (run.returncode != 1 or run.stderr.count("\n") != 1 or
                f"latchkey: {bad}" not in run.stderr or
                not any(s in run.stderr for s in said)):
            sys.exit(f"{name} (seed {seed}): {run.returncode} {run.stdout}"
                     f"{run.stderr}")
        left = set(os.listdir(scratch)) - {"bad.tar"}
        if left:
            sys.exit(f"{name} (seed {seed}): left {left}")
        count += 1
    print(f"{count} archives refused")


main()
