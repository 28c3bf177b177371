# latchkey import: people of another system, with their passwords. The files are
# made by the programs that make them elsewhere: htpasswd, mkpasswd, openssl and
# argon2.

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	add_client app --trusted
	make_files "$BATS_FILE_TMPDIR"
	save_store
}

setup() {
	fresh_store
	files=$BATS_FILE_TMPDIR
}

teardown() {
	stop_all
}

make_files() {
	local d=$1 argon2
	htpasswd -cbBC 5 "$d/htpasswd" alice "$PASSWORD"
	htpasswd -bm "$d/htpasswd" Bob "$PASSWORD"
	htpasswd -bs "$d/htpasswd" carol "$PASSWORD"
	htpasswd -bd "$d/htpasswd" dora "${PASSWORD:0:8}"
	{
		echo "root:*:19000:0:99999:7:::"
		echo "daemon:!:19000::::::"
		echo "erin:$(mkpasswd -m yescrypt -R 1 "$PASSWORD"):19000:0:99999:7:::"
		echo "frank:$(openssl passwd -6 "$PASSWORD"):19000:0:99999:7:::"
		echo "grace:$(openssl passwd -5 "$PASSWORD"):19000:0:99999:7:::"
		echo "henry:!$(openssl passwd -6 "$PASSWORD"):19000:0:99999:7:::"
	} >"$d/shadow"
	argon2=$(printf %s "$PASSWORD" | argon2 saltsaltsalt -id -t 1 -k 1024 -p 4 -e)
	cat >"$d/users_database.yml" <<-END
		---
		# Users of Authelia
		users:
		  ida:
		    disabled: false
		    displayname: 'Ida Ödegård'
		    given_name: Ida
		    password: '$argon2'
		    email: 'ida@example.org'
		    groups: ['family', 'the admins', 'a,b']
		    extra: {shoe size: 40}
		  jack:
		    disabled: true
		    displayname: "Jack"
		    password: "$(openssl passwd -6 "$PASSWORD")"
		    groups: []
		  karl:
		    password: '\$pbkdf2-sha512\$310000\$c2FsdA\$aGFzaA'
		    email: not an address
		  nothing:
		...
	END
	{
		printf 'Username,Full Name,E-Mail,Groups,Password Hash,Room\r\n'
		printf 'lena,"Adams, Lena",lena@example.org,"family;kids",%s,1\r\n' \
		    "$(openssl passwd -6 "$PASSWORD")"
		printf 'mona,"Mona\r\n'
		printf 'nils,Nils,,,,2\r\n'
	} >"$d/people.csv"
}

# import FROM FILE [OPTION...]: and what it says, in JSON.
import() {
	latchkey import --from "$1" "$files/$2" --json "${@:3}" || [[ $? = 1 ]]
}

# became JSON: a word for each row.
became() {
	jq -r '[.people[] | "\(.user):\(.outcome):\(.password)"] | join(" ")' <<<"$1"
}


sign_in_as() {
	local browser=$1-$((++browsers))
	open_page "$browser" "$(authorize_url app)"
	STAY=1 submit "$browser" step=login username="$1" password="${2:-$PASSWORD}"
}

assert_signs_in() {
	sign_in_as "$@"
	assert_status 303
}

refute_signs_in() {
	sign_in_as "$@"
	assert_status 403
}

@test "import: people of htpasswd sign in with their passwords, by bcrypt, apr1 and SHA-1" {
	local told name
	told=$(import htpasswd htpasswd --group family)
	assert_equal "$(became "$told")" \
	    'alice:added:bcrypt bob:added:apr1 carol:added:SHA-1 dora:added:none'
	for name in alice bob carol; do
		refute_signs_in $name 'not this one'
		assert_signs_in $name
		assert_signs_in $name
	done
	refute_signs_in dora "${PASSWORD:0:8}"
	latchkey user show bob --json | jq -e '.groups == ["family"]'
}

@test "import: people of a shadow file, by yescrypt, sha256crypt and sha512crypt; no system account" {
	local told name
	told=$(latchkey import --from shadow - --json <"$files/shadow")
	assert_equal "$(became "$told")" 'root:left out: daemon:left out: erin:added:yescrypt frank:added:sha512crypt grace:added:sha256crypt henry:left out:'
	for name in erin frank grace; do
		refute_signs_in $name 'not this one'
		assert_signs_in $name
	done
}

@test "import: people of Authelia with names, addresses and groups; Argon2id with any lanes" {
	local told
	told=$(import authelia users_database.yml)
	assert_equal "$(became "$told")" \
	    'ida:added:Argon2id jack:added:sha512crypt karl:added:none nothing:refused:'
	jq -e '.people[0].note | contains("a group left out")' <<<"$told"
	jq -e '.people[2].note | contains("address left out")' <<<"$told"
	assert_signs_in ida
	latchkey user show ida --json | jq -e '.name == "Ida Ödegård" and
	    .given_name == "Ida" and .email == "ida@example.org" and
	    .email_verified and .groups == ["family", "the admins"]'
	refute_signs_in jack
	latchkey user unlock jack
	assert_signs_in jack
}

@test "import: people of a table; a row that is malformed takes no other with it" {
	local told
	told=$(import csv people.csv 2>"$BATS_TEST_TMPDIR/notes")
	assert_equal "$(became "$told")" \
	    'lena:added:sha512crypt :refused: nils:added:none'
	grep -q "column 'Room' is left out" "$BATS_TEST_TMPDIR/notes"
	assert_signs_in lena
	latchkey user show lena --json | jq -e '.name == "Adams, Lena" and
	    .groups == ["family", "kids"]'
	run -1 latchkey import --from csv "$files/people.csv"
	# A heading may be anyone's word, and a terminal obeys some.
	printf 'username,a\033[2Jb\nolaf,x\n' >"$BATS_TEST_TMPDIR/a.csv"
	run -0 latchkey import --from csv "$BATS_TEST_TMPDIR/a.csv"
	[[ $output = *"the column 'a\\x1B[2Jb' is left out"* ]] || fail "$output"
}

@test "import: the first sign-in makes an ordinary hash of it; until then a failed one takes its time" {
	local kept
	kept() {
		if on_pgsql; then
			stored_bytes | grep -ac imported || :
		else
			mdb_dump -s meta -p "$DATA/store" | grep -c imported || :
		fi
	}
	import shadow shadow >/dev/null
	assert_equal "$(kept)" 1
	run latchkey check --offline
	[[ $output = *'3 imported passwords have not been rewritten, at '*' ms a try: '*erin*'latchkey user reset NAME'* ]] ||
	    fail "$output"
	refute_signs_in nobody-here
	assert_signs_in erin
	assert_signs_in frank
	assert_equal "$(kept)" 1
	# The last of them: by another password, or gone.
	latchkey user del grace
	assert_equal "$(kept)" 0
	run latchkey check --offline
	[[ $output != *imported* ]]
	assert_signs_in erin
}

@test "import: neither the hash that came nor the salted setting is shown, and no $6 is kept" {
	local hash
	hash=$(grep ^frank: "$files/shadow" | cut -d: -f2)
	import shadow shadow >"$BATS_TEST_TMPDIR/told"
	latchkey user show frank --json >>"$BATS_TEST_TMPDIR/told"
	! grep -F "${hash##*\$}" "$BATS_TEST_TMPDIR/told"
	! grep -F '$6$' "$BATS_TEST_TMPDIR/told"
	run -1 grep -aF "${hash##*\$}" <(stored_bytes)
}

@test "import: a person whose password cannot be verified gets a one-time link" {
	local link
	link=$(import htpasswd htpasswd | jq -r '.people[] | select(.user == "dora").link')
	[[ $link = "$ISSUER/join?link="* ]]
	assert_equal "$(import htpasswd htpasswd | jq -r '[.people[].link] | join("")')" ''
}

@test "import: --dry-run says the same and changes nothing" {
	local told
	told=$(import authelia users_database.yml --dry-run)
	jq -e '.dry_run and .added == 3 and .refused == 1 and
	    ([.people[].link] | add == "")' <<<"$told"
	assert_equal "$(latchkey user list --json)" '[]'
	told=$(import authelia users_database.yml)
	jq -e '(.dry_run | not) and .added == 3 and .refused == 1' <<<"$told"
	assert_equal "$(latchkey user list --json | jq length)" 3
}

@test "import: a person who exists is left out; with --merge they get what they lack" {
	local told
	add_user ida --name 'Ida the First' --group old
	latchkey user add jack --no-password
	told=$(import authelia users_database.yml)
	assert_equal "$(became "$told")" \
	    'ida:left out: jack:left out: karl:added:none nothing:refused:'
	told=$(import authelia users_database.yml --merge)
	assert_equal "$(became "$told")" \
	    'ida:merged:kept jack:merged:sha512crypt karl:merged:none nothing:refused:'
	latchkey user show ida --json | jq -e '.name == "Ida the First" and
	    .email == "ida@example.org" and .groups == ["old", "family", "the admins"]'
	assert_signs_in ida
	assert_signs_in jack
	# Who has a password keeps it, and no link is spoken of.
	printf 'username\nida\n' >"$BATS_TEST_TMPDIR/a.csv"
	run -0 latchkey import --from csv --merge --json "$BATS_TEST_TMPDIR/a.csv"
	jq -e '.people[0] | .password == "kept" and .note == "" and .link == ""' \
	    <<<"$output"
}

@test "import: an address that another person has verified comes unverified" {
	add_user bob --email ida@example.org
	import authelia users_database.yml >/dev/null
	latchkey user show ida --json | jq -e '.email_verified | not'
	latchkey user show bob --json | jq -e .email_verified
	latchkey check --offline
}

@test "import: a name twice, a name that is none of ours, a hash that is damaged or too dear" {
	local told slow
	slow=$(htpasswd -nbB -C 4 x x | cut -d: -f2 | sed 's/^\$2y\$04/$2y$17/')
	printf '%s\n' "olga:$(openssl passwd -6 x)" "OLGA:$(openssl passwd -6 x)" \
	    "per cent:x" ":x" "paul:\$6\$salt\$short" "quinn:$slow" \
	    'no colon' '' '# comment' "$(printf 'r%.0s' {1..65}):x" \
	    >"$BATS_FILE_TMPDIR/odd"
	printf 'sam\0uel:x\n' >>"$BATS_FILE_TMPDIR/odd"
	told=$(import htpasswd odd)
	assert_equal "$(jq -r '[.people[] | .outcome + "/" + .password] | join(" ")' <<<"$told")" \
	    'added/sha512crypt refused/ refused/ refused/ added/none added/none refused/ refused/ refused/'
	jq -e '.people[1].note | contains("line 1")' <<<"$told"
	jq -e '.people[4].note | contains("damaged")' <<<"$told"
	jq -e '.people[5].note | contains("more than a second")' <<<"$told"
}

@test "import: a file that is none of its kind is refused whole, with the line" {
	local text told
	while IFS='|' read -r text told; do
		printf '%b' "$text" >"$BATS_FILE_TMPDIR/bad"
		run -1 latchkey import --from authelia "$BATS_FILE_TMPDIR/bad"
		[[ $output = *"$told"*'nothing has changed'* ]] || fail "$text" "$output"
	done <<-'END'
		|begin with `users:`
		users: [a]\n|line 1
		users:\n  a: [\n|line 3
		users: &a\n  b: *a\n|aliases
		people: {}\n|begin with `users:`
		users:\n  a: {email: x}\n  b: }\n|line 3
	END
	printf 'name,mail\nx,y\n' >"$BATS_FILE_TMPDIR/bad"
	run -1 latchkey import --from csv "$BATS_FILE_TMPDIR/bad"
	[[ $output = *'no column is called username'* ]]
	run -1 latchkey import --from csv "$BATS_FILE_TMPDIR/none"
	[[ $output = *'no such file'* ]]
	run -2 latchkey import --from ldif "$BATS_FILE_TMPDIR/bad"
	[[ $output = *'htpasswd, shadow, authelia or csv'* ]]
	assert_equal "$(latchkey user list --json)" '[]'
}
