# Proofs of possession (RFC 9449): tokens that are of no use without a key.

load helper
USE_TEST_CLOCK=1
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

setup_file() {
	new_store
	add_user alice
	add_client spa --public --trusted
	add_client app --trusted --introspect-any --redirect-uri "$CALLBACK" \
	    --grant authorization_code --grant refresh_token \
	    --grant client_credentials
	sign_in alice spa >/dev/null
	for key in mine:EdDSA other:EdDSA curve:ES256 rsa:RS256; do
		"$root/tests/assertion.py" make "${key#*:}" \
		    "$BATS_FILE_TMPDIR/${key%:*}.pem" >/dev/null
	done
	save_store
}

setup() {
	fresh_store
	CALLBACK_ORIGIN=$(cut -d / -f 1-3 <<<"$CALLBACK")
}

# with PROOF COMMAND...: as_client and those above it send it.
with() {
	PROOF=$1 "${@:2}"
}

as_client() {
	local endpoint=$1 client=${CLIENT:-app}
	local -a headers=(${PROOF:+-H "DPoP: $PROOF"})
	shift
	case $client in
	spa) set -- "$@" client_id=spa ;;
	*) headers+=(-H "Authorization: Basic $(basic "$client" "$SECRET")") ;;
	esac
	request - POST "$ISSUER/$endpoint" "${headers[@]}" "$@"
	http_body
}

# spa_tokens [KEY]: those of a code, with a proof; sets $access and $refresh.
spa_tokens() {
	local code
	code=$(get_code alice spa)
	CLIENT=spa with "${1:+$(proof "$1" POST "$ISSUER/token")}" redeem "$code" \
	    >"$BATS_TEST_TMPDIR/tokens"
	assert_status 200
	access=$(field access_token <"$BATS_TEST_TMPDIR/tokens")
	refresh=$(field refresh_token <"$BATS_TEST_TMPDIR/tokens")
}

# spa_refreshes TOKEN [KEY]
spa_refreshes() {
	CLIENT=spa with "${2:+$(proof "$2" POST "$ISSUER/token")}" refresh "$1" \
	    >"$BATS_TEST_TMPDIR/tokens"
}

next_refresh() {
	field refresh_token <"$BATS_TEST_TMPDIR/tokens"
}

# ask_userinfo SCHEME TOKEN [PROOF]
ask_userinfo() {
	request - GET "$ISSUER/userinfo" -H "Authorization: $1 $2" \
	    ${3:+-H "DPoP: $3"}
}

refused_proof() {	# REASON
	assert_refused 400 invalid_dpop_proof
	assert_logged "reason=dpop_$1( |\$)"
}

# challenged ERROR [REASON]: at a resource.
challenged() {
	assert_status 401
	assert_header WWW-Authenticate \
	    "^DPoP realm=\"[^\"]*\", algs=\"EdDSA Ed25519( ES256)?\", error=\"$1\""
	[[ -z ${2:-} ]] || assert_logged "reason=dpop_$2( |\$)"
}

grants() {
	latchkey grant list --json | jq '.grants | length'
}

# --- what is bound -------------------------------------------------------------

@test "dpop: a public client's tokens are bound to the key of its proof, all of them (RFC 9449 5, 6)" {
	spa_tokens mine
	assert_field token_type DPoP
	jkt=$("$root/tests/assertion.py" thumbprint "$BATS_FILE_TMPDIR/mine.pem")
	assert_equal "$(jwt_claims "$access" | jq -c .cnf)" "{\"jkt\":\"$jkt\"}"
	introspect "$access" >/dev/null
	assert_field active true
	assert_field token_type DPoP
	assert_equal "$(http_body | jq -c .cnf)" "{\"jkt\":\"$jkt\"}"
	assert_equal "$(latchkey grant list --json | jq -r '.grants[].bound_to')" jkt
	spa_refreshes "$refresh" mine
	assert_status 200
	assert_field token_type DPoP
	spa_refreshes "$(next_refresh)" mine
	assert_status 200
}

@test "dpop: of a client that authenticates only the access token is bound; its key may change (RFC 9449 5)" {
	code=$(get_code alice app)
	with "$(proof mine POST "$ISSUER/token")" redeem "$code" \
	    >"$BATS_TEST_TMPDIR/tokens"
	assert_field token_type DPoP
	with "$(proof curve POST "$ISSUER/token")" refresh "$(next_refresh)" \
	    >"$BATS_TEST_TMPDIR/tokens"
	assert_field token_type DPoP
	refresh "$(next_refresh)" >/dev/null
	assert_status 200
	assert_field token_type Bearer
	with "$(proof mine POST "$ISSUER/token")" client_credentials >/dev/null
	assert_field token_type DPoP
}

@test "dpop: a bound refresh token without its key is refused, and a stranger with an old one ends nothing" {
	spa_tokens mine
	old=$refresh
	spa_refreshes "$old" other
	assert_refused 400 invalid_grant
	assert_logged 'reason=dpop_key '
	spa_refreshes "$old"
	refused_proof missing
	spa_refreshes "$old" mine
	assert_status 200
	newest=$(next_refresh)
	travel 200
	for key in other ''; do
		spa_refreshes "$old" $key
		assert_status 400
	done
	assert_equal "$(grants)" 1
	spa_refreshes "$newest" mine
	assert_status 200
	travel 200
	spa_refreshes "$old" mine
	assert_refused 400 invalid_grant
	assert_logged 'reason=refresh_token_reused'
	assert_equal "$(grants)" 0
}

@test "dpop: a thief who binds a stolen bearer refresh token to a key is found by its owner" {
	spa_tokens
	stolen=$refresh
	spa_refreshes "$stolen" other
	assert_field token_type DPoP
	spa_refreshes "$stolen"
	assert_refused 400 invalid_grant
	assert_logged 'reason=refresh_token_reused'
	assert_equal "$(grants)" 0
}

@test "dpop: dpop_jkt binds the code to a key (RFC 9449 10)" {
	jkt=$("$root/tests/assertion.py" thumbprint "$BATS_FILE_TMPDIR/curve.pem")
	code=$(get_code alice spa dpop_jkt="$jkt")
	CLIENT=spa with "$(proof mine POST "$ISSUER/token")" redeem "$code" >/dev/null
	assert_refused 400 invalid_grant
	assert_logged 'reason=dpop_key '
	CLIENT=spa redeem "$code" >/dev/null
	refused_proof missing
	CLIENT=spa with "$(proof curve POST "$ISSUER/token")" redeem "$code" >/dev/null
	assert_status 200
	assert_field token_type DPoP
	for wrong in x "${jkt}A" "${jkt%?}" "$jkt=" \
	    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA; do
		request alice GET "$(authorize_url spa dpop_jkt="$wrong")"
		assert_error_redirect invalid_request
		assert_logged 'reason=dpop_jkt_malformed'
	done
	request alice GET "$(authorize_url spa)&dpop_jkt=$jkt&dpop_jkt=$jkt"
	assert_error_redirect invalid_request
}

@test "dpop: a proof with a pushed request binds its code (RFC 9449 10.1)" {
	jkt=$("$root/tests/assertion.py" thumbprint "$BATS_FILE_TMPDIR/mine.pem")
	push() { # PROOF [NAME=VALUE...]
		CLIENT=spa with "$1" as_client par response_type=code \
		    redirect_uri="$CALLBACK" scope='openid offline_access' \
		    code_challenge="$CHALLENGE" code_challenge_method=S256 \
		    "${@:2}" >"$BATS_TEST_TMPDIR/pushed"
	}
	code_of_pushed() {
		open_page alice "$ISSUER/authorize?$(form client_id=spa \
		    request_uri="$(field request_uri <"$BATS_TEST_TMPDIR/pushed")")"
		! page_asks_consent || allow alice
		url_param code "$(http_header Location)"
	}
	push "$(proof mine POST "$ISSUER/token")"
	refused_proof request
	push "$(proof other POST "$ISSUER/par")" dpop_jkt="$jkt"
	assert_refused 400 invalid_request
	assert_logged 'reason=dpop_key '
	for with_jkt in '' "dpop_jkt=$jkt"; do
		used=$(proof mine POST "$ISSUER/par")
		push "$used" $with_jkt
		assert_status 201
		code=$(code_of_pushed)
		CLIENT=spa with "$(proof other POST "$ISSUER/token")" redeem "$code" \
		    >/dev/null
		assert_refused 400 invalid_grant
		CLIENT=spa with "$(proof mine POST "$ISSUER/token")" redeem "$code" \
		    >/dev/null
		assert_field token_type DPoP
		push "$used"
		refused_proof reused
	done
}

@test "dpop: a client that must prove a key gets nothing without (RFC 9449 5.2)" {
	latchkey client set spa --require-dpop >/dev/null
	latchkey client show spa --json | jq -e .dpop_bound_access_tokens >/dev/null
	code=$(get_code alice spa)
	CLIENT=spa redeem "$code" >/dev/null
	refused_proof missing
	CLIENT=spa with "$(proof mine POST "$ISSUER/token")" redeem "$code" >/dev/null
	assert_field token_type DPoP
	latchkey client set app --require-dpop >/dev/null
	client_credentials >/dev/null
	refused_proof missing
	# Told to none but the client.
	SECRET=wrong client_credentials >/dev/null
	assert_refused 401 invalid_client
	latchkey client set app --no-require-dpop >/dev/null
	client_credentials >/dev/null
	assert_field token_type Bearer
}

@test "dpop: at /refresh a proof is for that address, with the token in a cookie too" {
	latchkey client set spa --cookie-refresh >/dev/null
	code=$(get_code alice spa)
	request alice POST "$ISSUER/token" -H "DPoP: $(proof mine POST "$ISSUER/token")" \
	    -H "Origin: $CALLBACK_ORIGIN" grant_type=authorization_code code="$code" \
	    redirect_uri="$CALLBACK" code_verifier="$VERIFIER" client_id=spa
	assert_field token_type DPoP
	refute_field refresh_token
	at_refresh() { # PROOF
		request alice POST "$ISSUER/refresh" -H "Origin: $CALLBACK_ORIGIN" \
		    ${1:+-H "DPoP: $1"} grant_type=refresh_token client_id=spa
	}
	at_refresh "$(proof mine POST "$ISSUER/token")"
	refused_proof request
	at_refresh ''
	refused_proof missing
	at_refresh "$(proof mine POST "$ISSUER/refresh")"
	assert_field token_type DPoP
}

@test "dpop: tokens of a device are bound to the key of the proof that fetched them (RFC 8628 3.4)" {
	latchkey client set spa --grant device_code --grant refresh_token \
	    --grant authorization_code >/dev/null
	CLIENT=spa as_client device_authorization scope=openid \
	    >"$BATS_TEST_TMPDIR/device"
	device=$(field device_code <"$BATS_TEST_TMPDIR/device")
	poll() {
		CLIENT=spa with "$(proof mine POST "$ISSUER/token")" as_client token \
		    grant_type=urn:ietf:params:oauth:grant-type:device_code \
		    device_code="$device" >"$BATS_TEST_TMPDIR/tokens"
	}
	poll
	assert_refused 400 authorization_pending
	open_page alice "$ISSUER/device"
	submit alice step=check user_code="$(field user_code <"$BATS_TEST_TMPDIR/device")"
	allow alice
	travel 10
	poll
	assert_field token_type DPoP
	spa_refreshes "$(next_refresh)"
	refused_proof missing
}

# --- what a proof must be ------------------------------------------------------

# each KEY REASON CHANGES...: each is a proof that /token refuses for REASON.
each() {
	local key=$1 reason=$2 change
	local -a all=()
	for change in "${@:3}"; do
		all+=(${all:+--} "$change")
	done
	proof "$key" POST "$ISSUER/token" "${all[@]}" >"$BATS_TEST_TMPDIR/proofs"
	for change in "${@:3}"; do
		read -r PROOF
		client_credentials >/dev/null
		refused_proof "$reason" || fail "by $key: $change" || return
	done <"$BATS_TEST_TMPDIR/proofs"
}

@test "dpop: a proof that lacks something, says it twice or in another type is none (RFC 9449 4.3)" {
	long=$(head -c 500 /dev/zero | tr '\0' x)
	each mine malformed jti= 'jti=""' jti=7 'jti=["x"]' 'again.jti="x"' \
	    "jti=\"$long\"" "padding=\"$long$long$long$long$long$long$long$long$long$long$long$long$long$long$long\"" \
	    'again.htm="POST"' 'again.iat=1' \
	    header.typ= 'header.typ="jwt"' 'header.typ="at+jwt"' header.typ=7 \
	    'again.header.typ="dpop+jwt"' \
	    header.alg= header.alg=7 'header.alg="none"' 'header.alg="None"' \
	    'header.alg="HS512"' 'again.header.alg="EdDSA"' \
	    header.jwk= 'header.jwk="x"' 'header.jwk=[]' 'header.jwk={}' \
	    'again.header.jwk={}' 'header.crit=["jti"]' header.b64=false
	each mine request htm= 'htm=""' htm=7 'htm="GET"' 'htm="post"' 'htm="POST "' \
	    htu= 'htu=""' htu=7 'htu="/token"' "htu=\"$ISSUER\"" \
	    "htu=\"$ISSUER/token/\"" "htu=\"$ISSUER/Token\"" \
	    "htu=\"$ISSUER/refresh\"" 'htu="https://evil.example/token"' \
	    "htu=\"${ISSUER/:\/\//://evil.example@}/token\"" \
	    "htu=\"$ISSUER%2Ftoken\""
	# Near enough in the future, it would be good by the time that it is read.
	each mine time "iat=$(($(date +%s) + 310))"
	each mine time iat= 'iat="now"' iat=null iat=1 iat=9999999999 iat=-1 \
	    "iat=$(($(date +%s) - 302))" \
	    "exp=$(($(date +%s) - 302))" 'exp="x"' nbf=9999999999 'nbf="x"'
}

@test "dpop: nothing but EdDSA and ES256 signs one, and only the key in it (RFC 8725)" {
	each rsa algorithm 'header.typ="dpop+jwt"'
	each mine algorithm 'header.alg="HS256"' 'header.alg="RS256"'
	each mine signature 'header.alg="ES256"' \
	    "header.jwk=$(jwk_of other)" "header.jwk=$(jwk_of curve)"
	private=$(jwk_of curve | jq -c '.d = .x')
	off=$(jwk_of curve | jq -c '.y = .x')
	each curve signature "header.jwk=$off"
	each curve malformed "header.jwk=$private" \
	    "header.jwk=$(jwk_of curve | jq -c .k=.x)" \
	    "header.jwk=$(jwk_of curve | jq -c '.crv = "P-384"')" \
	    "header.jwk=$(jwk_of curve | jq -c 'del(.y)')" \
	    'header.jwk={"kty":"oct","k":"AAAA"}'
	each mine malformed "header.jwk=$(jwk_of mine | jq -c .d=.x)"
	PROOF=$(proof mine POST "$ISSUER/token")
	for PROOF in "${PROOF%.*}" "${PROOF%.*}." "$PROOF.x" "$PROOF," x \
	    "$PROOF, $(proof mine POST "$ISSUER/token")" \
	    "$(head -c 9000 /dev/zero | tr '\0' x)"; do
		client_credentials >/dev/null
		refused_proof malformed
	done
	PROOF=$(proof mine POST "$ISSUER/token")
	PROOF=${PROOF%.*}.$(printf %064d 0 | base64url)
	client_credentials >/dev/null
	refused_proof signature
}

# jwk_of KEY
jwk_of() {
	proof "$1" GET x | cut -d . -f 1 | base64url_decode | jq -c .jwk
}

@test "dpop: the address in a proof may be spelled in any way that means the same (RFC 3986 6.2)" {
	upper=${ISSUER/http/HTTP}
	proof mine POST "$ISSUER/token" "htu=\"$upper/token\"" -- \
	    "htu=\"$ISSUER/token?x=y#z\"" -- "htu=\"$ISSUER/%74oken\"" -- \
	    'header.typ="application/dpop+jwt"' -- 'unknown={"a":[1]}' -- \
	    "iat=$(($(date +%s) - 280)).5" -- 'header.alg="Ed25519"' -- "exp=$(($(date +%s) + 60))" \
	    >"$BATS_TEST_TMPDIR/proofs"
	while read -r PROOF; do
		client_credentials >/dev/null
		assert_field token_type DPoP
	done <"$BATS_TEST_TMPDIR/proofs"
}

@test "dpop: a proof is good once for tokens, and a second signature of it is the same one (RFC 9449 11.1)" {
	PROOF=$(proof curve POST "$ISSUER/token")
	SECRET=wrong client_credentials >/dev/null
	assert_refused 401 invalid_client
	as_client token grant_type=refresh_token refresh_token=x >/dev/null
	assert_refused 400 invalid_grant
	client_credentials >/dev/null # neither of these has used it up
	assert_status 200
	client_credentials >/dev/null
	refused_proof reused
	PROOF=$("$root/tests/assertion.py" malleate "$PROOF")
	client_credentials >/dev/null
	refused_proof reused
	# Ids are each key's own.
	PROOF=$(proof curve POST "$ISSUER/token" 'jti="same"')
	client_credentials >/dev/null
	assert_status 200
	PROOF=$(proof mine POST "$ISSUER/token" 'jti="same"')
	client_credentials >/dev/null
	assert_status 200
	PROOF=$(proof mine POST "$ISSUER/token" 'jti="same"')
	client_credentials >/dev/null
	refused_proof reused
}

@test "dpop: a refused proof says nothing of the client, and uses up no code" {
	code=$(get_code alice spa)
	CLIENT=spa with "$(proof mine POST "$ISSUER/userinfo")" redeem "$code" >/dev/null
	refused_proof request
	CLIENT=unknown with "$(proof mine POST "$ISSUER/userinfo")" client_credentials \
	    >/dev/null
	refused_proof request
	CLIENT=spa with "$(proof mine POST "$ISSUER/token")" redeem "$code" >/dev/null
	assert_status 200
}

# --- at resources --------------------------------------------------------------

# A nonce is of a slot of time, and good until the end of the next one.
NONCE_SLOT_S=150

to_the_next_nonce() {
	local offset
	read -r offset <"$LATCHKEY_TEST_CLOCK"
	travel $((NONCE_SLOT_S - ($(date +%s) + offset) % NONCE_SLOT_S))
}

# nonce TOKEN: what userinfo gives to a proof without.
nonce() {
	ask_userinfo DPoP "$1" "$(proof mine GET "$ISSUER/userinfo" token="$1")"
	challenged use_dpop_nonce
	http_header DPoP-Nonce
}

@test "dpop: userinfo wants a proof with its nonce for a bound token (RFC 9449 7, 9)" {
	spa_tokens mine
	to_the_next_nonce
	fresh=$(nonce "$access")
	assert_header Access-Control-Expose-Headers DPoP-Nonce
	assert_header Cache-Control no-store
	refute_logged reason=dpop_nonce
	good() {
		proof mine GET "$ISSUER/userinfo" token="$access" \
		    nonce="\"$fresh\"" "$@"
	}
	ask_userinfo DPoP "$access" "$(good)"
	assert_status 200
	refute_header DPoP-Nonce
	ask_userinfo dpop "$access" "$(good)" # a scheme is in any case
	assert_status 200
	to_the_next_nonce
	ask_userinfo DPoP "$access" "$(good)"
	assert_status 200
	renewed=$(http_header DPoP-Nonce)
	[[ -n $renewed && $renewed != "$fresh" ]]
	to_the_next_nonce
	ask_userinfo DPoP "$access" "$(good)"
	challenged use_dpop_nonce
	fresh=$(http_header DPoP-Nonce)
	for wrong in 'nonce=""' 'nonce="x"' nonce=7 "nonce=\"${fresh}x\"" \
	    "nonce=\"$(head -c 300 /dev/zero | tr '\0' x)\""; do
		ask_userinfo DPoP "$access" "$(good "$wrong")"
		challenged use_dpop_nonce
	done
	ask_userinfo DPoP "$access" "$(good)"
	assert_status 200
}

@test "dpop: userinfo refuses a bound token without its key, and each by the wrong scheme (RFC 9449 7.2)" {
	spa_tokens mine
	fresh=$(nonce "$access")
	at_userinfo() { # KEY CHANGES...
		proof "$1" GET "$ISSUER/userinfo" token="$access" \
		    nonce="\"$fresh\"" "${@:2}"
	}
	ask_userinfo Bearer "$access"
	challenged invalid_token scheme
	ask_userinfo Bearer "$access" "$(at_userinfo mine)"
	challenged invalid_token scheme
	request - POST "$ISSUER/userinfo" -H "DPoP: $(at_userinfo mine)" \
	    access_token="$access"
	challenged invalid_token scheme
	ask_userinfo DPoP "$access"
	challenged invalid_dpop_proof missing
	ask_userinfo DPoP "$access" "$(at_userinfo other)"
	challenged invalid_token key
	ask_userinfo DPoP "$access" "$(at_userinfo mine ath=)"
	challenged invalid_dpop_proof token
	ask_userinfo DPoP "$access" "$(at_userinfo mine token="${access}x")"
	challenged invalid_dpop_proof token
	ask_userinfo DPoP "$access" "$(at_userinfo mine 'htm="POST"')"
	challenged invalid_dpop_proof request
	ask_userinfo DPoP "$access" "$(at_userinfo mine iat=1)"
	challenged invalid_dpop_proof time
	ask_userinfo DPoP "${access%?}$(other_char "${access: -1}")" "$(at_userinfo mine)"
	challenged invalid_token
	ask_userinfo DPoP "$access" "$(at_userinfo mine), $(at_userinfo mine)"
	challenged invalid_dpop_proof malformed
	spa_tokens
	ask_userinfo DPoP "$access" "$(at_userinfo mine)"
	challenged invalid_token scheme
	ask_userinfo Bearer "$access"
	assert_status 200
	request - GET "$ISSUER/userinfo"
	assert_status 401
	assert_header WWW-Authenticate '^Bearer realm="latchkey"$'
	assert_header WWW-Authenticate '^DPoP realm="latchkey", algs='
}

@test "dpop: what is bound can be revoked, and ends, without a proof" {
	spa_tokens mine
	CLIENT=spa as_client revoke token="$refresh" >/dev/null
	assert_status 200
	spa_refreshes "$refresh" mine
	assert_refused 400 invalid_grant
}

# --- behind the gate -----------------------------------------------------------

@test "dpop: a site behind the gate takes a bound token with a proof for its address" {
	SITE=http://127.0.0.2:$PORT
	latchkey client set app --audience https://api.example >/dev/null
	latchkey site add "$SITE" --rule '/api bearer:https://api.example' \
	    --rule 'COPY /api bearer:https://api.example' \
	    --rule 'PUT /api bearer:https://api.example' >/dev/null
	with "$(proof mine POST "$ISSUER/token")" client_credentials \
	    >"$BATS_TEST_TMPDIR/tokens"
	access=$(field access_token <"$BATS_TEST_TMPDIR/tokens")
	at_gate() { # SCHEME PATH PROOF
		ask_gate "$2" HTTP_AUTHORIZATION="$1 $access" ${3:+HTTP_DPOP="$3"}
	}
	for_gate() { # KEY PATH CHANGES...
		proof "$1" GET "$SITE$2" token="$access" ${fresh:+nonce="\"$fresh\""} \
		    "${@:3}"
	}
	at_gate DPoP /api/x "$(for_gate mine /api/x)"
	challenged use_dpop_nonce
	fresh=$(http_header DPoP-Nonce)
	refute_logged reason=dpop_nonce
	at_gate DPoP '/api/x?y=z' "$(for_gate mine /api/x)"
	assert_status 200
	assert_header Variable-REMOTE_USER '^client:app$'
	at_gate DPoP /api/a%2db%20c "$(for_gate mine /api/a-b%20c)"
	assert_status 200
	at_gate Bearer /api/x
	challenged invalid_token scheme
	at_gate DPoP /api/x ''
	challenged invalid_dpop_proof missing
	at_gate DPoP /api/x "$(for_gate other /api/x)"
	challenged invalid_token key
	at_gate DPoP /api/x "$(for_gate mine /api/y)"
	challenged invalid_dpop_proof request
	at_gate DPoP /api/x "$(for_gate mine /api/x "htu=\"$ISSUER/api/x\"")"
	challenged invalid_dpop_proof request
	at_gate DPoP /api/x "$(for_gate mine /api/x ath=)"
	challenged invalid_dpop_proof token
	at_gate DPoP /api/x "$(for_gate mine /api/x), $(for_gate mine /api/x)"
	challenged invalid_dpop_proof malformed
	at_gate DPoP /api/x "$(head -c 9000 /dev/zero | tr '\0' x)"
	challenged invalid_dpop_proof malformed
	copy=$(for_gate mine /api/x 'htm="COPY"')
	cgi gate COPY /api/x '' '' FCGI_ROLE=AUTHORIZER LATCHKEY_SITE="$SITE" \
	    HTTP_DESTINATION=/api/y HTTP_AUTHORIZATION="DPoP $access" \
	    HTTP_DPOP="$copy" >/dev/null
	assert_status 200
	travel 310
	at_gate DPoP /api/x "$(for_gate mine /api/x)"
	challenged use_dpop_nonce
	client_credentials >"$BATS_TEST_TMPDIR/tokens"
	access=$(field access_token <"$BATS_TEST_TMPDIR/tokens")
	at_gate DPoP /api/x "$(for_gate mine /api/x)"
	challenged invalid_token scheme
	at_gate Bearer /api/x
	assert_status 200
}
