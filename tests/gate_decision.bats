# What the gate decides: what its cookies, tokens and app passwords are good
# for, and what each kind of front end is told; by plain CGI, without a server.

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	gate_store
	save_store
}

setup() {
	fresh_store
}

teardown_file() {
	stop_all
}

# --- what cookies and states are good for --------------------------------------

@test "gate: a decision for a signed-in person writes nothing" {
	local cookie before i
	cookie=$(gate_cookie alice)
	before=$(stored_state)
	for i in {1..100}; do
		ask_gate /page.txt "HTTP_COOKIE=$cookie"
		assert_status 200
	done
	assert_equal "$(stored_state)" "$before"
	latchkey user set bob --name Bob >/dev/null
	[[ $(stored_state) != "$before" ]]
}

@test "gate: groups with spaces and letters of any script open what they are for, and are told with commas" {
	local cookie
	latchkey user set alice --add-group 'Family & Friends' --add-group 'Семья' \
	    >/dev/null
	latchkey site set "$SITE" --rule '/ signed-in' \
	    --rule '/a group:"Family & Friends"' --rule '/b group:"Семья"' \
	    --rule '/c group:Friends' >/dev/null
	cookie=$(gate_cookie alice)
	for path in /a /b; do
		ask_gate $path "HTTP_COOKIE=$cookie"
		assert_status 200
		assert_header Variable-REMOTE_GROUPS '^family,admins,Family & Friends,Семья$'
	done
	ask_gate /c "HTTP_COOKIE=$cookie"
	assert_status 403
}

@test "gate: another site's cookie, a forged one, a session's or a code open nothing" {
	local cookie value
	cookie=$(gate_cookie alice)
	value=${cookie#*=}
	ask_gate /page.txt "HTTP_COOKIE=$cookie"
	assert_status 200
	ask_gate /page.txt "HTTP_COOKIE=$cookie" "LATCHKEY_SITE=$OTHER"
	assert_status 303
	ask_gate /page.txt "HTTP_COOKIE=latchkey-gate=$(other_char "$value" 0)"
	assert_status 303
	ask_gate /page.txt "HTTP_COOKIE=latchkey-gate=${value:0:63}"
	assert_status 303
	ask_gate /page.txt "HTTP_COOKIE=$cookie; $cookie"
	assert_status 303
	ask_gate /page.txt "HTTP_COOKIE=latchkey-gate=$(jar_send / |
	    sed 's/.*latchkey-session=//; s/;.*//')"
	assert_status 303
	run -1 grep -aqF -e "$value" <(stored_bytes)
}

# start_visit PERSON PATH: someone signs in for it; $visit is the cookie, $to the
# address that the provider sends the browser back to.
start_visit() {
	ask_gate "$2" HTTP_ACCEPT=text/html ${visit:+"HTTP_COOKIE=$visit"}
	[[ -n $visit ]] || visit=$(http_header Set-Cookie)
	visit=${visit%%;*}
	open_page "$1" "$(http_header Location)"
	! page_asks_password || log_in "$1"
	to=$(http_header Location)
	[[ $to = "$SITE/.latchkey/callback?"* ]]
}

# back URL [VAR=VALUE...]: the browser does so.
back() {
	cgi gate GET /.latchkey/callback "${1#*\?}" '' FCGI_ROLE=AUTHORIZER \
	    "LATCHKEY_SITE=$SITE" "${@:2}" >/dev/null
}

# assert_begins_again URL: there, with nothing given.
assert_begins_again() {
	assert_status 303
	assert_equal "$(http_header Location)" "$1"
	refute_header Set-Cookie
}

grants() {
	latchkey grant list --json | jq '.grants | length'
}

@test "gate: a state is good in the browser it was made for alone (RFC 9700 4.7)" {
	local visit='' to other
	start_visit alice /page.txt
	back "$to"
	assert_status 403
	refute_header Set-Cookie
	assert_logged 'reason=sign_in_unknown'
	# Another browser of the site goes on without what this one was sent.
	other=latchkey-sign-in=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
	back "$to" "HTTP_COOKIE=$other"
	assert_begins_again "$SITE/page.txt"
	assert_logged 'reason=sign_in_overtaken'
	# The way back cannot be changed, and another issuer's answer is none.
	back "$(sed 's/%2Fpage.txt/%2Fopen/' <<<"$to")" "HTTP_COOKIE=$visit"
	assert_begins_again "$SITE/open"
	assert_equal "$(grants)" 0
	back "$(sed 's/iss=[^&]*/iss=https%3A%2F%2Fevil.example/' <<<"$to")" \
	    "HTTP_COOKIE=$visit"
	assert_status 400
	assert_logged 'reason=issuer_mismatch'
	back "$(sed 's/&*iss=[^&]*//' <<<"$to")" "HTTP_COOKIE=$visit"
	assert_status 400
	back "$to" "HTTP_COOKIE=$visit"
	assert_status 303
	assert_header Location "^$SITE/page.txt$"
	assert_header Set-Cookie '^latchkey-gate=[A-Za-z0-9_-]{64}; Path=/; HttpOnly; SameSite=Lax$'
}

@test "gate: a forged state leads to no other host, and to nothing of the gate's own" {
	local target visit=latchkey-sign-in=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
	local head
	head=$(printf 'A%.0s' {1..52})
	for target in '' //evil.example '/\evil.example' https://evil.example \
	    ' /x' $'/\nx' /.latchkey/sign-out /%2elatchkey/callback?state=x \
	    "/$(printf 'a%.0s' {1..2100})"; do
		back "?$(form state="$head$target")" "HTTP_COOKIE=$visit"
		assert_status 403
		refute_header Location
		assert_page 'href="/">Try again'
	done
	back "?$(form state="$head/a?b=//c")" "HTTP_COOKIE=$visit"
	assert_begins_again "$SITE/a?b=//c"
}

@test "gate: a callback that is asked for twice gives the same again, and ends no sign-in" {
	local visit='' to cookie
	start_visit alice /page.txt
	back "$to" "HTTP_COOKIE=$visit"
	assert_status 303
	cookie=$(http_header Set-Cookie)
	# The answer was lost, and the address is loaded again; then Back to it.
	back "$to" "HTTP_COOKIE=$visit"
	assert_equal "$(http_header Set-Cookie)" "$cookie"
	assert_equal "$(http_header Location)" "$SITE/page.txt"
	back "$to" "HTTP_COOKIE=$visit; ${cookie%%;*}"
	assert_equal "$(http_header Set-Cookie)" "$cookie"
	assert_equal "$(http_header Location)" "$SITE/page.txt"
	ask_gate /page.txt "HTTP_COOKIE=${cookie%%;*}"
	assert_status 200
	assert_equal "$(grants)" 1
	refute_logged 'code_reused'
	# Who has the code alone, or another browser's cookie, gets nothing.
	back "$to"
	assert_status 403
	back "$to" HTTP_COOKIE=latchkey-sign-in=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
	assert_begins_again "$SITE/page.txt"
	ask_gate /page.txt "HTTP_COOKIE=${cookie%%;*}"
	assert_status 200
	# Later it only leads on.
	travel 61
	back "$to" "HTTP_COOKIE=$visit; ${cookie%%;*}"
	assert_begins_again "$SITE/page.txt"
	assert_logged 'reason=code_expired'
	ask_gate /page.txt "HTTP_COOKIE=${cookie%%;*}"
	assert_status 200
}

@test "gate: a callback that is asked for again after signing out does not sign in" {
	local visit='' to cookie
	start_visit alice /page.txt
	back "$to" "HTTP_COOKIE=$visit"
	cookie=$(http_header Set-Cookie)
	cgi gate GET /.latchkey/sign-out '' '' FCGI_ROLE=AUTHORIZER \
	    "LATCHKEY_SITE=$SITE" "HTTP_COOKIE=$visit; ${cookie%%;*}" \
	    HTTP_SEC_FETCH_MODE=navigate HTTP_SEC_FETCH_SITE=same-origin >/dev/null
	back "$to" "HTTP_COOKIE=$visit"
	assert_begins_again "$SITE/page.txt"
	assert_logged 'reason=code_reused'
	assert_equal "$(grants)" 0
	# With the session over, the password is asked for.
	visit=''
	start_visit alice /page.txt
	latchkey session end --user alice >/dev/null
	back "$to" "HTTP_COOKIE=$visit"
	assert_status 303
	refute_header Set-Cookie
	ask_gate /page.txt HTTP_ACCEPT=text/html "HTTP_COOKIE=$visit"
	open_page alice "$(http_header Location)"
	page_asks_password
}

@test "gate: signing out at a site twice, by Back or after a lost answer, leads on to the provider" {
	local visit='' to cookie sent
	leave() {	# [COOKIE]
		cgi gate GET /.latchkey/sign-out '' '' FCGI_ROLE=AUTHORIZER \
		    "LATCHKEY_SITE=$SITE" HTTP_SEC_FETCH_MODE=navigate \
		    HTTP_SEC_FETCH_SITE=same-origin "HTTP_COOKIE=$visit; ${1:-}" \
		    >/dev/null
		assert_status 303
		assert_header Location "^$ISSUER/logout[?]client_id="
		assert_header Set-Cookie '^latchkey-gate=; Path=/; Max-Age=0'
	}
	start_visit alice /page.txt
	back "$to" "HTTP_COOKIE=$visit"
	cookie=$(http_header Set-Cookie); cookie=${cookie%%;*}
	leave "$cookie"
	leave "$cookie"
	leave
	assert_equal "$(grants)" 0
	open_page alice "$(http_header Location)"
	keep_page asked
	submit alice step=logout
	assert_equal "$(http_header Location)" "$SITE/"
	in_page asked
	submit alice step=logout
	assert_equal "$(http_header Location)" "$SITE/"
	# In another tab someone stays, and is let in again without a password.
	visit=''
	start_visit alice /page.txt
	back "$to" "HTTP_COOKIE=$visit"
	cookie=$(http_header Set-Cookie); cookie=${cookie%%;*}
	leave "$cookie"
	open_page alice "$(http_header Location)"
	submit alice step=stay
	assert_page 'Still signed in'
	start_visit alice /page.txt
	back "$to" "HTTP_COOKIE=$visit"
	assert_equal "$(http_header Location)" "$SITE/page.txt"
	assert_header Set-Cookie '^latchkey-gate='
}

@test "gate: several tabs sign in at once, each back to its own page" {
	local visit='' to one two cookie
	start_visit alice /one
	one=$to
	start_visit alice /two
	two=$to
	back "$two" "HTTP_COOKIE=$visit"
	assert_equal "$(http_header Location)" "$SITE/two"
	cookie=$(http_header Set-Cookie)
	# The other keeps what the first has, or its next request would fail.
	back "$one" "HTTP_COOKIE=$visit; ${cookie%%;*}"
	assert_equal "$(http_header Location)" "$SITE/one"
	assert_equal "$(http_header Set-Cookie)" "$cookie"
	assert_equal "$(grants)" 1
	back "$one" "HTTP_COOKIE=$visit; ${cookie%%;*}"
	assert_equal "$(http_header Set-Cookie)" "$cookie"
	ask_gate /page.txt "HTTP_COOKIE=${cookie%%;*}"
	assert_status 200
}

@test "gate: tabs restored together, each with a cookie of its own, each reach their page" {
	local -a visits=() ways=()
	local visit to i kept cookie=''
	for i in 0 1 2; do
		visit=''
		start_visit alice "/tab$i"
		visits+=("$visit")
		ways+=("$to")
	done
	kept=${visits[2]}	# the last one set
	for i in 0 1 2; do
		back "${ways[i]}" "HTTP_COOKIE=$kept${cookie:+; $cookie}"
		if [[ $i = 2 ]]; then
			assert_equal "$(http_header Location)" "$SITE/tab2"
			cookie=$(http_header Set-Cookie)
			continue
		fi
		assert_begins_again "$SITE/tab$i"
		visit=$kept
		start_visit alice "/tab$i"
		back "$to" "HTTP_COOKIE=$kept${cookie:+; $cookie}"
		assert_equal "$(http_header Location)" "$SITE/tab$i"
		cookie=$(http_header Set-Cookie)
		cookie=${cookie%%;*}
	done
	assert_equal "$(grants)" 1
	# Days later the browser may have one of the cookies alone.
	back "${ways[0]}" "HTTP_COOKIE=${cookie%%;*}"
	assert_begins_again "$SITE/tab0"
	back "${ways[0]}" HTTP_COOKIE=latchkey-gate=x
	assert_status 403
	assert_page 'href="http://127.0.0.2:[0-9]*/tab0">Try again'
}

@test "gate: the way back never leads to another host, however it is written" {
	local target url
	for target in //evil.example '/\evil.example' 'https://evil.example/x' \
	    "/$(printf 'a%.0s' {1..2100})"; do
		ask_gate "$target" HTTP_ACCEPT=text/html
		[[ $(http_status) != 200 ]]
		[[ $(http_status) = 303 ]] || continue
		url=$(url_param state "$(http_header Location)")
		[[ ${url:52} != //* && ${url:52} != *evil* || ${url:52} = /x ]] ||
		    fail "$target: ${url:52}"
	done
}

@test "gate: over https its cookies are __Host-, Secure, HttpOnly and Lax" {
	rm -r "$DATA"
	new_store https://id.example.org
	latchkey site add https://photos.example.org >/dev/null
	cgi gate GET / '' '' FCGI_ROLE=AUTHORIZER \
	    LATCHKEY_SITE=https://photos.example.org HTTP_ACCEPT=text/html \
	    >/dev/null
	assert_status 303
	assert_header Set-Cookie '^__Host-latchkey-sign-in=[A-Za-z0-9_-]{43}; Path=/; Secure; HttpOnly; SameSite=Lax$'
	run -1 latchkey site add photos.example.org
	[[ $output = *'an origin is a scheme, a host'*https://photos.example.org ]]
	run -1 latchkey site add http://photos.example.org
	run -1 latchkey site add https://photos.example.org/x
	run -1 latchkey site add https://Photos.example.org
	run -1 latchkey site add https://photos.example.org:443
}

@test "gate: a site's codes cannot be redeemed by a client, and it has no tokens" {
	local to code
	ask_gate /page.txt HTTP_ACCEPT=text/html
	open_page alice "$(http_header Location)"
	log_in alice
	code=$(url_param code "$(http_header Location)")
	for how in none post basic; do
		AUTH=$how CLIENT=$SITE REDIRECT_URI=$SITE/.latchkey/callback \
		    redeem "$code"
		assert_refused 401 invalid_client
	done
	assert_logged 'reason=client_is_site'
	CLIENT=app REDIRECT_URI=$SITE/.latchkey/callback redeem "$code"
	assert_refused 400 invalid_grant
	request - GET "$ISSUER/jwks.json" -H "Origin: $SITE"
	! latchkey client list --json | grep -F "$SITE"
	run -1 latchkey client del "$SITE"
	[[ $output = *'latchkey site del'* ]]
	run -1 latchkey client secret "$SITE"
	run -1 latchkey client set "$SITE" --name x
}

# --- tokens and app passwords --------------------------------------------------

@test "gate: an access token opens what its audience and scope are for (RFC 6750)" {
	local token other
	add_client api --audience https://api.example --grant client_credentials \
	    --scope api:read --scope api:write
	add_client web --trusted --audience https://api.example --scope openid \
	    --scope api:read
	latchkey site set "$SITE" --rule '/ signed-in' \
	    --rule '/api bearer:https://api.example scope:api:read' \
	    --rule '/strict bearer:https://api.example strict' >/dev/null
	bearer() { ask_gate "$1" "HTTP_AUTHORIZATION=Bearer $2"; }
	token=$(CLIENT=api client_credentials scope=api:read | field access_token)
	other=$(CLIENT=api client_credentials scope=api:write | field access_token)
	bearer /api/x "$token"
	assert_status 200
	assert_header Variable-REMOTE_USER '^client:api$'
	bearer /api/x "$other"
	assert_status 403
	assert_header WWW-Authenticate 'error="insufficient_scope", scope="api:read"'
	bearer /api/x "${token%?}"
	assert_status 401
	assert_header WWW-Authenticate '^Bearer .*error="invalid_token"'
	bearer / "$token"
	[[ $(http_status) != 200 ]]
	ask_gate /api/x
	assert_status 401
	assert_header WWW-Authenticate '^Bearer realm="[^"]*"$'
	ask_gate /api/x HTTP_ACCEPT=text/html
	assert_status 401
	token=$(get_tokens alice web scope='openid api:read' | field access_token)
	bearer /api/x "$token"
	assert_status 200
	assert_header Variable-REMOTE_USER '^alice$'
	bearer /strict/x "$token"
	assert_status 200
	CLIENT=web revoke "$token"
	bearer /strict/x "$token"
	assert_status 401
	bearer /api/x "$token"
	assert_status 200
	latchkey user lock alice >/dev/null
	bearer /api/x "$token"
	assert_status 401
	add_client elsewhere --grant client_credentials --scope api:read
	token=$(CLIENT=elsewhere client_credentials | field access_token)
	bearer /api/x "$token"
	assert_status 401
	assert_logged 'reason=audience'
	travel 901
	bearer /strict/x "$(CLIENT=api client_credentials | field access_token)"
	assert_status 200
	bearer /strict/x "$other"
	assert_status 401
}

# come_back: from the provider, with the cookie of the sign-in, $visit; $cookie is
# what the browser has then.
come_back() {
	local to
	to=$(http_header Location)
	[[ $to = "$SITE"/.latchkey/callback\?* ]] || fail "not sent back: $to" \
	    "$(http_body)"
	cgi gate GET /.latchkey/callback "${to#*\?}" '' FCGI_ROLE=AUTHORIZER \
	    "LATCHKEY_SITE=$SITE" "HTTP_COOKIE=$visit; $cookie" >/dev/null
	assert_status 303
	to=$(http_header Set-Cookie)
	cookie=${to%%;*}
}

# set_up_app PERSON: on the page that is shown.
set_up_app() {
	assert_page 'Set up your app'
	secret=$(shown_secret)
	submit "$1" step=confirm code="$(totp "$secret")"
	submit "$1" step=done
}

@test "gate: a path with factor sends who signed in without one to the second step; programs get RFC 9470's error" {
	local cookie visit secret
	latchkey site set "$SITE" --rule '/ signed-in' \
	    --rule '/admin group:admins factor' >/dev/null
	cookie=$(gate_cookie bob)
	ask_gate /admin "HTTP_COOKIE=$cookie" HTTP_ACCEPT=text/html
	assert_status 403
	cookie=$(gate_cookie alice)
	ask_gate / "HTTP_COOKIE=$cookie"
	assert_status 200
	ask_gate /admin "HTTP_COOKIE=$cookie" HTTP_ACCEPT=application/json
	assert_status 401
	assert_field error insufficient_user_authentication
	assert_header WWW-Authenticate \
	    '^Bearer realm="[^"]*", error="insufficient_user_authentication", acr_values="2"$'
	assert_logged 'insufficient_user_authentication reason=factor_missing'
	cgi gate GET /admin '' '' LATCHKEY_GATE=auth_request \
	    "LATCHKEY_SITE=$SITE" "HTTP_COOKIE=$cookie" >/dev/null
	assert_status 401
	ask_gate /admin "HTTP_COOKIE=$cookie" HTTP_ACCEPT=text/html
	assert_status 303
	assert_equal "$(url_param acr_values "$(http_header Location)")" 2
	visit=$(http_header Set-Cookie)
	visit=${visit%%;*}
	open_page alice "$(http_header Location)"
	set_up_app alice
	come_back
	assert_equal "$(http_header Location)" "$SITE/admin"
	ask_gate /admin "HTTP_COOKIE=$cookie"
	assert_status 200
	assert_header Variable-REMOTE_USER '^alice$'
	# Who has one is asked for it, and for nothing else.
	latchkey session end --user alice >/dev/null
	travel 30
	ask_gate /admin HTTP_ACCEPT=text/html
	assert_status 303
	visit=$(http_header Set-Cookie)
	visit=${visit%%;*}
	open_page alice "$(http_header Location)"
	log_in alice
	submit alice step=code code="$(totp "$secret")"
	come_back
	ask_gate /admin "HTTP_COOKIE=$cookie"
	assert_status 200
}

@test "gate: a path with max-age wants a sign-in that is no older" {
	local cookie visit
	latchkey site set "$SITE" --rule '/ signed-in' \
	    --rule '/admin signed-in max-age:600' >/dev/null
	cookie=$(gate_cookie alice)
	ask_gate /admin "HTTP_COOKIE=$cookie"
	assert_status 200
	travel 601
	ask_gate / "HTTP_COOKIE=$cookie"
	assert_status 200
	ask_gate /admin "HTTP_COOKIE=$cookie" HTTP_ACCEPT=application/json
	assert_status 401
	assert_header WWW-Authenticate \
	    ', error="insufficient_user_authentication", max_age="600"$'
	assert_logged 'insufficient_user_authentication reason=sign_in_old'
	ask_gate /admin "HTTP_COOKIE=$cookie" HTTP_ACCEPT=text/html
	assert_status 303
	visit=$(http_header Set-Cookie)
	visit=${visit%%;*}
	open_page alice "$(http_header Location)"
	page_asks_password
	log_in alice
	come_back
	ask_gate /admin "HTTP_COOKIE=$cookie"
	assert_status 200
}

@test "gate: an access token shows what its sign-in was worth and when it was; less is told by RFC 9470's error" {
	local token refresh with secret at
	add_client api --audience https://api.example --grant client_credentials \
	    --scope api:read
	add_client web --trusted --audience https://api.example --scope openid \
	    --scope api:read --scope offline_access
	latchkey site set "$SITE" \
	    --rule '/api bearer:https://api.example factor max-age:600' >/dev/null
	token=$(get_tokens alice web scope='openid api:read' | field access_token)
	jwt_claims "$token" | jq -e '.acr == "1" and .auth_time > 0'
	for with in application/json text/html; do
		ask_gate /api/x "HTTP_AUTHORIZATION=Bearer $token" HTTP_ACCEPT=$with
		assert_status 401
		assert_header WWW-Authenticate \
		    ', error="insufficient_user_authentication", acr_values="2", max_age="600"$'
	done
	ask_gate /api/x "HTTP_AUTHORIZATION=Bearer $(CLIENT=api client_credentials |
	    field access_token)"
	assert_status 401
	assert_header WWW-Authenticate 'insufficient_user_authentication'
	# The app asks for what the API told it.
	open_page alice "$(authorize_url web scope='openid api:read offline_access' \
	    acr_values=2 max_age=600)"
	set_up_app alice
	! page_asks_consent || allow alice
	CLIENT=web redeem "$(url_param code "$(http_header Location)")" >/dev/null
	token=$(http_body | field access_token)
	refresh=$(http_body | field refresh_token)
	at=$(jwt_claims "$token" | jq .auth_time)
	ask_gate /api/x "HTTP_AUTHORIZATION=Bearer $token"
	assert_status 200
	# RFC 9470 6.2, and it stays so when the token is refreshed (6).
	CLIENT=web introspect "$token" | jq -e --argjson at "$at" \
	    '.acr == "2" and .auth_time == $at'
	travel 601
	token=$(CLIENT=web refresh "$refresh" | field access_token)
	jwt_claims "$token" | jq -e --argjson at "$at" \
	    '.acr == "2" and .auth_time == $at'
	ask_gate /api/x "HTTP_AUTHORIZATION=Bearer $token"
	assert_status 401
	assert_logged 'insufficient_user_authentication reason=sign_in_old'
}

@test "gate: an app password is one person's, for one site, until it is removed (RFC 7617)" {
	local password id
	password=$(latchkey app-password add alice --site "$SITE" --name Phone \
	    --json | jq -r .password)
	[[ $password =~ ^[A-Za-z0-9_-]{44}$ ]]
	basic_at() { ask_gate "$1" "HTTP_AUTHORIZATION=Basic $(printf %s "$2" | base64 -w 0)" "${@:3}"; }
	basic_at /dav/x "alice:$password"
	assert_status 200
	assert_header Variable-REMOTE_USER '^alice$'
	latchkey app-password list --json | jq -e '.[0].used_at > 0'
	basic_at /dav/x "Alice:$password"
	assert_status 200
	latchkey user set alice --email a.adams@example.org >/dev/null
	latchkey user set bob --email bob@example.org >/dev/null
	basic_at /dav/x "A.Adams@example.org:$password"
	assert_status 200
	assert_header Variable-REMOTE_USER '^alice$'
	basic_at /page.txt "alice:$password"
	[[ $(http_status) != 200 ]]
	for wrong in "bob:$password" "bob@example.org:$password" \
	    "nobody:$password" \
	    "alice:$(other_char "$password" $((${#password} - 1)))" \
	    "alice:$PASSWORD" "alice:" ":$password" alice; do
		basic_at /dav/x "$wrong" HTTP_ACCEPT=text/html
		assert_equal "$wrong $(http_status)" "$wrong 401"
		assert_header WWW-Authenticate '^Basic '
		http_body >>"$BATS_TEST_TMPDIR/bodies"
		echo >>"$BATS_TEST_TMPDIR/bodies"
	done
	assert_equal "$(sort -u "$BATS_TEST_TMPDIR/bodies" | wc -l)" 1
	latchkey site set "$OTHER" --rule '/dav signed-in app-password' >/dev/null
	basic_at /dav/x "alice:$password" "LATCHKEY_SITE=$OTHER"
	assert_status 401
	latchkey user lock alice >/dev/null
	basic_at /dav/x "alice:$password"
	assert_status 401
	latchkey user unlock alice >/dev/null
	latchkey site set "$SITE" --group nobody >/dev/null
	basic_at /dav/x "alice:$password"
	assert_status 401
	latchkey site set "$SITE" --group '' >/dev/null
	basic_at /dav/x "alice:$password"
	assert_status 200
	run -1 grep -aqF -e "$password" <(stored_bytes)
	id=$(latchkey app-password list --user alice --json | jq -r '.[].id')
	latchkey app-password list | grep -F Phone
	latchkey app-password del -- "$id" >/dev/null
	basic_at /dav/x "alice:$password"
	assert_status 401
	run -1 latchkey app-password del -- "$id"
	run -1 latchkey app-password add alice --site https://nowhere.example
	run -1 latchkey app-password add nobody --site "$SITE"
}

@test "gate: an app password goes with its person and its site" {
	latchkey app-password add bob --site "$SITE" >/dev/null
	latchkey app-password add alice --site "$SITE" >/dev/null
	latchkey user del bob >/dev/null
	assert_equal "$(latchkey app-password list --json | jq length)" 1
	latchkey site del "$SITE" >/dev/null
	assert_equal "$(latchkey app-password list --json | jq length)" 0
}

# --- what other front ends ask -------------------------------------------------

@test "gate: every answer begins with its status: a server takes one without for a yes" {
	local cookie query
	cookie=$(gate_cookie alice)
	for query in / /open/x /family/x /%2e%2e/ /.latchkey/callback \
	    /.latchkey/sign-out /.latchkey/x; do
		for form in FCGI_ROLE=AUTHORIZER LATCHKEY_GATE=auth_request \
		    LATCHKEY_GATE=nonsense NONE=; do
			cgi gate GET "$query" '' '' "LATCHKEY_SITE=$SITE" "$form" \
			    "HTTP_COOKIE=$cookie" | head -n 1 |
			    grep -Eq '^Status: [2345][0-9][0-9] '
		done
	done
	cgi gate GET / '' '' LATCHKEY_DATA=/nowhere FCGI_ROLE=AUTHORIZER |
	    head -n 1 | grep -q '^Status: 503 '
}

@test "gate: nginx and mod_fcgid's checker are told yes or no, and who it is" {
	local cookie form
	cookie=$(gate_cookie alice)
	for form in LATCHKEY_GATE=auth_request \
	    'FCGI_ROLE=AUTHORIZER FCGI_APACHE_ROLE=ACCESS_CHECKER'; do
		# shellcheck disable=SC2086 # words
		yes_no() { cgi gate GET "$1" '' '' "LATCHKEY_SITE=$SITE" $form "${@:2}" >/dev/null; }
		yes_no /family/x "HTTP_COOKIE=$cookie"
		assert_status 200
		case $form in
		*nginx* | LATCHKEY*)
			assert_header Remote-User '^alice$'
			assert_header Remote-Groups '^family,admins$'
			refute_header Variable-REMOTE_USER
			;;
		*)
			assert_header Variable-REMOTE_USER '^alice$'
			refute_header Remote-User
			;;
		esac
		# Nothing that would be mixed into the app's own answer.
		refute_header Content-Security-Policy
		refute_header Cache-Control
		refute_header Content-Type
		for path in /closed/x / /../x /.latchkey/callback; do
			yes_no "$path" HTTP_ACCEPT=text/html
			assert_status 401
			assert_equal "$(http_headers | wc -l)" 1
			[[ -z $(http_body) ]]
		done
	done
}

@test "gate: the page to a no is the whole answer, and lets no request through" {
	local cookie
	cookie=$(gate_cookie bob)
	page() { cgi gate "$1" "$2" '' '' "LATCHKEY_SITE=$SITE" HTTP_ACCEPT=text/html "${@:3}" >/dev/null; }
	page GET /page.txt
	assert_status 303
	assert_header Set-Cookie '^latchkey-sign-in='
	page GET /family/x "HTTP_COOKIE=$cookie"
	assert_status 403
	assert_page 'You can’t open this page'
	# Apache's mod_authnz_fcgi takes 8 KiB, with the headers, and sentences are
	# longer in other languages.
	(($(http_body | wc -c) < 6800)) || fail "the page has $(http_body | wc -c) bytes"
	page GET /page.txt "HTTP_COOKIE=$cookie"
	assert_status 503
	page GET /open/x
	assert_status 503
	# After Apache's internal redirect the method is the first one's.
	page GET /page.txt REDIRECT_REQUEST_METHOD=POST HTTP_ACCEPT='*/*' \
	    REDIRECT_STATUS=401
	assert_status 401
}

@test "gate: forward-auth is asked about the forwarded request, and only when configured" {
	local cookie
	cookie=$(gate_cookie alice)
	forward() {
		cgi gate GET /gate/forward-auth '' '' LATCHKEY_GATE=forward_auth \
		    HTTP_X_FORWARDED_PROTO=http "HTTP_X_FORWARDED_HOST=${SITE#*://}" \
		    HTTP_X_FORWARDED_METHOD=GET "$@" >/dev/null
	}
	forward HTTP_X_FORWARDED_URI=/open/x
	assert_status 200
	assert_header Remote-User '^$'
	http_headers | grep -q '^Remote-User:'
	forward HTTP_X_FORWARDED_URI=/family/x "HTTP_COOKIE=$cookie"
	assert_status 200
	assert_header Remote-User '^alice$'
	assert_header Remote-Name '^Älice Adams$'
	forward HTTP_X_FORWARDED_URI=/page.txt HTTP_ACCEPT=text/html
	assert_status 303
	[[ $(url_param redirect_uri "$(http_header Location)") = "$SITE/.latchkey/callback" ]]
	forward
	[[ $(http_status) = 400 ]]
	forward HTTP_X_FORWARDED_URI=/open/x HTTP_X_FORWARDED_HOST=elsewhere.example
	assert_status 403
	# What the server says goes before what a client can.
	forward HTTP_X_FORWARDED_URI=/open/x "LATCHKEY_SITE=$OTHER"
	[[ $(http_status) != 200 ]]
	# A client's headers make no forward-auth of an authorizer's question.
	ask_gate /gate/forward-auth HTTP_X_FORWARDED_URI=/open/x \
	    LATCHKEY_GATE=forward_auth HTTP_X_FORWARDED_METHOD=GET
	assert_status 303
}

@test "gate: without a site, or with words it does not know, it is closed, and the log says what to do" {
	ask_gate /open/x LATCHKEY_SITE= "HTTP_HOST=${SITE#*://}" "SERVER_NAME=127.0.0.2"
	assert_status 403
	assert_logged 'reason=site_not_named'
	assert_logged 'set LATCHKEY_SITE in the web server'
	ask_gate /open/x LATCHKEY_SITE=https://unknown.example
	assert_status 403
	assert_logged 'do="latchkey site add https://unknown.example"'
	ask_gate /open/x FCGI_APACHE_ROLE=AUTHORIZER
	assert_status 403
	cgi gate GET /open/x '' '' "LATCHKEY_SITE=$SITE" LATCHKEY_GATE=yes >/dev/null
	assert_status 403
	assert_logged 'reason=form_unknown'
}

@test "gate: a path whose readings fall under different rules is refused" {
	local path
	for path in /open/../page.txt /OPEN/x //open//x /open/%2e%2e/page.txt \
	    /open/%2E./x '/open/..;/page.txt' '/open/..%3b/x' /open%2Fx \
	    '/open\x' /open%5cx /open/%00 /open/%0a /open/%zz /open/% \
	    /open/%252e%252e/page.txt '/open#/x' 'page.txt' '*' ''; do
		ask_gate "$path"
		assert_equal "$path $(http_status)" "$path 400"
	done
	for path in /open /open/ /open//x /open/%ff /open/a%2Fb /open/a%2520b '/open/x?/../&%zz' /%6fpen/x \
	    /open/a..b /open/... '/open/a;b=c' '/open/%3b'; do
		ask_gate "$path"
		assert_equal "$path $(http_status)" "$path 200"
	done
	# To some servers what follows ";" is no part of the name.
	latchkey site set "$SITE" --rule '/ anyone' --rule '/admin group:admins' \
	    >/dev/null
	ask_gate '/admin;x/y'
	assert_status 400
	ask_gate '/x;y/z'
	assert_status 200
}

# move METHOD PATH DESTINATION [VAR=VALUE...]: asked about by an authorizer.
move() {
	cgi gate "$1" "$2" '' '' FCGI_ROLE=AUTHORIZER "LATCHKEY_SITE=$SITE" \
	    "HTTP_DESTINATION=$3" "${@:4}" >/dev/null
}

@test "gate: COPY and MOVE pass where the person may reach both addresses, and write the second (RFC 4918 10.3)" {
	local cookie to method
	latchkey site set "$SITE" --rule '/ signed-in' --rule '/open anyone' \
	    --rule '/closed group:nobody' --rule '/read signed-in' \
	    --rule 'PUT /read group:nobody' --rule 'GET,COPY,PUT /some signed-in' >/dev/null
	cookie=$(gate_cookie alice)
	for method in COPY MOVE; do
		for to in "$SITE/y" /y "$SITE" "$SITE/a%2Fb%20c?x" \
		    "HTTP://${SITE#*://}/y" /open/y; do
			move $method /x "$to" "HTTP_COOKIE=$cookie"
			assert_equal "$to $(http_status)" "$to 200"
			assert_header Variable-REMOTE_USER '^alice$'
		done
		for to in "$SITE/closed/y" /closed /read/y; do
			move $method /x "$to" "HTTP_COOKIE=$cookie" \
			    HTTP_ACCEPT=text/html
			assert_equal "$to $(http_status)" "$to 403"
			assert_page 'You can’t open this page'
		done
		move $method /closed/x /y "HTTP_COOKIE=$cookie"
		assert_status 403
	done
	move COPY /some/x /some/y "HTTP_COOKIE=$cookie"
	assert_status 200
	move PUT /x /closed/y "HTTP_COOKIE=$cookie"
	assert_status 403
	# A stranger is asked who it is, for either.
	move MOVE /x /y
	assert_status 401
	move MOVE /open/x /y
	assert_status 401
	move MOVE /open/x /open/y
	assert_status 200
	move MOVE /open/x /y "HTTP_COOKIE=$cookie"
	assert_status 200
	assert_header Variable-REMOTE_USER '^alice$'
}

@test "gate: a method holds in capitals and in small letters alike, or is refused" {
	local cookie method
	cookie=$(gate_cookie alice)
	latchkey site set "$SITE" --rule '/ anyone' --rule '/x signed-in' \
	    --rule 'POST,DELETE,COPY,MOVE /wiki group:editors' \
	    --rule '/wiki signed-in' >/dev/null
	for method in post Delete copy; do
		cgi gate $method /wiki/x '' '' FCGI_ROLE=AUTHORIZER \
		    HTTP_DESTINATION=/x "LATCHKEY_SITE=$SITE" \
		    "HTTP_COOKIE=$cookie" >/dev/null
		assert_status 400
		cgi gate $method /x '' '' FCGI_ROLE=AUTHORIZER \
		    "HTTP_DESTINATION=$SITE/wiki/x" "LATCHKEY_SITE=$SITE" \
		    "HTTP_COOKIE=$cookie" >/dev/null
		assert_status 400
		cgi gate $method /x '' '' FCGI_ROLE=AUTHORIZER \
		    "HTTP_DESTINATION=/x/y" "LATCHKEY_SITE=$SITE" \
		    "HTTP_COOKIE=$cookie" >/dev/null
		assert_status 200
	done
	assert_equal "$(grep -c reason=method_ambiguous "$SERVER_LOG")" 6
	cgi gate patch /wiki/x '' '' FCGI_ROLE=AUTHORIZER \
	    "LATCHKEY_SITE=$SITE" "HTTP_COOKIE=$cookie" >/dev/null
	assert_status 200
}

@test "gate: a destination elsewhere, of two readings, or missing is refused with its reason" {
	local cookie to
	cookie=$(gate_cookie alice)
	for to in "$OTHER/y" "https://${SITE#*://}/y" //127.0.0.2/y y ./y '' \
	    "http://x@${SITE#*://}/y" "$SITE/y, $SITE/z" '/a b' $'/a\tb'; do
		move MOVE /x "$to" "HTTP_COOKIE=$cookie"
		assert_equal "$to $(http_status)" "$to 400"
	done
	assert_equal "$(grep -c reason=destination_foreign "$SERVER_LOG")" 10
	for to in "$SITE/OPEN/y" /open/../y /open%2Fy /%2elatchkey/y '/y#z' /%zz \
	    "$SITE#/y"; do
		move MOVE /x "$to" "HTTP_COOKIE=$cookie"
		assert_equal "$to $(http_status)" "$to 400"
	done
	assert_equal "$(grep -c reason=path_ambiguous "$SERVER_LOG")" 7
	for method in COPY MOVE move; do
		cgi gate $method /x '' '' FCGI_ROLE=AUTHORIZER \
		    "LATCHKEY_SITE=$SITE" "HTTP_COOKIE=$cookie" >/dev/null
		assert_status 400
		assert_page 'destination missing'
	done
	assert_equal "$(grep -c reason=destination_missing "$SERVER_LOG")" 3
}

@test "gate: an app password and an access token must be good for the destination, too" {
	local password token
	password=$(latchkey app-password add alice --site "$SITE" --json |
	    jq -r .password)
	add_client api --audience https://api.example --grant client_credentials \
	    --scope api:read
	token=$(CLIENT=api client_credentials | field access_token)
	latchkey site set "$SITE" --rule '/ signed-in' \
	    --rule '/dav signed-in app-password' --rule '/open anyone' \
	    --rule '/api bearer:https://api.example' >/dev/null
	with="HTTP_AUTHORIZATION=Basic $(printf %s "alice:$password" | base64 -w 0)"
	move MOVE /dav/x /dav/y "$with"
	assert_status 200
	move MOVE /dav/x /y "$with"
	assert_status 401
	move MOVE /open/x /dav/y "$with"
	assert_status 200
	assert_header Variable-REMOTE_USER '^alice$'
	move MOVE /open/x /dav/y
	assert_status 401
	assert_header WWW-Authenticate '^Basic '
	with="HTTP_AUTHORIZATION=Bearer $token"
	move MOVE /api/x /api/y "$with"
	assert_status 200
	assert_header Variable-REMOTE_USER '^client:api$'
	move MOVE /api/x /dav/y "$with"
	assert_status 401
}

@test "gate: any query, method and body passes by it" {
	local long
	long=$(printf 'a=b&%.0s' {1..2000})
	ask_gate "/open/x?$long&a=1&a=2&%zz=%00"
	assert_status 200
	cgi gate BREW /open/x 'a&a&%ff' '' FCGI_ROLE=AUTHORIZER \
	    "LATCHKEY_SITE=$SITE" CONTENT_LENGTH=99999999999 \
	    CONTENT_TYPE=multipart/form-data >/dev/null
	assert_status 200
}

@test "gate: as FastCGI it tells an authorizer the same" {
	local dir=$BATS_TEST_TMPDIR
	start_fastcgi "$dir/gate" "$(programs)/cgi-bin/gate"
	env -i PATH="$PATH" FCGI_ROLE=RESPONDER LATCHKEY_GATE=auth_request \
	    REQUEST_METHOD=GET REQUEST_URI=/open/x "LATCHKEY_SITE=$SITE" \
	    cgi-fcgi -bind -connect "$dir/gate" >"$dir/raw"
	stop_server
	head -n 1 "$dir/raw" | grep -q '^Status: 200 '
	grep -q '^Remote-User:' "$dir/raw"
}

# --- the command ---------------------------------------------------------------

@test "latchkey site: rules that say nothing, or two things, are refused with the reason" {
	local rule
	for rule in '' ' ' 'signed-in' '/x' '/x someone' 'get /x anyone' \
	    '/x anyone signed-in' '/x app-password' '/x strict' \
	    '/x bearer:' '/x bearer:a bearer:b' '/x group:a,b' '/../x anyone' \
	    '/x?y anyone' '/x signed-in group:a' '/x scope:a' 'GET, anyone'; do
		[[ -z $rule ]] && continue
		run -1 latchkey site set "$SITE" --rule "$rule"
		assert_equal "${#lines[@]}" 1
	done
	run -1 latchkey site set "$SITE" --rule '/a anyone' --rule '/a/ signed-in'
	[[ $output = *'same path and method'* ]]
	run -1 latchkey site set "$SITE" --rule 'GET,PUT /a anyone' --rule 'PUT /a signed-in'
	run -0 latchkey site set "$SITE" --rule 'GET,PUT /a anyone' --rule '/a signed-in'
	local -a many=()
	for i in {1..65}; do many+=(--rule "/p$i anyone"); done
	run -1 latchkey site set "$SITE" "${many[@]}"
	run -0 latchkey site set "$SITE" "${many[@]:2}"
	assert_equal "$(latchkey site show "$SITE" --json | jq '.rules | length')" 64
	run -1 latchkey site add "$SITE"
	run -1 latchkey site show https://nowhere.example
	run -1 latchkey site del https://nowhere.example
	run -2 latchkey site set "$SITE"
}

@test "latchkey site: without a rule a new site is open to all who sign in; with none left it is closed" {
	latchkey site add http://127.0.0.9 >/dev/null
	assert_equal "$(latchkey site show http://127.0.0.9 --json | jq -c .rules)" \
	    '["/ signed-in"]'
	latchkey site set http://127.0.0.9 --rule '' >/dev/null
	ask_gate / LATCHKEY_SITE=http://127.0.0.9
	assert_status 403
	latchkey site list | grep -q '^http://127.0.0.9 '
}

@test "latchkey site: --group admits some people only" {
	latchkey site set "$SITE" --group family >/dev/null
	ask_gate /page.txt HTTP_ACCEPT=text/html
	open_page bob "$(http_header Location)"
	log_in bob
	assert_page 'You can’t use <bdi>Photos</bdi>'
}

# --- a site as a protected resource ---------------------------------------------

@test "gate: a site that takes tokens for its own address says who gives them (RFC 9728)" {
	local url path
	latchkey site set "$SITE" --rule '/ signed-in' \
	    --rule "/mcp bearer:$SITE/mcp scope:a scope:b" \
	    --rule "POST /mcp bearer:$SITE/mcp scope:c" \
	    --rule '/api bearer:https://api.example' >/dev/null
	url="$ISSUER/protected-resource?resource=$(url_encode "$SITE/mcp")"
	ask_gate /mcp
	assert_status 401
	assert_header WWW-Authenticate "^Bearer realm=\"[^\"]*\", scope=\"a b\", resource_metadata=\"${url//\?/\\?}\"\$"
	ask_gate /mcp HTTP_AUTHORIZATION='Bearer x'
	assert_header WWW-Authenticate 'error="invalid_token".*resource_metadata='
	ask_gate /api/x
	assert_header WWW-Authenticate '^Bearer realm="[^"]*"$'
	for path in '' / /mcp /mcp/ /mcp/x /other; do
		ask_gate "/.well-known/oauth-protected-resource$path"
		assert_status 303
		assert_equal "$(http_header Location)" "$url"
		assert_header Access-Control-Allow-Origin '^\*$'
		cgi gate GET "/.well-known/oauth-protected-resource$path" '' '' \
		    "LATCHKEY_SITE=$SITE" >/dev/null
		assert_status 200
		assert_field resource "$SITE/mcp"
		ask_gate "/.well-known/oauth-protected-resource$path" \
		    FCGI_ROLE= LATCHKEY_GATE=auth_request
		assert_status 401
	done
	for path in /.well-known/oauth-protected-resourcex \
	    /x/.well-known/oauth-protected-resource /.well-known \
	    /.Well-known/oauth-protected-resource; do
		ask_gate "$path" HTTP_ACCEPT=application/json
		assert_status 401
	done
	cgi gate POST /.well-known/oauth-protected-resource '' '' \
	    FCGI_ROLE=AUTHORIZER "LATCHKEY_SITE=$SITE" >/dev/null
	assert_status 401
	SITE=$OTHER ask_gate /.well-known/oauth-protected-resource \
	    HTTP_ACCEPT=application/json
	assert_status 401
	request - GET "$url" -H 'Origin: https://app.example'
	assert_status 200
	assert_header Access-Control-Allow-Origin '^\*$'
	assert_header Content-Type '^application/json'
	assert_equal "$(http_body | jq -c .)" "$(jq -nc '{resource: ($s + "/mcp"),
	    authorization_servers: [$i], scopes_supported: ["a", "b", "c"],
	    bearer_methods_supported: ["header"],
	    dpop_signing_alg_values_supported: ["EdDSA", "Ed25519", "ES256"],
	    resource_name: "Photos"}' \
	    --arg s "$SITE" --arg i "$ISSUER")"
	for path in '' '?resource=' "?resource=$(url_encode "$SITE")" \
	    '?resource=https%3A%2F%2Fapi.example' '?resource=x' \
	    "?resource=$(url_encode "$OTHER/mcp")" \
	    "?resource=$(url_encode "$SITE/MCP")"; do
		request - GET "$ISSUER/protected-resource$path"
		assert_status 404
	done
}

@test "gate: of several resources each has its document, and an app may have its own" {
	latchkey site set "$SITE" --rule "/ bearer:$SITE" \
	    --rule "/mcp bearer:$SITE/mcp" >/dev/null
	resource_at() {
		cgi gate GET "/.well-known/oauth-protected-resource$1" '' '' \
		    "LATCHKEY_SITE=$SITE" >/dev/null
		http_body | field resource
	}
	assert_equal "$(resource_at '')" "$SITE"
	assert_equal "$(resource_at /)" "$SITE"
	assert_equal "$(resource_at /mcp)" "$SITE/mcp"
	assert_equal "$(resource_at /mcp/more)" "$SITE/mcp"
	assert_equal "$(resource_at /else)" "$SITE"
	latchkey site set "$SITE" --rule "/mcp bearer:$SITE/mcp" \
	    --rule "/v2 bearer:$SITE/v2" >/dev/null
	assert_equal "$(resource_at '')" ''
	ask_gate /.well-known/oauth-protected-resource
	assert_status 403
	latchkey site set "$SITE" --rule "/mcp bearer:$SITE/mcp" \
	    --rule '/.well-known anyone' >/dev/null
	ask_gate /.well-known/oauth-protected-resource/mcp
	assert_status 200
}

@test "gate: any app may ask people of the site for a token for its address (RFC 8707)" {
	local token
	add_client assistant --scope openid --redirect-uri "$CALLBACK"
	latchkey site set "$SITE" --group family \
	    --rule "/mcp bearer:$SITE/mcp strict" >/dev/null
	token=$(get_tokens alice assistant scope=openid resource="$SITE/mcp" |
	    field access_token)
	assert_equal "$(jwt_claims "$token" | jq -r .aud)" "$SITE/mcp"
	ask_gate /mcp HTTP_AUTHORIZATION="Bearer $token"
	assert_status 200
	assert_header Variable-REMOTE_USER '^alice$'
	latchkey user set alice --group admins >/dev/null
	ask_gate /mcp HTTP_AUTHORIZATION="Bearer $token"
	assert_status 401
	asked=$(authorize_url assistant scope=openid \
	    resource="$SITE/mcp")
	request alice GET "$asked"
	assert_status 403
	latchkey site set "$SITE" --rule '/ signed-in' >/dev/null
	request alice GET "$asked"
	assert_error_redirect invalid_target
}
