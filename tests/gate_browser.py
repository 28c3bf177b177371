#!/usr/bin/python3
"""Walks through a site behind the gate in a headless Chromium, as people would:

    gate_browser.py SITE PASSWORD

The site is the one of gate_store (tests/helper.bash), with a page
/family/page.txt that alice may see and bob may not. Fails with the page's text
when something is not as it should be."""

import sys

from browser import Walk, chromium


def sign_in(walk, name, password):
    walk.sees("Sign in", "Photos", "Password")
    walk.fill(username=name, password=password)
    walk.press("Sign in")


def fetch(driver, path):
    return driver.execute_async_script(
        "const [path, done] = arguments;"
        "fetch(path, {cache: 'no-store'}).then(r => done(r.status), e => done(String(e)))", path)


def main(site, password):
    page = site + "/family/page.txt?a=1&b=%2F"
    with chromium() as driver:
        walk = Walk(driver)
        driver.get(page)
        sign_in(walk, "bob", password)
        walk.sees("You can’t open this page", "bob")
        walk.press("Sign in as somebody else")
        walk.sees("Sign out?", "Photos")
        walk.press("Sign out")
        walk.sees("Sign in", "Photos", "Password")
        driver.get(page)
        sign_in(walk, "alice", password)
        walk.sees("the file in family")
        assert driver.current_url == page, driver.current_url
        assert driver.execute_script("return document.cookie") == ""
        assert fetch(driver, "/family/page.txt") == 200

        # Two more tabs need no sign-in, and one that is left open notices.
        driver.switch_to.new_window("tab")
        driver.get(site + "/page.txt")
        walk.sees("the file in .")
        driver.get(site + "/.latchkey/sign-out")
        walk.sees("Sign out?")
        walk.press("Sign out")
        walk.sees("Password")
        driver.switch_to.window(driver.window_handles[0])
        assert fetch(driver, "/family/page.txt") == 401
        driver.refresh()
        sign_in(walk, "alice", password)
        walk.sees("the file in family")
        assert driver.current_url == page, driver.current_url


if __name__ == "__main__":
    main(*sys.argv[1:])
