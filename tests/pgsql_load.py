#!/usr/bin/python3
"""Apps that use two hosts of one provider at once, each request at either.

	pgsql_load.py STOP PATIENCE ISSUER PORT,PORT CLIENT SECRET COOKIE TOKEN...

Until there is a file STOP: each TOKEN is rotated, again and again; and codes
are got with the session COOKIE, redeemed, and what they gave is rotated. Each
answer must be the one that follows from those before it: a token that was given
is good at either host, and its successor is the next of its family.

PATIENCE is "none": every request has that answer. Or "retry": who gets 503, or
no answer at all, asks again, with the same token or for another code.
"""

import base64
import http.client
import itertools
import json
import os
import random
import sys
import threading
import time
import traceback
from urllib.parse import parse_qs, urlencode, urlsplit

stop, patience, issuer, ports, client, secret, cookie, *tokens = sys.argv[1:]
ports = [int(port) for port in ports.split(",")]
host = urlsplit(issuer).netloc
REDEEMERS = 4
CALLBACK = "http://127.0.0.1:9/cb"
# RFC 7636, appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
BASIC = "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode()
# No one waits longer for an answer, on any machine.
PATIENCE_S = 60

faults = []
rotations, codes, retries = itertools.count(), itertools.count(), itertools.count()


class Fault(Exception):
    pass


def generation(token):
    """Which of its family a refresh token is."""
    return int.from_bytes(base64.urlsafe_b64decode(token)[16:24], "big")


def once(method, path, headers, body=None):
    connection = http.client.HTTPConnection(
        "127.0.0.1", random.choice(ports), timeout=PATIENCE_S)
    try:
        connection.request(method, path, body, {"Host": host, **headers})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def ask(*request):
    """None: there was no answer."""
    try:
        status, headers, body = once(*request)
    except (http.client.HTTPException, OSError) as e:
        if patience == "none":
            raise Fault(repr(e)) from e
        status = None
    if patience != "none" and status in (None, 500, 502, 503):
        next(retries)
        time.sleep(0.05)
        return None
    return status, headers, body


def post_token(**fields):
    answer = ask("POST", "/token", {
        "Authorization": BASIC,
        "Content-Type": "application/x-www-form-urlencoded"}, urlencode(fields))
    if answer is None:
        return None
    return answer[0], json.loads(answer[2])


def refresh(token):
    """Its successor, however long it takes."""
    began = time.monotonic()
    while (answer := post_token(
            grant_type="refresh_token", refresh_token=token)) is None:
        if time.monotonic() - began > PATIENCE_S:
            raise Fault(f"no answer in {PATIENCE_S} s")
    status, fields = answer
    if status != 200:
        raise Fault(f"token {generation(token)}: {status} {fields}")
    successor = fields["refresh_token"]
    if generation(successor) != generation(token) + 1:
        raise Fault(f"{generation(token)} became {generation(successor)}")
    next(rotations)
    return successor


def get_code():
    query = urlencode({
        "response_type": "code", "client_id": client,
        "redirect_uri": CALLBACK, "scope": "openid offline_access",
        "state": "s", "nonce": "n", "code_challenge": CHALLENGE,
        "code_challenge_method": "S256"})
    answer = ask("GET", "/authorize?" + query, {"Cookie": cookie})
    if answer is None:
        return None
    found = parse_qs(urlsplit(answer[1].get("Location", "")).query)
    if "code" not in found:
        raise Fault(f"no code: {answer[0]} {found}")
    return found["code"][0]


def redeem():
    """A refresh token; None if an answer was lost on the way."""
    code = get_code()
    if code is None:
        return None
    answer = post_token(grant_type="authorization_code", code=code,
                        redirect_uri=CALLBACK, code_verifier=VERIFIER)
    if answer is None:
        return None
    status, fields = answer
    if status != 200:
        raise Fault(f"code: {status} {fields}")
    next(codes)
    return fields["refresh_token"]


def until_stopped(work, *given):
    try:
        while not faults and not os.path.exists(stop):
            given = work(*given)
    except Fault as e:
        faults.append(str(e))
    except Exception:  # pylint: disable=broad-except
        faults.append(traceback.format_exc())


def rotate(last, token):
    last[0] = refresh(token)
    return last, last[0]


def redeem_and_rotate():
    token = redeem()
    for _ in range(2):
        token = token and refresh(token)
    return ()


lasts = [[token] for token in tokens]
threads = [threading.Thread(target=until_stopped, args=(rotate, last, last[0]))
           for last in lasts]
threads += [threading.Thread(target=until_stopped, args=(redeem_and_rotate,))
            for _ in range(REDEEMERS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if not faults:
    try:
        for last in lasts:  # the last that was heard is good
            refresh(last[0])
    except Fault as e:
        faults.append(f"afterwards: {e}")
if faults:
    sys.exit(f"load: {faults[0]}")
print(f"{next(rotations)} rotations, {next(codes)} codes,"
      f" {next(retries)} asked again")
