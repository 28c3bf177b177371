# Bad input is refused at the door, whichever program it is sent to: never a
# 5xx, never an echo of a secret, nothing lost.

load helper

ALL='authorize logout device par token refresh userinfo introspect revoke metadata'
POSTS='authorize logout device par token refresh userinfo introspect revoke'

setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	add_user alice --name 'Alice Adams'
	add_client app --trusted
	sign_in alice app >/dev/null
	add_client tv --grant device_code
	add_client orders --grant client_credentials --scope openid \
	    --scope orders:read --resource https://orders.example.org
	add_client stock --grant client_credentials \
	    --resource https://stock.example.org
	latchkey client set orders --exchange-for stock >/dev/null
	latchkey client set app --audience https://orders.example.org >/dev/null
	save_store
}

setup() {
	fresh_store
}

teardown() {
	# nothing was lost, and no program crashed
	refute_logged 'server_error|AddressSanitizer|runtime error'
}

teardown_file() {
	stop_all
}

# path PROGRAM: its address.
path() {
	[[ $1 = metadata ]] && echo /jwks.json || echo "/$1"
}

# send PROGRAM METHOD [QUERY] [BODY | @FILE] [VAR=VALUE...]: one CGI run.
send() {
	local -; set +T
	local path=/$1
	[[ $1 != metadata ]] || path=/jwks.json
	run_cgi "$1" "$2" "$path" "${@:3}"
}

assert_secure_headers() {
	assert_header X-Content-Type-Options '^nosniff$' &&
	    assert_header X-Frame-Options '^DENY$' &&
	    assert_header Referrer-Policy '^no-referrer$' &&
	    assert_header Content-Security-Policy \
		"^default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
}

is_told_error() {
	local text
	find_field error
	[[ -n $text ]]
}

# assert_refused STATUS: in a way fit for who asked, with all that protects.
assert_refused() {
	local -; set +T
	assert_status "$1" && assert_secure_headers || return
	assert_header Cache-Control '^no-store$' || return
	case $program in
	authorize | logout | device) assert_page '<h1>' ;;
	*) assert_header Content-Type '^application/json$' &&
	    is_told_error ;;
	esac
}

@test "bad input: a parameter twice is refused everywhere (RFC 6749 3.1, 3.2)" {
	local program
	for program in token refresh introspect revoke par; do
		send $program POST '' 'token=a&token=b&grant_type=refresh_token' \
		    HTTP_AUTHORIZATION="Basic $(basic app "$SECRET")"
		assert_refused 400
		assert_error invalid_request
	done
	program=device
	cgi device POST /device_authorization '' 'client_id=tv&client_id=tv' >/dev/null
	assert_header Content-Type '^application/json$'
	assert_status 400
	assert_error invalid_request
	program=userinfo
	send userinfo POST '' 'access_token=a&access_token=b'
	assert_refused 400
	assert_error invalid_request
	program=logout
	send logout GET 'state=a&state=b'
	assert_error_page parameter_repeated
	program=authorize
	send authorize GET 'client_id=app&client_id=app'
	assert_error_page parameter_repeated
}

@test "bad input: a NUL, raw or encoded, in a name or a value, is refused everywhere" {
	local program bad
	printf 'client_id=app\0x' >"$BATS_TEST_TMPDIR/nul"
	for program in $POSTS; do
		for bad in 'client_id=app%00x' 'client_id%00=app' '%00=' a=%00; do
			send $program POST '' "$bad"
			assert_refused 400
		done
		send $program POST '' "@$BATS_TEST_TMPDIR/nul"
		assert_refused 400
	done
	for program in $ALL; do
		send $program GET 'client_id=app%00x'
		assert_refused 400
	done
}

@test "bad input: a NUL cuts off no password, client, redirect URI, or verifier" {
	local code
	send authorize POST '' "step=login&username=alice%00x&password=$(
	    url_encode "$PASSWORD")"
	assert_status 400
	send authorize POST '' "step=login&username=alice&password=$(
	    url_encode "$PASSWORD")%00x"
	assert_status 400
	request alice GET "$(authorize_url app)%00"
	assert_status 400
	request alice GET "$(authorize_url app client_id=)&client_id=app%00.evil"
	assert_status 400
	request alice GET "$(authorize_url app redirect_uri=)&redirect_uri=$(
	    url_encode "$CALLBACK")%00.evil"
	assert_status 400
	code=$(get_code alice app)
	send token POST '' "grant_type=authorization_code&code=$code&redirect_uri=$(
	    url_encode "$CALLBACK")&code_verifier=$VERIFIER%00x" \
	    HTTP_AUTHORIZATION="Basic $(basic app "$SECRET")"
	assert_status 400
	redeem "$code"	# and the code was not lost by that
	assert_status 200
}

@test "bad input: broken percent-encoding is refused everywhere" {
	local program bad
	for bad in a=% a=%4 a=%zz a=%u0041 %=1 'a=%%41' 'a=1&b=%f'; do
		for program in authorize token; do
			send $program POST '' "$bad"
			assert_refused 400
		done
		for program in authorize metadata; do
			send $program GET "$bad"
			assert_refused 400
		done
	done
	for program in $ALL; do
		send $program GET a=%
		assert_refused 400
	done
}

@test "bad input: broken UTF-8 is refused: cut, overlong, surrogates, beyond Unicode, raw bytes" {
	local program bad
	for bad in %ff %c3 %c0%af %e0%80%af %ed%a0%80 %f4%90%80%80 %f8%88%80%80%80 \
	    $'\xff' $'\xc3'; do
		for program in authorize token; do
			send $program POST '' "a=$bad"
			assert_refused 400
			send $program POST '' "$bad=a"
			assert_refused 400
		done
	done
	for program in $ALL; do
		send $program GET a=%c0%80
		assert_refused 400
	done
}

@test "bad input: a path with broken encoding, a NUL or a control character is refused" {
	local bad
	for bad in %ff %00 %0d%0aX-Evil:1 %; do
		cgi authorize GET "/$bad/authorize" >/dev/null
		assert_status 400
		assert_secure_headers
		refute_header X-Evil
	done
	cgi authorize GET "/$(printf '%0600d' 0)/authorize" >/dev/null
	assert_status 404
	assert_secure_headers
}

@test "bad input: an unknown address is a plain 404 (404 page for people)" {
	local program
	for program in $ALL; do
		for bad in / /x "/${program}x" "$(path $program)/" \
		    "$(path $program)/x"; do
			cgi $program GET "$bad" >/dev/null
			assert_refused 404
		done
	done
}

@test "bad input: a body over 64 KiB is 413, whether or not its length is told" {
	local program
	{ printf a=; head -c 65535 /dev/zero | tr '\0' a; } \
	    >"$BATS_TEST_TMPDIR/big"
	for program in $POSTS; do
		send $program POST '' "@$BATS_TEST_TMPDIR/big"
		assert_refused 413
		send $program POST '' "@$BATS_TEST_TMPDIR/big" CONTENT_LENGTH
		assert_refused 413
		send $program POST '' a=b CONTENT_LENGTH=99999999999999999
		assert_refused 413
	done
}

@test "bad input: a body of 64 KiB sharp is read" {
	local program=token
	{ printf a=; head -c 65534 /dev/zero | tr '\0' a; } \
	    >"$BATS_TEST_TMPDIR/big"
	send token POST '' "@$BATS_TEST_TMPDIR/big" CONTENT_LENGTH
	assert_refused 401
	assert_error invalid_client
}

# told_limit WHAT LIMIT: so doc/reference.md has it, in its tables.
told_limit() {
	grep -Fq "| $1 | $2" "$root/doc/reference.md" ||
	    fail "not in doc/reference.md: $1 | $2"
}

# asks METHOD PROGRAM TEXT: as query or body.
asks() {
	case $1 in
	GET) send "$2" GET "$3" ;;
	POST) send "$2" POST '' "$3" ;;
	esac
}

@test "bad input: the limits of a request are those of doc/reference.md" {
	local long name method
	long=$(head -c 40000 /dev/zero | tr '\0' a)
	told_limit 'query string' '32 KiB'
	cgi metadata GET /jwks.json "${long:0:32768}" >/dev/null
	assert_status 200
	cgi metadata GET /jwks.json "${long:0:32769}" >/dev/null
	assert_status 400
	told_limit 'all cookies' '16 KiB'
	cgi metadata GET /jwks.json '' '' HTTP_COOKIE="${long:0:16384}" >/dev/null
	assert_status 200
	cgi metadata GET /jwks.json '' '' HTTP_COOKIE="${long:0:16385}" >/dev/null
	assert_status 400
	told_limit '`Authorization`, `Origin`' '8 KiB each'
	cgi metadata GET /jwks.json '' '' HTTP_AUTHORIZATION="${long:0:8192}" \
	    HTTP_ORIGIN="${long:0:8192}" >/dev/null
	assert_status 200
	for name in HTTP_AUTHORIZATION HTTP_ORIGIN; do
		cgi metadata GET /jwks.json '' '' "$name=${long:0:8193}" >/dev/null
		assert_status 400
	done
	told_limit path '511 bytes | 404'
	cgi metadata GET "/${long:0:511}" >/dev/null
	assert_status 404
	told_limit parameters 64
	cgi metadata GET /jwks.json "$(printf '&a%s=' {1..64})" >/dev/null
	assert_status 200
	cgi metadata GET /jwks.json "$(printf '&a%s=' {1..65})" >/dev/null
	assert_status 400
	told_limit 'an authorization or logout request, as a URL' \
	    '24 KiB | `invalid_request` to the app; 413 at `/logout`'
	for method in GET POST; do
		asks "$method" authorize "$(authorize_url app |
		    cut -d '?' -f 2)&x=${long:0:25000}"
		assert_error_redirect invalid_request
		asks "$method" logout "x=${long:0:25000}"
		assert_status 413
	done
}

@test "bad input: the limits of what is kept are those of doc/reference.md" {
	local long n
	local -a rules=()
	long=$(head -c 600 /dev/zero | tr '\0' a)
	told_limit 'user name' '64 characters'
	told_limit 'group; all groups of a person or app' '128 bytes'
	add_user "${long:0:64}" --group "${long:0:128}"
	run -1 add_user "${long:0:65}"
	run -1 add_user carol --group "${long:0:129}"
	[[ $output = *'at most 128 bytes'* ]]
	told_limit 'rule of a site; all of a site' '511 characters; 64 rules'
	for n in {1..64}; do
		rules+=(--rule "/$n anyone")
	done
	latchkey site add http://127.0.0.2:9 "${rules[@]}" >/dev/null
	run -1 latchkey site add http://127.0.0.3:9 "${rules[@]}" --rule '/65 anyone'
	run -0 latchkey site set http://127.0.0.2:9 --rule "/${long:0:503} anyone"
	run -1 latchkey site set http://127.0.0.2:9 --rule "/${long:0:504} anyone"
}

@test "bad input: a body that is cut short, or whose length is nonsense, is refused" {
	local program length
	for program in $POSTS; do
		for length in 10 -1 1x 0x3 ' 3' 99999999999999999999999; do
			send $program POST '' a=b CONTENT_LENGTH="$length"
			assert_refused 400
		done
	done
}

@test "bad input: what comes after the told length is not read" {
	open_page bob "$(authorize_url app)"
	send authorize POST '' 'client_id=nobody&client_id=app' \
	    CONTENT_LENGTH=16
	assert_error_page client_id_unknown
}

@test "bad input: a wrong content type is 415 (RFC 9110 15.5.16)" {
	local program type
	for program in $POSTS; do
		for type in application/json text/plain \
		    'multipart/form-data; boundary=x' \
		    application/x-www-form-urlencodedx ''; do
			send $program POST '' a=b CONTENT_TYPE="$type"
			assert_refused 415
		done
		send $program POST '' a=b CONTENT_TYPE
		assert_refused 415
	done
}

@test "bad input: a form's type may be in capitals and have parameters (RFC 9110 8.3.1)" {
	local type
	for type in 'application/x-www-form-urlencoded; charset=UTF-8' \
	    'application/x-www-form-urlencoded;charset=utf-8' \
	    APPLICATION/X-WWW-FORM-URLENCODED; do
		send authorize POST '' client_id=nobody CONTENT_TYPE="$type"
		assert_error_page client_id_unknown
	done
}

@test "bad input: methods that are not served are 405 with Allow (RFC 9110 15.5.6)" {
	local program method allow
	for program in $ALL; do
		case $program in
		authorize | logout | userinfo | device) allow='GET, HEAD, POST, OPTIONS' ;;
		metadata) allow='GET, HEAD, OPTIONS' ;;
		*) allow='POST, OPTIONS' ;;
		esac
		for method in PUT DELETE PATCH TRACE BREW get GETX; do
			send $program $method
			assert_refused 405
			assert_equal "$(http_header Allow)" "$allow"
		done
		send $program OPTIONS
		assert_status 204
		assert_equal "$(http_header Allow)" "$allow"
		assert_secure_headers
	done
	for program in token refresh introspect revoke; do
		send $program GET grant_type=refresh_token
		assert_refused 405
		send $program HEAD
		assert_status 405
		assert_equal "$(http_body)" ''
	done
	program=metadata
	send metadata POST '' a=b
	assert_refused 405
}

@test "bad input: a query over 32 KiB, or of more fields than any request has, is refused" {
	local program long
	long=$(printf '%032770d' 0)
	for program in $ALL; do
		send $program GET "a=$long"
		assert_refused 400
	done
	for program in authorize token; do
		send $program POST '' "$(printf 'a%d=1&' {1..65})"
		assert_refused 400
	done
}

@test "bad input: cookies, Origin or Authorization over their ceilings are refused, none is cut" {
	local program long
	long=$(printf '%016390d' 0)
	for program in $ALL; do
		send $program GET '' '' HTTP_COOKIE="a=$long"
		assert_refused 400
		send $program GET '' '' HTTP_AUTHORIZATION="Bearer $long"
		assert_refused 400
		send $program GET '' '' HTTP_ORIGIN="https://$long"
		assert_refused 400
	done
}

@test "bad input: control characters in a header are refused" {
	local program
	for program in $ALL; do
		send $program GET '' '' HTTP_COOKIE=$'a=b\r\nSet-Cookie: x=y'
		assert_refused 400
		refute_header Set-Cookie
		send $program GET '' '' HTTP_ORIGIN=$'https://a\r\nX-Evil: 1'
		assert_refused 400
		refute_header X-Evil
	done
}

@test "bad input: cookies that are garbage are no cookies" {
	local cookie
	for cookie in = ';;;' 'latchkey-session' 'latchkey-session=' \
	    'latchkey-session=%00' $'latchkey-session=\xff\xfe' \
	    'latchkey-browser="><script>' "latchkey-browser=$(printf '%0500d' 0)"; do
		url=$(authorize_url app)
		send authorize GET "${url#*\?}" '' HTTP_COOKIE="$cookie"
		assert_status 200
		refute_page '<script'
		page_asks_password
	done
}

# --- every parameter of every endpoint that apps call

GRANTS=urn:ietf:params:oauth:grant-type
ACCESS_TOKEN=urn:ietf:params:oauth:token-type:access_token

# A device's code, which alice has allowed.
allowed_device() {	# sets $device_code
	local user_code
	CLIENT=tv as_client device_authorization scope=openid >/dev/null
	device_code=$(http_body | field device_code)
	user_code=$(http_body | field user_code)
	open_page alice "$ISSUER/device"
	submit alice step=check user_code="$user_code"
	! page_asks_password || log_in alice
	allow alice
}

# good_request KIND: sets $endpoint, $client and $sent, which is answered 2xx.
good_request() {
	client=app endpoint=token
	sent=()
	case $1 in
	code)
		sent=([grant_type]=authorization_code [code]=$(get_code alice app)
		    [redirect_uri]=$CALLBACK [code_verifier]=$VERIFIER) ;;
	refresh | refresh-endpoint)
		[[ $1 = refresh ]] || endpoint=refresh
		sent=([grant_type]=refresh_token [scope]=openid
		    [refresh_token]=$(get_tokens alice app | field refresh_token)) ;;
	client)
		client=orders
		sent=([grant_type]=client_credentials [scope]=orders:read) ;;
	device)
		client=tv
		allowed_device
		sent=([grant_type]=$GRANTS:device_code [device_code]=$device_code) ;;
	exchange)
		client=orders
		sent=([grant_type]=$GRANTS:token-exchange [audience]=stock
		    [subject_token]=$(get_tokens alice app | field access_token)
		    [subject_token_type]=$ACCESS_TOKEN [scope]=openid
		    [requested_token_type]=$ACCESS_TOKEN) ;;
	par)
		endpoint=par
		sent=([response_type]=code [redirect_uri]=$CALLBACK
		    [scope]=openid [code_challenge]=$CHALLENGE
		    [code_challenge_method]=S256) ;;
	device_authorization)
		endpoint=device_authorization client=tv
		sent=([scope]=openid [code_challenge]=$CHALLENGE
		    [code_challenge_method]=S256) ;;
	introspect | revoke)
		endpoint=$1
		sent=([token]=$(get_tokens alice app | field access_token)) ;;
	esac
}

# send_sent [NAME=VALUE...]: as $sent is, and more of it.
send_sent() {
	local -; set +T
	local name
	local -a pairs=()
	for name in "${!sent[@]}"; do
		pairs+=("$name=${sent[$name]}")
	done
	CLIENT=$client as_client "$endpoint" "${pairs[@]}" "$@" >/dev/null
}

# answered WANTED WHAT: ok, or an error, as an app needs it to be.
answered() {
	local text told="\"error\":\"$1\""
	find_status
	if [[ $1 = ok ]]; then
		[[ $text = 20? ]] || fail "$2:" "$(http_body)"
	else
		{ [[ $text = 40[01] ]] && find_body && [[ $text = *"$told"* ]]; } ||
		    fail "$2: not $1" "$(http_status)" "$(http_body)"
	fi
}

# judge KIND PARAMETER MISSING LONG ODD: what each is answered, and that after a
# refusal the same request is still good.
judge() {
	local kind=$1 name=$2 good how wanted endpoint client
	local -A sent values=([empty]='' [long]=$long [odd]='ü" {[<')
	local -A answers=([empty]=$3 [long]=$4 [odd]=$5)
	good_request "$kind"
	good=${sent[$name]:-}
	for how in missing empty long odd; do
		wanted=${answers[$how]:-$3}
		sent[$name]=${values[$how]:-}
		[[ $how != missing ]] || unset "sent[$name]"
		send_sent
		answered "$wanted" "$kind: $name $how" || return
		[[ $wanted != ok ]] || good_request "$kind"
		sent[$name]=$good
	done
	# Some APIs may be named at once (RFC 8707 2).
	[[ $name = resource ]] && wanted=invalid_target ||
	    wanted=invalid_request
	unset "sent[$name]"
	send_sent "$name=again" "$name=$good"
	answered "$wanted" "$kind: $name twice" || return
	[[ -z $good ]] || sent[$name]=$good
	send_sent
	answered ok "$kind: good, after bad $name"
}

# judge_all KIND: the rows of standard input.
judge_all() {
	local -; set +T
	local long name missing too_long odd
	long=$(head -c 9000 /dev/zero | tr '\0' 1)
	while read -r name missing too_long odd; do
		judge "$1" "$name" "$missing" "$too_long" "$odd" || return
	done
}

# Of every request that a client authenticates with by Basic.
CLIENT_ROWS='client_id ok invalid_request invalid_request
client_secret ok invalid_request invalid_request
client_assertion ok invalid_request invalid_request
client_assertion_type ok ok ok'

@test "bad input: a code: each parameter missing, empty, too long, of another type, twice; the code is not lost" {
	judge_all code <<-END
		grant_type invalid_request unsupported_grant_type unsupported_grant_type
		code invalid_request invalid_grant invalid_grant
		redirect_uri ok invalid_grant invalid_grant
		code_verifier invalid_request invalid_request invalid_request
		resource ok invalid_target invalid_target
		scope ok ok ok
		$CLIENT_ROWS
	END
}

@test "bad input: a refresh, at both of its endpoints: each parameter missing, empty, too long, of another type, twice" {
	local kind
	for kind in refresh refresh-endpoint; do
		judge_all $kind <<-END
			grant_type invalid_request unsupported_grant_type unsupported_grant_type
			refresh_token invalid_request invalid_grant invalid_grant
			scope ok invalid_scope invalid_scope
			resource ok invalid_target invalid_target
			client_id ok invalid_request invalid_request
		END
	done
}

@test "bad input: a client for itself: each parameter missing, empty, too long, of another type, twice" {
	judge_all client <<-END
		grant_type invalid_request unsupported_grant_type unsupported_grant_type
		scope ok invalid_scope invalid_scope
		resource ok invalid_target invalid_target
		$CLIENT_ROWS
	END
}

@test "bad input: a device's code: each parameter missing, empty, too long, of another type, twice; the code is not lost" {
	judge_all device <<-END
		grant_type invalid_request unsupported_grant_type unsupported_grant_type
		device_code invalid_request invalid_grant invalid_grant
		client_id ok invalid_request invalid_request
	END
}

@test "bad input: a token for another: each parameter missing, empty, too long, of another type, twice" {
	judge_all exchange <<-END
		grant_type invalid_request unsupported_grant_type unsupported_grant_type
		subject_token invalid_request invalid_request invalid_request
		subject_token_type invalid_request invalid_request invalid_request
		requested_token_type ok invalid_request invalid_request
		actor_token ok invalid_request invalid_request
		actor_token_type ok invalid_request invalid_request
		audience ok invalid_target invalid_target
		resource ok invalid_target invalid_target
		scope ok invalid_scope invalid_scope
		client_id ok invalid_request invalid_request
	END
}

@test "bad input: a pushed request: each parameter missing, empty, too long, of another type, twice" {
	judge_all par <<-END
		response_type invalid_request unsupported_response_type unsupported_response_type
		redirect_uri ok invalid_request invalid_request
		scope invalid_scope invalid_scope invalid_scope
		state ok invalid_request ok
		nonce ok invalid_request ok
		code_challenge invalid_request invalid_request invalid_request
		code_challenge_method invalid_request invalid_request invalid_request
		response_mode ok invalid_request invalid_request
		prompt ok invalid_request invalid_request
		max_age ok invalid_request invalid_request
		login_hint ok ok ok
		id_token_hint ok ok ok
		acr_values ok ok ok
		claims ok ok ok
		dpop_jkt ok invalid_request invalid_request
		resource ok invalid_target invalid_target
		request ok request_not_supported request_not_supported
		request_uri ok invalid_request invalid_request
		registration ok registration_not_supported registration_not_supported
		display ok ok ok
		ui_locales ok ok ok
		$CLIENT_ROWS
	END
}

@test "bad input: a device asks: each parameter missing, empty, too long, of another type, twice" {
	judge_all device_authorization <<-END
		scope ok invalid_scope invalid_scope
		code_challenge invalid_request invalid_request invalid_request
		code_challenge_method invalid_request invalid_request invalid_request
		resource ok invalid_target invalid_target
		$CLIENT_ROWS
	END
}

@test "bad input: introspection and revocation: each parameter missing, empty, too long, of another type, twice" {
	local kind
	for kind in introspect revoke; do
		judge_all $kind <<-END
			token invalid_request ok ok
			token_type_hint ok ok ok
			$CLIENT_ROWS
		END
	done
}

refute_evil_cookie() {
	[[ $(http_header Set-Cookie) != *evil* ]] || fail "$(http_headers)"
}

@test "bad input: line breaks in what reaches a header never end it" {
	local evil=$'x\r\nSet-Cookie: evil=1\r\n\r\n<script>'
	request alice GET "$(authorize_url app state="$evil")"
	assert_status 303
	refute_evil_cookie
	assert_equal "$(http_body)" ''
	request alice GET "$(authorize_url app state="$evil" prompt=login)"
	refute_page '<script>'
	request alice GET "$(authorize_url app redirect_uri="$CALLBACK$evil")"
	assert_error_page redirect_uri_unregistered
	latchkey client set app >/dev/null \
	    --post-logout-redirect-uri https://app.example/bye
	request - GET "$ISSUER/logout" client_id=app state="$evil" \
	    post_logout_redirect_uri=https://app.example/bye
	assert_status 303
	refute_evil_cookie
	request - GET "$ISSUER/jwks.json" -H $'Origin: https://a' state="$evil"
	refute_evil_cookie
}

@test "bad input: line breaks and escapes in what is logged make no second line" {
	request - GET "$(authorize_url app client_id=)" \
	    client_id=$'x\nlatchkey token: fake\e[31m'
	assert_error_page client_id_unknown
	assert_equal "$(grep -c . "$SERVER_LOG")" 1
	refute_logged $'\e'
}

@test "bad input: a page echoes nothing of what it could not read" {
	local program
	for program in authorize logout; do
		send $program GET "password=top-secret&a=%"
		assert_refused 400
		refute_page top-secret
		refute_logged top-secret
		send $program POST '' "password=top-secret&a=%"
		assert_refused 400
		refute_page top-secret
		refute_logged top-secret
	done
}

@test "bad input: a refused client secret, token or code is echoed neither in the answer nor in the log" {
	SECRET=not-the-secret-of-anybody-at-all-here redeem an-unknown-code
	assert_error invalid_client
	[[ $(<"$(last raw)") != *not-the-secret* ]]
	introspect an-unknown-token >/dev/null
	refresh an-unknown-refresh-token >/dev/null
	assert_error invalid_grant
	userinfo an-unknown-access-token >/dev/null
	assert_status 401
	refute_logged 'not-the-secret|an-unknown'
}

@test "bad input: HTML in every parameter of a refused request arrives as text or not at all" {
	local name evil='"><script>alert(1)</script>'
	for name in client_id redirect_uri response_type state scope prompt \
	    nonce login_hint id_token_hint "$evil"; do
		request - GET "$(authorize_url app "$name=")" "$name=$evil"
		refute_page '<script'
		request - GET "$(authorize_url nobody "$name=")" "$name=$evil"
		refute_page '<script'
		request alice GET "$ISSUER/logout" "$name=$evil"
		refute_page '<script'
	done
}

@test "bad input: every answer has the security headers: page, redirect, JSON, empty, error" {
	request alice GET "$(authorize_url app)"
	assert_status 303
	assert_secure_headers
	request - GET "$(authorize_url app)"
	assert_status 200
	assert_secure_headers
	request alice GET "$(authorize_url app response_mode=form_post)"
	assert_secure_headers
	request alice GET "$ISSUER/logout"
	assert_secure_headers
	request - GET "$ISSUER/.well-known/openid-configuration"
	assert_status 200
	assert_secure_headers
	redeem "$(get_code alice app)" >/dev/null
	assert_status 200
	assert_secure_headers
	assert_header Cache-Control '^no-store$'
	userinfo nothing >/dev/null
	assert_status 401
	assert_secure_headers
	revoke x >/dev/null
	assert_status 200
	assert_secure_headers
	mv "$DATA/latchkey.conf" "$DATA/gone"
	request - GET "$ISSUER/authorize"
	assert_status 503
	assert_secure_headers
	assert_header Retry-After '^[0-9]+$'
}

@test "bad input: only our own stylesheet may be loaded, and nothing may run" {
	local page csp style
	for page in "$(authorize_url app)" "$(authorize_url nobody)" \
	    "$ISSUER/logout"; do
		request - GET "$page"
		csp=$(http_header Content-Security-Policy)
		[[ $csp != *script-src* && $csp != *unsafe* ]]
		style=$(http_body | /usr/bin/python3 -c '
import base64, hashlib, re, sys
page = sys.stdin.buffer.read()
style, = re.findall(rb"<style>(.*?)</style>", page, re.S)
print(base64.b64encode(hashlib.sha256(style).digest()).decode())')
		[[ $csp = *"style-src 'sha256-$style'"* ]]
		refute_page ' style=|<script| on[a-z]+=|javascript:|https?://[a-z]+\.(com|org|net)'
	done
}

# --- the same through a real server

# status_of CURL-ARGUMENT...: and the answer is kept.
status_of() {
	curl --noproxy '*' -s -m 20 -D "$(last headers.raw)" -o "$(last body)" \
	    -w '%{http_code}' "$@" >"$(last status)"
	tr -d '\r' <"$(last headers.raw)" >"$(last headers)"
	http_status
}

@test "bad input: refused alike through lighttpd and FastCGI, and the next request works" {
	local program url
	start_server
	head -c 65537 /dev/zero | tr '\0' a >"$BATS_TEST_TMPDIR/big"
	for program in $POSTS; do
		url=$ISSUER/$program
		assert_equal "$(status_of -d 'a=%00' "$url")" 400
		assert_secure_headers
		assert_equal "$(status_of -d 'a=%zz' "$url")" 400
		assert_equal "$(status_of -d 'a=%ff' "$url")" 400
		assert_equal "$(status_of -H 'Content-Type: text/plain' \
		    -d a=b "$url")" 415
		assert_secure_headers
		assert_equal "$(status_of -X PUT "$url")" 405
		assert_header Allow POST
		assert_secure_headers
		assert_equal "$(status_of --data-binary \
		    "@$BATS_TEST_TMPDIR/big" "$url")" 413
		assert_secure_headers
		assert_equal "$(status_of -H 'Transfer-Encoding: chunked' \
		    --data-binary "@$BATS_TEST_TMPDIR/big" "$url")" 413
		assert_equal "$(status_of -H "Cookie: a=$(printf '%017000d' 0)" \
		    -d a=b "$url")" 400
		assert_secure_headers
	done
	assert_equal "$(status_of "$ISSUER/authorize?a=%zz")" 400
	assert_equal "$(status_of "$ISSUER/authorize?a=%00")" 400
	assert_equal "$(status_of -X OPTIONS "$ISSUER/token")" 204
	assert_secure_headers
	request bob GET "$(authorize_url app)"
	assert_status 200
	page_asks_password
	stop_server
}

@test "bad input: a body that is cut short keeps nothing waiting through FastCGI" {
	start_server
	/usr/bin/python3 - "$PORT" <<-'END'
		import socket, sys
		s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
		s.sendall(b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: "
		          b"application/x-www-form-urlencoded\r\n"
		          b"Content-Length: 100\r\n\r\ngrant_type=refresh")
		s.close()
	END
	redeem "$(get_code alice app)" >/dev/null
	assert_status 200
	stop_server
}
