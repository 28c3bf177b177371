#!/usr/bin/python3
"""Our pages in a headless Chromium, with an app on another port:

    pages.py ISSUER APP-PORT WALK

The app registered as `photos` is at http://127.0.0.1:APP-PORT/cb and on
localhost, `native` at any port, `phone` at com.example.app:/cb, and `tv` is a
device; `closed` is for nobody, and `wordy` has long words.
Pictures go to $SCREENSHOTS, if that names a directory."""

import html
import http.server
import json
import os
import re
import sys
import threading
import urllib.parse
import urllib.request

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support import expected_conditions
from selenium.webdriver.support.ui import WebDriverWait

from browser import Walk, chromium

ISSUER, PORT = sys.argv[1], int(sys.argv[2])
APP = "http://127.0.0.1:%d" % PORT
PASSWORD = "correct horse battery"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

PERMISSION = "https://api.example.org/a-permission-with-a-very-long-name-that-nobody-breaks"


def authorize(client="photos", redirect_uri=APP + "/cb", **more):
    """What an app asks for, as parameters."""
    return dict({"client_id": client, "redirect_uri": redirect_uri,
                 "response_type": "code", "state": "a state",
                 "scope": "openid profile email groups offline_access",
                 "code_challenge": CHALLENGE, "code_challenge_method": "S256"},
                **more)


def url(endpoint="authorize", **params):
    return "%s/%s?%s" % (ISSUER, endpoint, urllib.parse.urlencode(params))


class App(http.server.BaseHTTPRequestHandler):
    """An app: its callback goes on to another of its origins, as many do; its
    /post asks with a form, from another site (localhost is one)."""

    def page(self, text):
        body = ("<!DOCTYPE html><title>App</title>" + text).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path == "/cb":
            self.send_response(303)
            self.send_header("Location", "http://localhost:%d/welcome?%s" % (PORT, query))
            self.end_headers()
        elif path == "/post":
            self.page('<form method="post" action="%s/authorize">%s<button>Go</button></form>' % (
                ISSUER, "".join('<input type="hidden" name="%s" value="%s">' % field
                                for field in authorize().items())))
        elif path == "/frame":
            self.page('<iframe name="app" src="%s"></iframe>' % html.escape(query))
        else:
            self.page("<p>The app got %s" % query)

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.page("<p>The app got %s" % self.rfile.read(length).decode())

    def log_message(self, *_):
        pass


class Visit(Walk):
    """A person at the pages."""

    def get(self, address):
        self.driver.get(address)

    def focused(self):
        return self.driver.switch_to.active_element

    def type(self, *keys):
        self.focused().send_keys(*keys)

    def cursor_in(self, name):
        """Waits for the page to put it there."""
        self.once_there(lambda: self.focused().get_attribute("name") == name)

    def sign_in(self, name="alice", password=PASSWORD):
        """As quick people do: the cursor is there already."""
        self.cursor_in("username")
        self.type(name, Keys.TAB, password, Keys.ENTER)

    def size(self, width, height=900):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1,
            "mobile": width < 600})

    def scheme(self, name):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": name},
                         {"name": "prefers-reduced-motion", "value": "reduce"}]})

    def forget(self):
        self.driver.delete_all_cookies()
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})

    def complaints(self):
        """What the browser's console has about our pages."""
        return [line["message"] for line in self.driver.get_log("browser")
                if "favicon" not in line["message"]]

    def navigations(self):
        """Where it was sent, private schemes too."""
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            for place in "request", "redirectResponse":
                address = message.get("params", {}).get(place, {})
                if isinstance(address, dict) and "url" in address:
                    yield address["url"]
            yield message.get("params", {}).get("url", "")
            headers = message.get("params", {}).get("headers", {})
            yield headers.get("location", headers.get("Location", ""))

    def picture(self):
        """At the present width: turning into a telephone and back, as Walk does, makes
        the browser miss a click now and then."""
        self.shots += 1
        self.picture_as("%02d" % self.shots)

    def picture_as(self, name):
        if os.environ.get("SCREENSHOTS"):
            self.driver.save_screenshot("%s/%s.png" % (os.environ["SCREENSHOTS"], name))

    def quiet(self, *but):
        """The browser had nothing to complain about."""
        said = [line for line in self.complaints()
                if not any(word in line for word in but)]
        assert not said, said


# What a reader needs of every page, looked at where it is laid out.
LOOK = """
const found = [];
const root = document.documentElement;
if (root.scrollWidth > root.clientWidth)
    found.push('scrolls sideways: ' + root.scrollWidth);
if (!root.lang) found.push('no language');
if (document.querySelectorAll('h1').length !== 1) found.push('not one h1');
if (document.querySelectorAll('main').length !== 1) found.push('not one main');
if (!document.title) found.push('no title');
const light = c => {
    const [r, g, b] = c.map(v => (v /= 255) <= .04045 ? v / 12.92
        : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
};
const numbers = c => c.match(/[\\d.]+/g).map(Number);
const behind = e => {
    for (; e; e = e.parentElement) {
        const c = numbers(getComputedStyle(e).backgroundColor);
        if (c.length < 4 || c[3] > 0) return c.slice(0, 3);
    }
    return [255, 255, 255];
};
for (const e of document.querySelectorAll('body *')) {
    const box = e.getBoundingClientRect();
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (own && box.width) {
        const a = light(numbers(getComputedStyle(e).color).slice(0, 3));
        const b = light(behind(e));
        const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
        if (ratio < 4.5) found.push('contrast ' + ratio.toFixed(1) + ': ' + e.textContent.trim());
    }
    if (e.matches('button, input:not([type=hidden]), summary, .actions a') &&
        e.checkVisibility()) {
        const target = e.closest('label') || e;
        const size = target.getBoundingClientRect();
        if (size.height < 44 || size.width < 44)
            found.push('smaller than a finger: ' + e.outerHTML);
        if (e.matches('input') && !e.labels.length) found.push('no label: ' + e.outerHTML);
        if (e.matches('.field input') && parseFloat(getComputedStyle(e).fontSize) < 16)
            found.push('telephones zoom in: ' + e.outerHTML);
    }
    if (e.style.length || e.matches('script')) found.push('style or script: ' + e.outerHTML);
}
return found;
"""


def look(visit, name, but=None):
    """This page at every width, light and dark."""
    for scheme in "light", "dark":
        visit.scheme(scheme)
        for width in 320, 360, 1280:
            visit.size(width)
            found = [line for line in visit.driver.execute_script(LOOK)
                     if but is None or but not in line]
            assert not found, (name, scheme, width, found)
            if width > 320:
                visit.picture_as("%s-%d-%s" % (name, width, scheme))
    back = visit.driver.execute_script(
        "return getComputedStyle(document.documentElement).backgroundColor")
    assert max(int(n) for n in back[4:-1].split(",")) < 60, back
    visit.scheme("light")
    visit.size(1280)


# --- the walks ----------------------------------------------------------------

def flow(visit):
    """Signs in by typing and Enter, allows, and is back in the app, which goes
    on to another of its origins; at the width of a telephone and of a desk."""
    for width in 360, 1280:
        visit.size(width)
        visit.forget()
        visit.get(url(**authorize(prompt="consent")))
        visit.sees("Sign in", "Photo Album")
        visit.sign_in(password="not this one")
        visit.sees("Wrong user name or password")
        visit.quiet("403")
        visit.type(PASSWORD, Keys.ENTER)
        visit.sees("Photo Album", "e-mail address")
        visit.press("Allow")
        visit.sees("The app got code=", "iss=")
        assert "localhost" in visit.driver.current_url, visit.driver.current_url
        visit.quiet()


def no_scripts(visit):
    """The same with scripts switched off in the browser."""
    visit.get(url(**authorize(prompt="consent")))
    visit.sign_in()
    visit.sees("Photo Album", "e-mail address")
    visit.press("Don’t allow")
    visit.sees("The app got error=access_denied")
    visit.get(url(**authorize(prompt="consent", response_mode="form_post")))
    visit.press("Allow")
    visit.sees("Back to Photo Album", "Press the button")
    look(visit, "continue", but="<script>")
    visit.press("Continue to Photo Album")
    visit.sees("The app got code=")


def silent_renewal(visit):
    """An app at another origin of the site renews in a frame that asks with
    prompt=none, and gets a code or an error into it by form_post; a page that asks
    something shows in no frame, nor does an answer in that of another app."""
    def frame(at=APP, **params):
        visit.get(at + "/frame?" + url(response_mode="form_post", **authorize(**params)))

    def frame_sees(*words):
        WebDriverWait(visit.driver, 15).until(
            expected_conditions.frame_to_be_available_and_switch_to_it("app"))
        visit.sees(*words)
        visit.driver.switch_to.default_content()
        visit.quiet()

    def frame_is_blocked():
        WebDriverWait(visit.driver, 15).until(lambda _: any(
            "frame-ancestors" in line for line in visit.complaints()))

    visit.forget()
    frame(prompt="none")
    frame_sees("The app got", "error=login_required")
    frame(prompt="none", response_type="token")
    frame_sees("The app got", "error=unsupported_response_type")
    visit.get(url(**authorize(prompt="consent")))
    visit.sign_in()
    visit.press("Allow")
    visit.sees("The app got code=")
    frame(prompt="none")
    frame_sees("The app got", "code=")
    frame(prompt="none", at="http://127.0.0.2:%d" % PORT)
    frame_is_blocked()
    frame()
    frame_is_blocked()
    frame(prompt="consent")
    frame_is_blocked()


def device(visit):
    """On a telephone a person opens the link of a device and allows it; another
    time types the code, and does not."""
    def ask(endpoint, **params):
        with urllib.request.urlopen(
                "%s/%s" % (ISSUER, endpoint), urllib.parse.urlencode(params).encode()) as got:
            return json.load(got)

    visit.forget()
    codes = ask("device_authorization", client_id="tv", scope="openid profile email")
    visit.get(codes["verification_uri_complete"])
    visit.sees("Connect a device")
    look(visit, "device")
    visit.press("Continue")
    visit.sees("Sign in", "Living-room TV")
    visit.sign_in()
    visit.sees("Allow Living-room TV?", codes["user_code"], "127.0.0.1",
               "Allow this only if you started it")
    look(visit, "device-consent")
    visit.press("Allow")
    visit.sees("Your device is connected")
    look(visit, "device-allowed")
    got = ask("token", client_id="tv", device_code=codes["device_code"],
              grant_type="urn:ietf:params:oauth:grant-type:device_code")
    assert got["access_token"] and got["scope"] == "openid profile email", got
    codes = ask("device_authorization", client_id="tv")
    visit.get(codes["verification_uri"])
    visit.type("BCDF-GHJK", Keys.ENTER)
    visit.sees("No device is waiting")
    field = visit.driver.find_element(By.NAME, "user_code")
    field.clear()
    field.send_keys(codes["user_code"].lower().replace("-", " "), Keys.ENTER)
    visit.sees("Allow Living-room TV?")
    visit.press("Don’t allow")
    visit.sees("The device is not connected")
    look(visit, "device-denied")
    visit.quiet("400")


def keyboard(visit):
    """Without a mouse: everything can be reached, in the order of reading."""
    def walk_to(words):
        for _ in range(20):
            visit.type(Keys.TAB)
            at = visit.focused()
            if words in (at.text.strip(), at.get_attribute("name")):
                outline = at.value_of_css_property("outline-style")
                assert outline != "none", "focus does not show on " + words
                return at
        raise AssertionError("the keyboard does not reach " + words)

    visit.get(url(**authorize(prompt="consent")))
    visit.cursor_in("username")
    visit.type("alice", Keys.TAB)
    visit.cursor_in("password")
    visit.type(PASSWORD)
    walk_to("remember").send_keys(Keys.SPACE)
    walk_to("Sign in").send_keys(Keys.ENTER)
    visit.sees("Photo Album", "e-mail address")
    walk_to("Choose what to share").send_keys(Keys.ENTER)
    box = walk_to("scope_email")
    box.send_keys(Keys.SPACE)
    assert not box.is_selected()
    walk_to("Allow").send_keys(Keys.ENTER)
    visit.sees("The app got code=")
    cookies = {c["name"]: c for c in visit.driver.execute_cdp_cmd(
        "Network.getAllCookies", {})["cookies"]}
    assert not cookies["latchkey-session"]["session"]  # stays signed in
    assert cookies["latchkey-session"]["httpOnly"]
    visit.get(url(**authorize(prompt="login", login_hint="alice")))
    visit.cursor_in("password")
    visit.get(url(**authorize(scope="openid profile email groups",
                              prompt="consent")))
    assert not visit.driver.find_element(By.NAME, "scope_email").is_selected()


def ways_back(visit):
    """form-action does not stand in the way: another port of a loopback
    address, a private scheme, a form, signing out to another origin."""
    visit.get(url(**authorize("native", APP + "/native")))
    visit.sign_in()
    visit.sees("Native", "will see your name")
    visit.press("Allow")
    visit.sees("The app got code=")

    visit.get(url(**authorize(response_mode="form_post", prompt="consent")))
    visit.press("Allow")
    visit.sees("The app got code=")
    visit.driver.back()  # past the form, which would send the code again
    visit.sees("Photo Album", "Allow")

    visit.get(url("logout", client_id="photos", state="s",
                  post_logout_redirect_uri="http://127.0.0.2:%d/bye" % PORT))
    visit.sees("Sign out?")
    visit.press("Sign out")
    visit.sees("The app got state=s")
    visit.quiet()

    visit.get(url(**authorize("phone", "com.example.app:/cb")))
    visit.sees("Sign in")
    visit.sign_in()
    visit.press("Allow")
    wanted = "com.example.app:/cb?code="
    WebDriverWait(visit.driver, 15).until(lambda _: any(
        address.startswith(wanted) for address in visit.navigations()), wanted)
    assert not [s for s in visit.complaints() if "Content Security" in s]


def cross_site(visit):
    """A form of another site: the cookies come with the redirect after it."""
    there = "http://localhost:%d/post" % PORT
    visit.get(there)
    visit.press("Go")
    visit.sees("Sign in", "Photo Album")
    visit.sign_in()
    if visit.once_there(lambda: re.search("will see|The app got", visit.text()))[0] \
            == "will see":
        visit.press("Allow")
    visit.sees("The app got code=")
    visit.get(there)
    visit.press("Go")
    visit.sees("The app got code=")
    visit.quiet()


def allow_is_seen(visit):
    """Without scrolling, on the smallest telephone that is in use."""
    visit.size(360, 740)
    below = visit.driver.execute_script("""
        window.scrollTo(0, 0);
        const box = document.querySelector('[value=allow]').getBoundingClientRect();
        return Math.round(box.bottom - document.documentElement.clientHeight)""")
    assert below <= 0, "Allow is %d pixels too low" % below
    visit.picture_as("consent-740")
    visit.size(1280)


def looks(visit):
    """Every page: nothing scrolls sideways, light and dark can be read, fields
    have labels, buttons are as large as fingers."""
    visit.get(url(**authorize(prompt="consent")))
    look(visit, "sign-in")
    visit.sign_in(password="not this one")
    visit.sees("Wrong user name or password")
    look(visit, "sign-in-wrong")
    visit.type(PASSWORD, Keys.ENTER)
    visit.sees("Photo Album will see your")
    visit.get(url(**authorize("native", APP + "/native", prompt="consent")))
    visit.sees("Native will see your name, e-mail address and groups.")
    allow_is_seen(visit)
    look(visit, "consent")
    visit.driver.find_element(By.TAG_NAME, "summary").click()
    visit.sees("Untick")
    look(visit, "consent-choose")
    visit.get(url(**authorize(prompt="select_account")))
    look(visit, "select")
    visit.get(url(**authorize("closed")))
    visit.sees("You can’t use")
    look(visit, "denied")
    visit.get(url(**authorize("wordy", scope="openid profile " + PERMISSION)))
    visit.sees("the permission")
    look(visit, "consent-long")
    visit.get(url(**authorize("nobody")))
    look(visit, "error")
    visit.get(url("logout", client_id="photos"))
    look(visit, "logout")
    visit.press("Stay signed in")
    visit.sees("You are still signed in")
    look(visit, "stayed")
    visit.get(url("logout", client_id="photos"))
    visit.press("Sign out")
    visit.sees("You are signed out")
    look(visit, "signed-out")


WALKS = {walk.__name__: walk for walk in
         (flow, no_scripts, silent_renewal, device, keyboard, ways_back,
          cross_site, looks)}


def main(name):
    server = http.server.ThreadingHTTPServer(("0.0.0.0", PORT), App)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    preferences = {}
    if name == "no_scripts":
        preferences["profile.managed_default_content_settings.javascript"] = 2
    with chromium(preferences) as driver:
        WALKS[name](Visit(driver))


main(sys.argv[3])
