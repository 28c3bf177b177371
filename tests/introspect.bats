# Introspection: whether a token is good now (RFC 7662).

load helper
USE_TEST_CLOCK=1
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

setup_file() {
	new_store
	add_user alice --group family
	add_client app --trusted
	add_client api --trusted --introspect-any
	add_client other --trusted
	add_client spa --public --trusted
	sign_in alice app
	save_store
}

setup() {
	fresh_store
}

teardown() {
	stop_server
}

teardown_file() {
	stop_all
}

# begin [NAME=VALUE...]: the API that will ask is another client.
begin() {
	get_tokens alice app "$@" >/dev/null
	access=$(http_body | field access_token)
	refresh_token=$(http_body | field refresh_token)
	id=$(http_body | field id_token)
	introspect "$access" >/dev/null
	assert_field active true
}

# Inactive says nothing else (RFC 7662 2.2).
inactive() {	# TOKEN [NAME=VALUE...]
	introspect "$@" >/dev/null
	assert_status 200
	assert_equal "$(http_body)" '{"active":false}'
}

@test "introspection: token and answer say what the sign-in was worth and when it was, and keep to it (RFC 9068 2.2.1, RFC 9470 6)" {
	local at
	begin scope='openid offline_access'
	at=$(jwt_claims "$access" | jq .auth_time)
	assert_equal "$(jwt_claims "$access" | jq -r .acr)" 1
	travel 700
	access=$(refresh "$refresh_token" | field access_token)
	CLIENT=api introspect "$access" >/dev/null
	assert_field acr 1
	assert_field auth_time "$at"
	assert_equal "$(jwt_claims "$access" | jq -c '[.acr, .auth_time]')" \
	    "[\"1\",$at]"
}

@test "introspection: an access token: active, whose, for whom, till when (RFC 7662 2.2)" {
	begin
	CLIENT=api introspect "$access"
	assert_status 200
	assert_header Content-Type '^application/json$'
	assert_header Cache-Control '^no-store$'
	claims=$(jwt_claims "$access")
	for name in iss sub aud client_id scope jti iat exp; do
		assert_field "$name" "$(field "$name" <<<"$claims")"
	done
	assert_field username alice
	assert_field token_type Bearer
}

@test "introspection: for confidential clients only (RFC 7662 2.1)" {
	begin
	AUTH=post CLIENT=api introspect "$access"
	assert_field active true
	for who in 'none spa' 'none api' 'none nobody'; do
		# shellcheck disable=SC2086
		set -- $who
		AUTH=$1 CLIENT=$2 introspect "$access"
		assert_refused 401 invalid_client
		refute_field active
	done
	SECRET=wrong introspect "$access"
	assert_refused 401 invalid_client
	assert_header WWW-Authenticate '^Basic realm='
	request - POST "$ISSUER/introspect" token="$access"
	assert_refused 401 invalid_client
	# The token itself does not authenticate a client.
	request - POST "$ISSUER/introspect" \
	    -H "Authorization: Bearer $access" token="$access"
	assert_refused 401 invalid_client
}

@test "introspection: a refresh token, for the client it belongs to and no other" {
	begin
	introspect "$refresh_token"
	assert_field active true
	assert_field client_id app
	assert_field username alice
	assert_field scope 'openid profile email groups offline_access'
	[[ $(http_body) != *"$refresh_token"* ]]
	CLIENT=api inactive "$refresh_token"
}

@test "introspection: a refresh token is active while it would be taken: current, and what was used in the window" {
	begin
	second=$(refresh "$refresh_token" | field refresh_token)
	for token in "$refresh_token" "$second"; do
		introspect "$token"
		assert_field active true
	done
	third=$(refresh "$second" | field refresh_token)
	introspect "$refresh_token"
	assert_field active true
	travel 31
	inactive "$refresh_token"
	# To ask is no use: nothing has happened to the family.
	introspect "$third"
	assert_field active true
}

@test "introspection: the hint does not matter, right or wrong (RFC 7662 2.1)" {
	begin
	for hint in access_token refresh_token nonsense; do
		introspect "$access" token_type_hint="$hint"
		assert_field active true
		introspect "$refresh_token" token_type_hint="$hint"
		assert_field active true
	done
}

@test "introspection: ID tokens, codes, garbage and forgeries are inactive, never an error" {
	begin
	code=$(get_code alice app)
	for token in "$id" "$code" x a.b.c "${access%?}" "${refresh_token%?}" \
	    "$(printf 'x%.0s' {1..9000})" '<script>' "$access."; do
		inactive "$token"
	done
	introspect ''
	assert_refused 400 invalid_request
	as_client introspect
	assert_refused 400 invalid_request
}

@test "introspection: the user name only with the scope profile, a verified address only with email" {
	local scope
	for scope in openid 'openid groups' 'openid offline_access'; do
		get_tokens alice app scope="$scope" >/dev/null
		access=$(http_body | field access_token)
		refresh_token=$(http_body | field refresh_token)
		for token in "$access" "$refresh_token"; do
			introspect "$token"
			assert_field active true
			refute_field username
			refute_field email
			[[ $(http_body) != *alice* ]]
		done
	done
	latchkey user set alice --email alice@example.org
	get_tokens alice app scope='openid email' >/dev/null
	access=$(http_body | field access_token)
	introspect "$access"
	assert_field email alice@example.org
	refute_field username
	latchkey user set alice --email-unverified
	introspect "$access"
	assert_field active true
	refute_field email
}

@test "introspection: another client's token is inactive, unless it is for a resource of the caller" {
	begin
	CLIENT=other inactive "$access"
	latchkey client set app --audience https://api.example.org
	begin
	CLIENT=other inactive "$access"
	latchkey client set other --resource https://photos.example.org \
	    --resource https://api.example.org
	CLIENT=other introspect "$access"
	assert_field active true
	assert_field aud https://api.example.org
	assert_field username alice
	CLIENT=other inactive "$refresh_token"
	latchkey client set other --resource https://api.example.org/v2
	CLIENT=other inactive "$access"
	latchkey client set other --introspect-any
	CLIENT=other introspect "$access"
	assert_field active true
	latchkey client set other --no-introspect-any
	CLIENT=other inactive "$access"
}

@test "introspection: a token that a client got for itself is its own, or its resource's" {
	add_client worker --grant client_credentials --audience https://api.example.org
	access=$(CLIENT=worker client_credentials | field access_token)
	CLIENT=worker introspect "$access"
	assert_field active true
	refute_field username
	CLIENT=other inactive "$access"
	latchkey client set other --resource https://api.example.org
	CLIENT=other introspect "$access"
	assert_field active true
}

# --- active is false the moment ... -------------------------------------------

@test "introspection: inactive when the access token has expired" {
	begin
	travel 900
	inactive "$access"
	introspect "$refresh_token"
	assert_field active true
}

@test "introspection: inactive when the family was ended by the administrator" {
	begin
	latchkey grant end --user alice
	inactive "$access"
	inactive "$refresh_token"
}

@test "introspection: inactive when the family was found stolen" {
	begin
	second=$(refresh "$refresh_token" | field refresh_token)
	third=$(refresh "$second" | field refresh_token)
	travel 31
	refresh "$refresh_token"
	inactive "$access"
	inactive "$third"
}

@test "introspection: inactive when the session has ended, except for offline_access" {
	begin scope='openid profile'
	plain=$access
	begin
	latchkey session end --all
	inactive "$plain"
	introspect "$access"
	assert_field active true
}

@test "introspection: inactive when the person signs out" {
	begin scope='openid profile'
	request alice GET "$ISSUER/logout" id_token_hint="$id"
	assert_status 200
	inactive "$access"
	inactive "$refresh_token"
}

@test "introspection: inactive while the person is locked, and for good when deleted" {
	begin
	latchkey user lock alice
	inactive "$access"
	inactive "$refresh_token"
	latchkey user unlock alice
	introspect "$access"
	assert_field active true
	latchkey user del alice
	inactive "$access"
	inactive "$refresh_token"
}

@test "introspection: inactive when the person has left the app's groups" {
	latchkey client set app --group family
	begin
	latchkey user set alice --remove-group family
	inactive "$access"
	inactive "$refresh_token"
}

@test "introspection: inactive when the client is gone" {
	begin
	latchkey client del app
	CLIENT=api inactive "$access"
}

@test "introspection: inactive when the token was revoked" {
	begin
	revoke "$access"
	inactive "$access"
	introspect "$refresh_token"
	assert_field active true
	revoke "$refresh_token"
	inactive "$refresh_token"
}

@test "introspection: inactive when the code that gave it was used again" {
	code=$(get_code alice app)
	access=$(redeem "$code" | field access_token)
	redeem "$code"
	inactive "$access"
}

# signed_answer CLIENT TOKEN: the claims of the answer, which is verified.
signed_answer() {
	CLIENT=$1 request_signed "$2"
	assert_status 200
	assert_header Content-Type '^application/token-introspection\+jwt$'
	assert_header Cache-Control '^no-store$'
	jwt_claims "$(http_body)"
}

request_signed() {	# TOKEN
	request - POST "$ISSUER/introspect" -H "Accept: ${ACCEPT:-$SIGNED}" \
	    -H "Authorization: Basic $(basic "$CLIENT" "$SECRET")" token="$1"
}

SIGNED=application/token-introspection+jwt

@test "introspection: signed for who asks, of a type of its own, and the same as unsigned (RFC 9701 5)" {
	local claims plain answer
	begin
	CLIENT=api introspect "$access" >/dev/null
	plain=$(http_body | jq -cS .)
	claims=$(signed_answer api "$access")
	assert_equal "$(jwt_header "$(http_body)" | jq -r .typ)" \
	    token-introspection+jwt
	assert_equal "$(jq -c keys <<<"$claims")" \
	    '["aud","iat","iss","token_introspection"]'
	assert_equal "$(jq -r '[.iss, .aud] | join(" ")' <<<"$claims")" \
	    "$ISSUER api"
	assert_equal "$(jq -cS .token_introspection <<<"$claims")" "$plain"
	answer=$(http_body)
	request - GET "$ISSUER/jwks.json"
	http_body | /usr/bin/python3 -c '
import json, sys
import jwt
kid = jwt.get_unverified_header(sys.argv[1])["kid"]
key = jwt.PyJWKSet.from_dict(json.load(sys.stdin))[kid].key
jwt.decode(sys.argv[1], key, algorithms=["EdDSA"], audience="api",
           options={"verify_iat": False})' "$answer"
}

@test "introspection: a signed answer about a token that is not active, or of another, says so and no more (RFC 9701 5)" {
	begin
	for token in x "$id" "$access."; do
		assert_equal "$(signed_answer api "$token" |
		    jq -c .token_introspection)" '{"active":false}'
	done
	assert_equal "$(signed_answer other "$access" |
	    jq -c .token_introspection)" '{"active":false}'
	assert_equal "$(signed_answer app "$refresh_token" |
	    jq -c .token_introspection.active)" true
	revoke "$access"
	assert_equal "$(signed_answer api "$access" |
	    jq -c .token_introspection)" '{"active":false}'
}

@test "introspection: a signed answer is no access token, no ID token and no assertion (RFC 9701 8.1)" {
	local answer
	latchkey client set app --audience https://api.example.org >/dev/null
	begin
	CLIENT=app request_signed "$access"
	answer=$(http_body)
	userinfo "$answer"
	assert_refused 401 invalid_token
	assert_logged 'reason=not_an_access_token'
	inactive "$answer"
	request alice GET "$ISSUER/logout" id_token_hint="$answer"
	assert_logged 'id_token_hint_invalid'
	request - POST "$ISSUER/token" grant_type=client_credentials \
	    client_assertion_type="$ASSERTION_TYPE" client_assertion="$answer"
	assert_refused 401 invalid_client
}

@test "introspection: it is signed only for who names the type, by the algorithm of the client, and announced" {
	begin
	for ACCEPT in '*/*' application/json application/jwt \
	    application/token-introspection+jwtx 'text/html, application/*'; do
		CLIENT=api request_signed "$access"
		assert_header Content-Type '^application/json$'
		assert_field active true
	done
	for ACCEPT in "application/json, $SIGNED;q=0.9" \
	    ' Application/Token-Introspection+JWT'; do
		signed_answer api "$access"
	done
	ACCEPT=$SIGNED
	latchkey client set api --alg HS256 --secret-stdin <<<"$SECRET" >/dev/null
	CLIENT=api request_signed "$access"
	assert_equal "$(jwt_header "$(http_body)" | jq -r .alg)" HS256
	SECRET=wrong-wrong-wrong-wrong-wrong-wrong CLIENT=api request_signed "$access"
	assert_refused 401 invalid_client
	assert_header Content-Type '^application/json$'
	request - GET "$ISSUER/.well-known/openid-configuration"
	assert_equal \
	    "$(http_body | jq -c .introspection_signing_alg_values_supported)" \
	    "$(http_body | jq -c .id_token_signing_alg_values_supported)"
}

@test "introspection: POST only; parameters twice are invalid_request" {
	begin
	request - GET "$ISSUER/introspect" token="$access" \
	    -H "Authorization: Basic $(basic app "$SECRET")"
	assert_status 405
	assert_header Allow '^POST, OPTIONS$'
	as_client introspect token="$access" token="$access"
	assert_refused 400 invalid_request
}

@test "introspection: through FastCGI, inactive at once" {
	begin
	start_server
	CLIENT=api introspect "$access"
	assert_field active true
	AUTH=none CLIENT=spa introspect "$access"
	assert_refused 401 invalid_client
	latchkey user lock alice
	inactive "$access"
}
