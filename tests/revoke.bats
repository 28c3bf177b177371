# Revocation: a client gives back what it no longer wants (RFC 7009).

load helper
USE_TEST_CLOCK=1
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

setup_file() {
	new_store
	add_user alice
	add_client app --trusted
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

begin() {	# [CLIENT]
	get_tokens alice "${1:-app}" >/dev/null
	access=$(http_body | field access_token)
	refresh_token=$(http_body | field refresh_token)
}

done_silently() {
	assert_status 200
	assert_equal "$(http_body)" ''
	assert_header Cache-Control '^no-store$'
}

@test "revocation: a refresh token ends its family, and every access token of it (RFC 7009 2.1)" {
	begin
	refresh "$refresh_token"
	later=$(http_body | field access_token)
	newest=$(http_body | field refresh_token)
	revoke "$newest"
	done_silently
	refresh "$newest"
	assert_refused 400 invalid_grant
	for token in "$access" "$later"; do
		userinfo "$token"
		assert_refused 401 invalid_token
		introspect "$token"
		assert_field active false
	done
}

@test "revocation: an older refresh token ends the family as well: it is not wanted" {
	begin
	second=$(refresh "$refresh_token" | field refresh_token)
	third=$(refresh "$second" | field refresh_token)
	revoke "$refresh_token"
	done_silently
	refresh "$third"
	assert_refused 400 invalid_grant
}

@test "revocation: an access token goes alone; the family lives on" {
	begin
	revoke "$access"
	done_silently
	userinfo "$access"
	assert_refused 401 invalid_token
	refresh "$refresh_token"
	assert_status 200
	userinfo "$(http_body | field access_token)"
	assert_status 200
	userinfo "$access"
	assert_status 401
}

@test "revocation: of a token that is unknown, expired or revoked already is 200 (RFC 7009 2.2)" {
	begin
	for token in x a.b.c "${access%?}" "${refresh_token%?}" \
	    "$(printf 'x%.0s' {1..9000})"; do
		revoke "$token"
		done_silently
	done
	for i in 1 2; do
		revoke "$refresh_token"
		done_silently
		revoke "$access"
		done_silently
	done
	begin
	travel 1000
	revoke "$access"
	done_silently
}

@test "revocation: another client's token is refused, and lives on (RFC 7009 2.1)" {
	begin
	for token in "$access" "$refresh_token"; do
		CLIENT=other revoke "$token"
		assert_refused 400 unauthorized_client
		AUTH=none CLIENT=spa revoke "$token"
		assert_refused 400 unauthorized_client
	done
	userinfo "$access"
	assert_status 200
	refresh "$refresh_token"
	assert_status 200
}

@test "revocation: the client must be who it says (RFC 7009 2.1)" {
	begin
	SECRET=wrong revoke "$refresh_token"
	assert_refused 401 invalid_client
	assert_header WWW-Authenticate '^Basic realm='
	AUTH=none revoke "$refresh_token"
	assert_refused 401 invalid_client
	request - POST "$ISSUER/revoke" token="$refresh_token"
	assert_refused 401 invalid_client
	refresh "$refresh_token"
	assert_status 200
}

@test "revocation: by Basic, post and, for a public client, by its name" {
	for AUTH in basic post; do
		begin
		revoke "$refresh_token"
		done_silently
		refresh "$refresh_token"
		assert_refused 400 invalid_grant
	done
	AUTH=none CLIENT=spa
	begin spa
	revoke "$access"
	done_silently
	userinfo "$access"
	assert_status 401
	revoke "$refresh_token"
	done_silently
	refresh "$refresh_token"
	assert_refused 400 invalid_grant
}

@test "revocation: the hint does not matter, right or wrong (RFC 7009 2.1)" {
	for hint in access_token refresh_token nonsense; do
		begin
		revoke "$refresh_token" token_type_hint="$hint"
		done_silently
		userinfo "$access"
		assert_status 401
		begin
		revoke "$access" token_type_hint="$hint"
		done_silently
		userinfo "$access"
		assert_status 401
	done
}

@test "revocation: an ID token and a code are nothing it could revoke; the code still works" {
	begin
	id=$(refresh "$refresh_token" | field id_token)
	code=$(get_code alice app)
	for token in "$id" "$code"; do
		revoke "$token"
		done_silently
	done
	redeem "$code"
	assert_status 200
}

@test "revocation: of a client_credentials token" {
	add_client worker --grant client_credentials
	access=$(CLIENT=worker client_credentials | field access_token)
	other=$(CLIENT=worker client_credentials | field access_token)
	CLIENT=worker revoke "$access"
	done_silently
	CLIENT=worker introspect "$access"
	assert_field active false
	CLIENT=worker introspect "$other"
	assert_field active true
}

@test "revocation: POST only, a token is needed, and only once" {
	begin
	request - GET "$ISSUER/revoke" token="$refresh_token"
	assert_status 405
	assert_header Allow '^POST, OPTIONS$'
	as_client revoke
	assert_refused 400 invalid_request
	as_client revoke token=
	assert_refused 400 invalid_request
	as_client revoke token="$refresh_token" token="$refresh_token"
	assert_refused 400 invalid_request
	refresh "$refresh_token"
	assert_status 200
}

@test "revocation: through FastCGI, felt everywhere at once" {
	begin
	start_server
	userinfo "$access"
	assert_status 200
	revoke "$refresh_token"
	done_silently
	userinfo "$access"
	assert_refused 401 invalid_token
	introspect "$access"
	assert_field active false
	refresh "$refresh_token"
	assert_refused 400 invalid_grant
}
