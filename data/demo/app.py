#!/usr/bin/python3
"""A sample app that signs people in with OpenID Connect.

It is an ordinary confidential client and would work with any provider: a CGI
program, Python's standard library, and PyJWT to verify tokens. Its settings
and its sessions are in the directory $SAMPLE_APP; what it looks like is in
pages.py.
"""

import base64
import fcntl
import hashlib
import http.cookies
import json
import os
import secrets
import sys
import urllib.error
import urllib.parse
import urllib.request

import jwt

import pages

HOME = os.environ["SAMPLE_APP"]
SCOPE = "openid profile email groups offline_access api:hello"
COOKIE = "sample_app_session"
# Those that a provider may sign with; a secret that both know (HS256) is none.
ALGORITHMS = ["RS256", "EdDSA"]

with open(os.path.join(HOME, "config.json"), encoding="utf-8") as file:
    CONFIG = json.load(file)
ISSUER, APP = CONFIG["issuer"], CONFIG["app_url"]
CLIENT_ID, CLIENT_SECRET = CONFIG["client_id"], CONFIG["client_secret"]


class Problem(Exception):
    """Something the person at the browser should be told."""


# --- sessions: the browser has an opaque name, the server has the tokens ------


class Session:
    """A JSON file, locked for as long as a request lasts: two tabs that refresh
    at once must not use one refresh token twice."""

    def __init__(self):
        cookie = http.cookies.SimpleCookie(os.environ.get("HTTP_COOKIE", ""))
        name = cookie[COOKIE].value if COOKIE in cookie else ""
        self.data, self.file, self.fresh = {}, None, None
        if name and os.path.exists(self.path(name)):
            self.file = open(self.path(name), "r+", encoding="utf-8")
            fcntl.flock(self.file, fcntl.LOCK_EX)
            self.data = json.loads(self.file.read() or "{}")

    @staticmethod
    def path(name):
        digest = hashlib.sha256(name.encode()).hexdigest()
        return os.path.join(HOME, "sessions", digest + ".json")

    def renew(self, data):
        """Another name, so that one planted before sign-in is worth nothing."""
        self.end()
        self.data, self.fresh = data, secrets.token_urlsafe(32)
        self.file = open(self.path(self.fresh), "x", encoding="utf-8")

    def end(self):
        if self.file:
            os.unlink(self.file.name)
        self.data, self.file = {}, None

    def save(self):
        if self.file:
            self.file.seek(0)
            self.file.truncate()
            json.dump(self.data, self.file)
            self.file.flush()


# --- talking to the provider --------------------------------------------------


def fetch(url, form=None, headers=None):
    """The status and the JSON of an answer."""
    body = urllib.parse.urlencode(form).encode() if form is not None else None
    request = urllib.request.Request(url, body, headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        text = refusal.read().decode(errors="replace")
        try:
            return refusal.code, json.loads(text)
        except ValueError:
            return refusal.code, {"error": text or refusal.reason}


def discover():
    status, provider = fetch(ISSUER + "/.well-known/openid-configuration")
    if status != 200 or provider.get("issuer") != ISSUER:
        raise Problem("The provider cannot be reached.")
    return provider


def ask_for_tokens(provider, **form):
    """The token endpoint; we authenticate with client_secret_basic."""
    pair = ":".join(urllib.parse.quote_plus(s) for s in (CLIENT_ID, CLIENT_SECRET))
    basic = base64.b64encode(pair.encode()).decode()
    return fetch(provider["token_endpoint"], form, {"Authorization": "Basic " + basic})


def verify_id_token(provider, token, nonce=None):
    """The claims, if signature, iss, aud, exp and nonce are right."""
    key = jwt.PyJWKClient(provider["jwks_uri"]).get_signing_key_from_jwt(token)
    claims = jwt.decode(
        token, key.key, algorithms=ALGORITHMS, audience=CLIENT_ID, issuer=ISSUER,
        options={"require": ["exp", "iat", "sub"]})
    if nonce is not None and claims.get("nonce") != nonce:
        raise jwt.InvalidTokenError("it answers another question (nonce)")
    return claims


def keep(session, tokens):
    """Takes over what the token endpoint gave."""
    session["access_token"] = tokens["access_token"]
    session["id_token"] = tokens.get("id_token", session.get("id_token"))
    session["used"] = session.get("used", [])
    if session.get("refresh_token") not in (None, tokens.get("refresh_token")):
        session["used"].append(session["refresh_token"])
    session["refresh_token"] = tokens.get("refresh_token")


# --- what a person can do -----------------------------------------------------


def login(session, _query):
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    asked = {"state": secrets.token_urlsafe(24), "nonce": secrets.token_urlsafe(24)}
    session.renew({"asked": dict(asked, verifier=verifier)})
    return discover()["authorization_endpoint"] + "?" + urllib.parse.urlencode({
        "response_type": "code", "client_id": CLIENT_ID, "scope": SCOPE,
        "redirect_uri": APP + "callback", **asked,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256"})


def callback(session, query):
    asked = session.data.pop("asked", None)
    if not asked or not secrets.compare_digest(
            asked["state"].encode(), query.get("state", "").encode()):
        raise Problem("This answer is to a request that this browser did not make (state).")
    if query.get("iss") != ISSUER:  # RFC 9207: another provider's answer
        raise Problem("This answer comes from another provider (iss).")
    if "error" in query:
        raise Problem("The provider said: %s. %s" % (
            query["error"], query.get("error_description", "")))
    provider = discover()
    status, tokens = ask_for_tokens(
        provider, grant_type="authorization_code", code=query.get("code", ""),
        redirect_uri=APP + "callback", code_verifier=asked["verifier"])
    if status != 200:
        raise Problem("The code was refused: %s." % tokens.get("error"))
    data = {"claims": verify_id_token(provider, tokens["id_token"], asked["nonce"])}
    keep(data, tokens)
    session.renew(data)
    return APP


def call_api(session, _form):
    status, answer = fetch(APP + "api", headers={
        "Authorization": "Bearer " + session.data["access_token"]})
    say(session, "The API answered %d" % status, answer)
    return APP


def refresh(session, _form):
    status, answer = ask_for_tokens(
        discover(), grant_type="refresh_token",
        refresh_token=session.data["refresh_token"])
    if status == 200:
        keep(session.data, answer)
        say(session, "New tokens. The refresh token we used has a successor.")
    else:
        family_died(session, "The refresh was refused", answer)
    return APP


def replay(session, _form):
    """What a thief would do: present a refresh token that was used before."""
    provider, newest = discover(), session.data["refresh_token"]
    status, answer = ask_for_tokens(
        provider, grant_type="refresh_token",
        refresh_token=session.data["used"][0])
    if status == 200:
        again = answer.get("refresh_token") == newest
        keep(session.data, answer)
        say(session, "No harm done: the old token gave %s. Its answer might have "
            "been lost on the way, or another request was faster. Refresh once "
            "more, wait half a minute, then replay again." % (
                "the same successor again" if again else "another successor"))
        return APP
    status, second = ask_for_tokens(
        provider, grant_type="refresh_token", refresh_token=newest)
    if status == 200:
        keep(session.data, second)
        say(session, "The old token was refused, the newest still works.", answer)
    else:
        family_died(session, "The old token was refused, and so is the newest, "
                    "which nobody had used", {"old": answer, "newest": second})
    return APP


def family_died(session, what, answer):
    session.data["refresh_token"] = None
    say(session, what + ". The provider has ended the whole family of tokens: one "
        "of them seems to be stolen, or the sign-in is over. The API, which asks "
        "nobody, believes the access token until it expires. Sign in again.",
        answer, bad=True)


def logout(session, _form):
    hint = session.data.get("id_token", "")
    session.end()
    return discover()["end_session_endpoint"] + "?" + urllib.parse.urlencode({
        "id_token_hint": hint, "client_id": CLIENT_ID,
        "post_logout_redirect_uri": APP})


def say(session, text, detail=None, bad=False):
    session.data["note"] = {"text": text, "detail": detail, "bad": bad}


# --- one request --------------------------------------------------------------

GET = {"/login": login, "/callback": callback}
POST = {"/call-api": call_api, "/refresh": refresh, "/replay": replay,
        "/logout": logout}


def serve(session):
    """The address to go to and a page, one of them None."""
    path = os.environ.get("PATH_INFO", "") or "/"
    query = dict(urllib.parse.parse_qsl(os.environ.get("QUERY_STRING", "")))
    if os.environ["REQUEST_METHOD"] == "POST":
        # The cookie is SameSite=Lax: another site's form comes without it.
        if path in POST and "claims" in session.data:
            return POST[path](session, query), None
        return APP, None
    if path in GET:
        return GET[path](session, query), None
    if path == "/":
        note = session.data.pop("note", None)
        return None, pages.home(APP, ISSUER, session.data, note)
    return APP, None


def main():
    os.umask(0o077)
    session = Session()
    try:
        address, page = serve(session)
    except (Problem, jwt.PyJWTError, OSError, ValueError) as problem:
        address, page = None, pages.failed(APP, problem)
    session.save()
    print("Status: " + ("303 See Other" if address else "200 OK"))
    if address:
        print("Location: " + address)
    if session.fresh:
        print("Set-Cookie: %s=%s; Path=/app/; HttpOnly; SameSite=Lax" % (
            COOKIE, session.fresh))
    print("Cache-Control: no-store\nContent-Type: text/html; charset=utf-8\n")
    sys.stdout.flush()
    sys.stdout.buffer.write((page or "").encode())


main()
