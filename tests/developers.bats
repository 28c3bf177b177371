# The programs of doc/developers.md that need Debian's packages alone; the others
# are in full/developers.bats.

load helper
load documents.bash
load developers.bash
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

setup_file() { begin_provider; }
teardown_file() { stop_all; }
teardown() { end_app; }

@test "developers: the app in Flask signs people in" {
	program 'python flask' hello.py
	app_by /usr/bin/python3 -m flask --app hello run --port "$APP_PORT"
	signs_people_in
}

@test "developers: the app in PHP signs people in" {
	program 'php php' hello.php
	app_by php -S "localhost:$APP_PORT" hello.php
	signs_people_in
}

@test "developers: the API in Python verifies access tokens, of either algorithm" {
	local alg
	program 'python api' api.py
	app_by /usr/bin/python3 -m flask --app api run --port "$APP_PORT"
	for alg in EdDSA RS256; do
		latchkey client set caller --alg $alg
		checks_tokens
	done
}

@test "developers: a program without a person gets a token by one request" {
	only_block doc/developers.md 'sh asks' >"$BATS_TEST_TMPDIR/asks"
	run -0 env ISSUER="$ISSUER" CLIENT_ID=caller CLIENT_SECRET="$SECRET" \
	    bash -eu "$BATS_TEST_TMPDIR/asks"
	[[ -n $(field access_token <<<"$output") ]]
}

@test "developers: a request that is pushed brings the browser to the sign-in" {
	only_block doc/developers.md 'sh pushes' >"$BATS_TEST_TMPDIR/pushes"
	run -0 env ISSUER="$ISSUER" CLIENT_ID=hello CLIENT_SECRET="$SECRET" \
	    APP_URL="$APP" bash -eu "$BATS_TEST_TMPDIR/pushes"
	[[ $output = "$ISSUER/authorize?client_id=hello&request_uri="* ]]
	open_page alice "$output"
	page_asks_password
}

@test "developers: a device shows a code, and is told to wait until it is allowed" {
	latchkey client add tv --public --grant device_code --grant refresh_token >/dev/null
	{ only_block doc/developers.md 'sh shows-code'
	only_block doc/developers.md 'sh polls'; } >"$BATS_TEST_TMPDIR/device"
	run -0 env ISSUER="$ISSUER" bash -eu "$BATS_TEST_TMPDIR/device"
	[[ ${lines[0]} = "$ISSUER/device" && ${lines[1]} = ????-???? ]]
	[[ $(field error <<<"${lines[2]}") = authorization_pending ]]
}

@test "developers: a program registers itself with a token" {
	set_conf registration tokens
	local token
	token=$(latchkey registration-token add 2>/dev/null)
	only_block doc/developers.md 'sh registers' >"$BATS_TEST_TMPDIR/registers"
	run -0 env ISSUER="$ISSUER" TOKEN="$token" bash -eu "$BATS_TEST_TMPDIR/registers"
	[[ -n $(field client_id <<<"$output") && -n $(field client_secret <<<"$output") ]]
	[[ -n $(field registration_access_token <<<"$output") ]]
}
