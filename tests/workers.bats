# A program's threads come with requests and go when they are not needed; a
# program whose socket another process holds exits when it is idle.

load helper

setup() {
	new_store
	set_conf workers 64
	add_client app --grant client_credentials
	start_token
}

# As a web server or systemd does: the socket is its standard input.
start_token() {
	socket=$(mktemp -u "${TMPDIR:-/tmp}/latchkey.XXXXXX")
	LATCHKEY_DATA=$DATA in_background /usr/bin/python3 -c '
import os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen(128)
os.dup2(s.fileno(), 0)
os.execv(sys.argv[2], sys.argv[2:])' "$socket" \
	    "$LATCHKEY_BUILD/cgi-bin/token"
	TOKEN=$SERVER_PID
	wait_for answers_credentials
}

teardown() {
	stop_server
	rm -f "$socket"
}

teardown_file() {
	stop_all
}

answers_credentials() {
	local body=grant_type=client_credentials client=${1:-app}
	env -i PATH="$PATH" REQUEST_METHOD=POST REQUEST_URI=/token \
	    CONTENT_TYPE=application/x-www-form-urlencoded \
	    CONTENT_LENGTH=${#body} \
	    HTTP_AUTHORIZATION="Basic $(basic "$client" "$SECRET")" \
	    cgi-fcgi -bind -connect "$socket" <<<"$body" |
	    grep -q '^Status: 200'
}

threads() {
	sed -n 's/^Threads:[[:space:]]*//p' "/proc/$SERVER_PID/status"
}

threads_are() {
	[[ $(threads) -eq $1 ]]
}

threads_are_many() {
	[[ $(threads) -ge 49 ]]
}

threads_are_few() {
	[[ $(threads) -le 8 ]]
}

# One waits for signals, and one for requests.
is_at_rest() {
	threads_are 2
}

# So many requests under way at once, each of which has only begun.
begin_requests() {
	in_background /usr/bin/python3 -c '
import socket, sys, time
begun = []
for _ in range(int(sys.argv[2])):
    s = socket.socket(socket.AF_UNIX)
    s.connect(sys.argv[1])
    s.sendall(bytes([1, 1, 0, 1, 0, 8, 0, 0]))  # FCGI_BEGIN_REQUEST
    begun.append(s)
time.sleep(600)' "$socket" "$1"
}

@test "workers: 64 slow requests have a thread each, and when they are over one is left" {
	wait_for is_at_rest
	begin_requests 64
	SERVER_PID=$TOKEN wait_for threads_are 65
	kill "$SERVER_PID"
	SERVER_PID=$TOKEN
	wait_for is_at_rest
	answers_credentials
}

@test "workers: threads that are not needed end, though the kernel gives each its turn" {
	local client
	begin_requests 64
	client=$SERVER_PID
	SERVER_PID=$TOKEN wait_for threads_are 65
	in_background /usr/bin/python3 -c '
import socket, sys, time
while True:
    time.sleep(0.01)
    s = socket.socket(socket.AF_UNIX)
    s.connect(sys.argv[1])
    # FCGI_BEGIN_REQUEST, FCGI_PARAMS, FCGI_STDIN
    s.sendall(bytes([1, 1, 0, 1, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0,
                     1, 4, 0, 1, 0, 0, 0, 0, 1, 5, 0, 1, 0, 0, 0, 0]))
    while s.recv(4096):
        pass
    s.close()' "$socket"
	kill "$client"
	client=$SERVER_PID SERVER_PID=$TOKEN
	# It may take three times three seconds.
	wait_for threads_are_few || wait_for threads_are_few
	kill "$client"
}

@test "workers: connections that the web server keeps hold up no request" {
	local client
	in_background /usr/bin/python3 -c '
import socket, sys, time
kept = []
for _ in range(5):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(10)
    s.connect(sys.argv[1])
    # FCGI_BEGIN_REQUEST with FCGI_KEEP_CONN, FCGI_PARAMS, FCGI_STDIN
    s.sendall(bytes([1, 1, 0, 1, 0, 8, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0,
                     1, 4, 0, 1, 0, 0, 0, 0, 1, 5, 0, 1, 0, 0, 0, 0]))
    answer = b""
    while bytes([1, 3, 0, 1, 0, 8]) not in answer:  # FCGI_END_REQUEST
        answer += s.recv(4096)
    kept.append(s)
print("all were answered", flush=True)
time.sleep(600)' "$socket"
	wait_for grep -qx 'all were answered' "$SERVER_LOG"
	kill -0 "$SERVER_PID"
	client=$SERVER_PID
	answers_credentials
	# Nor when the threads that waited for other connections had nothing to
	# do: those of the five and one remain.
	SERVER_PID=$TOKEN wait_for threads_are 7
	answers_credentials
	kill "$client"
	SERVER_PID=$TOKEN
}

@test "workers: peers that are silent in the middle of a request hold up no other" {
	begin_requests 48
	SERVER_PID=$TOKEN wait_for threads_are_many
	answers_credentials
	kill "$SERVER_PID"
	SERVER_PID=$TOKEN
	answers_credentials
}

@test "workers: of requests that only compute, a few are served at a time" {
	needs_lmdb 'to read is not to wait'
	wait_for is_at_rest
	PYTHONPATH=$root/tests PYTHONDONTWRITEBYTECODE=1 \
	    /usr/bin/python3 - "$socket" "$(basic app "$SECRET")" "$TOKEN" <<'EOF'
import os, sys
import fastcgi

request = fastcgi.post(b"/token", b"grant_type=client_credentials", sys.argv[2])
most = 0
for _ in range(20):
    for answer in fastcgi.ask_at_once(sys.argv[1], [request] * 64, int(sys.argv[3])):
        assert b"Status: 200" in answer, answer
    most = max(most, len(os.listdir(f"/proc/{sys.argv[3]}/task")))
# One for each permit, and one that waits for signals.
few = os.sysconf("SC_NPROCESSORS_ONLN") + 3
assert most <= few, f"{most} threads, not {few}"
EOF
}

@test "workers: of fifty requests at a time with one assertion, one is served (RFC 7523 3)" {
	local body
	add_key_client signer >/dev/null
	body=$(form grant_type=client_credentials \
	    client_assertion_type="$ASSERTION_TYPE" \
	    client_assertion="$(assertion signer)")
	PYTHONPATH=$root/tests PYTHONDONTWRITEBYTECODE=1 \
	    run /usr/bin/python3 - "$socket" "$body" "$TOKEN" <<'EOF'
import sys
import fastcgi

request = fastcgi.post(b"/token", sys.argv[2].encode())
for answer in fastcgi.ask_at_once(sys.argv[1], [request] * 50, int(sys.argv[3])):
    print(answer[answer.index(b"Status: "):][8:11].decode())
EOF
	assert_equal "$(sort <<<"$output" | uniq -c | tr -s ' \n' ' ')" \
	    ' 1 200 49 401 '
}

@test "workers: an idle program exits if it is told to, and not while a request is under way" {
	run -0 env LATCHKEY_DATA="$DATA" LATCHKEY_IDLE=0.3 /usr/bin/python3 - \
	    "$BATS_TEST_TMPDIR/socket" "$LATCHKEY_BUILD/cgi-bin/token" <<-'END'
		import socket, subprocess, sys
		listening, client = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
		listening.bind(sys.argv[1])
		listening.listen()
		client.connect(sys.argv[1])
		client.sendall(bytes([1, 1, 0, 1, 0, 8, 0, 0]))  # FCGI_BEGIN_REQUEST
		program = subprocess.Popen(sys.argv[2], stdin=listening)
		try:
		    program.wait(1)
		    sys.exit("did not wait for the request")
		except subprocess.TimeoutExpired:
		    client.close()
		assert program.wait(10) == 0
	END
	assert_equal "$output" ''
}

@test "workers: SIGTERM ends a program at once, even if its threads wait" {
	wait_for is_at_rest
	kill "$SERVER_PID"
	wait_for is_gone "$SERVER_PID"

	start_token
	begin_requests 64
	SERVER_PID=$TOKEN wait_for threads_are 65
	kill "$SERVER_PID"
	SERVER_PID=$TOKEN
	kill "$SERVER_PID"
	wait_for is_gone "$SERVER_PID"
	refute_logged .
}
