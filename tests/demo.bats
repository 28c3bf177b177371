# make demo: from nothing to a signed-in person, in a browser.

load helper

setup_file() {
	PORT=$(free_port)
	LATCHKEY_DEMO=$BATS_FILE_TMPDIR/demo
	SERVER_LOG=$BATS_FILE_TMPDIR/log
	ISSUER=http://localhost:$PORT
	export PORT LATCHKEY_DEMO SERVER_LOG ISSUER
	start_demo
}

teardown_file() {
	stop_all
}

start_demo() {
	: >"$SERVER_LOG"
	in_background "$root/data/demo/demo.sh" "$PORT"
	export SERVER_PID
	# It makes keys and people first, and that takes its time: up to a minute.
	local i
	for ((i = 0; i < 6; i++)); do
		! wait_for grep 'Ctrl-C' "$SERVER_LOG" || return 0
		! is_gone "$SERVER_PID" || break
	done
	cat "$SERVER_LOG" >&2
	return 1
}

@test "demo: says where to go and whom to sign in as" {
	grep -q "$ISSUER/app/" "$SERVER_LOG"
	grep -q 'alice or bob' "$SERVER_LOG"
	grep -q "$PASSWORD" "$SERVER_LOG"
}

@test "demo: sign in, consent, API, refresh, replay, sign out in Chromium" {
	ALG=RS256 DEMO_CONF=$LATCHKEY_DEMO/data/latchkey.conf \
	    /usr/bin/python3 "$root/tests/browser.py" "$ISSUER/app/" "$PASSWORD" >&2
}

@test "demo: its secrets and its store are for its owner alone" {
	assert_equal "$(find "$LATCHKEY_DEMO/data" "$LATCHKEY_DEMO/app" \
	    -perm /077)" ''
}

@test "demo: the API refuses who has no token, a forged one, or an ID token" {
	request - GET "$ISSUER/app/api"
	assert_status 401
	assert_header WWW-Authenticate '^Bearer'
	request - GET "$ISSUER/app/api" -H 'Authorization: Bearer a.b.c'
	assert_status 401
	assert_error invalid_token
}

@test "demo: the app refuses an answer it did not ask for" {
	request eve GET "$ISSUER/app/callback" code=x state=y iss="$ISSUER"
	assert_page 'is to a request that'
	request eve GET "$ISSUER/app/login"
	request eve GET "$ISSUER/app/callback" code=x state=y iss="$ISSUER"
	assert_page 'is to a request that'
	request eve GET "$ISSUER/app/login"
	request eve GET "$ISSUER/app/callback" code=x iss=https://evil.example \
	    state="$(url_param state "$(http_header Location)")"
	assert_page 'comes from another provider'
	request eve GET "$ISSUER/app/login"
	request eve GET "$ISSUER/app/callback" code=x iss="$ISSUER" \
	    state="$(url_param state "$(http_header Location)")"
	assert_page 'code was refused: invalid_grant'
}

@test "demo: the app leads a person who declines back, with the reason" {
	open_page bob "$ISSUER/app/login"
	log_in bob
	deny bob
	assert_page 'access_denied'
}

@test "demo: a second one says that the port is taken, and harms nothing" {
	run ! "$root/data/demo/demo.sh" "$PORT"
	assert_equal "$output" \
	    "latchkey: serve: port $PORT is taken (PORT=N is another one)"
	request - GET "$ISSUER/app/"
	assert_status 200
}

@test "demo: run again, it has the same people; another port has a store of its own" {
	local before first=$PORT
	stop_server
	before=$(cksum <"$LATCHKEY_DEMO/app/config.json")
	start_demo
	assert_equal "$(cksum <"$LATCHKEY_DEMO/app/config.json")" "$before"
	request - GET "$ISSUER/app/login"
	assert_status 303
	stop_server
	PORT=$(free_port)
	start_demo
	request - GET "http://localhost:$PORT/app/login"
	assert_header Location "^http://localhost:$PORT/authorize"
	stop_server
	PORT=$first
	start_demo
	assert_equal "$(cksum <"$LATCHKEY_DEMO/app/config.json")" "$before"
	request - GET "$ISSUER/app/login"
	assert_status 303
	stop_server
}

@test "demo: a store that this build cannot read is told before anything starts" {
	local port
	port=$(free_port)
	cp -a "$LATCHKEY_DEMO" "$BATS_TEST_TMPDIR/demo"
	echo damaged >"$BATS_TEST_TMPDIR/demo/data/store/data.mdb"
	echo "http://localhost:$port" >"$BATS_TEST_TMPDIR/demo/made-for"
	LATCHKEY_DEMO=$BATS_TEST_TMPDIR/demo run ! \
	    "$root/data/demo/demo.sh" "$port"
	[[ $output = *'is not a latchkey store'*"cannot use $BATS_TEST_TMPDIR/demo; remove it"* ]]
	[[ $output != *'Sign in as'* ]]
}

@test "demo: a directory that cannot be written is told in one line" {
	touch "$BATS_TEST_TMPDIR/file"
	PORT=$(free_port)
	LATCHKEY_DEMO=$BATS_TEST_TMPDIR/file/demo run ! \
	    "$root/data/demo/demo.sh" "$PORT"
	assert_equal "$output" \
	    "latchkey: demo: $BATS_TEST_TMPDIR/file/demo: cannot be made"
}
