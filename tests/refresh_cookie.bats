# Browser apps whose refresh token lives in a cookie that no script can read.

load helper
USE_TEST_CLOCK=1
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

APP=https://app.example.org
CHAT=https://chat.example.org:8443

setup_file() {
	new_store
	add_user alice
	add_client app --public --trusted --cookie-refresh \
	    --redirect-uri "$APP/cb"
	add_client chat --public --trusted --cookie-refresh \
	    --redirect-uri "$CHAT/cb"
	add_client plain --public --trusted --redirect-uri "$APP/plain"
	add_client server --trusted
	sign_in alice app redirect_uri="$APP/cb"
	save_store
}

setup() {
	fresh_store
	AUTH=none
}

teardown() {
	stop_server
}

teardown_file() {
	stop_all
}

# begin [CLIENT REDIRECT_URI]: alice's browser gets the app's cookie; the token
# endpoint's answer is the last one.
begin() {
	local client=${1:-app} uri=${2:-$APP/cb} code
	code=$(get_code alice "$client" redirect_uri="$uri")
	request alice POST "$ISSUER/token" -H "Origin: ${uri%/*}" \
	    grant_type=authorization_code code="$code" redirect_uri="$uri" \
	    client_id="$client" code_verifier="$VERIFIER"
	assert_status 200
}

# renew [CLIENT ORIGIN] [NAME=VALUE...]: as a script of the app does, with
# credentials; ORIGIN - sends none.
renew() {
	local client=${1:-app} origin=${2:-$APP}
	shift $(($# < 2 ? $# : 2))
	if [[ $origin = - ]]; then
		request alice POST "$ISSUER/refresh" \
		    grant_type=refresh_token client_id="$client" "$@"
	else
		request alice POST "$ISSUER/refresh" -H "Origin: $origin" \
		    grant_type=refresh_token client_id="$client" "$@"
	fi
}

jar() {
	echo "$BATS_TEST_TMPDIR/cgi-jar-alice"
}

# The refresh cookie(s) in alice's jar: their values.
cookie() {
	awk '/latchkey-refresh-/ { print $3 }' "$(jar)"
}

generation() {
	latchkey grant list --client "${1:-app}" --json |
	    jq -r '.grants[].generation'
}

@test "refresh cookie: set at the code exchange, HttpOnly, SameSite=Strict" {
	begin
	set_cookie=$(http_header Set-Cookie)
	[[ $set_cookie =~ ^latchkey-refresh-[A-Za-z0-9_-]+=[A-Za-z0-9_-]{64}\; ]] ||
	    fail "$set_cookie"
	assert_equal "$(sed 's/^[^;]*//' <<<"$set_cookie")" \
	    '; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict'
	assert_header Cache-Control '^no-store$'
}

@test "refresh cookie: the answer has no refresh token, and the access token is as ever" {
	begin
	assert_equal "$(http_body | jq -r 'keys | join(" ")')" \
	    'access_token expires_in id_token scope token_type'
	assert_field expires_in 900
	[[ $(http_body) != *"$(cookie)"* ]]
	userinfo "$(http_body | field access_token)"
	assert_status 200
}

# has_prefix ISSUER PREFIX PATH WRONG-PREFIX...: there the cookie has that prefix
# and path, and is read back under that name only.
has_prefix() {
	local set_cookie pair code wrong
	set_conf issuer "$1"
	ISSUER=$1
	open_page alice "$(authorize_url app redirect_uri="$APP/cb")"
	log_in alice
	code=$(url_param code "$(http_header Location)")
	request - POST "$ISSUER/token" -H "Origin: $APP" \
	    grant_type=authorization_code code="$code" client_id=app \
	    redirect_uri="$APP/cb" code_verifier="$VERIFIER"
	set_cookie=$(http_header Set-Cookie)
	[[ $set_cookie = "$2"latchkey-refresh-* ]] || fail "$set_cookie"
	assert_equal "$(sed 's/^[^;]*//' <<<"$set_cookie")" \
	    "; Path=$3; Max-Age=2592000; Secure; HttpOnly; SameSite=Strict"
	pair=${set_cookie%%;*}
	pair=${pair#"$2"}
	for wrong in "${@:4}"; do
		request - POST "$ISSUER/refresh" -H "Origin: $APP" \
		    -H "Cookie: $wrong$pair" grant_type=refresh_token \
		    client_id=app
		assert_refused 400 invalid_grant
	done
	# Another with a prefix that a sister host can set does no harm beside it.
	request - POST "$ISSUER/refresh" -H "Origin: $APP" \
	    -H "Cookie: $4${pair%?}; $2$pair; $5$pair" \
	    grant_type=refresh_token client_id=app
	assert_status 200
}

@test "refresh cookie: with an https issuer it is __Host-, which no sister host can plant (RFC 6265bis 4.1.3.2)" {
	has_prefix https://id.example.org __Host- / '' __Secure-
}

@test "refresh cookie: with an issuer below a path it is __Secure-, for the refresh endpoint alone" {
	has_prefix https://id.example.org/idp __Secure- /idp/refresh '' __Host-
}

@test "refresh cookie: a refresh by it rotates, answers with the access token only and sets the next one" {
	begin
	first=$(cookie)
	renew
	assert_status 200
	assert_equal "$(http_body | jq -r 'keys | join(" ")')" \
	    'access_token expires_in id_token scope token_type'
	assert_header Set-Cookie '; Path=/; .*HttpOnly; SameSite=Strict'
	assert_header Access-Control-Allow-Origin "^$APP\$"
	assert_header Access-Control-Allow-Credentials '^true$'
	[[ $(cookie) != "$first" ]]
	assert_equal "$(generation)" 2
	renew
	assert_status 200
	assert_equal "$(generation)" 3
}

@test "refresh cookie: the family rules hold: lost answer, theft" {
	begin
	first=$(cookie)
	renew
	second=$(cookie)
	sed -i "s/$second/$first/" "$(jar)"
	renew
	assert_status 200
	assert_equal "$(cookie)" "$second"
	renew
	sed -i "s/$(cookie)/$first/" "$(jar)"
	travel 31
	renew
	assert_refused 400 invalid_grant
	run -0 latchkey audit
	[[ $output = *refresh_token_reused*app* ]]
}

@test "refresh cookie: Origin is required, and must be the client's own; a refusal loses nothing" {
	begin
	first=$(cookie)
	renew app -
	assert_refused 400 invalid_request
	for origin in https://evil.example "$CHAT" http://app.example.org \
	    https://app.example.org:444 https://app.example.org.evil.example \
	    https://sub.app.example.org null "$APP/" HTTPS://APP.EXAMPLE.ORG \
	    "$APP,$CHAT"; do
		renew app "$origin"
		assert_refused 400 unauthorized_client
		[[ -z $(http_header Set-Cookie) ]]
	done
	assert_equal "$(generation)" 1
	assert_equal "$(cookie)" "$first"
	renew
	assert_status 200
}

# exchange CODE [CURL_ARG...]: as app, from any page.
exchange() {
	local code=$1
	shift
	request - POST "$ISSUER/token" "$@" grant_type=authorization_code \
	    code="$code" redirect_uri="$APP/cb" client_id=app \
	    code_verifier="$VERIFIER"
}

@test "refresh cookie: a code is taken from no page of another origin, which could sign its visitors in as another person; a refusal loses nothing" {
	code=$(get_code alice app redirect_uri="$APP/cb")
	for origin in https://evil.example "$CHAT" http://app.example.org null \
	    https://app.example.org:444 "$APP/" "$ISSUER"; do
		exchange "$code" -H "Origin: $origin"
		assert_refused 400 unauthorized_client
		assert_field error_description 'origin not allowed'
		refute_header Set-Cookie
	done
	exchange "$code" -H "Origin: $APP"
	assert_status 200
	assert_header Set-Cookie latchkey-refresh-
	# What sends no Origin is no page: browsers send it with each POST.
	exchange "$(get_code alice app redirect_uri="$APP/cb")"
	assert_status 200
}

@test "refresh cookie: a client without it need not say where it asks from" {
	code=$(get_code alice plain redirect_uri="$APP/plain")
	request - POST "$ISSUER/token" grant_type=authorization_code \
	    code="$code" redirect_uri="$APP/plain" client_id=plain \
	    code_verifier="$VERIFIER"
	assert_status 200
	refute_header Set-Cookie
}

@test "refresh cookie: dropped when what it held is no good any more" {
	begin
	latchkey grant end --user alice
	renew
	assert_refused 400 invalid_grant
	assert_header Set-Cookie \
	    '^latchkey-refresh-[^=]*=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict$'
	assert_equal "$(cookie)" ''
	# Without one there is nothing to drop.
	renew
	assert_refused 400 invalid_grant
	refute_header Set-Cookie
}

@test "refresh cookie: a garbled one is refused and dropped; given twice, neither is believed" {
	begin
	good=$(cookie)
	name=$(awk '/latchkey-refresh-/ { print $1 }' "$(jar)")
	request - POST "$ISSUER/refresh" -H "Origin: $APP" \
	    -H "Cookie: $name=${good%?}" grant_type=refresh_token client_id=app
	assert_refused 400 invalid_grant
	request - POST "$ISSUER/refresh" -H "Origin: $APP" \
	    -H "Cookie: $name=$good; $name=$good" \
	    grant_type=refresh_token client_id=app
	assert_refused 400 invalid_grant
	request - POST "$ISSUER/refresh" -H "Origin: $APP" \
	    -H "Cookie: a=b; $name=$good; c=d" \
	    grant_type=refresh_token client_id=app
	assert_status 200
}

@test "refresh cookie: its token, presented in a form, is refused: it is not for scripts to hold" {
	begin
	token=$(cookie)
	for REFRESH_AT in refresh token; do
		refresh "$token"
		assert_refused 400 invalid_grant
		refute_header Set-Cookie
	done
	renew
	assert_status 200
}

@test "refresh cookie: another client's token in the cookie is refused" {
	begin
	begin chat "$CHAT/cb"
	chat=$(cookie | tail -n 1)
	name=$(awk '/latchkey-refresh-/ { print $1; exit }' "$(jar)")
	request - POST "$ISSUER/refresh" -H "Origin: $APP" \
	    -H "Cookie: $name=$chat" grant_type=refresh_token client_id=app
	assert_refused 400 invalid_grant
	renew chat "$CHAT"
	assert_status 200
}

@test "refresh cookie: a form client's token in the cookie is refused, and lives on" {
	plain=$(REDIRECT_URI=$APP/plain get_tokens alice plain \
	    redirect_uri="$APP/plain" | field refresh_token)
	begin
	name=$(awk '/latchkey-refresh-/ { print $1 }' "$(jar)")
	for client in app plain; do
		request - POST "$ISSUER/refresh" -H "Origin: $APP" \
		    -H "Cookie: $name=$plain" grant_type=refresh_token \
		    client_id=$client
		assert_status 400
	done
	CLIENT=plain refresh "$plain"
	assert_status 200
}

@test "refresh cookie: two apps in one browser have a cookie each" {
	begin
	begin chat "$CHAT/cb"
	assert_equal "$(cookie | sort -u | wc -l)" 2
	renew
	assert_status 200
	renew chat "$CHAT"
	assert_status 200
	assert_equal "$(generation app) $(generation chat)" '2 2'
}

# others N: such cookies of N other apps, the oldest first, as a browser sends
# them (RFC 6265 5.4).
others() {
	local i
	for ((i = 10; i < $1 + 10; i++)); do
		printf 'latchkey-refresh-app___________%02d=x; ' "$i"
	done
}

# dropped: the names the last answer takes away.
dropped() {
	http_header Set-Cookie | sed -n 's/^\([^=]*\)=; Path=.*Max-Age=0.*/\1/p'
}

@test "refresh cookie: a browser has sixteen at most: the oldest make room" {
	begin
	name=$(awk '/latchkey-refresh-/ { print $1 }' "$(jar)")
	for count in 15 17; do
		request - POST "$ISSUER/refresh" -H "Origin: $APP" \
		    -H "Cookie: $(others $count)$name=$(cookie); latchkey-refresh-x=1; latchkey-session=x" \
		    grant_type=refresh_token client_id=app
		assert_status 200
		[[ $count != 15 ]] || assert_equal "$(dropped)" ''
	done
	assert_equal "$(dropped)" \
	    $'latchkey-refresh-app___________10\nlatchkey-refresh-app___________11'
	http_header Set-Cookie | grep -q "^$name=[^;]" || fail 'its own is not set'
	# So at the code exchange; and as many as can be sent do not spoil an
	# answer.
	code=$(get_code alice app redirect_uri="$APP/cb")
	request - POST "$ISSUER/token" -H "Origin: $APP" \
	    -H "Cookie: $(others 89)$(others 89)$(others 89)" \
	    grant_type=authorization_code code="$code" \
	    redirect_uri="$APP/cb" client_id=app code_verifier="$VERIFIER"
	assert_status 200
	assert_equal "$(dropped | wc -l)" 16
	http_header Set-Cookie | grep -q "^$name=[^;]" || fail 'its own is not set'
}

@test "refresh cookie: no other endpoint takes it" {
	begin
	name=$(awk '/latchkey-refresh-/ { print $1 }' "$(jar)")
	request - POST "$ISSUER/token" -H "Origin: $APP" \
	    -H "Cookie: $name=$(cookie)" grant_type=refresh_token client_id=app
	assert_refused 400 invalid_request
	assert_equal "$(generation)" 1
}

@test "refresh endpoint: refreshes only: a code is for the token endpoint" {
	code=$(get_code alice app redirect_uri="$APP/cb")
	request - POST "$ISSUER/refresh" -H "Origin: $APP" \
	    grant_type=authorization_code code="$code" client_id=app \
	    redirect_uri="$APP/cb" code_verifier="$VERIFIER"
	assert_refused 400 unsupported_grant_type
	renew app "$APP" refresh_token=
	assert_refused 400 invalid_grant
}

@test "refresh cookie: a client that loses the switch is refused" {
	begin
	latchkey client set app --no-cookie-refresh
	renew
	assert_refused 400 unauthorized_client
	latchkey client set app --cookie-refresh
	renew
	assert_status 200
}

@test "refresh cookie: narrowing, locking and sign-out are as for any family" {
	begin
	renew app "$APP" scope='openid profile'
	assert_field scope 'openid profile'
	renew app "$APP" scope='openid nonsense'
	assert_refused 400 invalid_scope
	refute_header Set-Cookie
	renew
	assert_field scope 'openid profile email groups offline_access'
	latchkey user lock alice
	renew
	assert_refused 400 invalid_grant
}

@test "refresh cookie: through FastCGI, with a preflight as a browser does it" {
	start_server
	sign_in alice app redirect_uri="$APP/cb"
	jar() { echo "$BATS_TEST_TMPDIR/jar-alice"; }
	cookie() { awk '/latchkey-refresh-/ { print $7 }' "$(jar)"; }
	begin
	first=$(cookie)
	[[ -n $first ]]
	request - OPTIONS "$ISSUER/refresh" -H "Origin: $APP" \
	    -H 'Access-Control-Request-Method: POST'
	assert_status 204
	assert_header Access-Control-Allow-Origin "^$APP\$"
	renew
	assert_status 200
	[[ -n $(cookie) && $(cookie) != "$first" ]]
	renew app https://evil.example
	assert_refused 400 unauthorized_client
	renew
	assert_status 200
	assert_equal "$(generation)" 3
}
