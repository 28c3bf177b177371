#!/usr/bin/python3
"""An administrator's walk through the desk, in a headless Chromium:

    desk.py ISSUER PASSWORD

Pictures go to $SCREENSHOTS, if that names a directory."""

import os
import sys


from browser import Walk, chromium

ISSUER, PASSWORD = sys.argv[1], sys.argv[2]

# Each page, and what it says.
PAGES = [
    ("home", "/admin", "Administration"),
    ("people", "/admin/people", "alice@example.org"),
    ("person_add", "/admin/people/add", "User name"),
    ("person", "/admin/person?name=alice", "Alice Adams"),
    ("person_edit", "/admin/person/edit?name=alice", "Groups"),
    ("person_lock", "/admin/person/lock?name=alice", "Lock"),
    ("person_link", "/admin/person/link?name=alice", "Make a link"),
    ("person_factors", "/admin/person/factors?name=alice", "Passkeys"),
    ("person_remove", "/admin/person/remove?name=alice", "for good"),
    ("apps", "/admin/apps", "Photos"),
    ("app_choose", "/admin/apps/add", "Which app"),
    ("app_recipe", "/admin/apps/add/recipe?app=gitea", "Address of the app"),
    ("app_own", "/admin/apps/add/own", "Addresses to return to"),
    ("app", "/admin/app?id=photos", "Client ID"),
    ("app_edit", "/admin/app/edit?id=photos", "Save"),
    ("app_secret", "/admin/app/secret?id=photos", "stops working"),
    ("app_remove", "/admin/app/remove?id=photos", "Remove this app"),
    ("sites", "/admin/sites", "http://localhost:9"),
    ("site_add", "/admin/sites/add", "Without a path"),
    ("site", "/admin/site?origin=http://localhost:9", "signed-in"),
    ("site_edit", "/admin/site/edit?origin=http://localhost:9", "Save"),
    ("site_rule", "/admin/site/rule?origin=http://localhost:9", "Open to"),
    ("site_rules", "/admin/site/rules?origin=http://localhost:9", "Remove"),
    ("site_remove", "/admin/site/remove?origin=http://localhost:9", "closed"),
    ("sessions", "/admin/sessions", "Last seen"),
    ("session_end", "/admin/session/end?user=root", "Sign out everywhere"),
    ("keys", "/admin/keys", "EdDSA"),
    ("keys_rotate", "/admin/keys/rotate", "Change the keys"),
    ("audit", "/admin/audit", "Account made"),
    ("why", "/admin/why", "refused lately"),
]


class Desk(Walk):
    def picture(self):
        pass

    def picture_as(self, name):
        if os.environ.get("SCREENSHOTS"):
            self.driver.save_screenshot("%s/%s.png" % (os.environ["SCREENSHOTS"], name))

    def size(self, width, height):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1,
            "mobile": width < 600})

    def fits(self):
        """Nothing is wider than the window."""
        wide = self.driver.execute_script(
            "return document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, "%s is %d px too wide" % (self.driver.current_url, wide)

    def quiet(self):
        said = [line["message"] for line in self.driver.get_log("browser")
                if "favicon" not in line["message"]]
        assert not said, said


def look(desk):
    """Every page, at the width of a telephone and of a screen: it fits."""
    for name, path, words in PAGES:
        desk.size(360, 740)
        desk.driver.get(ISSUER + path)
        desk.sees(words)
        desk.fits()
        desk.picture_as("phone-" + name)
        if os.environ.get("SCREENSHOTS"):
            desk.size(1280, 900)
            desk.picture_as("screen-" + name)
    desk.quiet()


def add_an_app(desk):
    desk.size(360, 740)
    desk.driver.get(ISSUER + "/admin/apps")
    desk.press("Add an app")
    desk.sees("Which app is it?")
    desk.press("Gitea")
    desk.sees("Address of the app")
    desk.fill(url="https://git.example.org")
    desk.press("Add an app")
    desk.sees("App added", "The secret is shown only once")
    desk.fits()
    desk.picture_as("phone-app_added")
    desk.driver.back()
    desk.sees("Address of the app")
    desk.press("Add an app")
    desk.sees("There is an app with this client ID already")
    desk.picture_as("phone-app_taken")
    desk.quiet()


with chromium() as driver:
    walk = Desk(driver)
    driver.get(ISSUER + "/admin")
    walk.fill(username="root", password=PASSWORD)
    walk.press("Sign in")
    walk.sees("Administration")
    add_an_app(walk)
    look(walk)
