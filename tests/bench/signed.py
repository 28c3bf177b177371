"""Refreshes that bring a signature of the client's: a proof of possession (DPoP)
or an assertion (private_key_jwt). Each against the same refresh without it and
one verification of its algorithm, measured in the same run."""

import json
import os
import statistics
import sys

from instructions import Count, instructions_of_run
from served import (BASIC, BENCH, CALLBACK, ONLY_ACCESS, REFRESH, ROOT, SCOPE,
                    Server, Store, command)
from table import Table, in_turns, median_ratio, per_second

sys.path.append(str(ROOT / "tests"))
import assertion  # noqa: E402

ALGS = "EdDSA", "ES256"
WANTED = "Wanted: at most 1.3."
AT_ONCE = 12000  # that are signed before a load of a second
VERIFICATIONS = 2000
ASSERTION = ("&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3A"
             "client-assertion-type%3Ajwt-bearer&client_assertion=")


class Signer:
    """A key of ALG, and what it signs for the token endpoint of STORE."""

    def __init__(self, store, where, alg):
        self.issuer = f"http://127.0.0.1:{store.port}"
        self.file = str(where / f"{alg}.pem")
        self.client = f"keyed-{alg}"
        jwks = where / f"{alg}.jwks"
        jwks.write_text(command(ROOT / "tests/assertion.py", "make", alg,
                                self.file))
        add_client(store, self.client, "--auth", "private_key_jwt",
                   "--jwks", jwks)
        self.alg, self.signature = assertion.load(self.file)
        self.jwk = assertion.public_jwk(self.file)

    def proof(self):
        return assertion.put_together(
            self.signature,
            {"typ": "dpop+jwt", "alg": self.alg, "jwk": self.jwk},
            {"jti": assertion.secrets.token_urlsafe(16), "htm": "POST",
             "htu": f"{self.issuer}/token", "iat": assertion.now()}, ())

    def assertion(self):
        return assertion.put_together(
            self.signature, {"alg": self.alg, "kid": self.alg},
            {"iss": self.client, "sub": self.client, "aud": self.issuer,
             "jti": assertion.secrets.token_urlsafe(16),
             "iat": assertion.now(), "exp": assertion.now() + 600}, ())


def add_client(store, name, *options):
    store.latchkey("client", "add", name, "--redirect-uri", CALLBACK,
                   "--alg", "EdDSA", "--grant", "authorization_code",
                   "--grant", "refresh_token",
                   *[w for s in SCOPE.split() for w in ("--scope", s)],
                   *options)


def chain(store, client, ask_one):
    """Rotates a family of CLIENT's own, from its first token on in each run."""
    state = {}

    def ask(counted, i):
        if i == 0:
            state["token"] = store.families(1, 1, ONLY_ACCESS,
                                            client=client)[0]
        answer = ask_one(counted, REFRESH.replace("@", state["token"]))
        state["token"] = json.loads(answer)["refresh_token"]
    return ask


def verification(proof):
    """The instructions of one."""
    few, many = (instructions_of_run(BENCH / "verify", n, proof)
                 for n in (10, 30))
    return (many - few) / 20 / 1000


def count_signed(store, where, signers, many):
    table = Table(
        "Instructions of a refresh with a signature of the client's (callgrind, "
        "thousands)", "refresh", "algorithm", "without", "a verification",
        "with", "ratio",
        note="The ratio is to the same refresh without it and one "
             f"verification. {WANTED}")

    def count(client, ask):
        return Count(store, "token", where, chain(store, client, ask),
                     many=many).instructions / 1000

    public = count("spa", lambda c, body: c.post(
        "/token", body + "&client_id=spa", ""))
    secret = count("app", lambda c, body: c.post("/token", body, BASIC))
    for s in signers:
        one = verification(s.proof())
        for name, client, without, ask in (
                ("DPoP", "spa", public, lambda c, body: c.ask(
                    "POST", "/token", body + "&client_id=spa",
                    HTTP_DPOP=s.proof())),
                ("private_key_jwt", s.client, secret, lambda c, body: c.post(
                    "/token", body + ASSERTION + s.assertion(), ""))):
            with_it = count(client, ask)
            table.row(name, s.alg, f"{without:.0f}", f"{one:.0f}",
                      f"{with_it:.0f}", f"{with_it / (without + one):.2f}")
    return table


class Load:
    """Refreshes of one client, a signature each if SIGN makes them."""

    def __init__(self, server, where, name, client, rest, header="",
                 sign=None, signed_in=None):
        self.server, self.header, self.sign = server, header, sign
        self.body, self.signed_in = REFRESH + rest, signed_in
        self.tokens = where / f"signed-tokens-{name}"
        self.once = where / f"signed-{name}"
        self.tokens.write_text("\n".join(server.store.families(
            1000, 1000, ONLY_ACCESS, client=client)) + "\n")

    def ask(self):
        signed = None
        if self.sign is not None:
            self.once.write_text(
                "\n".join(self.sign() for _ in range(AT_ONCE)) + "\n")
            signed = self.once
        return self.server.latchkey(
            "/token", 8, 1, self.header, tokens=self.tokens, body=self.body,
            signed=signed, signed_in=self.signed_in)


def load_signed(server, where, signers, rounds):
    table = Table(
        "Refresh with a signature of the client's, 8 connections", "refresh",
        "algorithm", "without/s", "a verification, us", "with/s", "ratio",
        "failed",
        note="The ratio is of the time of one: to that of the same refresh "
             "without a signature and\none verification, shared by "
             f"{os.cpu_count()} processors. {WANTED}")
    public = Load(server, where, "public", "spa", "&client_id=spa")
    secret = Load(server, where, "secret", "app", "", BASIC)
    for s in signers:
        one = int(command(BENCH / "verify", VERIFICATIONS, s.proof())) / 1e9
        for name, plain, with_it in (
                ("DPoP", public, Load(
                    server, where, f"proof-{s.alg}", "spa", "&client_id=spa",
                    sign=s.proof, signed_in="header")),
                ("private_key_jwt", secret, Load(
                    server, where, f"assertion-{s.alg}", s.client,
                    ASSERTION + "SIGNED", sign=s.assertion,
                    signed_in="body"))):
            without, loads = in_turns(rounds, plain.ask, with_it.ask)
            bounds = [1 / (1 / a.rate + one / os.cpu_count())
                      for a in without]
            ratio = median_ratio(bounds, [a.rate for a in loads])
            table.row(name, s.alg,
                      per_second(statistics.median(a.rate for a in without)),
                      f"{one * 1e6:.0f}",
                      per_second(statistics.median(a.rate for a in loads)),
                      f"{ratio:.2f}",
                      sum(a.failures for a in [*without, *loads]))
    return table


def signed(where, options):
    store = Store(where, "signed")
    add_client(store, "spa", "--public")
    signers = [Signer(store, where, alg) for alg in ALGS]
    yield count_signed(store, where, signers, 8 if options.quick else 14)
    with Server(store, where, options.server) as server:
        yield load_signed(server, where, signers, 1 if options.quick else 7)
