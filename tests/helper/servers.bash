# Servers: ports, processes, logs.

port_is_taken() {
	local hex file at state
	printf -v hex :%04X "$1"
	for file in /proc/net/tcp /proc/net/tcp6; do
		[[ -r $file ]] || continue
		while read -r _ at _ state _; do
			[[ $state != 0A || $at != *"$hex" ]] || return 0
		done <"$file"
	done
	return 1
}

# A free port that no other test of this run was given.
free_port() {
	local -; set +T
	local port taken=$BATS_RUN_TMPDIR/ports
	[[ -d $taken ]] || mkdir -p "$taken"
	while :; do
		port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
		port_is_taken "$port" && continue
		mkdir "$taken/$port" 2>/dev/null && break
	done
	echo "$port"
}

# wait_for COMMAND...: until it succeeds; fails after ten seconds. Between two tries
# it waits for a pipe that no one writes to.
wait_for() {
	local -; set +T
	local i
	if [[ -z ${PAUSE:-} ]]; then
		[[ -p $BATS_RUN_TMPDIR/pause ]] ||
		    mkfifo "$BATS_RUN_TMPDIR/pause" 2>/dev/null || :
		exec {PAUSE}<>"$BATS_RUN_TMPDIR/pause"
	fi
	for ((i = 0; i < 200; i++)); do
		"$@" >/dev/null 2>&1 && return 0
		read -r -t 0.05 -u "$PAUSE" || :
	done
	echo "waited in vain for: $*" >&2
	return 1
}

# in_background COMMAND...: its process id is $SERVER_PID, its output in the log.
in_background() {
	# exec: else, under bats, it would be the id of a shell around it.
	exec "$@" </dev/null >>"$SERVER_LOG" 2>&1 3>&- &
	SERVER_PID=$!
	echo "$SERVER_PID" >>"$BATS_FILE_TMPDIR/started"
}

# is_elsewhere PID: it sees other files than the tests do. The id of a host that
# is gone may be another process's, and what is meant for the host must not be done
# to the system that the tests run on.
is_elsewhere() {
	[[ -e /proc/$1/ns/mnt && ! /proc/$1/ns/mnt -ef /proc/self/ns/mnt ]]
}

# start_fastcgi SOCKET PROGRAM: behind a socket of its own, without a server.
start_fastcgi() {
	LATCHKEY_DATA=$DATA in_background /usr/bin/python3 -c '
import os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen(64)
os.dup2(s.fileno(), 0)
os.execv(sys.argv[2], sys.argv[2:])' "$1" "$2"
	wait_for test -S "$1"
}

# Serves $DATA on $PORT; from now on requests go there.
# shellcheck disable=SC2153 # PORT is new_store's
start_server() {
	LATCHKEY_BUILD=$(programs) in_background "$root/conf/serve.sh" \
	    -d "$DATA" -p "$PORT" -s "${1:-lighttpd}"
	export SERVER_PID
	wait_for answers_or_is_gone
	! is_gone "$SERVER_PID" || { cat "$SERVER_LOG" >&2; return 1; }
}

# share_programs, in setup_file: a copy of programs and conf/ that others than
# root can run. Root gives a store to another user, as whom serve_store then
# runs all of it: Apache does not serve as root.
share_programs() {
	local dir=$BATS_FILE_TMPDIR/shared
	mkdir -p "$dir/build/test" "$dir/build/lib"
	cp -a "$LATCHKEY_BUILD"/{bin,cgi-bin,libexec} "$dir/build"
	cp -a "$LATCHKEY_BUILD/lib/latchkey" "$dir/build/lib"
	cp -a "$LATCHKEY_BUILD"/test/{bin,cgi-bin,libexec,lib} "$dir/build/test"
	cp -R "$root/conf" "$dir"
	chmod -R a+rX "$dir"
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
}

# serve_store SERVER [OPTION...]: $DATA on $PORT, with a copy's programs and
# $CONF (conf/ if not set); the options are those of conf/serve.sh.
serve_store() {
	local dir=$BATS_FILE_TMPDIR/shared
	[[ $(id -u) != 0 ]] || chown -R 65534:65534 "$DATA"
	chmod a+x "${DATA%/*}"
	: >"$SERVER_LOG"
	LATCHKEY_BUILD=$dir/build${USE_TEST_CLOCK:+/test} in_background \
	    "${CONF:-$dir/conf}/serve.sh" -d "$DATA" -p "$PORT" -s "$@"
	wait_for says_it_serves_or_is_gone
	! is_gone "$SERVER_PID" || fail "$1 did not start" "$(<"$SERVER_LOG")"
}

says_it_serves_or_is_gone() {
	[[ $(<"$SERVER_LOG") = *'is served'* ]] || is_gone "$SERVER_PID"
}

answers_or_is_gone() {
	curl --noproxy '*' -s "http://127.0.0.1:$PORT/" || is_gone "$SERVER_PID"
}

stop_server() {
	[[ -n ${SERVER_PID:-} ]] || return 0
	kill -TERM "$SERVER_PID" 2>/dev/null || :
	wait_for is_gone "$SERVER_PID"
	SERVER_PID=
}

# For teardown_file: stops what a failed test has left running.
stop_all() {
	local pid
	while read -r pid; do
		SERVER_PID=$pid stop_server
	done < <(cat "$BATS_FILE_TMPDIR/started" 2>/dev/null)
}

# is_gone PID: it has ended. Whether process 1 has reaped it yet does not matter.
is_gone() {
	kill -0 "$1" 2>/dev/null || return 0
	local stat=''
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
	stat=${stat##*) }
	[[ $stat = Z* ]]
}

# serving PROGRAM: the process that serves it from our store, however it was started.
serving() {
	local pid
	for pid in $(pgrep -f "cgi-bin/$1"); do
		[[ $(readlink "/proc/$pid/exe") = */cgi-bin/$1 ]] || continue
		grep -qzxF "LATCHKEY_DATA=$DATA" "/proc/$pid/environ" || continue
		echo "$pid"
		return
	done 2>/dev/null
	return 1
}

# assert_logged PATTERN: a program has written such a line to its log.
assert_logged() {
	local -; set +T
	is_logged "$1" || fail "no log line like: $1" "$(<"$SERVER_LOG")"
}

refute_logged() {
	local -; set +T
	! is_logged "$1" || fail "logged: $1" "$(<"$SERVER_LOG")"
}

# A long log, or one with a NUL, is not for the shell.
is_logged() {
	local text
	if whole "$SERVER_LOG" && ((${#text} < 16384)); then
		text=${text%$'\n'}
		[[ -n $text ]] && has_line "$1"
	else
		grep -Eq -- "$1" "$SERVER_LOG"
	fi
}
