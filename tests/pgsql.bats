# Two hosts on one database: two data directories with the same keys, each behind
# a web server of its own. Host `b` reaches the database over a network that can be
# slow and can be cut (tests/pgsql_proxy.py).
#
# LATCHKEY_SERVER_KILLS and LATCHKEY_HOST_KILLS: how often the database and the
# programs are killed; more than usual in `make full`.

load helper
load pgsql
USE_TEST_CLOCK=1
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

setup_file() {
	export PG=$BATS_FILE_TMPDIR/pg WIRE=$BATS_FILE_TMPDIR/wire
	start_pgsql "$PG" -c fsync=on
	sql "$PG" postgres 'create database latchkey'
	mkdir "$WIRE"
	SERVER_LOG=$BATS_FILE_TMPDIR/wire.log in_background \
	    "$root/tests/pgsql_proxy.py" "$WIRE" "$PG"
	export WIRE_PID=$SERVER_PID
	wait_for test -S "$WIRE/.s.PGSQL.5432"
	make_host_a
	make_host_b
	for host in a b; do
		on $host start_host $host
	done
}

teardown_file() {
	stop_all
	stop_pgsql "$PG" immediate
}

setup() {
	ANSWER_DIR=$BATS_TEST_TMPDIR/last
	rm -f "$WIRE/delay" "$WIRE/cut"
	: >"$BATS_FILE_TMPDIR/a.log"
	: >"$BATS_FILE_TMPDIR/b.log"
	DATA=$BATS_FILE_TMPDIR/a
	SERVER_PID=running
}

make_host_a() {
	place_store
	export PORT_a PORT_b PORT ISSUER DATA=$BATS_FILE_TMPDIR/a
	PORT_a=$(free_port) PORT_b=$(free_port)
	PORT=$PORT_a ISSUER=http://127.0.0.1:$PORT_a
	latchkey init "$ISSUER" --alg EdDSA \
	    --store "postgresql:$(pgsql_where "$PG" latchkey)" >/dev/null
	set_conf argon2_memlimit 8
	set_conf argon2_opslimit 1
	add_user alice
	add_client app --trusted --redirect-uri "$CALLBACK" \
	    --grant authorization_code --grant refresh_token --grant client_credentials
}

make_host_b() {
	cp -a "$BATS_FILE_TMPDIR/a" "$BATS_FILE_TMPDIR/b"
	DATA=$BATS_FILE_TMPDIR/b set_conf store "postgresql:$(pgsql_where "$WIRE" latchkey)"
	for host in a b; do
		mkdir "$BATS_FILE_TMPDIR/curl-$host"
		port=PORT_$host
		echo "connect-to = 127.0.0.1:$PORT_a:127.0.0.1:${!port}" \
		    >"$BATS_FILE_TMPDIR/curl-$host/.curlrc"
	done
}

# on HOST COMMAND...: its data directory is $DATA, and what requests reach the host.
on() {
	local port=PORT_$1 DATA=$BATS_FILE_TMPDIR/$1
	local SERVER_LOG=$BATS_FILE_TMPDIR/$1.log PORT=${!port}
	local CURL_HOME=$BATS_FILE_TMPDIR/curl-$1
	export CURL_HOME DATA SERVER_LOG PORT
	"${@:2}"
}

start_host() {
	start_server
	export "SERVER_PID_$1=$SERVER_PID"
}

both_tokens() {
	echo "http://127.0.0.1:$PORT_a/token,http://127.0.0.1:$PORT_b/token"
}

# counts FILTER: of what the network of `b` has seen (jq).
counts() {
	rm -f "$WIRE/counts"
	kill -USR1 "$WIRE_PID"
	wait_for test -e "$WIRE/counts"
	jq "$1" "$WIRE/counts"
}

# --- what holds on one host holds on two --------------------------------------

@test "two hosts: 50 parallel uses of a refresh token have one successor; an old token ends the family on both" {
	local first next
	first=$(on a get_tokens alice app | field refresh_token)
	"$root/tests/load.py" together 50 "$(both_tokens)" app "$SECRET" "$first" \
	    >"$BATS_TEST_TMPDIR/answers"
	assert_equal "$(cut -d ' ' -f 1 "$BATS_TEST_TMPDIR/answers" | sort | uniq -c | xargs)" '50 200'
	next=$(sort -u "$BATS_TEST_TMPDIR/answers" | cut -d ' ' -f 2)
	assert_equal "$(wc -l <<<"$next")" 1
	on b refresh "$next" >/dev/null
	assert_status 200
	next=$(http_body | field refresh_token)
	on a refresh "$next" >/dev/null
	assert_status 200
	next=$(http_body | field refresh_token)
	travel 120
	on b refresh "$first" >/dev/null
	assert_refused 400 invalid_grant
	for host in a b; do
		on $host refresh "$next" >/dev/null
		assert_refused 400 invalid_grant
	done
}

@test "two hosts: a code that was redeemed on one is refused on the other, and what it gave ends" {
	local code token
	code=$(on a get_code alice app)
	token=$(on a redeem "$code" | field refresh_token)
	assert_status 200
	on b redeem "$code" >/dev/null
	assert_refused 400 invalid_grant
	on a refresh "$token" >/dev/null
	assert_refused 400 invalid_grant
}

# redeem_on HOST CODE: the status goes to a file of its own.
redeem_on() {
	local ANSWER_DIR=$BATS_TEST_TMPDIR/last-$1
	on "$1" redeem "$2" >/dev/null
	http_status >"$BATS_TEST_TMPDIR/status-$1"
}

@test "two hosts: of two that redeem a code at the same moment one gets tokens at most" {
	local code round
	for round in 1 2 3 4 5; do
		code=$(on a get_code alice app)
		redeem_on a "$code" &
		redeem_on b "$code"
		wait $!
		assert_equal "$(sort "$BATS_TEST_TMPDIR"/status-? | xargs)" '200 400'
	done
}

@test "two hosts: an assertion and a proof of possession are good once, on either" {
	local assertion key
	add_key_client keyed
	assertion=$(assertion keyed)
	ask_with_assertion() {
		request - POST "$ISSUER/token" grant_type=client_credentials \
		    client_assertion_type="$ASSERTION_TYPE" \
		    client_assertion="$assertion"
	}
	on a ask_with_assertion
	assert_status 200
	on b ask_with_assertion
	assert_refused 401 invalid_client
	assertion=$(assertion keyed)
	on b ask_with_assertion
	assert_status 200
	on a ask_with_assertion
	assert_refused 401 invalid_client

	"$root/tests/assertion.py" make EdDSA "$BATS_FILE_TMPDIR/mine.pem" >/dev/null
	key=$(proof mine POST "$ISSUER/token")
	on b as_client token -H "DPoP: $key" grant_type=client_credentials >/dev/null
	assert_status 200
	on a as_client token -H "DPoP: $key" grant_type=client_credentials >/dev/null
	assert_refused 400 invalid_dpop_proof
}

# guess HOST PERSON: a password that is wrong.
guess() {
	on "$1" open_page "guess-$2" "$(authorize_url app)"
	on "$1" submit "guess-$2" step=login username="$2" password=wrong
}

# On one host ten are free, and one a minute.
@test "two hosts: tries to guess a password are counted together" {
	local n
	add_user guessed
	for ((n = 0; n < 10; n++)); do
		guess a guessed
		[[ $(http_status) != 429 ]] || break
		guess b guessed
		[[ $(http_status) != 429 ]] || break
	done
	assert_status 429
	guess a guessed
	assert_status 429
	guess b guessed
	assert_status 429
}

@test "two hosts: a session that ends on one has ended on the other" {
	add_user leaver
	on a sign_in leaver app >/dev/null
	on b request leaver GET "$(authorize_url app)"
	assert_status 303
	on a latchkey session end --user leaver >/dev/null
	on b request leaver GET "$(authorize_url app)"
	assert_status 200
	page_asks_password
	on b log_in leaver
	on a request leaver GET "$(authorize_url app)"
	assert_status 303
}

@test "two hosts: who is locked on one neither signs in nor refreshes on the other" {
	local token
	add_user barred
	token=$(on b get_tokens barred app | field refresh_token)
	on b refresh "$token" >/dev/null
	assert_status 200
	token=$(http_body | field refresh_token)
	on a latchkey user lock barred >/dev/null
	on b refresh "$token" >/dev/null
	assert_refused 400 invalid_grant
	on b open_page barred "$(authorize_url app)"
	page_asks_password
	on b log_in barred
	assert_status 403
}

@test "two hosts: a client is known, changed and gone on the other at once" {
	local code
	on a add_client fresh --trusted
	code=$(on b get_code alice fresh)
	CLIENT=fresh on a redeem "$code" >/dev/null
	assert_status 200
	code=$(on b get_code alice fresh)
	on a latchkey client del fresh --yes >/dev/null
	CLIENT=fresh on b redeem "$code" >/dev/null
	assert_refused 401 invalid_client
	on b request alice GET "$(authorize_url fresh)"
	assert_status 400
}

@test "the database is not left in the middle of an answer by who is done" {
	local host n
	for n in 1 2 3; do
		for host in a b; do
			on $host latchkey user list >/dev/null
			on $host latchkey user set alice --name "Alice $n"
		done
	done
	! grep -i 'broken pipe' "$PG/log"
}

# --- at the same moment -------------------------------------------------------

# sign_in_slowly PERSON: at `b`; the page is there already.
sign_in_slowly() {
	local ANSWER_DIR=$BATS_TEST_TMPDIR/last-b
	STAY=1 on b log_in "$1"
}

sessions_of() {
	latchkey session list --user "$1" --json | jq 'length'
}

@test "two hosts: no session outlives the lock that came while its person signed in elsewhere" {
	local round
	add_user raced
	for round in 1 2 3 4 5 6; do
		rm -f "$BATS_TEST_TMPDIR/jar-raced"
		ANSWER_DIR=$BATS_TEST_TMPDIR/last-b on b open_page raced "$(authorize_url app)"
		echo 150 >"$WIRE/delay"
		sign_in_slowly raced &
		sleep "0.$((round * 13 + 10))"
		latchkey user lock raced >/dev/null
		wait $!
		rm "$WIRE/delay"
		# As it is now, whichever was first.
		assert_equal "$(sessions_of raced)" 0
		latchkey user unlock raced >/dev/null
	done
}

# --- apps at both hosts --------------------------------------------------------

# start_load PATIENCE TOKEN...: apps at both hosts, until stop_load.
start_load() {
	local cookie
	cookie=$(awk '$6 == "latchkey-session" { print $6 "=" $7 }' "$(tmpdir)/jar-alice")
	rm -f "$BATS_TEST_TMPDIR/stop"
	"$root/tests/pgsql_load.py" "$BATS_TEST_TMPDIR/stop" "$1" "$ISSUER" \
	    "$PORT_a,$PORT_b" app "$SECRET" "$cookie" "${@:2}" \
	    >"$BATS_TEST_TMPDIR/load" 2>&1 3>&- &
	LOAD=$!
}

stop_load() {
	: >"$BATS_TEST_TMPDIR/stop"
	wait "$LOAD" || fail "$(<"$BATS_TEST_TMPDIR/load")" \
	    "$(tail -n 5 "$BATS_FILE_TMPDIR"/[ab].log)"
	cat "$BATS_TEST_TMPDIR/load"
}

# families N: their first tokens, a line each.
families() {
	local n
	for ((n = 0; n < $1; n++)); do
		on a get_tokens alice app | field refresh_token
	done
}

is_cut_often() {
	((SECONDS < give_up)) || return 0
	[[ $(counts '.cuts.before >= 5 and .cuts.after >= 5') = true ]] ||
	    ! kill -0 "$LOAD" 2>/dev/null
}

@test "a commit whose answer is lost is found out: it was kept, or it was not, and nothing happens twice" {
	local give_up=$((SECONDS + 300)) before after
	local -a tokens
	readarray -t tokens < <(families 4)
	# Without a second chance, and the apps ask each thing once.
	for host in a b; do
		on $host set_conf refresh_grace 0
	done
	before=$(counts .cuts.before) after=$(counts .cuts.after)
	echo 20 >"$WIRE/cut"
	start_load none "${tokens[@]}"
	until is_cut_often; do
		sleep 0.2
	done
	rm "$WIRE/cut"
	stop_load
	counts .
	((before + 5 <= $(counts .cuts.before) && after + 5 <= $(counts .cuts.after)))
	for host in a b; do
		on $host set_conf refresh_grace 30
	done
}

# --- flights -------------------------------------------------------------------

# sign_in_on HOST PERSON: beside others.
sign_in_on() {
	local ANSWER_DIR=$BATS_TEST_TMPDIR/last-$2
	on "$1" sign_in "$2" app >/dev/null
}

@test "a batch of refreshes, codes and sign-ins takes three flights at most" {
	local before after n
	local -a tokens signing people=(one two three four)
	for n in "${people[@]}"; do
		add_user "$n"
	done
	readarray -t tokens < <(families 6)
	before=$(counts .)
	echo 20 >"$WIRE/delay"
	start_load none "${tokens[@]}"
	for n in "${people[@]}"; do
		sign_in_on b "$n" &
		signing+=("$!")
	done
	for n in "${signing[@]}"; do
		wait "$n"
	done
	sleep 2
	stop_load
	rm "$WIRE/delay"
	after=$(counts .)
	jq -c .writes <<<"$before$after"
	# But the sweep that comes with each sixteenth, and has a transaction of its own.
	jq -se '.[0]."out of turn" == .[1]."out of turn" and .[0].writes != .[1].writes' \
	    <<<"$before$after"
}

# --- what dies -----------------------------------------------------------------

restart_pgsql() {
	stop_pgsql "$PG" immediate
	start_pgsql "$PG" -c fsync=on
}

# kill_some: a program that serves, of either host.
kill_some() {
	local hosts=(a b) programs=(token authorize) pid
	pid=$(on "${hosts[RANDOM % 2]}" serving "${programs[RANDOM % 2]}") || return 0
	kill -KILL "$pid" 2>/dev/null || return 0
	((++killed))
}

@test "the database and the programs are killed again and again: what was answered stays true, and no family ends" {
	local killed=0 restarted=0
	local servers=${LATCHKEY_SERVER_KILLS:-5} deaths=${LATCHKEY_HOST_KILLS:-20}
	local -a tokens
	readarray -t tokens < <(families 8)
	# A program that dies often is started again after 30 seconds, and then who
	# asks again for what was lost is late.
	for host in a b; do
		on $host set_conf refresh_grace 300
	done
	start_load retry "${tokens[@]}"
	while ((killed < deaths || restarted < servers)); do
		kill -0 "$LOAD" 2>/dev/null || break
		sleep "0.0$((RANDOM % 10))"
		((killed >= deaths)) || kill_some
		((restarted * deaths > killed * servers || restarted >= servers)) || {
			restart_pgsql
			((++restarted))
		}
	done
	stop_load
	echo "$restarted of the database, $killed of programs"
	((killed >= deaths && restarted >= servers))
	latchkey check --offline >"$BATS_TEST_TMPDIR/check" 2>&1 || :
	# Tests before this one have moved the clock of the programs.
	! grep ^error "$BATS_TEST_TMPDIR/check" | grep -v 'the clock is'
}
