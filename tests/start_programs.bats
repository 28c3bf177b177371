# start-programs: the programs behind a web server that does not start them, one
# socket each.

load helper

setup() {
	new_store
	run=$BATS_TEST_TMPDIR/run
	[[ ${#run} -lt 90 ]] || run=$(mktemp -d)
	mkdir -p "$run"
	# A name of this test's own, by which its processes are found.
	programs=$BATS_TEST_TMPDIR/programs
	ln -s "$LATCHKEY_BUILD/cgi-bin" "$programs"
}

teardown() {
	stop_server
}

teardown_file() {
	stop_all
}

begin_without_waiting() {	# [OPTION...]
	LATCHKEY_DATA=$DATA in_background \
	    "$LATCHKEY_BUILD/bin/start-programs" "$@" "$programs" "$run"
}

begin() {	# [OPTION...]
	begin_without_waiting "$@"
	wait_for responds token
	responds logout
}

# Asks a program through its socket.
ask() {	# PROGRAM [BODY]
	local -a vars=("REQUEST_METHOD=GET" "REQUEST_URI=/$1" "PATH=$PATH")
	[[ -z ${2:-} ]] || vars+=("REQUEST_METHOD=POST"
	    "CONTENT_TYPE=application/x-www-form-urlencoded"
	    "CONTENT_LENGTH=${#2}"
	    "HTTP_AUTHORIZATION=Basic $(basic app "$SECRET")")
	printf %s "${2:-}" |
	    env -i "${vars[@]}" cgi-fcgi -bind -connect "$run/$1" 2>&1
}

responds() {
	ask "$1" | grep -q '^Status: '
}

# The process that serves PROGRAM now.
process() {
	pgrep -f "^$programs/$1\$"
}

logged_times() {	# COUNT PATTERN
	[[ $(grep -Ec -- "$2" "$SERVER_LOG") -ge $1 ]]
}

# A request to PROGRAM, which is idle, of which half has been sent.
begin_request() {	# PROGRAM
	wait_for has_threads "$(process "$1")" 2
	coproc REQUEST { /usr/bin/python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(bytes([1, 1, 0, 1, 0, 8, 0, 0]))  # FCGI_BEGIN_REQUEST
sys.stdin.read()' "$run/$1" 3>&-; }
	# It has one thread, another waits for the next request, and one for
	# signals.
	wait_for has_threads "$(process "$1")" 3
}

has_threads() {	# PROCESS COUNT
	[[ $(sed -n 's/^Threads:[[:space:]]*//p' "/proc/$1/status") -eq $2 ]]
}

end_request() {
	exec {REQUEST[1]}>&-
}

another_than() {
	responds "$1"
	[[ -n $(process "$1") && $(process "$1") != "$2" ]]
}

@test "start-programs: each program is one process behind one socket, which its owner alone can open" {
	local program
	begin
	for program in $(cd "$programs" && find . -type f -executable); do
		program=${program#./}
		responds "$program"
		assert_equal "$program $(process $program | wc -l)" "$program 1"
		assert_equal "$(stat -c '%F %a' "$run/$program")" 'socket 600'
	done
}

@test "start-programs: a program that dies is started again by the next connection, which is served" {
	local old i
	begin
	for i in 1 2 3; do
		old=$(process token)
		kill -KILL "$old"
		ask token | grep -q '^Status: 405'
		wait_for another_than token "$old"
	done
	assert_logged "token ended by itself \(status 137\)"
}

@test "start-programs: on SIGHUP a new process replaces each program, and no request is refused" {
	local old
	add_client app --grant client_credentials
	begin
	old=$(process token)
	(
		for _ in {1..40}; do
			ask token grant_type=client_credentials | head -n 1
		done >"$BATS_TEST_TMPDIR/answers"
	) 3>&- &
	for _ in 1 2 3; do
		kill -HUP "$SERVER_PID"
		wait_for another_than token "$old"
		old=$(process token)
	done
	wait $!
	assert_equal "$(sort "$BATS_TEST_TMPDIR/answers" | uniq -c |
	    tr -s ' \r' ' ')" ' 40 Status: 200 OK '
	refute_logged 'ended by itself'
}

@test "start-programs: a program that fails again and again is tried with pauses, and the others serve" {
	rm "$programs"
	mkdir "$programs"
	cp "$LATCHKEY_BUILD"/cgi-bin/* "$programs"
	cp "$LATCHKEY_BUILD"/lib/latchkey/*.so "$BATS_TEST_TMPDIR"
	rm "$programs/logout"
	printf '#!/bin/sh\nexit 3\n' >"$programs/logout"
	chmod +x "$programs/logout"
	SECONDS=0
	begin_without_waiting
	wait_for responds token
	# A connection waits in its socket all the time.
	/usr/bin/python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.recv(1)' "$run/logout" 3>&- &
	wait_for logged_times 2 'logout ended by itself \(status 3\)'
	responds token
	wait_for logged_times 5 'logout ended by itself \(status 3\)'
	# After an upgrade it is tried at once, and not after 3.2 seconds.
	kill -HUP "$SERVER_PID"
	# How long the pauses are is in the log.
	for i in 200 400 800 1600; do
		assert_logged "logout ended .* can be started again in $i ms"
	done
	# 0.2, 0.4, 0.8 and 1.6 seconds lie between.
	((SECONDS >= 2))
	wait_for logged_times 2 'logout ended .* again in 200 ms'
	refute_logged 'again in 6400 ms'
	# One that is not there at all is no other case.
	rm "$programs/logout"
	wait_for logged_times 1 'logout: No such file or directory'
	responds token
	kill "$SERVER_PID"
	wait_for is_gone "$SERVER_PID"
	run ! process token
	SERVER_PID=
}

@test "start-programs: a program that was idle has been well: should it fail later, it waits no longer than the first time" {
	rm "$programs"
	mkdir "$programs"
	cp "$LATCHKEY_BUILD"/cgi-bin/* "$programs"
	rm "$programs/logout"
	# Fails twice, is idle, and fails again.
	cat >"$programs/logout" <<-'END'
		#!/bin/sh
		echo >>"$0.runs"
		[ "$(wc -l <"$0.runs")" = 3 ] || exit 3
	END
	chmod +x "$programs/logout"
	begin_without_waiting
	wait_for test -S "$run/logout"
	/usr/bin/python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.recv(1)' "$run/logout" 3>&- &
	wait_for logged_times 3 'logout ended by itself'
	assert_equal "$(sed -n 's/.*logout ended .* again in //p' "$SERVER_LOG" |
	    head -n 3 | tr '\n' ' ')" '200 ms 400 ms 200 ms '
}

@test "start-programs: an idle program exits, and no request that comes then is lost" {
	local old
	add_client app --grant client_credentials
	LATCHKEY_IDLE=0.02 begin
	wait_for eval '! process token'
	# Six at about the same time, after pauses of about as long as the program
	# waits.
	PYTHONPATH=$root/tests PYTHONDONTWRITEBYTECODE=1 \
	    /usr/bin/python3 - "$run/token" "$(basic app "$SECRET")" 50 \
	    "/proc/$SERVER_PID/task/$SERVER_PID/children" <<-'END'
		import random, sys, threading, time
		import fastcgi
		request = fastcgi.post(b"/token", b"grant_type=client_credentials", sys.argv[2])
		lost, processes = [], set()
		together = threading.Barrier(6)
		def ask():
		    for i in range(int(sys.argv[3])):
		        together.wait()
		        time.sleep(0.015 + i % 15 / 1000 + random.uniform(0, 0.002))
		        answer = fastcgi.ask(sys.argv[1], request)
		        if b"Status: 200" not in answer:
		            lost.append(answer)
		askers = [threading.Thread(target=ask) for _ in range(6)]
		for a in askers:
		    a.start()
		while any(a.is_alive() for a in askers):
		    processes.update(open(sys.argv[4]).read().split())
		    time.sleep(0.005)
		assert not lost, lost
		assert len(processes) > 10, processes
	END
	wait_for eval '! process token'
	refute_logged 'ended by itself|fault|server_error'
}

@test "start-programs: sockets that systemd passes are taken by their names" {
	local program='
import os, socket, sys
for i, name in enumerate(["token", "metadata"]):
    s = socket.socket(socket.AF_UNIX)
    s.bind(sys.argv[1] + "/" + name)
    s.listen()
    os.dup2(s.fileno(), 10 + i)
for i in range(2):
    os.dup2(10 + i, 3 + i)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="2",
                  LISTEN_FDNAMES=sys.argv[2])
os.execv(sys.argv[3], sys.argv[3:])'
	LATCHKEY_DATA=$DATA in_background /usr/bin/python3 -c "$program" "$run" \
	    token:metadata "$LATCHKEY_BUILD/bin/start-programs" "$programs"
	wait_for responds token
	responds metadata
	rm "$run"/*
	run -1 /usr/bin/python3 -c "$program" "$run" token:nothing \
	    "$LATCHKEY_BUILD/bin/start-programs" "$programs"
	rm "$run"/*
	run -1 /usr/bin/python3 -c "$program" "$run" token:token \
	    "$LATCHKEY_BUILD/bin/start-programs" "$programs"
}

@test "start-programs: a request under way when SIGHUP comes is answered, and holds up no other" {
	local old
	begin
	old=$(process token)
	begin_request token
	kill -HUP "$SERVER_PID"
	wait_for another_than token "$old"
	kill -0 "$old"
	end_request
	wait_for is_gone "$old"
	refute_logged 'ended by itself'
}

@test "start-programs: SIGTERM ends all it started" {
	local program
	begin
	kill "$SERVER_PID"
	wait_for is_gone "$SERVER_PID"
	for program in token metadata; do
		run ! process $program
	done
	SERVER_PID=
}

@test "start-programs: where others are at work it leaves them alone and says so" {
	begin
	run -1 env LATCHKEY_DATA="$DATA" "$LATCHKEY_BUILD/bin/start-programs" \
	    "$programs" "$run"
	[[ $output = *'already in use'* ]]
	responds token
}

@test "start-programs: as root, programs are one user's, and their sockets the web server's" {
	[[ $(id -u) = 0 ]] || skip 'only root can become others'
	local program
	rm "$programs"
	cp -R "$LATCHKEY_BUILD/cgi-bin" "$programs"
	cp "$LATCHKEY_BUILD"/{bin/start-programs,lib/latchkey/*.so} \
	    "$BATS_TEST_TMPDIR"
	chmod a+x "$BATS_RUN_TMPDIR"
	chown -R games: "$DATA" "$programs" "$BATS_TEST_TMPDIR/start-programs"
	LATCHKEY_DATA=$DATA in_background "$BATS_TEST_TMPDIR/start-programs" \
	    -u games -w www-data "$programs" "$run"
	wait_for responds token
	responds metadata
	for program in token metadata; do
		assert_equal "$(stat -c '%U %a' "$run/$program")" 'www-data 600'
		assert_equal "$(ps -o user= -p "$(process $program)")" games
	done
	# What they answer needs the data directory.
	ask metadata | grep -q '^Status: 404'
	ask token | grep -q '^Status: 405'
}

@test "start-programs: says in one line what is wrong, before anything starts" {
	local words
	for words in "$programs $run/none" "$run $run" \
	    "-u no-such-user $programs $run" "$programs" ''; do
		# shellcheck disable=SC2086 # words
		run ! "$LATCHKEY_BUILD/bin/start-programs" $words
		assert_equal "${#lines[@]}" 1
	done
}
