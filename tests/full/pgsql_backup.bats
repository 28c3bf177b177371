# Backup, restore and move of a store that is in PostgreSQL, and the hosts that
# share one.

load ../helper
load ../pgsql

setup_file() {
	PG=$BATS_FILE_TMPDIR/pg
	export PG
	start_pgsql "$PG" -c fsync=on
}

teardown_file() {
	stop_pgsql "$PG" immediate
}

setup() {
	export USE_TEST_CLOCK=1
	place_store
	PORT=$(free_port)
	ISSUER=http://127.0.0.1:$PORT
	export PORT ISSUER
	DB=t$BATS_TEST_NUMBER
	WHERE="postgresql:$(pgsql_where "$PG" "$DB")"
	sql "$PG" postgres "create database $DB"
}

teardown() {
	stop_all
}

# found STORE: a data directory with people, an app and its tokens in that store.
found() {
	latchkey init "$ISSUER" --alg EdDSA --store "$1" >/dev/null
	set_conf argon2_memlimit 8
	set_conf argon2_opslimit 1
	add_user alice --group family
	add_user bob
	add_client app --trusted --scope openid --scope profile \
	    --scope offline_access
}

# restore_at DIRECTORY ARGUMENT...
restore_at() {
	"$(programs)/bin/latchkey" -d "$1" restore "${@:2}"
}

# exported FILE: all that an export has, but not when it was made.
exported() {
	latchkey export "$1" --secrets >/dev/null 2>&1
	sed -i 's/"exported_at":[0-9]*,//' "$1"
}

# tables: of ours, in the database.
tables() {
	sql "$PG" "$DB" "select string_agg(tablename, ' ' order by tablename)
	    from pg_tables where tablename like 'latchkey%'"
}

assert_sound() {
	run latchkey check --offline
	[[ $output = *' 0 errors'* || $output = *$'\n0 errors'* ]] || fail "$output"
}

assert_signs_in() {
	local tokens
	tokens=$(get_tokens alice app scope='openid profile offline_access')
	[[ -n $(field access_token <<<"$tokens") ]] || fail "$tokens"
	refresh "$(field refresh_token <<<"$tokens")" >/dev/null
	assert_status 200
}

all_tables='latchkey_about latchkey_batches latchkey_rows'

@test "backup: of a store in PostgreSQL is the same archive, and is restored to LMDB with all there was" {
	local out=$BATS_TEST_TMPDIR/a.tar tokens
	found "$WHERE"
	tokens=$(get_tokens alice app scope='openid profile offline_access')
	exported "$BATS_TEST_TMPDIR/before"
	run -0 latchkey backup "$out"
	[[ $output = *"backup of $ISSUER"* ]] || fail "$output"
	assert_equal "$(stat -c %a "$out")" 600
	tar -tf "$out" | grep -qx store/data.mdb
	assert_equal "$(find "$DATA" "$BATS_TEST_TMPDIR" -name 'backup-store*' -o -name '*.part')" ''
	run -0 latchkey check --offline
	[[ $output = *'the last backup was made'* ]] || fail "$output"

	DATA=$BATS_TEST_TMPDIR/new
	run -0 restore_at "$DATA" "$out" --store lmdb
	grep -qx 'store = lmdb' "$DATA/latchkey.conf"
	exported "$BATS_TEST_TMPDIR/after"
	cmp "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
	assert_sound
	assert_signs_in
	refresh "$(field refresh_token <<<"$tokens")"
	assert_refused 400 invalid_grant
	assert_logged restored
}

@test "restore: a backup of LMDB goes into an empty database, and the programs run on it" {
	local out=$BATS_TEST_TMPDIR/a.tar tokens
	found lmdb
	tokens=$(get_tokens alice app scope='openid profile offline_access')
	exported "$BATS_TEST_TMPDIR/before"
	latchkey backup "$out" 2>/dev/null
	DATA=$BATS_TEST_TMPDIR/new
	run -0 restore_at "$DATA" "$out" --store "$WHERE"
	assert_equal "$(ls "$DATA/store" | grep -v lock)" ''
	grep -qxF "store = $WHERE" "$DATA/latchkey.conf"
	exported "$BATS_TEST_TMPDIR/after"
	cmp "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
	assert_equal "$(tables)" "$all_tables"
	assert_sound
	assert_signs_in
	refresh "$(field refresh_token <<<"$tokens")"
	assert_refused 400 invalid_grant
	assert_logged restored
}

@test "restore: a store in the database is replaced only if that is said, and no one uses it" {
	local out=$BATS_TEST_TMPDIR/a.tar session
	found "$WHERE"
	latchkey backup "$out" 2>/dev/null
	add_user carol
	run -1 latchkey restore "$out"
	[[ $output = *"the database has a store already, of $ISSUER; nothing was changed"*--replace* ]] ||
	    fail "$output"
	# A program of some host.
	"$(pgsql_bin)/psql" -X -q "$(pgsql_where "$PG" "$DB")" \
	    -c 'select pg_sleep(60)' >/dev/null 3>&- &
	session=$!
	wait_for_session
	run -1 latchkey restore "$out" --replace
	[[ $output = *'the database is in use'*'stop the programs of all hosts first'* ]] ||
	    fail "$output"
	kill "$session"
	sql "$PG" postgres "select pg_terminate_backend(pid) from pg_stat_activity
	    where datname = '$DB'" >/dev/null
	run -0 latchkey user show carol
	[[ ! -e $DATA.before-restore && ! -e $DATA.restoring ]]

	run -0 latchkey restore "$out" --replace
	[[ $output = *"$DATA.before-restore"*before_restore* ]] || fail "$output"
	run -1 latchkey user show carol
	run -0 latchkey user show bob
	assert_sound
	assert_signs_in
	run -0 latchkey audit --json
	assert_equal "$(jq -r 'map(select(.event == "restored")) | length' <<<"$output")" 1
	[[ $(tables) = *latchkey_rows_before_restore* ]] || fail "$(tables)"
	# Again; the tables from before are those of the last one.
	run -0 latchkey restore "$out" --replace
	run -0 latchkey user show bob
	# Another provider's takes that one's place only if that is said, too.
	DATA=$BATS_TEST_TMPDIR/other
	latchkey init https://other.example.org --alg EdDSA >/dev/null
	latchkey backup "$BATS_TEST_TMPDIR/other.tar" 2>/dev/null
	run -1 latchkey restore "$BATS_TEST_TMPDIR/other.tar" --store "$WHERE" --replace
	[[ $output = *"is of https://other.example.org, but the store in the database is of $ISSUER"* ]] ||
	    fail "$output"
	run -2 latchkey restore "$BATS_TEST_TMPDIR/other.tar" --store 'postgresql:x'
}

wait_for_session() {
	wait_for is_there
}

is_there() {
	[[ $(sql "$PG" postgres "select count(*) from pg_stat_activity
	    where datname = '$DB' and state = 'active'") = 1 ]]
}

@test "restore: programs that run when the database is restored notice, and serve what is there then" {
	local out=$BATS_TEST_TMPDIR/a.tar tokens
	found "$WHERE"
	latchkey backup "$out" 2>/dev/null
	start_server
	tokens=$(get_tokens alice app scope='openid profile offline_access')
	run -1 latchkey restore "$out" --replace
	[[ $output = *'in use'* ]] || fail "$output"
	stop_server
	run -0 latchkey restore "$out" --replace
	start_server
	assert_signs_in
	refresh "$(field refresh_token <<<"$tokens")"
	assert_refused 400 invalid_grant
}

@test "backup: with --to and --keep, to standard output and without keys, as on LMDB" {
	local i
	found "$WHERE"
	mkdir "$BATS_TEST_TMPDIR/to"
	for i in 1 2 3; do
		latchkey backup --to "$BATS_TEST_TMPDIR/to" --keep 2 >/dev/null
		travel 60
	done
	assert_equal "$(find "$BATS_TEST_TMPDIR/to" -type f | wc -l)" 2
	latchkey backup - >"$BATS_TEST_TMPDIR/out.tar"
	tar -tf "$BATS_TEST_TMPDIR/out.tar" | grep -qx secret.key
	latchkey backup "$BATS_TEST_TMPDIR/b.tar" --without-keys >/dev/null
	! tar -tf "$BATS_TEST_TMPDIR/b.tar" | grep -q key
	# Those of the directory are taken.
	run -0 latchkey restore "$BATS_TEST_TMPDIR/b.tar" --replace
	assert_signs_in
}

@test "backup: while others write, each is of one moment" {
	local i writer out=$BATS_TEST_TMPDIR/a.tar tokens token
	found "$WHERE"
	tokens=$(get_tokens alice app scope='openid profile offline_access')
	token=$(field refresh_token <<<"$tokens")
	(
		for ((i = 0; ; i++)); do
			"$(programs)/bin/latchkey" -d "$DATA" user add "w$i" --no-password
			"$(programs)/bin/latchkey" -d "$DATA" user rename "w$i" "v$i"
		done
	) >/dev/null 2>&1 3>&- &
	writer=$!
	for i in 1 2 3; do
		latchkey backup "$out" 2>/dev/null
		# It checks each record, and each index against them.
		run -0 restore_at "$BATS_TEST_TMPDIR/new" "$out" --store lmdb
	done
	kill "$writer"
	wait "$writer" || :
	refresh "$token" >/dev/null
	assert_status 200
	run -0 "$(programs)/bin/latchkey" -d "$BATS_TEST_TMPDIR/new" user list
	[[ $output = *alice* ]]
}

# left: what a backup that is over must not have left.
left() {
	find "$DATA" "$BATS_TEST_TMPDIR/to" -name 'backup-store*' -o -name '*.part'
}

@test "backup: one that fails or is killed leaves nothing that stays" {
	local i
	found "$WHERE"
	mkdir "$BATS_TEST_TMPDIR/to"
	# The database goes away: in the middle, or before.
	for i in 1 2 3 4 5; do
		"$(programs)/bin/latchkey" -d "$DATA" backup "$BATS_TEST_TMPDIR/to/a.tar" \
		    >/dev/null 2>&1 3>&- &
		sleep "0.0$((i * 2))"
		stop_pgsql "$PG" immediate
		wait "$!" || [[ ! -e $BATS_TEST_TMPDIR/to/a.tar ]]
		assert_equal "$(left)" ''
		rm -f "$BATS_TEST_TMPDIR/to/a.tar"
		start_pgsql "$PG" -c fsync=on
	done
	for i in 1 2 3 4 5; do
		"$(programs)/bin/latchkey" -d "$DATA" backup "$BATS_TEST_TMPDIR/to/a.tar" \
		    >/dev/null 2>&1 3>&- &
		sleep "0.0$((i * 2))"
		kill -KILL "$!" 2>/dev/null || :
		wait "$!" || :
	done
	run -0 latchkey backup "$BATS_TEST_TMPDIR/to/a.tar"
	assert_equal "$(left)" ''
	run -0 restore_at "$BATS_TEST_TMPDIR/new" "$BATS_TEST_TMPDIR/to/a.tar" --store lmdb
}

@test "restore: killed at any moment, the database is the one or the other, and whole" {
	local i out=$BATS_TEST_TMPDIR/a.tar
	found "$WHERE"
	for i in 1 2 3 4 5 6 7 8; do
		add_user "p$i"
	done
	latchkey backup "$out" 2>/dev/null
	latchkey user add carol --no-password >/dev/null
	for i in 1 2 3 4 5 6 7 8 9; do
		"$(programs)/bin/latchkey" -d "$DATA" restore "$out" --replace \
		    >/dev/null 2>&1 3>&- &
		sleep "0.$((i * 4 / 10))$((i * 4 % 10))"
		kill -KILL "$!" 2>/dev/null || :
		wait "$!" || :
		assert_sound
		run -0 latchkey user show p8
	done
	run -0 latchkey restore "$out" --replace
	run -0 latchkey user show p8
	run -1 latchkey user show carol
	assert_sound
	[[ ! -e $DATA.restoring ]]
}

# moved_there_and_back N: from LMDB to PostgreSQL and back, with N families.
moved_there_and_back() {
	local tokens
	found lmdb
	mapfile -t tokens < <("$LATCHKEY_BUILD/tests/bench/seed" "$DATA" families \
	    "$1" app - 'openid profile offline_access' 8)
	assert_equal "${#tokens[@]}" 8
	exported "$BATS_TEST_TMPDIR/a"
	latchkey grant list --json >"$BATS_TEST_TMPDIR/a.grants"
	assert_equal "$(jq '.grants | length' "$BATS_TEST_TMPDIR/a.grants")" "$1"
	run -0 latchkey move-store "$WHERE"
	[[ $output = *'rows moved'* ]] || fail "$output"
	[[ -e $DATA/store/data.mdb.moved ]]
	exported "$BATS_TEST_TMPDIR/b"
	cmp "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
	latchkey grant list --json >"$BATS_TEST_TMPDIR/b.grants"
	cmp "$BATS_TEST_TMPDIR/a.grants" "$BATS_TEST_TMPDIR/b.grants"
	assert_sound
	CLIENT=app refresh "${tokens[0]}" >/dev/null
	assert_status 200
	CLIENT=app refresh "${tokens[7]}" >"$BATS_TEST_TMPDIR/refreshed"
	assert_status 200
	exported "$BATS_TEST_TMPDIR/b"
	latchkey grant list --json >"$BATS_TEST_TMPDIR/b.grants"
	run -0 latchkey move-store lmdb
	exported "$BATS_TEST_TMPDIR/c"
	cmp "$BATS_TEST_TMPDIR/b" "$BATS_TEST_TMPDIR/c"
	latchkey grant list --json >"$BATS_TEST_TMPDIR/c.grants"
	cmp "$BATS_TEST_TMPDIR/b.grants" "$BATS_TEST_TMPDIR/c.grants"
	assert_sound
	CLIENT=app refresh "$(field refresh_token <"$BATS_TEST_TMPDIR/refreshed")" >/dev/null
	assert_status 200
	CLIENT=app refresh "${tokens[3]}" >/dev/null
	assert_status 200
}

@test "move-store: from LMDB to PostgreSQL and back, all is the same and tokens go on" {
	moved_there_and_back "${LATCHKEY_TEST_FAMILIES:-5000}"
}

@test "export and import: from a store in PostgreSQL into one of LMDB, and back into another" {
	local first=$DATA
	found "$WHERE"
	exported "$BATS_TEST_TMPDIR/a"
	DATA=$BATS_TEST_TMPDIR/lmdb
	latchkey init "$ISSUER" --alg EdDSA >/dev/null
	"$(programs)/bin/latchkey" -d "$first" export "$BATS_TEST_TMPDIR/x" --secrets 2>/dev/null
	run -0 latchkey import "$BATS_TEST_TMPDIR/x"
	latchkey export "$BATS_TEST_TMPDIR/y" --secrets 2>/dev/null
	DATA=$BATS_TEST_TMPDIR/again
	sql "$PG" postgres "create database ${DB}b"
	latchkey init "$ISSUER" --alg EdDSA \
	    --store "postgresql:$(pgsql_where "$PG" "${DB}b")" >/dev/null
	run -0 latchkey import "$BATS_TEST_TMPDIR/y"
	set_conf argon2_memlimit 8
	set_conf argon2_opslimit 1
	exported "$BATS_TEST_TMPDIR/b"
	# The keys are others.
	cmp <(jq 'del(.keys)' "$BATS_TEST_TMPDIR/a") <(jq 'del(.keys)' "$BATS_TEST_TMPDIR/b")
	assert_signs_in
}

# --- several hosts ------------------------------------------------------------

# A second host: another data directory, with what is to be the same.
second_host() {
	ONE=$DATA
	TWO=$BATS_TEST_TMPDIR/two
	cp -a "$ONE" "$TWO"
}

# on DIRECTORY ARGUMENT...
on() {
	"$(programs)/bin/latchkey" -d "$1" "${@:2}"
}

next_key() {
	on "$ONE" key list --json | jq -r '.[] | select(.state == "next").kid'
}

active_key() {
	on "$ONE" key list --json | jq -r '.[] | select(.state == "active").kid'
}

# check_elsewhen HOST: nothing is wrong but the clock, which the test has moved and
# the database's has not.
check_elsewhen() {
	run -1 on "$1" check --offline
	[[ $(grep '^error' <<<"$output") = *'the clock'* ]] || fail "$output"
	assert_equal "$(grep -c '^error' <<<"$output")" 1
}

@test "hosts: a key becomes active only when every host has it; each says what to copy where" {
	local next active two
	found "$WHERE"
	second_host
	run -0 on "$TWO" check --offline
	two=$(hostname):$TWO
	assert_equal "$(on "$ONE" host list --json | jq length)" 2
	active=$(active_key)
	travel 90000
	# Both have the next one: it is active now, and a newer one waits.
	run -0 on "$ONE" key rotate
	[[ $output = *"MISSING ON"* ]] || fail "$output"
	[[ $(active_key) != "$active" ]]
	active=$(active_key)
	next=$(next_key)
	[[ ! -e $TWO/keys/$next.pem ]]
	run -1 on "$TWO" check --offline
	[[ $output = *"$next.pem"*'copy the file from another host'* ]] || fail "$output"
	check_elsewhen "$ONE"
	[[ $output = *"host $two does not have keys/$next.pem"*'copy the file there'* ]] ||
	    fail "$output"
	assert_equal "$(on "$ONE" key list --json |
	    jq -r --arg kid "$next" '.[] | select(.kid == $kid).missing_on[]')" "$two"
	assert_equal "$(on "$ONE" host list --json |
	    jq -r --arg host "$two" '.[] | select(.host == $host).missing_keys[]')" "$next"
	travel 90000
	# Not even at once: that host could not sign.
	run -1 on "$ONE" key rotate
	[[ $output = *"$two does not have the next key: copy keys/$next.pem there"* ]] ||
	    fail "$output"
	run -1 on "$ONE" key rotate --now
	assert_equal "$(active_key)" "$active"
	cp "$ONE/keys/$next.pem" "$TWO/keys/"
	check_elsewhen "$TWO"
	run -0 on "$ONE" key rotate
	assert_equal "$(active_key)" "$next"
	# What it signs, the other signs as well.
	DATA=$TWO
	assert_signs_in
}

@test "hosts: one that is gone is forgotten after two days, or when that is said" {
	local two
	found "$WHERE"
	second_host
	run -0 on "$TWO" check --offline
	two=$(hostname):$TWO
	travel 90000
	run -0 on "$ONE" key rotate
	travel 90000
	# A day and an hour later its row is still there.
	run -0 on "$TWO" user list
	travel 90000
	run -1 on "$ONE" key rotate
	check_elsewhen "$ONE"
	[[ $output = *"host $two does not have"* ]] || fail "$output"
	run -1 on "$ONE" host del "$two-x"
	run -0 on "$ONE" host del "$two"
	run -0 on "$ONE" key rotate
	run -0 on "$TWO" user list
	travel 172801
	run -0 on "$ONE" host list --json
	assert_equal "$(jq length <<<"$output")" 1
	run -0 on "$ONE" key rotate
}

@test "hosts: another secret.key is refused there, and shown everywhere" {
	local two
	found "$WHERE"
	second_host
	rm "$TWO/secret.key"
	on "$BATS_TEST_TMPDIR/x" init "$ISSUER" >/dev/null
	cp "$BATS_TEST_TMPDIR/x/secret.key" "$TWO/"
	two=$(hostname):$TWO
	DATA=$TWO
	request token POST /token "grant_type=client_credentials&client_id=app"
	assert_status 503
	assert_logged 'secret.key is not the one this store was made with'
	run -1 on "$TWO" check --offline
	[[ $output = *"host $two has another secret.key"*'copy secret.key there'* ]] ||
	    fail "$output"
	run -1 on "$ONE" check --offline
	[[ $output = *"host $two has another secret.key"* ]] || fail "$output"
	assert_equal "$(on "$ONE" host list --json |
	    jq -r --arg host "$two" '.[] | select(.host == $host).secret_key')" differs
	cp "$ONE/secret.key" "$TWO/"
	run -0 on "$TWO" check --offline
	assert_signs_in
}

@test "hosts: the first keys of an algorithm wait as well" {
	found "$WHERE"
	second_host
	run -0 on "$TWO" user list
	run -0 on "$ONE" client add slow --alg RS256 --redirect-uri "$CALLBACK" --public
	assert_equal "$(on "$ONE" key list --json |
	    jq -r '.[] | select(.alg == "RS256").state')" next
	run -1 on "$ONE" key rotate --alg RS256 --now
	cp -a "$ONE/keys/." "$TWO/keys/"
	run -0 on "$TWO" user list
	run -0 on "$ONE" key rotate --alg RS256 --now
	assert_equal "$(on "$ONE" key list --json |
	    jq -r '[.[] | select(.alg == "RS256").state] | sort | join(" ")')" 'active next'
}

@test "hosts: programs say once an hour what their host has; on LMDB nothing does" {
	found "$WHERE"
	assert_equal "$(latchkey host list --json | jq length)" 1
	on "$DATA" host del "$(hostname):$DATA" >/dev/null
	assert_signs_in
	assert_equal "$(sql "$PG" "$DB" "select count(*) from latchkey_rows
	    where tbl = $(hosts_table)")" 1
	DATA=$BATS_TEST_TMPDIR/lmdb
	latchkey init "$ISSUER" --alg EdDSA >/dev/null
	run -0 latchkey host list --json
	assert_equal "$output" '[]'
	run -0 latchkey key list
	[[ $output != *'MISSING ON'* ]]
}

# hosts_table: the number of the table.
hosts_table() {
	grep -oE '^	X\([A-Z_]+, "[a-z_]+"\)' "$root/lib/store/store.h" |
	    grep -n '"hosts"' | awk -F : '{ print $1 - 1 }'
}
