#!/usr/bin/env python3
"""Makes lib/domain/common_passwords.inc, which a build only compiles:

  npm pack @zxcvbn-ts/language-common@4.1.3 && tar xzf zxcvbn-ts-*.tgz
  apt-get download python3-django && dpkg -x python3-django_*.deb django
  data/common-passwords/make.py package/src/passwords.json \\
      django/usr/lib/python3/dist-packages/django/contrib/auth/common-passwords.txt.gz \\
      >lib/domain/common_passwords.inc

README beside this file has the licences of the two lists.
"""
import gzip
import hashlib
import json
import sys

SHORTEST = 8  # PASSWORD_MIN of domain/password.h
HASH_LEN = 4
A_LINE = 6

with open(sys.argv[1], encoding="utf-8") as f:
    words = set(json.load(f))
with gzip.open(sys.argv[2], "rt", encoding="utf-8") as f:
    words |= set(f.read().split())
hashes = sorted({hashlib.blake2b(w.lower().encode(), digest_size=32).digest()[:HASH_LEN]
                 for w in words if len(w) >= SHORTEST})

print(f"""/*
 * The commonest passwords of {SHORTEST} characters or more: the first {HASH_LEN} bytes of the
 * BLAKE2b-256 of each in lower case, sorted. Made by data/common-passwords/make.py
 * from the lists of @zxcvbn-ts/language-common 4.1.3 (MIT) and of Django 3.2
 * (BSD-3-Clause); data/common-passwords/README has both licences.
 */""")
for i in range(0, len(hashes), A_LINE):
    print("", *(f"0x{h.hex()}," for h in hashes[i : i + A_LINE]))
