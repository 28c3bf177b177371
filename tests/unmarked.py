#!/usr/bin/python3
"""Pages of programs whose sentences are in brackets (tests/messages.bats).

  unmarked.py EN_MSG PAGE...

Prints the text that is outside of the brackets, with its page, and then the
keys of the sentences that are on no page. Names (<bdi>, or with a direction or
language of their own), values, times and reasons (<code>) are data.
"""
import html.parser
import pathlib
import re
import sys

DATA = {"bdi", "code", "dd", "option", "pre", "textarea", "time"}
SHOWN = ("title", "alt", "placeholder", "aria-label")


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open, self.words, self.whole, self.data, self.title = [], [], [], set(), ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        # A text whose direction or language is its own is a name, too.
        # A mark may be an event, as the log has it.
        named = dict(attributes)
        is_data = tag in DATA or named.get("class") == "mark" or (
            bool({"dir", "lang"} & named.keys()) and tag != "html")
        self.open.append((tag, is_data))
        self.words += [v for k, v in attributes if k in SHOWN and v not in self.data]

    def handle_endtag(self, tag):
        if tag in [name for name, _ in self.open]:
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data):
        names = [name for name, _ in self.open]
        if "style" in names or "script" in names:
            return
        self.whole.append(data)
        if "title" in names:
            self.title += data.partition(" · ")[0]
        elif any(is_data for _, is_data in self.open):
            self.data.add(data.strip())
        else:
            self.words.append(data)

    def unmarked(self):
        """The letters that no sentence has. What a page is about may be its title."""
        words = "".join(self.words)
        if self.title not in self.data:
            words += self.title
        while SENTENCE.search(words):
            words = SENTENCE.sub("", words)
        return words if re.search(r"[^\W\d_]", words) else ""


SENTENCE = re.compile("⟦[^⟦⟧]*⟧")


def messages(path):
    """{key: text}"""
    text = re.sub(r"\n[ \t]+", " ", pathlib.Path(path).read_text())
    return dict(re.findall(r"^([a-z][\w.]*(?:\[\w+\])?) = (.*)$", text, re.M))


seen = ""
for name in sys.argv[2:]:
    page = Page(pathlib.Path(name).read_text())
    seen += "".join(page.whole)
    rest = page.unmarked()
    if "⟦" not in "".join(page.whole) or rest:
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
