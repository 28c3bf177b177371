# One-time links: an administrator makes one, and a person chooses a password
# with it that no one else knows.

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	save_store
}

setup() {
	fresh_store
}

json() {
	jq -er "$1" <<<"$output"
}

assert_output() {
	[[ $output =~ $1 ]] || fail "says nothing like: $1" "$output"
}

# invite NAME [OPTION...]: the link.
invite() {
	latchkey user invite "$@" 2>/dev/null
}

reset() {
	latchkey user reset "$@" 2>/dev/null
}

@test "links: the command prints the link alone, and what it is good for elsewhere" {
	run -0 --separate-stderr latchkey user invite carol --name Carol \
	    --email carol@example.org --group family
	[[ $output =~ ^$ISSUER/join\?link=[A-Za-z0-9_-]{43}$ ]] || fail "$output"
	[[ $stderr = *'for carol, good once, until '* ]] || fail "$stderr"
	run -0 latchkey user show carol --json
	assert_equal "$(json .name)" Carol
	assert_equal "$(json '.groups[0]')" family
	assert_equal "$(jq .has_password <<<"$output")" false
	# Once more, for what was mistyped.
	invite carol --name 'Carol C.' >/dev/null
	run -0 latchkey user show carol --json
	assert_equal "$(json .name)" 'Carol C.'
	assert_equal "$(json .email)" carol@example.org
	run -0 latchkey audit --json
	assert_equal "$(json '[.[].event] | join(" ")')" \
	    'key_added user_added invited user_changed invited'
}

@test "links: a link's secret is not in the store, the audit or an export" {
	link=$(invite carol)
	token=${link#*link=}
	run -1 grep -r -a -F -e "$token" "$DATA"
	raw=$(python3 -c 'import base64, sys
print(base64.urlsafe_b64decode(sys.argv[1] + "=").hex())' "$token")
	run -1 grep -q "$raw" <(xxd -p "$DATA"/store/* | tr -d '\n')
}

@test "links: there is none for people who are locked or unknown, or have a password" {
	add_user alice
	run -1 latchkey user invite alice
	assert_output 'user reset'
	run -1 latchkey user reset nobody
	run -1 latchkey user invite 'no name'
	run -1 latchkey user invite dave --email nobody
	run -1 latchkey user show dave
	latchkey user lock alice
	run -1 latchkey user reset alice
	assert_output 'user unlock'
	run -0 latchkey audit --json
	assert_equal "$(json '[.[] | select(.event | test("invite|reset"))] | length')" 0
	for time in 4m 31d 1w '' -1d; do
		run -2 latchkey user invite erin --valid "$time"
	done
	run -0 latchkey user invite erin --valid 30d
}

@test "links: they go with their person" {
	invite carol >/dev/null
	latchkey user del carol >/dev/null
	run -0 latchkey check --offline --json
	assert_equal "$(json '[.findings[] | select(.level == "error")] | length')" 0
}
