# The authorization endpoint: what an app asks for when it sends a browser here,
# and what it gets back. (What people see on the way: sign_in.bats, consent.bats.)

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	add_user alice --name 'Alice Adams'
	add_user bob
	add_client app --name 'Photo Album'
	sign_in alice app >/dev/null	# and she has allowed it
	save_store
}

setup() {
	fresh_store
}

teardown_file() {
	stop_all
}

# ask PERSON CLIENT [NAME=VALUE...]: one request, as the app makes it.
ask() {
	request "$1" GET "$(authorize_url "${@:2}")"
}

assert_code() {
	assert_status 303
	url_param code "$(http_header Location)" >/dev/null ||
	    fail 'no code' "$(http_header Location)"
}

assert_sign_in_page() {
	assert_status 200
	page_asks_password || fail 'not the page to sign in on' "$(http_body)"
}

assert_consent_page() {
	assert_status 200
	page_asks_consent || fail 'not the consent page' "$(http_body)"
}

# --- the client and where it wants the answer: until they are known good,
# --- every error is shown on a page (RFC 6749 4.1.2.1)

@test "authorize: an unknown client gets a page, not a redirect (RFC 6749 4.1.2.1)" {
	ask - nobody
	assert_error_page client_id_unknown
}

@test "authorize: a request that names no client gets a page" {
	ask - app client_id=
	assert_error_page client_id_missing
}

@test "authorize: a redirect URI matches byte by byte or not at all (OAuth 2.1 4.1.3)" {
	local uri
	add_client web --redirect-uri https://app.example.org/cb?x=1
	for uri in https://app.example.org/cb \
	    https://app.example.org/cb?x=1\& \
	    https://app.example.org/cb?x=2 \
	    https://app.example.org/cb/?x=1 \
	    https://app.example.org/CB?x=1 \
	    https://app.example.org/%63b?x=1 \
	    https://app.example.org/./cb?x=1 \
	    https://app.example.org:443/cb?x=1 \
	    https://app.example.org.evil.example/cb?x=1 \
	    https://APP.example.org/cb?x=1 \
	    https://evil@app.example.org/cb?x=1 \
	    https://app.example.org/cb?x=1#fragment \
	    'https://app.example.org/cb?x=1 ' \
	    ' https://app.example.org/cb?x=1' \
	    HTTPS://app.example.org/cb?x=1 \
	    http://app.example.org/cb?x=1 \
	    //app.example.org/cb?x=1 \
	    /cb?x=1; do
		: >"$SERVER_LOG"
		ask - web redirect_uri="$uri"
		assert_error_page redirect_uri_unregistered
	done
	ask - web redirect_uri=https://app.example.org/cb?x=1
	assert_sign_in_page
}

@test "authorize: each of several registered redirect URIs works, and no other client's" {
	add_client web --redirect-uri https://a.example/cb \
	    --redirect-uri https://b.example/cb
	ask - web redirect_uri=https://a.example/cb
	assert_sign_in_page
	ask - web redirect_uri=https://b.example/cb
	assert_sign_in_page
	ask - web redirect_uri="$CALLBACK"
	assert_error_page redirect_uri_unregistered
}

@test "authorize: an http loopback redirect URI works on any port, and only there (RFC 8252 7.3)" {
	local uri
	add_client native --public --redirect-uri http://127.0.0.1/cb \
	    --redirect-uri http://[::1]:9000/cb
	for uri in http://127.0.0.1/cb http://127.0.0.1:1/cb \
	    http://127.0.0.1:65535/cb http://[::1]/cb http://[::1]:5/cb; do
		ask - native redirect_uri="$uri" prompt=none
		assert_error_redirect login_required "$uri"
	done
	for uri in http://127.0.0.1:1/cb2 http://127.0.0.1:1/cb?x \
	    http://127.0.0.1:x/cb http://127.0.0.2:1/cb \
	    http://127.0.0.1.evil.example:1/cb http://127.0.0.1:1@evil.example/cb \
	    http://localhost:1/cb https://127.0.0.1:1/cb http://[::2]:5/cb \
	    http://127.0.0.1:0/cb http://127.0.0.1:/cb http://127.0.0.1:65536/cb \
	    HTTP://127.0.0.1:1/cb; do
		ask - native redirect_uri="$uri"
		assert_error_page redirect_uri_unregistered
	done
}

@test "authorize: a public client registered at http://localhost without a port may send any" {
	add_client native --public --redirect-uri http://localhost/callback
	ask - native redirect_uri=http://localhost:54212/callback
	assert_sign_in_page
	assert_header Content-Security-Policy \
	    "form-action 'self' http://localhost:\\*(;|$)"
	ask - native redirect_uri=http://127.0.0.1:54212/callback
	assert_error_page redirect_uri_unregistered
}

@test "authorize: the port of a confidential client counts, on loopback as well" {
	local uri
	add_client web --redirect-uri http://127.0.0.1:9000/cb \
	    --redirect-uri http://localhost:9000/cb
	for uri in http://127.0.0.1:9000/cb http://localhost:9000/cb; do
		ask - web redirect_uri="$uri"
		assert_sign_in_page
	done
	for uri in http://127.0.0.1:9001/cb http://127.0.0.1/cb \
	    http://localhost:9001/cb http://localhost/cb; do
		ask - web redirect_uri="$uri"
		assert_error_page redirect_uri_unregistered
	done
}

@test "authorize: https on a loopback address is like any other: its port counts" {
	add_client web --redirect-uri https://127.0.0.1:9000/cb
	ask - web redirect_uri=https://127.0.0.1:9001/cb
	assert_error_page redirect_uri_unregistered
}

@test "authorize: a private-use scheme works, the real app.immich:///oauth-callback too (RFC 8252 7.1)" {
	local to
	add_client phone --public --redirect-uri app.immich:///oauth-callback \
	    --redirect-uri com.example.app:/cb
	to=$(sign_in alice phone redirect_uri=app.immich:///oauth-callback)
	[[ $to = 'app.immich:///oauth-callback?code='* ]]
	to=$(sign_in alice phone redirect_uri=com.example.app:/cb)
	[[ $to = 'com.example.app:/cb?code='* ]]
	ask - phone redirect_uri=app.immich:/oauth-callback
	assert_error_page redirect_uri_unregistered
	ask - phone redirect_uri=com.example.app:/cb/
	assert_error_page redirect_uri_unregistered
}

@test "authorize: a client with one redirect URI may leave it out, with two it must say (RFC 6749 3.1.2.3)" {
	ask alice app redirect_uri=
	assert_code
	[[ $(http_header Location) = "$CALLBACK?"* ]]
	add_client web --redirect-uri https://a.example/cb \
	    --redirect-uri https://b.example/cb
	ask - web redirect_uri=
	assert_error_page redirect_uri_missing
}

@test "authorize: client_id or redirect_uri given twice gets a page (RFC 6749 3.1)" {
	request - GET "$(authorize_url app)&client_id=app"
	assert_error_page parameter_repeated
	request - GET "$(authorize_url app)&redirect_uri=https%3A%2F%2Fevil.example"
	assert_error_page parameter_repeated
	request - GET "$(authorize_url app)&redirect_uri=$(url_encode "$CALLBACK")"
	assert_error_page parameter_repeated
}

# --- then errors go back to the app

@test "authorize: what else is wrong goes back to the app, with state and iss, and is logged" {
	local wrong error reason
	while read -r error reason wrong; do
		: >"$SERVER_LOG"
		ask alice app "$wrong"
		assert_error_redirect "$error" || fail "with $wrong"
		assert_logged "reason=$reason client_id=app"
		[[ $(url_param error_description "$(http_header Location)") = \
		    "${reason//_/ }"* ]]
	done <<-END
		invalid_request response_type_missing response_type=
		unsupported_response_type response_type_unsupported response_type=token
		unsupported_response_type response_type_unsupported response_type=id_token
		unsupported_response_type response_type_unsupported response_type=code id_token
		invalid_request response_mode_unsupported response_mode=Fragment
		invalid_request response_mode_unsupported response_mode=fragment query
		invalid_request response_mode_unsupported response_mode=query.jwt
		invalid_scope scope_malformed scope=openid "x"
		invalid_scope scope_malformed scope=openid ü
		invalid_scope scope_not_allowed scope=unheard of
		invalid_scope scope_not_allowed scope=
		invalid_request prompt_unknown prompt=maybe
		invalid_request prompt_unknown prompt=login maybe
		invalid_request prompt_unknown prompt=LOGIN
		invalid_request prompt_none_with_others prompt=none login
		invalid_request prompt_none_with_others prompt=consent none
		invalid_request max_age_malformed max_age=-1
		invalid_request max_age_malformed max_age=1h
		invalid_request max_age_malformed max_age=0x10
		invalid_request max_age_malformed max_age=99999999999999999999
		invalid_request nonce_too_long nonce=$(printf '%0513d' 0)
		request_not_supported request_unsupported request=eyJhbGciOiJub25lIn0.e30.
		request_uri_not_supported request_uri_unsupported request_uri=https://app.example/r
		registration_not_supported registration_unsupported registration={}
	END
}

@test "authorize: any parameter given twice is refused, unknown ones too (RFC 6749 3.1)" {
	local again
	for again in scope=openid code_challenge="$CHALLENGE" prompt=none \
	    prompt= state=a-state unheard=1\&unheard=2; do
		request alice GET "$(authorize_url app prompt=login)&$again"
		assert_error_redirect invalid_request
		assert_logged 'reason=parameter_repeated'
		: >"$SERVER_LOG"
	done
}

@test "authorize: response_mode=fragment gives codes and errors in the fragment, to any client (OAuth 2.0 Multiple Response Type Encoding Practices 2.1)" {
	local to
	add_client script --public --trusted
	ask alice app response_mode=fragment
	to=$(http_header Location)
	[[ $to = "$CALLBACK#code="*"&state=a-state&iss="* && $to != *'?'* ]]
	redeem "$(url_param code "$to")"
	assert_status 200
	sign_in alice script response_mode=fragment >"$BATS_TEST_TMPDIR/to"
	[[ $(<"$BATS_TEST_TMPDIR/to") = "$CALLBACK#code="* ]]
	ask alice app response_mode=fragment response_type=token
	[[ $(http_header Location) = "$CALLBACK#error=unsupported_response_type&"* ]]
	ask - app response_mode=fragment prompt=none
	[[ $(http_header Location) = "$CALLBACK#error=login_required&"* ]]
	add_client query --redirect-uri "$CALLBACK?a=b" --trusted
	ask alice query redirect_uri="$CALLBACK?a=b" response_mode=fragment
	[[ $(http_header Location) = "$CALLBACK?a=b#code="* ]]
}

@test "authorize: the way back from an app that is closed has its error in the fragment if that was asked for" {
	add_client club --group members --trusted
	ask alice club response_mode=fragment
	assert_status 403
	[[ $(tags a | attribute href) = *"$CALLBACK#error=access_denied&"* ]]
}

@test "authorize: errors and codes obey response_mode=form_post too" {
	ask alice app response_mode=form_post response_type=token
	assert_status 200
	assert_page '<form method="post" action="http://127.0.0.1:9/cb">'
	assert_equal "$(form_fields | sort)" \
	    "error=unsupported_response_type
error_description=response type unsupported
iss=$ISSUER
state=a-state"
}

@test "authorize: a client that may not use codes is told so" {
	add_client web --redirect-uri https://a.example/cb
	latchkey client set web --grant client_credentials
	ask - web redirect_uri=https://a.example/cb
	assert_error_redirect unauthorized_client https://a.example/cb
}

# --- PKCE

@test "authorize: PKCE with S256 is required; none, plain or a malformed challenge is refused (OAuth 2.1 4.1.1, RFC 7636 4.4.1)" {
	local public client
	add_client public --public --redirect-uri https://spa.example/cb
	for client in app public; do
		CALLBACK=http://127.0.0.1:9/cb
		[[ $client = app ]] || CALLBACK=https://spa.example/cb
		ask alice $client code_challenge= code_challenge_method=
		assert_error_redirect invalid_request
		assert_logged reason=code_challenge_missing
		ask alice $client code_challenge=
		assert_error_redirect invalid_request
		ask alice $client code_challenge_method=	# means plain
		assert_error_redirect invalid_request
		assert_logged reason=code_challenge_method_unsupported
		ask alice $client code_challenge_method=plain
		assert_error_redirect invalid_request
		ask alice $client code_challenge_method=s256
		assert_error_redirect invalid_request
		ask alice $client code_challenge="${CHALLENGE%?}"
		assert_error_redirect invalid_request
		assert_logged reason=code_challenge_malformed
		ask alice $client code_challenge="${CHALLENGE}A"
		assert_error_redirect invalid_request
		ask alice $client code_challenge="$CHALLENGE="
		assert_error_redirect invalid_request
		ask alice $client code_challenge="+${CHALLENGE#?}"
		assert_error_redirect invalid_request
	done
}

@test "authorize: a client registered with --no-pkce may go without, not with plain" {
	add_client old --no-pkce --trusted
	ask alice old code_challenge= code_challenge_method=
	assert_code
	ask alice old code_challenge_method=plain
	assert_error_redirect invalid_request
	ask alice old code_challenge= code_challenge_method=S256
	assert_error_redirect invalid_request
}

@test "authorize: PKCE cannot be waived for a public client" {
	run ! add_client native --public --no-pkce
}

# --- the answer

@test "authorize: the app gets a code, its state and our issuer (RFC 6749 4.1.2, RFC 9207 2)" {
	local to
	ask alice app
	to=$(http_header Location)
	assert_status 303
	assert_equal "${to%%\?*}" "$CALLBACK"
	[[ $(url_param code "$to") =~ ^[A-Za-z0-9_-]{40,}$ ]]
	assert_equal "$(url_param state "$to")" a-state
	assert_equal "$(url_param iss "$to")" "$ISSUER"
	[[ $to != *error* ]]
}

@test "authorize: no two codes are the same" {
	local first
	first=$(get_code alice app)
	[[ $first != "$(get_code alice app)" ]]
}

@test "authorize: without a state none comes back (RFC 6749 4.1.2)" {
	ask alice app state=
	assert_code
	[[ $(http_header Location) != *state* ]]
}

@test "authorize: the answer is appended to a query the redirect URI has (RFC 6749 3.1.2)" {
	add_client web --trusted --redirect-uri 'https://a.example/?page=cb'
	ask alice web redirect_uri='https://a.example/?page=cb'
	[[ $(http_header Location) = 'https://a.example/?page=cb&code='* ]]
}

@test "authorize: state comes back byte for byte, with any content" {
	local state
	for state in ' a+b&c=d%41;/?#"<>' $'caf\u00e9 \u4f60\u597d \U1f511' \
	    $'a\r\nSet-Cookie: x=1' '%0d%0a' $'\t'; do
		ask alice app state="$state"
		assert_code
		assert_equal "$(url_param state "$(http_header Location)"; echo .)" \
		    "$state."
		refute_header Set-Cookie
	done
}

@test "authorize: a state of 4 KiB is accepted, in an error too; one of 8 KiB is refused" {
	local long
	long=$(printf '%04096d' 0)
	ask alice app state="$long"
	assert_code
	assert_equal "$(url_param state "$(http_header Location)")" "$long"
	STATE=$long
	ask alice app state="$long" response_type=token
	assert_error_redirect unsupported_response_type
	STATE=
	ask alice app state="${long}0"
	assert_error_redirect invalid_request
	assert_logged reason=state_too_long
	ask alice app state="$long$long"
	assert_error_redirect invalid_request
}

@test "authorize: a state of 4 KiB survives sign-in and consent, each byte encoded" {
	local long to
	long=$(printf '%04096d' 0)
	long=${long//0/\"}
	add_client web --name Web
	to=$(sign_in bob web state="$long")
	assert_equal "$(url_param state "$to")" "$long"
}

@test "authorize: a request too long to go on with is refused at once, not after the password" {
	local long
	long=$(printf '%08500d' 0)
	ask - app claims="${long//0/\"}"	# 25 KiB when encoded
	assert_error_redirect invalid_request
	assert_logged reason=request_too_long
	request - POST "$ISSUER/authorize" client_id=app redirect_uri="$CALLBACK" \
	    response_type=code scope=openid state=a-state x="$long$long$long" \
	    code_challenge="$CHALLENGE" code_challenge_method=S256
	assert_error_redirect invalid_request
}

@test "authorize: response_mode=form_post is a page whose form sends itself by a script that its hash allows, or by a button (Form Post Response Mode)" {
	local script
	ask alice app response_mode=form_post
	assert_status 200
	assert_equal "$(http_body | grep -c '<button')" 1
	refute_page ' on[a-z]+='
	script=$(http_body | tr '\n' '\r' | sed 's/.*<script>//; s/<.script>.*//' |
	    tr '\r' '\n' && printf x)
	[[ $(http_header Content-Security-Policy) = *"; script-src 'sha256-$(
	    printf %s "${script%x}" | openssl dgst -sha256 -binary | base64)'; "* ]]
	assert_page '<form method="post" action="http://127.0.0.1:9/cb">'
	assert_page 'Photo Album'
	form_fields >"$BATS_TEST_TMPDIR/fields"
	grep -qx 'state=a-state' "$BATS_TEST_TMPDIR/fields"
	grep -qx "iss=$ISSUER" "$BATS_TEST_TMPDIR/fields"
	redeem "$(sed -n 's/^code=//p' "$BATS_TEST_TMPDIR/fields")"
	assert_status 200
}

@test "authorize: only with prompt=none may the app have the page of form_post in a frame, and no one else" {
	local csp
	ask alice app response_mode=form_post prompt=none
	csp=$(http_header Content-Security-Policy)
	[[ $csp = *"; frame-ancestors http://127.0.0.1:9; "* ]]
	refute_header X-Frame-Options
	ask - app response_mode=form_post prompt=none response_type=x
	csp=$(http_header Content-Security-Policy)
	[[ $csp = *"; frame-ancestors http://127.0.0.1:9; "* ]]
	for more in prompt= prompt=login prompt=consent; do
		ask alice app response_mode=form_post "$more"
		[[ $(http_header Content-Security-Policy) = *"frame-ancestors 'none'; "* ]]
		assert_header X-Frame-Options '^DENY$'
	done
	latchkey client set app --redirect-uri com.example.app:/cb
	ask alice app redirect_uri=com.example.app:/cb response_mode=form_post \
	    prompt=none
	[[ $(http_header Content-Security-Policy) = *"frame-ancestors 'none'; "* ]]
	ask alice app redirect_uri=https://x.example/cb response_mode=form_post \
	    prompt=none
	assert_error_page redirect_uri_unregistered
	assert_header X-Frame-Options '^DENY$'
}

@test "authorize: form_post escapes what it carries" {
	ask alice app response_mode=form_post state='"><script>alert(1)</script>'
	refute_page '<script>alert'
	form_fields | grep -qxF 'state="><script>alert(1)</script>'
}

@test "authorize: a form_post client gets its answer by form after sign-in and consent" {
	add_client web
	open_page bob "$(authorize_url web response_mode=form_post)"
	log_in bob
	allow bob
	assert_status 200
	assert_page '<form method="post" action="http://127.0.0.1:9/cb">'
	form_fields | grep -q '^code='
	open_page eve "$(authorize_url web response_mode=form_post)"
	submit eve step=cancel
	assert_status 200
	form_fields | grep -qx error=access_denied
}

# --- prompt (OpenID Connect Core 3.1.2.1)

@test "authorize: prompt=none shows no page: login_required, consent_required, or a code" {
	ask - app prompt=none
	assert_error_redirect login_required
	ask alice app prompt=none
	assert_code
	add_client other
	ask alice other prompt=none
	assert_error_redirect consent_required
}

@test "authorize: prompt=none sets no cookie and leaves nothing behind" {
	ask - app prompt=none
	refute_header Set-Cookie
}

@test "authorize: prompt=login asks for the password though signed in, and auth_time is new" {
	local before after
	redeem "$(get_code alice app)" >/dev/null
	before=$(jwt_claims "$(http_body | field id_token)" | field auth_time)
	travel 100
	redeem "$(get_code alice app)" >/dev/null
	after=$(jwt_claims "$(http_body | field id_token)" | field auth_time)
	assert_equal "$after" "$before"
	ask alice app prompt=login
	assert_sign_in_page
	log_in alice
	assert_code
	redeem "$(url_param code "$(http_header Location)")" >/dev/null
	after=$(jwt_claims "$(http_body | field id_token)" | field auth_time)
	((after >= before + 100))
}

@test "authorize: prompt=consent asks though it was allowed before" {
	ask alice app prompt=consent
	assert_consent_page
	allow alice
	assert_code
	ask alice app
	assert_code
}

@test "authorize: prompt=select_account shows who it would be; go on, switch, or cancel" {
	ask alice app prompt=select_account
	assert_status 200
	assert_page 'Alice Adams'
	refute_page 'type="password"'
	submit alice step=continue
	assert_code
	ask alice app prompt=select_account
	submit alice step=switch
	assert_sign_in_page
	log_in bob
	assert_page 'Photo Album'
	ask alice app prompt=select_account
	submit alice step=cancel
	assert_error_redirect access_denied
}

@test "authorize: prompt=select_account without a session is a sign-in" {
	ask carol app prompt=select_account
	assert_sign_in_page
	submit carol step=login username=alice password="$PASSWORD"
	assert_code
}

@test "authorize: prompts combine, each is asked once" {
	ask alice app prompt='login consent'
	assert_sign_in_page
	log_in alice
	assert_consent_page
	allow alice
	assert_code
	ask alice app prompt='select_account consent'
	submit alice step=continue
	assert_consent_page
	allow alice
	assert_code
	ask alice app prompt='consent login select_account'
	assert_sign_in_page
	log_in alice
	assert_consent_page
	allow alice
	assert_code
}

# --- max_age, hints, and what makes no difference

@test "authorize: max_age asks again once the sign-in is older (Core 3.1.2.1)" {
	open_page alice "$(authorize_url app prompt=login)"
	log_in alice
	ask alice app max_age=300
	assert_code
	travel 400
	ask alice app max_age=300 prompt=none
	assert_error_redirect login_required
	ask alice app max_age=300
	assert_sign_in_page
	log_in alice
	assert_code
	ask alice app max_age=300
	assert_code
}

@test "authorize: max_age=0 is prompt=login, in the same second too (Core 3.1.2.1)" {
	open_page alice "$(authorize_url app prompt=login)"
	log_in alice
	assert_code
	ask alice app max_age=0 prompt=none
	assert_error_redirect login_required
	ask alice app max_age=0
	assert_sign_in_page
	log_in alice
	assert_code
}

@test "authorize: login_hint fills in the name, escaped; one that is no name does no harm" {
	ask - app login_hint=alice
	assert_equal "$(tags input | grep 'name="username"' | attribute value)" \
	    alice
	ask - app login_hint='"><script>alert(1)</script>'
	refute_page '<script'
	assert_equal "$(tags input | grep 'name="username"' | attribute value)" \
	    '"><script>alert(1)</script>'
	ask - app login_hint="$(printf '%0300d' 0)"
	assert_sign_in_page
	ask - app login_hint=$'al\nice'
	assert_sign_in_page
	assert_equal "$(tags input | grep 'name="username"' | attribute value)" ''
}

@test "authorize: an id_token_hint of the person who is signed in changes nothing, expired or not" {
	local hint
	hint=$(redeem "$(get_code alice app)" | field id_token)
	ask alice app id_token_hint="$hint" prompt=none
	assert_code
	travel 3700
	ask alice app id_token_hint="$hint" prompt=none
	assert_code
	latchkey key rotate --now
	ask alice app id_token_hint="$hint" prompt=none
	assert_code
}

@test "authorize: an id_token_hint of another person asks for a sign-in, never gives another's code" {
	local hint
	hint=$(redeem "$(get_code alice app)" | field id_token)
	sign_in bob app >/dev/null
	ask bob app id_token_hint="$hint" prompt=none
	assert_error_redirect login_required
	ask bob app id_token_hint="$hint"
	assert_sign_in_page
	log_in bob	# still not the person meant
	assert_sign_in_page
	log_in bob
	submit bob step=login username=alice password="$PASSWORD"
	assert_code
}

@test "authorize: a hint that is no ID token of ours for this client fits no person: login_required at worst (Core 3.1.2.1)" {
	local answer hint
	answer=$(redeem "$(get_code alice app)")
	add_client other --trusted
	hint=$(field id_token <<<"$answer")
	ask alice other id_token_hint="$hint" prompt=none
	assert_error_redirect login_required
	for hint in "$(field access_token <<<"$answer")" "${hint%?????}AAAAA" \
	    "$(printf '{"alg":"none"}' | base64url).$(
	    cut -d . -f 2 <<<"$hint")." garbage; do
		: >"$SERVER_LOG"
		ask alice app id_token_hint="$hint" prompt=none
		assert_error_redirect login_required
		assert_logged 'login_required reason=id_token_hint_invalid client_id=app'
		ask alice app id_token_hint="$hint"
		assert_sign_in_page
		assert_logged '^latchkey authorize: id_token_hint_invalid client_id=app'
	done
}

@test "authorize: a hint that fits no person asks once, and then goes on" {
	ask - app id_token_hint=garbage prompt=none
	assert_error_redirect login_required
	ask alice app id_token_hint=garbage login_hint=alice
	assert_sign_in_page
	log_in alice
	assert_code
	ask carol app id_token_hint=garbage prompt='login select_account'
	submit carol step=login username=bob password="$PASSWORD"
	assert_consent_page
	submit carol step=allow
	assert_code
}

@test "authorize: an id_token_hint of an HS256 client is understood" {
	local hint
	add_client old --alg HS256 --trusted
	hint=$(CLIENT=old redeem "$(get_code alice old)" | field id_token)
	assert_equal "$(jwt_header "$hint" | field alg)" HS256
	ask alice old id_token_hint="$hint" prompt=none
	assert_code
	ask - old id_token_hint="$hint" prompt=none
	assert_error_redirect login_required
	ask alice old id_token_hint="${hint%?????}AAAAA" prompt=none
	assert_error_redirect login_required
}

@test "authorize: claims_locales, acr_values, display, claims and unknown ones make no difference" {
	ask alice app claims_locales=de \
	    acr_values='urn:x urn:y' display=popup \
	    claims='{"id_token":{"acr":{"essential":true}}}' unheard=1 audience=x
	assert_code
}

@test "authorize: unknown scopes are ignored, and without openid it is plain OAuth (RFC 6749 3.3)" {
	ask alice app scope='openid unheard profile'
	assert_code
	redeem "$(url_param code "$(http_header Location)")" >/dev/null
	assert_field scope 'openid profile'
	ask alice app scope=profile
	assert_code
	redeem "$(url_param code "$(http_header Location)")" >/dev/null
	assert_field scope profile
	refute_field id_token
}

# --- methods

@test "authorize: a POST from another site brings no cookies, and still ends in a code (Core 3.1.2.1)" {
	request - POST "$ISSUER/authorize" -H 'Origin: https://app.example' \
	    client_id=app redirect_uri="$CALLBACK" response_type=code \
	    scope=openid state=a-state code_challenge="$CHALLENGE" \
	    code_challenge_method=S256
	assert_status 303
	[[ $(http_header Location) = "$ISSUER/authorize?"* ]]
	refute_header Set-Cookie
	# which the browser loads with its cookies
	request alice GET "$(http_header Location)"
	assert_code
	assert_equal "$(url_param state "$(http_header Location)")" a-state
}

@test "authorize: a POST reaches the page to sign in on, with all it asked for" {
	request - POST "$ISSUER/authorize" client_id=app response_type=code \
	    redirect_uri="$CALLBACK" scope=openid state='ä & b' \
	    code_challenge="$CHALLENGE" code_challenge_method=S256 \
	    login_hint=alice prompt=login
	open_page carol "$(http_header Location)"
	assert_sign_in_page
	submit carol step=login username=alice password="$PASSWORD"
	assert_code
	assert_equal "$(url_param state "$(http_header Location)")" 'ä & b'
}

@test "authorize: a POST with something wrong is answered like a GET" {
	request - POST "$ISSUER/authorize" client_id=nobody
	assert_error_page client_id_unknown
	request - POST "$ISSUER/authorize" client_id=app state=a-state \
	    redirect_uri="$CALLBACK" response_type=token
	assert_error_redirect unsupported_response_type
}

@test "authorize: parameters of a POST are those of its body" {
	request - POST "$(authorize_url app)" client_id=nobody
	assert_error_page client_id_unknown
}

@test "authorize: HEAD is a GET without a body" {
	request - HEAD "$(authorize_url app)"
	assert_status 200
	assert_header Content-Length '^[1-9][0-9]+$'
	assert_equal "$(http_body)" ''
}

# --- apps that are not for everybody

@test "authorize: an app limited to groups is closed to others, on a 403 page with a way back" {
	local back
	add_client club --name 'The Club' --group members --trusted
	ask alice club
	assert_status 403
	refute_header Location
	assert_page 'The Club'
	assert_page 'Alice Adams'
	assert_logged reason=user_not_in_group
	back=$(tags a | attribute href)
	[[ $back = "$CALLBACK?"* ]]
	assert_equal "$(url_param error "$back")" access_denied
	assert_equal "$(url_param state "$back")" a-state
	assert_equal "$(url_param iss "$back")" "$ISSUER"
	ask alice club prompt=none
	assert_error_redirect access_denied
}

@test "authorize: the way back from an app that is closed has no state if none was sent" {
	add_client club --group members --trusted
	ask alice club state=
	[[ $(tags a | attribute href) != *state* ]]
}

@test "authorize: the way back from an app that is closed goes by form_post if it was asked for" {
	add_client club --group members --trusted
	ask alice club response_mode=form_post
	assert_status 403
	assert_page '<form method="post" action="http://127.0.0.1:9/cb">'
	form_fields | grep -qx error=access_denied
	form_fields | grep -qx state=a-state
}

@test "authorize: a change of groups counts at once" {
	add_client club --group members --group friends --trusted
	ask alice club
	assert_status 403
	latchkey user set alice --add-group friends
	ask alice club
	assert_code
	latchkey user set alice --remove-group friends
	ask alice club
	assert_status 403
}

# --- the same through real servers, and below a path

@test "authorize: the flow works through lighttpd and FastCGI" {
	local to
	start_server
	open_page bob "$(authorize_url app)"
	assert_sign_in_page
	log_in bob
	assert_consent_page
	allow bob
	to=$(http_header Location)
	assert_equal "$(url_param iss "$to")" "$ISSUER"
	redeem "$(url_param code "$to")"
	assert_status 200
	ask bob app
	assert_code
	ask - nobody
	assert_error_page client_id_unknown
	ask bob app response_type=token
	assert_error_redirect unsupported_response_type
	request - POST "$ISSUER/authorize" client_id=app response_type=code \
	    redirect_uri="$CALLBACK" scope=openid state=a-state \
	    code_challenge="$CHALLENGE" code_challenge_method=S256
	request bob GET "$(http_header Location)"
	assert_code
	stop_server
}

@test "authorize: an issuer may have a path; forms, cookies, redirects and iss follow, as CGI and FastCGI" {
	local to
	rm -rf "$DATA"
	new_store /idp/v1
	add_user alice
	add_client app
	to=$(sign_in alice app)
	assert_equal "$(url_param iss "$to")" "$ISSUER"
	redeem "$(url_param code "$to")"
	assert_status 200
	start_server
	to=$(sign_in alice app)
	assert_equal "$(url_param iss "$to")" "$ISSUER"
	redeem "$(url_param code "$to")"
	assert_status 200
	assert_equal "$(jwt_claims "$(http_body | field id_token)" | field iss)" \
	    "$ISSUER"
	stop_server
}
