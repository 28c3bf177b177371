#!/usr/bin/python3
"""Reads a mail as another program does: mail.py FILE prints its headers that
matter and its body as JSON."""
import email
import email.policy
import json
import sys

with open(sys.argv[1], "rb") as f:
    raw = f.read()
mail = email.message_from_bytes(raw, policy=email.policy.default)
print(json.dumps({
    "defects": [str(d) for d in mail.defects],
    "longest": max(len(line) for line in raw.split(b"\n")),
    "headers": sorted(mail.keys()),
    "from": str(mail["From"]), "to": str(mail["To"]),
    "bcc": str(mail["Bcc"]), "subject": str(mail["Subject"]),
    "auto": str(mail["Auto-Submitted"]), "id": str(mail["Message-ID"]),
    "language": str(mail["Content-Language"]), "body": mail.get_content()}))
