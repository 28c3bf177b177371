#!/usr/bin/python3
"""An app behind a proxy, that says what it was asked and with what headers:

    echo_app.py PORT

Its answer to /app/own-401 is a 401 of its own. /app/socket is a WebSocket (RFC
6455) that says each message again, after whose it is. /app/events sends one event,
and the next after a request for /app/next."""

import base64
import hashlib

import http.server
import struct
import sys
import threading

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
asked_for_next = threading.Event()


class App(http.server.BaseHTTPRequestHandler):
    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        said = ["app: %s %s" % (self.command, self.path),
                "body: " + self.rfile.read(length).decode("latin-1")]
        said += ["%s: %s" % pair for pair in self.headers.items()]
        said = "".join(line + "\n" for line in said).encode("latin-1")
        self.send_response(401 if self.path == "/app/own-401" else 200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def get(self):
        if self.path == "/app/events":
            self.send_events()
        elif self.path == "/app/socket":
            self.speak()
        else:
            if self.path == "/app/next":
                asked_for_next.set()
            self.answer()

    def send_events(self):
        asked_for_next.clear()
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(b"data: first\n\n")
        if asked_for_next.wait(20):
            self.wfile.write(b"data: next\n\n")

    def speak(self):
        key = self.headers.get("Sec-WebSocket-Key", "").encode()
        if self.headers.get("Upgrade", "").lower() != "websocket" or not key:
            self.send_error(400, "no WebSocket")
            return
        accept = base64.b64encode(hashlib.sha1(key + MAGIC).digest())
        self.wfile.write(b"HTTP/1.1 101 Switching Protocols\r\n"
                         b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
                         b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
        while head := self.rfile.read(2):
            mask = self.rfile.read(4)
            said = bytes(byte ^ mask[i % 4] for i, byte in
                         enumerate(self.rfile.read(head[1] & 0x7f)))
            if head[0] & 0x0f == 8:    # close
                break
            said = self.headers.get("Remote-User", "").encode() + b": " + said
            self.wfile.write(struct.pack("!BB", 0x81, len(said)) + said)
        self.wfile.write(b"\x88\x00")
        self.close_connection = True

    do_GET = get
    do_POST = do_PUT = do_PROPFIND = do_COPY = do_MOVE = answer

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(
    ("127.0.0.1", int(sys.argv[1])), App).serve_forever()
