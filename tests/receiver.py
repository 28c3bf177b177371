#!/usr/bin/python3
"""An app that is asked by latchkey's own requests, over HTTPS:

    receiver.py CERTIFICATE KEY PORT LOG [ADDRESS...]

Each request is a line of JSON in LOG: when, path, type and body. What is
answered depends on the path: /ok, /no-content, /refuse (400), /fail (500),
/redirect, /big (10 MB), /long-head, /many-heads and /long-tail (headers without
end, before the answer or after its body), /slow (never), /drip (a byte every 0.2 s),
/cut (half a body), /noise (no HTTP), /keep (may be kept for an hour),
/fail-while/FILE (500 as long as there is a FILE), /file/FILE (what is in FILE;
FILE.head may say more, as JSON: status, headers, and for how long to wait),
/doc/FILE (the same, in RECEIVER_ROOT)."""

import http.server
import json
import os
import ssl
import sys
import threading
import time

lock = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def say(self, status, body=b"fine\n", *headers):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "text/plain")
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def note(self, body):
        line = json.dumps({
            "at": time.time(), "method": self.command, "path": self.path,
            "type": self.headers.get("Content-Type"),
            "accept": self.headers.get("Accept"),
            "secrets": [self.headers.get(name) for name in
                        ("Authorization", "Cookie", "Proxy-Authorization")],
            "body": body.decode("utf-8", "replace")})
        with lock, open(self.server.log_path, "a", encoding="utf-8") as log:
            log.write(line + "\n")

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.note(self.rfile.read(length))
        self.close_connection = True
        path = self.path.partition("?")[0]
        if path.startswith("/fail-while/"):
            there = os.path.exists(path[len("/fail-while"):])
            return self.say(500 if there else 200)
        if path.startswith("/file/"):
            return self.say_file(path[len("/file"):])
        if path.startswith("/doc/"):
            return self.say_file(os.path.join(
                os.environ["RECEIVER_ROOT"], path[len("/doc/"):]))
        what = {
            "/no-content": lambda: self.say(204, b""),
            "/refuse": lambda: self.say(400, b"no\n"),
            "/fail": lambda: self.say(500, b"no\n"),
            "/redirect": lambda: self.say(307, b"", ("Location", "/ok")),
            "/keep": lambda: self.say(
                200, b"fine\n", ("Cache-Control", "public, max-age=3600"),
                ("Age", "600")),
            "/keep-not": lambda: self.say(
                200, b"fine\n", ("Cache-Control", "no-store")),
            "/big": self.big, "/long-head": self.long_head, "/cut": self.cut,
            "/many-heads": lambda: self.flood(
                b"", b"HTTP/1.1 103 Early Hints\r\nX: %s\r\n\r\n" % (b"y" * 999)),
            "/long-tail": lambda: self.flood(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
                b"X: %s\r\n" % (b"y" * 999)),
            "/slow": lambda: time.sleep(60), "/drip": self.drip,
            "/noise": lambda: self.wfile.write(b"\x00\x01noise\r\n\r\n"),
        }.get(path)
        return what() if what else self.say(200)

    do_GET = do_POST = answer

    def say_file(self, path):
        try:
            with open(path, "rb") as file:
                body = file.read()
        except OSError:
            return self.say(404, b"no\n")
        head = {}
        if os.path.exists(path + ".head"):
            with open(path + ".head", encoding="utf-8") as file:
                head = json.load(file)
        time.sleep(head.get("wait", 0))
        headers = {"Content-Type": "application/json"} | head.get("headers", {})
        self.send_response(head.get("status", 200))
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        return None

    def big(self):
        body = b"x" * 10_000_000
        self.say(200, body)

    def long_head(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for n in range(20000):
            self.wfile.write(b"X-%d: %s\r\n" % (n, b"y" * 100))
        self.wfile.write(b"\r\nfine")

    def flood(self, begin, piece):
        self.wfile.write(begin)
        while True:
            self.wfile.write(piece)

    def cut(self):
        self.wfile.write(
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

    def drip(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
        for _ in range(500):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.2)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):
        pass  # a client that gave up

    def finish_request(self, request, client_address):
        request.settimeout(30)
        if self.context is not None:
            request = self.context.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)


def main(certificate, key, port, log, *addresses):
    context = None
    if certificate:  # '' is plain http
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
    servers = []
    for address in addresses or ("127.0.0.1",):
        server = Server((address, int(port)), Handler)
        server.context = context
        server.log_path = log
        servers.append(server)
    for server in servers[1:]:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print("serving", flush=True)
    servers[0].serve_forever()


main(*sys.argv[1:])
