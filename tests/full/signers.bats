# Clients that sign for what they ask, with the libraries that apps use for it.

load ../helper
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

setup_file() {
	new_store
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
