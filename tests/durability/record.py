"""record.py DATA LOG FAMILIES ROUNDS: serves concurrent refreshes and code
redemptions with a `token` under the recording file layer. DATA is a data
directory with the person alice and the app app; beside LOG goes LOG.before,
the store as it was before the first request."""

import concurrent.futures
import shutil
import sys

from provider import BUILD, Program, Provider, redeem, refresh

data, log, families, rounds = sys.argv[1:]
families, rounds = int(families), int(rounds)
provider = Provider(data, families, families // 2)
shutil.copy(f"{data}/store/data.mdb", f"{log}.before")
asan = provider.environment.get("ASAN_OPTIONS")
if asan is not None:
    provider.environment["ASAN_OPTIONS"] = asan + ":verify_asan_link_order=0"
token = Program(
    provider,
    "token",
    LD_PRELOAD=f"{BUILD}/test/fault/record.so",
    LATCHKEY_RECORD_FILE=f"{data}/store/data.mdb",
    LATCHKEY_RECORD_LOG=log,
).start()


def need(answer):
    status, fields = answer
    if status != 200:
        sys.exit(f"record: {status} {fields}")
    return fields["refresh_token"]


def hold(held, first):
    """One app: gets a token somehow, then rotates it."""
    for _ in range(rounds):
        held = need(first(token, held))
        first = refresh


with concurrent.futures.ThreadPoolExecutor(max_workers=32) as pool:
    apps = [pool.submit(hold, t, refresh) for t in provider.tokens]
    apps += [pool.submit(hold, c, redeem) for c in provider.codes]
    for app in apps:
        app.result()
_, status = token.terminate()
if status != 0:
    sys.exit(f"record: token ended with {status}")
provider.sound()
print(f"{rounds * (families + families // 2)} answers")
