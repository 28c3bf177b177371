#!/usr/bin/python3
"""What systemd does for latchkey-fetch.socket:

    fetch_socket.py SOCKET FETCH

Listens at SOCKET, and gives each connection to a process of its own."""

import os
import socket
import subprocess
import sys


def main(path, program):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    os.chmod(path, 0o600)
    listener.listen(64)
    print("serving", flush=True)
    running = []
    while True:
        connection, _ = listener.accept()
        running = [p for p in running if p.poll() is None]
        running.append(subprocess.Popen(
            [program], stdin=connection, stdout=connection, env={}))
        connection.close()


main(*sys.argv[1:])
