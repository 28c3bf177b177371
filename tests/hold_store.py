"""Holds the lock of writers of the store in DIR until standard input ends:
    hold_store.py DIR
Says "held" once it has it."""
import ctypes
import sys

lmdb = ctypes.CDLL("liblmdb.so.0")
env, txn = ctypes.c_void_p(), ctypes.c_void_p()


def check(code):
    if code:
        sys.exit(f"liblmdb: {code}")


check(lmdb.mdb_env_create(ctypes.byref(env)))
check(lmdb.mdb_env_open(env, sys.argv[1].encode(), 0, 0o600))
check(lmdb.mdb_txn_begin(env, None, 0, ctypes.byref(txn)))
print("held", flush=True)
sys.stdin.read()
lmdb.mdb_txn_abort(txn)
