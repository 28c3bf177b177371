#!/usr/bin/python3
"""Takes mails by SMTP, as the host's mail server would, and adds each to a file.

	smtp_sink.py PORT FILE
"""

import socketserver
import sys


class Session(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        self.say("220 sink ESMTP")
        for line in self.rfile:
            verb = line.split(b":")[0].split()[0].upper()
            if verb == b"DATA":
                self.say("354 go on")
                with open(sys.argv[2], "ab") as out:
                    for line in iter(self.rfile.readline, b".\r\n"):
                        out.write(line)
                self.say("250 taken")
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 sink")


socketserver.ThreadingTCPServer.allow_reuse_address = True
with socketserver.ThreadingTCPServer(("127.0.0.1", int(sys.argv[1])),
                                     Session) as server:
    server.serve_forever()
