# Refresh-token families: rotation, lost answers, theft, and how long they live.

load helper
USE_TEST_CLOCK=1
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

setup_file() {
	new_store
	add_user alice --name 'Alice Liddell' --email alice@example.org \
	    --group family
	add_client app --trusted
	add_client other --trusted
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

ALL='openid profile email groups offline_access'
NOT_OFFLINE='openid profile email groups'

# begin [NAME=VALUE...]: alice lets app in; $first is the first refresh token,
# $access the access token.
begin() {
	get_tokens alice app "$@" >/dev/null
	first=$(http_body | field refresh_token)
	access=$(http_body | field access_token)
	[[ -n $first ]]
}

# next TOKEN [NAME=VALUE...]: prints its successor.
next() {
	refresh "$@" >/dev/null
	assert_status 200 >&2 && http_body | field refresh_token
}

refused() {	# TOKEN [NAME=VALUE...]
	refresh "$@" >/dev/null
	assert_refused 400 invalid_grant
	assert_header Cache-Control '^no-store$'
	refute_field access_token
}

family_lives() {
	[[ $(latchkey grant list --json | jq '.grants | length') = 1 ]]
}

generation() {
	latchkey grant list --json | jq -r '.grants[].generation'
}

# --- rotation ----------------------------------------------------------------

@test "refresh: each use gives a new refresh token, a new access token and an ID token without nonce (RFC 6749 6, OpenID Connect Core 12.2)" {
	begin
	old=$(http_body)
	refresh "$first"
	assert_status 200
	assert_header Cache-Control '^no-store$'
	assert_field token_type Bearer
	assert_field expires_in 900
	assert_field scope "$ALL"
	second=$(http_body | field refresh_token)
	[[ $second != "$first" ]]
	[[ $(http_body | field access_token) != "$access" ]]
	was=$(jwt_claims "$(field id_token <<<"$old")")
	is=$(jwt_claims "$(http_body | field id_token)")
	assert_equal "$(jq -cS '{iss, sub, aud, auth_time, sid, amr}' \
	    <<<"$is")" "$(jq -cS '{iss, sub, aud, auth_time, sid, amr}' \
	    <<<"$was")"
	assert_equal "$(jq 'has("nonce")' <<<"$is")" false
	third=$(next "$second")
	[[ $third != "$second" && $third != "$first" ]]
}

@test "refresh: a hundred rotations are one family, one record" {
	begin
	start_server
	"$root/tests/load.py" rotate 100 "$ISSUER/token" app "$SECRET" "$first"
	assert_equal "$(generation)" 101
	family_lives
}

@test "refresh: a lost answer: the same token inside the window gives the same successor, and both go on as one" {
	begin
	second=$(next "$first")
	travel 15
	assert_equal "$(next "$first")" "$second"
	assert_equal "$(next "$first")" "$second"
	assert_equal "$(generation)" 2
	third=$(next "$second")
	assert_equal "$(next "$second")" "$third"
}

@test "refresh: a request that others overtook gives the present successor: every generation used in the window is good" {
	begin
	local began=$EPOCHSECONDS
	tokens=("$first")
	for i in 1 2 3 4 5 6 7 8 9 10; do
		tokens+=("$(next "${tokens[-1]}")")
		travel 2
	done
	# Of the window of 30 seconds 20 are over, without what a slow machine took.
	travel $((began - EPOCHSECONDS))
	for token in "${tokens[@]}"; do
		[[ $token = "${tokens[-1]}" ]] ||
		    assert_equal "$(next "$token")" "${tokens[-1]}"
	done
	assert_equal "$(generation)" 11
	travel 900
	newest=$(next "${tokens[-1]}")
	travel 100
	refused "${tokens[3]}"
	refused "$newest"
}

@test "refresh: a lost answer, long ago: the same token after the window gives another successor" {
	begin
	second=$(next "$first")
	travel 60
	other=$(next "$first")
	[[ $other != "$second" ]]
	third=$(next "$other")
	travel 3600
	next "$third" >/dev/null
}

@test "refresh: the successor that was not used is no longer good then, and if it turns up, that is theft" {
	begin
	second=$(next "$first")
	travel 60
	other=$(next "$first")
	refused "$second"
	refused "$other"
	refused "$first"
}

@test "refresh: a successor given instead is an audit line and a log line, and the abandoned line ends at once with its access tokens" {
	begin
	next "$first" >/dev/null
	abandoned=$(http_body | field access_token)
	userinfo "$abandoned"
	assert_status 200
	travel 60
	other=$(next "$first")
	access=$(http_body | field access_token)
	assert_logged 'refresh_token_retried client_id=app'
	latchkey audit --json | jq -e '[.[] |
	    select(.event == "refresh_token_retried")] | length == 1'
	userinfo "$abandoned"
	assert_refused 401 invalid_token
	assert_logged token_abandoned
	introspect "$abandoned"
	assert_field active false
	userinfo "$access"
	assert_status 200
	introspect "$access"
	assert_field active true
	travel 31
	next "$other" >/dev/null
}

@test "refresh: a second successor instead, from another parent, within 8 rotations is theft" {
	for rotations in 1 7 8; do
		begin
		next "$first" >/dev/null
		travel 60
		token=$(next "$first")
		for ((i = 0; i < rotations; i++)); do
			travel 60
			parent=$token
			token=$(next "$parent")
		done
		travel 60
		refused "$parent"
		refused "$token"
	done
	begin
	next "$first" >/dev/null
	travel 60
	token=$(next "$first")
	for i in 1 2 3 4 5 6 7 8 9; do
		travel 60
		parent=$token
		token=$(next "$parent")
	done
	travel 60
	next "$parent" >/dev/null
}

@test "refresh: an answer to one token may be lost any number of times" {
	begin
	for i in 1 2 3 4; do
		next "$first" >/dev/null
		travel 60
	done
	next "$(next "$first")" >/dev/null
}

@test "refresh: two holders of one token: as soon as both have used it past the window the family has ended" {
	begin
	# The thief is quick; the rightful one comes later and gets a successor
	# of their own. The thief's next use ends it.
	thief=$(next "$first")
	travel 31
	mine=$(next "$first")
	refused "$thief"
	refused "$mine"
	# Or the thief goes on, and the rightful one comes with the old token.
	begin
	thief=$(next "$(next "$first")")
	travel 31
	refused "$first"
	refused "$thief"
}

@test "refresh: any older token is known for what it is and ends the family, with an audit line (RFC 9700 4.14.2)" {
	begin
	tokens=("$first")
	for i in 1 2 3 4 5; do
		tokens+=("$(next "${tokens[-1]}")")
	done
	access=$(http_body | field access_token)
	userinfo "$access" >/dev/null
	assert_status 200
	travel 31
	refused "${tokens[1]}"
	assert_logged 'reason=refresh_token_reused client_id=app'
	for token in "${tokens[@]}"; do
		refused "$token"
	done
	userinfo "$access"
	assert_refused 401 invalid_token
	introspect "$access"
	assert_field active false
	run -0 latchkey audit
	[[ $output = *refresh_token_reused*app* ]] || fail "$output"
	[[ $output != *"${tokens[1]:0:20}"* ]]
	latchkey audit --json | jq -e '[.[] |
	    select(.event == "refresh_token_reused")] | length == 1'
	[[ $(latchkey grant list --json | jq '.grants | length') = 0 ]]
}

@test "refresh: theft in one family leaves the person's others alone" {
	begin
	lives=$first
	begin
	next "$(next "$first")" >/dev/null
	travel 31
	refused "$first"
	next "$lives" >/dev/null
}

@test "refresh: with refresh_grace = 0 every second use is theft" {
	set_conf refresh_grace 0
	begin
	second=$(next "$first")
	refused "$first"
	refused "$second"
}

@test "refresh: with refresh_retry = theft no successor is given instead: the last used token is theft once the window is over" {
	set_conf refresh_retry theft
	begin
	second=$(next "$first")
	travel 15
	assert_equal "$(next "$first")" "$second"
	introspect "$first"
	assert_field active true
	travel 31
	introspect "$first"
	assert_field active false
	refused "$first"
	assert_logged 'reason=refresh_token_reused client_id=app'
	refused "$second"
	run -0 latchkey audit
	[[ $output = *refresh_token_reused*app* ]] || fail "$output"
	[[ $output != *refresh_token_retried* ]]
}

@test "refresh: --refresh-retry is a client's own and goes before refresh_retry, and introspection tells the same as the token endpoint" {
	latchkey client set app --refresh-retry theft >/dev/null
	begin
	next "$first" >/dev/null
	travel 31
	introspect "$first"
	assert_field active false
	refused "$first"
	set_conf refresh_retry theft
	latchkey client set app --refresh-retry instead >/dev/null
	begin
	next "$first" >/dev/null
	travel 31
	introspect "$first"
	assert_field active true
	other=$(next "$first")
	latchkey client set app --refresh-retry default >/dev/null
	next "$other" >/dev/null
	travel 31
	refused "$other"
}

@test "refresh: refresh_grace is the window" {
	set_conf refresh_grace 2m
	begin
	second=$(next "$first")
	travel 110
	assert_equal "$(next "$first")" "$second"
	travel 20
	[[ $(next "$first") != "$second" ]]
}

# --- who may, and what is no token -------------------------------------------

@test "refresh: a forged, garbled, cut or missing token is refused without touching the store" {
	begin
	seen=$(stored_state)
	for at in 0 10 21 22 31 40 55 63; do
		c=A
		[[ ${first:at:1} != A ]] || c=B
		refused "${first:0:at}$c${first:at+1}"
		assert_logged refresh_token_forged
	done
	for token in "${first%?}" "${first}A" "$first=" "$first " x \
	    "$access" "$(printf 'A%.0s' {1..64})" "$(printf 'A%.0s' {1..4000})"
	do
		refused "$token"
	done
	refresh ''
	assert_refused 400 invalid_request
	as_client token grant_type=refresh_token
	assert_refused 400 invalid_request
	assert_equal "$(stored_state)" "$seen"
	next "$first"
}

@test "refresh: a generation that was never issued cannot be made up: the MAC covers it" {
	begin
	raw=$(base64url_decode <<<"$first" | od -An -v -tx1 | tr -d ' \n')
	assert_equal "${#raw}" 96
	# The last byte of the generation, one up.
	raw=${raw:0:46}02${raw:48}
	up=$(printf %b "$(sed 's/../\\x&/g' <<<"$raw")" | base64url)
	assert_equal "${#up}" "${#first}"
	refused "$up"
	next "$first"
}

@test "refresh: another client's token is refused, and nothing lost (RFC 6749 10.4)" {
	begin
	CLIENT=other refused "$first"
	AUTH=none CLIENT=spa refused "$first"
	second=$(next "$first")
	# An old one from another client is no theft by its own client either.
	travel 3600
	third=$(next "$second")
	CLIENT=other refused "$first"
	next "$third"
}

@test "refresh: the client must authenticate (RFC 6749 6)" {
	begin
	SECRET=wrong refresh "$first"
	assert_refused 401 invalid_client
	AUTH=none refresh "$first"
	assert_refused 401 invalid_client
	next "$first"
}

@test "refresh: every way of authenticating, at the token endpoint and at the refresh endpoint" {
	for endpoint in token refresh; do
		for AUTH in basic post none; do
			CLIENT=app
			[[ $AUTH != none ]] || CLIENT=spa
			get_tokens alice "$CLIENT" >/dev/null
			REFRESH_AT=$endpoint refresh \
			    "$(http_body | field refresh_token)"
			assert_status 200
			[[ -n $(http_body | field refresh_token) ]]
		done
	done
}

@test "refresh: not for a locked person, and again for one who is let in again; a deleted one is gone" {
	begin
	latchkey user lock alice
	refused "$first"
	userinfo "$access"
	assert_refused 401 invalid_token
	latchkey user unlock alice
	next "$first"
	first=$(http_body | field refresh_token)
	latchkey user del alice
	refused "$first"
}

@test "refresh: not for a person who left the app's group, and again for one who is back" {
	latchkey client set app --group family
	begin
	latchkey user set alice --remove-group family
	refused "$first"
	introspect "$access"
	assert_field active false
	latchkey user set alice --add-group family
	second=$(next "$first")
	latchkey client set app --group admins
	refused "$second"
}

@test "refresh: not for a removed client, nor one that lost the grant" {
	begin
	latchkey client set app --grant authorization_code
	refresh "$first"
	assert_refused 400 unauthorized_client
	latchkey client set app --grant authorization_code \
	    --grant refresh_token
	second=$(next "$first")
	latchkey client del app
	refresh "$second"
	assert_refused 401 invalid_client
	# One of the same name is another client.
	add_client app --trusted
	refused "$second"
}

@test "refresh: claims and groups are those of now" {
	begin
	latchkey user set alice --name 'Alice Hargreaves' --add-group new
	refresh "$first"
	assert_equal "$(jwt_claims "$(http_body | field id_token)" |
	    jq -c '[.name, .groups]')" '["Alice Hargreaves",["family","new"]]'
	assert_equal "$(jwt_claims "$(http_body | field access_token)" |
	    jq -c .groups)" '["family","new"]'
}

# --- how long ----------------------------------------------------------------

@test "refresh: a family that is not used for 30 days ends; each use starts them again" {
	begin
	travel $((29 * 86400))
	second=$(next "$first")
	travel $((29 * 86400))
	third=$(next "$second")
	travel $((30 * 86400))
	refused "$third"
}

@test "refresh: after 180 days it ends however much it is used" {
	begin
	token=$first
	for i in 1 2 3 4 5 6 7 8; do
		travel $((20 * 86400))
		token=$(next "$token")
	done
	travel $((20 * 86400 - 600))
	token=$(next "$token")
	# No access token outlives its family.
	expires_in=$(http_body | field expires_in)
	((expires_in > 0 && expires_in <= 600))
	access=$(http_body | field access_token)
	travel 600
	refused "$token"
	userinfo "$access"
	assert_status 401
}

@test "refresh: both lives are settings" {
	set_conf refresh_idle_lifetime 1d
	set_conf refresh_absolute_lifetime 2d
	begin
	travel $((20 * 3600))
	second=$(next "$first")
	travel $((20 * 3600))
	third=$(next "$second")
	travel $((20 * 3600))
	refused "$third"
	sign_in alice app
	begin
	travel 86400
	refused "$first"
}

@test "refresh: with offline_access the family outlives sign-out and the session's end" {
	begin
	latchkey session end --all
	second=$(next "$first")
	travel $((20 * 86400))
	next "$second"
}

@test "refresh: without offline_access the family ends with the session: by sign-out, by the command, by time" {
	begin scope="$NOT_OFFLINE"
	second=$(next "$first")
	request alice GET "$ISSUER/logout" \
	    id_token_hint="$(http_body | field id_token)"
	assert_status 200
	refused "$second"
	userinfo "$access"
	assert_refused 401 invalid_token

	begin_again() { sign_in alice app >/dev/null; begin "$@"; }
	begin_again scope="$NOT_OFFLINE"
	latchkey session end --user alice
	refused "$first"

	begin_again scope="$NOT_OFFLINE"
	travel $((11 * 3600))
	second=$(next "$first")
	travel $((12 * 3600))
	refused "$second"
}

@test "refresh: a new sign-in by the same person in the same browser keeps families going" {
	begin scope="$NOT_OFFLINE"
	sign_in alice app prompt=login
	next "$first"
}

@test "refresh: grant end and a new password end families at once" {
	begin
	latchkey grant end --user alice
	refused "$first"
	begin
	latchkey user passwd alice --password-stdin <<<'another password here'
	refused "$first"
}

# --- scope -------------------------------------------------------------------

@test "refresh: a narrower scope is for one answer, the next refresh token keeps the whole (RFC 6749 6)" {
	begin
	refresh "$first" scope='openid email'
	assert_field scope 'openid email'
	claims=$(jwt_claims "$(http_body | field id_token)")
	assert_equal "$(jq '[has("email"), has("name"), has("groups")]' -c \
	    <<<"$claims")" '[true,false,false]'
	assert_equal "$(jwt_claims "$(http_body | field access_token)" |
	    field scope)" 'openid email'
	userinfo "$(http_body | field access_token)" >/dev/null \
	    || fail 'no userinfo'
	assert_equal "$(http_body | jq -c 'keys')" \
	    '["email","email_verified","sub"]'
	begin
	refresh "$first" scope='openid email'
	refresh "$(http_body | field refresh_token)"
	assert_field scope "$ALL"
}

@test "refresh: narrowed to no openid, there is no ID token" {
	begin
	refresh "$first" scope=email
	assert_status 200
	refute_field id_token
}

@test "refresh: a wider or malformed scope is invalid_scope, and nothing is lost (RFC 6749 6)" {
	set_conf refresh_grace 0
	begin scope='openid profile offline_access'
	# Repeated until it is too long: each word is one the family has.
	long=$(printf 'openid %.0s' {1..200})
	for scope in 'openid email' nonsense 'openid groups' 'open"id' \
	    "$long" "$(printf 'x%.0s' {1..2000})"; do
		refresh "$first" scope="$scope"
		assert_refused 400 invalid_scope
	done
	assert_equal "$(generation)" 1
	next "$first"
}

@test "refresh: what the client may no longer ask for is not granted any more" {
	begin
	latchkey client set app --scope openid --scope profile \
	    --scope offline_access
	refresh "$first"
	assert_field scope 'openid profile offline_access'
	assert_equal "$(jwt_claims "$(http_body | field id_token)" |
	    jq 'has("email") or has("groups")')" false
}

# --- many at once ------------------------------------------------------------

@test "refresh: 50 at once with one token have exactly one successor" {
	begin
	start_server
	"$root/tests/load.py" together 50 "$ISSUER/token" app "$SECRET" \
	    "$first" >"$BATS_TEST_TMPDIR/answers"
	assert_equal "$(sort -u "$BATS_TEST_TMPDIR/answers" | wc -l)" 1
	assert_equal "$(wc -l <"$BATS_TEST_TMPDIR/answers")" 50
	[[ $(<"$BATS_TEST_TMPDIR/answers") = '200 '* ]]
	assert_equal "$(generation)" 2
	next "$(cut -d ' ' -f 2 "$BATS_TEST_TMPDIR/answers" | head -n 1)"
	assert_equal "$(generation)" 3
}

@test "refresh: 50 at once without a window: one is answered, the rest is theft, the family has ended" {
	set_conf refresh_grace 0
	begin
	start_server
	"$root/tests/load.py" together 50 "$ISSUER/token" app "$SECRET" \
	    "$first" >"$BATS_TEST_TMPDIR/answers"
	assert_equal "$(grep -c '^200 ' "$BATS_TEST_TMPDIR/answers")" 1
	assert_equal "$(grep -c '^400 invalid_grant' \
	    "$BATS_TEST_TMPDIR/answers")" 49
	refused "$(sed -n 's/^200 //p' "$BATS_TEST_TMPDIR/answers")"
	latchkey audit --json | jq -e '[.[] |
	    select(.event == "refresh_token_reused")] | length == 1'
}

@test "refresh: 1,000 rotations do not grow the store" {
	begin
	start_server
	rotate() {
		"$root/tests/load.py" rotate "$1" "$ISSUER/token" app \
		    "$SECRET" "$2"
	}
	# LMDB takes a few pages to turn round in; PostgreSQL more, because it cleans a
	# page when it looks at it and no one reads what was there.
	warm=50
	! on_pgsql || warm=1000
	token=$(rotate $warm "$first")
	before=$(store_figure KiB)
	((before > 0))
	token=$(rotate 1000 "$token")
	assert_equal "$(store_figure KiB)" "$before"
	assert_equal "$(generation)" $((warm + 1001))
	family_lives
	next "$token"
}

@test "refresh: through FastCGI: rotation, lost answer, theft and its end at userinfo" {
	start_server
	sign_in alice app
	begin
	second=$(next "$first")
	assert_equal "$(next "$first")" "$second"
	third=$(next "$second")
	access=$(http_body | field access_token)
	travel 31
	REFRESH_AT=refresh refused "$first"
	refused "$third"
	userinfo "$access"
	assert_refused 401 invalid_token
}
