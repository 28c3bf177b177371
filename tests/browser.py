#!/usr/bin/python3
"""Walks through the demo in a headless Chromium, as a person would:

    browser.py APP-URL PASSWORD

Fails with the page's text when something is not as it should be. Pictures of
every page go to $SCREENSHOTS, if that names a directory."""

import contextlib
import os
import sys
import tempfile

from selenium import webdriver
from selenium.common.exceptions import (
    NoSuchElementException, StaleElementReferenceException, TimeoutException)
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--no-proxy-server",
         "--disable-dev-shm-usage", "--window-size=1280,1400"]


@contextlib.contextmanager
def chromium(preferences=None):
    options = webdriver.ChromeOptions()
    options.set_capability("goog:loggingPrefs",
                           {"browser": "ALL", "performance": "ALL"})
    options.add_experimental_option("prefs", preferences or {})
    options.binary_location = "/usr/bin/chromium"
    with tempfile.TemporaryDirectory() as profile:
        for flag in FLAGS + ["--user-data-dir=" + profile]:
            options.add_argument(flag)
        driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"),
                                  options=options)
        try:
            yield driver
        finally:
            driver.quit()


class Walk:
    def __init__(self, driver):
        self.driver, self.shots = driver, 0

    def text(self):
        return self.driver.find_element(By.TAG_NAME, "body").text

    def sees(self, *words):
        """Waits until the page says all of these."""
        try:
            WebDriverWait(self.driver, 15, ignored_exceptions=[Exception]).until(
                lambda _: all(word in self.text() for word in words))
        except Exception:
            sys.exit("wanted %r at %s, but the page says:\n%s" % (
                words, self.driver.current_url, self.text()))
        self.picture()
        print("# sees " + ", ".join(words))

    def picture(self):
        if os.environ.get("SCREENSHOTS"):
            self.shots += 1
            for width in 360, 1280:
                self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
                    "width": width, "height": 1000, "deviceScaleFactor": 1,
                    "mobile": width == 360})
                self.driver.save_screenshot("%s/%02d-%d.png" % (
                    os.environ["SCREENSHOTS"], self.shots, width))

    def once_there(self, act):
        """Does this as soon as it can be done: the page may be on its way still,
        or be another by the time that it is touched."""
        return WebDriverWait(self.driver, 15, ignored_exceptions=[
            NoSuchElementException, StaleElementReferenceException,
        ]).until(lambda _: act())

    @contextlib.contextmanager
    def page_changes(self):
        """What is done with it ends with another page, which may look the same."""
        before = self.driver.find_element(By.TAG_NAME, "html")
        yield
        WebDriverWait(self.driver, 15).until(staleness_of(before))

    def press(self, words):
        def act():
            for tag in ("button", "a"):
                for element in self.driver.find_elements(By.TAG_NAME, tag):
                    if element.text.strip() == words and element.is_enabled():
                        element.click()
                        return True
            return False

        try:
            self.once_there(act)
        except TimeoutException:
            sys.exit("no button %r on the page:\n%s" % (words, self.text()))

    def fill(self, **fields):
        def act(name, value):
            field = self.driver.find_element(By.NAME, name)
            field.clear()
            field.send_keys(value)
            return True

        for name, value in fields.items():
            self.once_there(lambda name=name, value=value: act(name, value))


def main(app, password):
    with chromium() as driver:
        walk = Walk(driver)
        driver.get(app)
        walk.sees("You are not signed in")
        walk.press("Sign in")
        walk.sees("Sign in", "Sample app")
        walk.fill(username="alice", password="not the password")
        walk.press("Sign in")
        walk.sees("Wrong user name or password")
        walk.fill(username="alice", password=password)
        walk.press("Sign in")
        walk.sees("Sample app", "Allow")
        walk.press("Allow")
        walk.sees("Hello, Alice Adams", "alice@example.org", "family",
                  "Access token", "good until")
        for summary in driver.find_elements(By.TAG_NAME, "summary"):
            summary.click()
        alg = os.environ.get("ALG", "EdDSA")
        walk.sees('"typ": "at+jwt"', f'"alg": "{alg}"', '"scope"', '"nonce"')

        walk.press("Call the API")
        walk.sees("The API answered 200", "Hello from the API")
        walk.press("Refresh")
        walk.sees("New tokens", "Refreshed 1 time.")
        walk.press("Replay the old refresh token")
        walk.sees("No harm done", "the same successor again")
        walk.press("Refresh")
        walk.sees("New tokens", "Refreshed 2 times.")
        walk.press("Replay the old refresh token")
        walk.sees("No harm done", "the same successor again")
        # The window is over.
        with open(os.environ["DEMO_CONF"], "a", encoding="utf-8") as conf:
            conf.write("refresh_grace = 0\n")
        walk.press("Replay the old refresh token")
        walk.sees("ended the whole family", "invalid_grant", "Sign in again")

        # Still signed in at the provider, which remembers the consent.
        walk.press("Sign in again")
        walk.sees("Hello, Alice Adams", "Refreshed 0 times.")
        walk.press("Refresh")
        walk.sees("New tokens")

        walk.press("Sign out")
        walk.sees("You are not signed in")
        assert driver.current_url == app, driver.current_url
        walk.press("Sign in")
        walk.sees("Password")
        print("# signed out at the provider, too")


if __name__ == "__main__":
    main(*sys.argv[1:])
