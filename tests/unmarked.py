#!/usr/bin/env python3
"""Pages of programs whose sentences are in brackets (tests/messages.bats).

  unmarked.py EN_MSG PAGE...

Prints the text that is outside of the brackets, with its page, and then the
keys of the sentences that are on no page. Names (<bdi>, <option>, <dd>), times and reasons
(<code>) are data.
"""
import html.parser
import pathlib
import re
import sys

DATA = {"bdi", "code", "dd", "option", "time"}
SHOWN = ("title", "alt", "placeholder", "aria-label")


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open, self.words, self.whole = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        self.words += [v for k, v in attributes if k in SHOWN]

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        if "style" not in self.open:
            self.whole.append(data)
            if not DATA & set(self.open):
                self.words.append(data)


def messages(path):
    """{key: text}"""
    text = re.sub(r"\n[ \t]+", " ", pathlib.Path(path).read_text())
    return dict(re.findall(r"^([a-z][\w.]*(?:\[\w+\])?) = (.*)$", text, re.M))


seen = ""
for name in sys.argv[2:]:
    page = Page(pathlib.Path(name).read_text())
    seen += "".join(page.whole)
    rest = re.sub("⟦[^⟧]*⟧", "", "".join(page.words))
    if "⟦" not in "".join(page.words) or re.search(r"[^\W\d_]", rest):
        print(name, " ".join(rest.split()))
shown, sentence = set(), re.compile("⟦([^⟦⟧]*)⟧")
while sentence.search(seen):	# from the innermost on: a list is in a sentence
    shown.update(sentence.findall(seen))
    seen = sentence.sub("…", seen)
shown = "\n".join(shown)
for key, text in messages(sys.argv[1]).items():
    if key.startswith(("language.", "month.")):
        continue
    pattern = re.sub(r"\\{\w+\\}", "[^\n]*", re.escape(text))
    if not re.search(f"^{pattern}$", shown, re.M):
        print("on no page:", key)
