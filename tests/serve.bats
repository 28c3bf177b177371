# make serve: a data directory behind lighttpd and FastCGI, in the foreground.
# servers.bats has the other servers.

load helper

setup() {
	new_store
}

teardown() {
	stop_server
}

teardown_file() {
	stop_all
}

serve() {
	"$root/conf/serve.sh" "$@"
}

# One line on standard error, an exit status that is not 0, nothing started.
refused() {
	run ! serve "$@"
	assert_equal "${#lines[@]}" 1
	[[ $output = 'latchkey: serve: '* ]] || fail "$output"
}

answers() {	# STATUS PATH
	assert_equal "$2 $(curl --noproxy '*' --path-as-is -s -o /dev/null \
	    -w '%{http_code}' "http://127.0.0.1:$PORT$2")" "$2 $1"
}

# Every living process of these sessions: the server's and the programs' are
# sessions of their own.
started() {
	pgrep -r R,S,D,T -s "$1" || :
}

@test "serve: the endpoints answer at their exact path, everything else is 404" {
	start_server
	answers 200 /.well-known/openid-configuration
	answers 200 /.well-known/oauth-authorization-server
	answers 200 /jwks.json
	answers 401 /userinfo
	answers 405 /token
	answers 200 /health
	answers 200 /
	answers 200 /account
	for path in /tokenx /token/ /token/x /x/token /jwks.jsonx /index.html \
	    /.well-known/ /.well-known/openid-configuration/ /idp/token \
	    /latchkey.conf /%2e%2e/latchkey.conf /../data/latchkey.conf; do
		answers 404 "$path"
	done
}

@test "serve: an issuer with a path has all of it below that, and RFC 8414's places" {
	new_store_again /idp.v1
	start_server
	answers 200 /idp.v1/.well-known/openid-configuration
	answers 200 /idp.v1/.well-known/oauth-authorization-server
	answers 200 /.well-known/openid-configuration/idp.v1
	answers 200 /.well-known/oauth-authorization-server/idp.v1
	answers 200 /idp.v1/jwks.json
	answers 405 /idp.v1/token
	answers 200 /idp.v1/health
	answers 404 /token
	answers 404 /idpxv1/token
	answers 404 /.well-known/openid-configuration
	answers 404 /.well-known/openid-configuration/idpxv1
}

new_store_again() {
	rm -rf "$DATA"
	new_store "$@"
}

@test "serve: the Authorization header arrives" {
	add_client app --grant client_credentials
	start_server
	client_credentials
	assert_status 200
}

@test "serve: log lines of programs reach standard error" {
	add_client app --grant client_credentials
	start_server
	SECRET=wrong-wrong-wrong-wrong-wrong-wrong client_credentials
	assert_error invalid_client
	assert_logged 'latchkey token: invalid_client'
}

@test "serve: a body over 64 KiB gets our own answer, 413" {
	start_server
	head -c 65537 /dev/zero | tr '\0' a >"$BATS_TEST_TMPDIR/body"
	assert_equal "$(curl --noproxy '*' -s -o /dev/null -w '%{http_code}' \
	    --data-binary "@$BATS_TEST_TMPDIR/body" "$ISSUER/token")" 413
}

@test "serve: a query of 24 KiB gets through" {
	local long
	long=$(head -c 24000 /dev/zero | tr '\0' a)
	start_server
	assert_equal "$(curl --noproxy '*' -s -o /dev/null -w '%{http_code}' \
	    "$ISSUER/.well-known/openid-configuration?x=$long")" 200
}

@test "serve: SIGTERM and SIGHUP end all it started, and its files are gone" {
	local signal sessions run
	for signal in TERM HUP; do
		mkdir -p "$BATS_TEST_TMPDIR/tmp"
		TMPDIR=$BATS_TEST_TMPDIR/tmp start_server
		answers 200 /jwks.json
		answers 405 /token
		run=$(echo "$BATS_TEST_TMPDIR"/tmp/latchkey.*)
		[[ -d $run ]]
		sessions=$(pgrep -d , -P "$SERVER_PID")
		[[ $sessions = *,* ]]
		[[ $(pgrep -cs "$sessions" lighttpd) -eq 1 ]]
		(($(pgrep -cs "$sessions" -f "^$LATCHKEY_BUILD/cgi-bin/") >= 2))
		kill -$signal "$SERVER_PID"
		wait_for is_gone "$SERVER_PID"
		assert_equal "$(started "$sessions")" ''
		[[ ! -e $run ]]
	done
	SERVER_PID=
}

@test "serve: Ctrl-C on a terminal ends it" {
	/usr/bin/python3 - "$root/conf/serve.sh" -d "$DATA" -p "$PORT" <<-'END'
		import os, pty, signal, sys
		pid, terminal = pty.fork()
		if pid == 0:
		    signal.signal(signal.SIGINT, signal.SIG_DFL)
		    os.execv(sys.argv[1], sys.argv[1:])
		seen = b""
		while b"Ctrl-C" not in seen:
		    seen += os.read(terminal, 1024)
		os.write(terminal, b"\x03")
		sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
	END
	! port_is_taken "$PORT"
}

@test "serve: says in one line what is wrong, before anything starts" {
	refused -p "$PORT"
	refused -d "$DATA"
	refused -d "$DATA" -p 0
	refused -d "$DATA" -p 65536
	refused -d "$DATA" -p http
	refused -d "$BATS_TEST_TMPDIR/none" -p "$PORT"
	mkdir "$BATS_TEST_TMPDIR/empty"
	refused -d "$BATS_TEST_TMPDIR/empty" -p "$PORT"
	refused -d "$DATA" -p "$PORT" -s iis
	LATCHKEY_BUILD=$BATS_TEST_TMPDIR/empty refused -d "$DATA" -p "$PORT"
}

@test "serve: root cannot have Apache serve what is root's, and is told so" {
	[[ $(id -u) = 0 ]] || skip 'only root is refused'
	refused -d "$DATA" -p "$PORT" -s apache
}

@test "serve: started by root, it becomes the owner of the data" {
	[[ $(id -u) = 0 ]] || skip 'only root can become another user'
	local pid
	cp -R "$LATCHKEY_BUILD"/{cgi-bin,bin,lib/latchkey/*.so} "$root/conf" \
	    "$BATS_TEST_TMPDIR"
	chmod a+x "$BATS_RUN_TMPDIR"
	chown -R 65534:65534 "$DATA" "$BATS_TEST_TMPDIR"/{cgi-bin,bin,conf}
	LATCHKEY_BUILD=$BATS_TEST_TMPDIR in_background \
	    "$BATS_TEST_TMPDIR/conf/serve.sh" -d "$DATA" -p "$PORT"
	wait_for answers_or_is_gone
	answers 405 /token
	for pid in "$SERVER_PID" $(pgrep -f "^$BATS_TEST_TMPDIR/cgi-bin/"); do
		assert_equal "$(stat -c %u "/proc/$pid")" 65534
	done
}

@test "serve: a taken port is told" {
	/usr/bin/python3 -c "
import socket, time
s = socket.socket()
s.bind(('127.0.0.1', $PORT)); s.listen(); time.sleep(60)" 3>&- &
	wait_for port_is_taken "$PORT"
	refused -d "$DATA" -p "$PORT"
	kill $!
	[[ $output = *"port $PORT is taken"* ]]
}

@test "serve: a missing lighttpd is told" {
	local tool
	mkdir "$BATS_TEST_TMPDIR/bin"
	for tool in sh awk sed dirname cat; do
		ln -s "$(command -v $tool)" "$BATS_TEST_TMPDIR/bin/$tool"
	done
	sed 's,^PATH=.*,,' "$root/conf/serve.sh" >"$BATS_TEST_TMPDIR/serve.sh"
	PATH=$BATS_TEST_TMPDIR/bin run ! sh "$BATS_TEST_TMPDIR/serve.sh" \
	    -d "$DATA" -p "$PORT"
	assert_equal "$output" 'latchkey: serve: lighttpd is not installed (Debian: apt-get install lighttpd)'
}

@test "serve: a directory that cannot be read is told" {
	[[ $(id -u) = 0 ]] || skip 'only root can become another user'
	chmod 755 "$BATS_TEST_TMPDIR"
	# From standard input: the other user may be unable to read the script, too.
	cd /
	run ! setpriv --reuid=65534 --regid=65534 --clear-groups \
	    sh -s -- -d "$DATA" -p "$PORT" <"$root/conf/serve.sh"
	[[ $output = *'cannot'* || $output = *'no such'* ]] || fail "$output"
}

@test "serve: every lighttpd setting is accepted without a warning" {
	start_server
	! grep -E 'WARNING|deprecated|unknown config|\(configfile' "$SERVER_LOG" >&2
}
