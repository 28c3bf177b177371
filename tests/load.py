#!/usr/bin/python3
"""Refreshes over and over, faster than a shell could.

	load.py together N URL CLIENT SECRET TOKEN
	load.py rotate   N URL CLIENT SECRET TOKEN

together: N requests at once with the same token; prints each answer's status
and refresh token (or error), a line each. Of URLs with commas between them each
gets its share.
rotate: N times one after the other, each with the token of the answer before;
prints the last token. The first answer that is not 200 ends it.
"""

import base64
import http.client
import json
import sys
import threading
import urllib.parse


class Client:
    def __init__(self, url, client, secret):
        self.url = urllib.parse.urlsplit(url)
        credentials = base64.b64encode(f"{client}:{secret}".encode())
        self.headers = {
            "Authorization": "Basic " + credentials.decode(),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self.connect()

    def connect(self):
        self.connection = http.client.HTTPConnection(
            self.url.hostname, self.url.port, timeout=60)
        self.connection.connect()

    def refresh(self, token):
        body = urllib.parse.urlencode(
            {"grant_type": "refresh_token", "refresh_token": token})
        for again in (True, False):
            try:
                self.connection.request(
                    "POST", self.url.path, body, self.headers)
                answer = self.connection.getresponse()
                break
            except (http.client.RemoteDisconnected, BrokenPipeError):
                # The server closes a connection after so many requests,
                # between two of them.
                if not again:
                    raise
                self.connect()
        return answer.status, json.loads(answer.read())


def together(n, url, client, secret, token):
    urls = url.split(",")
    clients = [Client(urls[i % len(urls)], client, secret) for i in range(n)]
    barrier = threading.Barrier(n)
    lines = []

    def one(c):
        barrier.wait()
        status, answer = c.refresh(token)
        lines.append(
            f"{status} {answer.get('refresh_token', answer.get('error'))}")

    threads = [threading.Thread(target=one, args=(c,)) for c in clients]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print("\n".join(lines))


def rotate(n, url, client, secret, token):
    c = Client(url, client, secret)
    for i in range(n):
        status, answer = c.refresh(token)
        if status != 200:
            sys.exit(f"{i}: {status} {answer}")
        token = answer["refresh_token"]
    print(token)


what, n, url, client, secret, token = sys.argv[1:7]
{"together": together, "rotate": rotate}[what](
    int(n), url, client, secret, token)
