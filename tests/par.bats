# Pushed authorization requests (RFC 9126): what an app asks for does not go by
# way of the browser, which brings a request_uri alone.

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	add_user alice --name 'Alice Adams' --email alice@example.org
	add_client app
	add_client other
	add_client trusted --trusted
	add_client only --trusted --require-par
	latchkey client add script --public --redirect-uri "$CALLBACK" >/dev/null
	CLIENT=app
	export CLIENT
	save_store
}

setup() {
	fresh_store
}

teardown() {
	refute_logged 'server_error|AddressSanitizer|runtime error'
}

# push [NAME=VALUE...]: by $CLIENT, with all that is needed; NAME= takes a
# parameter out. Sets $request_uri.
push() {
	local pair
	local -A p=([response_type]=code [redirect_uri]=$CALLBACK
	    [scope]='openid profile' [state]=a-state [nonce]=a-nonce
	    [code_challenge]=$CHALLENGE [code_challenge_method]=S256)
	local -a pairs=()
	for pair; do
		p[${pair%%=*}]=${pair#*=}
	done
	for pair in "${!p[@]}"; do
		[[ -z ${p[$pair]} ]] || pairs+=("$pair=${p[$pair]}")
	done
	as_client par "${pairs[@]}" >/dev/null
	request_uri=$(http_body | field request_uri)
}

# come PERSON [NAME=VALUE...]: the browser brings it.
come() {
	open_page "$1" "$ISSUER/authorize?$(form client_id="$CLIENT" \
	    request_uri="$request_uri" "${@:2}")"
}

# finish PERSON: signs in and allows, whichever is asked; prints where the app
# gets its answer.
finish() {
	! page_asks_password || log_in "$1"
	! page_asks_consent || allow "$1"
	assert_status 303
	http_header Location
}

@test "par: a request is pushed, the browser brings its request_uri, and the app has its code (RFC 9126 2, 4)" {
	local to
	push
	assert_status 201
	assert_header Cache-Control '^no-store$'
	assert_header Content-Type '^application/json$'
	assert_field expires_in 90
	[[ $request_uri =~ ^urn:ietf:params:oauth:request_uri:[A-Za-z0-9_-]{64}$ ]]
	come alice
	to=$(finish alice)
	[[ $to = "$CALLBACK?"* ]]
	assert_equal "$(url_param state "$to")" a-state
	redeem "$(url_param code "$to")" >/dev/null
	assert_status 200
	assert_equal "$(http_body | field scope)" 'openid profile'
	assert_equal "$(jwt_claims "$(http_body | field id_token)" | field nonce)" \
	    a-nonce
}

@test "par: Basic there and the secret in the form at the token endpoint, and the other way round" {
	local to
	push
	come alice
	to=$(finish alice)
	AUTH=post redeem "$(url_param code "$to")" >/dev/null
	assert_status 200
	AUTH=post push
	come alice
	to=$(finish alice)
	AUTH=basic redeem "$(url_param code "$to")" >/dev/null
	assert_status 200
}

@test "par: a public client, private_key_jwt and client_secret_jwt push as well" {
	local to client auth
	add_key_client signer EdDSA >/dev/null
	add_secret_jwt_client secret-signer >/dev/null
	while read -r client auth; do
		CLIENT=$client AUTH=$auth
		push
		assert_status 201
		come alice
		to=$(finish alice)
		redeem "$(url_param code "$to")" >/dev/null
		assert_status 200
	done <<-END
		script none
		signer jwt
		secret-signer secret_jwt
	END
}

@test "par: opening the page spends nothing, the code does (RFC 9126 4)" {
	local to
	push
	come alice
	come alice	# a reload
	page_asks_password
	log_in alice
	page_asks_consent
	come alice	# again
	page_asks_consent
	to=$(finish alice)
	come alice
	assert_error_page request_uri_used
	assert_page 'This sign-in is complete already'
	come bob
	assert_error_page request_uri_used
	redeem "$(url_param code "$to")" >/dev/null
	assert_status 200
}

@test "par: a button that is pressed twice gives a code both times, for a moment" {
	local i
	push
	come alice
	log_in alice
	page_asks_consent
	keep_page asked
	for i in 1 2; do
		in_page asked
		STAY=1 submit alice step=allow
		assert_status 303
		[[ $(http_header Location) = "$CALLBACK"*code=* ]]
	done
	redeem "$(url_param code "$(http_header Location)")" >/dev/null
	assert_status 200
	come alice	# but by no other way
	assert_error_page request_uri_used
	travel 11
	in_page asked
	STAY=1 submit alice step=allow
	assert_error_page request_uri_used
}

@test "par: of two that finish at once, one has a code" {
	local pages codes i
	CLIENT=trusted push
	CLIENT=trusted come alice
	log_in alice
	CLIENT=trusted push
	for i in 1 2 3 4 5 6; do
		cp "$BATS_TEST_TMPDIR/cgi-jar-alice" "$BATS_TEST_TMPDIR/cgi-jar-alice-$i"
		ANSWER_DIR=$BATS_TEST_TMPDIR/at-$i CLIENT=trusted come "alice-$i" &
	done
	wait
	pages=$(cat "$BATS_TEST_TMPDIR"/at-*/status | grep -c 400) || :
	codes=$(cat "$BATS_TEST_TMPDIR"/at-*/headers | grep -c '[?&]code=') || :
	assert_equal "$codes" 1
	# The rest saw it used, or lost the race for the code.
	((pages <= 5))
	cat "$BATS_TEST_TMPDIR"/at-*/headers | grep -c 'error=invalid_request_uri' |
	    { read -r lost; assert_equal "$((pages + lost))" 5; }
}

@test "par: a browser comes within 90 seconds; then the person has an hour" {
	local to
	push
	travel 80
	come alice
	page_asks_password
	travel 3400
	come alice
	to=$(finish alice)
	[[ $to = *code=* ]]
	push
	travel 90
	come alice
	assert_error_page request_uri_expired
	assert_page 'This sign-in has expired'
	push
	come bob
	travel 3600
	come bob
	assert_error_page request_uri_expired
}

@test "par: a request_uri is its client's alone" {
	push
	CLIENT=other come alice
	assert_error_page client_mismatch
	CLIENT='' come alice
	assert_error_page client_id_missing
	CLIENT=nobody come alice
	assert_error_page client_id_unknown
	come alice	# and it was not lost by that
	page_asks_password
}

@test "par: a request_uri that was changed, cut, of another kind or made up is refused" {
	local good uri code
	push
	good=$request_uri
	code=$(CLIENT=trusted get_code alice trusted)
	for uri in "$(other_char "$good" 40)" "$(other_char "$good" 90)" \
	    "${good:0:90}" "${good}A" "${good%%:request_uri:*}:request_uri:" \
	    "urn:ietf:params:oauth:request_uri:$code"; do
		request_uri=$uri come alice
		assert_error_page request_uri_forged
	done
}

@test "par: what comes beside a request_uri does not count" {
	push scope=openid
	come alice scope='openid email groups' redirect_uri=https://evil.example/ \
	    state=evil response_type=token prompt=none nonce=evil \
	    response_mode=fragment resource=https://evil.example/
	page_asks_password
	local to
	to=$(finish alice)
	[[ $to = "$CALLBACK?"* ]]
	assert_equal "$(url_param state "$to")" a-state
	redeem "$(url_param code "$to")" >/dev/null
	assert_equal "$(http_body | field scope)" openid
}

@test "par: another request_uri is not fetched, and none can be pushed (RFC 9126 2.1)" {
	request alice GET "$(authorize_url app request_uri=https://app.example/r)"
	assert_error_redirect request_uri_not_supported
	push request_uri=https://app.example/r
	assert_refused 400 invalid_request
	assert_logged 'reason=request_uri_unsupported client_id=app'
	push
	push request_uri="$request_uri"
	assert_refused 400 invalid_request
}

@test "par: request_uri or client_id given twice gets a page" {
	push
	request alice GET "$ISSUER/authorize?$(form client_id=app \
	    request_uri="$request_uri" request_uri="$request_uri")"
	assert_error_page parameter_repeated
	request alice GET "$ISSUER/authorize?$(form client_id=app client_id=app \
	    request_uri="$request_uri")"
	assert_error_page parameter_repeated
}

@test "par: an app whose request_uri is refused is told, if it says where it is" {
	push
	travel 90
	come alice redirect_uri="$CALLBACK" state=a-state
	assert_error_redirect invalid_request_uri
	come alice redirect_uri=https://evil.example/
	assert_error_page request_uri_expired
}

@test "par: what is wrong with a request is said at once (RFC 9126 2.3)" {
	local wrong error reason
	while read -r error reason wrong; do
		: >"$SERVER_LOG"
		push "$wrong"
		assert_refused 400 "$error" || fail "with $wrong"
		assert_logged "par: .*reason=$reason client_id=app" || fail "with $wrong"
	done <<-END
		invalid_request response_type_missing response_type=
		unsupported_response_type response_type_unsupported response_type=token
		invalid_request redirect_uri_unregistered redirect_uri=https://evil.example/
		invalid_request redirect_uri_unregistered redirect_uri=$CALLBACK/
		invalid_request response_mode_unsupported response_mode=query.jwt
		invalid_request code_challenge_missing code_challenge=
		invalid_request code_challenge_method_unsupported code_challenge_method=plain
		invalid_request code_challenge_method_unsupported code_challenge_method=
		invalid_request code_challenge_malformed code_challenge=short
		invalid_scope scope_malformed scope=openid "x"
		invalid_scope scope_not_allowed scope=unheard of
		invalid_scope scope_not_allowed scope=
		invalid_target resource_unknown resource=https://api.example.org/
		invalid_request prompt_unknown prompt=maybe
		invalid_request prompt_none_with_others prompt=none login
		invalid_request max_age_malformed max_age=1h
		invalid_request nonce_too_long nonce=$(printf '%0513d' 0)
		invalid_request state_too_long state=$(printf '%04097d' 0)
		registration_not_supported registration_unsupported registration={}
		unmet_authentication_requirements acr_unmet claims={"id_token":{"acr":{"essential":true,"value":"9"}}}
	END
}

@test "par: who does not authenticate pushes nothing, and is told no more than that" {
	local with
	push
	SECRET=a-wrong-one-that-is-long-enough-to-be-one push scope=unheard
	assert_refused 401 invalid_client
	assert_header WWW-Authenticate '^Basic'
	AUTH=none push
	assert_refused 401 invalid_client
	CLIENT=nobody push
	assert_refused 401 invalid_client
	CLIENT=script push	# a public client has no secret
	assert_refused 401 invalid_client
	request - POST "$ISSUER/par" response_type=code
	assert_refused 401 invalid_client
	push client_id=other
	assert_refused 400 invalid_request
	assert_logged reason=client_id_differs
	push client_id=app client_secret="$SECRET"
	assert_refused 400 invalid_request
	assert_logged reason=client_auth_twice
	add_key_client signer EdDSA >/dev/null
	CLIENT=signer
	with=$(assertion signer)
	for _ in 1 2; do
		request - POST "$ISSUER/par" client_assertion="$with" \
		    client_assertion_type="$ASSERTION_TYPE" response_type=code \
		    redirect_uri="$CALLBACK" scope=openid \
		    code_challenge="$CHALLENGE" code_challenge_method=S256
	done
	assert_refused 401 invalid_client	# replayed
	assert_logged reason=assertion_reused
}

@test "par: a parameter twice, a GET, JSON, or too much is refused" {
	local name
	for name in scope state client_id request_uri unheard; do
		request - POST "$ISSUER/par" "$name=a" "$name=b" \
		    -H "Authorization: Basic $(basic app "$SECRET")"
		assert_refused 400 invalid_request
	done
	request - GET "$ISSUER/par"
	assert_status 405
	request - POST "$ISSUER/par" -H 'Content-Type: application/json' a=b
	assert_status 415
	push login_hint="$(printf '%017000d' 0)"
	assert_status 413
	assert_logged reason=request_too_long
	push login_hint="$(printf '%070000d' 0)"
	assert_status 413
}

@test "par: prompt and max_age that were pushed are obeyed, and answered once" {
	local to
	push
	come alice
	finish alice >/dev/null
	push prompt='login select_account'
	come alice
	page_asks_password	# although she is signed in
	to=$(finish alice)
	[[ $to = *code=* ]]
	push max_age=0
	come alice
	page_asks_password
	come alice	# a reload answers nothing
	page_asks_password
	to=$(finish alice)
	[[ $to = *code=* ]]
	push prompt=select_account
	come alice
	assert_page 'value="continue"'
	submit alice step=continue
	to=$(finish alice)
	[[ $to = *code=* ]]
	push prompt=none
	come stranger
	assert_error_redirect login_required
	come alice
	assert_status 303
	[[ $(http_header Location) = *code=* ]]
}

@test "par: no one but us says that a prompt was answered" {
	local answered
	push
	come alice
	finish alice >/dev/null
	push prompt=login
	come alice answered=1
	page_asks_password
	# What was answered for one request is not for another.
	log_in alice
	push prompt=login
	come alice
	answered=$(form_fields | sed -n 's/^request=.*answered=\([^&]*\).*/\1/p')
	come alice answered="$(url_decode "$answered")"
	page_asks_password
}

@test "par: a person who declines is told of to the app" {
	push
	come alice
	submit alice step=cancel
	assert_error_redirect access_denied
}

@test "par: --require-par: requests that were not pushed are refused, and told to the app" {
	local to
	request alice GET "$(authorize_url only)"
	assert_error_redirect invalid_request
	assert_logged reason=request_not_pushed
	CLIENT=only push
	CLIENT=only come alice
	to=$(finish alice)
	[[ $to = *code=* ]]
	latchkey client show only --json |
	    jq -e .require_pushed_authorization_requests >/dev/null
	latchkey client set only --no-require-par >/dev/null
	request alice GET "$(authorize_url only)"
	[[ $(http_header Location) = *code=* ]]
}

@test "par: what was pushed is judged again when the browser comes" {
	push
	latchkey client set app --redirect-uri https://new.example/ >/dev/null 2>&1
	come alice
	assert_error_page redirect_uri_unregistered
	CLIENT=other push
	latchkey client del other --yes >/dev/null
	CLIENT=other come alice
	assert_error_page client_id_unknown
	add_client other
	CLIENT=other come alice
	assert_error_page request_uri_expired
}

@test "par: neither the request_uri nor what was pushed is at rest" {
	push login_hint=someone-special state=a-special-state
	! grep -aE 'someone-special|a-special-state' <(stored_bytes) ||
	    fail 'in the clear'
	! grep -aF "${request_uri##*:}" <(stored_bytes) || fail 'the request_uri'
}

@test "par: public clients push so often from a network, and confidential ones as they like" {
	local i
	CLIENT=script AUTH=none
	# Time passes: it is a few more than 200.
	for ((i = 0; i < 500; i++)); do
		cgi par POST /par '' "client_id=script&response_type=code&redirect_uri=$(
		    url_encode "$CALLBACK")&scope=openid&code_challenge=$CHALLENGE&code_challenge_method=S256" \
		    >/dev/null
		[[ $(http_status) = 201 ]] || break
	done
	((i >= 200 && i < 500))
	assert_refused 429 temporarily_unavailable
	assert_logged reason=pushed_too_many
	ADDRESS=192.0.2.1 cgi par POST /par '' "client_id=script&response_type=code&redirect_uri=$(
	    url_encode "$CALLBACK")&scope=openid&code_challenge=$CHALLENGE&code_challenge_method=S256" \
	    >/dev/null
	assert_status 201
	travel 4
	push
	assert_status 201
	CLIENT=app AUTH=basic push
	assert_status 201
	open_page alice "$(authorize_url app)"	# sign-ins are counted apart
	log_in alice
	page_asks_consent
}

@test "par: ui_locales that were pushed choose the language" {
	push ui_locales=de
	come alice
	assert_page 'lang="de"'
}

@test "par: a script of a registered origin may push" {
	latchkey client set script --redirect-uri https://app.example.org/cb >/dev/null 2>&1
	request - POST "$ISSUER/par" -H 'Origin: https://app.example.org' \
	    client_id=script response_type=code \
	    scope=openid code_challenge="$CHALLENGE" code_challenge_method=S256
	assert_status 201
	assert_header Access-Control-Allow-Origin '^https://app.example.org$'
}
