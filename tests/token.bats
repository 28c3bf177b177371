# The token endpoint: who may ask, codes, client credentials, and what the
# tokens say.

load helper
USE_TEST_CLOCK=1
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

setup_file() {
	new_store
	add_user alice --name 'Alice Liddell' --email alice@example.org \
	    --email-verified --group family --group admins
	add_client app --trusted
	add_client other --trusted
	add_client spa --public --trusted
	add_client plain --trusted --no-pkce
	add_client worker --grant client_credentials \
	    --scope read --scope write --scope openid --scope profile
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

# ask HEADER [NAME=VALUE...]: a token request with this Authorization header,
# or with none.
ask() {
	if [[ -n $1 ]]; then
		request - POST "$ISSUER/token" -H "Authorization: $1" "${@:2}"
	else
		request - POST "$ISSUER/token" "${@:2}"
	fi
}

# The parameters of an exchange of $code.
exchange() {
	ask "$1" grant_type=authorization_code code="$code" \
	    redirect_uri="$CALLBACK" code_verifier="$VERIFIER" "${@:2}"
}

raw_basic() {
	echo "Basic $(printf '%s:%s' "$1" "$2" | base64 -w 0)"
}

refused_basic() {
	assert_refused 401 invalid_client
	assert_header WWW-Authenticate '^Basic realm='
	assert_header Cache-Control '^no-store$'
}

access_claims() { jwt_claims "$(http_body | field access_token)"; }
id_claims() { jwt_claims "$(http_body | field id_token)"; }

# --- who asks ----------------------------------------------------------------

@test "client authentication: client_secret_basic, client_secret_post and none (RFC 6749 2.3.1)" {
	AUTH=basic get_tokens alice app
	assert_status 200
	AUTH=post get_tokens alice app
	assert_status 200
	AUTH=none get_tokens alice spa
	assert_status 200
}

@test "client authentication: the scheme is Basic in any case, with more than one space (RFC 7617 2)" {
	for scheme in basic BASIC 'Basic  '; do
		code=$(get_code alice app)
		exchange "$scheme $(basic app "$SECRET")"
		assert_status 200
	done
}

@test "client authentication: Basic credentials are form-encoded, special characters and all (RFC 6749 2.3.1)" {
	SECRET='50%25+off: a/b=c&d?e"<ä>-and-more'
	SECRET=${SECRET// /_}
	SECRET=${SECRET//ä/a}
	latchkey client secret app --secret-stdin <<<"$SECRET" >/dev/null
	code=$(get_code alice app)
	exchange "Basic $(basic app "$SECRET")"
	assert_status 200
	code=$(get_code alice app)
	exchange '' client_id=app client_secret="$SECRET"
	assert_status 200
}

@test "client authentication: raw Basic credentials are the second try, for clients that do not encode" {
	for SECRET in '50%41+and:colon-0123456789abcdef' \
	    'broken-%zz-percent-0123456789abcdef' \
	    'ends-with-percent-0123456789abcdef%'; do
		latchkey client secret app --secret-stdin <<<"$SECRET" >/dev/null
		code=$(get_code alice app)
		exchange "$(raw_basic app "$SECRET")"
		assert_status 200
		code=$(get_code alice app)
		exchange "Basic $(basic app "$SECRET")"
		assert_status 200
	done
}

@test "client authentication: where Apache renames the header on an internal redirect, it is found" {
	code=$(get_code alice app)
	cgi token POST /token '' "$(form grant_type=authorization_code \
	    code="$code" redirect_uri="$CALLBACK" code_verifier="$VERIFIER")" \
	    "REDIRECT_HTTP_AUTHORIZATION=Basic $(basic app "$SECRET")"
	assert_status 200
}

@test "client authentication: nothing else in the environment says who a client is" {
	for name in REMOTE_USER HTTP_REMOTE_USER HTTP_X_REMOTE_USER \
	    HTTP_CLIENT_ID REDIRECT_REMOTE_USER; do
		cgi token POST /token '' "$(form grant_type=client_credentials)" \
		    "$name=worker"
		refused_basic
	done
}

@test "client authentication: a client_id with a colon in it, form-encoded" {
	add_client urn:example:app --trusted
	code=$(get_code alice urn:example:app)
	exchange "Basic $(basic urn:example:app "$SECRET")"
	assert_status 200
}

@test "client authentication: a public client may send Basic with an empty password, and no client_id in the body" {
	code=$(get_code alice spa)
	exchange "$(raw_basic spa '')"
	assert_status 200
}

@test "client authentication: a public client that sends a secret is refused" {
	code=$(get_code alice spa)
	exchange "$(raw_basic spa "$SECRET")"
	refused_basic
	exchange '' client_id=spa client_secret="$SECRET"
	refused_basic
	exchange '' client_id=spa
	assert_status 200
}

@test "client authentication: more than one method is invalid_request, nothing lost (RFC 6749 2.3)" {
	code=$(get_code alice app)
	exchange "Basic $(basic app "$SECRET")" client_secret="$SECRET"
	assert_refused 400 invalid_request
	exchange "Basic $(basic app "$SECRET")" client_id=app \
	    client_secret="$SECRET"
	assert_refused 400 invalid_request
	exchange "Basic $(basic app "$SECRET")" client_id=other
	assert_refused 400 invalid_request
	# Said twice, and the same: harmless.
	exchange "Basic $(basic app "$SECRET")" client_id=app
	assert_status 200
}

@test "client authentication: a wrong, missing or malformed secret is 401 with WWW-Authenticate (RFC 6749 5.2)" {
	code=$(get_code alice app)
	for header in "$(raw_basic app "${SECRET}x")" "$(raw_basic app x)" \
	    "$(raw_basic app '')" "$(raw_basic app "${SECRET%?}")" \
	    "$(raw_basic APP "$SECRET")" "$(raw_basic '' "$SECRET")" \
	    "$(raw_basic nobody "$SECRET")" 'Basic' 'Basic ' 'Basic ***' \
	    "Basic $(printf 'nocolon' | base64)" \
	    "Basic $(printf 'app:\xff\xfe' | base64)" \
	    "Bearer $SECRET" "Digest username=app" "$SECRET"; do
		exchange "$header"
		refused_basic
	done
	exchange '' client_id=app client_secret="${SECRET}x"
	refused_basic
	exchange '' client_id=app
	refused_basic
	exchange '' client_secret="$SECRET"
	refused_basic
	exchange ''
	refused_basic
	# Nothing of it has hurt the code.
	exchange "Basic $(basic app "$SECRET")"
	assert_status 200
}

@test "client authentication: an unknown client and a wrong secret get the same answer" {
	ask "$(raw_basic app wrong)" grant_type=client_credentials
	known=$(http_headers; http_body)
	ask "$(raw_basic nobody wrong)" grant_type=client_credentials
	assert_equal "$(http_headers; http_body)" "$known"
}

@test "client authentication: another client's secret is no good, a replaced one neither, at once" {
	latchkey client secret other --secret-stdin >/dev/null \
	    <<<'another-secret-of-more-than-32-characters'
	code=$(get_code alice app)
	exchange "$(raw_basic app another-secret-of-more-than-32-characters)"
	refused_basic
	latchkey client secret app --secret-stdin >/dev/null \
	    <<<'a-new-secret-of-more-than-32-characters-x'
	exchange "$(raw_basic app "$SECRET")"
	refused_basic
	exchange "$(raw_basic app a-new-secret-of-more-than-32-characters-x)"
	assert_status 200
}

@test "client authentication: a secret that we make has letters, digits, - and _ only" {
	for i in 1 2 3 4 5; do
		secret=$(latchkey client secret app --json |
		    field client_secret)
		[[ $secret =~ ^[A-Za-z0-9_-]{43,}$ ]] || fail "$secret"
	done
	SECRET=$secret get_tokens alice app
	assert_status 200
}

# --- who asks: an assertion (RFC 7523) ---------------------------------------

# with_assertion JWT [NAME=VALUE...]: client_credentials by an assertion.
with_assertion() {
	ask '' grant_type=client_credentials client_assertion="$1" \
	    client_assertion_type="$ASSERTION_TYPE" "${@:2}"
}

# refused_assertion REASON
refused_assertion() {
	assert_refused 401 invalid_client
	assert_logged "reason=assertion_$1 client_id="
}

@test "private_key_jwt: a client that signs gets tokens, with each kind of key (RFC 7523 3)" {
	for alg in EdDSA ES256 RS256 PS256; do
		run -0 add_key_client "signs-$alg" "$alg"
		[[ $output != *client_secret* ]]
		AUTH=jwt get_tokens alice "signs-$alg"
		assert_status 200
		with_assertion "$(assertion "signs-$alg")"
		assert_status 200
		with_assertion "$(assertion "signs-$alg")" \
		    client_id="signs-$alg"
		assert_status 200
	done
	# RFC 9864, as newer libraries have it
	with_assertion "$(assertion signs-EdDSA 'header.alg="Ed25519"')"
	assert_status 200
}

@test "private_key_jwt: the audience is the issuer alone, as a string (RFC 7523bis; FAPI 2.0)" {
	add_key_client signer >/dev/null
	for aud in "\"$ISSUER/token\"" "[\"https://a.example\", \"$ISSUER\"]" \
	    "[\"$ISSUER\"]" "\"$ISSUER/introspect\"" '"https://other.example"' \
	    "\"$ISSUER/\"" '[]' '{}' 7 ''; do
		with_assertion "$(assertion signer aud="$aud")"
		refused_assertion audience
	done
}

@test "private_key_jwt: --auth-aud endpoint lets an older client name the token endpoint, too, and in a list" {
	add_key_client signer EdDSA --auth-aud endpoint >/dev/null
	for aud in "\"$ISSUER\"" "\"$ISSUER/token\"" \
	    "[\"https://a.example\", \"$ISSUER\"]" \
	    "[\"$ISSUER\", \"$ISSUER/token\"]"; do
		with_assertion "$(assertion signer aud="$aud")"
		assert_status 200
	done
	for aud in '"https://other.example"' "\"$ISSUER/\"" '[]' ''; do
		with_assertion "$(assertion signer aud="$aud")"
		refused_assertion audience
	done
	latchkey client set signer --auth-aud issuer >/dev/null
	with_assertion "$(assertion signer aud="\"$ISSUER/token\"")"
	refused_assertion audience
}

@test "private_key_jwt: --auth-alg is the one algorithm of a client, and says what its RSA keys are for" {
	add_key_client rsa RS256 >/dev/null
	jq -c 'del(.keys[0].alg)' "$BATS_TEST_TMPDIR/rsa.jwks" \
	    >"$BATS_TEST_TMPDIR/bare.jwks"
	latchkey client set rsa --jwks "$BATS_TEST_TMPDIR/bare.jwks" \
	    --auth-alg PS256 >/dev/null
	with_assertion "$(assertion rsa)"
	refused_assertion algorithm
	sed -i 1s/.*/PS256/ "$BATS_TEST_TMPDIR/rsa.pem"
	with_assertion "$(assertion rsa 'header.kid="RS256"')"
	assert_status 200
	latchkey client set rsa --auth-alg any >/dev/null
	with_assertion "$(assertion rsa 'header.kid="RS256"')"
	refused_assertion algorithm
	run -1 latchkey client set rsa --auth-alg ES256
	[[ $output = *"none of the client's keys"* ]]
	run -1 latchkey client set rsa --auth-alg HS256
	run -1 latchkey client set rsa --auth-alg none
	run -1 latchkey client set app --auth-alg EdDSA
	[[ $output = *'for clients with keys'* ]]
	run -1 latchkey client set app --auth-aud endpoint
	[[ $output = *'sign assertions'* ]]
}

@test "private_key_jwt: a client changes its key without a pause: for a while both are good" {
	add_key_client signer >/dev/null
	"$root/tests/assertion.py" make ES256 "$BATS_TEST_TMPDIR/new.pem" \
	    >"$BATS_TEST_TMPDIR/new.jwks"
	jq -cs '{keys: map(.keys[])}' "$BATS_TEST_TMPDIR/"{signer,new}.jwks \
	    >"$BATS_TEST_TMPDIR/both.jwks"
	by_new() {
		"$root/tests/assertion.py" sign "$BATS_TEST_TMPDIR/new.pem" \
		    signer "$ISSUER"
	}
	with_assertion "$(by_new)"
	refused_assertion algorithm
	latchkey client set signer --jwks "$BATS_TEST_TMPDIR/both.jwks" >/dev/null
	with_assertion "$(assertion signer)"
	assert_status 200
	with_assertion "$(by_new)"
	assert_status 200
	run -0 latchkey client show signer
	[[ $output =~ keys\ +EdDSA\ ES256 ]]
	latchkey client set signer --jwks "$BATS_TEST_TMPDIR/new.jwks" >/dev/null
	with_assertion "$(by_new)"
	assert_status 200
	with_assertion "$(assertion signer)"
	refused_assertion algorithm
}

@test "private_key_jwt: every trick with a header, a key or a signature is refused (RFC 8725)" {
	add_key_client signer ES256 >/dev/null
	add_key_client thief ES256 >/dev/null
	stolen() {
		"$root/tests/assertion.py" sign "$BATS_TEST_TMPDIR/thief.pem" \
		    signer "$ISSUER" "$@"
	}
	jwk=$(jq -c '.keys[0]' "$BATS_TEST_TMPDIR/thief.jwks")
	for trick in "header.jwk=$jwk" 'header.jku="https://evil.example/jwks"' \
	    'header.x5u="https://evil.example/cert"' 'header.x5c=["MIIB"]' \
	    'header.kid=' 'header.typ="client-authentication+jwt"'; do
		with_assertion "$(stolen "$trick")"
		refused_assertion signature
	done
	for kid in ../../../../etc/passwd /dev/null "' OR 1=1 --" thief; do
		with_assertion "$(assertion signer "header.kid=\"$kid\"")"
		refused_assertion signature
	done
	for trick in 'header.alg="none"' 'header.alg="None"' 'header.alg=' \
	    'header.alg=["ES256"]' 'header.alg="ES512"' 'header.crit=["exp"]' \
	    'header.crit=[]' 'header.b64=false' 'header.typ="dpop+jwt"' \
	    'header.typ="at+jwt"' 'header.typ="logout+jwt"' 'header.kid=7' \
	    'again.sub="thief"' 'again.header.alg="none"' 'again.exp=9999999999' \
	    "padding=\"$(head -c 9000 /dev/zero | tr '\0' x)\""; do
		with_assertion "$(assertion signer "$trick")"
		refused_assertion malformed
	done
	for alg in EdDSA RS256 PS256; do
		with_assertion "$(assertion signer "header.alg=\"$alg\"")"
		refused_assertion algorithm
	done
	# The public key as the secret of an HMAC, in each of its spellings.
	openssl pkey -in <(tail -n +2 "$BATS_TEST_TMPDIR/signer.pem") -pubout \
	    >"$BATS_TEST_TMPDIR/public.pem"
	for secret in "$(cat "$BATS_TEST_TMPDIR/public.pem")" \
	    "$(jq -r '.keys[0].x' "$BATS_TEST_TMPDIR/signer.jwks")" \
	    "$(cat "$BATS_TEST_TMPDIR/signer.jwks")" ''; do
		with_assertion "$(SECRET=$secret secret_assertion signer)"
		assert_refused 401 invalid_client
		assert_logged 'reason=client_auth_method client_id=signer'
	done
	good=$(assertion signer)
	nested=${good%%.*}.$(printf '"%s"' "$good" | base64 -w0 | tr -d = |
	    tr +/ -_).${good##*.}
	for text in "$nested" "${good%.*}" "${good%.*}." "$good.$good" "$good=" \
	    ".${good#*.}" "${good/./..}"; do
		with_assertion "$text"
		refused_assertion malformed
	done
	# ECDSA has two signatures for each text: the jti counts.
	with_assertion "$good"
	assert_status 200
	with_assertion "$("$root/tests/assertion.py" malleate "$good")"
	refused_assertion reused
}

@test "client_secret_jwt: a client that signs with its secret gets tokens at every endpoint (RFC 7523 3)" {
	run -0 add_secret_jwt_client keeper --introspect-any
	[[ $output != *"$SECRET"* ]]
	CLIENT=keeper AUTH=secret_jwt
	get_tokens alice keeper >"$BATS_TEST_TMPDIR/tokens"
	assert_status 200
	refresh "$(field refresh_token <"$BATS_TEST_TMPDIR/tokens")" \
	    >"$BATS_TEST_TMPDIR/tokens"
	assert_status 200
	used=$(secret_assertion keeper)
	with_assertion "$used"
	assert_status 200
	with_assertion "$used"
	refused_assertion reused
	for endpoint in introspect revoke; do
		as_client "$endpoint" token=x
		assert_status 200
	done
}

@test "client_secret_jwt: another secret, another way or an older secret is refused" {
	add_secret_jwt_client keeper >/dev/null
	for auth in basic post none; do
		CLIENT=keeper AUTH=$auth client_credentials
		assert_refused 401 invalid_client
	done
	with_assertion "$(SECRET=${SECRET}x secret_assertion keeper)"
	refused_assertion signature
	with_assertion "$(secret_assertion keeper aud="\"$ISSUER/token\"")"
	refused_assertion audience
	with_assertion "$(secret_assertion keeper exp=1)"
	refused_assertion time
	with_assertion "$(secret_assertion keeper 'header.alg="none"')"
	refused_assertion malformed
	with_assertion "$(secret_assertion app)"
	assert_refused 401 invalid_client
	assert_logged 'reason=client_auth_method client_id=app'
	with_assertion "$(secret_assertion keeper)" client_secret="$SECRET"
	assert_refused 400 invalid_request
	latchkey client secret keeper >/dev/null
	with_assertion "$(secret_assertion keeper)"
	refused_assertion signature
}

@test "client_secret_jwt: the secret is kept sealed, and is made again when a client changes to it" {
	run -0 latchkey client set app --auth client_secret_jwt \
	    --grant client_credentials --json
	secret=$(jq -r .client_secret <<<"$output")
	[ "${#secret}" -ge 32 ]
	with_assertion "$(SECRET=$secret secret_assertion app)"
	assert_status 200
	run -1 grep -rqF -- "$secret" "$DATA"
	run -0 latchkey client set app --auth client_secret_basic --json
	assert_equal "$(jq -r '.client_secret // "none"' <<<"$output")" none
	SECRET=$secret CLIENT=app client_credentials
	assert_status 200
	with_assertion "$(SECRET=$secret secret_assertion app)"
	assert_refused 401 invalid_client
}

@test "private_key_jwt: an assertion is good once, for all endpoints together (RFC 7523 3)" {
	add_key_client signer >/dev/null
	used=$(assertion signer)
	with_assertion "$used"
	assert_status 200
	with_assertion "$used"
	refused_assertion reused
	for endpoint in introspect revoke refresh; do
		again=(client_assertion="$used"
		    client_assertion_type="$ASSERTION_TYPE")
		request - POST "$ISSUER/$endpoint" token=x "${again[@]}" \
		    grant_type=refresh_token refresh_token=x
		assert_status 401
	done
	used=$(assertion signer)
	request - POST "$ISSUER/introspect" token=x client_assertion="$used" \
	    client_assertion_type="$ASSERTION_TYPE"
	assert_status 200
	with_assertion "$used"
	refused_assertion reused
	# The jti counts, not the text; another client may have the same.
	with_assertion "$(assertion signer 'jti="one"')"
	assert_status 200
	with_assertion "$(assertion signer 'jti="one"' 'extra=1')"
	refused_assertion reused
	add_key_client another >/dev/null
	with_assertion "$(assertion another 'jti="one"')"
	assert_status 200
}

@test "private_key_jwt: one that has expired, is good for too long or from the future is refused" {
	add_key_client signer >/dev/null
	now=$(date +%s)
	for claim in exp=$((now - 1)) exp=$((now + 7200)) exp= 'exp="soon"' \
	    nbf=$((now + 600)) iat=$((now + 600)) nbf=$((now + 600)).5 \
	    iat=1e300 'nbf="now"' 'iat=[1]' nbf=true exp=-1.5 \
	    exp=$((now + 7200)).5 exp=9223372036854775807; do
		with_assertion "$(assertion signer "$claim")"
		refused_assertion time
	done
	with_assertion "$(assertion signer exp=$((now + 600)) iat= \
	    nbf=$((now + 8)))"
	assert_status 200
	# A time may have a fraction (RFC 7519 2).
	with_assertion "$(assertion signer exp=$((now + 600)).25 \
	    iat=$now.75 nbf=$now.5)"
	assert_status 200
}

@test "private_key_jwt: what is not whole, or another's, is refused" {
	add_key_client signer >/dev/null
	add_key_client another >/dev/null
	for claim in 'iss="another"' 'sub="another"' jti= iss= sub= 'jti=7' \
	    "jti=\"$(printf 'x%.0s' {1..600})\""; do
		with_assertion "$(assertion signer "$claim")"
		refused_assertion malformed
	done
	good=$(assertion signer)
	for text in x "$good." "${good%.*}." "${good%.*}"; do
		with_assertion "$text"
		assert_refused 401 invalid_client
	done
	ask '' grant_type=client_credentials client_assertion="$good"
	refused_assertion malformed
	ask '' grant_type=client_credentials client_assertion="$good" \
	    client_assertion_type=urn:ietf:params:oauth:client-assertion-type:saml2-bearer
	refused_assertion malformed
	with_assertion "$(assertion another 'iss="signer"' 'sub="signer"')"
	refused_assertion signature
	with_assertion "$good" client_id=another
	assert_refused 400 invalid_request
	with_assertion "$good"
	assert_status 200
}

@test "private_key_jwt: each client has one way only, and a request no more than one (RFC 6749 2.3)" {
	add_key_client signer >/dev/null
	for auth in basic post none; do
		CLIENT=signer AUTH=$auth client_credentials
		assert_refused 401 invalid_client
	done
	assert_logged 'reason=client_auth_method client_id=signer'
	"$root/tests/assertion.py" make EdDSA "$BATS_TEST_TMPDIR/app.pem" >/dev/null
	with_assertion "$(assertion app)"
	assert_refused 401 invalid_client
	assert_logged 'reason=client_auth_method client_id=app'
	with_assertion "$(assertion signer)" client_secret=x
	assert_refused 400 invalid_request
	ask "Basic $(basic signer "$SECRET")" grant_type=client_credentials \
	    client_assertion_type="$ASSERTION_TYPE" \
	    client_assertion="$(assertion signer)"
	assert_refused 400 invalid_request
}

@test "private_key_jwt: a request that is refused for its grant uses its assertion up, too" {
	add_key_client signer >/dev/null
	used=$(assertion signer)
	ask '' grant_type=refresh_token refresh_token=x \
	    client_assertion="$used" client_assertion_type="$ASSERTION_TYPE"
	assert_refused 400 invalid_grant
	with_assertion "$used"
	refused_assertion reused
}

@test "private_key_jwt: a request whose assertion was used takes no code and ends no family" {
	add_key_client signer >/dev/null
	AUTH=jwt CLIENT=signer
	code=$(get_code alice signer)
	used=$(assertion signer)
	with_assertion "$used"
	assert_status 200
	again=(client_assertion="$used"
	    client_assertion_type="$ASSERTION_TYPE" redirect_uri="$CALLBACK"
	    code_verifier="$VERIFIER")
	ask '' grant_type=authorization_code code="$code" "${again[@]}"
	refused_assertion reused
	redeem "$code"
	assert_status 200
	refresh_token=$(http_body | field refresh_token)
	ask '' grant_type=authorization_code code="$code" "${again[@]}"
	refused_assertion reused
	ask '' grant_type=refresh_token refresh_token="$refresh_token" "${again[@]}"
	refused_assertion reused
	# The answer is lost: another assertion, and the same successor.
	refresh "$refresh_token"
	assert_status 200
	successor=$(http_body | field refresh_token)
	refresh "$refresh_token"
	assert_field refresh_token "$successor"
}

# --- the exchange of a code --------------------------------------------------

@test "code: is exchanged for access token, ID token and refresh token, never stored by a cache (RFC 6749 5.1)" {
	get_tokens alice app
	assert_status 200
	assert_header Content-Type '^application/json'
	assert_header Cache-Control '^no-store$'
	assert_field token_type Bearer
	assert_field expires_in 900
	assert_field scope 'openid profile email groups offline_access'
	assert_equal "$(http_body | jq -r 'keys | join(" ")')" \
	    'access_token expires_in id_token refresh_token scope token_type'
	userinfo "$(http_body | field access_token)"
	assert_status 200
}

@test "code: codes and tokens are URL-safe: some clients unescape twice" {
	code=$(get_code alice app)
	[[ $code =~ ^[A-Za-z0-9_-]+$ ]] || fail "$code"
	redeem "$code"
	[[ $(http_body | field refresh_token) =~ ^[A-Za-z0-9_-]+$ ]]
	[[ $(http_body | field access_token) =~ ^[A-Za-z0-9_.-]+$ ]]
}

@test "code: another client's is refused, and still works for its own (RFC 6749 5.2)" {
	code=$(get_code alice app)
	CLIENT=other redeem "$code"
	assert_refused 400 invalid_grant
	AUTH=none CLIENT=spa redeem "$code"
	assert_refused 400 invalid_grant
	redeem "$code"
	assert_status 200
}

@test "code: another redirect_uri is refused, and the code still works (RFC 6749 4.1.3)" {
	code=$(get_code alice app)
	for REDIRECT_URI in http://127.0.0.1:9/cb/ http://127.0.0.1:10/cb \
	    'http://127.0.0.1:9/cb?' https://127.0.0.1:9/cb; do
		redeem "$code"
		assert_refused 400 invalid_grant
	done
	unset REDIRECT_URI
	redeem "$code"
	assert_status 200
}

@test "code: the redirect_uri may be left out with PKCE (OAuth 2.1 10.2), not without (RFC 6749 4.1.3)" {
	as_client token grant_type=authorization_code \
	    code="$(get_code alice app)" code_verifier="$VERIFIER"
	assert_status 200
	code=$(get_code alice plain code_challenge= code_challenge_method=)
	CLIENT=plain as_client token grant_type=authorization_code code="$code"
	assert_refused 400 invalid_grant
	CLIENT=plain as_client token grant_type=authorization_code \
	    code="$code" redirect_uri="$CALLBACK"
	assert_status 200
}

@test "code: a wrong, missing, short, long or malformed verifier is refused, and the code still works (RFC 7636 4.6)" {
	code=$(get_code alice app)
	right=$VERIFIER
	long=$(printf 'a%.0s' {1..129})
	for VERIFIER in "${right%?}x" "$CHALLENGE" "$right$right" "${long%?}" \
	    "${right:0:42}" "$long" "${right%?}=" "${right%?} " \
	    "${right%?}ä" x; do
		redeem "$code"
		assert_status 400
		case ${#VERIFIER} in
		43 | 86 | 128) ;;
		*) assert_error invalid_request ;;
		esac
	done
	VERIFIER="${right%?}x" redeem "$code"
	assert_error invalid_grant
	as_client token grant_type=authorization_code code="$code" \
	    redirect_uri="$CALLBACK"
	assert_refused 400 invalid_request
	VERIFIER=$right redeem "$code"
	assert_status 200
}

@test "code: a verifier although there was no challenge is a downgrade: refused (RFC 9700 4.8.2)" {
	code=$(get_code alice plain code_challenge= code_challenge_method=)
	CLIENT=plain redeem "$code"
	assert_refused 400 invalid_grant
	CLIENT=plain as_client token grant_type=authorization_code \
	    code="$code" redirect_uri="$CALLBACK"
	assert_status 200
}

@test "code: a client that may do without PKCE and uses it is held to it" {
	code=$(get_code alice plain)
	CLIENT=plain as_client token grant_type=authorization_code \
	    code="$code" redirect_uri="$CALLBACK"
	assert_refused 400 invalid_request
	CLIENT=plain redeem "$code"
	assert_status 200
}

@test "code: lives 60 seconds (RFC 6749 4.1.2)" {
	code=$(get_code alice app)
	travel 45
	redeem "$code"
	assert_status 200
	code=$(get_code alice app)
	travel 60
	redeem "$code"
	assert_refused 400 invalid_grant
}

@test "code: used twice, it ends all that it gave (RFC 6749 4.1.2, RFC 9700 4.5)" {
	code=$(get_code alice app)
	tokens=$(redeem "$code")
	access=$(field access_token <<<"$tokens")
	redeem "$code"
	assert_refused 400 invalid_grant
	introspect "$access"
	assert_field active false
	userinfo "$access"
	assert_refused 401 invalid_token
	refresh "$(field refresh_token <<<"$tokens")"
	assert_refused 400 invalid_grant
	latchkey audit | grep -q 'code_reused.*app'
	# And again: nothing more to end, nothing else said.
	redeem "$code"
	assert_refused 400 invalid_grant
}

@test "code: a stranger who presents a used one ends nothing, nor does anybody after its 60 seconds (RFC 6749 4.1.3)" {
	for way in other public verifier uri secret later; do
		code=$(get_code alice app)
		tokens=$(redeem "$code")
		refresh=$(field refresh_token <<<"$tokens")
		status=400
		reason=
		case $way in
		other)
			CLIENT=other redeem "$code"
			reason=client_mismatch
			;;
		public)
			AUTH=none CLIENT=spa redeem "$code"
			reason=client_mismatch
			;;
		verifier)
			VERIFIER=${VERIFIER%?}x redeem "$code"
			reason=code_verifier_wrong
			;;
		uri)
			as_client token grant_type=authorization_code \
			    code="$code" code_verifier="$VERIFIER" \
			    redirect_uri=https://elsewhere.example/
			reason=redirect_uri_mismatch
			;;
		secret)
			SECRET=wrong redeem "$code"
			status=401
			reason=client_secret_wrong
			;;
		later)
			travel 60
			redeem "$code"
			reason=code_expired
			;;
		esac
		assert_status "$status"
		assert_logged "reason=$reason"
		refresh "$refresh"
		assert_status 200
		userinfo "$(http_body | field access_token)"
		assert_status 200
	done
	run ! grep -q code_reused < <(latchkey audit)
}

@test "code: it does not outlive the session it was issued under" {
	code=$(get_code alice app)
	latchkey session end --user alice
	redeem "$code"
	assert_refused 400 invalid_grant
	assert_logged 'reason=session_ended'
}

@test "code: used again after its tokens were refreshed, it ends the family too" {
	code=$(get_code alice app)
	refresh "$(redeem "$code" | field refresh_token)"
	tokens=$(http_body)
	redeem "$code"
	assert_refused 400 invalid_grant
	refresh "$(field refresh_token <<<"$tokens")"
	assert_refused 400 invalid_grant
	userinfo "$(field access_token <<<"$tokens")"
	assert_status 401
}

@test "code: with one byte changed anywhere, cut, longer or of another kind it is no code of ours" {
	code=$(get_code alice app)
	refresh_token=$(get_tokens alice app | field refresh_token)
	for bad in "$(other_char "$code" 0)" "$(other_char "$code" 21)" \
	    "$(other_char "$code" 25)" "$(other_char "$code" 31)" \
	    "$(other_char "$code" 40)" "$(other_char "$code" 62)" "${code%?}" \
	    "${code}A" "$code=" "$refresh_token" x "$(basic app x)"; do
		redeem "$bad"
		assert_refused 400 invalid_grant
	done
	redeem "$code"
	assert_status 200
	# A code as a refresh token: not even theft, nothing ended.
	refresh "$code"
	assert_refused 400 invalid_grant
	refresh "$refresh_token"
	assert_status 200
}

@test "code: a person who was locked, deleted or left the app's group since the sign-in gets nothing" {
	latchkey client set app --group family
	code=$(get_code alice app)
	latchkey user set alice --group admins
	redeem "$code"
	assert_refused 400 invalid_grant
	latchkey user set alice --group family
	code=$(get_code alice app)
	latchkey user lock alice
	redeem "$code"
	assert_refused 400 invalid_grant
	latchkey user unlock alice
	sign_in alice app
	code=$(get_code alice app)
	latchkey user del alice
	redeem "$code"
	assert_refused 400 invalid_grant
}

@test "code: missing, or empty, is invalid_request (RFC 6749 5.2)" {
	as_client token grant_type=authorization_code \
	    redirect_uri="$CALLBACK" code_verifier="$VERIFIER"
	assert_refused 400 invalid_request
	redeem ''
	assert_refused 400 invalid_request
}

@test "code: the loopback port of this sign-in counts, not the registered one (RFC 8252 7.3)" {
	add_client native --public --trusted
	code=$(get_code alice native redirect_uri=http://127.0.0.1:4711/cb)
	AUTH=none CLIENT=native redeem "$code"
	assert_refused 400 invalid_grant
	AUTH=none CLIENT=native REDIRECT_URI=http://127.0.0.1:4711/cb redeem "$code"
	assert_status 200
}

# --- grant types and parameters ----------------------------------------------

@test "grant type: one the client is not registered for is unauthorized_client, an unknown one unsupported_grant_type (RFC 6749 5.2)" {
	client_credentials
	assert_refused 400 unauthorized_client
	CLIENT=worker redeem "$(get_code alice app)"
	assert_refused 400 unauthorized_client
	for grant in password implicit 'authorization_code ' AUTHORIZATION_CODE \
	    urn:ietf:params:oauth:grant-type:jwt-bearer; do
		as_client token grant_type="$grant"
		assert_refused 400 unsupported_grant_type
	done
	as_client token
	assert_refused 400 invalid_request
	as_client token grant_type=
	assert_refused 400 invalid_request
}

@test "grant type: a client that lost authorization_code between code and exchange is unauthorized_client" {
	code=$(get_code alice app)
	latchkey client set app --grant client_credentials
	redeem "$code"
	assert_refused 400 unauthorized_client
}

@test "grant type: without refresh_token registered there is no refresh token, and no refreshing" {
	refresh_token=$(get_tokens alice app | field refresh_token)
	latchkey client set app --grant authorization_code
	get_tokens alice app
	refute_field refresh_token
	userinfo "$(http_body | field access_token)"
	assert_status 200
	refresh "$refresh_token"
	assert_refused 400 unauthorized_client
}

@test "parameters: any one given twice is invalid_request, and nothing is lost (RFC 6749 3.2)" {
	code=$(get_code alice app)
	authorization="Basic $(basic app "$SECRET")"
	for twice in code="$code" grant_type=authorization_code \
	    redirect_uri="$CALLBACK" code_verifier="$VERIFIER" \
	    unknown=a; do
		exchange "$authorization" unknown=b "$twice"
		assert_refused 400 invalid_request
	done
	exchange '' client_id=app client_id=app client_secret="$SECRET"
	assert_refused 400 invalid_request
	exchange "$authorization" unknown=b
	assert_status 200
}

@test "parameters: unknown and empty ones are ignored (RFC 6749 3.2)" {
	code=$(get_code alice app)
	exchange "Basic $(basic app "$SECRET")" audience=x scope= nonsense=1
	assert_status 200
}

@test "parameters: raw spaces in a body are spaces (oidc-agent)" {
	r=$(AUTH=none get_tokens alice spa | field refresh_token)
	cgi token POST /token '' \
	    "grant_type=refresh_token&refresh_token=$r&client_id=spa&scope=openid profile email" \
	    >/dev/null
	assert_status 200
	assert_field scope 'openid profile email'
}

@test "parameters: count in the body only, never in the address (RFC 6749 3.2)" {
	code=$(get_code alice app)
	query=$(form grant_type=authorization_code code="$code" \
	    redirect_uri="$CALLBACK" code_verifier="$VERIFIER" \
	    client_id=app client_secret="$SECRET")
	cgi token POST /token "$query" '' >/dev/null
	assert_refused 401 invalid_client
	redeem "$code"
	assert_status 200
}

@test "content type: a form's, in any case and with parameters; anything else is 415" {
	for type in 'application/x-www-form-urlencoded; charset=UTF-8' \
	    APPLICATION/X-WWW-FORM-URLENCODED \
	    'application/x-www-form-urlencoded;charset=utf-8'; do
		code=$(get_code alice app)
		request - POST "$ISSUER/token" -H "Content-Type: $type" \
		    -H "Authorization: Basic $(basic app "$SECRET")" \
		    grant_type=authorization_code code="$code" \
		    redirect_uri="$CALLBACK" code_verifier="$VERIFIER"
		assert_status 200
	done
	for type in application/json text/plain multipart/form-data \
	    application/x-www-form-urlencodedx ';' ' '; do
		request - POST "$ISSUER/token" -H "Content-Type: $type" \
		    -H "Authorization: Basic $(basic app "$SECRET")" \
		    grant_type=client_credentials
		assert_refused 415 invalid_request
	done
}

# --- what is in the tokens ---------------------------------------------------

@test "ID token: has the claims a client must check, each of its type (OpenID Connect Core 2)" {
	before=$(date +%s)
	get_tokens alice app
	header=$(jwt_header "$(http_body | field id_token)")
	claims=$(id_claims)
	assert_equal "$(field iss <<<"$claims")" "$ISSUER"
	assert_equal "$(jq -c .aud <<<"$claims")" '"app"'
	assert_equal "$(field nonce <<<"$claims")" a-nonce
	assert_equal "$(jq -c .amr <<<"$claims")" '["pwd"]'
	assert_equal "$(jq '.exp - .iat' <<<"$claims")" 900
	iat=$(field iat <<<"$claims")
	((iat >= before && iat <= before + 60))
	auth_time=$(field auth_time <<<"$claims")
	((auth_time <= iat && auth_time > before - 3600))
	[[ $(field sid <<<"$claims") =~ ^[A-Za-z0-9_-]{22}$ ]]
	latchkey session list --json | jq -e --arg s \
	    "$(field sid <<<"$claims")" 'any(.[]; .sid == $s)'
	assert_equal "$(field typ <<<"$header")" JWT
	[[ -n $(field kid <<<"$header") ]]
	assert_equal "$(field alg <<<"$header")" EdDSA
}

@test "ID token: nonce only if there was one; sub is a lower-case UUID of version 4, and neither name nor address" {
	get_tokens alice app nonce=
	assert_equal "$(id_claims | jq 'has("nonce")')" false
	sub=$(id_claims | field sub)
	[[ $sub =~ ^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$ ]]
	[[ $sub != *alice* ]]
}

@test "claims: a group name with spaces is one group, in ID token, access token and userinfo" {
	local groups='["Family & Friends","Büro/IT","Семья"]'
	latchkey user set alice --group 'Family & Friends' --group Büro/IT \
	    --group 'Семья' >/dev/null
	get_tokens alice app >/dev/null
	access=$(http_body | field access_token)
	assert_equal "$(id_claims | jq -c .groups)" "$groups"
	assert_equal "$(jwt_claims "$access" | jq -c .groups)" "$groups"
	userinfo "$access"
	assert_equal "$(http_body | jq -c .groups)" "$groups"
}

@test "ID token: auth_time stays that of the password when a code comes from a session hours later" {
	first=$(get_tokens alice app >/dev/null; id_claims | field auth_time)
	travel 7200
	get_tokens alice app
	assert_equal "$(id_claims | field auth_time)" "$first"
	(($(id_claims | field iat) >= first + 7200))
}

@test "claims: each scope opens its own, the same in ID token and userinfo (OpenID Connect Core 5.4)" {
	wanted=([0]='' [1]='name preferred_username updated_at'
	    [2]='email email_verified' [3]=groups)
	scopes=(openid 'openid profile' 'openid email' 'openid groups')
	for i in 0 1 2 3; do
		get_tokens alice app scope="${scopes[i]}"
		claims=$(id_claims)
		access=$(http_body | field access_token)
		assert_equal "$(jq -r 'del(.iss, .sub, .aud, .exp, .iat,
		    .auth_time, .nonce, .sid, .amr, .acr) | keys | join(" ")' \
		    <<<"$claims")" "${wanted[i]}"
		userinfo "$access"
		assert_status 200
		assert_equal "$(http_body | jq -cS .)" \
		    "$(jq -cS 'del(.iss, .aud, .exp, .iat, .auth_time, .nonce,
		    .sid, .amr, .acr)' <<<"$claims")"
	done
	get_tokens alice app
	claims=$(id_claims)
	assert_equal "$(jq -c '[.name, .preferred_username, .email,
	    .email_verified, .groups]' <<<"$claims")" \
	    '["Alice Liddell","alice","alice@example.org",true,["family","admins"]]'
}

@test "claims: phone number and postal address have scopes of their own, which an app has to be given (OpenID Connect Core 5.1.1, 5.4)" {
	latchkey user set alice --phone '+44 20 7946 0000' --locality London \
	    --country England
	get_tokens alice app scope='openid phone address'
	id_claims | jq -e 'has("phone_number") or has("address") | not'
	add_client diary --scope openid --scope phone --scope address
	sign_in alice diary
	get_tokens alice diary scope='openid phone'
	access=$(http_body | field access_token)
	id_claims | jq -e '.phone_number == "+44 20 7946 0000" and
	    .phone_number_verified and (has("address") | not)'
	userinfo "$access"
	http_body | jq -e '.phone_number == "+44 20 7946 0000" and
	    .phone_number_verified and (has("address") | not)'
	get_tokens alice diary scope='openid phone address'
	id_claims | jq -e '.address ==
	    {"locality": "London", "country": "England"}'
	latchkey user set alice --phone '' --locality '' --country ''
	get_tokens alice diary scope='openid phone address'
	id_claims | jq -e 'has("phone_number") or
	    has("phone_number_verified") or has("address") | not'
}

@test "claims: a person without an address has no email claim, without groups an empty list" {
	add_user bob
	sign_in bob app
	get_tokens bob app
	assert_equal "$(id_claims | jq -c '[has("email"),
	    has("email_verified"), .groups, .name]')" '[false,false,[],"bob"]'
}

@test "access token: is a JWT of RFC 9068, 15 minutes, with groups (RFC 9068 2.1, 2.2)" {
	get_tokens alice app
	sub=$(id_claims | field sub)
	assert_equal "$(jwt_header "$(http_body | field access_token)" |
	    jq -r '.typ + " " + .alg')" 'at+jwt EdDSA'
	claims=$(access_claims)
	assert_equal "$(field iss <<<"$claims")" "$ISSUER"
	assert_equal "$(field sub <<<"$claims")" "$sub"
	assert_equal "$(field aud <<<"$claims")" "$ISSUER"
	assert_equal "$(field client_id <<<"$claims")" app
	assert_equal "$(field scope <<<"$claims")" \
	    'openid profile email groups offline_access'
	assert_equal "$(jq '.exp - .iat' <<<"$claims")" 900
	assert_equal "$(jq -c .groups <<<"$claims")" '["family","admins"]'
	[[ -n $(field auth_time <<<"$claims") ]]
	first=$(field jti <<<"$claims")
	[[ ${#first} -ge 22 ]]
	get_tokens alice app
	[[ $(access_claims | field jti) != "$first" ]]
	# Nothing about the person that was not asked for.
	assert_equal "$(access_claims | jq -r 'keys | join(" ")')" \
	    'acr aud auth_time client_id exp groups iat iss jti scope sub'
	get_tokens alice app scope=openid
	assert_equal "$(access_claims | jq 'has("groups")')" false
}

@test "access token: --audience is its aud, access_token_lifetime its life" {
	latchkey client set app --audience https://api.example.org/
	set_conf access_token_lifetime 5m
	get_tokens alice app
	assert_field expires_in 300
	assert_equal "$(access_claims | jq -c '[.aud, .exp - .iat]')" \
	    '["https://api.example.org/",300]'
	assert_equal "$(id_claims | field aud)" app
}

@test "access token: after 15 minutes it is good for nothing" {
	access=$(get_tokens alice app | field access_token)
	travel 880
	userinfo "$access"
	assert_status 200
	travel 20
	userinfo "$access"
	assert_refused 401 invalid_token
	introspect "$access"
	assert_field active false
}

@test "scope: unknown ones are ignored, and the answer tells what was granted (RFC 6749 3.3)" {
	get_tokens alice app scope='openid nonsense profile https://x.example/y'
	assert_field scope 'openid profile'
	assert_equal "$(access_claims | field scope)" 'openid profile'
}

@test "scope: without openid there is no ID token" {
	latchkey client set app --scope openid --scope notes
	get_tokens alice app scope=notes
	assert_status 200
	assert_field scope notes
	refute_field id_token
	userinfo "$(http_body | field access_token)"
	assert_refused 403 insufficient_scope
}

# --- client_credentials ------------------------------------------------------

@test "client_credentials: an access token for the client itself, no refresh token, no ID token (RFC 6749 4.4.3)" {
	CLIENT=worker client_credentials
	assert_status 200
	assert_header Cache-Control '^no-store$'
	assert_equal "$(http_body | jq -r 'keys | join(" ")')" \
	    'access_token expires_in scope token_type'
	assert_field expires_in 900
	claims=$(access_claims)
	assert_equal "$(field sub <<<"$claims")" worker
	assert_equal "$(field client_id <<<"$claims")" worker
	assert_equal "$(jwt_header "$(http_body | field access_token)" |
	    field typ)" at+jwt
	assert_equal "$(jq 'has("auth_time") or has("groups")' <<<"$claims")" \
	    false
}

@test "client_credentials: the client's own scopes only, and none that is about a person" {
	CLIENT=worker client_credentials
	assert_field scope 'read write'
	CLIENT=worker client_credentials scope='openid profile read'
	assert_field scope read
	refute_field id_token
	CLIENT=worker client_credentials scope='read admin'
	assert_field scope read
	CLIENT=worker client_credentials scope=admin
	assert_refused 400 invalid_scope
	CLIENT=worker client_credentials scope='openid'
	assert_refused 400 invalid_scope
	CLIENT=worker client_credentials scope='re"ad'
	assert_refused 400 invalid_scope
}

@test "client_credentials: userinfo refuses its token, which ends with the client" {
	access=$(CLIENT=worker client_credentials | field access_token)
	userinfo "$access"
	assert_refused 403 insufficient_scope
	CLIENT=worker introspect "$access"
	assert_field active true
	assert_field sub worker
	latchkey client del worker
	introspect "$access"
	assert_field active false
}

@test "client_credentials: every way of authenticating; a public client has none (RFC 6749 4.4)" {
	AUTH=post CLIENT=worker client_credentials
	assert_status 200
	AUTH=none CLIENT=worker client_credentials
	refused_basic
	AUTH=none CLIENT=spa client_credentials
	assert_refused 400 unauthorized_client
}

# --- behind a server ---------------------------------------------------------

@test "FastCGI: a person signs in, the app exchanges the code by Basic, post and none, and a second use ends it all" {
	start_server
	code=$(get_code alice app)
	tokens=$(redeem "$code")
	assert_status 200
	assert_header Cache-Control '^no-store$'
	userinfo "$(field access_token <<<"$tokens")"
	assert_field preferred_username alice
	AUTH=post get_tokens alice other
	assert_status 200
	AUTH=none get_tokens alice spa
	assert_status 200
	ask "$(raw_basic app wrong)" grant_type=client_credentials
	refused_basic
	redeem "$code"
	assert_refused 400 invalid_grant
	userinfo "$(field access_token <<<"$tokens")"
	assert_refused 401 invalid_token
	CLIENT=worker client_credentials
	assert_status 200
}

@test "FastCGI: the same below a path: sign-in, exchange, refresh, userinfo, introspection, revocation" {
	rm -r "$DATA"
	new_store /idp
	add_user alice --name 'Alice Liddell'
	add_client app --trusted
	start_server
	get_tokens alice app
	assert_status 200
	access=$(http_body | field access_token)
	id=$(http_body | field id_token)
	assert_equal "$(jwt_claims "$id" | field iss)" \
	    "http://127.0.0.1:$PORT/idp"
	refresh "$(http_body | field refresh_token)"
	assert_status 200
	refresh_token=$(http_body | field refresh_token)
	userinfo "$access"
	assert_field sub "$(jwt_claims "$id" | field sub)"
	introspect "$access"
	assert_field active true
	REFRESH_AT=refresh refresh "$refresh_token"
	revoke "$(http_body | field refresh_token)"
	assert_status 200
	introspect "$access"
	assert_field active false
	request alice GET "$ISSUER/logout" id_token_hint="$id"
	assert_status 200
}

@test "FastCGI: a new client, a new secret and a new setting count at once" {
	start_server
	add_client late --grant client_credentials
	CLIENT=late client_credentials
	assert_field expires_in 900
	latchkey client secret late --secret-stdin >/dev/null \
	    <<<'a-new-secret-of-more-than-32-characters-x'
	CLIENT=late client_credentials
	refused_basic
	set_conf access_token_lifetime 1m
	SECRET=a-new-secret-of-more-than-32-characters-x \
	    CLIENT=late client_credentials
	assert_field expires_in 60
}

@test "log: a refusal has its reason and the client, never a secret, code or token" {
	code=$(get_code alice app)
	redeem "$code"
	access=$(http_body | field access_token)
	refresh_token=$(http_body | field refresh_token)
	redeem "$code"
	assert_logged 'token: invalid_grant reason=code_reused client_id=app'
	ask "$(raw_basic app wrong-secret-wrong-secret)" grant_type=x
	refresh "$(other_char "$refresh_token" 60)"
	assert_logged 'refresh_token_forged'
	userinfo "$access"
	for secret in "$code" "$access" "${refresh_token:0:30}" "$SECRET" \
	    wrong-secret "$VERIFIER" "$(basic app "$SECRET")"; do
		refute_logged "$secret"
	done
}
