#!/usr/bin/python3
"""Every form of our pages, with what people and their browsers send:

    every_form.py ISSUER NAME PASSWORD

Signs in, follows the links from page to page, and sends each form with each of
its buttons: without cookies, with the token of another page, with a megabyte in
a field, with a field twice, twice, and with letters of all sorts. Nothing may be a fault of ours:
no answer is 5xx, and each that says no is a page."""

import html.parser
import http.cookiejar
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

ISSUER, NAME, PASSWORD = sys.argv[1:4]
ODD = ["zoë 🗝️ 東京 عائلة", "x" * 3000, "'\"><b>&amp;{{t:login.title}}%00%0d%0a",
       "-1", " \t ", "../../etc/passwd"]


class Page(html.parser.HTMLParser):
    """The forms and links of a page."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.links, self.text = [], [], text
        self.open = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if tag == "a" and a.get("href"):
            self.links.append(a["href"])
        elif tag == "form":
            self.open = {"action": a.get("action", ""), "fields": {},
                         "typed": [], "buttons": []}
            self.forms.append(self.open)
        elif self.open is None or not a.get("name"):
            return
        elif tag == "button":
            self.open["buttons"].append((a["name"], a.get("value", "")))
        elif tag in ("input", "select", "textarea"):
            kind = a.get("type", "text") if tag == "input" else tag
            if kind in ("checkbox", "radio", "file"):
                return
            self.open["fields"][a["name"]] = a.get("value", "")
            if kind in ("text", "password", "search", "email", "textarea"):
                self.open["typed"].append(a["name"])

    def handle_endtag(self, tag):
        if tag == "form":
            self.open = None


class Browser:
    def __init__(self):
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(self.jar))

    def ask(self, url, fields=None):
        data = None if fields is None else urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(url, data, {
            "Origin": "/".join(ISSUER.split("/")[:3]), "Accept": "text/html"})
        try:
            answer = self.opener.open(request, timeout=30)
        except urllib.error.HTTPError as refused:
            answer = refused
        text = answer.read().decode("utf-8", "replace")
        return answer.status, answer.geturl(), text

    def sign_in(self):
        _, at, text = self.ask(ISSUER + "/account")
        for form in Page(text).forms:
            if "password" in form["fields"] and "username" in form["fields"]:
                self.ask(urllib.parse.urljoin(at, form["action"]), dict(
                    form["fields"], username=NAME, password=PASSWORD, step="login"))
        return self.signed_in()

    def signed_in(self):
        return 'name="password"' not in self.ask(ISSUER + "/account")[2]


faults = []


def check(what, status, text, *allowed):
    if status >= 500 or (allowed and status not in allowed):
        faults.append("%s: %d" % (what, status))
    elif status >= 400 and "<h1" not in text:
        faults.append("%s: %d is no page" % (what, status))


def shape(url):
    """The same for pages that differ in what they are about."""
    parts = urllib.parse.urlsplit(url)
    return parts.path, tuple(sorted(urllib.parse.parse_qs(parts.query)))


def crawl(browser):
    """Each page that links lead to: its address and its text."""
    waiting, seen, pages = [ISSUER + "/", ISSUER + "/account", ISSUER + "/admin"], set(), []
    while waiting and len(pages) < 150:
        url = waiting.pop(0)
        if shape(url) in seen or not url.startswith(ISSUER):
            continue
        seen.add(shape(url))
        status, at, text = browser.ask(url)
        check("GET " + url, status, text)
        if "<h1" not in text:
            continue
        pages.append((at, text))
        waiting += [urllib.parse.urljoin(at, link).partition("#")[0]
                    for link in Page(text).links]
    return pages


def send_badly(at, form, button):
    """What must change nothing."""
    url = urllib.parse.urljoin(at, form["action"])
    name = "%s [%s]" % (urllib.parse.urlsplit(url).path, button[1])
    good = dict(form["fields"], **dict([button]))
    status, _, text = Browser().ask(url, good)
    check(name + " without cookies", status, text)
    status, _, text = browser.ask(url, dict(good, csrf="x" + good.get("csrf", "")))
    check(name + " with another token", status, text)
    for field in form["typed"] + ["step", "csrf"]:
        status, where, text = browser.ask(url, list(good.items()) + [(field, "x")])
        check("%s with %s twice" % (name, field), status, text)
        if "done=" in where:
            faults.append("%s with %s twice: done" % (name, field))
    for field in form["typed"]:
        status, _, text = browser.ask(url, dict(good, **{field: "x" * (1 << 20)}))
        check("%s with a megabyte in %s" % (name, field), status, text, 413)


def send_oddly(at, form, button):
    """What may be a person's: with a good token, and twice."""
    url = urllib.parse.urljoin(at, form["action"])
    name = "%s [%s]" % (urllib.parse.urlsplit(url).path, button[1])
    for odd in ODD if form["typed"] else []:
        typed = {field: odd for field in form["typed"]}
        for _ in "twice":
            status, _, text = browser.ask(
                url, dict(form["fields"], **typed, **dict([button])))
            check("%s with %.12r" % (name, odd), status, text)
            if odd in text.replace("&#39;", "'"):
                if "<b>&amp;" in odd:
                    faults.append("%s: not escaped" % name)


browser = Browser()
at, text = browser.ask(ISSUER + "/account")[1:]
for form in Page(text).forms:
    for button in form["buttons"]:
        send_badly(at, form, button)
        send_oddly(at, form, button)
if not browser.sign_in():
    sys.exit("cannot sign in")
pages, sent = crawl(browser), set()
for at, text in pages:
    for form in Page(text).forms:
        for button in form["buttons"]:
            key = shape(urllib.parse.urljoin(at, form["action"])), button, tuple(form["fields"])
            if key in sent:
                continue
            sent.add(key)
            send_badly(at, form, button)
if not browser.signed_in():
    faults.append("a form that must change nothing signed out")
for at, text in pages:
    if not browser.signed_in():
        browser.sign_in()
    for form in Page(browser.ask(at)[2]).forms:
        for button in form["buttons"]:
            send_oddly(at, form, button)
print("\n".join(faults + ["%d pages, %d buttons" % (len(pages), len(sent))]))
sys.exit(1 if faults or len(sent) < 10 else 0)
