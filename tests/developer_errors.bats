# What a developer is told: what came, and what was expected, in the characters
# of RFC 6749 5.2 and without a secret.

load helper

setup_file() {
	new_store
	add_user alice
	add_client app --trusted
	save_store
}

setup() {
	fresh_store
}

# assert_described ERROR TEXT: the answer's error_description ends so.
assert_described() {
	assert_error "$1"
	local said
	said=$(http_body | field error_description)
	[[ $said = *"$2" ]] || fail "not described: $2" "$said"
	[[ ! $said =~ [^\ !#-\[\]-~] ]] || fail "not the characters of RFC 6749" "$said"
	(( ${#said} < 400 ))
}

@test "developer errors: a code that was cut, or has more behind it, is told by its length" {
	local code
	code=$(get_code alice app)
	as_client token grant_type=authorization_code code="${code:0:20}" code_verifier="$VERIFIER"
	assert_described invalid_grant "code forged: 20 characters came, a code has ${#code}: it was cut"
	as_client token grant_type=authorization_code code="$code%20" code_verifier="$VERIFIER"
	assert_described invalid_grant "characters came, a code has ${#code}: something was added to it"
	as_client token grant_type=authorization_code code="A${code:1}" code_verifier="$VERIFIER"
	assert_described invalid_grant 'code was not issued here, or was changed'
	! http_body | grep -q "${code:5:20}" || fail 'the code is repeated'
	as_client token grant_type=refresh_token refresh_token=abc
	assert_described invalid_grant ': it was cut'
	as_client token grant_type=authorization_code
	assert_described invalid_request 'authorization_code needs the parameter code'
}

@test "developer errors: JSON where a form belongs is told with both types" {
	run_cgi token POST /token '' '{"grant_type":"client_credentials"}' CONTENT_TYPE=application/json
	assert_equal "$(http_status)" 415
	assert_described invalid_request "'application/json' came, expected a form, application/x-www-form-urlencoded"
	run_cgi token POST /token '' 'x' CONTENT_TYPE=$'text/"\\\xc3\xa9'
	assert_described invalid_request "' came, expected a form, application/x-www-form-urlencoded"
}

@test "developer errors: no client authentication is told with the ways there are; what is wrong with it is not" {
	request - POST "$ISSUER/token" grant_type=authorization_code code=x
	assert_equal "$(http_status)" 401
	assert_described invalid_client '(client_secret_post); a public client sends client_id alone'
	[[ $(http_body) = *'Authorization: Basic (client_secret_basic)'* ]]
	request - POST "$ISSUER/token" -H 'Authorization: Bearer x' grant_type=authorization_code
	assert_described invalid_client 'use Authorization: Basic, or client_id and client_secret in the form'
	# Neither tells which clients there are.
	SECRET=wrong as_client token grant_type=authorization_code code=x
	assert_described invalid_client 'client authentication failed'
	CLIENT=unknown as_client token grant_type=authorization_code code=x
	assert_described invalid_client 'client authentication failed'
	AUTH=none as_client token grant_type=authorization_code code=x
	assert_described invalid_client 'client authentication failed'
}

@test "developer errors: a verifier of the wrong length, one that does not fit, and plain" {
	local code
	code=$(get_code alice app)
	as_client token grant_type=authorization_code code="$code" redirect_uri="$CALLBACK" code_verifier=short
	assert_described invalid_request 'code verifier wrong: 5 characters came, expected 43 to 128 of A-Z a-z 0-9 - . _ ~'
	as_client token grant_type=authorization_code code="$code" redirect_uri="$CALLBACK" code_verifier="$CHALLENGE"
	assert_described invalid_grant 'is not the code_challenge; plain is not supported'
	as_client token grant_type=authorization_code code="$code" redirect_uri="$CALLBACK"
	assert_described invalid_request 'so the code_verifier is needed here'
	request alice GET "$(authorize_url app code_challenge_method=plain)"
	[[ $(url_param error_description "$(http_header Location)") = *'expected code_challenge_method=S256'* ]]
	request alice GET "$(authorize_url app code_challenge= code_challenge_method=)"
	[[ $(url_param error_description "$(http_header Location)") = *'send code_challenge and code_challenge_method=S256' ]]
}

@test "developer errors: another redirect_uri at the token endpoint is told with what came" {
	local code
	code=$(get_code alice app)
	as_client token grant_type=authorization_code code="$code" redirect_uri="$CALLBACK/" code_verifier="$VERIFIER"
	assert_described invalid_grant "'$CALLBACK/' came, expected the same, byte for byte, as at the authorization endpoint"
	as_client token grant_type=authorization_code code="$code" code_verifier="$VERIFIER" \
	    redirect_uri="https://a.example/\"\\$(printf 'x%.0s' {1..300})"
	assert_described invalid_grant "' and more came, expected the same, byte for byte, as at the authorization endpoint"
}

@test "developer errors: a scope that is missing is told at the authorization endpoint and at userinfo" {
	request alice GET "$(authorize_url app scope=nothing)"
	[[ $(url_param error_description "$(http_header Location)") = *'OpenID Connect needs openid' ]]
	local tokens
	tokens=$(redeem "$(get_code alice app scope=profile)")
	request - GET "$ISSUER/userinfo" -H "Authorization: Bearer $(field access_token <<<"$tokens")"
	assert_equal "$(http_status)" 403
	assert_described insufficient_scope 'userinfo needs a token with the scope openid: ask for it at the authorization endpoint'
	tokens=$(redeem "$(get_code alice app)")
	request - GET "$ISSUER/userinfo" -H "Authorization: Bearer $(field id_token <<<"$tokens")"
	assert_described invalid_token 'an ID token is for the app alone; send the access token'
}

@test "developer errors: a grant_type that is missing or unknown is told with those there are" {
	as_client token
	assert_described invalid_request 'expected authorization_code, refresh_token, client_credentials or urn:ietf:params:oauth:grant-type:device_code, in a form body'
	as_client token grant_type=password username=alice password="$PASSWORD"
	assert_described unsupported_grant_type 'expected authorization_code, refresh_token, client_credentials or urn:ietf:params:oauth:grant-type:device_code'
	! http_body | grep -qF "$PASSWORD" || fail 'a password is repeated'
}
