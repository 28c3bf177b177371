#!/usr/bin/python3
"""Makes the pictures of README.md from real pages, in doc/images/:

    screenshots.py BUILD

A provider with one person and a few apps is made for it, and goes away again."""

import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

from selenium.webdriver.common.by import By

from browser import chromium

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(sys.argv[1]).resolve()
PORT = 8093
ISSUER = "http://localhost:%d" % PORT
PASSWORD = "correct horse battery"
APPS = [("photos", "Photos", "#b3541e"), ("cloud", "Files", "#1e6fb3"),
        ("recipes", "Recipes", "#4c8c2b"), ("library", "Library", "#7a4fa3")]
ICON = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">'
        '<rect width="48" height="48" rx="10" fill="%s"/>'
        '<circle cx="24" cy="24" r="11" fill="none" stroke="#fff" stroke-width="4"/></svg>')


def make_store(data, icons):
    def latchkey(*args, said=None):
        subprocess.run([BUILD / "bin/latchkey", "-d", data, *args], check=True,
                       input=said, text=True, stdout=subprocess.DEVNULL)

    latchkey("init", ISSUER)
    with open(data / "latchkey.conf", "a", encoding="utf-8") as conf:
        conf.write("provider_name = The Adams family\n")
    latchkey("user", "add", "alice", "--name", "Alice Adams", "--password-stdin",
             said=PASSWORD + "\n")
    for client_id, name, colour in APPS:
        icon = icons / (client_id + ".svg")
        icon.write_text(ICON % colour, encoding="utf-8")
        latchkey("client", "add", client_id, "--name", name, "--icon", str(icon),
                 "--redirect-uri", "https://%s.example.org/callback" % client_id)


def take(driver, name, height=720):
    """A picture of the page, 480 wide."""
    driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": 480, "height": height, "deviceScaleFactor": 1, "mobile": False})
    time.sleep(0.5)
    driver.save_screenshot(str(ROOT / "doc/images" / (name + ".png")))


def main():
    with tempfile.TemporaryDirectory() as work:
        data, icons = pathlib.Path(work, "data"), pathlib.Path(work, "icons")
        icons.mkdir()
        make_store(data, icons)
        with subprocess.Popen([ROOT / "conf/serve.sh", "-d", data, "-p", str(PORT)],
                              env=dict(os.environ, LATCHKEY_BUILD=str(BUILD))) as server:
            try:
                for _ in range(100):
                    try:
                        urllib.request.urlopen(ISSUER + "/jwks.json")
                        break
                    except OSError:
                        time.sleep(0.1)
                with chromium() as driver:
                    driver.get(ISSUER + "/")
                    take(driver, "sign-in")
                    driver.find_element(By.NAME, "username").send_keys("alice")
                    driver.find_element(By.NAME, "password").send_keys(PASSWORD)
                    driver.find_element(By.CSS_SELECTOR, "button[value=login]").click()
                    time.sleep(1)
                    take(driver, "home")
            finally:
                server.terminate()


main()
