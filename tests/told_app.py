#!/usr/bin/python3
"""An app, and a person at it with a browser of its own:

    told_app.py ISSUER CLIENT SECRET CALLBACK PORT NAME PASSWORD

The person signs in at the app and then out of the provider. Prints the logout
token that the provider sends to http://127.0.0.1:PORT/ because of it (OpenID
Connect Back-Channel Logout 1.0, 2.5)."""

import html
import http.cookiejar
import http.server
import re
import sys
import threading
import urllib.error
import urllib.request
from urllib.parse import parse_qs, urlencode, urlsplit

PATIENCE_S = 30
# RFC 7636, appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

issuer, client, secret, callback, port, name, password = sys.argv[1:]
told = []
came = threading.Event()


class App(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        said = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.send_response(200)
        self.end_headers()
        told.extend(parse_qs(said)["logout_token"])
        came.set()


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


browser = urllib.request.build_opener(
    Stay, urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))


def ask(path, fields=None):
    """The page, and where it leads; on through redirects to our own."""
    url, body = issuer + path, fields and urlencode(fields).encode()
    while url.startswith(issuer + "/"):
        try:
            answer = browser.open(url, body, PATIENCE_S)
        except urllib.error.HTTPError as other:
            answer = other
        page, url, body = answer.read().decode(), answer.headers.get("Location", ""), None
    return page, url


def press(path, page, step, **fields):
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
    return ask(path, {n: html.unescape(v) for n, v in hidden}
               | fields | {"step": step})


def sign_in():
    page, _ = ask("/authorize?" + urlencode({
        "client_id": client, "redirect_uri": callback, "response_type": "code",
        "scope": "openid", "code_challenge": CHALLENGE,
        "code_challenge_method": "S256"}))
    page, to = press("/authorize", page, "login", username=name, password=password)
    assert to.startswith(callback), (page, to)
    ask("/token", {
        "grant_type": "authorization_code", "redirect_uri": callback,
        "code": parse_qs(urlsplit(to).query)["code"][0],
        "code_verifier": VERIFIER, "client_id": client, "client_secret": secret})


app = http.server.HTTPServer(("127.0.0.1", int(port)), App)
threading.Thread(target=app.serve_forever, daemon=True).start()
sign_in()
press("/logout", ask("/logout")[0], "logout")
assert came.wait(PATIENCE_S), "the app was not told"
print(told[0])
