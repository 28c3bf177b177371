#!/usr/bin/python3
"""keycloak-js in a headless Chromium, as an app in the browser has it:

    keycloak.py ISSUER APP-PORT KEYCLOAK.JS

The app is at http://127.0.0.1:APP-PORT, registered as `spa`. First it looks in its
hidden frame, where the answer is an error; then Alice signs in by its button, and
out again."""

import http.server
import pathlib
import sys
import threading

from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from browser import Walk, chromium  # noqa: E402

ISSUER, PORT = sys.argv[1], int(sys.argv[2])
LIBRARY = pathlib.Path(sys.argv[3]).read_bytes()
APP = "http://127.0.0.1:%d" % PORT
PAGE = """<!DOCTYPE html><title>App</title><p id="told">starts</p>
<button id="in">Sign in</button> <button id="out">Sign out</button>
<script type="module">
import Keycloak from '/keycloak.js';
const app = new Keycloak({oidcProvider: '%s', clientId: 'spa'});
const tell = text => document.getElementById('told').textContent = text;
document.getElementById('in').onclick = () => app.login({scope: 'profile email'});
document.getElementById('out').onclick = () => app.logout({redirectUri: '%s/'});
try {
  const known = await app.init({onLoad: 'check-sso', checkLoginIframe: false,
    silentCheckSsoRedirectUri: '%s/silent.html', pkceMethod: 'S256'});
  tell(known ? 'known: ' + app.idTokenParsed.preferred_username : 'not known');
} catch (e) {
  tell('failed: ' + (e && e.message || JSON.stringify(e)));
}
</script>""" % (ISSUER, APP, APP)
SILENT = """<!DOCTYPE html><script>
parent.postMessage(location.href, location.origin);
</script>"""


class App(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        kind, body = "text/html", PAGE.encode()
        if self.path == "/keycloak.js":
            kind, body = "text/javascript", LIBRARY
        elif self.path.startswith("/silent.html"):
            body = SILENT.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind + "; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def told(walk, words):
    def is_there(driver):
        text = driver.find_element(By.ID, "told").text
        assert not text.startswith("failed"), text
        return text == words
    WebDriverWait(walk.driver, 30, ignored_exceptions=[Exception]).until(is_there)


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), App)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with chromium() as driver:
        walk = Walk(driver)
        driver.get(APP + "/")
        told(walk, "not known")
        walk.press("Sign in")
        walk.sees("Sign in", "to continue to")
        walk.fill(username="alice", password="correct horse battery")
        walk.press("Sign in")
        walk.sees("Allow Browser app?")
        walk.press("Allow")
        told(walk, "known: alice")
        walk.press("Sign out")
        told(walk, "not known")


main()
