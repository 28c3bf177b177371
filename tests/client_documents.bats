# Apps whose client_id is the address of a document that says what they are
# (OAuth Client ID Metadata Document). Their servers are real HTTPS ones in a
# network of their own, where 11.0.0.1 is an address of the internet; requests
# get there as they do under systemd, by a socket.

load helper
load internet

setup_file() {
	export USE_TEST_CLOCK=1
	local dir=$BATS_FILE_TMPDIR
	/usr/bin/python3 "$root/tests/certificate.py" "$dir/app" -1 1 app.test other.test inside.test \
	    both.test down.test
	chmod 644 "$dir/app.pem"
	/usr/bin/python3 "$root/tests/certificate.py" "$dir/past" -2 -1 past.test
	export LOG=$dir/requests RECEIVER_ROOT=$dir/served
	mkdir "$RECEIVER_ROOT"
	start_internet '127.0.0.1 localhost inside.test' '11.0.0.1 app.test other.test past.test' \
	    '11.0.0.2 both.test down.test' '127.0.0.1 both.test'
	: >"$LOG"
	serve_inside receiver "$root/tests/receiver.py" "$dir/app.pem" "$dir/app.key" 443 \
	    "$LOG" 11.0.0.1 127.0.0.1
	serve_inside past "$root/tests/receiver.py" "$dir/past.pem" "$dir/past.key" 444 \
	    "$LOG" 11.0.0.1
	new_store
	set_conf ca_file "$dir/app.pem"
	set_conf client_documents any
	add_user alice
	add_user bob
	add_client known --redirect-uri https://known.example/cb --public
	save_store
}

teardown_file() {
	stop_all
	stop_internet
}

setup() {
	fresh_store
	rm -rf "${RECEIVER_ROOT:?}"/*
	: >"$LOG"
	APP=https://app.test/doc/app.json
	CALLBACK=https://app.test/callback
	write_document
}

teardown() {
	stop_server
}

# write_document [JQ-FILTER]: the app's document, changed by the filter.
write_document() {
	jq -n --arg id "$APP" --arg back "$CALLBACK" '{client_id: $id, client_name: "Notes",
	    redirect_uris: [$back, "http://127.0.0.1/cb", "http://localhost/cb"],
	    grant_types: ["authorization_code", "refresh_token"],
	    token_endpoint_auth_method: "none"} | '"${1:-.}" >"$RECEIVER_ROOT/app.json"
}

# answer_with JSON: how the app's server answers (tests/receiver.py).
answer_with() {
	echo "$1" >"$RECEIVER_ROOT/app.json.head"
}

asked() {	# how often servers were, since the test began
	wc -l <"$LOG"
}

# open_app [PERSON [NAME=VALUE...]]: what the app sends the browser to.
open_app() {
	open_page "${1:-alice}" "$(authorize_url "$APP" "${@:2}")"
	follow_own "${1:-alice}"
}

# follow_own PERSON: as long as we send the browser to ourselves.
follow_own() {
	local to
	while [[ $(http_status) = 303 ]]; do
		to=$(http_header Location)
		[[ $to = "$ISSUER"/* ]] || return 0
		open_page "$1" "$to"
	done
}

# know PERSON: signs them in elsewhere, at an app that is registered.
know() {
	sign_in "$1" known redirect_uri=https://known.example/cb >/dev/null
}

# refused_app REASON: a page says why, and nothing went to the app.
refused_app() {
	refute_header Location && assert_page "<code>client_document_$1</code>" &&
	    assert_page 'Nothing was sent' && assert_logged "reason=client_document_$1 "
}

@test "documents: nothing is read before a person has signed in; then they are asked, with the host, each time" {
	open_app
	page_asks_password
	assert_page 'app\.test'
	refute_page Notes
	assert_equal "$(asked)" 0
	log_in alice
	follow_own alice
	assert_equal "$(asked)" 1
	assert_equal "$(jq -r '.method + " " + .accept' "$LOG")" 'GET application/json'
	page_asks_consent
	assert_page 'Allow <bdi>app\.test \(Notes\)</bdi>\?'
	assert_page '<bdi>app\.test</bdi> says that this is its app'
	assert_page 'unverified'
	allow alice
	local to code
	to=$(http_header Location)
	[[ $to = "$CALLBACK"\?* ]]
	code=$(url_param code "$to")
	request - POST "$ISSUER/token" grant_type=authorization_code code="$code" \
	    redirect_uri="$CALLBACK" code_verifier="$VERIFIER" client_id="$APP"
	assert_status 200
	assert_equal "$(jwt_claims "$(http_body | field id_token)" | jq -r .aud)" "$APP"
	# Signed in, allowed before, and asked all the same; not read again.
	open_app
	page_asks_consent
	assert_equal "$(asked)" 1
	run -0 latchkey audit --client "$APP"
	[[ $output = *client_document_read* && $output = *alice* ]]
}

@test "documents: off, which they are at first, an address is an app that is not known, and discovery has no word of it" {
	know alice
	request - GET "$ISSUER/.well-known/openid-configuration"
	assert_field client_id_metadata_document_supported true
	http_body | jq -e '.token_endpoint_auth_methods_supported | index("none")'
	set_conf client_documents off
	request - GET "$ISSUER/.well-known/openid-configuration"
	refute_field client_id_metadata_document_supported
	open_app
	assert_error_page client_id_unknown
	assert_equal "$(asked)" 0
}

@test "documents: with a list of hosts others are refused, and those no longer in it" {
	set_conf client_documents 'other.test, app.test'
	know alice
	open_app
	page_asks_consent
	allow alice
	local code
	code=$(url_param code "$(http_header Location)")
	redeem_at() {
		request - POST "$ISSUER/token" client_id="$APP" "$@"
	}
	redeem_at grant_type=authorization_code code="$code" redirect_uri="$CALLBACK" \
	    code_verifier="$VERIFIER"
	assert_status 200
	local token
	token=$(http_body | field refresh_token)
	set_conf client_documents other.test
	open_app
	refused_app not_allowed
	redeem_at grant_type=refresh_token refresh_token="$token"
	assert_refused 401 invalid_client
	APP=https://app.test.evil.example/doc/app.json open_app
	refused_app not_allowed
	assert_equal "$(asked)" 1
	local bad
	for bad in 'Other.test' 'https://other.test' 'other.test/doc' '*.test' '127.0.0.1' \
	    'any, other.test' 'off, other.test' 'other.test:443' test; do
		set_conf client_documents "$bad"
		run -1 latchkey user list
		[[ $output = *client_documents* ]] || fail "$bad" "$output"
	done
}

@test "documents: addresses that have another spelling, or lead by figures, are none" {
	know alice
	local url
	for url in https://App.test/doc/app.json https://app.test./doc/app.json \
	    https://app.test:443/doc/app.json https://app.test:0443/doc/app.json \
	    https://app.test https://app.test//doc/app.json https://app.test/doc/../doc/app.json \
	    https://app.test/doc/%2e%2e/app.json https://app.test/doc/app%2Ejson \
	    https://app.test/doc/app.json# https://me@app.test/doc/app.json \
	    https://11.0.0.1/doc/app.json https://0x0b000001/doc/app.json \
	    https://184549377/doc/app.json 'https://[::ffff:11.0.0.1]/doc/app.json' \
	    https://bücher.test/doc/app.json https://localhost/doc/app.json \
	    "https://app.test/$(printf 'a%.0s' {1..112})"; do
		APP=$url open_app
		refused_app url
	done
	APP=http://app.test/doc/app.json open_app
	assert_error_page client_id_unknown
	assert_equal "$(asked)" 0
	# One byte more is another app.
	APP=https://app.test/doc/app.json?x open_app
	refused_app invalid
}

@test "documents: what is no document of this app is refused, and says what is wrong" {
	know alice
	wrong() {	# [WHAT IS SAID]
		travel 20
		open_app
		refused_app invalid
		[[ -z ${1:-} ]] || assert_page "$1"
	}
	local filter
	write_document '.client_id = "https://app.test/doc/other.json"'
	wrong client_id
	write_document '.client_id += "/"'
	wrong client_id
	write_document 'del(.client_id)'
	wrong client_id
	write_document '.client_secret = "0123456789012345678901234567890123456789"'
	wrong client_secret
	for filter in client_secret_basic client_secret_post client_secret_jwt tls_client_auth; do
		write_document ".token_endpoint_auth_method = \"$filter\""
		wrong token_endpoint_auth_method
	done
	write_document '.token_endpoint_auth_method = "private_key_jwt"'
	wrong jwks
	travel 60
	for filter in 'del(.redirect_uris)' '.redirect_uris = []' \
	    '.redirect_uris = ["https://elsewhere.example/cb"]' \
	    '.redirect_uris = ["http://app.test/callback"]' \
	    '.redirect_uris = ["https://app.test:8443/callback"]' \
	    '.redirect_uris = "https://app.test/callback"' \
	    '.redirect_uris = ["javascript:alert(1)"]'; do
		write_document "$filter"
		wrong redirect_uris
	done
	travel 60
	echo '[]' >"$RECEIVER_ROOT/app.json"
	wrong
	echo '{"client_id": "' >"$RECEIVER_ROOT/app.json"
	wrong
	printf '{"client_id": "%s", "client_id": "%s"}' "$APP" "$APP" >"$RECEIVER_ROOT/app.json"
	wrong
	printf '{"client_name": "\xff"}' >"$RECEIVER_ROOT/app.json"
	wrong
	write_document '.padding = ("x" * 6000)'
	wrong 'longer than 5 KiB'
	head -c 10000000 /dev/zero >"$RECEIVER_ROOT/app.json"
	wrong 'longer than 5 KiB'
	travel 60
	write_document
	answer_with '{"headers": {"Content-Type": "text/html"}}'
	wrong application/json
	answer_with '{"headers": {"Content-Type": "application/jsonp"}}'
	wrong application/json
	travel 60
	answer_with '{"headers": {"Content-Type": "application/client+json; charset=utf-8"}}'
	open_app
	page_asks_consent
}

@test "documents: a server that is down, slow, redirects, or is in the house is no answer, and nothing is kept" {
	know alice
	local url
	out_of_reach() {	# WHY
		travel 20
		open_app
		refused_app unreachable
		assert_logged "client_document_not_read client_id=[^ ]* reason=\"?$1\"?"
	}
	rm "$RECEIVER_ROOT/app.json"
	out_of_reach 'status 404'
	write_document
	local status
	for status in 201 204 301 302 307 308 401 500 503; do
		answer_with "{\"status\": $status, \"headers\": {\"Location\": \"/doc/app.json\"}}"
		out_of_reach "status $status"
	done
	travel 60
	for url in https://inside.test/doc/app.json https://both.test/doc/app.json; do
		APP=$url out_of_reach bad_address
	done
	APP=https://down.test/doc/app.json out_of_reach no_connection
	APP=https://nowhere.test/doc/app.json out_of_reach no_host
	APP=https://past.test:444/doc/app.json out_of_reach bad_certificate
	answer_with '{"wait": 30}'
	out_of_reach timeout
	assert_equal "$(latchkey client list --json | jq -r '.[].client_id')" known
	# An answer that is good again is taken at once after a short pause.
	rm "$RECEIVER_ROOT/app.json.head"
	open_app
	refused_app busy
	assert_status 503
	assert_header Retry-After '^[1-9]$|^10$'
	travel 10
	open_app
	page_asks_consent
}

@test "documents: a document is kept as long as its answer says, within bounds; a change is in force then" {
	know alice
	answer_with '{"headers": {"Cache-Control": "no-store"}}'
	open_app
	page_asks_consent
	write_document '.redirect_uris = ["http://127.0.0.1/cb"] | .client_name = "New notes"'
	travel 200
	open_app
	assert_page '\(Notes\)'
	assert_equal "$(asked)" 1
	travel 100
	# Its redirect URI is gone: nothing is sent there.
	open_app
	assert_error_page redirect_uri_unregistered
	assert_equal "$(asked)" 2
	open_app alice redirect_uri=http://127.0.0.1:5000/cb
	assert_page '\(New notes\)'
	run -0 latchkey audit --client "$APP"
	[[ $output = *client_document_changed* ]]
	answer_with '{"headers": {"Cache-Control": "max-age=31536000"}}'
	travel 300
	open_app alice redirect_uri=http://127.0.0.1:5000/cb
	assert_equal "$(asked)" 3
	travel 86000
	sign_in alice known redirect_uri=https://known.example/cb >/dev/null
	open_app alice redirect_uri=http://127.0.0.1:5000/cb
	assert_equal "$(asked)" 3
	travel 400
	open_app alice redirect_uri=http://127.0.0.1:5000/cb
	assert_equal "$(asked)" 4
}

@test "documents: an answer to the page of an old document allows nothing: the new one is asked about" {
	know alice
	open_app
	page_asks_consent
	write_document '.client_name = "Something else"'
	travel 3600
	allow alice
	follow_own alice
	page_asks_consent
	assert_page 'Something else'
}

@test "documents: only exact redirect URIs, and any port on the person's own computer, where a page says so" {
	know alice
	local uri
	for uri in https://app.test/callback/ https://app.test/callback?x=1 https://app.test/ \
	    https://other.test/callback http://127.0.0.1:5000/other; do
		open_app alice redirect_uri="$uri"
		assert_error_page redirect_uri_unregistered
	done
	open_app alice redirect_uri=http://localhost:5000/cb
	assert_page 'a program on this device'
	allow alice
	[[ $(http_header Location) = http://localhost:5000/cb\?* ]]
	# Errors go to an address that the document has, and nowhere else.
	open_app alice scope=nothing
	assert_error_redirect invalid_scope
}

@test "documents: without a page nothing is read, and nothing is sent to an app of which nothing is known" {
	open_app alice prompt=none
	refused_app unread
	assert_equal "$(asked)" 0
	know alice
	open_app alice prompt=none
	assert_error_redirect consent_required
	assert_equal "$(asked)" 1
}

@test "documents: ten are read in a minute, by all people together" {
	know alice
	know bob
	local n
	for n in {1..10}; do
		APP=https://app.test/doc/$n.json
		jq -c --arg id "$APP" '.client_id = $id' "$RECEIVER_ROOT/app.json" >"$RECEIVER_ROOT/$n.json"
		open_app alice
		page_asks_consent
	done
	APP=https://app.test/doc/app.json open_app bob
	refused_app busy
	assert_status 503
	assert_equal "$(asked)" 10
	travel 60
	APP=https://app.test/doc/app.json open_app bob
	page_asks_consent
}

@test "documents: many people who come at once make a document be read once" {
	local n
	local -a started=()
	for n in 1 2 3 4 5; do
		add_user "person$n"
	done
	start_server
	for n in 1 2 3 4 5; do
		know "person$n"
	done
	answer_with '{"wait": 1}'
	for n in 1 2 3 4 5; do
		curl -s -L -o "$BATS_TEST_TMPDIR/page.$n" -b "$(tmpdir)/jar-person$n" \
		    "$(authorize_url "$APP")" 3>&- &
		started+=($!)
	done
	wait "${started[@]}"
	for n in 1 2 3 4 5; do
		grep -q 'value="allow"' "$BATS_TEST_TMPDIR/page.$n"
	done
	assert_equal "$(asked)" 1
}

@test "documents: a client with keys proves itself by them, those at an address of its own site as well" {
	know alice
	local keys=$BATS_TEST_TMPDIR/app.pem
	"$root/tests/assertion.py" make EdDSA "$keys" >"$RECEIVER_ROOT/jwks.json"
	tokens() {	# [ASSERTION ARGUMENT...]
		open_app
		allow alice
		local code
		code=$(url_param code "$(http_header Location)")
		request - POST "$ISSUER/token" grant_type=authorization_code code="$code" \
		    redirect_uri="$CALLBACK" code_verifier="$VERIFIER" "$@"
	}
	signed() {
		echo "client_assertion=$("$root/tests/assertion.py" sign "$keys" "$APP" "$ISSUER")"
	}
	write_document '.token_endpoint_auth_method = "private_key_jwt" |
	    .jwks_uri = "https://app.test/doc/jwks.json"'
	tokens client_id="$APP"
	assert_refused 401 invalid_client
	assert_equal "$(asked)" 1
	tokens client_assertion_type="$ASSERTION_TYPE" "$(signed)"
	assert_status 200
	assert_equal "$(asked)" 2
	travel 3600
	write_document '.token_endpoint_auth_method = "private_key_jwt" | .jwks = '"$(<"$RECEIVER_ROOT/jwks.json")"
	tokens client_assertion_type="$ASSERTION_TYPE" "$(signed)"
	assert_status 200
	travel 3600
	write_document '.token_endpoint_auth_method = "private_key_jwt" |
	    .jwks_uri = "https://other.test/doc/jwks.json"'
	open_app
	refused_app invalid
	assert_page jwks_uri
}

@test "documents: the command lists the app and removes it with all that it was granted; it cannot be changed" {
	know alice
	open_app
	allow alice
	request - POST "$ISSUER/token" grant_type=authorization_code client_id="$APP" \
	    code="$(url_param code "$(http_header Location)")" redirect_uri="$CALLBACK" \
	    code_verifier="$VERIFIER"
	local token
	token=$(http_body | field refresh_token)
	run -0 latchkey client list
	[[ $output = *"$APP"*'app.test (Notes)'* ]]
	run -0 latchkey client show "$APP"
	[[ $output = *document* ]]
	run -1 latchkey client set "$APP" --trusted
	[[ $output = *--vouch* ]]
	run -1 latchkey client set "$APP" --name Trusted
	run -1 latchkey client secret "$APP"
	run -0 latchkey check --offline
	latchkey client del "$APP" --yes
	request - POST "$ISSUER/token" grant_type=refresh_token refresh_token="$token" \
	    client_id="$APP"
	assert_refused 401 invalid_client
	# It can come again, and people are asked again.
	open_app
	page_asks_consent
	assert_equal "$(asked)" 2
	# Vouched for, it is an app like others, and its document is read no more.
	run -0 latchkey client set "$APP" --vouch --trusted
	set_conf client_documents off
	travel 4000
	open_app
	[[ $(http_header Location) = "$CALLBACK"\?* ]]
	assert_equal "$(asked)" 2
}

@test "documents: one that no one allows goes after a day, one that is in use stays as long as what it was granted" {
	know alice
	open_app
	page_asks_consent
	local unused=$APP
	APP=https://app.test/doc/used.json
	jq -c --arg id "$APP" '.client_id = $id' "$RECEIVER_ROOT/app.json" >"$RECEIVER_ROOT/used.json"
	open_app
	allow alice
	travel 90000
	APP=https://app.test/doc/next.json
	jq -c --arg id "$APP" '.client_id = $id' "$RECEIVER_ROOT/app.json" >"$RECEIVER_ROOT/next.json"
	know alice
	open_app
	run -0 latchkey client list --json
	assert_equal "$(jq -r '.[].client_id' <<<"$output")" \
	    "$(printf '%s\n' https://app.test/doc/next.json https://app.test/doc/used.json known)"
	refute_logged "$unused.*never"
}
