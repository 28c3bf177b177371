# Request objects by value (RFC 9101): an app signs what it asks for, and the
# browser cannot change it.

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	add_user alice --name 'Alice Adams' --email alice@example.org
	"$root/tests/assertion.py" make EdDSA "$BATS_FILE_TMPDIR/app.pem" \
	    >"$BATS_FILE_TMPDIR/app.jwks"
	"$root/tests/assertion.py" make EdDSA "$BATS_FILE_TMPDIR/evil.pem" \
	    >"$BATS_FILE_TMPDIR/evil.jwks"
	add_client app --jwks "$BATS_FILE_TMPDIR/app.jwks"
	add_client plain
	add_client strict --trusted --jwks "$BATS_FILE_TMPDIR/app.jwks" \
	    --require-jar
	CLIENT=app
	export CLIENT
	save_store
}

setup() {
	fresh_store
	KEY=$BATS_FILE_TMPDIR/app.pem
}

teardown() {
	refute_logged 'server_error|AddressSanitizer|runtime error'
}

# object [CLAIM=JSON...]: signed by $CLIENT, with all that is needed, as
# assertion.py takes them; prints it.
object() {
	"$root/tests/assertion.py" sign "$KEY" "$CLIENT" "$ISSUER" \
	    header.typ='"oauth-authz-req+jwt"' sub= client_id="\"$CLIENT\"" \
	    response_type='"code"' redirect_uri="\"$CALLBACK\"" \
	    scope='"openid profile"' state='"a-state"' nonce='"a-nonce"' \
	    code_challenge="\"$CHALLENGE\"" code_challenge_method='"S256"' "$@"
}

# come PERSON OBJECT [NAME=VALUE...]: the browser brings it.
come() {
	open_page "$1" "$ISSUER/authorize?$(form client_id="$CLIENT" \
	    request="$2" "${@:3}")"
}

# finish PERSON: signs in and allows, whichever is asked; prints where the app
# gets its answer.
finish() {
	! page_asks_password || log_in "$1"
	! page_asks_consent || allow "$1"
	assert_status 303
	http_header Location
}

# assert_object_refused REASON: the app hears of it, at the address that came
# beside.
assert_object_refused() {
	assert_error_redirect invalid_request_object &&
	    assert_logged "reason=$1 client_id=$CLIENT"
}

# try_object REASON OBJECT
try_object() {
	: >"$SERVER_LOG"
	come alice "$2" redirect_uri="$CALLBACK" state=a-state
	assert_object_refused "$1"
}

raw() {	# HEADER PAYLOAD SIGNATURE
	printf '%s.%s.%s' "$(printf %s "$1" | base64url)" \
	    "$(printf %s "$2" | base64url)" "$3"
}

@test "jar: an app signs its request with any of the algorithms, and has its code (RFC 9101 5)" {
	local alg to
	for alg in EdDSA ES256 RS256 PS256; do
		CLIENT=app-$alg KEY=$BATS_TEST_TMPDIR/$alg.pem
		"$root/tests/assertion.py" make $alg "$KEY" >"$KEY.jwks"
		add_client "$CLIENT" --jwks "$KEY.jwks"
		come alice "$(object)"
		to=$(finish alice)
		[[ $to = "$CALLBACK?"* ]]
		assert_equal "$(url_param state "$to")" a-state
		redeem "$(url_param code "$to")" >/dev/null
		assert_status 200
		assert_equal "$(http_body | field scope)" 'openid profile'
		assert_equal "$(jwt_claims "$(http_body | field id_token)" |
		    field nonce)" a-nonce
	done
}

@test "jar: by POST, by an app without a secret, and by one with private_key_jwt" {
	local to
	latchkey client add script --public --redirect-uri "$CALLBACK" \
	    --jwks "$BATS_FILE_TMPDIR/app.jwks" >/dev/null
	CLIENT=script
	request alice POST "$ISSUER/authorize" client_id=script \
	    request="$(object)"
	assert_status 303
	open_page alice "$(http_header Location)"
	to=$(finish alice)
	AUTH=none redeem "$(url_param code "$to")" >/dev/null
	assert_status 200
	add_key_client signer >/dev/null
	CLIENT=signer KEY=$BATS_TEST_TMPDIR/signer.pem
	come alice "$(object)"
	to=$(finish alice)
	AUTH=jwt redeem "$(url_param code "$to")" >/dev/null
	assert_status 200
}

@test "jar: what comes beside the object does not count, except client_id (RFC 9101 5, 6.3)" {
	local to
	come alice "$(object scope='"openid"')" scope='openid email groups' \
	    redirect_uri=https://evil.example/ state=evil response_type=token \
	    nonce=evil prompt=none response_mode=fragment
	to=$(finish alice)
	[[ $to = "$CALLBACK?"* ]]
	assert_equal "$(url_param state "$to")" a-state
	redeem "$(url_param code "$to")" >/dev/null
	assert_equal "$(http_body | field scope)" openid
	# Nothing is taken from beside for what the object lacks.
	: >"$SERVER_LOG"
	come alice "$(object response_type=)" response_type=code
	assert_error_redirect invalid_request
	assert_logged reason=response_type_missing
	come alice "$(object code_challenge=)" code_challenge="$CHALLENGE"
	assert_error_redirect invalid_request
	assert_logged reason=code_challenge_missing
}

@test "jar: client_id is needed beside, once, and is the object's" {
	local good
	good=$(object)
	open_page alice "$ISSUER/authorize?$(form request="$good")"
	assert_error_page client_id_missing
	open_page alice "$ISSUER/authorize?$(form request="$good" client_id=nobody)"
	assert_error_page client_id_unknown
	open_page alice "$ISSUER/authorize?$(form request="$good" client_id=strict)"
	assert_error_page request_object_client
	open_page alice "$ISSUER/authorize?$(form request="$good" client_id=app client_id=app)"
	assert_error_page parameter_repeated
	open_page alice "$ISSUER/authorize?$(form request="$good" request="$good" client_id=app)"
	assert_error_page parameter_repeated
	come alice "$good" request_uri=https://app.example/r
	assert_error_page request_twice
}

@test "jar: an app without keys is told that request is not supported for it" {
	CLIENT=plain
	come alice "$(object)" redirect_uri="$CALLBACK" state=a-state
	assert_error_redirect request_not_supported
	come alice eyJhbGciOiJub25lIn0.e30.
	assert_error_page request_unsupported
}

@test "jar: times, audience, issuer, type: what is missing, wrong or of a wrong kind is refused" {
	local now reason change
	now=$(date +%s)
	while read -r reason change; do
		try_object "$reason" "$(object "$change")" || fail "with $change"
	done <<-END
		request_object_time exp=
		request_object_time exp=$((now - 1))
		request_object_time exp=$((now + 3700))
		request_object_time exp="soon"
		request_object_time exp=1e300
		request_object_time nbf=$((now + 120))
		request_object_time nbf="now"
		request_object_time iat=$((now + 120))
		request_object_audience aud=
		request_object_audience aud=""
		request_object_audience aud="https://other.example"
		request_object_audience aud="$ISSUER/"
		request_object_audience aud=["https://other.example"]
		request_object_audience aud=7
		request_object_client iss=
		request_object_client iss="other"
		request_object_client iss=["app"]
		request_object_client client_id=
		request_object_client client_id="other"
		request_object_client client_id=["app"]
		request_object_type header.typ=
		request_object_type header.typ="JWT"
		request_object_type header.typ="at+jwt"
		request_object_type header.typ="client-authentication+jwt"
	END
	# Clocks differ a little.
	come alice "$(object nbf=$((now + 30)) iat=$((now + 30)))"
	page_asks_password
	come alice "$(object aud="[\"$ISSUER\",\"https://other.example\"]")"
	page_asks_password
	come alice "$(object header.typ='"application/OAuth-AuthZ-Req+JWT"')"
	page_asks_password
}

@test "jar: every attack on the signature is refused" {
	local good header payload key
	good=$(object)
	header=$(jwt_header "$good")
	payload=$(jwt_claims "$good")
	key=$(jq -c '.keys[0]' "$BATS_FILE_TMPDIR/evil.jwks")
	# No signature, in each spelling.
	for header in '{"alg":"none","typ":"oauth-authz-req+jwt"}' \
	    '{"alg":"None","typ":"oauth-authz-req+jwt"}' \
	    '{"alg":"","typ":"oauth-authz-req+jwt"}' '{"typ":"oauth-authz-req+jwt"}'; do
		try_object request_object_malformed "$(raw "$header" "$payload" '')"
		try_object request_object_malformed \
		    "$(raw "$header" "$payload" "${good##*.}")"
	done
	try_object request_object_signature "${good%.*}."
	try_object request_object_signature "$(other_char "$good" $((${#good} - 20)))"
	try_object request_object_signature \
	    "${good%%.*}.$(printf %s "${payload/openid profile/openid email}" |
		base64url).${good##*.}"
	# The public key as the secret of a MAC.
	KEY="secret:$(jq -r '.keys[0].x' "$BATS_FILE_TMPDIR/app.jwks")" \
	    try_object request_object_algorithm "$(KEY="secret:$(jq -r '.keys[0].x' \
		"$BATS_FILE_TMPDIR/app.jwks")" object)"
	KEY="secret:$SECRET"
	try_object request_object_algorithm "$(object)"
	# Another key, also one that the header has or points to.
	KEY=$BATS_FILE_TMPDIR/evil.pem
	try_object request_object_signature "$(object)"
	try_object request_object_signature "$(object header.jwk="$key")"
	try_object request_object_signature \
	    "$(object header.jku='"https://evil.example/jwks.json"')"
	try_object request_object_signature \
	    "$(object header.x5u='"https://evil.example/cert"' header.kid='"EdDSA"')"
	try_object request_object_signature \
	    "$(object header.kid='"../../../../dev/null"')"
	KEY=$BATS_FILE_TMPDIR/app.pem
	try_object request_object_signature "$(object header.kid='"../../etc/passwd"')"
	try_object request_object_malformed "$(object header.kid=7)"
	# What must be understood, what changes what is signed.
	try_object request_object_malformed "$(object header.crit='["exp"]')"
	try_object request_object_malformed "$(object header.b64=false)"
	# Twice.
	try_object request_object_malformed "$(object again.scope='"openid"')"
	try_object request_object_malformed "$(object again.header.alg='"none"')"
}

@test "jar: what is no JWT, is nested, encrypted or too long is refused" {
	local good bad
	good=$(object)
	for bad in x . .. a.b a.b.c.d '{}' "${good#*.}" "$good.x" " $good" \
	    "$good=" "$good.$good" a.b.c.d.e \
	    "$(raw '{"alg":"EdDSA","typ":"oauth-authz-req+jwt","cty":"JWT"}' "$good" "${good##*.}")" \
	    "$(raw '{"alg":"EdDSA","typ":"oauth-authz-req+jwt"}' '[]' "${good##*.}")" \
	    "$(raw '{"alg":"EdDSA","typ":"oauth-authz-req+jwt"}' '"x"' "${good##*.}")" \
	    "$(raw '{"alg":"dir","enc":"A128GCM","typ":"oauth-authz-req+jwt"}' '{}' "${good##*.}")"; do
		try_object request_object_malformed "$bad" || fail "with $bad"
	done
	try_object request_object_malformed \
	    "$(object login_hint="\"$(printf '%09000d' 0)\"")"
}

@test "jar: members of a wrong type are refused, whichever they are" {
	local bad
	for bad in scope='["openid"]' scope=null scope=true redirect_uri='["'"$CALLBACK"'"]' \
	    response_type='["code"]' state='["a"]' nonce=false prompt='["none"]' \
	    max_age=true max_age='[1]' acr_values='["2"]' code_challenge='[]' \
	    resource=7.5e300 resource='[7]' request='"x"' \
	    request_uri='"https://app.example/r"' login_hint='[]'; do
		try_object request_object_malformed "$(object "$bad")" ||
		    fail "with $bad"
	done
	# A number is its digits, and an object its text.
	come alice "$(object max_age=100 claims='{"userinfo":{"name":null}}')"
	page_asks_password
	: >"$SERVER_LOG"
	come alice "$(object registration='{}')"
	assert_error_redirect registration_not_supported
}

@test "jar: what is wrong in a good object goes back to its own redirect URI" {
	come alice "$(object scope='"unheard"' state='"inside"')" state=outside
	STATE=inside assert_error_redirect invalid_scope
	come alice "$(object redirect_uri='"https://evil.example/"')" \
	    redirect_uri="$CALLBACK"
	assert_error_page redirect_uri_unregistered
}

@test "jar: a refused object goes to no address that came beside and is not registered" {
	come alice x redirect_uri=https://evil.example/
	assert_error_page request_object_malformed
	come alice x
	assert_error_page request_object_malformed
}

@test "jar: an object that expires while the person signs in is as good as when it came" {
	local to
	come alice "$(object exp=$(($(date +%s) + 60)))"
	page_asks_password
	travel 600
	to=$(finish alice)
	[[ $to = *code=* ]]
}

@test "jar: prompt and max_age in an object are obeyed, and answered once" {
	local to
	come alice "$(object)"
	finish alice >/dev/null
	come alice "$(object prompt='"login"')"
	page_asks_password
	to=$(finish alice)
	[[ $to = *code=* ]]
	come alice "$(object max_age=0)"
	page_asks_password
	to=$(finish alice)
	[[ $to = *code=* ]]
	come alice "$(object prompt='"none"')"
	[[ $(http_header Location) = *code=* ]]
}

@test "jar: an object that comes again is one record, and may be loaded again" {
	local good to
	good=$(object)
	come alice "$good"
	come alice "$good"
	page_asks_password
	to=$(finish alice)
	[[ $to = *code=* ]]
	come alice "$good"
	[[ $(http_header Location) = *code=* ]]
}

@test "jar: --auth-alg is what a request object is signed with, too" {
	latchkey client set app --auth-alg ES256 >/dev/null 2>&1 || :
	"$root/tests/assertion.py" make RS256 "$BATS_TEST_TMPDIR/rsa.pem" \
	    >"$BATS_TEST_TMPDIR/rsa.jwks"
	latchkey client set app --jwks "$BATS_TEST_TMPDIR/rsa.jwks" \
	    --auth-alg PS256 >/dev/null
	KEY=$BATS_TEST_TMPDIR/rsa.pem
	try_object request_object_algorithm "$(object)"
	sed -i 1s/RS256/PS256/ "$KEY"
	come alice "$(object header.kid=)"
	page_asks_password
}

@test "jar: --require-jar: requests that are not signed are refused, pushed ones as well" {
	local to
	CLIENT=strict
	request alice GET "$(authorize_url strict)"
	assert_error_redirect invalid_request
	assert_logged reason=request_not_signed
	as_client par response_type=code redirect_uri="$CALLBACK" scope=openid \
	    code_challenge="$CHALLENGE" code_challenge_method=S256 >/dev/null
	assert_refused 400 invalid_request
	come alice "$(object)"
	to=$(finish alice)
	[[ $to = *code=* ]]
	run -1 latchkey client set plain --require-jar
	[[ $output = *'needs its public keys'* ]]
}

@test "jar: an object is pushed (RFC 9126 3), and what comes beside it does not count" {
	local to uri
	for CLIENT in app strict; do
		as_client par request="$(object)" scope=evil client_id="$CLIENT" \
		    redirect_uri=https://evil.example/ >/dev/null
		assert_status 201
		uri=$(http_body | field request_uri)
		open_page alice "$ISSUER/authorize?$(form client_id="$CLIENT" \
		    request_uri="$uri")"
		to=$(finish alice)
		redeem "$(url_param code "$to")" >/dev/null
		assert_status 200
		assert_equal "$(http_body | field scope)" 'openid profile'
		open_page alice "$ISSUER/authorize?$(form client_id="$CLIENT" \
		    request_uri="$uri")"
		assert_error_page request_uri_used
	done
}

@test "jar: what is wrong with a pushed object is said at once" {
	local good
	good=$(object)
	as_client par request="$good" request_uri=https://app.example/r >/dev/null
	assert_refused 400 invalid_request
	as_client par request="${good}A" >/dev/null
	assert_refused 400 invalid_request_object
	CLIENT=strict as_client par request="$good" >/dev/null
	assert_refused 400 invalid_request_object
	assert_logged 'reason=request_object_client client_id=strict'
	CLIENT=plain as_client par request="$good" >/dev/null
	assert_refused 400 request_not_supported
	as_client par request="$(object scope='"unheard"')" >/dev/null
	assert_refused 400 invalid_scope
}

@test "jar: --require-par takes no object from a browser" {
	latchkey client set app --require-par >/dev/null
	come alice "$(object)"
	assert_error_redirect invalid_request
	assert_logged reason=request_not_pushed
}
