#!/usr/bin/python3
"""What the administrator's desk says of a refusal is what the command says, in
the person's language: the texts detail.* of the messages.

  refusals.py ROOT

Prints each sentence of the code that no such text of en.msg has, and each text
that is none of the code.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])

# Where the desk has them from.
SOURCES = {
    "domain/user.c": "user_name_refusal user_email_refusal user_group_refusal user_group_name",
    "domain/uri.c": "uri_refusal",
    "domain/client.c": "client_id_refusal client_refusal",
    "domain/site.c": "site_origin_refusal",
    "domain/site_rule.c": None,    # all that it says
    "domain/site_rules.c": "site_rules_add",
    "domain/recipe_client.c": "app_address_refusal recipe_url fill_uris recipe_apply",
    "interaction/admin_page.c": "desk_groups",
}

# The desk has no field for these.
NOT_THERE = re.compile(
    "grant|--(resource|jwks|public|auth)|refresh|private_key_jwt|client_credentials")

STRING = r'"((?:[^"\\]|\\.)*)"'
LITERAL = re.compile(r"%s(?:\s*%s)*" % (STRING, STRING))


def bodies(text, names):
    if names is None:
        yield text.partition("\nstatic")[2]
    for name in names.split() if names else ():
        found = re.search(r"^%s\(.*?^}" % name, text, re.S | re.M)
        if not found:
            sys.exit("no function is called " + name)
        yield found.group()


def sentences():
    for path, names in SOURCES.items():
        for body in bodies((ROOT / "lib" / path).read_text(), names):
            body = re.sub(r"/\*.*?\*/|'(\\.|[^'])'", "", body, flags=re.S)
            for literal in LITERAL.finditer(body):
                said = "".join(re.findall(STRING, literal.group()))
                said = re.sub(r"\\(.)", r"\1", said)
                if re.match(r"[a-z].* ", said) and not NOT_THERE.search(said):
                    yield said


def texts():
    text = re.sub(r"\n[ \t]+", " ", (ROOT / "templates/en.msg").read_text())
    return set(re.findall(r"^detail\.\w+ = (.*)$", text, re.M))


said, written = set(sentences()), texts()
for sentence in sorted(said - written):
    print("in no message:", sentence)
for sentence in sorted(written - said):
    print("not of the code:", sentence)
