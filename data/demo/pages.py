"""What the sample app looks like: HTML from values, everything escaped."""

import html
import json
import os
import time

import jwt

with open(os.path.join(os.path.dirname(__file__), "page.html"), encoding="utf-8") as file:
    PAGE = file.read()


TITLES = {"preferred_username": "User name", "email": "E-mail",
          "groups": "Groups", "sub": "Subject"}


def page(*parts):
    return PAGE.replace("<!-- here -->", "\n".join(parts))


def escape(value):
    return html.escape(", ".join(value) if isinstance(value, list) else str(value))


def pretty(value):
    return "<pre>%s</pre>" % escape(json.dumps(value, indent=2, ensure_ascii=False))


def human(moment):
    left = int(moment - time.time())
    clock = time.strftime("%H:%M:%S", time.localtime(moment))
    if left <= 0:
        return "expired at " + clock
    return "good until %s, for another %d min %d s" % (clock, left // 60, left % 60)


def button(address, text, enabled=True):
    return '<form method="post" action="%s"><button%s>%s</button></form>' % (
        escape(address), "" if enabled else " disabled", text)


def link(address, text):
    return '<a class="button" href="%s">%s</a>' % (escape(address), text)


def token(title, text, purpose):
    claims = jwt.decode(text, options={"verify_signature": False})
    return ("<section><h2>%s</h2><p>%s It is <b>%s</b>.</p>"
            "<details><summary>Decoded</summary>%s%s</details></section>" % (
                title, purpose, human(claims["exp"]),
                pretty(jwt.get_unverified_header(text)), pretty(claims)))


def told(note):
    return '<div class="note%s" role="status"><p>%s</p>%s</div>' % (
        " bad" if note["bad"] else "", escape(note["text"]),
        pretty(note["detail"]) if note["detail"] else "")


def stranger(app, issuer):
    return ("<h1>Sample app</h1><p>You are not signed in. This app never sees a "
            "password; it sends you to the provider at <b>%s</b>.</p><p>%s</p>" % (
                escape(issuer), link(app + "login", "Sign in")))


def person(app, data):
    who, used, alive = data["claims"], len(data["used"]), data["refresh_token"]
    about = "".join(
        "<dt>%s</dt><dd>%s</dd>" % (title, escape(who[claim]))
        for claim, title in TITLES.items() if claim in who)
    return "\n".join((
        "<h1>Hello, %s</h1><dl>%s</dl>" % (
            escape(who.get("name") or who.get("preferred_username") or who["sub"]),
            about),
        '<div class="actions">',
        button(app + "call-api", "Call the API"),
        button(app + "refresh", "Refresh", alive),
        button(app + "replay", "Replay the old refresh token", alive and used),
        "" if alive else link(app + "login", "Sign in again"),
        button(app + "logout", "Sign out"),
        '</div><p class="hint">Refreshed <b>%d</b> %s. A refresh token works once. '
        "For half a minute a used token gives the current successor again, "
        "because an answer may get lost. After that the token used last gives "
        "another successor, at most once in 8 refreshes. Any older one is a "
        "stolen copy, and the provider ends the whole family of tokens.</p>" % (
            used, "time" if used == 1 else "times"),
        token("ID token", data["id_token"], "It told this app who signed in."),
        token("Access token", data["access_token"], "It opens the API.")))


def home(app, issuer, data, note):
    return page(told(note) if note else "",
                person(app, data) if "claims" in data else stranger(app, issuer))


def failed(app, problem):
    return page("<h1>Something went wrong</h1><p>%s</p><p>%s</p>" % (
        escape(problem), link(app, "Back")))
