# What `latchkey check` tells of a PostgreSQL that keeps the store.

load helper
load pgsql
unset LATCHKEY_TEST_PGSQL # servers of its own
USE_TEST_CLOCK=1
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

setup_file() {
	export PG=$BATS_RUN_TMPDIR/check$$
	mkdir -m 777 "$PG"
	chmod a+x "$BATS_RUN_TMPDIR"
	start_pgsql "$PG" -c fsync=on
	sql "$PG" postgres 'create role keeper login'
	sql "$PG" postgres 'create database one owner keeper'
	place_store
	export ISSUER=https://id.example.org
	latchkey init "$ISSUER" --alg EdDSA --store "postgresql:host=$PG user=keeper dbname=one"
	save_store
}

setup() {
	fresh_store
}

# Settings of the server are each test's own.
teardown() {
	stop_pgsql "$PG"
	: >"$PG/data/postgresql.auto.conf"
	start_pgsql "$PG" -c fsync=on
}

teardown_file() {
	stop_pgsql "$PG" immediate
}

# server_with SETTING...: the server has these now.
server_with() {
	local setting
	stop_pgsql "$PG"
	for setting; do
		echo "$setting" >>"$PG/data/postgresql.auto.conf"
	done
	start_pgsql "$PG" -c fsync=on
}

# finding LEVEL PATTERN: check has one of this level.
finding() {
	latchkey check --offline --json >"$BATS_TEST_TMPDIR/check" || :
	jq -e --arg level "$1" --arg what "$2" '.findings | any(.level == $level
	    and (.what | test($what)) and ($level == "ok" or .do != ""))' \
	    "$BATS_TEST_TMPDIR/check" || fail "$(jq -r '.findings[] |
	    .level + " " + .what' "$BATS_TEST_TMPDIR/check")"
}

@test "check: a database that is as it should be" {
	finding ok '^the database at .*: PostgreSQL [0-9.]+.*, by a socket of this host$'
	finding ok '^the clock is the database.s$'
	finding ok '^connections: [0-9]+ for all hosts, of which the programs of each take up to [0-9]+$'
	finding note '^what is acknowledged is on the disk of one database server$'
	run -0 latchkey check --offline
}

@test "check: a clock that is off the database's" {
	travel 10
	finding warning '^the clock is (9|10|11) seconds ahead of the database.s$'
	travel -20
	finding warning '^the clock is (9|10|11) seconds behind the database.s$'
	travel 310
	finding error '^the clock is (299|300|301) seconds ahead of the database.s$'
}

@test "check: a server that loses what it acknowledged" {
	server_with 'full_page_writes = off'
	finding error '^full_page_writes of the database is off$'
	stop_pgsql "$PG"
	start_pgsql "$PG"
	finding error '^fsync of the database is off$'
}

@test "check: what the server does by default is not what latchkey's connections do" {
	server_with 'synchronous_commit = off'
	finding ok '^the database at '
	run -0 latchkey check --offline
	[[ $output != *synchronous_commit* ]]
	# The server has it off, and latchkey's own connection has it on.
	[[ $(sql "$PG" one 'show synchronous_commit') = off ]]
}

@test "check: fewer connections than the programs may need" {
	server_with 'max_connections = 20'
	finding warning '^connections: 17 for all hosts'
	sql "$PG" postgres 'alter role keeper connection limit 9'
	finding warning '^connections: 9 for all hosts'
	sql "$PG" postgres 'alter role keeper connection limit -1'
	sql "$PG" postgres 'alter database one connection limit 8'
	finding warning '^connections: 8 for all hosts'
	sql "$PG" postgres 'alter database one connection limit -1'
}

@test "check: standbys that have what is acknowledged" {
	server_with "synchronous_standby_names = '*'" 'synchronous_commit = local'
	# No standby is there: a commit would wait for it, a look does not.
	finding ok '^what is acknowledged is on the disk of standbys, too: synchronous_standby_names = '
}

@test "check: a server that takes no changes, or is away" {
	server_with 'default_transaction_read_only = on'
	finding error 'read-only; let it take changes|read-only'
	stop_pgsql "$PG"
	finding error 'No such file or directory; see that the server runs'
}
