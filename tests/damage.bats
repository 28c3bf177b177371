# The store's files, damaged, cut or changed under programs that run: what is
# said, and by whom.

load helper

setup_file() {
	new_store
	add_user alice
	add_client app --trusted
	for i in {1..20}; do
		add_user "person$i" --name "$(printf 'x%.0s' {1..100})"
	done
	sign_in alice app
	save_store
}

setup() {
	needs_lmdb 'damages its files'
	fresh_store
	STORE=$DATA/store/data.mdb
}

teardown() {
	stop_server
}

teardown_file() {
	stop_all
}

# cut_store: half of it is gone.
cut_store() {
	cp "$STORE" "$BATS_TEST_TMPDIR/whole"
	truncate -s $(($(stat -c %s "$STORE") / 8192 * 4096)) "$STORE"
}

unavailable() {
	assert_status 503
	assert_header Retry-After '^[0-9]+$'
}

@test "damage: of a data.mdb that was cut, check says in one line what to do, and so does every command" {
	cut_store
	run -1 latchkey check --offline
	[[ $(grep -c '^error' <<<"$output") = 1 ]]
	[[ $output = *'data.mdb is cut short; stop the programs and restore the store from a backup (doc/operating.md, "Restore")'* ]]
	run -1 latchkey user list
	[[ ${#lines[@]} = 1 && $output = *'data.mdb is cut short'* ]]
	: >"$STORE"
	run -1 latchkey check --offline
	[[ $output = *'data.mdb is cut short'* ]]
	[[ ! -s $STORE ]]
	grep -q '^## Restore$' "$root/doc/operating.md"
}

@test "damage: with a data.mdb that was cut, programs answer 503 and log the file, under CGI too" {
	cut_store
	refresh x
	unavailable
	assert_logged '^latchkey token: cannot start reason=store_truncated .*data\.mdb is cut short'
	: >"$SERVER_LOG"
	start_server
	refresh x
	unavailable
	wait_for assert_logged 'cannot start reason=store_truncated .*data\.mdb is cut short'
}

@test "damage: data.mdb is cut while programs run: they answer 503, stay, and serve when it is whole again" {
	start_server
	token=$(get_tokens alice app | field refresh_token)
	process=$(serving token)
	cut_store
	refresh "$token"
	unavailable
	request - GET "$ISSUER/authorize?client_id=app"
	unavailable
	wait_for assert_logged '^latchkey token: store_truncated file=.*/data\.mdb'
	wait_for assert_logged '^latchkey token: server_error cause=store_truncated'
	assert_equal "$(serving token)" "$process"
	cat "$BATS_TEST_TMPDIR/whole" >"$STORE"
	refresh "$token"
	assert_status 200
	refute_logged 'SIGBUS|ended'
}

# --- files that are changed under programs ------------------------------------

# served_or_refused TOKEN: a refresh that either works or changes nothing.
served_or_refused() {
	refresh "$1"
	case $(http_status) in
	200) token=$(http_body | field refresh_token) ;;
	503) ;;
	*) fail "$(http_status) $(http_body)" ;;
	esac
}

# Each program looks at the directory once a second: these are for wait_for.
cannot_start() {	# PATTERN of the reason in the log
	served_or_refused "$token"
	[[ $(http_status) = 503 ]] && assert_logged "cannot start reason=$1"
}

has_token() {
	token=$(get_tokens alice app | field refresh_token)
	[[ -n $token ]]
}

family_is_unknown() {
	refresh "$token"
	[[ $(http_status) != 200 ]] || token=$(http_body | field refresh_token)
	[[ $(http_status) = 400 ]]
}

@test "damage: lock.mdb removed while programs run: no two writers, a line in the log, and nothing acknowledged is lost" {
	local i
	start_server
	token=$(get_tokens alice app | field refresh_token)
	process=$(serving token)
	for i in 1 2 3 4 5; do
		rm "$DATA/store/lock.mdb"
		# The command makes a lock.mdb of its own.
		add_user "new$i"
		served_or_refused "$token"
		served_or_refused "$token"
	done
	refresh "$token"
	assert_status 200
	assert_equal "$(serving token)" "$process"
	wait_for assert_logged '^latchkey token: store_replaced file=.*/lock\.mdb why='
	wait_for assert_logged '^latchkey token: store opened again'
	for i in 1 2 3 4 5; do
		latchkey user show "new$i" >/dev/null
	done
	refute_logged reused
}

@test "damage: data.mdb replaced by a backup while programs run: they serve from the backup, without a restart" {
	start_server
	mkdir "$BATS_TEST_TMPDIR/copy"
	mdb_copy "$DATA/store" "$BATS_TEST_TMPDIR/copy"
	chmod 600 "$BATS_TEST_TMPDIR/copy/data.mdb"
	token=$(get_tokens alice app | field refresh_token)
	mv "$BATS_TEST_TMPDIR/copy/data.mdb" "$STORE"
	# The family is not in this one.
	wait_for family_is_unknown
	assert_refused 400 invalid_grant
	wait_for assert_logged '^latchkey token: store_replaced file=.*/data\.mdb'
	# What is acknowledged now is there after a restart.
	wait_for has_token
	stop_server
	refresh "$token"
	assert_status 200
}

@test "damage: check names a process that has an old data.mdb or lock.mdb open" {
	local file pid
	for file in data lock; do
		coproc HOLDER { exec /usr/bin/python3 -B "$root/tests/hold_store.py" \
		    "$DATA/store" 3>&-; }
		pid=$HOLDER_PID # bash forgets it when that ends
		read -r held <&"${HOLDER[0]}"
		run -0 latchkey check --offline
		[[ $output != *'was replaced or removed'* ]]
		cp "$DATA/store/$file.mdb" "$DATA/store/new"
		mv "$DATA/store/new" "$DATA/store/$file.mdb"
		run latchkey check --offline
		[[ $output = *"process $pid (python3) has a file of the store open that was replaced or removed"* ]] ||
		    fail "$output"
		exec {HOLDER[1]}>&-
		wait "$pid"
	done
}

@test "damage: data.mdb moved away while programs run: 503 and the file's name, and they serve when it is back" {
	start_server
	token=$(get_tokens alice app | field refresh_token)
	mv "$STORE" "$BATS_TEST_TMPDIR/away"
	wait_for cannot_start 'not_found why=.*data\.mdb is missing'
	unavailable
	mv "$BATS_TEST_TMPDIR/away" "$STORE"
	refresh "$token"
	assert_status 200
}

@test "damage: a store of another directory moved in while programs run: 503, for secret.key is not its own" {
	start_server
	token=$(get_tokens alice app | field refresh_token)
	DATA=$BATS_TEST_TMPDIR/other latchkey init "$ISSUER" >/dev/null
	mv "$BATS_TEST_TMPDIR/other/store/data.mdb" "$STORE"
	wait_for cannot_start foreign
	unavailable
	refresh "$token"
	unavailable
}

@test "damage: lock.mdb overwritten while programs run: 503 and what to do; check says so, and after that they serve" {
	start_server
	token=$(get_tokens alice app | field refresh_token)
	request - GET "$ISSUER/jwks.json"
	head -c 8192 /dev/zero | dd of="$DATA/store/lock.mdb" conv=notrunc status=none
	refresh "$token"
	unavailable
	wait_for assert_logged '^latchkey token: store_lock_damaged file=.*/lock\.mdb why='
	run -1 latchkey check --offline
	[[ $output = *'lock.mdb is damaged'*'stop every program'* ]] || fail "$output"
	stop_server
	rm "$DATA/store/lock.mdb"
	start_server
	refresh "$token"
	assert_status 200
}

# waits_for_lock PROCESS: one of its threads waits for the lock in lock.mdb.
waits_for_lock() {
	local from to call address rest
	IFS=- read -r from to < <(sed -n 's/ .*lock\.mdb$//p' "/proc/$1/maps")
	while read -r call address rest; do
		[[ $call = [0-9]* ]] || continue
		((address >= 0x$from && address < 0x$to)) && return
	done < <(cat "/proc/$1/task/"*/syscall)
	return 1
}

@test "damage: lock.mdb overwritten under a writer that waits: the program ends on SIGTERM, with a line" {
	start_server
	token=$(get_tokens alice app | field refresh_token)
	process=$(serving token)
	coproc HOLDER { /usr/bin/python3 -B "$root/tests/hold_store.py" "$DATA/store" 3>&-; }
	read -r held <&"${HOLDER[0]}"
	assert_equal "$held" held
	(refresh "$token") >/dev/null 2>&1 3>&- &
	wait_for waits_for_lock "$process"
	head -c 8192 /dev/zero | dd of="$DATA/store/lock.mdb" conv=notrunc status=none
	exec {HOLDER[1]}>&-
	kill -TERM "$process"
	SECONDS=0
	wait_for is_gone "$process"
	((SECONDS <= 6))
	wait_for assert_logged '^latchkey token: requests under way given up'
}

# --- limits that are reached --------------------------------------------------

# descriptors PROCESS SPARE: it may open so many more files.
descriptors() {
	local limit=0 spare=$2
	while [[ -e /proc/$1/fd/$limit ]] || ((spare-- > 0)); do
		((++limit))
	done
	prlimit --pid "$1" --nofile="$limit":
}

@test "limits: without a descriptor left, a command and a program name the limit, and the file" {
	# One for the program's library, and for one file at a time.
	run -1 prlimit --nofile=4 "$(programs)/bin/latchkey" -d "$DATA" \
	    user list 3>&-
	[[ $output = *'the limit of open files is reached'* ]] || fail "$output"
	start_server
	refresh x
	process=$(serving token)
	SERVER_PID='' get_code alice app >"$BATS_TEST_TMPDIR/code"
	# One for the connection.
	descriptors "$process" 1
	redeem "$(<"$BATS_TEST_TMPDIR/code")"
	assert_status 503
	wait_for assert_logged '^latchkey token: signing_key_unusable file=.*\.pem reason=descriptor_limit why=".*limit of open files'
	wait_for assert_logged '^latchkey token: server_error cause=descriptor_limit'
}

@test "limits: without a descriptor for a connection, a program says so and takes it when there is one" {
	start_server
	refresh x
	process=$(serving token)
	descriptors "$process" 0
	(refresh x >"$BATS_TEST_TMPDIR/answer") 3>&- &
	wait_for assert_logged '^latchkey token: no connection accepted reason=descriptor_limit why=".*LimitNOFILE'
	descriptors "$process" 100
	wait $!
	grep -q invalid_grant "$BATS_TEST_TMPDIR/answer"
}

@test "limits: a file of slots/ that cannot be opened is named" {
	rm -rf "$DATA/slots"
	: >"$DATA/slots"
	run sign_in alice app prompt=login
	assert_logged '^latchkey authorize: slot_unusable file=.*/slots/[a-z0-9-]+ reason=not_found why="Not a directory"'
}
