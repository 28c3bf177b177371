#!/usr/bin/python3
"""What an app sends while it is asked, read as it comes:

    live_client.py socket|events ORIGIN CERTIFICATE [JAR]

The host is this machine; JAR is curl's, with the cookies of who asks. Says the
status if the app was not reached."""

import base64
import hashlib
import os
import socket
import ssl
import struct
import sys

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
HOST, PORT = sys.argv[2].removeprefix("https://").split(":")


def cookies():
    if len(sys.argv) < 5:
        return ""
    rows = [line.rstrip("\n").removeprefix("#HttpOnly_").split("\t")
            for line in open(sys.argv[4])]
    return "; ".join("%s=%s" % (row[5], row[6]) for row in rows
                     if len(row) == 7 and row[0] == HOST)


def ask(path, *more):
    """The stream that answers, and the head of the answer."""
    context = ssl.create_default_context(cafile=sys.argv[3])
    s = context.wrap_socket(
        socket.create_connection(("127.0.0.1", int(PORT)), 15),
        server_hostname=HOST)
    lines = ["GET %s HTTP/1.1" % path, "Host: %s:%s" % (HOST, PORT),
             "Cookie: " + cookies(), *more, "", ""]
    s.sendall("\r\n".join(lines).encode())
    stream = s.makefile("rwb")
    head = []
    while line := stream.readline().strip():
        head.append(line.decode("latin-1"))
    return stream, head


def fail_unless(status, head):
    if not head or head[0].split()[1] != status:
        sys.exit("status %s" % (head[0].split()[1] if head else "none"))


def say(stream, text):
    mask = os.urandom(4)
    stream.write(struct.pack("!BB", 0x81, 0x80 | len(text)) + mask +
                 bytes(b ^ mask[i % 4] for i, b in enumerate(text)))
    stream.flush()
    head = stream.read(2)
    assert head[0] == 0x81, head
    print(stream.read(head[1]).decode())


def use_socket():
    key = base64.b64encode(os.urandom(16))
    stream, head = ask("/app/socket", "Upgrade: websocket",
                       "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                       "Sec-WebSocket-Key: " + key.decode())
    fail_unless("101", head)
    accept = base64.b64encode(hashlib.sha1(key + MAGIC).digest()).decode()
    assert any(line.lower().startswith("sec-websocket-accept:")
               and line.endswith(accept) for line in head), head
    say(stream, b"one")
    say(stream, b"two")
    stream.write(b"\x88\x80\0\0\0\0")
    stream.flush()
    assert stream.read(2) == b"\x88\x00"


def use_events():
    stream, head = ask("/app/events")
    fail_unless("200", head)
    while not (line := stream.readline()).startswith(b"data:"):
        assert line, "ended before the first event"
    print(line.strip().decode())
    # Only now does the app have anything more to say.
    ask("/app/next")
    while not (line := stream.readline()).startswith(b"data:"):
        assert line, "ended before the next event"
    print(line.strip().decode())


{"socket": use_socket, "events": use_events}[sys.argv[1]]()
