#!/usr/bin/python3
"""Runs a command on a terminal of its own, as a person would.

	terminal.py [ANSWER...] -- COMMAND...

Each answer is typed, and Enter, when a question is shown: what ends with ": "
or "] ", and waits. ^C interrupts, ^D ends the input. $COLUMNS is how wide the
terminal is (80), $TERMINAL_S how many seconds the command has (30). Prints what
was shown, and at the end whether the terminal echoes; the exit status is the
command's.
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios

# What a line editor sends to move the cursor and the like is no text.
CONTROL = re.compile(rb"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[=>]|\x1b\][^\x07]*\x07")
KEYS = {"^C": b"\x03", "^D": b"\x04"}

signal.alarm(int(os.environ.pop("TERMINAL_S", "30")))
cut = sys.argv.index("--")
answers, command = sys.argv[1:cut], sys.argv[cut + 1:]
columns = int(os.environ.pop("COLUMNS", "80"))
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execvp(command[0], command)
out, seen = b"", 0
while True:
    try:
        got = os.read(fd, 4096)
    except OSError:
        break
    if not got:
        break
    out += got
    if answers and CONTROL.sub(b"", out[seen:]).endswith((b": ", b"] ")) \
            and not select.select([fd], [], [], 0.2)[0]:
        seen = len(out)
        answer = answers.pop(0)
        os.write(fd, KEYS.get(answer) or answer.encode() + b"\n")
echoes = termios.tcgetattr(fd)[3] & termios.ECHO
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stdout.write(CONTROL.sub(b"", out).decode())
print("echo", "on" if echoes else "off")
sys.exit(status if status >= 0 else 128 - status)
