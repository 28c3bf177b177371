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

@test "claims: sub with a value, or several, is one of these or nobody (Core 5.5.1)" {
	local sub bob
	sub=$(latchkey user show alice --json | field sub)
	bob=$(latchkey user show bob --json | field sub)
	tokens "{\"id_token\":{\"sub\":{\"value\":\"$sub\"}}}"
	assert_equal "$(field sub <<<"$id_claims")" "$sub"
	tokens "{\"id_token\":{\"sub\":{\"values\":[\"x\",7,\"$bob\",\"$sub\"]}}}"
	assert_equal "$(field sub <<<"$id_claims")" "$sub"
	for sub in "value:\"$bob\"" 'value:"x"' value:7 "values:[\"$bob\"]" \
	    'values:["x",7]' 'values:[]' values:7 \
	    "value:\"$bob\",\"values\":[\"$sub\"]"; do
		request alice GET "$(authorize_url trusted prompt=none \
		    claims="{\"id_token\":{\"sub\":{\"${sub%%:*}\":${sub#*:}}}}")"
		assert_error_redirect login_required || fail "with $sub"
	done
	open_page alice "$(authorize_url trusted \
	    claims="{\"id_token\":{\"sub\":{\"values\":[\"$bob\"]}}}")"
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

# --- claims of the administrator's own ---

@test "own claims: an app gets groups and attributes by the names that it knows" {
	latchkey user set alice --attribute tenant=acme --attribute tenant_id=42 \
	    --attribute 'desk=Zimmer 7, Ost' >/dev/null
	latchkey client set trusted --claim roles=groups --claim tenant_id=attribute \
	    --claim https://app.example/tenant=attribute:tenant \
	    --claim login=username --claim mail=email --claim full=name \
	    --claim room=attribute:desk --claim none=attribute:unset >/dev/null
	tokens ''
	assert_equal "$(told_of "$id_claims")" \
	    'full https://app.example/tenant login mail roles room tenant_id'
	assert_equal "$(told_of "$told")" "$(told_of "$id_claims")"
	assert_equal "$(jq -c .roles <<<"$id_claims")" '["family"]'
	assert_equal "$(jq -r '[.tenant_id, .["https://app.example/tenant"], .room,
	    .login, .mail, .full] | join("|")' <<<"$told")" \
	    '42|acme|Zimmer 7, Ost|alice|alice@example.org|Alice Adams'
	# Another app does not get them.
	CLIENT=narrow
	tokens ''
	assert_equal "$(told_of "$id_claims")$(told_of "$told")" ''
}

@test "own claims: one that a scope opens comes with that scope alone" {
	latchkey user set alice --attribute tenant=acme >/dev/null
	latchkey client set trusted --scope openid --scope tenant \
	    --claim tenant=attribute@tenant >/dev/null
	tokens '' scope=openid
	assert_equal "$(told_of "$id_claims")$(told_of "$told")" ''
	tokens '' scope='openid tenant'
	assert_equal "$(told_of "$id_claims")" tenant
	assert_equal "$(field tenant <<<"$told")" acme
}

@test "own claims: what tokens say by themselves no row can say, nor what is no claim" {
	local bad
	for bad in iss sub aud exp nbf iat jti auth_time nonce acr amr azp at_hash \
	    c_hash sid cnf act may_act scope client_id events active email \
	    email_verified groups name preferred_username updated_at; do
		run -1 latchkey client set trusted --claim "$bad=groups"
		[[ $output = *'by themselves'* ]] || fail "$bad: $output"
	done
	for bad in x = x= =groups 'a b=groups' 'ä=groups' x=unheard x=groups:y \
	    x=attribute:Ä x=attribute: x=attribute:a:b x=groups@ 'x=groups@a b' \
	    X=attribute "$(printf '%065d' 0)=groups" $'x=groups\ny=groups' \
	    "x=attribute:$(printf '%033d' 0)"; do
		run -1 latchkey client set trusted --claim "$bad"
	done
	run -1 latchkey client set trusted --claim x=groups --claim x=email
	[[ $output = *twice* ]]
	run -1 latchkey client set trusted $(printf -- '--claim c%d=attribute:a-long-name-of-a-key ' {1..60})
	[[ $output = *'too many'* ]]
	latchkey client set trusted --claim x=groups >/dev/null
	latchkey client show trusted --json | jq -e '.claims == ["x=groups"]'
	latchkey client set trusted --claim '' >/dev/null
	latchkey client show trusted --json | jq -e '.claims == []'
}

@test "attributes: each is set and taken away by itself, and they are bounded" {
	local bad
	latchkey user set alice --attribute a=1 --attribute b=2 --attribute c=3 >/dev/null
	latchkey user set alice --attribute b= --attribute a=one=1 >/dev/null
	latchkey user show alice --json | jq -e '.attributes == ["c=3", "a=one=1"]'
	latchkey user show alice | grep -q 'attributes'
	for bad in x =1 A=1 'a b=1' "$(printf '%033d' 0)=1" "a=$(printf '%0257d' 0)" \
	    $'a=1\n2' $'a=\xff'; do
		run -1 latchkey user set alice --attribute "$bad"
	done
	run -1 latchkey user set alice \
	    $(printf -- '--attribute k%d=0123456789012345678901234567890123456789 ' {1..40})
	[[ $output = *'too many'* ]]
	latchkey user show alice --json | jq -e '.attributes == ["c=3", "a=one=1"]'
	latchkey user add carol --no-password --attribute tenant=acme >/dev/null
	latchkey user show carol --json | jq -e '.attributes == ["tenant=acme"]'
}

@test "own claims: the consent page says what the app gets" {
	latchkey client set app --claim roles=groups --claim tenant=attribute \
	    --claim desk=attribute >/dev/null
	open_page alice "$(authorize_url app scope=openid)"
	log_in alice
	page_asks_consent
	assert_page 'app</bdi> will see your <bdi>groups</bdi>'
	assert_page 'will also get what is set for you here: <bdi>tenant, desk</bdi>'
	refute_page 'and nothing else'
}

@test "own claims: the account says what an app gets by them" {
	latchkey client set app --claim roles=groups --claim tenant=attribute \
	    --claim desk=attribute@email >/dev/null
	get_tokens alice app scope=openid >/dev/null
	open_page alice "$ISSUER/account/apps"
	assert_page 'the groups you belong to'
	assert_page 'Gets what is set for you here: <bdi>tenant</bdi>'
	refute_page 'your e-mail address'
}

@test "own claims: they are exported and imported, and a bad one is refused" {
	local all=$BATS_TEST_TMPDIR/all.json bad=$BATS_TEST_TMPDIR/bad.json
	latchkey user set alice --attribute tenant=acme >/dev/null
	latchkey client set app --claim tenant=attribute >/dev/null
	latchkey export >"$all"
	DATA=$BATS_TEST_TMPDIR/other
	init_store "$DATA" "$ISSUER" >/dev/null
	while read -r change; do
		jq "$change" "$all" >"$bad"
		run -1 latchkey import "$bad"
	done <<-'END'
		(.apps[] | select(.client_id == "app").claims) = ["sub=groups"]
		(.apps[] | select(.client_id == "app").claims) = ["x=groups", "x=email"]
		(.people[] | select(.preferred_username == "alice").attributes) = ["x"]
		(.people[] | select(.preferred_username == "alice").attributes) = ["x=1", "x=2"]
	END
	latchkey import "$all" >/dev/null
	latchkey client show app --json | jq -e '.claims == ["tenant=attribute"]'
	latchkey user show alice --json | jq -e '.attributes == ["tenant=acme"]'
}
