# Signing in: the page, passwords, guessing, sessions and their cookie.

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	add_user alice --name 'Alice Adams' --email alice@example.org
	add_user bob --email Robert.Brown@example.org
	add_client app --name 'Photo Album' --trusted
	save_store
}

setup() {
	fresh_store
}

teardown_file() {
	stop_all
}

# open_sign_in PERSON [NAME=VALUE...]: their browser has opened the page.
open_sign_in() {
	open_page "$1" "$(authorize_url app "${@:2}")"
	page_asks_password || fail 'not the page to sign in on' "$(http_body)"
}

assert_signed_in() {
	assert_status 303
	url_param code "$(http_header Location)" >/dev/null ||
	    fail 'no code' "$(http_headers)" "$(http_body)"
}

# assert_nobody PERSON: their browser has no session that is good.
assert_nobody() {
	request "$1" GET "$(authorize_url app prompt=none)"
	assert_error login_required
}

assert_somebody() {
	request "$1" GET "$(authorize_url app prompt=none)"
	assert_signed_in
}

# cookie NAME PERSON: what their browser keeps.
cookie() {
	awk -v n="$1" '$1 == n { print $3 }' "$(tmpdir)/cgi-jar-$2"
}

set_cookie() {	# NAME VALUE PERSON
	touch "$(tmpdir)/cgi-jar-$3"
	sed -i "/^$1 /d" "$(tmpdir)/cgi-jar-$3"
	echo "$1 / $2" >>"$(tmpdir)/cgi-jar-$3"
}

# The page's text without what differs from one sending to the next.
page_but() {	# NAME
	http_body | sed "s/value=\"$1\"/value=\"NAME\"/
	    s/name=\"csrf\" value=\"[^\"]*\"//"
}

id_claim() {	# PERSON CLAIM: of an ID token got now
	jwt_claims "$(redeem "$(get_code "$1" app)" | field id_token)" |
	    field "$2"
}

# --- the page

@test "sign-in: a name and a password end in the app" {
	open_sign_in alice
	log_in alice
	assert_signed_in
}

@test "sign-in: the page works without scripts, and password managers know its fields" {
	open_sign_in alice
	refute_page '<script| on[a-z]+=|javascript:'
	tags input | grep 'name="username"' | grep -q 'autocomplete="username"'
	tags input | grep 'name="password"' |
	    grep -q 'type="password".*autocomplete="current-password"'
	assert_page '<label for="username">'
	assert_page '<label for="password">'
	assert_page 'Photo Album'
	assert_page 'User name or e-mail address'
	assert_equal "$(tags form | grep 'action=' | grep -c 'method="post"')" 1
}

@test "sign-in: a name is the same in capitals, and with a space that a phone added" {
	open_sign_in alice
	submit alice step=login username=ALICE password="$PASSWORD"
	assert_signed_in
	open_sign_in a2
	submit a2 step=login username=' Alice ' password="$PASSWORD"
	assert_signed_in
}

as() {	# NAME: signs in under it, in a browser of its own
	local browser=as-$((++BROWSERS))
	open_sign_in "$browser"
	submit "$browser" step=login username="$1" password="${2:-$PASSWORD}"
}

refused_as() {
	as "$@"
	assert_status 403
	assert_page 'Wrong user name or password'
	assert_logged reason=sign_in
}

@test "sign-in: by e-mail address where it is unique, in any case" {
	local typed
	for typed in alice@example.org Alice@Example.ORG ' alice@example.org '; do
		as "$typed"
		assert_signed_in
	done
	as robert.brown@example.org
	assert_signed_in
	refused_as alice@example.com
	refused_as lice@example.org
	refused_as alice@example.org 'not this one'
	latchkey user set bob --email 'Zoë@exämple.org' >/dev/null
	for typed in 'zoë@exämple.org' "$(printf 'ZOE\u0308@EXA\u0308MPLE.ORG')"; do
		as "$typed"
		assert_signed_in
	done
	refused_as robert.brown@example.org
	# the app is told the name, and so is the audit
	latchkey audit --json | jq -e 'map(select(.event == "signed_in") |
	    .user) | unique == ["alice", "bob"]'
}

@test "sign-in: an address that several have names the one it is verified of, or none" {
	latchkey user add carol --no-password --email ALICE@example.org \
	    --email-unverified >/dev/null
	as alice@example.org
	assert_signed_in
	latchkey user set alice --email-unverified >/dev/null
	refused_as alice@example.org
	as alice
	assert_signed_in
	latchkey user set carol --email '' >/dev/null
	as alice@example.org
	assert_signed_in
}

@test "sign-in: an address that is a user name is that name first" {
	latchkey user add alice@example.org --no-password >/dev/null
	refused_as alice@example.org
	printf 'a password of its own\n' |
	    latchkey user passwd alice@example.org --password-stdin >/dev/null
	as alice@example.org 'a password of its own'
	assert_signed_in
	as alice
	assert_signed_in
}

@test "sign-in: a password may have spaces at its ends, signs of forms, and letters of any language" {
	local word i=0
	for word in '  two  spaces  at both ends  ' 'a&b=c+d%41;e?f#g/h' \
	    'パスワードは秘密です' 'naïve «façade» 🔑' "it's \"quoted\" \\ <b>" \
	    "$(printf 'the %d words of it; ' {1..45})x"; do
		i=$((i + 1))
		printf '%s\n' "$word" |
		    latchkey user passwd bob --password-stdin >/dev/null
		open_sign_in "b$i"
		submit "b$i" step=login username=bob password="$word"
		assert_signed_in
	done
	open_sign_in c
	submit c step=login username=bob password="${word%?}"
	assert_status 403
}

@test "sign-in: a password is the same however a keyboard composes it (RFC 8265, OpaqueString)" {
	local word
	printf 'cr\u00e8me br\u00fbl\u00e9e \U0001F369\n' |
	    latchkey user passwd bob --password-stdin >/dev/null
	for word in 'cr\u00e8me br\u00fbl\u00e9e \U0001F369' \
	    'cre\u0300me bru\u0302le\u0301e \U0001F369' \
	    'cr\u00e8me\u00a0br\u00fbl\u00e9e\u3000\U0001F369'; do
		open_sign_in "b${#word}"
		# shellcheck disable=SC2059 # the escapes are the point
		submit "b${#word}" step=login username=bob \
		    password="$(printf "$word")"
		assert_signed_in
	done
	open_sign_in c
	submit c step=login username=bob \
	    password="$(printf 'creme brulee \U0001F369')"
	assert_status 403
}

@test "sign-in: without a name or a password it says what is missing, and no try is counted" {
	local i
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		open_sign_in alice
		submit alice step=login username=alice password=
		assert_status 200
		assert_page 'Enter your user name and your password'
	done
	submit alice step=login username= password="$PASSWORD"
	assert_page 'Enter your user name and your password'
	log_in alice
	assert_signed_in
}

@test "sign-in: Cancel goes back to the app with access_denied" {
	open_sign_in alice
	submit alice step=cancel
	assert_error_redirect access_denied
	assert_nobody alice
}

@test "sign-in: through lighttpd and FastCGI" {
	start_server
	open_sign_in alice
	log_in alice wrong-password
	assert_status 403
	log_in alice
	assert_signed_in
	open_page alice "$(authorize_url app)"
	assert_signed_in
	stop_server
}

# --- refusals: same answer, same work

@test "sign-in: wrong password, unknown, locked and passwordless person get the same page; the log tells which" {
	local typed page cause
	latchkey user lock bob >/dev/null
	latchkey user add carol --no-password >/dev/null
	open_sign_in x
	submit x step=login username=alice password='not this one'
	assert_status 403
	page=$(page_but alice)
	assert_logged 'access_denied reason=sign_in client_id=app user=alice cause=wrong_password address='
	latchkey user add dora --no-password --email two@example.org \
	    --email-unverified >/dev/null
	latchkey user add emil --no-password --email two@example.org \
	    --email-unverified >/dev/null
	while read -r typed cause; do
		submit x step=login username="$typed" password="$PASSWORD"
		assert_status 403
		assert_equal "$(page_but "$typed")" "$page"
		assert_equal "$(tail -n 1 "$SERVER_LOG")" \
		    "latchkey authorize: access_denied reason=sign_in client_id=app $cause address=127.0.0.1"
	done <<-'END'
		nobody cause=unknown_user
		bob user=bob cause=locked
		carol user=carol cause=no_password
		nobody@example.org cause=unknown_user
		two@example.org cause=unknown_user
		robert.brown@example.org user=bob cause=locked
	END
	assert_nobody x
}

@test "sign-in: neither password nor what was typed as a name is in the log" {
	open_sign_in x
	submit x step=login username='my secret by mistake' password='not this one'
	refute_logged 'mistake|not this'
	log_in alice
	refute_logged "$PASSWORD"
}

# What the programs cost, in milliseconds of processor time each, goes to the
# file cpu.
count_work() {
	cat >"$BATS_TEST_TMPDIR/counted" <<-'END'
		#!/bin/bash
		TIMEFORMAT=%U
		{ time "$@" 2>&4; } 4>&2 2>>"${0%/*}/cpu"
	END
	chmod +x "$BATS_TEST_TMPDIR/counted"
	LATCHKEY_WRAP="$BATS_TEST_TMPDIR/counted ${LATCHKEY_WRAP:-}"
}

work_of() {	# NAME PASSWORD: of one try to sign in
	rm -f "$BATS_TEST_TMPDIR/cpu"
	submit x step=login username="$1" password="$2"
	assert_status 403 >&2
	tr -d . <"$BATS_TEST_TMPDIR/cpu" | head -n 1 | sed 's/^0*//; s/^$/0/'
}

# The same of the least of three: what else runs on the machine adds to the time of
# a processor too.
least_work_of() {
	local i
	for i in 1 2 3; do
		work_of "$@"
	done | sort -n | head -n 1
}

@test "sign-in: unknown, locked and passwordless people cost the work of a wrong password" {
	local right name cost
	[[ -z ${LATCHKEY_WRAP:-} ]] || skip 'times mean nothing under valgrind'
	set_conf argon2_memlimit 64
	set_conf argon2_opslimit 4
	printf '%s\n' "$PASSWORD" |
	    latchkey user passwd alice --password-stdin >/dev/null
	latchkey user lock bob >/dev/null
	latchkey user add carol --no-password >/dev/null
	count_work
	open_sign_in x
	right=$(least_work_of alice 'not this one')
	((right > 30)) || fail "a hash cost $right ms"
	for name in nobody bob carol nobody@example.org \
	    robert.brown@example.org; do
		cost=$(least_work_of $name "$PASSWORD")
		((cost * 2 > right && cost < right * 2)) ||
		    fail "$name: $cost ms, wrong password: $right ms"
	done
}

# --- Argon2

# pauses_in_line: a program has a place in the line and sleeps between two looks
# for a slot. PAUSE_PID is a process that sleeps.
pauses_in_line() {
	local fd pid call asleep
	read -r asleep _ <"/proc/$PAUSE_PID/syscall"
	while IFS=/ read -r _ _ pid fd; do
		read -r call _ <"/proc/$pid/syscall"
		[[ $call != "$asleep" ]] || return 0
	done < <(find /proc/[0-9]*/fd -lname "$DATA/slots/place-*" 2>/dev/null)
	return 1
}

@test "sign-in: no more hashes at once than argon2_slots; the next waits, known or not" {
	local name
	set_conf argon2_slots 1
	open_sign_in alice
	log_in alice	# makes the slot
	assert_signed_in
	sleep 60 3>&- &
	PAUSE_PID=$!
	for name in nobody alice; do
		open_sign_in "y$name"
		exec 8<"$DATA/slots/0"
		flock 8
		(
			exec 8<&-
			submit "y$name" step=login username=$name \
			    password="$PASSWORD"
			http_status >"$BATS_TEST_TMPDIR/$name"
		) &
		wait_for pauses_in_line
		[[ ! -e $BATS_TEST_TMPDIR/$name ]]
		exec 8<&-
		wait_for test -s "$BATS_TEST_TMPDIR/$name"
	done
	kill "$PAUSE_PID"
	assert_equal "$(cat "$BATS_TEST_TMPDIR"/{nobody,alice})" $'403\n303'
}

@test "sign-in: four at once share one slot, and all get in" {
	local i
	set_conf argon2_slots 1
	for i in 1 2 3 4; do
		(
			ANSWER_DIR=$BATS_TEST_TMPDIR/last-$i
			export ANSWER_DIR
			open_sign_in "p$i"
			submit "p$i" step=login username=alice \
			    password="$PASSWORD"
			assert_signed_in
			touch "$BATS_TEST_TMPDIR/in-$i"
		) &
	done
	wait
	for i in 1 2 3 4; do
		[[ -e $BATS_TEST_TMPDIR/in-$i ]]
	done
}

@test "sign-in: when the cost rises, the password is hashed again at the next sign-in" {
	local outdated
	[[ -z ${LATCHKEY_WRAP:-} ]] || skip 'times mean nothing under valgrind'
	# What a wrong password costs tells what the right one was hashed at.
	count_work
	open_sign_in x
	outdated=$(work_of bob 'not this one')
	set_conf argon2_memlimit 64
	set_conf argon2_opslimit 4
	open_sign_in alice
	log_in alice
	assert_signed_in
	open_sign_in x
	((outdated * 3 < $(work_of alice 'not this one')))
	# and it goes on being the right one, also when the setting falls
	set_conf argon2_memlimit 8
	set_conf argon2_opslimit 1
	((outdated * 3 < $(work_of alice 'not this one')))
	open_sign_in y
	submit y step=login username=alice password="$PASSWORD"
	assert_signed_in
	open_sign_in x
	((outdated * 3 < $(work_of alice 'not this one')))
}

# costs_the_same NAME UNKNOWN-NAME, within half.
costs_the_same() {
	local known unknown
	unknown=$(least_work_of "$2" "$PASSWORD")
	known=$(least_work_of "$1" 'not this one')
	((known * 3 > unknown * 2 && known * 2 < unknown * 3)) ||
	    fail "$1: $known ms, unknown: $unknown ms"
}

@test "sign-in: after the cost was raised a name is not told from an unknown one by time" {
	local known setting
	[[ -z ${LATCHKEY_WRAP:-} ]] || skip 'times mean nothing under valgrind'
	set_conf argon2_memlimit 32
	set_conf argon2_opslimit 2
	printf '%s\n' "$PASSWORD" |
	    latchkey user passwd bob --password-stdin >/dev/null
	count_work
	open_sign_in x
	for setting in '64 4' '48 3' '96 2'; do
		set_conf argon2_memlimit "${setting% *}"
		set_conf argon2_opslimit "${setting#* }"
		for known in alice bob; do
			costs_the_same $known "nobody-$known"
		done
	done
	open_sign_in bob
	submit bob step=login username=bob password="$PASSWORD"
	assert_signed_in
}

# --- guessing

guess() {	# NAME TIMES [PASSWORD]
	local i
	open_sign_in g
	for ((i = 0; i < $2; i++)); do
		submit g step=login username="$1" password="${3:-not this one}"
		assert_status 403
	done
}

@test "sign-in: after ten wrong passwords it is 429 with Retry-After, and a minute later it works" {
	guess alice 10
	submit g step=login username=alice password="$PASSWORD"
	assert_status 429
	assert_header Retry-After '^([1-9]|[1-5][0-9]|60)$'
	assert_page 'Too many attempts. Wait [0-9]+ seconds?'
	assert_logged reason=sign_in
	travel 61
	submit g step=login username=alice password="$PASSWORD"
	assert_signed_in
}

@test "sign-in: unknown names are slowed down alike" {
	guess nobody 10
	submit g step=login username=nobody password="$PASSWORD"
	assert_status 429
}

@test "sign-in: capitals and spaces make no new name to guess with" {
	guess alice 4
	guess ALICE 3
	guess ' Alice ' 3
	submit g step=login username=alice password="$PASSWORD"
	assert_status 429
}

@test "sign-in: tries under a name and under an e-mail address count together" {
	guess alice 5
	guess alice@example.org 3
	guess Alice@EXAMPLE.org 2
	submit g step=login username=alice password="$PASSWORD"
	assert_status 429
	submit g step=login username=alice@example.org password="$PASSWORD"
	assert_status 429
}

@test "sign-in: one person who signs in by address does not clear the tries at another" {
	add_user mallory --email alice@example.net
	guess alice 9
	submit g step=login username=alice@example.net password="$PASSWORD"
	assert_signed_in
	rm "$BATS_TEST_TMPDIR/cgi-jar-g"
	open_sign_in g
	guess alice 1
	submit g step=login username=alice password="$PASSWORD"
	assert_status 429
}

@test "sign-in: a wait does not tell whether a name and an address are one person's" {
	local name other
	for name in nobody robert.brown; do
		guess $name@example.org 10
		for other in $name $name@example.org $name@example.com; do
			submit g step=login username=$other password=wrong
			assert_status 429
		done
	done
	submit g step=login username=bob password=wrong
	assert_status 403
}

@test "sign-in: composing letters in another way makes no new name to guess with" {
	guess 'zoë@example.org' 4
	guess 'ZOË@example.org' 3
	guess "$(printf 'zoe\u0308@example.org')" 3
	submit g step=login username='zoë@example.org' password=wrong
	assert_status 429
}

@test "sign-in: guessing keeps neither the person out elsewhere nor others of the same address" {
	guess alice 10
	ADDRESS=192.0.2.7 open_sign_in alice
	ADDRESS=192.0.2.7 log_in alice
	assert_signed_in
	open_sign_in bob
	log_in bob
	assert_signed_in
}

@test "sign-in: a success forgets the failures before it" {
	guess alice 9
	submit g step=login username=alice password="$PASSWORD"
	assert_signed_in
	rm "$BATS_TEST_TMPDIR/cgi-jar-g"
	guess alice 9
}

# tries_until_slowed MOST: wrong passwords, from another address each unless
# $ADDRESS is set, for another name each if $NAMES is; prints how many there
# were before a 429. Without the helper, for speed.
tries_until_slowed() {
	local - i body csrf request
	set +T
	open_sign_in m
	csrf=$(form_fields | sed -n 's/^csrf=//p')
	request=$(url_encode "$(form_fields | sed -n 's/^request=//p')")
	for ((i = 0; i < $1; i++)); do
		body="step=login&username=${NAMES:+name$i}"
		[[ -n ${NAMES:-} ]] || body+=alice
		body+="&password=wrong&csrf=$csrf&request=$request"
		env -i GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=POST \
		    REQUEST_URI=/authorize LATCHKEY_DATA="$DATA" \
		    CONTENT_TYPE=application/x-www-form-urlencoded \
		    CONTENT_LENGTH=${#body} \
		    HTTP_COOKIE="latchkey-browser=$(cookie latchkey-browser m)" \
		    REMOTE_ADDR="${ADDRESS:-10.0.0.$i}" \
		    LATCHKEY_TEST_CLOCK="$LATCHKEY_TEST_CLOCK" \
		    ${ASAN_OPTIONS:+"ASAN_OPTIONS=$ASAN_OPTIONS"} \
		    "$(programs)/cgi-bin/authorize" <<<"$body" \
		    >"$(last raw)" 2>>"$SERVER_LOG"
		! grep -q '^Status: 429' "$(last raw)" || break
		grep -q '^Status: 403' "$(last raw)" || fail "$(<"$(last raw)")"
	done
	echo "$i"
}

@test "sign-in: while one name is guessed from everywhere a network has one try a minute, but not at home" {
	ADDRESS=198.51.100.1 open_sign_in alice
	ADDRESS=198.51.100.1 log_in alice
	assert_signed_in
	assert_equal "$(tries_until_slowed 90)" 90
	ADDRESS=203.0.113.5 open_sign_in x
	ADDRESS=203.0.113.5 submit x step=login username=alice password=wrong
	assert_status 403
	ADDRESS=203.0.113.5 submit x step=login username=alice \
	    password="$PASSWORD"
	assert_status 429
	assert_header Retry-After '^(5[0-9]|60)$'
	travel 60
	ADDRESS=203.0.113.5 submit x step=login username=alice \
	    password="$PASSWORD"
	assert_signed_in
	ADDRESS=198.51.100.1 open_sign_in home
	ADDRESS=198.51.100.1 submit home step=login username=alice \
	    password="$PASSWORD"
	assert_signed_in
}

# known_browser PERSON: has signed in, and its session has expired.
known_browser() {
	sign_in "$1" app >/dev/null
	sed -i '/latchkey-session/d' "$BATS_TEST_TMPDIR/cgi-jar-$1"
	[[ -n $(cookie latchkey-device "$1") ]]
}

@test "sign-in: a browser that signed in before never waits for guesses of others, from its own network either" {
	known_browser alice
	guess alice 9	# one more was the sign-in's own
	guess alice 1
	submit g step=login username=alice password="$PASSWORD"
	assert_status 429
	open_sign_in alice
	log_in alice
	assert_signed_in
}

@test "sign-in: a browser that signed in by name is known when it signs in by address" {
	known_browser bob
	guess robert.brown@example.org 10
	open_sign_in bob
	submit bob step=login username=robert.brown@example.org \
	    password="$PASSWORD"
	assert_signed_in
}

@test "sign-in: such a browser has ten tries, then one a minute, and leaves others theirs" {
	local i
	known_browser alice
	open_sign_in alice
	for i in 1 2 3 4 5 6 7 8 9 10; do
		submit alice step=login username=alice password=wrong
		assert_status 403
	done
	submit alice step=login username=alice password="$PASSWORD"
	assert_status 429
	open_sign_in x
	submit x step=login username=alice password="$PASSWORD"
	assert_signed_in
	travel 60
	open_sign_in alice
	submit alice step=login username=alice password="$PASSWORD"
	assert_signed_in
}

@test "sign-in: the device cookie is HttpOnly, lasts a year, and is given without staying signed in" {
	open_sign_in alice
	STAY=1 log_in alice
	http_header Set-Cookie | grep -qxE \
	    'latchkey-device=[A-Za-z0-9_-]{38}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax'
	open_sign_in b
	submit b step=login username=bob password=wrong
	[[ $(http_header Set-Cookie) != *latchkey-device* ]]
}

# assert_stranger PERSON: as such guesses make it wait.
assert_stranger() {
	guess "$1" 10
	open_sign_in "$1"
	submit "$1" step=login username="$1" password="$PASSWORD"
	assert_status 429
	travel 660
}

@test "sign-in: a device cookie dies with a new password, a lock, an ended session; and is no one else's" {
	known_browser alice
	printf '%s\n' "$PASSWORD" |
	    latchkey user passwd alice --password-stdin >/dev/null
	assert_stranger alice
	known_browser alice
	latchkey session end --user alice >/dev/null
	assert_stranger alice
	known_browser alice
	latchkey session end --all >/dev/null
	assert_stranger alice
	known_browser alice
	latchkey session end -- "$(latchkey session list --user alice --json |
	    jq -r '.[0].sid')" >/dev/null
	assert_stranger alice
	known_browser alice
	latchkey user lock alice >/dev/null
	latchkey user unlock alice >/dev/null
	travel 600
	assert_stranger alice
	known_browser alice
	guess bob 10
	open_sign_in alice
	submit alice step=login username=bob password="$PASSWORD"
	assert_status 429
}

@test "sign-in: user unlock opens the sign-in beside those who guess from the same network" {
	guess alice 10
	submit g step=login username=alice password="$PASSWORD"
	assert_status 429
	run -0 latchkey user unlock alice
	[[ $output = *'ten minutes'* ]]
	guess alice 20
	submit g step=login username=alice password="$PASSWORD"
	assert_signed_in
	rm "$BATS_TEST_TMPDIR/cgi-jar-g"
	guess robert.brown@example.org 10
	submit g step=login username=robert.brown@example.org \
	    password="$PASSWORD"
	assert_status 429
	latchkey user unlock bob
	submit g step=login username=robert.brown@example.org \
	    password="$PASSWORD"
	assert_signed_in
}

@test "sign-in: one address that tries two hundred names is slowed down, others are not" {
	local tries
	tries=$(ADDRESS=203.0.113.9 NAMES=1 tries_until_slowed 400)
	((tries >= 200 && tries < 400)) || fail "slowed down after $tries"
	ADDRESS=203.0.113.10 open_sign_in bob
	ADDRESS=203.0.113.10 log_in bob
	assert_signed_in
}

# --- the session and its cookie

@test "sign-in: the cookie is HttpOnly, SameSite=Lax, for the whole host, until the browser closes" {
	open_sign_in alice
	STAY=1 log_in alice
	http_header Set-Cookie | grep -qxE \
	    'latchkey-session=[A-Za-z0-9_-]{64}; Path=/; HttpOnly; SameSite=Lax'
}

@test "sign-in: over https all cookies are __Host- and Secure (RFC 6265bis 4.1.3.2)" {
	rm -rf "$DATA"
	new_store https://id.example.org
	add_user alice
	add_client app --trusted
	open_sign_in alice
	http_header Set-Cookie | grep -qxE \
	    '__Host-latchkey-browser=[A-Za-z0-9_-]{22}; Path=/; Secure; HttpOnly; SameSite=Lax'
	STAY=1 log_in alice
	http_header Set-Cookie | grep -qxE \
	    '__Host-latchkey-session=[A-Za-z0-9_-]{64}; Path=/; Secure; HttpOnly; SameSite=Lax'
	assert_somebody alice
	# a cookie without the prefix may have been planted over http
	set_cookie latchkey-session "$(cookie __Host-latchkey-session alice)" eve
	assert_nobody eve
}

@test "sign-in: with an issuer below a path all cookies are __Secure- and for that path alone" {
	rm -rf "$DATA"
	new_store https://example.org/idp
	add_user alice
	add_client app --trusted
	open_sign_in alice
	http_header Set-Cookie | grep -qxE \
	    '__Secure-latchkey-browser=[A-Za-z0-9_-]{22}; Path=/idp; Secure; HttpOnly; SameSite=Lax'
	STAY=1 log_in alice
	for name in session device; do
		http_header Set-Cookie | grep -qE \
		    "^__Secure-latchkey-$name=[^;]+; Path=/idp; (Max-Age=[0-9]+; )?Secure; HttpOnly; SameSite=Lax\$" ||
		    fail "$(http_header Set-Cookie)"
	done
	[[ $(http_header Set-Cookie) != *'Path=/;'* ]]
	assert_somebody alice
	# Signing out takes away the very cookie that signing in has set.
	open_page alice "$ISSUER/logout"
	submit alice step=logout
	assert_header Set-Cookie \
	    '^__Secure-latchkey-session=; Path=/idp; Max-Age=0; Secure; HttpOnly; SameSite=Lax$'
	assert_nobody alice
}

@test "sign-in: who wants to stay signed in has a cookie for 180 days and a session for 30 unused; others a session for 12 hours" {
	open_sign_in alice
	STAY=1 submit alice step=login username=alice password="$PASSWORD" \
	    remember=1
	assert_header Set-Cookie '^latchkey-session=[^;]*; Path=/; Max-Age=15552000; '
	open_sign_in bob
	log_in bob
	travel $((12 * 3600 + 1))
	assert_nobody bob
	travel $((29 * 86400))
	assert_somebody alice
	travel $((29 * 86400))
	assert_somebody alice
	travel $((30 * 86400 + 1))
	assert_nobody alice
}

@test "sign-in: one that is used goes on to its absolute end, and no further" {
	local i
	sign_in alice app >/dev/null
	for ((i = 1; i < 15; i++)); do
		travel $((11 * 3600))
		assert_somebody alice
	done
	travel $((14 * 3600 - 1))	# to the last second of seven days
	assert_nobody alice	# idle for longer than 12 hours
	sign_in alice app >/dev/null
	for ((i = 0; i < 15; i++)); do
		travel $((11 * 3600))
		assert_somebody alice
	done
	travel $((3 * 3600))	# seven days
	assert_nobody alice
}

@test "sign-in: an app's refresh is use of the session, an offline app's is none" {
	local i token
	token=$(redeem "$(get_code alice app scope='openid profile')" |
	    field refresh_token)
	for i in 1 2 3; do
		travel $((11 * 3600))
		token=$(refresh "$token" | field refresh_token)
	done
	assert_somebody alice
	token=$(redeem "$(get_code bob app scope='openid offline_access')" |
	    field refresh_token)
	travel $((11 * 3600))
	token=$(refresh "$token" | field refresh_token)
	travel $((2 * 3600))
	assert_nobody bob
	refresh "$token" | field refresh_token
}

@test "sign-in: a use is noted once an hour, and an expiry is not a logout" {
	local noted token
	token=$(redeem "$(get_code alice app scope='openid profile')" |
	    field refresh_token)
	noted=$(latchkey session list --json | jq '.[0].used_at')
	travel 3500
	token=$(refresh "$token" | field refresh_token)
	assert_equal "$(latchkey session list --json | jq '.[0].used_at')" "$noted"
	travel 100
	token=$(refresh "$token" | field refresh_token)
	# the seconds that pass here are real
	latchkey session list --json | jq -e --argjson noted "$noted" \
	    '.[0].used_at - $noted - 3600 | . >= 0 and . < 60'
	travel $((12 * 3600 + 1))
	assert_nobody alice
	latchkey audit --json | jq -e \
	    'all(.event != "session_ended" and .event != "signed_out")'
}

@test "sign-in: prompt=login and max_age do not shorten a remembered session" {
	local more
	open_sign_in alice
	STAY=1 submit alice step=login username=alice password="$PASSWORD" \
	    remember=1
	for more in prompt=login max_age=0; do
		open_sign_in alice "$more"
		STAY=1 submit alice step=login username=alice \
		    password="$PASSWORD"
		assert_header Set-Cookie '^latchkey-session=[^;]*; Path=/; Max-Age=[1-9]'
	done
	latchkey session list --json | jq -e 'length == 1 and .[0].remembered'
	travel $((29 * 86400))
	assert_somebody alice
	# another person in the same browser is remembered only if they ask
	open_sign_in alice prompt=login
	STAY=1 submit alice step=login username=bob password="$PASSWORD"
	latchkey session list --json | jq -e 'length == 1 and (.[0].remembered | not)'
}

@test "sign-in: how long it lasts is a setting" {
	set_conf session_lifetime 10m
	set_conf session_remember_lifetime 2h
	set_conf session_remember_absolute_lifetime 4h
	open_sign_in bob
	log_in bob
	open_sign_in alice
	STAY=1 submit alice step=login username=alice password="$PASSWORD" \
	    remember=1
	assert_header Set-Cookie 'Max-Age=14400; '
	travel 601
	assert_nobody bob
	assert_somebody alice
	travel 7200
	assert_nobody alice
}

@test "sign-in: again in the same browser, the same person keeps the sid, the old cookie is no longer good" {
	local sid old
	sid=$(id_claim alice sid)
	set_cookie latchkey-session "$(cookie latchkey-session alice)" thief
	assert_somebody thief
	open_sign_in alice prompt=login
	log_in alice
	assert_nobody thief
	assert_somebody alice
	assert_equal "$(id_claim alice sid)" "$sid"
	assert_equal "$(latchkey session list --json | jq length)" 1
}

@test "sign-in: as another person in the same browser, the earlier session is ended with what depends on it" {
	local sid
	redeem "$(get_code alice app scope='openid profile')" \
	    >"$BATS_TEST_TMPDIR/tokens"
	sid=$(jwt_claims "$(field id_token <"$BATS_TEST_TMPDIR/tokens")" |
	    field sid)
	set_cookie latchkey-session "$(cookie latchkey-session alice)" before
	open_sign_in alice prompt=login
	submit alice step=login username=bob password="$PASSWORD"
	assert_signed_in
	assert_nobody before
	[[ $(id_claim alice sid) != "$sid" ]]
	refresh "$(field refresh_token <"$BATS_TEST_TMPDIR/tokens")"
	assert_error invalid_grant
}

@test "sign-in: a cookie planted before it opens nothing after it (session fixation)" {
	local planted
	open_sign_in eve
	submit eve step=login username=bob password="$PASSWORD"
	planted=$(cookie latchkey-session eve)
	set_cookie latchkey-session "$planted" alice
	open_sign_in alice prompt=login
	log_in alice
	assert_signed_in
	[[ $(cookie latchkey-session alice) != "$planted" ]]
	assert_nobody eve
	set_cookie latchkey-session AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA x
	open_sign_in x
	submit x step=login username=alice password="$PASSWORD"
	[[ $(cookie latchkey-session x) != AAAA* ]]
}

@test "sign-in: a forged, cut, or doubled session cookie is none" {
	local good bad url
	sign_in alice app >/dev/null
	sign_in bob app >/dev/null
	good=$(cookie latchkey-session alice)
	bad=$(cookie latchkey-session bob)
	for bad in "$(other_char "$good" 62)" "${good%?}" "${good}A" \
	    "${good:0:22}${bad:22}" "$(tr 'A-Za-z' 'a-zA-Z' <<<"$good")" x '""' "\"$good\""; do
		set_cookie latchkey-session "$bad" eve
		assert_nobody eve
	done
	bad=$(cookie latchkey-session bob)
	url=$(authorize_url app prompt=none)
	cgi authorize GET /authorize "${url#*\?}" '' \
	    HTTP_COOKIE="latchkey-session=$good; latchkey-session=$bad"
	assert_error login_required
	assert_somebody alice
}

@test "sign-in: the store has the cookie in no usable form" {
	local good
	sign_in alice app >/dev/null
	good=$(cookie latchkey-session alice)
	[[ ${#good} = 64 ]]
	/usr/bin/python3 - "$good" <(stored_bytes) <<-'END'
		import base64, sys
		text = sys.argv[1]
		secret = base64.urlsafe_b64decode(text)[16:]
		store = open(sys.argv[2], "rb").read()
		sys.exit(secret in store or text.encode() in store)
	END
}

@test "sign-in: locking, deleting or a new password ends the session at once" {
	sign_in alice app >/dev/null
	latchkey user lock alice >/dev/null
	assert_nobody alice
	latchkey user unlock alice >/dev/null
	assert_nobody alice
	sign_in alice app >/dev/null
	assert_somebody alice
	printf 'another %s\n' "$PASSWORD" |
	    latchkey user passwd alice --password-stdin >/dev/null
	assert_nobody alice
	sign_in bob app >/dev/null
	assert_somebody bob
	latchkey user del bob >/dev/null
	assert_nobody bob
	add_user bob	# another person with the name
	assert_nobody bob
}

@test "sign-in: a session ended by the administrator is over at the next request" {
	sign_in alice app >/dev/null
	latchkey session end --user alice >/dev/null
	assert_nobody alice
	open_sign_in alice
}

@test "sign-in: who signed in is in the audit" {
	sign_in alice app >/dev/null
	latchkey audit --json | jq -e \
	    'map(select(.event == "signed_in" and .user == "alice")) | length == 1'
}

# --- forms of another site (CSRF)

refused_form() {
	assert_status 403
	refute_header Location
	[[ $(http_header Set-Cookie) != *latchkey-session* ]]
	assert_page 'Try again'
	assert_logged reason=form_token
	: >"$SERVER_LOG"
}

@test "sign-in: a form without our token, with another's, or without its cookie does not sign in (login CSRF)" {
	local token
	open_sign_in eve
	token=$(form_fields | sed -n 's/^csrf=//p')
	open_sign_in alice
	submit alice step=login username=eve password="$PASSWORD" csrf
	refused_form
	submit alice step=login username=alice password="$PASSWORD" csrf=
	refused_form
	submit alice step=login username=alice password="$PASSWORD" csrf=x
	refused_form
	FORM_ORIGIN=https://evil.example submit alice step=login \
	    username=alice password="$PASSWORD" csrf="$token"
	refused_form
	assert_nobody alice
	open_sign_in alice
	rm "$BATS_TEST_TMPDIR/cgi-jar-alice"
	log_in alice
	refused_form
	assert_nobody alice
	# and the page that says so is good for another try
	open_sign_in alice
	submit alice step=login username=alice password="$PASSWORD" csrf=x
	refused_form
	log_in alice
	assert_signed_in
}

@test "sign-in: two pages that a browser loads at once both work" {
	local token
	open_sign_in alice
	token=$(form_fields | sed -n 's/^csrf=//p')
	rm "$BATS_TEST_TMPDIR/cgi-jar-alice"
	open_sign_in alice
	# the cookie is the second page's now
	submit alice step=login username=alice password="$PASSWORD" \
	    csrf="$token"
	assert_signed_in
}

@test "sign-in: pressed twice, or by Back and again, it signs in, and the app keeps what it has" {
	local first
	open_sign_in alice
	keep_page asked
	log_in alice
	assert_signed_in
	first=$(redeem "$(url_param code "$(http_header Location)")")
	in_page asked
	log_in alice
	assert_signed_in
	redeem "$(url_param code "$(http_header Location)")" >/dev/null
	assert_status 200
	userinfo "$(field access_token <<<"$first")"
	assert_status 200
	refresh "$(field refresh_token <<<"$first")"
	assert_status 200
	# Twice before the answer to the first: the browser keeps the last.
	latchkey session end --user alice >/dev/null
	open_sign_in alice
	keep_page asked
	cp "$BATS_TEST_TMPDIR/cgi-jar-alice" "$BATS_TEST_TMPDIR/cgi-jar-before"
	log_in alice
	first=$(http_header Location)
	cp "$BATS_TEST_TMPDIR/cgi-jar-before" "$BATS_TEST_TMPDIR/cgi-jar-alice"
	in_page asked
	log_in alice
	assert_signed_in
	redeem "$(url_param code "$(http_header Location)")" >/dev/null
	assert_status 200
	redeem "$(url_param code "$first")" >/dev/null
	assert_status 200
	assert_somebody alice
}

@test "sign-in: the password asked for again, and its answer lost, the session and the app go on" {
	local sid first jar=$BATS_TEST_TMPDIR/cgi-jar-alice
	open_sign_in alice
	submit alice step=login username=alice password="$PASSWORD" remember=1
	first=$(redeem "$(url_param code "$(http_header Location)")")
	sid=$(id_claim alice sid)
	open_sign_in alice prompt=login
	keep_page asked
	cp "$jar" "$jar.before"
	log_in alice
	# The new cookie never came; and again.
	for i in 1 2; do
		cp "$jar.before" "$jar"
		in_page asked
		STAY=1 log_in alice
		assert_header Set-Cookie '^latchkey-session=[^;]*; Path=/; Max-Age=[1-9]'
		assert_somebody alice
		assert_equal "$(id_claim alice sid)" "$sid"
	done
	latchkey session list --json | jq -e 'length == 1 and .[0].remembered'
	refresh "$(field refresh_token <<<"$first")" >/dev/null
	assert_status 200
	# The cookie from before opens nothing, and is another person's for nothing.
	set_cookie latchkey-session "$(awk '/latchkey-session/ { print $3 }' "$jar.before")" thief
	assert_nobody thief
	open_sign_in thief
	submit thief step=login username=bob password="$PASSWORD"
	assert_signed_in
	assert_somebody alice
}

@test "sign-in: prompt=login in two tabs asks in each, and each gets its answer" {
	local tab first
	sign_in alice app >/dev/null
	for tab in one two; do
		open_sign_in alice prompt=login state=$tab
		keep_page $tab
	done
	for tab in two one; do
		in_page $tab
		log_in alice
		assert_signed_in
		assert_equal "$(url_param state "$(http_header Location)")" $tab
		redeem "$(url_param code "$(http_header Location)")" >/dev/null
		assert_status 200
	done
}

@test "sign-in: where the answer was lost, the app's address loaded again gives another code" {
	local url first second
	sign_in alice app >/dev/null
	url=$(authorize_url app)
	request alice GET "$url"
	first=$(url_param code "$(http_header Location)")
	request alice GET "$url"
	second=$(url_param code "$(http_header Location)")
	first=$(redeem "$first")
	assert_status 200
	redeem "$second" >/dev/null
	assert_status 200
	userinfo "$(field access_token <<<"$first")"
	assert_status 200
	request alice GET "$(authorize_url app prompt=select_account)"
	keep_page asked
	submit alice step=continue
	assert_signed_in
	in_page asked
	submit alice step=continue
	assert_signed_in
}

@test "sign-in: another site's form, which comes without the cookies, changes none" {
	open_sign_in alice
	rm "$BATS_TEST_TMPDIR/cgi-jar-alice"
	STAY=1 FORM_ORIGIN=https://evil.example submit alice step=login \
	    username=alice password="$PASSWORD"
	assert_status 303
	refute_header Set-Cookie
	assert_logged reason=form_token
}

@test "sign-in: the token of one form is good for no other" {
	local token
	add_client other
	open_sign_in alice
	token=$(form_fields | sed -n 's/^csrf=//p')
	log_in alice
	open_page alice "$(authorize_url other)"
	page_asks_consent
	submit alice step=allow csrf="$token"
	assert_status 200
	page_asks_consent
	assert_logged reason=form_token
	request alice GET "$(authorize_url other prompt=none)"
	assert_error consent_required
}

@test "sign-in: a form that is none of ours does nothing" {
	open_sign_in alice
	submit alice step=unheard username=alice password="$PASSWORD"
	refused_form
	open_sign_in alice
	submit alice step=login username=alice password="$PASSWORD" request
	assert_error_page request_lost
	request alice POST "$ISSUER/authorize" step=login username=alice \
	    password="$PASSWORD"
	assert_error_page request_lost
	assert_nobody alice
}

@test "sign-in: what comes back in the form is checked again, not believed" {
	open_sign_in alice
	submit alice step=login username=alice password="$PASSWORD" \
	    request='client_id=app&redirect_uri=https://evil.example/'
	assert_error_page redirect_uri_unregistered
	assert_nobody alice
}

# --- HTML in what people and apps are called

@test "sign-in: HTML in names, hints and what was typed arrives as text" {
	local evil='<img src=x onerror=alert(1)>"&'\'
	add_client evil --name "$evil"
	latchkey user set alice --name "$evil" >/dev/null
	set_conf provider_name "$evil"
	open_page alice "$(authorize_url evil login_hint="$evil" \
	    state="$evil")"
	refute_page '<img'
	assert_equal "$(tags input | grep 'name="username"' | attribute value)" \
	    "$evil"
	submit alice step=login username="$evil" password=x
	refute_page '<img'
	assert_equal "$(tags input | grep 'name="username"' | attribute value)" \
	    "$evil"
	log_in alice
	page_asks_consent
	refute_page '<img'
	assert_page '&lt;img src=x onerror=alert\(1\)&gt;&quot;&amp;'
	request alice GET "$(authorize_url evil prompt=select_account)"
	assert_page '&lt;img'
	refute_page '<img'
	request alice GET "$ISSUER/logout"
	assert_page '&lt;img'
	refute_page '<img'
}
