# Userinfo: who the holder of an access token acts for.

load helper
USE_TEST_CLOCK=1
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

setup_file() {
	new_store
	add_user alice --name 'Alice Liddell' --email alice@example.org \
	    --email-verified --group family
	add_client app --trusted
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

begin() {
	get_tokens alice app "$@" >/dev/null
	access=$(http_body | field access_token)
	id=$(http_body | field id_token)
}

# ask METHOD HEADER [NAME=VALUE...]
ask() {
	if [[ -n $2 ]]; then
		request - "$1" "$ISSUER/userinfo" -H "Authorization: $2" \
		    "${@:3}"
	else
		request - "$1" "$ISSUER/userinfo" "${@:3}"
	fi
}

is_alice() {
	assert_status 200
	assert_field preferred_username alice
}

# refused STATUS CODE: in the challenge and in the body.
refused() {
	assert_refused "$1" "$2"
	assert_header WWW-Authenticate "^Bearer realm=\"[^\"]*\", error=\"$2\""
	assert_header Cache-Control '^no-store$'
	refute_field sub
}

@test "userinfo: GET and POST, the token in the header or in a form (OpenID Connect Core 5.3.1, RFC 6750 2)" {
	begin
	ask GET "Bearer $access"
	is_alice
	assert_header Content-Type '^application/json'
	assert_header Cache-Control '^no-store$'
	ask POST "Bearer $access"
	is_alice
	ask POST '' access_token="$access"
	is_alice
	ask GET "bearer  $access"
	is_alice
	# A POST without body or content type, as some clients send it.
	cgi userinfo POST /userinfo '' '' CONTENT_TYPE CONTENT_LENGTH \
	    "HTTP_AUTHORIZATION=Bearer $access" >/dev/null
	is_alice
}

@test "userinfo: sub is the ID token's (OpenID Connect Core 5.3.2)" {
	begin
	ask GET "Bearer $access"
	assert_field sub "$(jwt_claims "$id" | field sub)"
	begin scope=openid
	ask GET "Bearer $access"
	assert_equal "$(http_body)" "{\"sub\":\"$(jwt_claims "$id" |
	    field sub)\"}"
}

@test "userinfo: tells what is so now, not what was when the token was made" {
	begin
	latchkey user set alice --name 'Alice Hargreaves' --add-group new \
	    --email new@example.org
	ask GET "Bearer $access"
	assert_equal "$(http_body | jq -c \
	    '[.name, .groups, .email, .email_verified]')" \
	    '["Alice Hargreaves",["family","new"],"new@example.org",true]'
}

@test "userinfo: never takes a token from the address (OAuth 2.1 5.1)" {
	begin
	ask GET '' access_token="$access"
	assert_status 401
	cgi userinfo POST /userinfo "access_token=$access" '' >/dev/null
	assert_status 401
	# And it is in no log.
	refute_logged "$access"
}

@test "userinfo: without a token 401 with a bare challenge, no error code (RFC 6750 3.1)" {
	for header in '' 'Bearer' 'Bearer ' "Basic $(basic app "$SECRET")" \
	    'Digest x' Bearerx; do
		for method in GET POST; do
			ask "$method" "$header"
			assert_status 401
			assert_equal "$(http_header WWW-Authenticate | head -n 1)" \
			    'Bearer realm="latchkey"'
			assert_equal "$(http_header WWW-Authenticate | sed 1d)" \
			    'DPoP realm="latchkey", algs="EdDSA Ed25519 ES256"'
			assert_equal "$(http_body)" '{}'
		done
	done
}

@test "userinfo: with a token in header and form it is invalid_request (RFC 6750 2)" {
	begin
	ask POST "Bearer $access" access_token="$access"
	refused 400 invalid_request
}

@test "userinfo: a token that is none is invalid_token, 401 (RFC 6750 3.1)" {
	begin
	IFS=. read -r head claims signature <<<"$access"
	for bad in x a.b.c "$head.$claims." "$head.$claims" "${access%?}" \
	    "$access." "$access.x" "$head..$signature" \
	    "$head.${claims%?}.$signature" ".$claims.$signature" \
	    "$(printf '{"alg":"none"}' | base64url).$claims." \
	    "$(printf 'a%.0s' {1..8000})" "$access,$access" "$access $access"
	do
		ask GET "Bearer $bad"
		refused 401 invalid_token
	done
	ask GET "Bearer $access"
	is_alice
}

@test "userinfo: one changed character anywhere in the token, and it is invalid_token" {
	begin
	length=${#access}
	for ((at = 3; at < length; at += length / 24)); do
		c=A
		[[ ${access:at:1} != A ]] || c=B
		ask GET "Bearer ${access:0:at}$c${access:at+1}"
		refused 401 invalid_token
	done
}

@test "userinfo: an ID token, a refresh token and a code are no access tokens (RFC 9068 4)" {
	begin
	refresh_token=$(http_body | field refresh_token)
	code=$(get_code alice app)
	for token in "$id" "$refresh_token" "$code"; do
		ask GET "Bearer $token"
		refused 401 invalid_token
	done
}

@test "userinfo: without openid it is insufficient_scope, 403, and says what is missing (RFC 6750 3.1)" {
	begin
	refresh "$(http_body | field refresh_token)" scope='profile email'
	ask GET "Bearer $(http_body | field access_token)"
	refused 403 insufficient_scope
	assert_header WWW-Authenticate 'scope="openid"'
}

@test "userinfo: an expired token is invalid_token" {
	begin
	travel 900
	ask GET "Bearer $access"
	refused 401 invalid_token
	assert_logged token_expired
}

@test "userinfo: 401 the moment the family ends by command, theft or the session's end" {
	begin
	latchkey grant end --user alice
	ask GET "Bearer $access"
	refused 401 invalid_token

	begin
	first=$(http_body | field refresh_token)
	refresh "$first"
	refresh "$(http_body | field refresh_token)"
	set_conf refresh_grace 0	# nothing arrives late any more
	refresh "$first"
	ask GET "Bearer $access"
	refused 401 invalid_token

	begin scope='openid profile'
	ask GET "Bearer $access"
	is_alice
	latchkey session end --all
	ask GET "Bearer $access"
	refused 401 invalid_token
}

@test "userinfo: 401 the moment person, client or the right to the app is gone" {
	begin
	latchkey user lock alice
	ask GET "Bearer $access"
	refused 401 invalid_token
	latchkey user unlock alice
	ask GET "Bearer $access"
	is_alice
	latchkey client set app --group admins
	ask GET "Bearer $access"
	refused 401 invalid_token
	latchkey client set app --group ''
	ask GET "Bearer $access"
	is_alice
	latchkey client del app
	ask GET "Bearer $access"
	refused 401 invalid_token
}

@test "userinfo: other methods are 405 with Allow (RFC 9110 15.5.6)" {
	begin
	for method in PUT DELETE PATCH; do
		ask "$method" "Bearer $access"
		assert_status 405
		assert_header Allow '^GET, HEAD, POST, OPTIONS$'
	done
}

@test "userinfo: reads no secret and no private key" {
	begin
	mv "$DATA/secret.key" "$DATA/keys" "$BATS_TEST_TMPDIR"
	ask GET "Bearer $access"
	is_alice
}

@test "userinfo: HTML in a person's name is data, and the answer never HTML" {
	latchkey user set alice --name '<script>alert("x")</script>'
	begin
	ask GET "Bearer $access"
	assert_header Content-Type '^application/json$'
	assert_header X-Content-Type-Options '^nosniff$'
	assert_field name '<script>alert("x")</script>'
}

@test "userinfo: through FastCGI: GET, POST, challenge, and the end of a grant" {
	begin
	start_server
	ask GET "Bearer $access"
	is_alice
	ask POST '' access_token="$access"
	is_alice
	ask GET ''
	assert_status 401
	assert_header WWW-Authenticate '^Bearer realm="latchkey"$'
	latchkey grant end --user alice
	ask GET "Bearer $access"
	refused 401 invalid_token
}
