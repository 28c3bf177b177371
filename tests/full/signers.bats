# Clients that sign for what they ask, with the libraries that apps use for it.

load ../helper
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

setup_file() {
	new_store
	add_user carol --name 'Carol Clark'
	start_server
}

teardown_file() {
	stop_all
}

# signs LIBRARY CLIENT METHOD ALG KEY
signs() {
	cp "$root/tests/full/signers.mjs" "$app/"
	run node "$app/signers.mjs" "$1" "$ISSUER" "${@:2}"
	[[ ${lines[-1]} = 'true false' ]] || fail "$*: $output" "$(<"$SERVER_LOG")"
}

@test "openid-client, oauth4webapi: private_key_jwt with each algorithm, at every endpoint" {
	from_npm signers openid-client@6.9.0 oauth4webapi@3.8.8
	for library in openid-client oauth4webapi; do
		for alg in EdDSA ES256 RS256 PS256; do
			add_key_client "$library-$alg" "$alg" >/dev/null
			signs "$library" "$library-$alg" private_key_jwt "$alg" \
			    "$BATS_TEST_TMPDIR/$library-$alg.pem"
		done
	done
}

@test "openid-client, oauth4webapi: client_secret_jwt, at every endpoint" {
	from_npm signers openid-client@6.9.0 oauth4webapi@3.8.8
	for library in openid-client oauth4webapi; do
		add_secret_jwt_client "$library-secret" >/dev/null
		signs "$library" "$library-secret" client_secret_jwt HS256 "$SECRET"
	done
}

@test "openid-client, oauth4webapi: a public app's tokens bound to its key, at every endpoint (RFC 9449)" {
	local callback alg library
	from_npm signers openid-client@6.9.0 oauth4webapi@3.8.8
	cp "$root/tests/full/dpop.mjs" "$app/"
	add_user alice
	add_client spa --public --trusted --require-dpop
	for library in openid-client oauth4webapi; do
		for alg in Ed25519 ES256; do
			callback=$(sign_in alice spa nonce=)
			run node "$app/dpop.mjs" "$library" "$ISSUER" spa "$callback" \
			    "$VERIFIER" "$alg"
			[[ ${lines[-1]} = 'dpop dpop alice alice invalid_token' ]] ||
			    fail "$library $alg: $output" "$(<"$SERVER_LOG")"
		done
	done
}

# asks LIBRARY CLIENT KIND ALG KEY: with what the library made of the request, a
# person signs in, and the library has their name.
asks() {
	local asked to
	cp "$root/tests/full/requests.mjs" "$app/"
	asked=$(node "$app/requests.mjs" ask "$1" "$ISSUER" "$2" "$SECRET" \
	    "$CALLBACK" "${@:3}") || fail "$*" "$(<"$SERVER_LOG")"
	open_page carol "$(field url <<<"$asked")"
	! page_asks_password || log_in carol
	assert_status 303
	to=$(http_header Location)
	run -0 node "$app/requests.mjs" answer "$1" "$ISSUER" "$2" "$SECRET" \
	    "$asked" "$to"
	assert_equal "${lines[-1]}" 'openid profile | Carol Clark'
}

@test "openid-client, oauth4webapi: pushed and signed requests, with each algorithm" {
	local library alg key
	from_npm signers openid-client@6.9.0 oauth4webapi@3.8.8
	for library in openid-client oauth4webapi; do
		for alg in EdDSA ES256 RS256 PS256; do
			key=$BATS_TEST_TMPDIR/$library-$alg
			"$root/tests/assertion.py" make $alg "$key" >"$key.jwks"
			add_client "asks-$library-$alg" --trusted --jwks "$key.jwks"
			asks $library "asks-$library-$alg" jar $alg "$key"
			asks $library "asks-$library-$alg" both $alg "$key"
		done
		add_client "pushes-$library" --trusted --require-par
		asks $library "pushes-$library" par
	done
}

@test "openid-client, oauth4webapi: a device that a person allows (RFC 8628)" {
	local library code device
	from_npm signers openid-client@6.9.0 oauth4webapi@3.8.8
	latchkey user show alice >/dev/null 2>&1 || add_user alice
	latchkey client add tv --public --grant device_code --grant refresh_token
	cp "$root/tests/full/devices.mjs" "$app/"
	for library in openid-client oauth4webapi; do
		: >"$BATS_TEST_TMPDIR/said"
		node "$app/devices.mjs" "$library" "$ISSUER" tv \
		    >"$BATS_TEST_TMPDIR/said" 2>&1 &
		device=$!
		wait_for grep -q -- - "$BATS_TEST_TMPDIR/said"
		code=$(head -n 1 "$BATS_TEST_TMPDIR/said")
		open_page alice "$ISSUER/device"
		submit alice step=check user_code="$code"
		! page_asks_password || log_in alice
		allow alice
		wait "$device"
		[[ $(tail -n 1 "$BATS_TEST_TMPDIR/said") = 'alice openid profile' ]] ||
		    fail "$library" "$(<"$BATS_TEST_TMPDIR/said")" "$(<"$SERVER_LOG")"
	done
}

@test "oauth4webapi: an API exchanges a token, and asks with a signed answer (RFC 8693, RFC 9701)" {
	local token
	from_npm signers openid-client@6.9.0 oauth4webapi@3.8.8
	latchkey user show bob >/dev/null 2>&1 || add_user bob
	add_client stock --grant client_credentials --resource https://stock.example.org
	add_client orders --grant token_exchange --resource https://orders.example.org \
	    --exchange-for stock --scope stock:read
	add_client shop --trusted --audience https://orders.example.org \
	    --scope openid --scope stock:read
	token=$(get_tokens bob shop scope='openid stock:read' | field access_token)
	cp "$root/tests/full/apis.mjs" "$app/"
	run node "$app/apis.mjs" "$ISSUER" orders "$SECRET" "$token" stock
	[[ $output = 'orders true https://stock.example.org orders' ]] ||
	    fail "$output" "$(<"$SERVER_LOG")"
}
