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
