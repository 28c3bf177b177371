#!/usr/bin/python3
"""The words for what went wrong or happened: those in the code, those in the
manuals, and those that have a text on a page.

  reasons.py TREE LIST...

  reasons    WORD: has a row in base/reason.h
  emitted    PROGRAM WORD: given as the reason of a refusal or as a line of
             the log, in reach of the program's main(); "store WORD" for
             what the store logs, in any program
  told       PROGRAM WORD: listed in its manual; the store's, in latchkey(8)
  events     lines of the audit, of all programs
  listed     those in latchkey(8)
  shown      WORD: has a sentence in en.msg

Each line begins with the name of its list.

A reason is an enumerator of base/reason.h, so that none can hide; it counts
where it is named, except in a comparison or a table. The other lines of the log
count where they are given to a parameter called what or event, or to log_note
and log_fault as the "reason".
"""
import pathlib
import re
import sys

TREE = pathlib.Path(sys.argv[1])

# What a program keeps to itself, or never comes to.
NOT_REACHED = {
    "introspect": {"access_token_parse", "access_token_require"},  # not active
    "revoke": {"access_token_parse"},  # one that is no good is revoked
    "refresh": {"grant_code_look", "grant_code_commit",
                "grant_client_look", "grant_device_look",
                "grant_device_commit", "grant_exchange_prepare",
                "grant_exchange_look", "tell_unused",  # grants of token(8)
                "check_for_resource"},  # it is none
    "authorize": {"allow_device"},  # of device(8)
    "device": {"issue_code"},  # of authorize(8)
    "par": {"check_was_pushed", "check_for_resource"},  # the same
    "metadata": {"ways"},  # their names alone
    "token": {"refresh_cookie_require",  # of refresh(8)
              "check_for_resource"},
}
# Which of them it was, the caller does not tell.
KEPT = {("family_require", "prerequisite_lost")}
NEEDS = {"page_error": "SERVER_PAGES", "templates_load": "SERVER_PAGES",
         "page_unavailable": "SERVER_PAGES"}
NEEDS_NOT = {"dispatch_call": "SERVER_EVERY_PATH"}
ONLY_OF_CLIENTS = "client_authentication_failed"  # see describe() in reply.c
ROW = re.compile(r'X\((\w+), \w+,[\s\\]*"(\w+)"\)')
TOKEN = re.compile(
    r"""/\*.*?\*/|//[^\n]*|^\#(?:[^\n]*\\\n)*[^\n]*"""  # no code
    r"""|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)+'|\w+|->|\S)""",
    re.S | re.M)


class Chunk:
    """A function or a table at the top level of a file."""

    def __init__(self, path, tokens, name, body_at):
        self.path, self.tokens, self.name = path, tokens, name
        self.head, self.body = tokens[:body_at], tokens[body_at:]
        self.static = self.head[:1] == ["static"] and path.suffix == ".c"


def is_string(token):
    return token.startswith('"')


def cut(tokens):
    """The definitions at the top level: to the ; or a function's } there."""
    depth, at, function = 0, 0, False
    for i, t in enumerate(tokens):
        if t == "{" and depth == 0:
            function = i > at and tokens[i - 1] == ")"
        if t in "([{":
            depth += 1
        elif t in ")]}":
            depth -= 1
        if depth == 0 and (t == ";" or (t == "}" and function)):
            yield tokens[at : i + 1]
            at, function = i + 1, False


def chunk(path, tokens):
    at = tokens.index("{") if "{" in tokens else len(tokens)
    if tokens[at - 1] != ")" and "=" in tokens:
        at = tokens.index("=")
    head = tokens[:at]
    if "(" in head:
        return Chunk(path, tokens, head[head.index("(") - 1], at)
    while head and head[-1] == "]":
        head = head[: len(head) - head[::-1].index("[") - 1]
    return Chunk(path, tokens, head[-1] if head else "", at)


def arguments(tokens, at):
    """Those between the ( at AT and its )."""
    depth, args = 1, [[]]
    for t in tokens[at + 1 :]:
        if t in "([{":
            depth += 1
        elif t in ")]}":
            depth -= 1
        if depth == 0:
            break
        if t == "," and depth == 1:
            args.append([])
        else:
            args[-1].append(t)
    return args


def read(*patterns):
    chunks = []
    for pattern in patterns:
        for path in sorted(TREE.glob(pattern)):
            tokens = [t for t in TOKEN.findall(path.read_text()) if t]
            chunks += [chunk(path, c) for c in cut(tokens)]
    return chunks


def word_parameters(chunks, names):
    """{(function, file or None): index of the parameter that is a word}"""
    found = {}
    for c in chunks:
        if "(" not in c.head:
            continue
        for i, a in enumerate(arguments(c.head, c.head.index("("))):
            if a[:2] == ["const", "char"] and a.count("*") == 1 \
                    and (a[-1] in names
                         or a[-1] == "what" and "log_" in c.name):
                found[c.name, c.path if c.static else None] = i
    return found


def strings_of(tokens):
    """The string literals, each whole; of a line of the log what is before a
    colon."""
    whole, before = [], ""
    for t in tokens:
        if is_string(before) and is_string(t):
            whole[-1] += t[1:-1]
        elif is_string(t):
            whole.append(t[:-1])
        before = t
    return [w.split(":")[0].strip('"') for w in whole]


def calls(c, parameters):
    """The arguments of each call in C that gives a word, and the word's."""
    for i, t in enumerate(c.body[:-1]):
        at = parameters.get((t, c.path), parameters.get((t, None)))
        if at is not None and c.body[i + 1] == "(":
            args = arguments(c.body, i + 1)
            yield args, args[at]
        if t in ("log_note", "log_fault"):
            args = arguments(c.body, i + 1)
            for name, value in zip(args, args[1:]):
                if name == ['"reason"']:
                    yield [], value


def rows():
    """{enumerator: word} of base/reason.h"""
    text = (TREE / "lib/base/reason.h").read_text()
    return {"REASON_" + name: word for name, word in ROW.findall(text)}


def named(tokens, table):
    """The words of the reasons that TOKENS give, and those of errors that are
    given without one."""
    for i, t in enumerate(tokens):
        compared = tokens[i - 1] == "=" and tokens[i - 2] in ("=", "!")
        if t in table and not compared \
                and tokens[i - 1] not in ("case", "{", "["):
            yield table[t]
        elif t == "REASON_NONE":
            yield from (t[4:].lower() for t in tokens[max(i - 2, 0) : i]
                        if t.startswith("ERR_"))


def words_of(c, parameters, table):
    """The words that the function C itself gives."""
    words = list(named(c.body, table))
    for args, word in calls(c, parameters):
        words += strings_of(word)
    return {w.strip('"') for w in words if w}


def is_barred(main, name):
    return (name in NOT_REACHED.get(main.path.stem, ())
            or NEEDS.get(name, "main") not in ["main", *main.body]
            or NEEDS_NOT.get(name) in main.body)


def reach(chunks, main):
    """The chunks in reach of MAIN: by call, by address or by table."""
    own, shared = {}, {}
    for c in chunks:
        if c.static:
            own.setdefault((c.path, c.name), []).append(c)
        elif c.body and c.name != "main":
            shared.setdefault(c.name, []).append(c)
    seen, todo = {id(main)}, [main]
    while todo:
        c = todo.pop()
        yield c
        for name in set(c.body):
            for found in own.get((c.path, name)) or shared.get(name, ()):
                if id(found) not in seen and (c.name, name) not in KEPT \
                        and not is_barred(main, name):
                    seen.add(id(found))
                    todo.append(found)


def is_of_store(c):
    return "store" in c.path.relative_to(TREE).parts


def emitted():
    chunks = read("lib/base/log.h", "lib/[!b]*/**/*.[ch]", "cgi-bin/*.c")
    parameters = word_parameters(chunks, ())
    table = rows()
    words = {id(c): words_of(c, parameters, table) for c in chunks}
    for main in (c for c in chunks if c.name == "main"):
        found = set().union(*(words[id(c)] for c in reach(chunks, main)
                              if not is_of_store(c)))
        if not any(w.startswith("client_secret") for w in found):
            found.discard(ONLY_OF_CLIENTS)
        yield from ((main.path.stem, word) for word in found)
    for c in filter(is_of_store, chunks):
        yield from (("store", word) for word in words[id(c)])
    # The name of an error of the store is the line's first word as well.
    names = re.findall(r'= \{"(store_\w+)"', (TREE / "lib/base/err.c").read_text())
    yield from (("store", name) for name in names)


def reasons():
    yield from ((word,) for word in rows().values())


def member_values(tokens, name):
    """What is given to the member NAME of a struct: ".name = VALUE,"."""
    for i in range(len(tokens) - 3):
        if tokens[i : i + 3] == [".", name, "="]:
            yield arguments(tokens, i + 2)[0]


def events():
    chunks = read("lib/[!b]*/*.[ch]", "cgi-bin/*.c", "bin/*.[ch]")
    parameters = word_parameters(chunks, ("event",))
    parameters = {k: v for k, v in parameters.items() if "audit" in k[0]}
    for c in chunks:
        for args, word in calls(c, parameters):
            if args:
                yield from ((w.strip('"'),) for w in word if is_string(w))
        if "audit_line" in c.body:
            for word in member_values(c.body, "event"):
                yield from ((w.strip('"'),) for w in word if is_string(w))


def shown():
    text = (TREE / "templates/en.msg").read_text()
    for word in re.findall(r"^reason\.([a-z_]+) = ", text, re.M):
        yield (word,)


def list_in(text, start):
    """The words of .It Sy lines from START to the next section."""
    part = re.split(r"\n\.S[hs] ", text[text.index(start) + 1 :], 1)[0]
    for line in re.findall(r"^\.It Sy (.*)$", part, re.M):
        yield from (word.strip() for word in line.split(","))


def told():
    for page in sorted(TREE.glob("cgi-bin/*.8")):
        yield from ((page.stem, word)
                    for word in list_in(page.read_text(), ".Sh DIAGNOSTICS"))
    text = (TREE / "bin/latchkey.8").read_text()
    for section in (".Ss When the store", ".Ss When the clock"):
        yield from (("store", word) for word in list_in(text, section))


def listed():
    text = (TREE / "bin/latchkey.8").read_text()
    yield from ((word,) for word in list_in(text, ".It Cm audit"))


if __name__ == "__main__":
    for name in sys.argv[2:]:
        for words in sorted(set(globals()[name]())):
            print(name, *words)
