#!/usr/bin/python3
"""Ten tabs of a browser app in a headless Chromium, over a slow line:

    refresh_tabs.py ISSUER APP-PORT PASSWORD turns|none

The app registered as `app` is at http://127.0.0.1:APP-PORT/; its refresh token
is in a cookie. With `turns` its script refreshes with the words of refresh(8),
by navigator.locks; with `none` each tab asks when it likes."""

import http.server
import json
import os
import re
import sys
import threading
import urllib.parse

from selenium.webdriver.support.ui import WebDriverWait

from browser import Walk, chromium

ISSUER, PORT, PASSWORD, TURNS = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
APP = "http://127.0.0.1:%d/" % PORT
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
TABS, LATENCY_MS = 10, 60
LOCK = 'navigator.locks.request("refresh", () =>'

# A tab refreshes when another one calls.
SCRIPT = """
const answers = [], calls = new BroadcastChannel("calls");
const post = (path, form) => fetch(ISSUER + path, {method: "POST",
    credentials: "include", body: new URLSearchParams(form)});
const refresh = () => %s;
calls.onmessage = () => refresh().then(answer =>
    answers.push(answer.access_token ? "refreshed" : answer.error), error =>
    answers.push(String(error)));
const code = new URLSearchParams(location.search).get("code");
if (code)
    post("/token", {grant_type: "authorization_code", client_id: "app", code,
        redirect_uri: location.origin + "/", code_verifier: VERIFIER})
        .then(answer => answer.json())
        .then(answer => document.body.append(answer.access_token ?
            "signed in" : JSON.stringify(answer)));
"""


def manuals_words():
    """The example of refresh(8), for this issuer."""
    path = os.path.join(os.path.dirname(__file__), "../cgi-bin/refresh.8")
    with open(path, encoding="utf-8") as manual:
        words = re.search(r"^navigator\.locks.*?(?=^\.Ed)", manual.read(),
                          re.M | re.S).group(0)
    assert words.startswith(LOCK), words
    words = words.replace("https://id.example.org", ISSUER).strip()
    if TURNS == "none":
        words = words[len(LOCK):-1]
    return words


def page():
    return "<!DOCTYPE html><title>App</title><body><script>%s%s</script>" % (
        "const ISSUER = %s, VERIFIER = %s;" % (
            json.dumps(ISSUER), json.dumps(VERIFIER)), SCRIPT % manuals_words())


class App(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = page().encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def travel(seconds):
    clock = os.environ["LATCHKEY_TEST_CLOCK"]
    with open(clock, encoding="utf-8") as was:
        now = int(was.read()) + seconds
    with open(clock + ".new", "w", encoding="utf-8") as new:
        new.write("%d\n" % now)
    os.rename(clock + ".new", clock)


def sign_in(driver, walk):
    driver.get(ISSUER + "/authorize?" + urllib.parse.urlencode({
        "client_id": "app", "redirect_uri": APP, "response_type": "code",
        "scope": "openid", "state": "s", "code_challenge": CHALLENGE,
        "code_challenge_method": "S256"}))
    walk.sees("Password")
    walk.fill(username="alice", password=PASSWORD)
    walk.press("Sign in")
    walk.sees("Allow")
    walk.press("Allow")
    walk.sees("signed in")


def open_tabs(driver):
    tabs = []
    for _ in range(TABS):
        driver.switch_to.new_window("tab")
        tabs.append(driver.current_window_handle)
        driver.get(APP)
        driver.execute_cdp_cmd("Network.emulateNetworkConditions", {
            "offline": False, "latency": LATENCY_MS,
            "downloadThroughput": -1, "uploadThroughput": -1})
    return tabs


def refresh_all(driver, first, tabs):
    """All of them at once: another tab calls."""
    driver.switch_to.window(first)
    driver.execute_script("calls.postMessage('now')")
    for tab in tabs:
        driver.switch_to.window(tab)
        answers = WebDriverWait(driver, 30).until(
            lambda d: d.execute_script("return answers.splice(0)"))
        assert answers == ["refreshed"], answers
    print("# %d tabs have refreshed" % len(tabs))


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), App)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with chromium() as driver:
        sign_in(driver, Walk(driver))
        first = driver.current_window_handle
        tabs = open_tabs(driver)
        refresh_all(driver, first, tabs)
        if TURNS == "none":
            return
        for _ in range(2):
            travel(15 * 60)
            refresh_all(driver, first, tabs)


main()
