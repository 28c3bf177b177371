#!/usr/bin/python3
"""An invitation in a headless Chromium, and a reset: join_pages.py INVITATION
RESET PASSKEY WEAK, four links at localhost, the second with second factors.
Pictures go to $SCREENSHOTS."""

import sys

from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from browser import Walk, chromium

def choose(walk, password, again=None):
    walk.fill(new_password=password, again=again or password)
    walk.press("Save and sign in")


def invitation(walk, driver, link):
    driver.get(link)
    walk.sees("Welcome to", "Carol", "carol", "for 7 more days", "UTC")
    walk.press("Continue")
    walk.sees("Choose a password", "At least 8 characters")
    field = driver.find_element(By.ID, "new_password")
    assert field.get_attribute("autocomplete") == "new-password"
    walk.once_there(lambda: driver.switch_to.active_element == field)
    choose(walk, "sunshine1")
    walk.sees("guessed first")
    choose(walk, "violet tractor 7", "violet tractor 8")
    walk.sees("not the same")
    choose(walk, "violet tractor 7")
    walk.sees("Your password is saved", "Carol")
    assert "link=" not in driver.current_url, driver.current_url
    # Over what was refused, to the form.
    driver.execute_script("history.go(-3)")
    walk.sees("This link has been used")
    walk.press("Sign in")
    walk.sees("Carol")


def reset(walk, driver, link):
    driver.get(link)
    walk.sees("Choose a new password", "second factors and passkeys are removed")
    walk.press("Continue")
    # Two presses, as fast as they come.
    walk.fill(new_password="plum tree and snow", again="plum tree and snow")
    form = driver.find_element(By.TAG_NAME, "form")
    driver.execute_script(
        "const b = arguments[0].querySelector('button[name=step]');"
        "arguments[0].requestSubmit(b); arguments[0].requestSubmit(b);", form)
    walk.sees("Your new password is saved")


def add_authenticator(driver, verifies):
    driver.execute_cdp_cmd("WebAuthn.enable", {})
    return driver.execute_cdp_cmd("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": verifies, "isUserVerified": verifies,
        "automaticPresenceSimulation": True}})["authenticatorId"]


def passkey(walk, driver, link, weak):
    """One that is enough alone signs in from then on; another is not taken."""
    driver.get(weak)
    walk.press("Continue")
    one = add_authenticator(driver, False)
    walk.press("Use a passkey instead")
    walk.sees("cannot sign you in alone")
    driver.execute_cdp_cmd("WebAuthn.removeVirtualAuthenticator",
                           {"authenticatorId": one})
    driver.get(link)
    walk.press("Continue")
    add_authenticator(driver, True)
    walk.press("Use a passkey instead")
    walk.sees("Your passkey is saved", "you are signed in", "erik")
    driver.delete_all_cookies()
    driver.get(driver.current_url.split("?")[0])
    walk.sees("erik")  # offered and taken in the field of the name


def main(first, second, third, fourth):
    with chromium() as driver:
        invitation(Walk(driver), driver, first)
        driver.delete_all_cookies()
        reset(Walk(driver), driver, second)
        driver.delete_all_cookies()
        passkey(Walk(driver), driver, third, fourth)
        WebDriverWait(driver, 5).until(lambda d: "/join" not in d.current_url)
        errors = [e for e in driver.get_log("browser")
                  if e["level"] == "SEVERE" and "403" not in e["message"]]
        assert not errors, errors


if __name__ == "__main__":
    main(*sys.argv[1:])
