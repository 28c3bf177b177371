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
	[[ $stderr = *'for carol, good once, until '* && $stderr != *before* ]] || fail "$stderr"
	run -0 latchkey user show carol --json
	assert_equal "$(json .name)" Carol
	assert_equal "$(json '.groups[0]')" family
	assert_equal "$(jq .has_password <<<"$output")" false
	assert_equal "$(json .signs_in_by)" invited
	# Once more, for what was mistyped.
	run -0 --separate-stderr latchkey user invite carol --name 'Carol C.'
	[[ $stderr = *'the link that carol got before works no longer'* ]] || fail "$stderr"
	run -0 latchkey user show carol --json
	assert_equal "$(json .name)" 'Carol C.'
	assert_equal "$(json .email)" carol@example.org
	run -0 latchkey audit --json
	assert_equal "$(json '[.[].event] | join(" ")')" \
	    'key_added user_added invited user_changed invited'
	latchkey user add dave --no-password >/dev/null
	add_user erin
	run -0 latchkey user list --json
	assert_equal "$(json '[.[].signs_in_by] | join(" ")')" 'invited nothing password'
}

@test "links: a link's secret is not in the store, the audit or an export" {
	link=$(invite carol)
	token=${link#*link=}
	run -1 grep -r -a -F -e "$token" "$DATA"
	raw=$(/usr/bin/python3 -c 'import base64, sys
print(base64.urlsafe_b64decode(sys.argv[1] + "=").hex())' "$token")
	run -1 grep -q "$raw" <(stored_bytes | xxd -p | tr -d '\n')
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

# --- the page

NEW='violet tractor 7'

# open BROWSER LINK: its page.
open_link() {
	request "$1" GET "$2"
}

# choose BROWSER [PASSWORD [AGAIN]]: goes on from the page, and types it.
choose() {
	submit "$1" step=continue
	assert_status 200
	STAY=1 submit "$1" step=set new_password="${2-$NEW}" again="${3-${2-$NEW}}"
}

@test "links: an invited person looks as often as they like, chooses a password, and is signed in" {
	link=$(invite carol --name 'Carol C.' --group family)
	for i in 1 2 3; do
		open_link scanner "$link"
		assert_status 200
		assert_page 'Welcome to'
		assert_page 'Carol C.'
		assert_page 'works once, for 7 more days'
	done
	assert_header Cache-Control no-store
	assert_header Referrer-Policy no-referrer
	run cgi account HEAD /join "${link#*\?}" ''
	# A scanner that presses what is there spends nothing, either.
	open_link scanner "$link"
	submit scanner step=continue
	assert_status 200
	travel $((6 * 86400))
	open_link carol "$link"
	assert_page '24 more hours'
	choose carol
	assert_status 303
	assert_header Location "^$ISSUER/\?done=joined$"
	request carol GET "$(http_header Location)"
	assert_page 'Your password is saved'
	assert_page 'Carol C.'
	# And anywhere else, with it.
	request other GET "$ISSUER/"
	submit other step=login username=carol password="$NEW"
	assert_page 'Carol C.'
	run -0 latchkey audit --json
	assert_equal "$(json '[.[] | select(.event == "link_used")][0] |
	    "\(.user) \(.detail) \(.address)"')" 'carol invite 127.0.0.1'
}

@test "links: a reset leaves the old password until there is another, then ends all sessions" {
	add_user alice
	add_client app
	sign_in alice app >/dev/null
	link=$(reset alice)
	open_link phone "$link"
	assert_page 'Choose a new password'
	assert_page '24 more hours'
	request other GET "$ISSUER/"
	submit other step=login username=alice password="$PASSWORD"
	assert_page 'Your account'
	open_link phone "$link"
	choose phone
	assert_header Location '\?done=reset$'
	request phone GET "$ISSUER/"
	assert_page 'Your account'
	for browser in alice other; do
		request "$browser" GET "$ISSUER/"
		assert_page 'name="password"'
	done
	submit other step=login username=alice password="$PASSWORD"
	assert_status 403
	submit other step=login username=alice password="$NEW"
	assert_page 'Your account'
}

@test "links: a reset is told at the next sign-in, until it is pressed away" {
	add_user alice
	open_link phone "$(reset alice)"
	choose phone
	request phone GET "$ISSUER/"
	assert_page 'Your account'
	[[ $(http_body) != *'with a link'* ]] || fail 'told to who did it'
	travel 60
	request other GET "$ISSUER/"
	submit other step=login username=alice password="$NEW"
	for page in / /account /; do
		request other GET "$ISSUER$page"
		assert_page 'set with a link, .* UTC'
	done
	STAY=1 submit other step=seen
	assert_header Location "^$ISSUER/$"
	for page in / /account; do
		request other GET "$ISSUER$page"
		[[ $(http_body) != *'with a link'* ]] || fail 'told again'
	done
	open_link bob "$(invite bob)"
	choose bob
	request bob2 GET "$ISSUER/"
	travel 60
	submit bob2 step=login username=bob password="$NEW"
	[[ $(http_body) != *'with a link'* ]] || fail 'an invitation is no reset'
}

@test "links: what is used, too old, replaced, forged or of a locked person is told apart" {
	gone() {
		open_link someone "$1"
		assert_status 403
		assert_page "$2"
		assert_page 'href="http[^"]*">Sign in<'
	}
	first=$(invite carol)
	second=$(invite carol)
	gone "$first" 'There is a newer one'
	open_link carol "$second"
	choose carol
	assert_status 303
	gone "$second" 'It works once'
	third=$(reset carol --valid 1h)
	travel 3660
	gone "$third" 'too old'
	fourth=$(reset carol)
	latchkey user passwd carol --password-stdin <<<'plum tree and snow' >/dev/null
	gone "$fourth" 'another password'
	fifth=$(reset carol)
	latchkey user lock carol >/dev/null
	gone "$fifth" 'is locked'
	latchkey user unlock carol >/dev/null
	open_link carol "$fifth"
	assert_status 200
	gone "${fifth%?}" 'not one of ours'
	gone "$(other_char "$fifth" $((${#fifth} - 3)))" 'not one of ours'
	gone "$ISSUER/join" 'not one of ours'
	gone "$ISSUER/join?link=" 'not one of ours'
	latchkey user del carol >/dev/null
	gone "$fifth" 'not one of ours'
	for word in used replaced expired unknown locked; do
		assert_logged "reason=link_$word "
	done
	refute_logged "${fifth#*link=}"
}

@test "links: a password that is guessed first is asked for again, and spends nothing" {
	link=$(invite carol --email carol@post.example)
	open_link carol "$link"
	choose carol short
	assert_status 200
	assert_page 'at least 8 characters'
	for try in 'Sunshine1|guessed first' 'qwertz1234|Rows of keys' \
	    'carol2026!|a name or an address' '|Enter a password'; do
		STAY=1 submit carol step=set new_password="${try%|*}" again="${try%|*}"
		assert_page "${try#*|}"
	done
	STAY=1 submit carol step=set new_password="$NEW" again="$NEW!"
	assert_page 'not the same'
	[[ $(http_body) != *"$NEW"* ]] || fail 'a password on the page'
	STAY=1 submit carol step=set new_password="$NEW" again="$NEW"
	assert_status 303
}

@test "links: sent twice, by Back or by two presses, a form does no harm" {
	link=$(invite carol)
	open_link carol "$link"
	choose carol
	assert_status 303
	cp -r "$(last .)" "$BATS_TEST_TMPDIR/first"
	# The same form once more: the second press, whose answer is shown.
	open_link carol2 "$link"
	assert_page 'It works once'
	other=$(reset carol)
	open_link carol "$other"
	submit carol step=continue
	cp "$(last body)" "$BATS_TEST_TMPDIR/form"
	STAY=1 submit carol step=set new_password='plum tree and snow'
	assert_header Location '\?done=reset$'
	cp "$BATS_TEST_TMPDIR/form" "$(last body)"
	STAY=1 submit carol step=set new_password='plum tree and snow'
	assert_header Location '\?done=reset$'
	request carol GET "$ISSUER/"
	assert_page 'Your account'
	# With another password it may be another person, or a mistake.
	cp "$BATS_TEST_TMPDIR/form" "$(last body)"
	STAY=1 submit carol step=set new_password='quite another one'
	assert_status 403
	assert_page 'It works once'
}

@test "links: without cookies, or from another site, a form spends nothing" {
	link=$(invite carol)
	open_link carol "$link"
	STAY=1 submit carol step=continue csrf=none
	assert_status 403
	assert_page 'does not accept cookies'
	request - POST "$ISSUER/join" step=set "request=link=${link#*link=}" \
	    new_password="$NEW" csrf=x
	open_link carol "$link"
	assert_status 200
}

@test "links: in a browser, chosen, refused, twice, and Back; or a passkey instead" {
	local port name links=()
	port=$(free_port)
	USE_TEST_CLOCK=
	rm -rf "$DATA"
	new_store "http://localhost:$port"
	PORT=$port
	start_server
	links=("$(invite carol --name 'Carol Čapková')")
	latchkey user add dave --no-password >/dev/null
	links+=("$(reset dave --factors)" "$(invite erik)" "$(invite frida)")
	SCREENSHOTS=${KEEP_SCREENSHOTS:-} PYTHONDONTWRITEBYTECODE=1 timeout 120 \
	    /usr/bin/python3 "$root/tests/join_pages.py" "${links[@]}" >&2
	stop_server
	run -0 latchkey audit --json
	assert_equal "$(json '[.[] | select(.event == "link_used").user] | join(" ")')" \
	    'carol dave erik'
	run -0 latchkey user show erik --json
	assert_equal "$(jq .has_password <<<"$output")" false
}
