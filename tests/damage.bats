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
	[[ $output = *'data.mdb is cut short; stop the programs and restore the store from a backup (README, "Restoring")'* ]]
	run -1 latchkey user list
	[[ ${#lines[@]} = 1 && $output = *'data.mdb is cut short'* ]]
	: >"$STORE"
	run -1 latchkey check --offline
	[[ $output = *'data.mdb is cut short'* ]]
	[[ ! -s $STORE ]]
	grep -q '\*\*Restoring\*\*' "$root/README.md"
}

@test "damage: with a data.mdb that was cut, programs answer 503 and log the file, under CGI too" {
	cut_store
	refresh x
	unavailable
	assert_logged '^latchkey token: cannot start reason=truncated .*data\.mdb is cut short'
	: >"$SERVER_LOG"
	start_server
	refresh x
	unavailable
	wait_for assert_logged 'cannot start reason=truncated .*data\.mdb is cut short'
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
	wait_for assert_logged '^latchkey token: server_error cause=truncated'
	assert_equal "$(serving token)" "$process"
	cat "$BATS_TEST_TMPDIR/whole" >"$STORE"
	refresh "$token"
	assert_status 200
	refute_logged 'SIGBUS|ended'
}
