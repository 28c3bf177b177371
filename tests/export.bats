# latchkey export and import: one host is written down, another goes on. What
# people and apps prove there is what they had here, though secret.key differs.

load helper
load documents.bash

setup_file() {
	local port
	export USE_TEST_CLOCK=1
	port=$(free_port)
	gate_store "http://localhost:$port"
	add_client hs --trusted --alg HS256
	add_client other --scope openid --scope email
	echo '<svg xmlns="http://www.w3.org/2000/svg"/>' >"$BATS_FILE_TMPDIR/i.svg"
	latchkey client set app --icon "$BATS_FILE_TMPDIR/i.svg" >/dev/null
	latchkey client add spa --public --redirect-uri "$CALLBACK" >/dev/null
	sign_in bob other >/dev/null
	save_store
}

setup() {
	fresh_store
	file=$BATS_TEST_TMPDIR/export.json
	MOUNTED=
}

teardown() {
	[[ -z ${MOUNTED:-} ]] || umount "$MOUNTED"
}

# new_host [ISSUER]: another data directory, with a secret.key of its own; from
# now on it is $DATA.
new_host() {
	DATA=$BATS_TEST_TMPDIR/host-$((++hosts))
	init_store "$DATA" "${1:-$ISSUER}" >/dev/null
	set_conf argon2_memlimit 8
	set_conf argon2_opslimit 1
	rm -f "$BATS_TEST_TMPDIR"/cgi-jar-*
}

# exported: all that comes across as it was: not the line of the head, nor keys.
exported() {
	latchkey export --secrets - 2>/dev/null | sed '1d; /^"keys":/,$d'
}

# changed FILTER: the export in $file with a change, in $BATS_TEST_TMPDIR/bad.
changed() {
	jq -c "$1" "$file" >"$BATS_TEST_TMPDIR/bad"
}

# refused LINE: `import` of what `changed` made says so, and changes nothing.
refused() {
	run latchkey import "$BATS_TEST_TMPDIR/bad"
	[[ $status = 1 ]] || fail "taken: $output" "not: $1"
	[[ $output = *"$1"* ]] || fail "says: $output" "not: $1"
	run -0 latchkey user list --json
	assert_equal "$output" '[]'
}

set_up_factors() {
	open_page alice "$ISSUER/account/factors"
	log_in alice
	submit alice step=set_up
	secret=$(shown_secret)
	submit alice step=confirm code="$(totp "$secret")"
	mapfile -t codes < <(http_body | grep -oP '<code>\K[0-9a-z-]{19}')
	assert_equal "${#codes[@]}" 10
}

# with_code CODE: alice, in a new browser, with her password and CODE.
with_code() {
	rm -f "$BATS_TEST_TMPDIR"/cgi-jar-*
	open_page alice "$(authorize_url app)"
	log_in alice
	submit alice step=code code="$1"
	[[ $(http_header Location) = "$CALLBACK"\?*code=* ]] ||
	    fail 'not signed in' "$(http_status)" "$(http_body)"
}

@test "export: another host with another secret.key takes it, and all go on as before" {
	PASSKEY=$BATS_TEST_TMPDIR/passkey
	set_up_factors
	open_page bob "$ISSUER/account/passkeys"
	! page_asks_password || log_in bob
	use_passkey bob passkey_name=Phone
	assert_page 'The passkey was added'
	add_key_client signer >/dev/null
	app_password=$(latchkey app-password add alice --site "$SITE" --name Phone \
	    --json | jq -r .password)
	exported >"$BATS_TEST_TMPDIR/before"
	latchkey export --secrets "$file" 2>/dev/null
	kid=$(latchkey key list --json | jq -r '.[] | select(.alg == "EdDSA" and
	    .state == "active") | .kid')
	old_key=$(<"$DATA/secret.key")

	new_host
	run -0 latchkey import "$file"
	[[ $output = *people*2*apps*7*icons*1*sites*2*factors*1*passkeys*1*app_passwords*1*consents*1* ]]
	assert_equal "$(exported)" "$(<"$BATS_TEST_TMPDIR/before")"
	[[ $(<"$DATA/secret.key") != "$old_key" ]]
	run -1 grep -rqF "$SECRET" "$DATA"

	# People: password and app, a recovery code, a passkey alone.
	travel 30
	with_code "$(totp "$secret")"
	with_code "${codes[4]}"
	open_page bob "$(authorize_url app)"
	use_passkey bob
	[[ $(http_header Location) = "$CALLBACK"\?*code=* ]]
	run -0 latchkey session list --json
	jq -e 'any(.[]; .amr == ["pwd", "otp", "mfa"]) and
	    any(.[]; .preferred_username == "bob")' <<<"$output"

	# Apps: a secret, a shared key for ID tokens, an assertion; PKCE alone.
	get_tokens bob app >/dev/null
	assert_status 200
	AUTH=post get_tokens bob other >"$BATS_TEST_TMPDIR/tokens"
	assert_status 200
	id=$(get_tokens bob hs | field id_token)
	"$root/tests/verify_jwt.py" pyjwt HS256 hs "$ISSUER" "$id" "$SECRET"
	AUTH=jwt get_tokens bob signer >/dev/null
	assert_status 200
	AUTH=none get_tokens bob spa >/dev/null
	assert_status 200
	ask_gate /dav/a "HTTP_AUTHORIZATION=Basic $(basic alice "$app_password")"
	assert_status 200

	# What the old host signed can be verified for as long as it may be in use.
	request - GET "$ISSUER/jwks.json"
	http_body | jq -e --arg kid "$kid" 'any(.keys[]; .kid == $kid)'
	run -0 latchkey key list --json
	jq -e --arg kid "$kid" 'any(.[]; .kid == $kid and .state == "retired")' \
	    <<<"$output"
	run -0 latchkey audit
	[[ $output = *imported*'2 people, 7 apps'* ]]
	assert_no_error_found
}

@test "export: without --secrets nothing in it opens anything, and what needs a secret is told" {
	set_up_factors
	latchkey app-password add alice --site "$SITE" --name Phone >/dev/null
	run -0 --separate-stderr latchkey export
	assert_equal "$stderr" ''
	echo "$output" >"$file"
	jq -e '.secrets == false and (.people | length) == 2' "$file"
	run -0 jq -c '[.. | objects | keys[] | select(test("secret|hash|salt|recovery$"))] | unique' "$file"
	assert_equal "$output" '["secrets"]'
	! grep -qF "$SECRET" "$file"

	new_host
	run -0 latchkey import "$file"
	[[ $output = *'2 people have no password'*'user reset'* ]]
	[[ $output = *'3 apps have no secret'*'client secret'* ]]
	run -0 latchkey user show alice --json
	jq -e '.has_password == false and .groups == ["family", "admins"]' <<<"$output"
	run -0 latchkey app-password list --json
	assert_equal "$output" '[]'
	run -0 latchkey user reset alice
	run -0 latchkey client secret app
}

@test "export: secrets go to files of one's own and to other programs, never to a terminal" {
	run -0 latchkey export --secrets "$file"
	assert_equal "$(stat -c %a "$file")" 600
	run -1 on_terminal -- "$(programs)/bin/latchkey" -d "$DATA" export --secrets
	[[ $output = *'not shown on a terminal'* ]]
	(umask 022; latchkey export --secrets - >"$file.open" 2>"$file.said") && false
	grep -q 'others can read' "$file.said"
	(umask 077; latchkey export --secrets - >"$file.own" 2>/dev/null)
	jq -e '.secrets' "$file.own"
	# It replaces one like it, and no other file.
	run -0 latchkey export --secrets "$file"
	cp "$DATA/latchkey.conf" "$file.conf"
	run -1 latchkey export "$file.conf"
	[[ $output = *'is not an export: it stays as it is'* ]] || fail "$output"
	cmp "$DATA/latchkey.conf" "$file.conf"
	mkfifo "$file.fifo"
	run -1 latchkey export "$file.fifo"
	run -1 latchkey export "$BATS_TEST_TMPDIR/nowhere/file"
	[[ $output = *'nowhere/file: no such directory'* ]]
	# A full disk leaves what was there.
	(latchkey export >/dev/full 2>"$file.said") && false
	grep -q 'no room' "$file.said"
}

@test "import: what is here already is refused as a whole, or with --merge left as it is" {
	latchkey export --secrets "$file" 2>/dev/null
	latchkey user set alice --name Changed >/dev/null
	run -1 latchkey import "$file"
	[[ $output = *'people['?'] (alice): is here already, and differs'* ]]
	[[ $output = *'(bob): is here already'* ]]
	[[ $output = *'nothing has changed'*--merge* ]]
	add_user carol
	latchkey user del bob --yes >/dev/null
	before=$(exported)
	run -0 latchkey import "$file" --merge --dry-run
	[[ $output = *'Nothing has changed'* ]]
	assert_equal "$(exported)" "$before"
	run -0 latchkey import "$file" --merge --json
	jq -e '.sections[] | select(.section == "people") |
	    .added == 1 and .same == 0 and .differs == 1' <<<"$output"
	run -0 latchkey user list --json
	assert_equal "$(jq -c 'map([.preferred_username, .name])' <<<"$output")" \
	    '[["alice","Changed"],["bob",""],["carol",""]]'
	get_tokens bob app >/dev/null
	assert_status 200
}

@test "import: a name or a verified address of another person keeps a person out, and what is theirs" {
	latchkey export --secrets "$file" 2>/dev/null
	new_host
	add_user bob
	add_user eve --email alice@example.org
	run -1 latchkey import "$file"
	[[ $output = *'(bob): the name bob is another person'* ]]
	[[ $output = *'(alice): alice@example.org is the verified address'* ]]
	run -0 latchkey import "$file" --merge --json
	jq -e '.sections | map({(.section): .}) | add |
	    .people.differs == 2 and .people.added == 0 and
	    .apps.added == 6 and .consents.left_out == 1' <<<"$output"
}

@test "import: a person who is here gets nothing to sign in with from a file, nor a consent" {
	local shown
	PASSKEY=$BATS_TEST_TMPDIR/passkey
	set_up_factors
	open_page bob "$ISSUER/account/passkeys"
	! page_asks_password || log_in bob
	use_passkey bob passkey_name=Phone
	latchkey app-password add alice --site "$SITE" >/dev/null
	latchkey export --secrets "$file" 2>/dev/null
	# Taken back since; alice is as in the file, bob is not.
	latchkey user reset bob --factors >/dev/null 2>&1
	latchkey user reset alice --factors >/dev/null 2>&1
	latchkey app-password del --yes -- \
	    "$(latchkey app-password list --json | jq -r '.[0].id')" >/dev/null
	latchkey grant end --user bob --client other >/dev/null
	latchkey user set bob --name Changed >/dev/null
	shown=$(latchkey user factors alice --json; latchkey user factors bob --json)
	run -0 latchkey import "$file" --merge --json
	jq -e '.sections | map({(.section): .}) | add |
	    .people.added == 0 and
	    (.factors, .passkeys, .app_passwords, .consents | .left_out) == 1' \
	    <<<"$output" || fail "$output"
	assert_equal "$(latchkey user factors alice --json; latchkey user factors bob --json)" \
	    "$shown"
	assert_equal "$(latchkey app-password list --json)" '[]'
	run -0 latchkey export
	jq -e '.consents == []' <<<"$output"
}

@test "import: a site, an icon or an app password is not given to another app of the same id" {
	latchkey app-password add alice --site "$SITE" >/dev/null
	latchkey export --secrets "$file" 2>/dev/null
	new_host
	add_client "$SITE"
	add_client app
	run -0 latchkey import "$file" --merge --json
	jq -e '.sections | map({(.section): .}) | add |
	    .apps.differs == 2 and .sites.added == 1 and .sites.left_out == 1 and
	    .icons.left_out == 1 and .app_passwords.left_out == 1' <<<"$output"
	run -0 latchkey check --offline
	run -0 latchkey site list --json
	jq -e --arg other "$OTHER" 'map(.origin) == [$other]' <<<"$output"
}

@test "import: a file of another issuer is taken only when that is meant" {
	latchkey export --secrets "$file" 2>/dev/null
	new_host https://id.example.org
	run -1 latchkey import "$file"
	[[ $output = *"is of $ISSUER, and this is https://id.example.org"*passkeys*--other-issuer* ]]
	# The sites of an http issuer are not those of one with https.
	run -1 latchkey import "$file" --other-issuer
	[[ $output = *'sites[0].origin'*'the issuer is https'* ]]
	jq -c '.apps |= map(select(.is_site | not)) | .sites = []' "$file" >"$file.new"
	run -0 latchkey import "$file.new" --other-issuer
	[[ $output = *'Apps must be told the issuer'* ]]
	run -0 latchkey key list --json
	jq -e 'all(.[]; .state != "retired")' <<<"$output"
}

@test "import: what cannot be is refused with its record and member, and nothing changes" {
	latchkey export --secrets "$file" 2>/dev/null
	new_host
	while IFS='#' read -r filter line; do
		[[ -n $filter ]] || continue
		changed "$filter"
		refused "$line"
	done <<-'END'
	.people[1].email = "no address"#.email
	.people[0].shoe_size = 40#has no member "shoe_size"
	.people[0].created_at = -1#.created_at (
	.people[0].locked = 0#.locked (
	.people[0].sub = "A"#.sub (
	.people[0].groups = ["a,b"]#.groups (
	.people[0].preferred_username = "Alice"#.preferred_username (Alice)
	.people[0].password_hash = ""#.password_hash (
	.people[0].memlimit_mib = 1048576#.memlimit_mib (
	.people[0].imported = "$2y$31$0123456789012345678901"#.imported (
	.people[1] = .people[0]#people[1]
	.people[1].preferred_username = .people[0].preferred_username#is another person's, too
	del(.people[] | select(.preferred_username == "bob"))#consents[0].sub
	del(.apps[] | select(.client_id == "other"))#consents[0].client_id
	del(.icons[0])#an app has no icon
	.icons[0].picture = "PHN2Zz4"#icons[0].picture
	del(.sites[0])#an app has no site
	.sites[0].rules += ["no rule"]#sites[0].rules
	.apps[0].redirect_uris += ["javascript:alert(1)"]#redirect_uris
	.apps[0].is_site = false | .apps[0].id_token_signed_response_alg = "ES256"#id_token_signed_response_alg
	.keys[0].public_key = "AAAA"#keys[0]
	.keys |= [range(101) as $i | .[0] + {kid: ("A" * 38 + ($i + 1000 | tostring) + "A")}]#keys[100]: is one key more than 100
	.version = 2#a newer latchkey wrote this
	.version = "1"#version: is a number
	.format = "other"#no export of latchkey
	.issuer = "nowhere"#issuer: is no issuer
	. + {more: []}#there is no section "more"
	{format, version, latchkey, issuer, exported_at, secrets, apps, people}#people: comes before apps
	.secrets = false#has no member "password_
	END
	head -c 3000 "$file" >"$BATS_TEST_TMPDIR/bad"
	refused 'line '
	: >"$BATS_TEST_TMPDIR/bad"
	refused 'no export of latchkey'
	{ cat "$file"; echo '{}'; } >"$BATS_TEST_TMPDIR/bad"
	refused 'more than one JSON value'
	run -2 latchkey import "$file" --group family
	run -1 latchkey import "$BATS_TEST_TMPDIR/missing"
	[[ $output = *'no such file'* ]]
	run -0 latchkey import "$file"
}

@test "import: of two at once the second is told, in one line" {
	latchkey export --secrets "$file" 2>/dev/null
	new_host
	flock "$DATA" "$(programs)/bin/latchkey" -d "$DATA" import "$file" && false
	run -1 flock "$DATA" "$(programs)/bin/latchkey" -d "$DATA" import "$file"
	assert_equal "${#lines[@]}" 1
	[[ $output = *'another import is running; nothing has changed'* ]]
	run -0 latchkey import - <"$file"
}

# many COUNT: an export of as many people.
many() {
	/usr/bin/python3 - "$ISSUER" "$1" <<-'PY'
	import json, sys, uuid
	issuer, count = sys.argv[1], int(sys.argv[2])
	head = {"format": "latchkey-export", "version": 1, "latchkey": "0",
	        "issuer": issuer, "exported_at": 1, "secrets": False}
	print(json.dumps(head)[:-1] + ',"people":[')
	print(",\n".join(json.dumps({"preferred_username": "person%d" % i,
	    "sub": str(uuid.uuid4()), "email": "person%d@example.org" % i,
	    "email_verified": True, "groups": ["all"]}) for i in range(count)))
	print("]}")
	PY
}

@test "import: 20,000 people are there or not at all, and are written down in little memory" {
	many 20000 >"$file"
	jq -c '.people[19999].email = "nowhere"' "$file" >"$BATS_TEST_TMPDIR/bad"
	new_host
	refused 'people[19999].email (person19999)'
	run -0 latchkey import "$file"
	[[ $output = *people*20000* ]]
	assert_equal "$(store_figure users)" 20000
	run -0 /usr/bin/python3 - "$(programs)/bin/latchkey" -d "$DATA" export "$file.again" <<-'PY'
	import resource, subprocess, sys
	subprocess.run(sys.argv[1:], check=True)
	print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, "MiB")
	PY
	assert_equal "$(jq '.people | length' "$file.again")" 20000
	echo "$output"
	[[ -n ${SAN:-} ]] || # which take memory of their own
	    (($(tail -n 1 <<<"$output" | cut -d ' ' -f 1) < 60))
}

@test "export, import: a full disk in the middle leaves what was there" {
	local disk=$BATS_TEST_TMPDIR/disk
	many 8000 >"$file"
	mkdir "$disk"
	mount -t tmpfs -o size=1m,mode=0700 latchkey "$disk"
	MOUNTED=$disk
	echo '{"format":"latchkey-export"}' >"$disk/export"
	latchkey import --merge "$file" >/dev/null
	run -1 latchkey export "$disk/export"
	[[ $output = *'no room on the disk'* ]]
	assert_equal "$(ls "$disk"):$(<"$disk/export")" 'export:{"format":"latchkey-export"}'
	DATA=$disk/data
	rm "$disk/export"
	latchkey init "$ISSUER" >/dev/null
	run -1 latchkey import "$file"
	[[ $output = *'no room'*'nothing has changed'* ]]
	run -0 latchkey user list --json
	assert_equal "$output" '[]'
	mount -o remount,size=64m "$disk"
	run -0 latchkey import "$file"
}

@test "operating.md: a move to a new host, word for word" {
	local hosts=$BATS_TEST_TMPDIR/hosts
	mkdir "$hosts"
	rm -r "$DATA"
	new_store https://id.example.org
	add_user alice
	add_client app --trusted
	exported >"$hosts/before"
	only_block doc/operating.md 'sh old' >"$hosts/old"
	only_block doc/operating.md 'sh new' >"$hosts/new"
	cd "$hosts"
	PATH=$(programs)/bin:$PATH LATCHKEY_DATA=$DATA bash -eu old 2>/dev/null
	assert_equal "$(stat -c %a people.json)" 600
	DATA=$hosts/data
	PATH=$(programs)/bin:$PATH LATCHKEY_DATA=$DATA bash -eu new
	assert_equal "$(exported)" "$(<before)"
	[[ ! -e people.json ]]
	rm -f "$BATS_TEST_TMPDIR"/cgi-jar-*
	get_tokens alice app >/dev/null
	assert_status 200
}
