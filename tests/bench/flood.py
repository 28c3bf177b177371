#!/usr/bin/python3
"""What a flood of guesses does to everybody else.

	flood.py guess PORT TARGET COUNT

guesses passwords at TARGET, COUNT at once, each from an address of its own and
without a pause, until its standard input ends; prints how many answers of each
status there were. `make bench` runs it beside what it measures.
"""

import asyncio
import collections
import html
import http.client
import itertools
import re
import statistics
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlencode, urlsplit

from served import (BASIC, CALLBACK, CHALLENGE, CREDENTIALS, EXCHANGE,
                    PASSWORD, Server, Store)
from table import Table

GUESSERS = 128
SETTLE_S = 3   # until the line is as long as it gets
ASKED = 60     # times, of what is measured
SIGN_INS = 9   # fewer than a browser's tries
BOUND_MS = 10  # or three times what it is in quiet

FORM = "application/x-www-form-urlencoded"


def fields(page):
    return {html.unescape(name): html.unescape(value) for name, value in
            re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"',
                       page)}


# --- those who guess ----------------------------------------------------------

async def ask(port, source, line, cookies="", body=""):
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, local_addr=(source, 0))
    try:
        writer.write("\r\n".join([
            f"{line} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close",
            f"Cookie: {cookies}", f"Content-Type: {FORM}",
            f"Content-Length: {len(body)}", "", body]).encode())
        return (await reader.read()).decode()
    finally:
        writer.close()


async def guess(port, target, number, answers):
    source = f"127.0.1.{number}"
    page = await ask(port, source, f"GET {target}")
    cookies = "; ".join(re.findall(r"(?im)^set-cookie: ([^;]*)", page))
    form = dict(fields(page), step="login", password="not the one")
    for i in itertools.count():
        answer = await ask(port, source, "POST /authorize", cookies, urlencode(
            dict(form, username=f"person{number}-{i}")))
        answers[answer[9:12]] += 1


async def guess_all(port, target, count):
    answers = collections.Counter()
    guessers = [asyncio.create_task(guess(port, target, n + 1, answers))
                for n in range(count)]
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for one in guessers:
        one.cancel()
    print(*(f"{status} {n}" for status, n in sorted(answers.items())))


class Guessers:
    def __init__(self, port, target):
        self.process = subprocess.Popen(
            [sys.executable, __file__, "guess", str(port), target,
             str(GUESSERS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True)
        self.began = time.monotonic()

    def stop(self):
        """How many answers of each status a second."""
        words = self.process.communicate()[0].split()
        passed = time.monotonic() - self.began
        return {status: int(n) / passed
                for status, n in zip(words[::2], words[1::2])}


# --- everybody else -----------------------------------------------------------

class Browser:
    def __init__(self, port):
        self.port, self.jar = port, {}

    def ask(self, method, target, form=None, **headers):
        """The status, where it leads to, the text, and after how many ms."""
        if form is not None:
            headers["Content-Type"] = FORM
        if self.jar:
            headers["Cookie"] = "; ".join(map("=".join, self.jar.items()))
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        began = time.monotonic()
        connection.request(method, target, form, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        ms = (time.monotonic() - began) * 1000
        connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.jar[name] = value
        return answer.status, answer.headers.get("Location", ""), text, ms


class People:
    """A person who has signed in, and an app. What they do takes so many ms."""

    def __init__(self, port):
        self.person, self.app = Browser(port), Browser(port)
        self.target = "/authorize?" + urlencode({
            "response_type": "code", "client_id": "app", "scope": "openid",
            "redirect_uri": CALLBACK, "state": "s",
            "code_challenge": CHALLENGE, "code_challenge_method": "S256"})
        self.sign_in()
        self.consent_page()
        self.consent()

    def answer(self, page, **answers):
        return self.person.ask("POST", "/authorize",
                               urlencode(dict(fields(page), **answers)))

    def sign_in(self):
        page = self.person.ask("GET", self.target + "&prompt=login")[2]
        status, _, _, ms = self.answer(page, step="login", username="alice",
                                       password=PASSWORD)
        expect(status == 303, "a sign-in")
        return ms

    def single_sign_on(self):
        _, where, _, ms = self.person.ask("GET", self.target + "&prompt=none")
        expect("code=" in where, "single sign-on")
        self.code = parse_qs(urlsplit(where).query)["code"][0]
        return ms

    def consent_page(self):
        status, _, self.page, ms = self.person.ask(
            "GET", self.target + "&prompt=consent")
        expect(status == 200, "the page for consent")
        return ms

    def consent(self):
        _, where, _, ms = self.answer(self.page, step="allow")
        expect("code=" in where, "consent")
        return ms

    def token(self, body):
        status, _, _, ms = self.app.ask("POST", "/token", body,
                                        Authorization=BASIC.split(": ")[1])
        expect(status == 200, "/token")
        return ms

    def code_exchange(self):
        return self.token(EXCHANGE.replace("@", self.code))

    def credentials(self):
        return self.token(CREDENTIALS)

    def medians(self):
        times = {what: [] for what in MEASURED}
        for _ in range(ASKED):
            for what, ask in MEASURED.items():
                times[what].append(ask(self))
        return {what: statistics.median(t) for what, t in times.items()}


MEASURED = {
    "single sign-on": People.single_sign_on,
    "/token, a code": People.code_exchange,
    "the page for consent": People.consent_page,
    "consent": People.consent,
    "/token, client_credentials": People.credentials,
}


def expect(good, what):
    if not good:
        sys.exit(f"bench: {what} was refused")


def flood(where, options):
    store = Store(where, "flood")
    with Server(store, where, options.server):
        people = People(store.port)
        people.medians()  # neither begins cold
        quiet = people.medians()
        guessers = Guessers(store.port, people.target)
        time.sleep(SETTLE_S)
        loud = people.medians()
        signed_in = statistics.median(people.sign_in() for _ in range(SIGN_INS))
        guessed = guessers.stop()
    table = Table(
        f"While {GUESSERS} guess passwords, behind {options.server}",
        "request", "in quiet, ms", "while they guess, ms", "ratio",
        note=f"Medians of {ASKED}. Each guesses from an address of its own and "
             "does not pause: "
             f"{guessed.get('403', 0):.0f} a second were\ntried, "
             f"{guessed.get('503', 0):.0f} refused. {SIGN_INS} sign-ins "
             f"in that time, by a browser that had signed in before, took\n"
             f"{signed_in:.0f} ms. Wanted: at most three times as long as in "
             f"quiet, or {BOUND_MS} ms.")
    for what in MEASURED:
        table.row(what, f"{quiet[what]:.1f}", f"{loud[what]:.1f}",
                  f"{loud[what] / quiet[what]:.2f}")
    yield table


if __name__ == "__main__":
    asyncio.run(guess_all(int(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
