# What tokens tell of a person: the parameter `claims` (OpenID Connect Core 5.5),
# and claims of the administrator's own.

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	add_user alice --name 'Alice Adams' --email alice@example.org \
	    --given-name Alice --group family
	add_user bob --name Bob
	add_client app
	add_client trusted --trusted
	add_client narrow --trusted --scope openid --scope profile
	CLIENT=trusted
	export CLIENT
	save_store
}

setup() {
	fresh_store
}

teardown() {
	refute_logged 'server_error|AddressSanitizer|runtime error'
}

# tokens CLAIMS [NAME=VALUE...]: alice's, of $CLIENT with the scope openid
# unless another is given; sets $id_claims, $told (userinfo) and $tokens.
tokens() {
	tokens=$(get_tokens alice "$CLIENT" scope=openid claims="$1" "${@:2}")
	id_claims=$(jwt_claims "$(field id_token <<<"$tokens")")
	told=$(userinfo "$(field access_token <<<"$tokens")")
}

# told_of JSON: the claims about a person, sorted, on one line.
told_of() {
	jq -r 'keys - ["iss", "sub", "aud", "iat", "exp", "auth_time", "nonce",
	    "sid", "acr", "amr", "at_hash"] | join(" ")' <<<"$1"
}

@test "claims: those that are asked for one by one are where they are asked for (Core 5.5)" {
	tokens '{"id_token":{"email":null,"given_name":{"essential":true}},"userinfo":{"groups":null,"name":null}}'
	assert_equal "$(told_of "$id_claims")" 'email given_name'
	assert_equal "$(told_of "$told")" 'groups name'
	assert_equal "$(field email <<<"$id_claims")" alice@example.org
	assert_equal "$(jq -c .groups <<<"$told")" '["family"]'
	assert_equal "$(field scope <<<"$tokens")" openid
}

@test "claims: they come beside those of the scopes, and make none of them less" {
	tokens '{"id_token":{"email":null}}' scope='openid groups'
	assert_equal "$(told_of "$id_claims")" 'email groups'
	assert_equal "$(told_of "$told")" groups
	tokens '{"userinfo":{"email":null}}' scope='openid email'
	assert_equal "$(told_of "$id_claims")" 'email email_verified'
	assert_equal "$(told_of "$told")" 'email email_verified'
	tokens '' scope=openid
	assert_equal "$(told_of "$id_claims")$(told_of "$told")" ''
}

@test "claims: a refresh tells them again, and a narrower scope does not matter" {
	tokens '{"id_token":{"email":null},"userinfo":{"name":null}}' \
	    scope='openid offline_access'
	tokens=$(refresh "$(field refresh_token <<<"$tokens")")
	assert_equal "$(told_of "$(jwt_claims "$(field id_token <<<"$tokens")")")" email
	assert_equal "$(told_of "$(userinfo "$(field access_token <<<"$tokens")")")" name
}

@test "claims: no shape is an error, and what is not known makes no difference" {
	local claims
	for claims in x '[]' '"x"' 7 null '{' '{}' '{"id_token":7}' '{"id_token":[]}' \
	    '{"id_token":null,"userinfo":null}' '{"userinfo":{"unheard":null}}' \
	    '{"id_token":{"unheard":{"essential":true,"value":7}}}' \
	    '{"id_token":{"iss":{"value":"https://evil.example"},"aud":null,"exp":{"value":1}}}' \
	    '{"verified_claims":{"a":[{"b":{}}]}}' '{"id_token":{"acr":7}}' \
	    '{"id_token":{"acr":{"values":7}}}' '{"id_token":{"sub":null}}' \
	    '{"id_token":{},"id_token":{}}' '{"userinfo":{"":null}}' \
	    "{\"id_token\":{\"$(printf '%05000d' 0)\":null}}" \
	    "$(printf '{"id_token":%.0s' {1..300})"; do
		tokens "$claims" || fail "with $claims"
		assert_equal "$(told_of "$id_claims")$(told_of "$told")" ''
	done
	for claims in '{"userinfo":{"name":7}}' '{"userinfo":{"name":[]}}' \
	    '{"userinfo":{"name":{"value":"Bob","values":[1]},"x":1}}' \
	    '{"userinfo":{"name":{"essential":"yes"}},"id_token":7}'; do
		tokens "$claims"
		assert_equal "$(field name <<<"$told")" 'Alice Adams' ||
		    fail "with $claims"
	done
}

@test "claims: what no scope of the app opens it does not get" {
	CLIENT=narrow
	tokens '{"id_token":{"email":{"essential":true},"groups":null,"name":null}}'
	assert_equal "$(told_of "$id_claims")" name
	# What was taken from the app later is not told either.
	CLIENT=trusted
	tokens '{"userinfo":{"email":null,"name":null}}'
	assert_equal "$(told_of "$told")" 'email name'
	latchkey client set trusted --scope openid --scope profile >/dev/null
	told=$(userinfo "$(field access_token <<<"$tokens")")
	assert_equal "$(told_of "$told")" name
}

@test "claims: the person is asked about them, as of scopes, and can leave them out" {
	local to claims='{"id_token":{"email":null},"userinfo":{"groups":null}}'
	CLIENT=app
	open_page alice "$(authorize_url app scope=openid claims="$claims")"
	log_in alice
	page_asks_consent
	assert_page 'name="scope_email"'
	assert_page 'name="scope_groups"'
	submit alice step=allow scope_groups
	to=$(http_header Location)
	tokens=$(redeem "$(url_param code "$to")")
	assert_equal "$(field scope <<<"$tokens")" openid
	assert_equal "$(told_of "$(jwt_claims "$(field id_token <<<"$tokens")")")" email
	assert_equal "$(told_of "$(userinfo "$(field access_token <<<"$tokens")")")" ''
	# It is remembered, and nothing more is asked.
	request alice GET "$(authorize_url app scope=openid claims="$claims" prompt=none)"
	[[ $(http_header Location) = *code=* ]]
	request alice GET "$(authorize_url app scope=openid prompt=none \
	    claims='{"userinfo":{"name":null}}')"
	assert_error_redirect consent_required
}

@test "claims: sub with a value is this person or nobody (Core 5.5.1)" {
	local sub bob
	sub=$(latchkey user show alice --json | field sub)
	bob=$(latchkey user show bob --json | field sub)
	tokens "{\"id_token\":{\"sub\":{\"value\":\"$sub\"}}}"
	assert_equal "$(field sub <<<"$id_claims")" "$sub"
	for sub in "$bob" x 7; do
		[[ $sub = 7 ]] || sub="\"$sub\""
		request alice GET "$(authorize_url trusted prompt=none \
		    claims="{\"id_token\":{\"sub\":{\"value\":$sub}}}")"
		assert_error_redirect login_required
	done
	open_page alice "$(authorize_url trusted \
	    claims="{\"id_token\":{\"sub\":{\"value\":\"$bob\"}}}")"
	page_asks_password
	submit alice step=login username=bob password="$PASSWORD"
	[[ $(http_header Location) = *code=* ]]
}

@test "claims: pushed and signed requests have them as well" {
	local uri to claims='{"id_token":{"email":null}}'
	as_client par response_type=code redirect_uri="$CALLBACK" scope=openid \
	    code_challenge="$CHALLENGE" code_challenge_method=S256 \
	    claims="$claims" >/dev/null
	uri=$(http_body | field request_uri)
	open_page alice "$ISSUER/authorize?$(form client_id=trusted request_uri="$uri")"
	log_in alice
	tokens=$(redeem "$(url_param code "$(http_header Location)")")
	assert_equal "$(told_of "$(jwt_claims "$(field id_token <<<"$tokens")")")" email
	"$root/tests/assertion.py" make EdDSA "$BATS_TEST_TMPDIR/key" \
	    >"$BATS_TEST_TMPDIR/jwks"
	latchkey client set trusted --jwks "$BATS_TEST_TMPDIR/jwks" >/dev/null
	open_page alice "$ISSUER/authorize?$(form client_id=trusted request="$(
	    "$root/tests/assertion.py" sign "$BATS_TEST_TMPDIR/key" trusted "$ISSUER" \
		header.typ='"oauth-authz-req+jwt"' sub= client_id='"trusted"' \
		response_type='"code"' redirect_uri="\"$CALLBACK\"" \
		scope='"openid"' code_challenge="\"$CHALLENGE\"" \
		code_challenge_method='"S256"' claims="$claims")")"
	tokens=$(redeem "$(url_param code "$(http_header Location)")")
	assert_equal "$(told_of "$(jwt_claims "$(field id_token <<<"$tokens")")")" email
}
