#!/usr/bin/python3
"""Saved pages, whose English sentences are in brackets (tests/messages.bats), in
all other languages, in a headless Chromium:

    translated.py TEMPLATES OUT AXE-JS PAGE...

Each is written to OUT/LANGUAGE-PAGE, for the languages in the directory
TEMPLATES, and nothing of it scrolls sideways at 360 px. What is in brackets is a
sentence of en.msg. axe-core finds nothing on any page in one of the languages,
another one for each page; with $LATCHKEY_EVERY_LANGUAGE in all of them. Pictures
go to $SCREENSHOTS, if that names a directory."""

import html
import os
import pathlib
import re
import sys

from axe import WIDE, Reader, distinct
from browser import chromium

SENTENCE = re.compile("⟦([^⟦⟧]*)⟧")
PLACE = re.compile(r"{(\w+)}")
STRANGE = set()


def messages(path):
    """{key: text}, as a page has it."""
    text = re.sub(r"\n[ \t]+", " ", path.read_text())
    found = re.findall(r"^([a-z][\w.]*(?:\[\w+\])?) = (.*)$", text, re.M)
    return {key: html.escape(text).replace("&#x27;", "&#39;") for key, text in found}


def patterns(english):
    """(pattern, key): those with the most text of their own first."""
    rows = []
    for key, text in english.items():
        places = PLACE.split(text)
        pattern, names = "", set()
        for n, part in enumerate(places):
            if n % 2 == 0:
                pattern += re.escape(part)
            elif part in names:
                pattern += "(?P=%s)" % part
            else:
                names.add(part)
                pattern += "(?P<%s>%s)" % (
                    part, r"\d+" if part in ("day", "year") else ".*?")
        rows.append((len("".join(places[::2])), re.compile(pattern, re.S), key))
    return [(pattern, key) for _, pattern, key in
            sorted(rows, key=lambda row: -row[0])]


def recognise(text, known, seen={}):
    """The key of a sentence, and what is in its places; looked for once."""
    if text not in seen:
        seen[text] = None, {}
        for pattern, key in known:
            found = pattern.fullmatch(text)
            if found:
                seen[text] = key, found.groupdict()
                break
        else:
            STRANGE.add("no sentence: " + text)
    return seen[text]


class Language:
    def __init__(self, path, known):
        self.tag, self.known = path.stem, known
        self.texts = messages(path)

    def text(self, key):
        base = key.split("[")[0]
        for name in key, base + "[other]", base + "[many]":
            if name in self.texts:
                return self.texts[name]
        return None

    def sentence(self, match):
        key, values = recognise(match.group(1), self.known)
        if key is None:
            return match.group(1)
        return PLACE.sub(lambda place: values.get(place.group(1), ""),
                         self.text(key) or "")

    def page(self, text):
        direction = self.texts["language.direction"]
        while SENTENCE.search(text):    # from the innermost on
            text = SENTENCE.sub(self.sentence, text)
        return text.replace('<html lang="en" dir="ltr">',
                            '<html lang="%s" dir="%s">' % (self.tag, direction))


def translate(templates, out, pages):
    """Each page in each language, and whether axe-core looks at it."""
    known = patterns(messages(templates / "en.msg"))
    paths = [path for path in sorted(templates.glob("*.msg")) if path.stem != "en"]
    for turn, path in enumerate(paths):
        language = Language(path, known)
        for number, page in enumerate(pages):
            written = out / ("%s-%s" % (path.stem, page.name))
            written.write_text(language.page(page.read_text()))
            yield language, written, (bool(os.environ.get("LATCHKEY_EVERY_LANGUAGE"))
                                      or number % len(paths) == turn)


def faults(reader, language, page, with_axe):
    driver = reader.driver
    reader.show(page)
    if os.environ.get("SCREENSHOTS"):
        driver.save_screenshot("%s/%s.png" % (os.environ["SCREENSHOTS"], page.stem))
    found = driver.execute_script(WIDE)
    root = driver.execute_script("""const root = document.documentElement;
        return [root.lang, getComputedStyle(root).direction];""")
    if root != [language.tag, language.texts["language.direction"]]:
        found.append("is %s, and goes %s" % tuple(root))
    if with_axe:
        found += reader.run_axe()
    return ["%s (%s): %s" % (driver.title, page.name, fault) for fault in found]


def main(templates, out, axe, *names):
    pages = list(distinct(pathlib.Path(name).resolve() for name in names))
    found, count, looked = [], 0, 0
    with chromium() as driver:
        reader = Reader(driver, pathlib.Path(axe).read_text(), pages[0])
        reader.shape(360, 740, "light")
        for language, page, with_axe in translate(pathlib.Path(templates),
                                                  pathlib.Path(out), pages):
            found += faults(reader, language, page, with_axe)
            count += 1
            looked += with_axe
    print("\n".join(found + sorted(STRANGE) + [
        "%d pages looked at, %d by axe-core" % (count, looked)]))
    sys.exit(1 if found or STRANGE or count < 100 or looked < len(pages) else 0)


main(*sys.argv[1:])
