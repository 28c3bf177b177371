# `latchkey restore`: a backup in the place of the data directory, whole or not
# at all; and what was given away before is no longer good.

load helper

# The store has people, an app with tokens and a site; and $OLD is its backup.
setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	add_user alice --group family
	add_user bob
	add_client app --trusted --scope openid --scope profile \
	    --scope offline_access
	mkdir "$DATA/apps" "$DATA/templates"
	echo '<p>house rules' >"$DATA/templates/stayed.html"
	echo '<svg xmlns="http://www.w3.org/2000/svg"/>' >"$DATA/logo.svg"
	set_conf logo logo.svg
	OLD=$BATS_FILE_TMPDIR/old.tar
	latchkey backup "$OLD"
	export OLD
	save_store
}

setup() {
	needs_lmdb 'the backup is data.mdb'
	fresh_store
	OUT=$BATS_TEST_TMPDIR/out
	mkdir "$OUT"
}

teardown() {
	stop_all
}

# contents DIRECTORY: each file with its mode and sum, but not the lock.
contents() {
	(cd "$1" && find . ! -name lock.mdb -printf '%p %m %u\n' | sort &&
	    find . -type f ! -name lock.mdb -exec b2sum {} + | sort)
}

# restore_at DIRECTORY ARGUMENT...
restore_at() {
	"$(programs)/bin/latchkey" -d "$1" restore "${@:2}"
}

assert_whole() {
	run -0 latchkey check --offline
	[[ $output = *', 0 warnings'* || $output = *'0 errors'* ]] || fail "$output"
}

@test "restore: on a new host all is there, with owner and modes, and check finds nothing" {
	local new=$BATS_TEST_TMPDIR/new
	run -0 restore_at "$new" "$OLD"
	[[ $output = "$new is restored, for $ISSUER."*'sign in again'* ]] ||
	    fail "$output"
	DATA=$new
	assert_whole
	run -0 latchkey user list
	[[ $output = *alice*bob* ]] || fail "$output"
	cmp "$new/templates/stayed.html" "$BATS_FILE_TMPDIR/saved/templates/stayed.html"
	cmp "$new/secret.key" "$BATS_FILE_TMPDIR/saved/secret.key"
	cmp "$new/logo.svg" "$BATS_FILE_TMPDIR/saved/logo.svg"
	[[ -d $new/slots && -d $new/keys ]]
	assert_equal "$(stat -c %a "$new" "$new/keys" "$new/slots" "$new/store" \
	    "$new/store/data.mdb" "$new/secret.key" "$new"/keys/* | sort -u | tr '\n' ' ')" \
	    '600 700 '
	assert_equal "$(ls "$BATS_TEST_TMPDIR" | grep '^new')" new
}

@test "restore: over a directory it takes its place in one step, and keeps what was there" {
	local before
	add_user carol
	echo note >"$DATA/note.txt"
	before=$(contents "$DATA")
	run -0 latchkey restore "$OLD"
	[[ $output = *"What was there before is $DATA.before-restore"* ]] ||
	    fail "$output"
	run -1 latchkey user show carol
	assert_equal "$(contents "$DATA.before-restore")" "$before"
	[[ ! -e $DATA/note.txt && ! -e $DATA.restoring ]]
	run -0 latchkey audit --json
	assert_equal "$(jq -r '.[-1].event' <<<"$output")" restored
	# Again, from standard input; then the last one before is kept.
	run -0 latchkey restore - <"$OLD"
	run -1 latchkey -d "$DATA.before-restore" user show carol
	run -0 latchkey user show alice
}

@test "restore: the user of the directory does it, or root, and nothing changes hands" {
	[[ $(id -u) = 0 ]] || skip 'only root is two users'
	local dir=$BATS_TEST_TMPDIR/house
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/.." \
	    "$BATS_FILE_TMPDIR"
	share_programs
	mkdir "$dir"
	mv "$DATA" "$dir/data"
	DATA=$dir/data
	chown -R nobody "$DATA"
	run -0 latchkey restore "$OLD"
	[[ -z $(find "$DATA" "$DATA.before-restore" ! -user nobody) ]]
	# The directory above is root's: its user cannot put another there.
	cp "$OLD" "$OUT/a.tar"
	chmod 644 "$OUT/a.tar"
	chmod a+x "$OUT"
	run -1 setpriv --reuid=nobody --clear-groups \
	    "$BATS_FILE_TMPDIR/shared/build/test/bin/latchkey" \
	    -d "$DATA" restore "$OUT/a.tar"
	[[ $output = *'restoring cannot be made: Permission denied; run this as root'* ]] ||
	    fail "$output"
	# Above is another user's: root does not work there.
	chown daemon "$dir"
	run -1 latchkey restore "$OLD"
	[[ $output = *"in a directory of another user's"* ]] || fail "$output"
	chown nobody "$dir"
	run -0 setpriv --reuid=nobody --clear-groups \
	    "$BATS_FILE_TMPDIR/shared/build/test/bin/latchkey" \
	    -d "$DATA" restore "$OUT/a.tar"
	[[ -z $(find "$DATA" ! -user nobody) ]]
	setpriv --reuid=nobody --clear-groups true
	chown root "$dir"
	# What root has beside it is not given to the user, nor removed.
	mkdir "$DATA.restoring"
	echo mine >"$DATA.restoring/letter"
	run -1 latchkey restore "$OLD"
	[[ $output = *"$DATA.restoring belongs to another user; remove it"* ]] ||
	    fail "$output"
	assert_equal "$(stat -c %U "$DATA.restoring") $(<"$DATA.restoring/letter")" \
	    'root mine'
	rm -r "$DATA.restoring"
	# Without any right to it, nothing is done.
	run -1 setpriv --reuid=daemon --clear-groups \
	    "$BATS_FILE_TMPDIR/shared/build/test/bin/latchkey" \
	    -d "$DATA" restore "$OUT/a.tar"
	[[ $output = *'belongs to nobody'* ]] || fail "$output"
}

@test "restore: tokens, codes, sessions and links from before are refused as restored, and end nothing" {
	local tokens older newer access code link
	older=$(get_tokens alice app scope='openid profile offline_access')
	latchkey backup "$OUT/a.tar"
	# Of after the backup: rotated, a code, a link.
	newer=$(refresh "$(field refresh_token <<<"$older")")
	access=$(field access_token <<<"$newer")
	code=$(get_code alice app)
	link=$(latchkey user reset bob 2>/dev/null)
	userinfo "$access"
	assert_status 200
	run -0 latchkey restore "$OUT/a.tar"

	refresh "$(field refresh_token <<<"$older")"
	assert_refused 400 invalid_grant
	assert_field error_description restored
	refresh "$(field refresh_token <<<"$newer")"
	assert_field error_description restored
	redeem "$code"
	assert_refused 400 invalid_grant
	assert_field error_description restored
	userinfo "$access"
	assert_refused 401 invalid_token
	assert_logged 'reason=restored'
	introspect "$access"
	assert_field active false
	introspect "$(field refresh_token <<<"$older")"
	assert_field active false
	open_page bob "$link"
	assert_page 'restored from a backup'
	assert_logged 'reason=link_restored'
	# One that is damaged on its way is forged, as it was.
	refresh "$(other_char "$(field refresh_token <<<"$newer")" 50)"
	[[ $(http_body | field error_description) = 'refresh token forged'* ]]

	# No alarm: the line of the restore is the last one.
	run -0 latchkey audit --json
	assert_equal "$(jq -r '.[-1].event' <<<"$output")" restored
	refute_logged 'refresh_token_reused|code_reused'
	assert_equal "$(store_figure sessions) $(store_figure grants)" '0 0'

	# The session has ended; alice signs in again, and all is as usual.
	open_page alice "$(authorize_url app)"
	page_asks_password
	tokens=$(get_tokens alice app scope='openid profile offline_access')
	tokens=$(refresh "$(field refresh_token <<<"$tokens")")
	assert_status 200
	userinfo "$(field access_token <<<"$tokens")"
	assert_status 200
	assert_whole
}

@test "restore: the same backup once more ends what was given in between, and older tokens stay known" {
	local first second
	first=$(get_tokens alice app scope='openid offline_access')
	latchkey restore "$OLD"
	second=$(get_tokens alice app scope='openid offline_access')
	latchkey restore "$OLD"
	refresh "$(field refresh_token <<<"$second")"
	assert_field error_description restored
	refresh "$(field refresh_token <<<"$first")"
	assert_field error_description restored
}

@test "restore: what is kept goes on: passwords, client secrets, app passwords, second factors" {
	local app_password
	export SITE=http://127.0.0.2:$PORT
	latchkey site add "$SITE" --rule '/ signed-in app-password' >/dev/null
	app_password=$(latchkey app-password add alice --site "$SITE" --json |
	    jq -r .password)
	add_client signer --alg HS256 --trusted
	latchkey backup "$OUT/a.tar"
	latchkey restore "$OUT/a.tar"
	get_tokens alice app >/dev/null
	assert_status 200
	get_tokens alice signer >/dev/null
	assert_status 200
	ask_gate / HTTP_AUTHORIZATION="Basic $(basic alice "$app_password")"
	assert_status 200
}

@test "restore: a backup without keys takes those of the directory, which must be its own" {
	latchkey backup --without-keys "$OUT/a.tar"
	run -0 latchkey restore "$OUT/a.tar"
	assert_whole
	run -1 restore_at "$BATS_TEST_TMPDIR/new" "$OUT/a.tar"
	[[ $output = *'has no keys; put secret.key and keys/ into'* ]] || fail "$output"
	[[ ! -e $BATS_TEST_TMPDIR/new && ! -e $BATS_TEST_TMPDIR/new.restoring ]]
	mkdir -m 700 "$BATS_TEST_TMPDIR/new"
	cp -a "$DATA/secret.key" "$DATA/keys" "$BATS_TEST_TMPDIR/new"
	run -0 restore_at "$BATS_TEST_TMPDIR/new" "$OUT/a.tar"
	DATA=$BATS_TEST_TMPDIR/new
	assert_whole
	rm -rf "$DATA"
	latchkey init "$ISSUER" >/dev/null
	run -1 latchkey restore "$OUT/a.tar"
	[[ $output = *'secret.key is not the one this store was made with'* ]] ||
	    fail "$output"
}

@test "restore: another issuer's backup is refused, unless it is named" {
	local before
	DATA=$BATS_TEST_TMPDIR/other
	latchkey init https://other.example.org >/dev/null
	before=$(contents "$DATA")
	run -1 latchkey restore "$OLD"
	[[ $output = *"is of $ISSUER, but $DATA is https://other.example.org"*"--issuer $ISSUER"* ]] ||
	    fail "$output"
	run -1 latchkey restore --issuer https://other.example.org "$OLD"
	assert_equal "$(contents "$DATA")" "$before"
	# Also where the settings are lost: the store knows.
	rm "$DATA/latchkey.conf"
	run -1 latchkey restore "$OLD"
	[[ $output = *'is https://other.example.org'* ]] || fail "$output"
	run -0 latchkey restore --issuer "$ISSUER" "$OLD"
	assert_whole
}

@test "restore: a store that programs have open is refused, and says which" {
	local before
	start_fastcgi "$BATS_TEST_TMPDIR/socket" "$LATCHKEY_BUILD/cgi-bin/token"
	SERVER_SOCKET=$BATS_TEST_TMPDIR/socket
	/usr/bin/python3 - "$SERVER_SOCKET" <<-'PY'
	import socket, struct, sys
	def record(kind, body=b""):
	    return struct.pack(">BBHHBB", 1, kind, 1, len(body), 0, 0) + body
	def pair(name, value):
	    return struct.pack("BB", len(name), len(value)) + name + value
	s = socket.socket(socket.AF_UNIX)
	s.connect(sys.argv[1])
	params = pair(b"REQUEST_METHOD", b"GET") + pair(b"REQUEST_URI", b"/token")
	s.sendall(record(1, b"\0\1\0\0\0\0\0\0") + record(4, params) + record(4) + record(5))
	while s.recv(4096):
	    pass
	PY
	before=$(contents "$DATA")
	run -1 latchkey restore "$OLD"
	[[ $output = *"$DATA is in use, by process $SERVER_PID (token); stop the programs"* ]] ||
	    fail "$output"
	assert_equal "$(contents "$DATA")" "$before"
	stop_server
	run -0 latchkey restore "$OLD"
}

@test "restore: a directory of other things, named by mistake, is left where it is" {
	mkdir -m 700 "$OUT/home" "$OUT/home/keys" "$OUT/home/store"
	echo mine >"$OUT/home/letter"
	run -1 restore_at "$OUT/home" "$OLD"
	[[ $output = *"$OUT/home is no data directory, and has other things in it: nothing was changed"* ]] ||
	    fail "$output"
	assert_equal "$(ls -A "$OUT") $(<"$OUT/home/letter")" 'home mine'
	run -1 restore_at / "$OLD"
	# An empty one, or what is left of a data directory, is one.
	rm -r "$OUT/home"
	mkdir "$OUT/home"
	run -0 restore_at "$OUT/home" "$OLD"
	rm -r "$OUT/home/latchkey.conf" "$OUT/home/keys" "$OUT/home/secret.key"
	run -0 restore_at "$OUT/home" "$OLD"
}

@test "restore: of two at once one is refused" {
	mkdir "$DATA.restoring"
	touch "$DATA.restoring/of-the-other"
	exec 5<"$DATA.restoring"
	flock 5
	run -1 latchkey restore "$OLD"
	[[ $output = *'another restore goes on'* ]] || fail "$output"
	exec 5<&-
	# The other one's files stay.
	[[ -e $DATA.restoring/of-the-other ]]
	exec 5<"$DATA"
	flock 5
	run -1 latchkey restore "$OLD"
	[[ $output = *'another restore goes on'* ]] || fail "$output"
	exec 5<&-
	# One that was killed has left something: it is no obstacle.
	mkdir -p "$DATA.restoring/store/x"
	touch "$DATA.restoring/store/x/y"
	run -0 latchkey restore "$OLD"
	[[ ! -e $DATA.restoring ]]
}

@test "restore: what is cut, damaged, newer or strange is refused in one line, and leaves nothing" {
	mkdir "$BATS_TEST_TMPDIR/scratch"
	run -0 /usr/bin/python3 "$root/tests/archives.py" "$OLD" \
	    "$(programs)/bin/latchkey" "$BATS_TEST_TMPDIR/scratch"
	[[ $output = *' archives refused' ]] || fail "$output"
	run -1 latchkey restore "$OUT/none.tar"
	run -1 latchkey restore "$OUT"
	run -2 on_terminal -- "$(programs)/bin/latchkey" -d "$DATA" restore -
}

# in_small_place SIZE COMMAND: $DATA is on a file system of that size, in a mount
# namespace of its own.
in_small_place() {
	unshare $([[ $(id -u) = 0 ]] || echo --map-root-user) -m bash -eu -c '
		mount -t tmpfs -o size="$1",mode=700 none "$2"
		cp -a "$3" "$2/data"
		"$4" -d "$2/data" restore "$5" && exit 9
		ls "$2"
		"$4" -d "$2/data" user list
		mount -o remount,size=64m "$2"
		"$4" -d "$2/data" restore "$5"' - \
	    "$1" "$OUT" "$DATA" "$(programs)/bin/latchkey" "$OLD"
}

@test "restore: a disk that fills up in the middle leaves all as it was, and a second run works" {
	local size
	# In what is unpacked, and in what is written to it afterwards.
	for size in 190k 220k 250k; do
		run in_small_place "$size"
		[[ $status = 0 && $output = *'no room'*$'\ndata\n'*alice*'is restored'* ]] ||
		    fail "$size: $status $output"
	done
}

@test "restore: a file system of its own is refused, with what to do" {
	run -1 unshare $([[ $(id -u) = 0 ]] || echo --map-root-user) -m bash -c '
		mount -t tmpfs -o mode=700 none "$1"
		"$2" -d "$1" restore "$3"' - "$OUT" "$(programs)/bin/latchkey" "$OLD"
	[[ $output = *'is a file system of its own'* ]] || fail "$output"
}

@test "restore: killed at any moment, the directory is the old one or the new one, and a second run works" {
	local turn
	latchkey backup "$OUT/a.tar"
	add_user carol
	for ((turn = 0; turn < ${LATCHKEY_KILLS:-200} / 20; turn++)); do
		"$(programs)/bin/latchkey" -d "$DATA" restore "$OUT/a.tar" \
		    >/dev/null 2>&1 &
		sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
		kill -9 $! 2>/dev/null || :
		wait $! 2>/dev/null || :
		run -0 latchkey check --offline
		run -0 latchkey user show alice
	done
	run -0 latchkey restore "$OUT/a.tar"
	[[ ! -e $DATA.restoring ]]
	run -0 latchkey user show alice
	assert_whole
}

@test "restore: a second machine that takes a backup each minute can step in" {
	local standby=$BATS_TEST_TMPDIR/standby tokens guest
	for guest in 1 2 3; do
		add_user "guest$guest"
		latchkey backup - | restore_at "$standby" -
		travel 60
	done
	tokens=$(get_tokens alice app scope='openid offline_access')
	# The first machine is gone, with what the last minute brought.
	rm -rf "$DATA"
	DATA=$standby
	assert_whole
	run -0 latchkey user show guest3
	refresh "$(field refresh_token <<<"$tokens")"
	assert_field error_description restored
	tokens=$(get_tokens alice app scope='openid offline_access')
	refresh "$(field refresh_token <<<"$tokens")"
	assert_status 200
	# And back: what the second one knows goes to the first.
	latchkey backup - | restore_at "$BATS_TEST_TMPDIR/data" -
	DATA=$BATS_TEST_TMPDIR/data
	run -0 latchkey user show guest3
}
