# Clients that keep their public keys at an address of their own (RFC 7591 2,
# jwks_uri): fetched from a real HTTPS server, and kept.

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	local dir=$BATS_FILE_TMPDIR
	/usr/bin/python3 "$root/tests/certificate.py" "$dir/app" -1 1 localhost 127.0.0.1
	chmod 644 "$dir/app.pem"
	/usr/bin/python3 "$root/tests/certificate.py" "$dir/past" -2 -1 127.0.0.1
	export APP_PORT PAST_PORT PLAIN_PORT
	APP_PORT=$(free_port)
	receive "$dir/app" "$APP_PORT"
	PAST_PORT=$(free_port)
	receive "$dir/past" "$PAST_PORT"
	new_store
	set_conf ca_file "$dir/app.pem"
	save_store
	local key
	for key in EdDSA ES256 RS256 PS256; do
		make_key "$dir/$key" "$key"
	done
}

setup() {
	fresh_store
	KEYS=$BATS_TEST_TMPDIR/keys
	URL=https://127.0.0.1:$APP_PORT/file$KEYS
	: >"$BATS_FILE_TMPDIR/asked.$APP_PORT"
}

teardown() {
	stop_server
}

teardown_file() {
	stop_all
}

receive() {	# CERTIFICATE PORT
	"$root/tests/receiver.py" "$1.pem" "$1.key" "$2" \
	    "$BATS_FILE_TMPDIR/asked.$2" >"$BATS_FILE_TMPDIR/serving.$2" 2>&1 3>&- &
	echo $! >>"$BATS_FILE_TMPDIR/started"
	wait_for grep -q serving "$BATS_FILE_TMPDIR/serving.$2"
}

make_key() {	# FILE ALG
	"$root/tests/assertion.py" make "$2" "$1.pem" >"$1.jwks"
}

# publish KEY...: at the app's address.
publish() {
	jq -cs '{keys: map(.keys[])}' "${@/#/$BATS_FILE_TMPDIR/}" >"$KEYS"
}

# serve_with JSON: how the app answers from now on; without it, as usual.
serve_with() {
	rm -f "$KEYS.head"
	[[ $# = 0 ]] || echo "$1" >"$KEYS.head"
}

add_signer() {
	latchkey client add signer --auth private_key_jwt --jwks-uri "$URL" \
	    --grant client_credentials --scope read "$@"
}

# sign KEY: an assertion of signer.
sign() {
	"$root/tests/assertion.py" sign "$BATS_FILE_TMPDIR/$1.pem" signer "$ISSUER" "${@:2}"
}

# ask KEY: for a token, with an assertion by it.
ask() {
	request - POST "$ISSUER/token" grant_type=client_credentials \
	    client_assertion_type="$ASSERTION_TYPE" client_assertion="$(sign "$@")"
}

refused_keys() {	# REASON
	assert_refused 401 invalid_client
	assert_logged "reason=assertion_$1 client_id=signer"
}

asked() {	# how often the app was, since the test began
	wc -l <"$BATS_FILE_TMPDIR/asked.$APP_PORT"
}

@test "jwks-uri: keys are fetched when the client is registered, and kept" {
	publish EdDSA.jwks ES256.jwks RS256.jwks PS256.jwks
	run -0 --separate-stderr add_signer
	assert_equal "$stderr" ''
	local key
	for key in EdDSA ES256 RS256 PS256; do
		ask "$key"
		assert_status 200
	done
	assert_equal "$(asked)" 1
	run -0 latchkey client show signer --json
	assert_equal "$(jq -c '[.client_jwks_uri, .key_ids, .jwks_fetched_at > 0, .jwks_problem]' \
	    <<<"$output")" "[\"$URL\",[\"EdDSA\",\"ES256\",\"RS256\",\"PS256\"],true,\"\"]"
	run -0 latchkey client show signer
	[[ $output =~ "keys from" ]]
	run latchkey check --offline
	[[ $output = *'the public keys of app signer were fetched 0 hours ago'* ]]
}

@test "jwks-uri: a key that is not known is asked for, once a minute at most" {
	publish EdDSA.jwks
	add_signer >/dev/null
	publish EdDSA.jwks ES256.jwks
	ask ES256
	refused_keys algorithm # it was asked a moment ago
	travel 61
	ask ES256
	assert_status 200
	assert_equal "$(asked)" 2
	ask EdDSA
	assert_status 200
	# However many strangers ask, the app is asked once a minute.
	local n
	travel 61
	for n in 1 2 3; do
		ask RS256
		refused_keys algorithm
	done
	assert_equal "$(asked)" 3
	run -0 latchkey audit --client signer
	[[ $output = *client_keys_changed* ]]
}

@test "jwks-uri: a key that is taken away is good until the keys are fetched again, six hours at most" {
	publish EdDSA.jwks ES256.jwks
	add_signer >/dev/null
	publish ES256.jwks
	travel 21000
	ask EdDSA
	assert_status 200
	assert_equal "$(asked)" 1
	travel 700
	ask EdDSA
	refused_keys algorithm
	ask ES256
	assert_status 200
	assert_equal "$(asked)" 2
	# With a new key the old ones go at once.
	publish RS256.jwks
	travel 61
	ask RS256
	assert_status 200
	ask ES256
	refused_keys algorithm
}

@test "jwks-uri: what cannot be had, or is no set of public keys, leaves the keys that there are, and is told" {
	publish EdDSA.jwks
	add_signer >/dev/null
	local big=$BATS_TEST_TMPDIR/big what
	head -c 20000 /dev/zero | tr '\0' ' ' >"$big"
	try() {	# PROBLEM
		travel 61
		ask ES256
		refused_keys algorithm
		assert_logged "client_keys_not_fetched client_id=signer reason=\"?$1\"?"
		assert_equal "$(latchkey client show signer --json | jq -r .jwks_problem)" "$1"
		ask EdDSA
		assert_status 200
	}
	publish EdDSA.jwks ES256.jwks
	for what in 404 500 307 204 201; do
		serve_with "{\"status\": $what, \"headers\": {\"Location\": \"/file$KEYS\"}}"
		try "status $what"
	done
	serve_with
	echo '{"keys": [' >"$KEYS"
	try no_jwk_set
	echo '{"keys": [], "keys": []}' >"$KEYS"
	try no_jwk_set
	jq -c '.keys[0].d = "AAAA"' "$BATS_FILE_TMPDIR/ES256.jwks" >"$KEYS"
	try private_key
	echo '{"keys": [{"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"}]}' >"$KEYS"
	try no_usable_key
	cat "$BATS_FILE_TMPDIR/ES256.jwks" "$big" >"$KEYS"
	try too_long
	rm "$KEYS"
	try 'status 404'
	travel 21600
	ask EdDSA
	assert_status 200
	run latchkey check --offline
	[[ $output = *'app signer were fetched 6 hours ago; since then: it answers with another status than 200 (status 404)'* ]]
	travel 86400
	run latchkey check --offline
	[[ $output = *'warning  the public keys of app signer were fetched 30 hours ago'* ]]
}

@test "jwks-uri: an app that is not up yet can be registered, and its keys are fetched when it is" {
	run -0 --separate-stderr add_signer
	[[ $stderr = *'it answers with another status than 200 (status 404)'* ]]
	ask EdDSA
	refused_keys keys
	run latchkey check --offline
	[[ $output = *'the public keys of app signer were never fetched'* ]]
	publish EdDSA.jwks
	travel 61
	ask EdDSA
	assert_status 200
	# No one there at all, and one whose certificate is over.
	run -0 --separate-stderr latchkey client add none --auth private_key_jwt \
	    --jwks-uri "https://127.0.0.1:$(free_port)/keys" --grant client_credentials
	[[ $stderr = *'nothing answers there (no_connection)'* ]]
	run -0 --separate-stderr latchkey client add past --auth private_key_jwt \
	    --jwks-uri "https://127.0.0.1:$PAST_PORT/file$KEYS" --grant client_credentials
	[[ $stderr = *'its certificate is not trusted'* ]]
}

@test "jwks-uri: what is no address of public keys is refused when the client is registered" {
	local url
	for url in "http://127.0.0.1:$APP_PORT/keys" https:///keys https://me@localhost/keys \
	    https://localhost/keys#x localhost/keys file:///etc/passwd; do
		run -1 latchkey client add signer --auth private_key_jwt --jwks-uri "$url" \
		    --grant client_credentials
		[[ $output = *--jwks-uri* ]]
	done
	jq -c '.keys[0].d = "AAAA"' "$BATS_FILE_TMPDIR/ES256.jwks" >"$KEYS"
	run -1 add_signer
	[[ $output = *'a private key is there'* ]]
	echo '<html>' >"$KEYS"
	run -1 add_signer
	[[ $output = *'no JWK set'* ]]
	publish EdDSA.jwks
	run -1 add_signer --jwks "$BATS_FILE_TMPDIR/EdDSA.jwks"
	[[ $output = *'in a file or at an address'* ]]
	run -1 latchkey client show signer
}

@test "jwks-uri: another address, or a file, is in force at once; keys of the old one are good no more" {
	publish EdDSA.jwks
	add_signer >/dev/null
	cp "$BATS_FILE_TMPDIR/ES256.jwks" "$KEYS.2"
	latchkey client set signer --jwks-uri "$URL.2" >/dev/null
	ask ES256
	assert_status 200
	ask EdDSA
	refused_keys algorithm
	latchkey client set signer --jwks "$BATS_FILE_TMPDIR/RS256.jwks" >/dev/null
	ask RS256
	assert_status 200
	ask ES256
	refused_keys algorithm
	assert_equal "$(latchkey client show signer --json | jq -r .client_jwks_uri)" ''
	# And back: what was kept of it before is not taken for new.
	rm "$KEYS.2"
	latchkey client set signer --jwks-uri "$URL" >/dev/null 2>&1
	ask EdDSA
	assert_status 200
	ask ES256
	refused_keys algorithm
	# With the client they go.
	latchkey client del signer --yes >/dev/null
	mv "$KEYS" "$KEYS.gone"
	add_signer >/dev/null 2>&1
	ask EdDSA
	refused_keys keys
}

@test "jwks-uri: many requests with a new key at once make the app be asked once, and all are good" {
	publish EdDSA.jwks
	add_signer >/dev/null
	publish ES256.jwks
	travel 61
	serve_with '{"wait": 1}'
	start_server
	local n
	local -a started=()
	for n in 1 2 3 4 5 6; do
		sign ES256 | tr -d '\n' >"$BATS_TEST_TMPDIR/assertion.$n"
	done
	for n in 1 2 3 4 5 6; do
		curl -s -o /dev/null -w '%{http_code}\n' "$ISSUER/token" \
		    -d grant_type=client_credentials \
		    --data-urlencode client_assertion_type="$ASSERTION_TYPE" \
		    --data-urlencode client_assertion@"$BATS_TEST_TMPDIR/assertion.$n" \
		    >"$BATS_TEST_TMPDIR/answer.$n" 3>&- &
		started+=($!)
	done
	wait "${started[@]}"
	assert_equal "$(sort "$BATS_TEST_TMPDIR"/answer.* | uniq -c | tr -s ' ')" ' 6 200'
	assert_equal "$(asked)" 2
}

@test "jwks-uri: an app that does not answer holds its own requests up for five seconds, once a minute" {
	publish EdDSA.jwks
	add_signer >/dev/null
	travel 21700
	serve_with '{"wait": 30}'
	local began=$SECONDS
	ask EdDSA
	assert_status 200
	assert_logged 'client_keys_not_fetched client_id=signer reason=timeout'
	((SECONDS - began < 12))
	began=$SECONDS
	ask EdDSA
	assert_status 200
	((SECONDS - began < 4))
	assert_equal "$(asked)" 2
}
