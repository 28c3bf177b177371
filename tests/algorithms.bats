# Signature algorithms: each verified by something that is not our code, none
# mistaken for another.

load helper
USE_TEST_CLOCK=1
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

setup_file() {
	new_store
	add_user alice --name 'Alice Liddell' --group family
	add_client ed --trusted --alg EdDSA
	add_client all --introspect-any --alg EdDSA
	add_client rs --trusted --alg RS256
	add_client hs --trusted --alg HS256
	sign_in alice ed
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

# begin CLIENT: $id and $access.
begin() {
	get_tokens alice "$1" >/dev/null
	assert_status 200
	id=$(http_body | field id_token)
	access=$(http_body | field access_token)
}

jwks() {
	request - GET "$ISSUER/jwks.json"
	http_body
}

# verified ALG AUDIENCE TOKEN [SECRET]: by two libraries, with the same claims.
verified() {
	local alg=$1 audience=$2 token=$3 library
	shift 3
	jwks >/dev/null
	for library in pyjwt authlib; do
		run -0 "$root/tests/verify_jwt.py" "$library" "$alg" \
		    "$audience" "$ISSUER" "$token" "$@" <"$(last body)"
		assert_equal "$(jq -cS . <<<"$output")" \
		    "$(jwt_claims "$token" | jq -cS .)"
	done
}

unverified() {
	jwks >/dev/null
	for library in pyjwt authlib; do
		run -1 "$root/tests/verify_jwt.py" "$library" "$1" \
		    "$2" "$ISSUER" "$3" <"$(last body)"
	done
}

algs() {	# of the last begin: ID token's, access token's
	echo "$(jwt_header "$id" | field alg) $(jwt_header "$access" | field alg)"
}

# --- each verified by others -------------------------------------------------

@test "EdDSA: both tokens verified by PyJWT and Authlib with the JWKS (RFC 8037 3.1)" {
	begin ed
	assert_equal "$(algs)" 'EdDSA EdDSA'
	verified EdDSA ed "$id"
	verified EdDSA "$ISSUER" "$access"
	# They do look: one claim changed, and they refuse.
	IFS=. read -r head claims signature <<<"$id"
	claims=$(base64url_decode <<<"$claims" | sed 's/Alice/Mallo/' | base64url)
	unverified EdDSA ed "$head.$claims.$signature"
}

@test "RS256: both tokens verified by PyJWT and Authlib with the JWKS (RFC 7518 3.3)" {
	begin rs
	assert_equal "$(algs)" 'RS256 RS256'
	verified RS256 rs "$id"
	verified RS256 "$ISSUER" "$access"
}

@test "RS256: verified by openssl with the key file's public half" {
	begin rs
	kid=$(jwt_header "$id" | field kid)
	openssl pkey -in "$DATA/keys/$kid.pem" -pubout \
	    -out "$BATS_TEST_TMPDIR/public.pem"
	cut -d . -f 3 <<<"$id" | base64url_decode >"$BATS_TEST_TMPDIR/signature"
	printf %s "${id%.*}" | openssl dgst -sha256 \
	    -verify "$BATS_TEST_TMPDIR/public.pem" \
	    -signature "$BATS_TEST_TMPDIR/signature"
}

@test "HS256: the ID token verified with the client's secret, the access token with the default key (RFC 7518 3.2)" {
	begin hs
	assert_equal "$(algs)" 'HS256 EdDSA'
	verified HS256 hs "$id" "$SECRET"
	verified EdDSA "$ISSUER" "$access"
	assert_equal "$(jwt_header "$access" | field kid)" \
	    "$(latchkey key list --json | jq -r \
	    '.[] | select(.alg == "EdDSA" and .state == "active") | .kid')"
	userinfo "$access"
	assert_status 200
}

@test "HS256: with default_alg RS256 the access token is signed with that" {
	set_conf default_alg RS256
	begin hs
	assert_equal "$(algs)" 'HS256 RS256'
	verified RS256 "$ISSUER" "$access"
	userinfo "$access"
	assert_status 200
}

@test "each algorithm: the header has alg and typ, kid if a key has to be found, and nothing else (RFC 8725 3.11)" {
	for client in ed rs hs; do
		begin "$client"
		assert_equal "$(jwt_header "$id" | field typ)" JWT
		assert_equal "$(jwt_header "$access" | field typ)" at+jwt
		assert_equal "$(jwt_header "$access" | jq -r 'keys | join(" ")')" \
		    'alg kid typ'
		[[ $client = hs ]] || assert_equal \
		    "$(jwt_header "$id" | jq -r 'keys | join(" ")')" \
		    'alg kid typ'
	done
}

@test "at_hash: with RS256 and HS256 the left half of SHA-256, with EdDSA left out (OpenID Connect Core 3.1.3.6)" {
	for client in rs hs; do
		begin "$client"
		assert_equal "$(jwt_claims "$id" | field at_hash)" \
		    "$(printf %s "$access" | openssl dgst -sha256 -binary |
		    head -c 16 | base64url)"
		refresh_token=$(http_body | field refresh_token)
		CLIENT=$client refresh "$refresh_token" >/dev/null
		assert_equal "$(jwt_claims "$(http_body | field id_token)" |
		    field at_hash)" \
		    "$(printf %s "$(http_body | field access_token)" |
		    openssl dgst -sha256 -binary | head -c 16 | base64url)"
	done
	begin ed
	assert_equal "$(jwt_claims "$id" | jq 'has("at_hash")')" false
}

@test "default_alg: is what new clients get, and no old one" {
	set_conf default_alg RS256
	add_client new --trusted
	begin new
	assert_equal "$(algs)" 'RS256 RS256'
	begin ed
	assert_equal "$(algs)" 'EdDSA EdDSA'
	set_conf default_alg HS256
	add_client newer --trusted
	begin newer
	assert_equal "$(algs)" 'HS256 EdDSA'
}

@test "client set --alg: the next tokens are signed so, those given before stay good" {
	begin ed
	old=$access old_id=$id
	latchkey client set ed --alg RS256
	begin ed
	assert_equal "$(algs)" 'RS256 RS256'
	userinfo "$old"
	assert_status 200
	request alice GET "$ISSUER/logout" id_token_hint="$old_id"
	assert_status 200
	assert_page 'igned out'
}

@test "client secret: an HS256 client's new secret signs at once" {
	new=another-secret-that-has-more-than-32-characters
	latchkey client secret hs --secret-stdin >/dev/null <<<"$new"
	SECRET=$new begin hs
	verified HS256 hs "$id" "$new"
}

# --- none mistaken for another -----------------------------------------------

# forge HEADER CLAIMS: the part that is signed.
forge() {
	printf '%s.%s' "$(printf %s "$1" | base64url)" \
	    "$(printf %s "$2" | base64url)"
}

# hmac KEY-FILE: of standard input.
hmac() {
	openssl dgst -sha256 -mac HMAC \
	    -macopt "hexkey:$(od -An -v -tx1 "$1" | tr -d ' \n')" -binary |
	    base64url
}

# no_good TOKEN: nowhere where an access token counts.
no_good() {
	userinfo "$1"
	assert_refused 401 invalid_token
	CLIENT=all introspect "$1"
	assert_equal "$(http_body)" '{"active":false}'
}

# no_hint TOKEN: does not sign a person out by itself.
no_hint() {
	request alice GET "$ISSUER/logout" id_token_hint="$1"
	refute_header Location
	[[ $(latchkey session list --json | jq length) = 1 ]] ||
	    fail 'signed out' "$1"
}

@test "alg none: no token, however it is spelled (RFC 8725 3.1)" {
	begin ed
	claims=$(jwt_claims "$access")
	id_claims=$(jwt_claims "$id")
	kid=$(jwt_header "$access" | field kid)
	for alg in none NoNe '' Ed25519 HS512; do
		for end in '' "${access##*.}"; do
			no_good "$(forge "{\"alg\":\"$alg\",\"typ\":\"at+jwt\",\"kid\":\"$kid\"}" \
			    "$claims").$end"
		done
		no_hint "$(forge "{\"alg\":\"$alg\",\"typ\":\"JWT\",\"kid\":\"$kid\"}" \
		    "$id_claims")."
	done
	no_good "$(forge '{"typ":"at+jwt"}' "$claims")."
}

@test "algorithm confusion: HS256 with a public key as the secret is no token (RFC 8725 2.1)" {
	for client in ed rs; do
		begin "$client"
		kid=$(jwt_header "$access" | field kid)
		openssl pkey -in "$DATA/keys/$kid.pem" -pubout \
		    -out "$BATS_TEST_TMPDIR/pem"
		openssl pkey -in "$DATA/keys/$kid.pem" -pubout -outform DER \
		    -out "$BATS_TEST_TMPDIR/der"
		jwks | jq -r --arg k "$kid" \
		    '.keys[] | select(.kid == $k) | .x // .n' |
		    base64url_decode >"$BATS_TEST_TMPDIR/bytes"
		head -c 32 /dev/zero >"$BATS_TEST_TMPDIR/zeroes"
		for key in pem der bytes zeroes; do
			token=$(forge "{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"$kid\"}" \
			    "$(jwt_claims "$access")")
			no_good "$token.$(printf %s "$token" |
			    hmac "$BATS_TEST_TMPDIR/$key")"
			token=$(forge "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"$kid\"}" \
			    "$(jwt_claims "$id")")
			no_hint "$token.$(printf %s "$token" |
			    hmac "$BATS_TEST_TMPDIR/$key")"
		done
	done
}

@test "algorithm confusion: a header that names another of our algorithms or keys is no token" {
	begin rs
	rs_kid=$(jwt_header "$access" | field kid)
	rs_signature=${access##*.}
	begin ed
	ed_kid=$(jwt_header "$access" | field kid)
	claims=$(jwt_claims "$access")
	for header in "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"$ed_kid\"}" \
	    "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"$rs_kid\"}" \
	    "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\"}" \
	    "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"x\"}" \
	    "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"../keys/$ed_kid\"}" \
	    "{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"$ed_kid\"}" \
	    "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"$ed_kid\",\"crit\":[\"x\"]}" \
	    "{\"alg\":\"EdDSA\",\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"$ed_kid\"}"
	do
		no_good "$(forge "$header" "$claims").${access##*.}"
		no_good "$(forge "$header" "$claims").$rs_signature"
	done
}

@test "algorithm confusion: a key of the token's own choice (jwk, jku, x5u) is not looked at (RFC 8725 3.10)" {
	begin ed
	openssl genpkey -algorithm ed25519 -out "$BATS_TEST_TMPDIR/own.pem"
	x=$(openssl pkey -in "$BATS_TEST_TMPDIR/own.pem" -pubout -outform DER |
	    tail -c 32 | base64url)
	token=$(forge "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"$(jwt_header \
	    "$access" | field kid)\",\"jku\":\"http://127.0.0.1:9/\",\"jwk\":{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"$x\"}}" \
	    "$(jwt_claims "$access")")
	printf %s "$token" >"$BATS_TEST_TMPDIR/signed"
	signature=$(openssl pkeyutl -sign -rawin \
	    -inkey "$BATS_TEST_TMPDIR/own.pem" \
	    -in "$BATS_TEST_TMPDIR/signed" | base64url)
	assert_equal "${#signature}" 86
	no_good "$token.$signature"
}

# signed HEADER CLAIMS: with our own active key, which no outsider has.
signed() {
	local token
	token=$(forge "$1" "$2")
	printf %s "$token" >"$BATS_TEST_TMPDIR/signed"
	printf '%s.%s' "$token" "$(openssl pkeyutl -sign -rawin \
	    -inkey "$DATA/keys/$kid.pem" -in "$BATS_TEST_TMPDIR/signed" |
	    base64url)"
}

@test "a token that our key signed is still no access token if typ, issuer, time or a claim is not right (RFC 9068 4)" {
	begin ed
	kid=$(jwt_header "$access" | field kid)
	header=$(jwt_header "$access")
	claims=$(jwt_claims "$access")
	userinfo "$(signed "$header" "$claims")"
	assert_status 200
	for typ in '"JWT"' '"jwt"' '""' '"at"' 1; do
		no_good "$(signed "$(jq -c ".typ = $typ" <<<"$header")" \
		    "$claims")"
	done
	no_good "$(signed "$(jq -c 'del(.typ)' <<<"$header")" "$claims")"
	for change in '.iss = "https://evil.example"' '.iss += "/"' \
	    'del(.iss)' '.exp = .iat - 1' 'del(.exp)' '.exp |= tostring' \
	    'del(.jti)' '.jti = "x"' 'del(.scope)' '.scope = ["openid"]' \
	    'del(.sub)' 'del(.client_id)'; do
		no_good "$(signed "$header" "$(jq -c "$change" <<<"$claims")")"
	done
	userinfo "$(signed "$(jq -c '.typ = "application/at+jwt"' \
	    <<<"$header")" "$claims")"
	assert_status 200
}

@test "HS256: a client's secret signs no access token, and no other client's ID token" {
	begin ed
	printf %s "$SECRET" >"$BATS_TEST_TMPDIR/secret"
	token=$(forge '{"alg":"HS256","typ":"at+jwt"}' "$(jwt_claims "$access")")
	no_good "$token.$(printf %s "$token" | hmac "$BATS_TEST_TMPDIR/secret")"
	# The ID token of a client that does not use HS256, though the secret is
	# right.
	token=$(forge '{"alg":"HS256","typ":"JWT"}' "$(jwt_claims "$id")")
	no_hint "$token.$(printf %s "$token" | hmac "$BATS_TEST_TMPDIR/secret")"
	# With the same means the HS256 client's own is good.
	begin hs
	token=$(forge '{"alg":"HS256","typ":"JWT"}' "$(jwt_claims "$id")")
	request alice GET "$ISSUER/logout" id_token_hint="$token.$(printf %s \
	    "$token" | hmac "$BATS_TEST_TMPDIR/secret")"
	assert_page 'igned out'
}

@test "another provider's tokens, of the same issuer name, are nothing here" {
	begin ed
	mkdir "$BATS_TEST_TMPDIR/other"
	other=$access
	mv "$DATA" "$BATS_TEST_TMPDIR/first"
	init_store "$DATA" "$ISSUER" --alg EdDSA >/dev/null
	add_client ed --trusted
	add_client all --introspect-any
	no_good "$other"
}

# --- what RSA costs, and doing without it ------------------------------------

# loads_libcrypto PROGRAM: one of the running processes has it mapped.
loads_libcrypto() {
	local pid
	for pid in $(pgrep -f "^$(programs)/cgi-bin/$1\$"); do
		[[ $(tr '\0' '\n' <"/proc/$pid/environ" |
		    sed -n 's/^LATCHKEY_DATA=//p') = "$DATA" ]] || continue
		found=$pid
		! grep -q libcrypto "/proc/$pid/maps" || return 0
	done
	[[ -n ${found:-} ]] || fail "no $1 is running"
	return 1
}

@test "libcrypto: not loaded by any running program before an RS256 client is served" {
	start_server
	begin ed
	begin hs
	userinfo "$access"
	introspect "$access" >/dev/null
	jwks >/dev/null
	for program in token refresh userinfo introspect revoke metadata; do
		! loads_libcrypto "$program"
	done
	begin rs
	loads_libcrypto token
	! loads_libcrypto metadata
}

@test "libcrypto: not loaded for a stranger's proof that is refused for what it says" {
	local key change
	for key in ES256 RS256; do
		"$root/tests/assertion.py" make $key "$BATS_FILE_TMPDIR/$key.pem" >/dev/null
	done
	start_server
	begin ed
	try() {	# KEY [CLAIM=JSON]
		request - POST "$ISSUER/token" \
		    -H "DPoP: $(proof "$1" POST "$ISSUER/token" "${@:2}")" \
		    grant_type=refresh_token client_id=x
		assert_field error "${expected:-invalid_dpop_proof}"
	}
	for change in htm= 'htu="https://evil.example/token"' iat=1 jti= \
	    header.typ= exp=1; do
		try ES256 "$change"
	done
	try RS256
	! loads_libcrypto token
	expected=invalid_client try ES256
	loads_libcrypto token
}

@test "a build without RS256: one clear line where it is asked for, everything else works" {
	build=$BATS_TEST_TMPDIR/build
	make -s -C "$root" RS256=no BUILD="$build" CFLAGS=-O0 V=1 \
	    "$build/bin/latchkey" "$build/cgi-bin/token" \
	    "$build/cgi-bin/metadata" "$build/cgi-bin/userinfo" 3>&-
	! grep -q libcrypto "$build"/lib/latchkey/*.so
	LATCHKEY_BUILD=$build
	unset USE_TEST_CLOCK
	rm -r "$DATA"
	init_store "$DATA" "$ISSUER" >/dev/null
	grep -qx 'default_alg = EdDSA' "$DATA/latchkey.conf"
	run -1 latchkey client add rs --alg RS256 --redirect-uri "$CALLBACK"
	assert_equal "${#lines[@]}" 1
	[[ $output = *RS256* ]] || fail "$output"
	run -1 latchkey key rotate --now --alg RS256
	assert_equal "${#lines[@]}" 1
	add_client ed --grant client_credentials
	CLIENT=ed client_credentials
	assert_status 200
	jwks
	assert_equal "$(http_body | jq -c '[.keys[].alg] | unique')" '["EdDSA"]'
}
