# A clock that is behind for a while: a machine without a battery starts weeks
# in the past and runs so until NTP answers.

load helper
USE_TEST_CLOCK=1
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

DAYS=86400
BEHIND=$((40 * DAYS))

setup_file() {
	new_store
	add_user alice --name 'Alice Liddell' --email alice@example.org
	add_user bob
	add_client app --trusted
	save_store
}

setup() {
	fresh_store
}

# remember NAME [NAME=VALUE...]: signs in, to stay so.
remember() {
	open_page "$1" "$(authorize_url app "${@:2}")"
	submit "$1" step=login username="$1" password="$PASSWORD" remember=1
	[[ $(http_status) = 303 ]]
}

is_signed_in() {	# NAME
	open_page "$1" "$(authorize_url app)"
	[[ $(http_header Location) == *code=* ]]
}

@test "clock: what is used while the clock is 40 days behind ends no sign-in afterwards" {
	local alice bob
	remember alice
	remember bob
	alice=$(field refresh_token <<<"$(get_tokens alice app)")
	bob=$(field refresh_token <<<"$(get_tokens bob app scope="openid")")

	travel -$BEHIND
	# Twice, since the first use is the last one's time of the second.
	for _ in 1 2; do
		alice=$(field refresh_token <<<"$(refresh "$alice")")
		bob=$(field refresh_token <<<"$(refresh "$bob")")
		[[ -n $alice && -n $bob ]]
		is_signed_in alice
		travel 600
	done
	remember bob prompt=login

	travel $((BEHIND - 1200 + 3600))
	[[ -n $(field refresh_token <<<"$(refresh "$alice")") ]]
	[[ -n $(field refresh_token <<<"$(refresh "$bob")") ]]
	is_signed_in alice
	is_signed_in bob
	latchkey session list --json | jq -e 'length == 2'
}

@test "clock: while it is behind, what was made before works" {
	local tokens
	remember alice
	tokens=$(get_tokens alice app)
	travel -$BEHIND
	is_signed_in alice
	introspect "$(field access_token <<<"$tokens")" | jq -e .active
	[[ -n $(field access_token <<<"$(refresh \
	    "$(field refresh_token <<<"$tokens")")") ]]
	latchkey user list | grep -q alice
	latchkey client set app --name 'My app'
	run -1 latchkey key rotate
	[[ $output == *"clock is behind"* ]]
	latchkey user lock alice
	run ! is_signed_in alice
}

@test "clock: check and the log say that it is behind the newest record" {
	remember alice
	travel -$BEHIND
	run latchkey check --offline
	assert_equal "$status" 1
	[[ $output == *"the clock is 40 days behind the newest record"* ]]

	# Where hosts say what they have, the first that writes it is check.
	! on_pgsql || printf '%s\n' "$output" >>"$SERVER_LOG"
	get_code alice app >/dev/null
	assert_logged 'clock_behind by="40 days" why='
	# once an hour
	get_code alice app >/dev/null
	assert_equal "$(grep -c clock_behind "$SERVER_LOG")" 1
	travel 3600
	get_code alice app >/dev/null
	assert_equal "$(grep -c clock_behind "$SERVER_LOG")" 2

	travel $((BEHIND - 3600))
	latchkey check --offline | grep -q 'the clock is plausible'
	get_code alice app >/dev/null
	assert_equal "$(grep -c clock_behind "$SERVER_LOG")" 2
}

@test "clock: one that was ahead and was set right is believed in the end" {
	travel $((400 * DAYS))
	remember alice
	travel -$((400 * DAYS))
	run ! latchkey check --offline
	remember bob
	travel $((61 * DAYS))
	remember bob
	latchkey check --offline | grep -q 'the clock is plausible'
}

@test "clock: what it was set back past is not taken for the future" {
	local code late next
	remember alice
	code=$(get_code alice app)
	late=$(get_tokens alice app)
	travel -$BEHIND
	# A code is good for its minute, not until the clock is there again.
	redeem "$code" | jq -e '.error_description == "code expired"'
	# A sign-in from the future is no recent one.
	open_page alice "$(authorize_url app max_age=3600)"
	page_asks_password
	# An old token is theft as soon as the family was used again.
	late=$(field refresh_token <<<"$late")
	next=$(field refresh_token <<<"$(refresh "$late")")
	travel 60
	next=$(field refresh_token <<<"$(refresh "$next")")
	travel 60
	next=$(field refresh_token <<<"$(refresh "$next")")
	refresh "$late" |
	    jq -e '.error_description == "refresh token reused"'
}
