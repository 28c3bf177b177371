#!/usr/bin/python3
"""A proxy by which names of a test's own lead to ports of this machine:

    proxy.py PORT NAME:PORT=PORT...

Takes CONNECT and requests for http://; leads nowhere else."""

import socket
import sys
import threading


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(client, places):
    head = b""
    while b"\r\n\r\n" not in head:
        more = client.recv(65536)
        if not more:
            return
        head += more
    method, url, rest = head.split(b" ", 2)
    if method == b"CONNECT":
        place = url
    else:
        host, _, path = url[len("http://"):].partition(b"/")
        place = host if b":" in host else host + b":80"
        head = method + b" /" + path + b" " + rest
    try:
        server = socket.create_connection(
            ("127.0.0.1", places[place.decode()]))
    except (KeyError, OSError):
        client.sendall(b"HTTP/1.1 502 Nobody There\r\n\r\n")
        client.close()
        return
    if method == b"CONNECT":
        client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
    else:
        server.sendall(head)
    threading.Thread(target=pump, args=(server, client), daemon=True).start()
    pump(client, server)


def main(port, *pairs):
    places = {name: int(to) for name, to in (p.split("=") for p in pairs)}
    listener = socket.create_server(("127.0.0.1", int(port)))
    while True:
        client, _ = listener.accept()
        threading.Thread(
            target=serve, args=(client, places), daemon=True).start()


main(*sys.argv[1:])
