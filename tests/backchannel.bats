# Apps are told that a session has ended (OpenID Connect Back-Channel Logout
# 1.0), by requests to real HTTPS servers.

load helper

setup_file() {
	export USE_TEST_CLOCK=1 LATCHKEY_LINGER=0
	local dir=$BATS_FILE_TMPDIR
	/usr/bin/python3 "$root/tests/certificate.py" "$dir/app" -1 1 localhost 127.0.0.1
	# What reads it refuses a file that others can write.
	chmod 644 "$dir/app.pem"
	export APPS_PORT
	APPS_PORT=$(free_port)
	new_store
	set_conf ca_file "$dir/app.pem"
	add_user alice --name 'Alice Adams'
	add_user bob
	local apps=https://127.0.0.1:$APPS_PORT
	add_client photos --trusted --backchannel-logout-uri "$apps/photos"
	add_client mail --trusted --alg HS256 \
	    --backchannel-logout-uri "https://localhost:$APPS_PORT/mail?x=1"
	add_client quiet --trusted
	add_client refusing --trusted --backchannel-logout-uri "$apps/refuse"
	add_client broken --trusted \
	    --backchannel-logout-uri "$apps/fail-while$dir/broken"
	add_client slow --trusted --backchannel-logout-uri "$apps/slow"
	save_store
	"$root/tests/receiver.py" "$dir/app.pem" "$dir/app.key" "$APPS_PORT" \
	    "$dir/told" >"$dir/serving" 2>&1 3>&- &
	echo $! >>"$dir/started"
	wait_for grep -q serving "$dir/serving"
}

setup() {
	fresh_store
	TOLD=$BATS_FILE_TMPDIR/told
	: >"$TOLD"
	: >"$BATS_FILE_TMPDIR/broken"
}

teardown() {
	rm -rf "$DATA" # a drainer that waits then ends
}

teardown_file() {
	stop_all
}

# sign_in_at PERSON APP...: and each app redeems its code.
sign_in_at() {
	local app
	for app in "${@:2}"; do
		get_tokens "$1" "$app" >"$BATS_TEST_TMPDIR/tokens-$1-$app"
	done
}

log_out() {
	request "$1" GET "$ISSUER/logout" \
	    id_token_hint="$(field id_token <"$BATS_TEST_TMPDIR/tokens-$1-$2")"
	assert_status 200
}

# told APP: the logout tokens that it got, a line each.
told() {
	[[ -s $TOLD ]] || return 0
	jq -r --arg path "/$1" 'select(.path | split("?")[0] | startswith($path)) |
	    .body | ltrimstr("logout_token=")' "$TOLD"
}

was_told() {	# APP N
	(($(told "$1" | wc -l) == ${2:-1}))
}

wait_told() {
	wait_for was_told "$@" || fail "$1 was told: $(told "$1" | wc -l)"
}

# drain: all that is due, here and now.
drain() {
	# One that was started in the background may be at it.
	flock "$DATA/drain.lock" true
	"$LATCHKEY_BUILD/test/libexec/drain" -d "$DATA" 2>>"$SERVER_LOG"
}

# drain_as_of MOMENT: all that was due at that second. However slow a machine is,
# what waits for its next try then waits still.
drain_as_of() {
	local passed=$((EPOCHSECONDS - $1))
	travel -$passed
	drain
	travel $passed
}

is_found() {	# PATTERN, by check
	latchkey check --offline --json | grep -q -- "$1"
}

sid_of() {	# PERSON
	latchkey session list --user "$1" --json | jq -r '.[0].sid'
}

@test "logout: an app that no administrator answers for is told at public addresses alone" {
	estrange photos
	sign_in_at alice photos mail
	log_out alice photos
	wait_told mail
	drain
	travel 10
	drain
	assert_logged 'logout_failed client_id=photos reason=bad_address'
	[[ -z $(told photos) ]] || fail "told: $(told photos)"
}

@test "logout: each app that has the session is told, once, with a token that only it can take" {
	sign_in_at alice photos mail quiet
	log_out alice photos
	wait_told photos
	wait_told mail
	run -0 cat "$TOLD"
	assert_equal "$(jq -s -c 'map(.method + " " + .type) | unique' "$TOLD")" \
	    '["POST application/x-www-form-urlencoded"]'
	local id_token token
	id_token=$(field id_token <"$BATS_TEST_TMPDIR/tokens-alice-photos")
	token=$(told photos)
	assert_equal "$(jwt_header "$token" | jq -c '[.typ, .alg, (.kid | length > 0)]')" \
	    '["logout+jwt","EdDSA",true]'
	jwt_claims "$token" | jq -e --argjson id "$(jwt_claims "$id_token")" '
	    .iss == $id.iss and .aud == "photos" and .sub == $id.sub and
	    .sid == $id.sid and (.jti | length > 20) and has("nonce") == false and
	    .exp - .iat == 120 and
	    .events == {"http://schemas.openid.net/event/backchannel-logout": {}}'
	request - GET "$ISSUER/jwks.json"
	http_body | "$root/tests/verify_jwt.py" pyjwt EdDSA photos "$ISSUER" "$token"
	"$root/tests/verify_jwt.py" pyjwt HS256 mail "$ISSUER" "$(told mail)" "$SECRET"
	# Nothing is left, and nobody is told again.
	drain
	travel 90000
	drain
	was_told photos
	was_told mail
}

@test "logout: other people's sessions, and apps that are not in this one, are none of it" {
	sign_in_at alice photos
	sign_in_at bob photos mail
	log_out alice photos
	wait_told photos
	drain
	was_told mail 0
	assert_equal "$(jwt_claims "$(told photos)" | jq -r .sub)" \
	    "$(jwt_claims "$(field id_token <"$BATS_TEST_TMPDIR/tokens-alice-photos")" | jq -r .sub)"
}

@test "logout: an app without refresh tokens is told long after its access token" {
	latchkey client set photos --grant authorization_code >/dev/null
	sign_in_at alice photos
	travel 20000
	log_out alice photos
	wait_told photos
}

@test "logout: what signs people in offline goes on, and is told all the same" {
	sign_in_at alice photos
	get_tokens alice photos scope='openid offline_access' >"$BATS_TEST_TMPDIR/offline"
	log_out alice photos
	wait_told photos
	CLIENT=photos refresh "$(field refresh_token <"$BATS_TEST_TMPDIR/offline")" >/dev/null
	assert_status 200
}

@test "a session that ends in any way is told: by the command, by a lock, with a password, with the person" {
	local end n=0
	for end in 'session end -- SID' 'session end --user alice' 'session end --all' \
	    'user lock alice' 'user passwd alice --password-stdin' \
	    'user del alice --yes'; do
		latchkey user unlock alice >/dev/null
		rm -f "$BATS_TEST_TMPDIR"/*jar-alice*
		sign_in_at alice photos
		# shellcheck disable=SC2086 # words
		latchkey ${end/SID/$(sid_of alice)} <<<"$PASSWORD" >/dev/null
		wait_told photos $((++n))
	done
	assert_equal "$(told photos | while read -r token; do
		jwt_claims "$token" | jq -r .sid
	done | sort -u | wc -l)" $n
}

# another_browser PERSON: from now on they have a new one, and the old one's
# sign-in stays.
another_browser() {
	rm -f "$BATS_TEST_TMPDIR"/*jar-"$1"*
}

@test "a session that a person ends on their account page is told, one by one or all the others at once" {
	sign_in_at alice photos
	another_browser alice
	open_page alice "$ISSUER/account/sessions"
	log_in alice
	submit alice step=end
	wait_told photos
	sign_in_at alice mail
	another_browser alice
	sign_in_at alice photos
	another_browser alice
	open_page alice "$ISSUER/account/sessions"
	log_in alice
	open_page alice "$ISSUER/account/sessions/everywhere"
	submit alice step=end
	wait_told photos 2
	wait_told mail
	drain
	was_told photos 2
	# This browser's goes on.
	request alice GET "$ISSUER/account"
	assert_status 200
}

@test "a password that is chosen with a link tells every app" {
	local link
	sign_in_at alice photos mail
	link=$(latchkey user reset alice 2>/dev/null)
	drain
	was_told photos 0
	open_page someone "$link"
	submit someone step=continue
	STAY=1 submit someone step=set new_password='another good phrase' \
	    again='another good phrase'
	wait_told photos
	wait_told mail
}

@test "a person who is locked is signed out of apps whose session here is long over" {
	sign_in_at alice photos
	travel $((2 * 86400))
	latchkey user lock alice
	wait_told photos
}

@test "a session that expires tells no one" {
	sign_in_at alice photos
	travel $((2 * 86400))
	sign_in_at alice mail
	drain
	was_told photos 0
}

@test "another person who signs in to the same browser ends the first one's session at the apps" {
	sign_in_at alice photos
	cp "$BATS_TEST_TMPDIR"/cgi-jar-alice "$BATS_TEST_TMPDIR"/cgi-jar-bob
	request bob GET "$(authorize_url photos prompt=login)"
	log_in bob
	wait_told photos
}

@test "an app that says 400 is asked once, and an administrator can read it" {
	sign_in_at alice refusing
	log_out alice refusing
	wait_told refuse
	drain
	travel 90000
	drain
	was_told refuse
	run -0 latchkey audit --json
	jq -e 'map(select(.event == "logout_refused")) |
	    length == 1 and .[0].client_id == "refusing"' <<<"$output"
}

@test "an app that is down is asked again after 5 and 30 seconds, 2, 10 and 60 minutes, then hourly" {
	local pause early n=1
	sign_in_at alice broken photos
	log_out alice photos
	wait_told photos
	wait_told fail-while
	for pause in 5 30 120 600 3600 3600; do
		# The clock goes on by itself as well.
		early=$((pause > 100 ? 60 : 0))
		drain
		travel $((pause - early))
		if ((early > 0)); then
			drain
			was_told fail-while $n
			travel $early
		fi
		drain
		was_told fail-while $((++n))
	done
	rm "$BATS_FILE_TMPDIR/broken"
	travel 3600
	drain
	was_told fail-while $((n + 1))
	travel 7200
	drain
	was_told fail-while $((n + 1))
	was_told photos 1
}

@test "an app that is down for a day is given up, with a line of the audit" {
	sign_in_at alice broken
	log_out alice broken
	wait_told fail-while
	local i
	for ((i = 0; i < 26; i++)); do
		drain
		travel 3600
	done
	run -0 latchkey audit --json
	jq -e 'map(select(.event == "logout_not_told")) |
	    length == 1 and .[0].client_id == "broken"' <<<"$output"
	i=$(told fail-while | wc -l)
	travel 3600
	drain
	was_told fail-while "$i"
}

@test "many who leave an app that is down cost one try a round, and delay no other app" {
	local i
	for ((i = 0; i < 4; i++)); do
		sign_in_at "alice" broken photos
		rm -f "$BATS_TEST_TMPDIR"/*jar-alice*
	done
	local began=$EPOCHSECONDS
	latchkey session end --user alice
	wait_told photos 4
	drain_as_of "$began"
	was_told fail-while 1
	travel 5
	drain
	was_told fail-while 2
}

@test "check names an app that takes no logouts, since when and why; and all is well once it does" {
	sign_in_at alice broken
	log_out alice broken
	wait_told fail-while
	drain
	run -0 latchkey check --offline --json
	jq -e '[.findings[] | select(.level == "warning").what |
	    select(test("^app broken was not told of 1 logout, since [0-9]+ minutes: status 500$"))] |
	    length == 1' <<<"$output"
	rm "$BATS_FILE_TMPDIR/broken"
	travel 5
	drain
	run -0 latchkey check --offline --json
	jq -e '[.findings[].what | select(test("logout"))] == []' <<<"$output"
}

@test "an app that never answers does not hold up the others" {
	local failure='app slow was not told of 1 logout, .*: timeout'
	sign_in_at alice slow photos mail
	log_out alice photos
	# The person did not wait for it, either.
	run ! is_found "$failure"
	wait_told photos
	wait_told mail
	run ! is_found "$failure"
	wait_for is_found "$failure"
}

@test "apps that take their time, with many to be told of, do not delay the others" {
	local i slowly=/file$BATS_FILE_TMPDIR/slowly
	echo fine >"$BATS_FILE_TMPDIR/slowly"
	echo '{"wait": 1.5}' >"$BATS_FILE_TMPDIR/slowly.head"
	for i in 1 2 3 4; do
		add_client "slow$i" --trusted --backchannel-logout-uri \
		    "https://127.0.0.1:$APPS_PORT$slowly?$i" >/dev/null
	done
	for i in 1 2 3 4; do
		sign_in_at bob slow1 slow2 slow3 slow4
		rm -f "$BATS_TEST_TMPDIR"/*jar-bob*
	done
	sign_in_at alice photos
	latchkey session end --user bob
	wait_told "${slowly#/}" 4
	log_out alice photos
	wait_told "${slowly#/}" 16
	# They came first, and photos before most of what they had to be told.
	i=$(jq -r .path "$TOLD" | grep -nx /photos | cut -d : -f 1)
	((i > 0 && i <= 12)) || fail "told after $i" "$(jq -r .path "$TOLD")"
	drain
}

@test "an app that is deleted is told nothing of what was to come" {
	sign_in_at alice broken
	local began=$EPOCHSECONDS
	log_out alice broken
	wait_told fail-while
	drain_as_of "$began"
	latchkey client del broken --yes
	rm "$BATS_FILE_TMPDIR/broken"
	travel 30
	drain
	was_told fail-while 1
}

@test "a certificate that is not to be trusted is an app that is down" {
	set_conf ca_file ''
	sign_in_at alice photos
	log_out alice photos
	drain
	wait_for is_found 'app photos was not told' # by the one that was started in the background
	was_told photos 0
	set_conf ca_file "$BATS_FILE_TMPDIR/app.pem"
	travel 5
	drain
	was_told photos 1
}

@test "drain: what started it need not come again for the first tries: it waits for them" {
	export LATCHKEY_LINGER=20
	sign_in_at alice broken
	log_out alice broken
	wait_told fail-while
	travel 5
	wait_told fail-while 2
	# What comes in that time is told at once, by the one that waits.
	sign_in_at alice photos
	log_out alice photos
	wait_told photos
}

@test "drain: a program that answers starts it where something is overdue" {
	sign_in_at alice broken
	log_out alice broken
	wait_told fail-while
	drain
	travel 5
	request - GET "$ISSUER/.well-known/openid-configuration"
	wait_told fail-while 2
}

@test "drain: one at a time, and what is put while it works is told as well" {
	local i
	for ((i = 0; i < 3; i++)); do
		sign_in_at alice photos mail
		rm -f "$BATS_TEST_TMPDIR"/*jar-alice*
	done
	latchkey session list --user alice --json | jq -r '.[].sid' |
	    while read -r sid; do
		latchkey session end -- "$sid" >/dev/null &
		"$LATCHKEY_BUILD/test/libexec/drain" -d "$DATA" 2>/dev/null &
		wait
	done
	wait_told photos 3
	wait_told mail 3
	drain
	was_told photos 3
}

@test "drain: killed after it sent and before it noted so, it sends again: at least once" {
	local pid
	sign_in_at alice slow
	log_out alice slow
	wait_told slow
	for pid in $(pgrep -f "^drain -d $DATA "); do
		kill -KILL "$pid"
	done
	latchkey client set slow \
	    --backchannel-logout-uri "https://127.0.0.1:$APPS_PORT/late" >/dev/null
	drain
	was_told late
	assert_equal "$(jwt_claims "$(told late)" | jq -c '[.sid, .sub]')" \
	    "$(jwt_claims "$(told slow)" | jq -c '[.sid, .sub]')"
	drain
	was_told late
}

@test "why: an app that does not take logouts is said to wait for them" {
	sign_in_at alice broken
	run -0 latchkey why broken
	[[ $output != *logout* ]]
	log_out alice broken
	wait_told fail-while
	drain
	run -0 latchkey why broken
	[[ $output = *'has still to be told of 1 logout, since '*': status 500'* ]] ||
	    fail "$output"
	rm "$BATS_FILE_TMPDIR/broken"
	travel 5
	drain
	run -0 latchkey why broken
	[[ $output != *logout* ]] || fail "$output"
}

@test "drain: says what is wrong with its call or its data directory" {
	run ! "$LATCHKEY_BUILD/test/libexec/drain" --wrong
	run ! "$LATCHKEY_BUILD/test/libexec/drain" -d "$BATS_TEST_TMPDIR/none"
	[[ $output = *init* ]]
}
