#!/usr/bin/python3
"""Passkeys in a headless Chromium with virtual authenticators:

    passkeys.py ISSUER PASSWORD WALK

ISSUER is at localhost; alice, bob, carol, dora, erik and frida have the password.
Pictures go to $SCREENSHOTS, if that names a directory."""

import os
import sys

from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from browser import Walk, chromium

ISSUER, PASSWORD = sys.argv[1:3]
PAGE = ISSUER + "/account/passkeys"
PHONE = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
         "hasUserVerification": True, "isUserVerified": True}
U2F = {"protocol": "u2f", "transport": "usb"}


class Person(Walk):
    """A person with a browser and authenticators."""

    def __init__(self, driver):
        super().__init__(driver)
        self.cdp("WebAuthn.enable")

    def cdp(self, command, **args):
        return self.driver.execute_cdp_cmd(command, args)

    def authenticator(self, options, present=True):
        made = self.cdp("WebAuthn.addVirtualAuthenticator", options=dict(
            options, automaticPresenceSimulation=present))
        return made["authenticatorId"]

    def webauthn(self, command, authenticator, **args):
        return self.cdp("WebAuthn." + command, authenticatorId=authenticator, **args)

    def credentials(self, authenticator):
        return self.webauthn("getCredentials", authenticator)["credentials"]

    def go(self, url):
        self.driver.get(url)

    def leave(self):
        self.driver.delete_all_cookies()

    def with_password(self, name, password=PASSWORD):
        """Types it, and sends the form as Enter does."""
        self.sees("User name")
        self.fill(username=name, password=password)
        self.press("Sign in")

    def add(self, name):
        self.sees("Add a passkey")
        self.driver.find_element(By.ID, "new-name").send_keys(name)
        self.press("Add a passkey")

    def arrives(self, words):
        WebDriverWait(self.driver, 15).until(
            lambda _: words in self.driver.current_url, words)

    def sees_not(self, word):
        assert word not in self.text(), self.text()

    def quiet(self):
        """Nothing went wrong in a script, and no policy was broken."""
        bad = [line for line in self.driver.get_log("browser")
               if line["level"] == "SEVERE" and "favicon" not in line["message"]
               and "403" not in line["message"]]
        assert not bad, bad


def flow(me):
    """Adding, signing in alone, renaming, removing."""
    # With the authenticator not there yet, nothing answers in the name's field.
    me.go(PAGE)
    me.with_password("alice")
    me.sees("Passkeys", "Add a passkey")
    phone = me.authenticator(PHONE)
    me.add("My phone")
    me.sees("The passkey was added", "My phone", "Added on")
    me.sees_not("together with your password")
    one = me.credentials(phone)[0]
    assert one["rpId"] == "localhost" and one["isResidentCredential"], one
    # There already.
    me.press("Add a passkey")
    me.sees("This device has a passkey for your account already")
    me.quiet()
    # Nothing but the passkey, in the name's field, by itself.
    me.leave()
    me.go(PAGE)
    me.sees("My phone", "Last used on")
    # And by the button, where the field asks first and waits.
    me.leave()
    me.webauthn("setAutomaticPresenceSimulation", phone, enabled=False)
    me.go(PAGE)
    me.sees("Sign in with a passkey")
    me.webauthn("setAutomaticPresenceSimulation", phone, enabled=True)
    me.press("Sign in with a passkey")
    me.sees("My phone")
    me.quiet()
    # A new name; a removal that is thought better of, and one that is not.
    me.driver.find_element(By.TAG_NAME, "summary").click()
    me.driver.find_element(By.CSS_SELECTOR, "li [name=passkey_name]").send_keys(" <b>2")
    me.press("Rename")
    me.sees("The passkey has its new name", "My phone <b>2")
    me.driver.find_element(By.TAG_NAME, "summary").click()
    me.press("Remove")
    me.sees("Remove this passkey?", "My phone <b>2")
    me.press("Cancel")
    me.sees("Add a passkey", "My phone <b>2")
    me.driver.find_element(By.TAG_NAME, "summary").click()
    me.press("Remove")
    me.sees("Remove this passkey?")
    me.press("Remove")
    me.sees("The passkey was removed")
    me.sees_not("My phone")
    # Of a passkey that is not known here any more the page says so.
    me.leave()
    me.webauthn("setAutomaticPresenceSimulation", phone, enabled=False)
    me.go(PAGE)
    me.sees("Sign in with a passkey")
    me.webauthn("setAutomaticPresenceSimulation", phone, enabled=True)
    me.press("Sign in with a passkey")
    me.sees("This passkey is not known here", "User name")
    me.quiet()


def second(me):
    """A key that checks nothing, after the password."""
    me.authenticator(U2F)
    me.go(PAGE)
    me.with_password("carol")
    me.sees("From then on your password alone is not enough")
    me.add("Old key")
    me.sees("The passkey was added", "Old key", "together with your password")
    me.sees_not("From then on")
    me.leave()
    me.go(PAGE)
    me.with_password("carol")
    me.sees("Confirm it’s you", "Confirm it with your passkey")
    me.press("Use your passkey")
    me.sees("Old key", "Last used on")
    me.quiet()


def by_passkey(me, authenticator, **attack):
    """Signs in with nothing else; ATTACK is what the answer is made to be."""
    me.leave()
    me.webauthn("setAutomaticPresenceSimulation", authenticator, enabled=False)
    me.webauthn("setResponseOverrideBits", authenticator, **attack)
    me.go(PAGE)
    me.sees("Sign in with a passkey")
    me.webauthn("setAutomaticPresenceSimulation", authenticator, enabled=True)
    me.press("Sign in with a passkey")


def attacks(me):
    """Bad answers are refused, and odd ones are told and let in."""
    phone = me.authenticator(dict(PHONE, ctap2Version="ctap2_1"))
    me.go(PAGE)
    me.with_password("bob")
    me.add("Phone")
    me.sees("The passkey was added")
    by_passkey(me, phone, isBogusSignature=True)
    me.sees("This passkey could not be verified", "User name")
    by_passkey(me, phone, isBadUP=True)
    me.sees("Your device did not ask you", "User name")
    by_passkey(me, phone, isBadUV=True)
    me.sees("Your passkey is right", "enter your password as well")
    assert me.driver.find_element(By.NAME, "username").get_attribute("value") == "bob"
    me.fill(password=PASSWORD)
    me.press("Sign in")
    me.sees("Phone", "together with your password")
    by_passkey(me, phone)
    me.sees("Phone", "Last used on")
    me.sees_not("There may be a copy")
    # A copy of it is behind.
    copy = me.credentials(phone)[0]
    me.webauthn("removeCredential", phone, credentialId=copy["credentialId"])
    me.webauthn("addCredential", phone, credential=dict(copy, signCount=0))
    by_passkey(me, phone)
    me.sees("Phone", "There may be a copy of it")
    me.sees_not("it changed whether")
    # Whether it is backed up changes, as some makers' do.
    me.webauthn("setCredentialProperties", phone, credentialId=copy["credentialId"],
                backupEligibility=True, backupState=True)
    by_passkey(me, phone)
    me.sees("Phone", "it changed whether your other devices may have it")
    me.quiet()


def tabs(me):
    """Two tabs, another person in between, and a person who says no."""
    phone = me.authenticator(PHONE, present=False)
    me.go(PAGE)
    me.with_password("dora")
    me.sees("Add a passkey")
    first = me.driver.current_window_handle
    # Another person signs in in a second tab; the first is still Dora's.
    me.driver.switch_to.new_window("tab")
    me.go(PAGE)
    me.leave()
    me.go(PAGE)
    me.with_password("erik")
    me.sees("Add a passkey")
    second_tab = me.driver.current_window_handle
    me.driver.switch_to.window(first)
    me.webauthn("setAutomaticPresenceSimulation", phone, enabled=True)
    with me.page_changes():
        me.add("Whose?")
    assert me.credentials(phone)
    me.sees("Passkeys", "Add a passkey")
    me.sees_not("Whose?")
    for one in me.credentials(phone):
        me.webauthn("removeCredential", phone, credentialId=one["credentialId"])
    me.add("Erik's")
    me.sees("The passkey was added", "Erik's")
    # The page to sign in stays open while another person signs in elsewhere.
    me.leave()
    me.webauthn("setAutomaticPresenceSimulation", phone, enabled=False)
    me.go(PAGE)
    me.sees("Sign in with a passkey")
    me.driver.switch_to.window(second_tab)
    me.go(PAGE)
    me.with_password("dora")
    me.sees("Add a passkey")
    me.driver.switch_to.window(first)
    me.webauthn("setAutomaticPresenceSimulation", phone, enabled=True)
    me.press("Sign in with a passkey")
    me.sees("Erik's")
    me.driver.back()
    me.sees("Erik's")
    # The person says no, and can go on with the password.
    me.leave()
    me.webauthn("setAutomaticPresenceSimulation", phone, enabled=False)
    me.go(PAGE)
    me.sees("Sign in with a passkey")
    me.webauthn("setUserVerified", phone, isUserVerified=False)
    for one in me.credentials(phone):
        me.webauthn("removeCredential", phone, credentialId=one["credentialId"])
    me.webauthn("setAutomaticPresenceSimulation", phone, enabled=True)
    me.press("Sign in with a passkey")
    me.sees("No passkey was used", "User name")
    me.quiet()


def no_scripts(me):
    """Without scripts there is no word of passkeys where one signs in."""
    me.go(PAGE)
    me.sees_not("passkey")
    me.with_password("frida")
    me.sees("Passkeys", "Passkeys do not work in this browser")


def on_the_way(me):
    """An app wants a passkey of a person who has none; the next time it is asked
    for. Without an authenticator that can do it, Cancel leads back."""
    way = os.environ["APP_URL"]
    me.go(way)
    me.with_password("mia")
    me.sees("Add a passkey", "wants you to sign in with a passkey")
    me.driver.save_screenshot(os.environ["SCREENSHOTS"] + "/way.png") \
        if os.environ.get("SCREENSHOTS") else None
    me.press("Cancel")
    me.arrives("error=access_denied")
    phone = me.authenticator(PHONE)
    me.go(way)
    me.add("My phone")
    me.arrives("code=")
    assert len(me.credentials(phone)) == 1
    me.leave()
    me.webauthn("setAutomaticPresenceSimulation", phone, enabled=False)
    me.go(way)
    me.with_password("mia")
    me.sees("Confirm it with your passkey")
    me.webauthn("setAutomaticPresenceSimulation", phone, enabled=True)
    me.press("Use your passkey")
    me.arrives("code=")


WALKS = {walk.__name__: walk
         for walk in (flow, second, attacks, tabs, no_scripts, on_the_way)}


def main(walk):
    scripts = {"profile.managed_default_content_settings.javascript": 2}
    with chromium(scripts if walk == "no_scripts" else None) as driver:
        WALKS[walk](Person(driver))


if __name__ == "__main__":
    main(sys.argv[3])
