# The audit: what it says of failed sign-ins, and how it is read by person, app
# and time, or as it comes.

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	add_user alice
	add_user bob
	add_client app --trusted
	add_client photos --trusted
	save_store
}

setup() {
	fresh_store
	export ADDRESS=192.0.2.7
}

teardown_file() {
	stop_all
}

test_lines() {	# FILE COUNT
	[[ $(wc -l <"$1") = "$2" ]]
}

guess() {	# NAME [TIMES]
	local i
	open_page "guess-$1" "$(authorize_url app)"
	for ((i = 0; i < ${2:-1}; i++)); do
		submit "guess-$1" step=login username="$1" password=wrong-one
	done
}

audit() {	# [OPTION...] FILTER: of the lines as JSON
	latchkey audit "${@:1:$#-1}" --json | jq -r "${!#}"
}

@test "audit: the next sign-in says how many failed before, once" {
	guess alice 3
	sign_in alice app >/dev/null
	assert_equal "$(audit --user alice --last 1 '.[] | "\(.event) \(.detail) \(.address)"')" \
	    'signed_in failed before: 3 192.0.2.7'
	travel 60
	sign_in again-alice app >/dev/null || log_in alice
	open_page other "$(authorize_url app)"
	submit other step=login username=alice password="$PASSWORD"
	assert_equal "$(audit --user alice --last 1 '.[].detail')" ''
}

@test "audit: failures write a line at the 10th and the 100th, and the store does not grow" {
	local lines i
	lines=$(audit length)
	for i in {1..12}; do
		travel 600
		guess alice
		travel 600
		guess nobody-$i
	done
	assert_equal "$(audit --since 10d 'map(select(.event == "sign_ins_failed") | "\(.user) \(.detail)") | .[]')" \
	    $'alice 10 since the last sign-in\n 10 under names that do not exist'
	assert_equal "$(audit length)" $((lines + 2))
	! grep -a nobody- <(stored_bytes) || fail 'what was typed is kept'
}

@test "audit: changing one's own password is no failure" {
	sign_in alice app >/dev/null
	travel 7200
	open_page alice "$ISSUER/account/password"
	if page_asks_password && ! http_body | grep -q new_password; then
		log_in alice
	fi
	open_page alice "$ISSUER/account/password"
	submit alice step=change password="$PASSWORD" new_password='another good phrase' \
	    again='another good phrase'
	travel 600
	open_page third "$(authorize_url app)"
	submit third step=login username=alice password='another good phrase'
	assert_equal "$(audit --user alice --last 1 '.[] | "\(.event) \(.detail)"')" 'signed_in '
}

@test "audit: by person, by app, since a time, and the last lines" {
	local day
	day=$(date -d '+1 day' +%F)
	sign_in alice app >/dev/null
	travel 86400
	sign_in bob photos >/dev/null
	latchkey client set photos --name Pictures >/dev/null
	assert_equal "$(audit --user bob 'map(.event) | join(" ")')" 'user_added signed_in'
	assert_equal "$(audit --user BOB 'map(.event) | join(" ")')" 'user_added signed_in'
	assert_equal "$(audit --client photos 'map(.event) | join(" ")')" 'client_added client_changed'
	assert_equal "$(audit --since 1h 'map(.event) | join(" ")')" 'signed_in client_changed'
	assert_equal "$(audit --last 2 'map(.event) | join(" ")')" 'signed_in client_changed'
	assert_equal "$(audit --since "$day" --last 1 'map(.event) | join(" ")')" client_changed
	assert_equal "$(audit --since 2100-01-01 length)" 0
	run -0 latchkey audit --client photos
	assert_equal "${#lines[@]}" 3
}

@test "audit: a person who is gone is found by name, and one who never was is refused" {
	latchkey user del bob --yes >/dev/null 2>&1 || latchkey user del bob >/dev/null
	assert_equal "$(audit --user bob 'map(.event) | join(" ")')" 'user_added user_deleted'
	run -1 latchkey audit --user bobby
	[[ $output = 'latchkey: no such user: bobby'* ]]
	run -2 latchkey audit --since yesterday
	[[ $output = *'give a day (2026-11-29)'* ]]
	run -2 latchkey audit --last none
}

# follow [OPTION...]: until stop_all.
follow() {
	# exec: else it would be a shell that is stopped, and not the command.
	# shellcheck disable=SC2086 # the wrapper has arguments
	exec ${LATCHKEY_WRAP:-} "$(programs)/bin/latchkey" -d "$DATA" \
	    audit --follow "$@" 2>/dev/null 3>&- &
	echo "$!" >>"$BATS_FILE_TMPDIR/started"
}

@test "audit: --follow shows each line as it comes, and as JSON each in a line" {
	local text json
	text=$BATS_TEST_TMPDIR/text json=$BATS_TEST_TMPDIR/json
	follow --last 1 >"$text"
	follow --client app --json >"$json"
	wait_for grep -q client_added "$text"
	wait_for grep -q client_added "$json"
	latchkey client set app --name Album >/dev/null
	latchkey user lock alice >/dev/null
	wait_for grep -q 'user_locked  alice' "$text"
	wait_for grep -q client_changed "$json"
	assert_equal "$(jq -r .event <"$json")" $'client_added\nclient_changed'
	assert_equal "$(wc -l <"$text")" 3
	# A line of a request that came before: it took longer, or the clock goes back.
	travel -5
	latchkey user unlock alice >/dev/null
	travel 5
	latchkey client set app --name Photos >/dev/null
	wait_for grep -q 'user_unlocked  alice' "$text"
	wait_for test_lines "$json" 3
	wait_for test_lines "$text" 5
	stop_all
}
