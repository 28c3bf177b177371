#!/usr/bin/python3
"""Signs in to a mail server with an access token, as mail programs do, and says
"yes" or "no":

	mail_client.py imap|smtp PORT MECHANISM USER TOKEN [SECONDS]

MECHANISM is oauthbearer or xoauth2. With SECONDS it signs in once more after so
many.
"""

import imaplib
import smtplib
import sys
import time

protocol, port, mechanism, user, token, *pause = sys.argv[1:]
said = {
    "oauthbearer": f"n,a={user},\1auth=Bearer {token}\1\1",
    "xoauth2": f"user={user}\1auth=Bearer {token}\1\1",
}[mechanism]


def by_imap():
    try:
        with imaplib.IMAP4("127.0.0.1", int(port)) as server:
            server.authenticate(mechanism.upper(), lambda _: said.encode())
            server.select("INBOX")
            return True
    except imaplib.IMAP4.error:
        return False


def by_smtp():
    try:
        with smtplib.SMTP("127.0.0.1", int(port)) as server:
            server.ehlo()
            server.auth(mechanism.upper(), lambda _=None: said)
            server.sendmail(user, ["bob@example.org"],
                            f"Subject: by {mechanism}\r\n\r\nHello\r\n")
            return True
    except smtplib.SMTPAuthenticationError:
        return False


sign_in = {"imap": by_imap, "smtp": by_smtp}[protocol]
for seconds in [0, *map(float, pause)]:
    time.sleep(seconds)
    good = sign_in()
print("yes" if good else "no")
