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
	LATCHKEY_DATA=$DATA in_background python3 -c '
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
	in_background python3 -c '
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
	in_background python3 -c '
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
	in_background python3 -c '
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
	[[ -z ${SAN:-}${VALGRIND:-} ]] || skip 'a wrapped program computes slowly'
	wait_for is_at_rest
	PYTHONPATH=$root/tests PYTHONDONTWRITEBYTECODE=1 \
	    run python3 - "$socket" "$(basic app "$SECRET")" "$TOKEN" <<'EOF'
import os, sys, threading, time
import fastcgi

request = fastcgi.post(b"/token", b"grant_type=client_credentials", sys.argv[2])
answered, most = [], 0

def ask():
    for _ in range(20):
        answer = fastcgi.ask(sys.argv[1], request)
        assert b"Status: 200" in answer, answer
        answered.append(1)

askers = [threading.Thread(target=ask) for _ in range(64)]
for a in askers:
    a.start()
while any(a.is_alive() for a in askers):
    most = max(most, len(os.listdir(f"/proc/{sys.argv[3]}/task")))
    time.sleep(0.005)
print(len(answered), most)
EOF
	# One a request would be 65; where the machine pauses for a moment some
	# are started.
	[[ $status -eq 0 && $output =~ ^1280\ ([0-9]+)$ ]] || fail "$output"
	[[ ${BASH_REMATCH[1]} -lt 56 ]] || fail "$output"
}

@test "workers: of fifty requests at a time with one assertion, one is served (RFC 7523 3)" {
	local body answers=$BATS_TEST_TMPDIR/answers
	add_key_client signer >/dev/null
	body=$(form grant_type=client_credentials \
	    client_assertion_type="$ASSERTION_TYPE" \
	    client_assertion="$(assertion signer)")
	python3 - "$socket" "$body" >"$answers" <<-'END'
		import socket, sys, threading
		def record(kind, content):
		    return (bytes([1, kind, 0, 1]) + len(content).to_bytes(2, "big")
		        + b"\0\0" + content)
		def param(name, value):
		    return bytes([len(name), len(value)]) + name + value
		body = sys.argv[2].encode()
		request = record(1, bytes([0, 1, 0, 0, 0, 0, 0, 0])) + record(4, b"".join((
		    param(b"REQUEST_METHOD", b"POST"), param(b"REQUEST_URI", b"/token"),
		    param(b"CONTENT_TYPE", b"application/x-www-form-urlencoded"),
		    param(b"CONTENT_LENGTH", b"%d" % len(body))))
		    ) + record(4, b"") + record(5, body) + record(5, b"")
		together = threading.Barrier(50)
		def ask():
		    with socket.socket(socket.AF_UNIX) as s:
		        s.settimeout(20)
		        s.connect(sys.argv[1])
		        together.wait()
		        s.sendall(request)
		        answer = b"".join(iter(lambda: s.recv(65536), b""))
		    print(answer[answer.index(b"Status: "):][8:11].decode() + "\n", end="")
		askers = [threading.Thread(target=ask) for _ in range(50)]
		for a in askers:
		    a.start()
		for a in askers:
		    a.join()
	END
	assert_equal "$(sort "$answers" | uniq -c | tr -s ' \n' ' ')" ' 1 200 49 401 '
}

@test "workers: an idle program exits if it is told to, and not while a request is under way" {
	run -0 env LATCHKEY_DATA="$DATA" LATCHKEY_IDLE=0.3 python3 - \
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
