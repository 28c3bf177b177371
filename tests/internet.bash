# A network of its own for the servers of a test, where 11.0.0.1 and 11.0.0.2
# are addresses of the internet.

# start_network HOSTS-LINE...: in setup_file.
start_network() {
	printf '%s\n' "$@" >"$BATS_FILE_TMPDIR/hosts"
	unshare -rnm sleep 900 >/dev/null 2>&1 3>&- &
	export KEEPER=$!
	wait_for test /proc/$KEEPER/ns/net -ef /proc/$KEEPER/ns/net
	wait_for inside true
	wait_for own_network
	inside mount --bind "$BATS_FILE_TMPDIR/hosts" /etc/hosts
	inside ip link set lo up
	inside ip address add 11.0.0.1/32 dev lo
	inside ip address add 11.0.0.2/32 dev lo
}

# start_internet HOSTS-LINE...: the same, and our requests get there as they do
# under systemd, by a socket.
start_internet() {
	export LATCHKEY_FETCH=$BATS_FILE_TMPDIR/fetch
	start_network "$@"
	serve_inside socket "$root/tests/fetch_socket.py" "$LATCHKEY_FETCH" \
	    "$LATCHKEY_BUILD/libexec/fetch"
}

stop_internet() {
	kill "$KEEPER" 2>/dev/null || :
}

inside() {
	nsenter -t "$KEEPER" -U -n -m --preserve-credentials "$@"
}

own_network() {
	! test /proc/"$KEEPER"/ns/net -ef /proc/$$/ns/net
}

serve_inside() {	# NAME COMMAND...
	local out=$BATS_FILE_TMPDIR/serving.$1
	# Not by the function: what is killed afterwards is this process.
	nsenter -t "$KEEPER" -U -n -m --preserve-credentials "${@:2}" >"$out" 2>&1 3>&- &
	echo $! >>"$BATS_FILE_TMPDIR/started"
	wait_for grep -q serving "$out"
}
