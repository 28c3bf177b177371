"""sigterm.py DATA TIMES: SIGTERM to a `token` under load, and another one
behind the same socket. Every request gets its answer, from the one that was
told to end or from the next; none is cut off."""

import random
import signal
import sys
import threading
import time

from provider import Gone, Program, Provider, generation, refresh

APPS, SECONDS_TO_END = 24, 5
data, times = sys.argv[1], int(sys.argv[2])
provider = Provider(data, APPS)
program = Program(provider, "token").start()
stopping = threading.Event()
faults = []


def rotate(token):
    while not stopping.is_set():
        try:
            status, fields = refresh(program, token)
        except Gone:
            faults.append("a request was cut off")
            return
        except Exception as e:
            faults.append(repr(e))
            return
        if status != 200:
            faults.append(f"{status} {fields}")
            return
        token = fields["refresh_token"]
    turns.append(generation(token) - 1)


def ask_on_kept():
    """Three requests over one connection, and one more that stays there."""
    s = program.connect()
    for _ in range(3):
        status, fields = program.ask_over(s, True, grant_type="none")
        if (status, fields["error"]) != (400, "unsupported_grant_type"):
            faults.append(f"kept connection: {status} {fields}")
    return s


turns = []
threads = [threading.Thread(target=rotate, args=(t,)) for t in provider.tokens]
for t in threads:
    t.start()
slowest = 0
for _ in range(times):
    time.sleep(random.random() * 0.08)
    took, status = program.terminate()
    slowest = max(slowest, took)
    # It may have been too young to know what to do; then it had no request.
    if status not in (0, -signal.SIGTERM):
        faults.append(f"token ended with {status}")
    program.start()
stopping.set()
for t in threads:
    t.join()
# What a web server keeps open for more (FCGI_KEEP_CONN) holds nobody up.
with ask_on_kept():
    slowest = max(slowest, program.terminate()[0])
if faults:
    sys.exit(f"sigterm: {faults[0]} ({len(faults)} faults)")
provider.sound()
print(f"{times} times, {sum(turns)} answers, ended in {slowest:.2f} s at most")
if slowest > SECONDS_TO_END:
    sys.exit("sigterm: too slow to end")
