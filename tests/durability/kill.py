"""kill.py DATA KILLS: kill -9, again and again at random moments, of
the processes that serve one store: `token` and `refresh` under FastCGI (leader
and members of a commit are threads of either) and `token` as plain CGI.

At the same time apps rotate their tokens, two copies of each app at once,
and redeem codes. Each answer is noted here, outside, and must stay
true: a token that was given is good, and has one successor and no other."""

import itertools
import os
import random
import sys
import threading
import time

from provider import CGI, Gone, Program, Provider, generation, redeem, refresh

FAMILIES = 8
data, kills = sys.argv[1], int(sys.argv[2])
seed = random.randrange(1 << 32)
random.seed(seed)
provider = Provider(data, FAMILIES)
served = [Program(provider, "token").start(), Program(provider, "refresh").start()]
cgi = CGI(provider, "token")
ways = {refresh: [*served, *served, cgi], redeem: [served[0], cgi]}

stopping = threading.Event()
faults = []
answers = itertools.count()
retries = itertools.count()


def fault(what):
    faults.append(what)
    stopping.set()


def insist(ask, credential):
    """As an app that never heard: until there is an answer."""
    while True:
        try:
            answer = ask(random.choice(ways[ask]), credential)
            next(answers)
            return answer
        except Gone:
            next(retries)


class Family:
    """Two copies of an app that hold the same token, side by side."""

    def __init__(self, token):
        self.token, self.before = token, None
        self.given = []  # for the token both present
        self.meet = threading.Barrier(2, self.go_on)

    def go_on(self):
        successors = set(self.given)
        if len(successors) != 1:
            fault(f"{len(successors)} successors of one token")
        successor = successors.pop()
        if generation(successor) != generation(self.token) + 1:
            fault(f"{generation(self.token)} became {generation(successor)}")
        self.before, self.token, self.given = self.token, successor, []
        if stopping.is_set():
            raise threading.BrokenBarrierError

    def rotate(self):
        try:
            while True:
                status, fields = insist(refresh, self.token)
                if status != 200:
                    fault(f"token {generation(self.token)} lost: {status} {fields}")
                    self.meet.abort()
                    return
                self.given.append(fields["refresh_token"])
                self.meet.wait(120)
        except threading.BrokenBarrierError:
            if not stopping.is_set():
                fault("the other copy had no answer in 120 s")
        except Exception as e:
            fault(repr(e))
            self.meet.abort()


redeemed = []


def redeem_codes():
    """A code works once, so one whose answer was lost is lost; but what was
    answered stays true."""
    try:
        while not stopping.is_set():
            for code in provider.seed_codes(10):
                status, fields = insist(redeem, code)
                if status == 200:
                    redeemed.append(fields["refresh_token"])
                elif fields["error"] != "invalid_grant":
                    fault(f"code: {status} {fields}")
    except Exception as e:
        fault(repr(e))


def first_answer_s():
    """From the start of a program to its answer; the longer, the farther its store."""
    code = provider.seed_codes(1)[0]
    served[0].kill()
    began = time.monotonic()
    redeem(served[0].start(), code)
    return time.monotonic() - began


def kill_cgi():
    for process in list(cgi.running):
        process.kill()
        return 1
    return 0


def kill_some():
    """One process or both, and how many."""
    victims = random.choice([served, *([p] for p in served), []])
    for program in victims:
        program.kill()
    for program in victims:
        program.start()
    return len(victims) or kill_cgi()


families = [Family(t) for t in provider.tokens]
threads = [threading.Thread(target=f.rotate) for f in families for _ in range(2)]
threads.append(threading.Thread(target=redeem_codes))
# Some are killed as they start, some after a few answers.
longest = max(0.05, 3 * first_answer_s())
began = time.monotonic()
for t in threads:
    t.start()
killed = 0
while killed < kills and not stopping.is_set():
    time.sleep(random.random() * random.choice([0.1, 0.4, 1]) * longest)
    killed += kill_some()
stopping.set()
for t in threads:
    t.join()
took = time.monotonic() - began

# The last token that was heard is good.
last = {}
for f in families:
    if faults:
        break
    status, fields = insist(refresh, f.token)
    if status != 200 or generation(fields["refresh_token"]) != generation(f.token) + 1:
        fault(f"afterwards: {status} {fields}")
    else:
        last[f] = fields["refresh_token"]
# Once nothing can arrive late any more, an older one ends the family.
with open(os.path.join(data, "latchkey.conf"), "a", encoding="utf-8") as conf:
    conf.write("refresh_grace = 0\n")
for f in families:
    if faults or f.before is None:
        continue
    for token in (f.before, f.token, last[f]):
        status, fields = insist(refresh, token)
        if (status, fields.get("error")) != (400, "invalid_grant"):
            fault(f"an older token: {status} {fields}")
for token in redeemed:
    if not faults and insist(refresh, token)[0] != 200:
        fault("what a code gave is lost")
for program in served:
    program.terminate()
if not faults:
    provider.sound()
if faults:
    sys.exit(f"kill: {faults[0]} (after {killed} kills, seed {seed})")
turns = sum(generation(f.token) - 1 for f in families)
print(
    f"{killed} kills in {took:.0f} s; {next(answers)} answers, {next(retries)}"
    f" asked again; {turns} rotations acknowledged twice, {len(redeemed)} codes"
)
if turns < killed / 10 or not redeemed:
    sys.exit("kill: too little was done to show anything")
