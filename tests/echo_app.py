#!/usr/bin/python3
"""An app behind a proxy, that says what it was asked and with what headers:

    echo_app.py PORT

Its answer to /app/own-401 is a 401 of its own."""

import http.server
import sys


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

    do_GET = do_POST = do_PUT = do_PROPFIND = answer

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(
    ("127.0.0.1", int(sys.argv[1])), App).serve_forever()
