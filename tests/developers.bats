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
	    APP_URL="$APP" state=a-state challenge="$CHALLENGE" \
	    bash -eu "$BATS_TEST_TMPDIR/pushes"
	[[ $output = "$ISSUER/authorize?client_id=hello&request_uri="* ]]
	open_page alice "$output"
	page_asks_password
}
