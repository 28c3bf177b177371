# For tests of the gate behind real web servers; share_programs comes first.

# start_gate PLACE: the gate that a web server asks, at a socket or at a port.
start_gate() {
	local -a as_nobody=()
	[[ $(id -u) != 0 ]] ||
	    as_nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	LATCHKEY_DATA=$DATA in_background "${as_nobody[@]}" /usr/bin/python3 -c '
import os, socket, sys
if sys.argv[1].isdigit():
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", int(sys.argv[1])))
else:
    if os.path.exists(sys.argv[1]):
        os.unlink(sys.argv[1])
    s = socket.socket(socket.AF_UNIX)
    s.bind(sys.argv[1])
s.listen(64)
os.dup2(s.fileno(), 0)
os.execv(sys.argv[2], sys.argv[2:])' "$1" \
	    "$BATS_FILE_TMPDIR/shared/build/cgi-bin/gate"
	GATE_PID=$SERVER_PID
	wait_for eval "[[ -S $1 ]] || port_is_taken $1"
}
