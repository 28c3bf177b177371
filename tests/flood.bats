# A flood of guesses: it slows down guessing, and nothing else.

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	# Four places at most, of which one is for known browsers.
	set_conf workers 8
	set_conf argon2_slots 1
	add_user alice
	add_user bob
	add_client app --trusted
	add_client asking
	sign_in alice app >/dev/null
	save_store
}

setup() {
	fresh_store
}

teardown() {
	stop_all
}

# take NAME...: holds these locks in slots/ until `give_back`.
take() {
	local name fd
	taken=()
	for name; do
		exec {fd}>>"$DATA/slots/$name"
		flock -n "$fd" || fail "$name is taken"
		taken+=("$fd")
	done
}

give_back() {
	local fd
	for fd in "${taken[@]}"; do
		exec {fd}>&-
	done
}

open_sign_in() {	# PERSON
	open_page "$1" "$(authorize_url app prompt=login)"
	page_asks_password || fail 'not the page to sign in on' "$(http_body)"
}

assert_busy() {
	assert_status 503
	assert_header Retry-After '^10$'
	assert_page 'Many people are signing in right now'
	page_asks_password
}

assert_in_app() {
	assert_status 303
	url_param code "$(http_header Location)" >/dev/null ||
	    fail 'no code' "$(http_headers)" "$(http_body)"
}

@test "flood: when every place in the line is taken the answer is busy with Retry-After, and costs no try" {
	local i
	open_sign_in new
	take place-0 place-1 place-2
	for i in 1 2 3 4 5 6 7 8 9 10 11; do
		submit new step=login username=alice password="$PASSWORD"
		assert_busy
		submit new step=login username=unknown password="$PASSWORD"
		assert_busy
	done
	give_back
	for i in 1 2 3 4 5 6 7 8 9; do
		submit new step=login username=alice password=wrong-one
		assert_status 403
	done
	submit new step=login username=alice password="$PASSWORD"
	assert_in_app
}

@test "flood: a browser that has signed in before has places of its own, for that person" {
	open_sign_in alice
	take place-0 place-1 place-2
	submit alice step=login username=bob password="$PASSWORD"
	assert_busy
	log_in alice
	assert_in_app
	give_back
	open_sign_in alice
	take place-0 place-1 place-2 place-3
	log_in alice
	assert_busy
	give_back
}

@test "flood: refusals are a line in the log, and no flood of lines" {
	local i
	open_sign_in new
	take place-0 place-1 place-2
	: >"$SERVER_LOG"
	for i in 1 2 3; do
		submit new step=login username=alice password=x
	done
	assert_equal "$(grep -c 'busy reason=sign_in_line_full client_id=app' \
	    "$SERVER_LOG")" 1
	travel 10
	submit new step=login username=alice password=x
	assert_equal "$(grep -c reason=sign_in_line_full "$SERVER_LOG")" 2
	give_back
}

@test "flood: waiting for a slot ends after five seconds, and costs no try; a command says so as well" {
	local i command
	open_sign_in new
	take 0
	printf '%s\n' "$PASSWORD" | latchkey user passwd bob --password-stdin \
	    >"$BATS_TEST_TMPDIR/said" 2>&1 &
	command=$!
	log_in new
	assert_busy
	! wait "$command" || fail 'the command found a slot'
	grep -q 'take all slots for hashes; try again' "$BATS_TEST_TMPDIR/said"
	give_back
	for i in 1 2 3 4 5 6 7 8 9 10; do
		submit new step=login username=new password=wrong-one
		assert_status 403
	done
	submit new step=login username=new password=wrong-one
	assert_status 429
}

# On the page that "new" has open: sixteen at once, in the background. The form
# is read first: the next request takes its place.
guess() {
	local fields
	mapfile -t fields < <(form_fields)
	send_guesses "${fields[@]}" &
	guessing=$!
}

send_guesses() {
	curl -s --no-progress-meter --parallel --parallel-immediate --parallel-max 16 \
	    -b "$(tmpdir)/jar-new" -H "Origin: $(issuer_origin)" \
	    -d "$(form "$@" step=login username=x password=x)" \
	    -o /dev/null -w '%{http_code} %header{retry-after}\n' \
	    "$ISSUER/authorize?[1-16]" >"$BATS_TEST_TMPDIR/answers"
}

assert_all_busy() {
	assert_equal "$(uniq -c "$BATS_TEST_TMPDIR/answers" | tr -s ' ')" \
	    ' 16 503 10'
}

refused_one() { grep -q reason=sign_in_line_full "$SERVER_LOG"; }

authorize_pid() {
	local p
	for p in /proc/[0-9]*; do
		if [[ $(readlink "$p/exe") = */cgi-bin/authorize ]] &&
		    grep -qzx "LATCHKEY_DATA=$DATA" "$p/environ"; then
			echo "${p#/proc/}"
		fi
	done
}

@test "flood: while all places are taken, single sign-on, consent and /token answer" {
	local guessing
	set_conf workers 2
	start_server
	sign_in alice app >/dev/null
	take place-0
	open_sign_in new
	guess
	redeem "$(get_code alice app)" >/dev/null
	assert_status 200
	open_page alice "$(authorize_url asking)"
	page_asks_consent
	submit alice step=allow
	assert_in_app
	wait "$guessing"
	assert_all_busy
	give_back
}

@test "flood: a refused guess is answered a second later, and holds no worker until then" {
	local began ms
	set_conf workers 2
	start_server
	take place-0
	open_sign_in new
	began=$(date +%s%3N)
	guess
	wait "$guessing"
	ms=$(($(date +%s%3N) - began))
	assert_all_busy
	# Eight seconds, if each held one of two workers.
	((ms >= 1000 && ms < 6000)) || fail "$ms ms"
	give_back
}

@test "flood: a program that is told to stop sends the answers it holds" {
	local guessing
	set_conf workers 2
	start_server
	take place-0
	open_sign_in new
	guess
	wait_for refused_one
	kill "$(authorize_pid)"
	wait "$guessing"
	assert_all_busy
	give_back
}
