#!/usr/bin/python3
"""Saved pages in a headless Chromium, as readers of all sorts have them:

    axe.py AXE-JS PAGE...

axe-core finds nothing in light or dark; nothing scrolls sideways at 320 px, at
360 px with letters twice as large, or from right to left; what is pressed is as
large as a finger. Pages that differ in words, or in the number of rows, are
looked at once.
Pictures go to $SCREENSHOTS, if that names a directory."""

import html.parser
import os
import pathlib
import sys

from browser import chromium

AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa',
    'wcag22aa', 'best-practice'], resultTypes: ['violations']}).then(
    result => done(result.violations.map(v => v.id + ': ' +
        v.nodes.map(node => node.html.slice(0, 200)).join(' | '))),
    error => done([String(error)]));
"""

# A page in place of the one that is there, in the same window, which keeps axe-core:
# to go from page to page and load it in each takes most of a second.
SHOW = """
const [text, done] = arguments;
document.open();
document.write(text);
document.close();
if (document.readyState === 'complete')
    done();
else
    addEventListener('load', () => done(), {once: true});
"""

WIDE = """
const root = document.documentElement, found = [];
if (root.scrollWidth > root.clientWidth) {
    const over = [...document.querySelectorAll('body *')].filter(e => {
        const box = e.getBoundingClientRect();
        return box.right > root.clientWidth + 1 || box.left < -1;
    });
    found.push('scrolls sideways: ' + over.slice(-1).map(e => e.outerHTML.slice(0, 200)));
}
const card = document.querySelector('main').getBoundingClientRect();
for (const e of document.querySelectorAll('main *')) {
    const box = e.getBoundingClientRect();
    if (box.width > 1 && (box.right > card.right + 1 || box.left < card.left - 1))
        found.push('wider than its card: ' + e.outerHTML.slice(0, 200));
}
return found;
"""

FINGERS = """
const found = [];
for (const e of document.querySelectorAll(
    'button, input:not([type=hidden]), select, summary, .actions a')) {
    if (!e.checkVisibility()) continue;
    const box = (e.closest('label') || e).getBoundingClientRect();
    if (box.height < 44 || box.width < 44)
        found.push('smaller than a finger: ' + e.outerHTML.slice(0, 200));
}
return found;
"""


class Skeleton(html.parser.HTMLParser):
    """The tags of a page, with what makes one look like no other; not its foot,
    where all have the same languages."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text.partition("<footer")[0])

    def handle_starttag(self, tag, attributes):
        kept = [pair for pair in attributes
                if pair[0] in ("class", "role", "type", "name", "id", "open")]
        self.tags.append((tag, *kept))


class Reader:
    def __init__(self, driver, axe, first):
        """From a file on, as passkeys and the clipboard are for no blank page."""
        self.driver = driver
        driver.get(first.as_uri())
        driver.execute_script(axe)

    def show(self, page):
        self.driver.execute_async_script(SHOW, page.read_text())

    def shape(self, width, height, scheme):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1,
            "mobile": width < 600})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"}]})

    def run_axe(self):
        return self.driver.execute_async_script(AXE)

    def picture(self, page, name):
        if os.environ.get("SCREENSHOTS"):
            self.driver.save_screenshot("%s/%s-%s.png" % (
                os.environ["SCREENSHOTS"], page.name, name))

    def faults(self, page):
        run = self.driver.execute_script
        self.shape(360, 740, "light")
        self.show(page)
        found = self.run_axe() + run(WIDE) + run(FINGERS)
        self.picture(page, "light")
        self.shape(1280, 900, "dark")
        found += self.run_axe()
        self.picture(page, "dark")
        self.shape(320, 740, "light")
        found += run(WIDE)
        self.shape(360, 740, "dark")
        run("document.documentElement.dir = 'rtl'")
        found += ["right to left: " + fault for fault in run(WIDE)]
        self.picture(page, "rtl")
        run("document.documentElement.dir = 'ltr';"
            "document.documentElement.style.fontSize = '200%'")
        found += ["at 200 %: " + fault for fault in run(WIDE)]
        self.picture(page, "200")
        return found


def distinct(pages):
    seen = set()
    for page in pages:
        text = page.read_text()
        shape = frozenset(Skeleton(text).tags)
        if text.startswith("<!DOCTYPE") and shape not in seen:
            seen.add(shape)
            yield page


def main(axe, *names):
    pages = list(distinct(pathlib.Path(name).resolve() for name in names))
    faults = []
    with chromium() as driver:
        reader = Reader(driver, pathlib.Path(axe).read_text(), pages[0])
        for page in pages:
            found = reader.faults(page)
            title = driver.title
            faults += ["%s (%s): %s" % (title, page.name, f) for f in found]
    print("\n".join(faults + ["%d pages looked at" % len(pages)]))
    sys.exit(1 if faults or len(pages) < 10 else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
