# What clients read about the provider: both discovery documents and the keys.

load helper
USE_TEST_CLOCK=1
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

setup_file() {
	new_store
	add_user alice --name 'Alice Liddell' --email alice@example.org
	add_client app --trusted --redirect-uri "$CALLBACK" \
	    --grant authorization_code --grant refresh_token \
	    --grant client_credentials
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

OPENID=.well-known/openid-configuration
OAUTH=.well-known/oauth-authorization-server

metadata() {
	request - GET "$ISSUER/$OPENID"
	assert_status 200
}

jwks() {
	request - GET "$ISSUER/jwks.json"
	assert_status 200
	http_body
}

# jwks_of FILTER: "alg kid" and the like, sorted, on one line.
jwks_of() {
	jwks | jq -r ".keys[] | $1" | sort | paste -s -d ' '
}

# keys STATE: the kids of that state, as the command tells them.
keys() {
	latchkey key list --json | jq -r --arg s "$1" \
	    '.[] | select(.state == $s) | .kid' | sort | paste -s -d ' '
}

all_kids() {
	latchkey key list --json | jq -r '.[].kid' | sort | paste -s -d ' '
}

list() {
	http_body | jq -r --arg name "$1" '.[$name] | sort | join(" ")'
}

# --- WebFinger (RFC 7033) -----------------------------------------------------

FINGER=.well-known/webfinger
RELATION=http://openid.net/specs/connect/1.0/issuer

# finger NAME=VALUE...
finger() {
	request - GET "$ISSUER/$FINGER" "$@"
}

@test "WebFinger: an address at a domain of ours has this provider, whether there is such a person or not (RFC 7033 3.1, Discovery 2)" {
	local name known
	set_conf webfinger_domains 'example.org, Example.net'
	for name in alice nobody a%b 'x y' a@b; do
		finger resource="acct:$name@example.org"
		assert_status 200
		assert_header Content-Type '^application/jrd\+json$'
		assert_header Access-Control-Allow-Origin '^\*$'
		assert_field subject "acct:$name@example.org"
		known=$(http_body | jq -c .links)
		assert_equal "$known" "[{\"rel\":\"$RELATION\",\"href\":\"$ISSUER\"}]"
	done
	finger resource=ACCT:alice@EXAMPLE.NET
	assert_status 200
	finger resource="$ISSUER"
	assert_status 200
	finger resource="$ISSUER/"
	assert_field subject "$ISSUER/"
}

@test "WebFinger: other domains, addresses and kinds are not found; a resource is needed, and one" {
	local bad
	set_conf webfinger_domains example.org
	for bad in acct:alice@example.com acct:alice@sub.example.org \
	    acct:alice@example.org.evil acct:alice acct:@example.org acct: \
	    alice@example.org mailto:alice@example.org acct:alice@ \
	    "$ISSUER/x" "${ISSUER}0" https://example.org http://evil.example; do
		finger resource="$bad"
		assert_status 404
		assert_logged reason=webfinger_resource_unknown
		: >"$SERVER_LOG"
	done
	finger
	assert_status 400
	assert_logged reason=webfinger_resource_missing
	finger resource=
	assert_status 400
	request - GET "$ISSUER/$FINGER?resource=acct:a@example.org&resource=acct:b@example.org"
	assert_status 400
	assert_logged reason=parameter_repeated
	request - POST "$ISSUER/$FINGER" resource=acct:a@example.org
	assert_status 405
}

@test "WebFinger: rel leaves out the links that were not asked for (RFC 7033 4.3)" {
	set_conf webfinger_domains example.org
	finger resource=acct:a@example.org rel="$RELATION"
	assert_equal "$(http_body | jq '.links | length')" 1
	finger resource=acct:a@example.org rel=http://webfinger.net/rel/avatar
	assert_equal "$(http_body | jq '.links | length')" 0
	request - GET "$ISSUER/$FINGER?resource=acct:a@example.org&rel=x&rel=$RELATION"
	assert_equal "$(http_body | jq '.links | length')" 1
}

@test "WebFinger: without a setting the issuer's host and the domain it is in have this provider" {
	sed -i 's|^issuer.*|issuer = https://id.example.org/idp|' "$DATA/latchkey.conf"
	for domain in id.example.org example.org; do
		cgi metadata GET "/$FINGER" "resource=acct:a@$domain" >/dev/null
		assert_status 200
	done
	for domain in org id.example.org:443 xid.example.org evil.example; do
		cgi metadata GET "/$FINGER" "resource=acct:a@$domain" >/dev/null
		assert_status 404
	done
	cgi metadata GET "/idp/$FINGER" resource=https://id.example.org/idp >/dev/null
	assert_status 200
	sed -i 's|^issuer.*|issuer = https://example.org|' "$DATA/latchkey.conf"
	cgi metadata GET "/$FINGER" resource=acct:a@org >/dev/null
	assert_status 404
}

# --- discovery ---------------------------------------------------------------

@test "discovery: the issuer is byte-equal to the configured one, and every URL is below it (Discovery 4.3, RFC 8414 3.3)" {
	metadata
	assert_field issuer "$ISSUER"
	assert_field authorization_endpoint "$ISSUER/authorize"
	assert_field token_endpoint "$ISSUER/token"
	assert_field userinfo_endpoint "$ISSUER/userinfo"
	assert_field jwks_uri "$ISSUER/jwks.json"
	assert_field introspection_endpoint "$ISSUER/introspect"
	assert_field revocation_endpoint "$ISSUER/revoke"
	assert_field end_session_endpoint "$ISSUER/logout"
	assert_field device_authorization_endpoint "$ISSUER/device_authorization"
	assert_field pushed_authorization_request_endpoint "$ISSUER/par"
	[[ -z $(http_body | jq -r --arg i "$ISSUER/" '.[] | strings |
	    select(startswith("http")) | select(startswith($i) | not)' |
	    grep -vxF "$ISSUER") ]] || fail 'URLs elsewhere' "$(http_body)"
	assert_header Content-Type '^application/json$'
}

@test "discovery: the issuer in discovery, in both tokens and in the answer of authorize is the same, without a trailing slash (RFC 9207 2.4)" {
	metadata
	issuer=$(http_body | field issuer)
	[[ $issuer != */ ]]
	url=$(sign_in alice app)
	assert_equal "$(url_param iss "$url")" "$issuer"
	tokens=$(redeem "$(url_param code "$url")")
	for token in id_token access_token; do
		assert_equal "$(jwt_claims "$(field $token <<<"$tokens")" |
		    field iss)" "$issuer"
	done
}

@test "discovery: the OAuth document says the same as the OpenID one (RFC 8414 3)" {
	metadata
	openid=$(http_body)
	request - GET "$ISSUER/$OAUTH"
	assert_status 200
	assert_equal "$(http_body)" "$openid"
}

@test "discovery: under a path both well-known forms answer, and the path is in every URL (RFC 8414 3.1)" {
	sed -i "s|^issuer.*|issuer = http://127.0.0.1:$PORT/idp|" \
	    "$DATA/latchkey.conf"
	origin=http://127.0.0.1:$PORT
	for path in "/idp/$OPENID" "/$OPENID/idp" "/idp/$OAUTH" "/$OAUTH/idp"
	do
		cgi metadata GET "$path" >/dev/null
		assert_status 200
		assert_field issuer "$origin/idp"
		assert_field token_endpoint "$origin/idp/token"
		assert_field jwks_uri "$origin/idp/jwks.json"
	done
	cgi metadata GET "/$OPENID/other" >/dev/null
	assert_status 404
}

@test "discovery: Host and X-Forwarded-* never matter" {
	metadata
	plain=$(http_body)
	request - GET "$ISSUER/$OPENID" -H 'Host: evil.example' \
	    -H 'X-Forwarded-Host: evil.example' -H 'X-Forwarded-Proto: https' \
	    -H 'X-Forwarded-Port: 443' -H 'X-Forwarded-Prefix: /evil' \
	    -H 'Forwarded: host=evil.example;proto=https' \
	    -H 'X-Original-URL: /evil' -H 'X-Rewrite-URL: /evil'
	assert_equal "$(http_body)" "$plain"
	cgi metadata GET "/$OPENID" '' '' HTTP_HOST=evil.example \
	    SERVER_NAME=evil.example SERVER_PORT=443 HTTPS=on \
	    REQUEST_SCHEME=https >/dev/null
	assert_equal "$(http_body)" "$plain"
	refute_header Location
}

@test "discovery: a token's issuer does not follow Host either" {
	code=$(get_code alice app)
	request - POST "$ISSUER/token" -H 'Host: evil.example' \
	    -H 'X-Forwarded-Host: evil.example' \
	    -H "Authorization: Basic $(basic app "$SECRET")" \
	    grant_type=authorization_code code="$code" \
	    redirect_uri="$CALLBACK" code_verifier="$VERIFIER"
	assert_equal "$(jwt_claims "$(http_body | field id_token)" |
	    field iss)" "$ISSUER"
}

@test "discovery: says what is not the default to clients: S256, no implicit, no request_uri (Discovery 3)" {
	metadata
	assert_equal "$(list code_challenge_methods_supported)" S256
	assert_equal "$(list grant_types_supported)" \
	    'authorization_code client_credentials refresh_token urn:ietf:params:oauth:grant-type:device_code urn:ietf:params:oauth:grant-type:token-exchange'
	assert_equal "$(list response_types_supported)" code
	assert_equal "$(list response_modes_supported)" 'form_post fragment query'
	assert_equal "$(list subject_types_supported)" public
	assert_field request_uri_parameter_supported false
	assert_field request_parameter_supported true
	assert_equal "$(list request_object_signing_alg_values_supported)" \
	    'ES256 Ed25519 EdDSA PS256 RS256'
	assert_field claims_parameter_supported true
	assert_field authorization_response_iss_parameter_supported true
	assert_field backchannel_logout_supported true
	assert_field backchannel_logout_session_supported true
	assert_field frontchannel_logout_supported true
	assert_field frontchannel_logout_session_supported true
	assert_equal "$(list scopes_supported)" \
	    'address email groups offline_access openid phone profile'
	assert_equal "$(list prompt_values_supported)" \
	    'consent login none select_account'
}

@test "discovery: every claim advertised turns up in an ID token, and no other (Discovery 3)" {
	latchkey user set alice --group family --given-name Alice \
	    --family-name Adams --language en --zone Europe/London \
	    --phone '+44 20 7946 0000' --locality London
	for scope in openid profile email phone address groups \
	    offline_access; do
		asked+=(--scope $scope)
	done
	latchkey client set app --alg HS256 "${asked[@]}" >/dev/null
	latchkey client secret app --secret-stdin <<<"$SECRET" >/dev/null
	metadata
	advertised=$(list claims_supported)
	tokens=$(get_tokens alice app \
	    scope='openid profile email phone address groups offline_access')
	assert_equal "$(jwt_claims "$(field id_token <<<"$tokens")" |
	    jq -r 'keys | join(" ")')" "$advertised"
}

@test "discovery: what is advertised works with every advertised way to authenticate (RFC 8414 2)" {
	add_key_client signer EdDSA --introspect-any >/dev/null
	add_secret_jwt_client keeper --introspect-any >/dev/null
	metadata
	token=$(http_body |
	    jq -r '.token_endpoint_auth_methods_supported[]')
	revocation=$(http_body |
	    jq -r '.revocation_endpoint_auth_methods_supported[]')
	introspection=$(http_body |
	    jq -r '.introspection_endpoint_auth_methods_supported[]')
	grants=$(list grant_types_supported)
	assert_equal "$grants" \
	    'authorization_code client_credentials refresh_token urn:ietf:params:oauth:grant-type:device_code urn:ietf:params:oauth:grant-type:token-exchange'
	add_client stock --resource https://stock.example.org
	for client in app spa signer keeper; do
		latchkey client set $client --grant authorization_code \
		    --grant refresh_token --grant device_code \
		    $([[ $client = spa ]] ||
			echo --grant client_credentials --exchange-for stock)
	done
	for method in $token; do
		by "$method"
		as_client device_authorization scope=openid >/dev/null
		assert_status 200
		as_client token device_code="$(http_body | field device_code)" \
		    grant_type=urn:ietf:params:oauth:grant-type:device_code >/dev/null
		assert_refused 400 authorization_pending
		as_client par response_type=code redirect_uri="$CALLBACK" \
		    scope=openid code_challenge="$CHALLENGE" \
		    code_challenge_method=S256 >/dev/null
		assert_status 201
		tokens=$(get_tokens alice "$CLIENT")
		assert_status 200
		refresh "$(field refresh_token <<<"$tokens")"
		assert_status 200
		# A public client has no secret, so it cannot act for itself,
		# or for another.
		[[ $method = none ]] || client_credentials
		assert_status 200
		[[ $method = none ]] || as_client token audience=stock \
		    subject_token="$(field access_token <<<"$tokens")" \
		    subject_token_type=urn:ietf:params:oauth:token-type:access_token \
		    grant_type=urn:ietf:params:oauth:grant-type:token-exchange >/dev/null
		assert_status 200
	done
	for method in $revocation; do
		by "$method"
		tokens=$(get_tokens alice "$CLIENT")
		revoke "$(field access_token <<<"$tokens")"
		assert_status 200
		revoke "$(field refresh_token <<<"$tokens")"
		assert_status 200
	done
	by client_secret_basic
	tokens=$(get_tokens alice app)
	for method in $introspection; do
		by "$method"
		introspect "$(field access_token <<<"$tokens")"
		assert_field active true
	done
}

# by METHOD: $CLIENT authenticates so from now on.
by() {
	case $1 in
	client_secret_basic) CLIENT=app AUTH=basic ;;
	client_secret_post) CLIENT=app AUTH=post ;;
	private_key_jwt) CLIENT=signer AUTH=jwt ;;
	client_secret_jwt) CLIENT=keeper AUTH=secret_jwt ;;
	none) CLIENT=spa AUTH=none ;;
	*) fail "no test for $1" ;;
	esac
}

@test "discovery: only algorithms that some client uses are announced, the default one before there are any" {
	latchkey client del app >/dev/null
	latchkey client del spa >/dev/null
	metadata
	assert_equal "$(list id_token_signing_alg_values_supported)" EdDSA
	add_client app
	add_client old --alg HS256
	metadata
	assert_equal "$(list id_token_signing_alg_values_supported)" \
	    'EdDSA HS256'
	latchkey client del app >/dev/null
	metadata
	assert_equal "$(list id_token_signing_alg_values_supported)" HS256
	latchkey client del old >/dev/null
	metadata
	assert_equal "$(list id_token_signing_alg_values_supported)" EdDSA
}

@test "discovery: GET and HEAD only; HEAD has the headers and no body (RFC 9110 9.3.2)" {
	request - HEAD "$ISSUER/$OPENID"
	assert_status 200
	assert_header Content-Type json
	assert_equal "$(http_body)" ''
	for path in $OPENID $OAUTH jwks.json; do
		request - POST "$ISSUER/$path" a=b
		assert_status 405
		assert_header Allow '^GET, HEAD, OPTIONS$'
	done
}

@test "discovery and JWKS: may be kept as long as jwks_max_age says, and no longer" {
	metadata
	assert_header Cache-Control '^public, max-age=3600$'
	jwks
	assert_header Cache-Control '^public, max-age=3600$'
	set_conf jwks_max_age 10m
	jwks
	assert_header Cache-Control '^public, max-age=600$'
}

@test "discovery and JWKS: need neither secret.key nor a private key" {
	mv "$DATA/secret.key" "$DATA/keys" "$BATS_TEST_TMPDIR"
	metadata
	jwks
}

# --- keys --------------------------------------------------------------------

@test "JWKS: the kid is the key's thumbprint, and nothing private is in it (RFC 7638 3, RFC 8037 2)" {
	jwks >/dev/null
	assert_equal "$(http_body | jq -c '[.keys[] | keys] | unique')" \
	    '[["alg","crv","kid","kty","use","x"]]'
	http_body | jq -c '.keys[]' | while read -r key; do
		assert_equal "$(jq -r '.kty + .crv + .alg + .use' <<<"$key")" \
		    OKPEd25519EdDSAsig
		assert_equal "$(jq -cj '{crv, kty, x}' <<<"$key" |
		    openssl dgst -sha256 -binary | base64url)" \
		    "$(jq -r .kid <<<"$key")"
	done
	assert_equal "$(http_body | jq '.keys | length')" 2
}

@test "JWKS: an RSA key has its thumbprint too, 2048 bits and e 65537 (RFC 7638 3.1)" {
	latchkey client set app --alg RS256 >/dev/null
	latchkey client del spa >/dev/null
	jwks >/dev/null
	assert_equal "$(http_body | jq -c '[.keys[] | keys] | unique')" \
	    '[["alg","e","kid","kty","n","use"]]'
	http_body | jq -c '.keys[]' | while read -r key; do
		assert_equal "$(jq -r '.kty + .alg + .use + .e' <<<"$key")" \
		    RSARS256sigAQAB
		assert_equal "$(jq -r .n <<<"$key" | base64url_decode | wc -c)" 256
		assert_equal "$(jq -cj '{e, kty, n}' <<<"$key" |
		    openssl dgst -sha256 -binary | base64url)" \
		    "$(jq -r .kid <<<"$key")"
	done
}

@test "JWKS: only keys of algorithms in use: an OKP key breaks some clients" {
	assert_equal "$(jwks_of .alg)" 'EdDSA EdDSA'
	add_client old --alg RS256
	assert_equal "$(jwks_of .alg)" 'EdDSA EdDSA RS256 RS256'
	latchkey client del app >/dev/null
	latchkey client del spa >/dev/null
	assert_equal "$(jwks_of .alg)" 'RS256 RS256'
}

@test "JWKS: an HS256 client's secret is never in it; the key of its access tokens is" {
	latchkey client del spa >/dev/null
	latchkey client set app --alg HS256 >/dev/null
	assert_equal "$(jwks_of '.kty + .alg')" 'OKPEdDSA OKPEdDSA'
}

@test "key rotation: the next key is published before it signs, the retired one until nothing it signed is good" {
	active=$(keys active)
	next=$(keys next)
	tokens=$(get_tokens alice app)
	access=$(field access_token <<<"$tokens")
	assert_equal "$(jwt_header "$access" | field kid)" "$active"
	assert_equal "$(jwt_header "$(field id_token <<<"$tokens")" |
	    field kid)" "$active"
	assert_equal "$(jwks_of .kid)" "$(all_kids)"
	[[ $(jwks_of .kid) = *"$next"* ]]

	travel 86400
	latchkey key rotate --now >/dev/null
	assert_equal "$(keys active)" "$next"
	assert_equal "$(keys retired)" "$active"
	[[ $(keys next) != "$active" && $(keys next) != "$next" ]]
	# The new next key is there already, the retired one still.
	assert_equal "$(jwks_of .kid)" "$(all_kids)"
	[[ $(jwks_of .kid) = *"$active"* ]]
	access=$(get_tokens alice app | field access_token)
	assert_equal "$(jwt_header "$access" | field kid)" "$next"

	# A day and more later nothing the old one signed can be good.
	travel 86400
	jwks >/dev/null
	[[ $(http_body) != *"$active"* ]]
	[[ $(http_body) = *"$next"* ]]
}

@test "key rotation: tokens of a retired key go on being good: at userinfo, at introspection, for a client that fetches the JWKS" {
	tokens=$(get_tokens alice app)
	access=$(field access_token <<<"$tokens")
	id=$(field id_token <<<"$tokens")
	latchkey key rotate --now >/dev/null 2>&1
	userinfo "$access"
	assert_status 200
	introspect "$access"
	assert_field active true
	set -- "$root/tests/verify_jwt.py" pyjwt EdDSA
	jwks | "$@" app "$ISSUER" "$id"
	jwks | "$@" "$ISSUER" "$ISSUER" "$access"
	# An id_token_hint too: the person is not asked to confirm.
	request alice GET "$ISSUER/logout" id_token_hint="$id"
	assert_page 'signed out'
}

@test "key rotation: refused while apps that cache the JWKS cannot know the next key yet, unless --now" {
	before=$(latchkey key list --json)
	run -1 --separate-stderr latchkey key rotate
	[[ ${#stderr_lines[@]} -eq 1 && $stderr = *jwks_max_age*--now* ]] ||
	    fail "$stderr"
	assert_equal "$(latchkey key list --json)" "$before"
	run -0 --separate-stderr latchkey key rotate --now
	[[ -z $stderr ]] || fail "$stderr"
	travel 7200
	run -0 --separate-stderr latchkey key rotate
	[[ -z $stderr ]] || fail "$stderr"
}

# --- behind a server ---------------------------------------------------------

@test "FastCGI: new clients, rotated keys and changed settings are seen at once, nothing is restarted" {
	start_server
	metadata
	assert_field issuer "$ISSUER"
	assert_equal "$(list id_token_signing_alg_values_supported)" EdDSA
	jwks >/dev/null
	add_client old --alg HS256
	metadata
	assert_equal "$(list id_token_signing_alg_values_supported)" \
	    'EdDSA HS256'
	assert_equal "$(jwks_of .kid)" "$(all_kids)"
	client_credentials
	kid=$(jwt_header "$(http_body | field access_token)" | field kid)
	assert_equal "$kid" "$(keys active)"
	latchkey key rotate --now >/dev/null 2>&1
	assert_equal "$(jwks_of .kid)" "$(all_kids)"
	client_credentials
	kid=$(jwt_header "$(http_body | field access_token)" | field kid)
	assert_equal "$kid" "$(keys active)"
	set_conf jwks_max_age 5m
	jwks >/dev/null
	assert_header Cache-Control 'max-age=300$'
}

@test "FastCGI: every endpoint of the discovery document answers, with the same document for all X-Forwarded-* headers" {
	start_server
	metadata
	document=$(http_body)
	for name in authorization_endpoint token_endpoint userinfo_endpoint \
	    jwks_uri introspection_endpoint revocation_endpoint \
	    end_session_endpoint; do
		request - GET "$(field $name <<<"$document")"
		case $name in
		authorization_endpoint) assert_status 400 ;;
		jwks_uri | end_session_endpoint) assert_status 200 ;;
		userinfo_endpoint) assert_status 401 ;;
		*) assert_status 405 ;;
		esac
	done
	request - GET "$ISSUER/$OAUTH" -H 'X-Forwarded-Host: evil.example' \
	    -H 'X-Forwarded-Proto: https' -H 'Forwarded: host=evil.example'
	assert_equal "$(http_body)" "$document"
	# Whether a server answers for another name is its business; not with it.
	request - GET "$ISSUER/$OAUTH" -H 'Host: evil.example'
	[[ $(http_headers)$(http_body) != *evil.example* ]]
}
