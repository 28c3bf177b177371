# Signing out (OpenID Connect RP-Initiated Logout 1.0).

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	add_user alice --name 'Alice Adams'
	add_user bob
	add_client app --name 'Photo Album' --trusted \
	    --post-logout-redirect-uri https://app.example/bye \
	    --post-logout-redirect-uri 'https://app.example/out?x=1'
	add_client other --trusted --post-logout-redirect-uri https://other.example/
	save_store
}

setup() {
	fresh_store
}

teardown_file() {
	stop_all
}

# sign_in_at_app PERSON [NAME=VALUE...]: and the app gets its tokens, kept in
# the file tokens-PERSON.
sign_in_at_app() {
	redeem "$(get_code "$1" app "${@:2}")" \
	    >"$BATS_TEST_TMPDIR/tokens-$1"
}

token() {	# NAME PERSON
	field "$1" <"$BATS_TEST_TMPDIR/tokens-$2"
}

# log_out PERSON [NAME=VALUE...]: the app sends the browser here.
log_out() {
	request "$1" GET "$ISSUER/logout" "${@:2}"
}

assert_signed_in() {
	request "$1" GET "$(authorize_url app prompt=none)"
	assert_status 303
	url_param code "$(http_header Location)" >/dev/null ||
	    fail "$1 is signed out"
}

assert_signed_out() {
	request "$1" GET "$(authorize_url app prompt=none)"
	assert_error login_required
}

assert_asks() {
	assert_status 200
	assert_page 'value="logout"'
	assert_page 'Sign out\?'
}

assert_done() {
	assert_status 200
	assert_page 'You are signed out'
}

@test "logout: with a valid id_token_hint it is done at once (RP-Initiated Logout 2)" {
	sign_in_at_app alice
	log_out alice id_token_hint="$(token id_token alice)"
	assert_done
	assert_header Set-Cookie '^latchkey-session=; Path=/; Max-Age=0'
	assert_signed_out alice
}

@test "logout: without a hint the person is asked, who may stay" {
	sign_in_at_app alice
	log_out alice
	assert_asks
	assert_page 'Alice Adams'
	refute_page '<script| on[a-z]+=|javascript:'
	refute_header Set-Cookie
	assert_signed_in alice
	log_out alice
	submit alice step=stay
	assert_page 'still signed in'
	assert_signed_in alice
	log_out alice
	submit alice step=logout
	assert_done
	assert_signed_out alice
}

@test "logout: the page that asks says which app it was" {
	sign_in_at_app alice
	log_out alice client_id=app
	assert_asks
	assert_page 'Photo Album'
}

@test "logout: only the session of this browser ends" {
	sign_in_at_app alice
	open_page elsewhere "$(authorize_url app)"
	submit elsewhere step=login username=alice password="$PASSWORD"
	log_out alice id_token_hint="$(token id_token alice)"
	assert_signed_out alice
	assert_signed_in elsewhere
}

@test "logout: the old cookie is no longer good, not only forgotten" {
	sign_in_at_app alice
	cp "$BATS_TEST_TMPDIR/cgi-jar-alice" "$BATS_TEST_TMPDIR/cgi-jar-thief"
	assert_signed_in thief
	log_out alice id_token_hint="$(token id_token alice)"
	assert_signed_out thief
}

@test "logout: an expired hint is good, and one whose key is retired" {
	sign_in_at_app alice
	travel 7200
	log_out alice id_token_hint="$(token id_token alice)"
	assert_done
	sign_in_at_app alice
	latchkey key rotate --now
	latchkey key rotate --now
	log_out alice id_token_hint="$(token id_token alice)"
	assert_done
	assert_signed_out alice
}

@test "logout: a key's hints outlive its place in the JWKS, as long as a session can live" {
	local hint kid days tries=1
	sign_in_at_app alice
	hint=$(token id_token alice)
	kid=$(jwt_header "$hint" | field kid)
	latchkey key rotate --now
	for days in 1 178; do	# remembered sessions live for 180
		travel $((days * 86400))
		request - GET "$ISSUER/jwks.json"
		refute_page "$kid"
		[[ $(latchkey key list) != *"$kid"* ]]
		sign_in_at_app alice
		log_out alice id_token_hint="$hint" state=s \
		    post_logout_redirect_uri=https://app.example/bye
		assert_equal "$(http_header Location)" \
		    'https://app.example/bye?state=s'
		assert_signed_out alice
	done
	sign_in_at_app alice
	request alice GET "$(authorize_url app prompt=none)" id_token_hint="$hint"
	url_param code "$(http_header Location)" >/dev/null ||
	    fail 'the hint is not understood at /authorize'
	assert_no_error_found
	# Then the row goes, with the next writes; the hint is none, and asks.
	travel $((2 * 86400))
	! on_pgsql || tries=100 # where one write in sixteen does that
	until
		sign_in_at_app alice
		log_out alice id_token_hint="$hint"
		[[ $body = *'value="logout"'* ]] || ((--tries == 0))
	do :; done
	assert_asks
	submit alice step=logout
	assert_signed_out alice
}

@test "logout: an HS256 client's hint is good" {
	add_client old --alg HS256 --trusted
	CLIENT=old redeem "$(get_code alice old)" >"$BATS_TEST_TMPDIR/tokens-alice"
	assert_equal "$(jwt_header "$(token id_token alice)" | field alg)" HS256
	log_out alice id_token_hint="$(token id_token alice)"
	assert_done
	assert_signed_out alice
}

@test "logout: the hint of another person, or none of ours, ends nothing: the person is asked" {
	local hint
	sign_in_at_app alice
	sign_in_at_app bob
	hint=$(token id_token bob)
	for hint in "$hint" garbage "${hint%?????}AAAAA" \
	    "$(token access_token alice)" \
	    "$(printf '{"alg":"none"}' | base64url).$(
		token id_token alice | cut -d . -f 2)."; do
		log_out alice id_token_hint="$hint"
		assert_asks
		assert_signed_in alice
		assert_signed_in bob
	done
}

@test "logout: an older session's hint of the same person is good" {
	sign_in_at_app alice
	cp "$BATS_TEST_TMPDIR/tokens-alice" "$BATS_TEST_TMPDIR/tokens-old"
	latchkey session end --user alice >/dev/null
	sign_in_at_app alice
	log_out alice id_token_hint="$(token id_token old)"
	assert_done
}

@test "logout: goes on to a registered post_logout_redirect_uri, with state" {
	local state=$' a&b=c"<\u00fc>%41'
	sign_in_at_app alice
	log_out alice id_token_hint="$(token id_token alice)" \
	    post_logout_redirect_uri=https://app.example/bye state="$state"
	assert_status 303
	[[ $(http_header Location) = 'https://app.example/bye?state='* ]]
	assert_equal "$(url_param state "$(http_header Location)")" "$state"
	assert_signed_out alice
	sign_in_at_app alice
	log_out alice id_token_hint="$(token id_token alice)" state=s \
	    post_logout_redirect_uri='https://app.example/out?x=1'
	assert_equal "$(http_header Location)" 'https://app.example/out?x=1&state=s'
	sign_in_at_app alice
	log_out alice id_token_hint="$(token id_token alice)" \
	    post_logout_redirect_uri=https://app.example/bye
	assert_equal "$(http_header Location)" https://app.example/bye
}

@test "logout: client_id is enough to go on there, after the person was asked" {
	sign_in_at_app alice
	log_out alice client_id=app state=s \
	    post_logout_redirect_uri=https://app.example/bye
	assert_asks
	submit alice step=logout
	assert_equal "$(http_header Location)" 'https://app.example/bye?state=s'
	assert_signed_out alice
}

@test "logout: an address that is not registered, or another client's, is never gone to, and nothing ends" {
	local uri
	sign_in_at_app alice
	for uri in https://app.example/bye/ https://app.example/bye?x \
	    https://APP.example/bye https://app.example:443/bye \
	    https://other.example/ https://evil.example/ //evil.example \
	    javascript:alert\(1\) "$CALLBACK"; do
		: >"$SERVER_LOG"
		log_out alice id_token_hint="$(token id_token alice)" \
		    post_logout_redirect_uri="$uri"
		assert_error_page post_logout_redirect_uri_unregistered
	done
	assert_signed_in alice
	log_out alice post_logout_redirect_uri=https://evil.example/
	assert_error_page post_logout_redirect_uri_unregistered
	refute_page 'evil'
	# The page that says so offers a way on.
	assert_page "<a href=\"$ISSUER/logout\">Sign out</a>"
	log_out alice
	submit alice step=logout
	assert_done
	assert_signed_out alice
}

# link_of_page: where its link leads.
link_of_page() {
	tags a | attribute href
}

@test "logout: with a registered address and neither hint nor client_id the person is asked, and the page links there (RP-Initiated Logout 3)" {
	sign_in_at_app alice
	log_out alice state='a&b' \
	    post_logout_redirect_uri=https://app.example/bye
	assert_asks
	assert_page 'Photo Album'
	refute_page 'app\.example/bye"'
	assert_logged '^latchkey logout: logout_client_unnamed client_id=app'
	submit alice step=stay
	assert_page 'still signed in'
	assert_signed_in alice
	log_out alice state='a&b' \
	    post_logout_redirect_uri=https://app.example/bye
	submit alice step=logout
	assert_done
	refute_header Location
	assert_equal "$(link_of_page)" 'https://app.example/bye?state=a%26b'
	assert_page 'Back to <bdi>Photo Album'
	assert_signed_out alice
	# Without a session there is nothing to ask, and no redirect either.
	log_out x post_logout_redirect_uri='https://app.example/out?x=1' state=s
	assert_done
	assert_equal "$(link_of_page)" 'https://app.example/out?x=1&state=s'
}

@test "logout: an address that two apps have registered is linked to, and neither is named" {
	add_client twin --name 'Twin' \
	    --post-logout-redirect-uri https://app.example/bye
	sign_in_at_app alice
	log_out alice post_logout_redirect_uri=https://app.example/bye
	assert_asks
	refute_page 'Twin|Photo Album'
	submit alice step=logout
	assert_done
	assert_page 'href="https://app.example/bye">Back to the app<'
	log_out x client_id=twin \
	    post_logout_redirect_uri=https://app.example/bye
	assert_equal "$(http_header Location)" https://app.example/bye
}

@test "logout: a hint that does not verify, with a registered address: asked, signed out, linked back" {
	local hint
	sign_in_at_app alice
	hint=$(token id_token alice)
	for hint in garbage "${hint%?????}AAAAA"; do
		: >"$SERVER_LOG"
		sign_in_at_app alice
		log_out alice id_token_hint="$hint" \
		    post_logout_redirect_uri=https://app.example/bye
		assert_asks
		assert_logged 'logout: id_token_hint_invalid client_id=app'
		submit alice step=logout
		assert_done
		assert_equal "$(link_of_page)" https://app.example/bye
		assert_signed_out alice
	done
	# With client_id there is no doubt which app it is.
	sign_in_at_app alice
	log_out alice id_token_hint=garbage client_id=app \
	    post_logout_redirect_uri=https://app.example/bye
	assert_asks
	submit alice step=logout
	assert_equal "$(http_header Location)" https://app.example/bye
}

@test "logout: each page of a refusal offers to sign out" {
	local long
	long=$(printf '%05000d' 0)
	sign_in_at_app alice
	for query in client_id=unknown "client_id=app&state=$long" 'a=1&a=2' \
	    "client_id=other&id_token_hint=$(token id_token alice)"; do
		request alice GET "$ISSUER/logout?$query"
		assert_status 400
		assert_page "<a href=\"$ISSUER/logout\">Sign out</a>"
		assert_signed_in alice
	done
}

@test "logout: an unknown client, or one that is not the hint's, gets a page" {
	sign_in_at_app alice
	log_out alice client_id=nobody
	assert_error_page client_id_unknown
	log_out alice client_id=other id_token_hint="$(token id_token alice)"
	assert_error_page client_mismatch
	assert_signed_in alice
}

@test "logout: the hint of a client that has been removed ends nothing: the person is asked" {
	sign_in_at_app alice
	latchkey client del app >/dev/null
	log_out alice id_token_hint="$(token id_token alice)"
	assert_asks
	submit alice step=logout
	assert_done
}

@test "logout: the state may have 4 KiB, with the longest address too; 8 KiB are refused" {
	local uri long
	uri=https://app.example/$(printf '%01004d' 0)
	long=$(printf '%04096d' 0)
	long=${long//0/\"}
	latchkey client set app --post-logout-redirect-uri "$uri" >/dev/null
	sign_in_at_app alice
	log_out alice client_id=app post_logout_redirect_uri="$uri" state="$long"
	submit alice step=logout
	assert_status 303
	assert_equal "$(url_param state "$(http_header Location)")" "$long"
	log_out alice client_id=app post_logout_redirect_uri="$uri" \
	    state="$long$long"
	assert_error_page state_too_long
}

@test "logout: without a session there is nothing to ask" {
	log_out x
	assert_done
	log_out x client_id=app post_logout_redirect_uri=https://app.example/bye \
	    state=s
	assert_equal "$(http_header Location)" 'https://app.example/bye?state=s'
	request - GET "$ISSUER/logout"
	assert_done
}

@test "logout: twice is once" {
	sign_in_at_app alice
	log_out alice id_token_hint="$(token id_token alice)"
	log_out alice id_token_hint="$(token id_token alice)"
	assert_done
}

@test "logout: the button pressed twice, Back, and a lost answer all end signed out, and go on" {
	local to=https://app.example/bye asked
	asked=(client_id=app post_logout_redirect_uri=$to)
	sign_in_at_app alice
	log_out alice "${asked[@]}"
	assert_asks
	keep_page asked
	cp "$BATS_TEST_TMPDIR/cgi-jar-alice" "$BATS_TEST_TMPDIR/cgi-jar-before"
	submit alice step=logout
	assert_equal "$(http_header Location)" $to
	# Back, and once more.
	in_page asked
	submit alice step=logout
	assert_equal "$(http_header Location)" $to
	log_out alice "${asked[@]}"
	assert_equal "$(http_header Location)" $to
	# The answer never came, so the browser has its cookie.
	cp "$BATS_TEST_TMPDIR/cgi-jar-before" "$BATS_TEST_TMPDIR/cgi-jar-alice"
	in_page asked
	submit alice step=logout
	assert_equal "$(http_header Location)" $to
	assert_signed_out alice
	assert_equal "$(latchkey audit --json |
	    jq 'map(select(.event == "signed_out")) | length')" 1
}

@test "logout: a question left open in another tab ends no session that began after it" {
	sign_in_at_app alice
	log_out alice
	keep_page asked
	submit alice step=logout
	sign_in_at_app alice
	in_page asked
	submit alice step=logout
	assert_asks
	assert_signed_in alice
	# The same in two tabs of one session: the second has nothing to end.
	log_out alice
	keep_page one
	log_out alice
	submit alice step=logout
	assert_done
	in_page one
	submit alice step=stay
	assert_done
	assert_signed_out alice
}

@test "logout: a POST from another site comes without cookies, and still signs out" {
	sign_in_at_app alice
	request - POST "$ISSUER/logout" -H 'Origin: https://app.example' \
	    id_token_hint="$(token id_token alice)" state=s \
	    post_logout_redirect_uri=https://app.example/bye
	assert_status 303
	refute_header Set-Cookie
	[[ $(http_header Location) = "$ISSUER/logout?"* ]]
	request alice GET "$(http_header Location)"
	assert_equal "$(http_header Location)" 'https://app.example/bye?state=s'
	assert_signed_out alice
}

@test "logout: families without offline_access end with the session, others live (and say so)" {
	sign_in_at_app alice scope='openid profile'
	cp "$BATS_TEST_TMPDIR/tokens-alice" "$BATS_TEST_TMPDIR/tokens-bound"
	sign_in_at_app alice
	refresh "$(token refresh_token bound)" >"$BATS_TEST_TMPDIR/tokens-next"
	assert_status 200
	log_out alice id_token_hint="$(token id_token alice)"
	refresh "$(token refresh_token next)"
	assert_error invalid_grant
	introspect "$(token access_token bound)"
	assert_field active false
	introspect "$(token access_token next)"
	assert_field active false
	userinfo "$(token access_token bound)"
	assert_status 401
	refresh "$(token refresh_token alice)"
	assert_status 200
	introspect "$(token access_token alice)"
	assert_field active true
}

@test "logout: of this app alone ends what it has in this session, not the session, and not what works offline" {

	sign_in_at_app alice scope=openid
	redeem "$(get_code alice app scope='openid offline_access')" \
	    >"$BATS_TEST_TMPDIR/offline"
	CLIENT=other redeem "$(get_code alice other scope=openid)" >"$BATS_TEST_TMPDIR/other"
	log_out alice client_id=app post_logout_redirect_uri=https://app.example/bye state=s
	assert_asks
	assert_page 'Sign out of <bdi>Photo Album</bdi> only'
	submit alice step=app
	assert_status 303
	assert_equal "$(http_header Location)" 'https://app.example/bye?state=s'
	assert_signed_in alice
	run -0 refresh "$(token refresh_token alice)"
	assert_error invalid_grant
	userinfo "$(token access_token alice)" >/dev/null
	assert_status 401
	refresh "$(field refresh_token <"$BATS_TEST_TMPDIR/offline")" >/dev/null
	assert_status 200
	CLIENT=other refresh "$(field refresh_token <"$BATS_TEST_TMPDIR/other")" >/dev/null
	assert_status 200
	log_out alice client_id=app
	submit alice step=app
	assert_page 'You are still signed in to'
	latchkey audit --json | jq -e 'map(select(.event == "signed_out")) |
	    length == 2 and all(.client_id == "app" and .detail == "of this app alone")'
}

@test "logout: of this app alone is no choice where no app asks" {
	sign_in_at_app alice
	log_out alice
	assert_asks
	refute_page 'value="app"'
}

@test "logout: apps with a front-channel address are told by frames, each named in the policy, and then it goes on" {
	latchkey client set app \
	    --redirect-uri "$CALLBACK" --redirect-uri https://app.example/cb \
	    --frontchannel-logout-uri 'https://app.example/out?all=1' >/dev/null
	latchkey client set other \
	    --redirect-uri "$CALLBACK" --redirect-uri https://other.example:8443/cb \
	    --frontchannel-logout-uri https://other.example:8443/out >/dev/null
	sign_in_at_app alice
	CLIENT=other redeem "$(get_code alice other)" >/dev/null
	sid=$(jwt_claims "$(token id_token alice)" | jq -r .sid)
	log_out alice id_token_hint="$(token id_token alice)" \
	    post_logout_redirect_uri=https://app.example/bye state=s
	assert_status 200
	assert_equal "$(http_header Refresh)" '3; url=https://app.example/bye?state=s'
	assert_header Content-Security-Policy \
	    '.*; frame-src https://app.example https://other.example:8443'
	iss=$(url_encode "$ISSUER")
	assert_equal "$(tags iframe | attribute src | sort)" \
	    "https://app.example/out?all=1&iss=$iss&sid=$sid
https://other.example:8443/out?iss=$iss&sid=$sid"
	assert_signed_out alice
	# No session, no frames.
	log_out alice id_token_hint="$(token id_token alice)" \
	    post_logout_redirect_uri=https://app.example/bye
	assert_status 303
}

@test "logout: no other site can press the button (CSRF)" {
	local token
	sign_in_at_app alice
	sign_in_at_app bob
	log_out bob
	token=$(form_fields | sed -n 's/^csrf=//p')
	for token in "$token" x ''; do
		log_out alice
		submit alice step=logout csrf="$token"
		assert_asks
		assert_signed_in alice
	done
	log_out alice
	submit alice step=logout csrf
	assert_signed_in alice
	request alice POST "$ISSUER/logout" step=logout
	assert_status 303
	assert_signed_in alice
	log_out alice
	assert_asks
	# the page that asks again is good
	submit alice step=logout
	assert_done
	assert_signed_out alice
}

@test "logout: another site's form, which comes without the cookies, changes none" {
	local step
	for step in stay logout anything; do
		request - POST "$ISSUER/logout" -H 'Origin: https://evil.example' \
		    step="$step"
		assert_status 303
		refute_header Set-Cookie
		assert_header Location "^$ISSUER/logout$"
	done
	request - GET "$ISSUER/logout"
	refute_header Set-Cookie
}

@test "logout: the button's form, changed, does not redirect elsewhere" {
	sign_in_at_app alice
	log_out alice
	submit alice step=logout \
	    request='client_id=app&post_logout_redirect_uri=https://evil.example/'
	assert_error_page post_logout_redirect_uri_unregistered
	assert_signed_in alice
}

@test "logout: form-action lets the browser on to where the app wants people afterwards" {
	sign_in_at_app alice
	log_out alice client_id=app \
	    post_logout_redirect_uri=https://app.example/bye
	assert_header Content-Security-Policy \
	    "form-action 'self' [^;]*https://app\\.example(;| |$)"
}

@test "logout: any parameter twice is refused" {
	local name
	sign_in_at_app alice
	for name in state id_token_hint client_id post_logout_redirect_uri \
	    logout_hint ui_locales unheard; do
		: >"$SERVER_LOG"
		request alice GET "$ISSUER/logout?$name=1&$name=2"
		assert_error_page parameter_repeated
	done
	assert_signed_in alice
}

@test "logout: each parameter that is empty is none, and one that is too long or of another type ends nothing" {
	local name value
	sign_in_at_app alice
	for name in state id_token_hint client_id post_logout_redirect_uri \
	    logout_hint ui_locales; do
		log_out alice "$name="
		assert_asks
	done
	for value in "$(printf '%09000d' 1)" 'ü" {[<'; do
		for name in id_token_hint logout_hint ui_locales; do
			log_out alice "$name=$value"
			assert_asks
		done
		log_out alice client_id="$value"
		assert_error_page client_id_unknown
		log_out alice post_logout_redirect_uri="$value"
		assert_error_page post_logout_redirect_uri_unregistered
	done
	log_out alice state="$(printf '%09000d' 1)"
	assert_error_page state_too_long
	assert_signed_in alice
}

@test "logout: is in the audit" {
	sign_in_at_app alice
	log_out alice id_token_hint="$(token id_token alice)"
	latchkey audit --json | jq -e 'map(select(.event == "signed_out" and
	    .user == "alice" and .client_id == "app")) | length == 1'
}

@test "logout: through lighttpd and FastCGI, below a path" {
	rm -rf "$DATA"
	new_store /idp
	add_user alice
	add_client app --trusted --post-logout-redirect-uri https://app.example/bye
	start_server
	sign_in_at_app alice
	log_out alice client_id=app
	assert_asks
	submit alice step=logout
	assert_done
	assert_signed_out alice
	sign_in_at_app alice
	request - POST "$ISSUER/logout" id_token_hint="$(token id_token alice)" \
	    post_logout_redirect_uri=https://app.example/bye state=s
	request alice GET "$(http_header Location)"
	assert_equal "$(http_header Location)" 'https://app.example/bye?state=s'
	assert_signed_out alice
	stop_server
}
