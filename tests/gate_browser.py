#!/usr/bin/python3
"""Walks through a site behind the gate in a headless Chromium, as people would:

    gate_browser.py SITE PASSWORD [tabs]

The site is the one of gate_store (tests/helper/gate.bash), with a page
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
        walk.press("Use another account")
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


def restored_tabs(site, password):
    """Tabs that load at once each get a cookie, and the last one stays."""
    with chromium() as driver:
        walk_restored_tabs(Walk(driver), driver, site, password)


def walk_restored_tabs(walk, driver, site, password):
    pages = ["%s/family/page.txt?tab=%d" % (site, i) for i in range(3)]

    # No one is signed in anywhere: three sign-in pages, each with its own way
    # back. Each of them works after the others have been used.
    tabs = []
    driver.get("about:blank")
    for page in pages:
        driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        driver.switch_to.new_window("tab")
        tabs.append(driver.current_window_handle)
        driver.get(page)
        walk.sees("Password")
    for tab, page in zip(tabs, pages):
        driver.switch_to.window(tab)
        sign_in(walk, "alice", password)
        walk.sees("the file in")
        assert_at(driver, page)

    # Signed in at the provider, and back after a night: all three at once.
    driver.execute_cdp_cmd("Network.deleteCookies", {"name": "latchkey-gate", "url": site})
    driver.execute_cdp_cmd("Network.deleteCookies", {"name": "latchkey-sign-in", "url": site})
    known = set(driver.window_handles)
    driver.execute_script("for (const url of arguments[0]) window.open(url)",
                          [page + "&again" for page in pages])
    opened = [tab for tab in driver.window_handles if tab not in known]
    assert len(opened) == 3, opened
    found = set()
    for tab in opened:
        driver.switch_to.window(tab)
        walk.sees("the file in")
        found.add(driver.current_url)
        driver.refresh()
        walk.sees("the file in")
    assert found == {page + "&again" for page in pages}, found

    # Back to the sign-in page and on again.
    driver.switch_to.window(tabs[0])
    driver.back()
    walk.sees("the file in")
    assert_at(driver, pages[0])


def assert_at(driver, page):
    assert driver.current_url == page, driver.current_url


if __name__ == "__main__":
    {"main": main, "tabs": restored_tabs}[(sys.argv[3:] or ["main"])[0]](*sys.argv[1:3])
