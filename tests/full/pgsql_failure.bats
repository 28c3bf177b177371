# What latchkey says, and does, when its database is not as it should be: away,
# slow, full, of another schema, or not the one that was meant. Real programs
# behind a real web server, and a PostgreSQL of the tests' own.

load ../helper
load ../pgsql
unset LATCHKEY_TEST_PGSQL # servers of its own
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

setup_file() {
	export LATCHKEY_IDLE=600 # none ends by itself in the middle
	export PG=$BATS_RUN_TMPDIR/fail$$
	mkdir -m 777 "$PG"
	chmod a+x "$BATS_RUN_TMPDIR"
	start_pgsql "$PG"
	sql "$PG" postgres 'create role keeper login'
	sql "$PG" postgres 'create database seed owner keeper'
	place_store
	PORT=$(free_port)
	ISSUER=http://127.0.0.1:$PORT
	export PORT ISSUER
	latchkey init "$ISSUER" --alg EdDSA --store "postgresql:$(where seed)"
	set_conf argon2_memlimit 8
	set_conf argon2_opslimit 1
	add_user alice
	add_client app --trusted
	save_store
}

# As the database's owner, who is no superuser.
where() {
	echo "host=$PG user=keeper dbname=$1"
}

# Each test has a database of its own, and the server as it is by default.
setup() {
	sql "$PG" postgres 'select 1' >/dev/null 2>&1 || start_pgsql "$PG"
	DB=t$BATS_TEST_NUMBER
	sql "$PG" postgres "create database $DB template seed owner keeper"
	fresh_store
	set_conf store "postgresql:$(where "$DB")"
}

teardown() {
	stop_server
	let_go
	[[ ! -e $PG/two ]] || stop_pgsql "$PG/two" immediate
}

teardown_file() {
	stop_all
	stop_pgsql "$PG" immediate
}

# Each process of the server, the first of them last.
of_server() {
	local first
	first=$(head -n 1 "$PG/data/postmaster.pid") || return 0
	pgrep -P "$first"
	echo "$first"
}

hold_still() {
	# shellcheck disable=SC2046 # numbers
	kill -STOP $(of_server | tac)
}

let_go() {
	local pid
	for pid in $(of_server 2>/dev/null); do
		kill -CONT "$pid" 2>/dev/null || :
	done
}

# end_connections: those of $DB, as if the server had been away for a moment.
end_connections() {
	sql "$PG" postgres "select pg_terminate_backend(pid) from pg_stat_activity
	    where datname = '$DB'" >/dev/null
}

# The programs serve, and one family is there.
begin_service() {
	start_server
	TOKEN=$(get_tokens alice app | field refresh_token)
	[[ -n $TOKEN ]]
	rotate
	BEFORE="$(serving token) $(serving authorize)"
	: >"$SERVER_LOG"
}

rotate() {
	local answer
	answer=$(refresh "$TOKEN" | field refresh_token)
	[[ -n $answer ]] || return
	TOKEN=$answer
}

# assert_out: clients and people are told to come again, each time, and soon.
assert_out() {
	local began
	for _ in 1 2; do
		began=$SECONDS
		refresh "$TOKEN"
		assert_status 503
		assert_header Retry-After '^[0-9]+$'
		assert_header Content-Type '^application/json'
		assert_error temporarily_unavailable
		open_page out "$(authorize_url app)"
		assert_status 503
		assert_header Retry-After '^[0-9]+$'
		assert_header Content-Type '^text/html'
		assert_page '<h1'
		((SECONDS - began <= 60)) || fail "it took $((SECONDS - began)) s"
	done
}

faults_of() {
	grep -E "^latchkey $1: (store_failed|cannot start) " "$SERVER_LOG"
}

# assert_told PATTERN [TIMES]: each program that was asked has one line, which
# names the host and the cause.
assert_told() {
	local program
	for program in token authorize; do
		assert_equal "$(faults_of "$program" | grep -c .)" "${2:-1}" ||
		    fail "$(<"$SERVER_LOG")"
		faults_of "$program" | tail -n 1 | grep -F "$PG" | grep -Eq -- "$1" ||
		    fail "no cause like: $1" "$(<"$SERVER_LOG")"
	done
}

opens_page() {
	open_page back "$(authorize_url app)"
	assert_status 200
}

# Service returned, by the processes that were there: each asks again half a second
# after it was refused.
assert_back() {
	wait_for rotate
	wait_for opens_page
	assert_equal "$(serving token) $(serving authorize)" "$BEFORE"
}

assert_output() {
	grep -Eq -- "$1" <<<"$output" || fail "does not say: $1" "$output"
}

# --- failures, and service after them ------------------------------------------

@test "database away: 503 for clients and people, one line, and service returns by itself; away again is told again" {
	begin_service
	stop_pgsql "$PG" fast
	assert_out
	assert_told 'No such file or directory|terminating connection'
	start_pgsql "$PG"
	assert_back
	assert_logged 'token: store works again host='
	stop_pgsql "$PG" immediate
	assert_out
	assert_told 'No such file or directory|connection' 2
	start_pgsql "$PG"
	assert_back
}

@test "database away when the programs start: one line, which says where and why, and service begins by itself" {
	stop_pgsql "$PG" fast
	start_server
	: >"$SERVER_LOG"
	TOKEN=x
	assert_out
	assert_told 'cannot start reason=store_unavailable .*No such file or directory'
	start_pgsql "$PG"
	TOKEN=$(get_tokens alice app | field refresh_token)
	rotate
}

@test "database that says nothing: answers come in bounded time, and service returns by itself" {
	begin_service
	hold_still
	assert_out
	assert_told 'no answer in time|timeout expired'
	let_go
	assert_back
}

@test "database that is slow: what waits too long for a lock of another is refused, and service returns by itself" {
	begin_service
	sql "$PG" "$DB" 'begin; lock table latchkey_rows in access exclusive mode;
	    select pg_sleep(600)' 3>&- &
	wait_for locked
	assert_out
	assert_told 'lock timeout'
	sql "$PG" postgres "select pg_terminate_backend(pid) from pg_stat_activity
	    where query like '%pg_sleep(600)%' and pid <> pg_backend_pid()" >/dev/null
	assert_back
}

locked() {
	[[ $(sql "$PG" "$DB" "select count(*) from pg_locks
	    where mode = 'AccessExclusiveLock' and granted
	    and relation = 'latchkey_rows'::regclass") = 1 ]]
}

@test "database that takes no changes: refused, and service returns by itself" {
	begin_service
	sql "$PG" "$DB" "alter database $DB set default_transaction_read_only = on"
	end_connections
	assert_out
	assert_told 'read-only'
	sql "$PG" postgres "alter database $DB reset default_transaction_read_only"
	assert_back
}

@test "database without connections left: refused, and service returns by itself" {
	begin_service
	sql "$PG" postgres 'alter role keeper connection limit 0'
	end_connections
	assert_out
	assert_told 'too many connections'
	sql "$PG" postgres 'alter role keeper connection limit -1'
	assert_back
}

@test "database that fails over: the standby refuses until it is promoted, then has what was acknowledged" {
	(as_nobody "$(pgsql_bin)/pg_basebackup" -h "$PG" -U latchkey -D "$PG/two/data" \
	    -R -c fast --no-sync) 3>&-
	start_pgsql "$PG/two"
	sql "$PG" postgres "alter system set synchronous_standby_names = '*'"
	sql "$PG" postgres "alter system set synchronous_commit = remote_apply"
	sql "$PG" postgres 'select pg_reload_conf()' >/dev/null
	set_conf store "postgresql:host=$PG,$PG/two user=keeper dbname=$DB"
	begin_service
	stop_pgsql "$PG" immediate
	assert_out
	assert_told 'read-only'
	(as_nobody "$(pgsql_bin)/pg_ctl" promote -w -s -D "$PG/two/data") 3>&-
	sql "$PG/two" "$DB" "alter system reset synchronous_standby_names"
	sql "$PG/two" "$DB" "select pg_reload_conf()" >/dev/null
	assert_back
	stop_pgsql "$PG/two" immediate
	rm -r "$PG/two" "$PG/data/postgresql.auto.conf"
	: >"$PG/data/postgresql.auto.conf"
	chmod 666 "$PG/data/postgresql.auto.conf"
	start_pgsql "$PG"
}

@test "database whose disk is full: nothing is half done, the line says so, and service returns by itself" {
	begin_service
	sql "$PG" "$DB" "create function full_disk() returns trigger language plpgsql as
	    \$\$ begin raise exception 'no space left on device' using errcode = '53100'; end \$\$;
	    create trigger full_disk before insert or update on latchkey_rows
	    for each row execute function full_disk()"
	refresh "$TOKEN"
	assert_status 500
	assert_equal "$(faults_of token | grep -c 'reason=no_space .*no space left')" 1
	sql "$PG" "$DB" 'drop trigger full_disk on latchkey_rows'
	rotate
}

@test "database of a newer or an older latchkey, under running programs: refused with a line that says so" {
	local times=0
	begin_service
	for version in 2 0; do
		sql "$PG" "$DB" "update latchkey_about set version = $version"
		end_connections
		assert_out
		case $version in
		2) assert_told 'newer latchkey: upgrade this one' $((++times)) ;;
		0) assert_told 'older latchkey: restore a backup' $((++times)) ;;
		esac
		sql "$PG" "$DB" 'update latchkey_about set version = 1'
		assert_back
	done
}

@test "database without rights: refused with a line that says so, and service returns by itself" {
	begin_service
	sql "$PG" "$DB" 'revoke all on latchkey_rows from keeper'
	assert_out
	assert_told 'permission denied for table latchkey_rows'
	sql "$PG" "$DB" 'grant all on latchkey_rows to keeper'
	assert_back
}

# --- what is wrong from the start ------------------------------------------------

# refuses STORE PATTERN: `init` says so in one line and makes nothing; `check` and
# `user list` of a directory that names it say it, too, and change nothing.
refuses() {
	local new=$BATS_TEST_TMPDIR/new
	DATA=$new run -1 --separate-stderr latchkey init "$ISSUER" --alg EdDSA \
	    --store "postgresql:$1"
	says_one_line "$stderr" "$2"
	[[ ! -e $new && -z $output ]]
	set_conf store "postgresql:$1"
	run -1 --separate-stderr latchkey user list
	says_one_line "$stderr" "${3:-$2}"
	run -1 --separate-stderr latchkey check --offline
	[[ -z $stderr ]] || fail "$stderr"
	grep -E "^error .*(${3:-$2})" <<<"$output" || fail "$output"
}

says_one_line() {
	[[ $(wc -l <<<"$1") = 1 && $1 = 'latchkey: '* ]] || fail "not one line: $1"
	grep -Eq -- "$2" <<<"$1" || fail "not like $2: $1"
}

@test "connection string that is wrong in some part: one line says which, and what to do" {
	sql "$PG" postgres 'create role other login'
	refuses "host=$PG user=keeper dbname=$DB colour=red" 'connection option "colour"'
	refuses "host=$PG user=keeper dbname=$DB port=many" 'integer value "many" for connection option "port"'
	refuses "host=$PG user=keeper dbname=$DB port=9" '\.s\.PGSQL\.9" failed.*see that the server runs'
	refuses "host=$PG/none user=keeper dbname=$DB" 'none/\.s\.PGSQL\.5432" failed.*see that the server runs'
	refuses "host=127.0.0.1 port=$(free_port) user=keeper dbname=$DB" 'refused.*see that the server runs'
	refuses "host=db.invalid sslmode=verify-full user=keeper dbname=$DB" 'host name "db.invalid"'
	refuses "host=db.invalid user=keeper dbname=$DB" 'certificate is not verified; set sslmode=verify-full'
	refuses "host=db.invalid sslmode=require user=keeper dbname=$DB" 'certificate is not verified; set sslmode=verify-full'
	refuses "host=$PG user=keeper dbname=none" 'database "none" does not exist; make the database first'
	refuses "host=$PG user=nobody dbname=$DB" 'role "nobody" does not exist; see the user.s name'
	refuses "service=none" 'service "none" not found'
	refuses "host=$PG user=other dbname=$DB" 'permission denied.*the owner'
	sql "$PG" "$DB" 'select 1 from latchkey_about where version = 1' | grep -q 1
}

@test "password: none, a wrong one, and a file that others can read" {
	local pass=$BATS_TEST_TMPDIR/pass
	sql "$PG" postgres "create role secretive login password 'right'"
	cp -p "$PG/data/pg_hba.conf" "$BATS_TEST_TMPDIR/hba"
	sed -i '1i local all secretive scram-sha-256' "$PG/data/pg_hba.conf"
	sql "$PG" postgres 'select pg_reload_conf()' >/dev/null
	refuses "host=$PG user=secretive dbname=$DB passfile=$pass" 'no password supplied; write HOST:PORT'
	echo '*:*:*:*:wrong' >"$pass"
	chmod 600 "$pass"
	refuses "host=$PG user=secretive dbname=$DB passfile=$pass" 'authentication failed.*; see the user.s name, its password'
	chmod 640 "$pass"
	refuses "host=$PG user=secretive dbname=$DB passfile=$pass" 'others can read the password file .*chmod 600'
	chmod 600 "$pass"
	echo '*:*:*:*:right' >"$pass"
	refuses "host=$PG user=secretive dbname=$DB passfile=$pass" 'permission denied for table'
	cat "$BATS_TEST_TMPDIR/hba" >"$PG/data/pg_hba.conf"
	sql "$PG" postgres 'select pg_reload_conf()' >/dev/null
}

@test "database that is not ours, of a newer or older latchkey, or without rights: one line, and nothing is changed" {
	tables() { sql "$PG" other "select relname from pg_class where relnamespace = 'public'::regnamespace order by 1"; }
	sql "$PG" postgres 'create database other owner keeper'
	sql "$PG" other 'create table latchkey_about (x text)'
	refuses "$(where other)" 'column "version" does not exist; the tables are not'
	sql "$PG" other 'drop table latchkey_about; set role keeper; create table latchkey_rows (x text)'
	before=$(tables)
	refuses "$(where other)" '"latchkey_rows" already exists; the tables are not' 'there is no store in this database'
	assert_equal "$(tables)" "$before"
	sql "$PG" other 'drop table latchkey_rows; revoke create on schema public from pg_database_owner'
	refuses "$(where other)" 'permission denied for schema public' 'there is no store in this database'
	assert_equal "$(tables)" ''
	DATA=$BATS_TEST_TMPDIR/new run -1 --separate-stderr latchkey init "$ISSUER" \
	    --store "postgresql:$(where "$DB")"
	says_one_line "$stderr" 'the database has a store already'
	for version in '2 newer' '0 older' '-1 its.records.were.moved'; do
		sql "$PG" "$DB" "update latchkey_about set version = ${version% *}"
		refuses "$(where "$DB")" "${version#* }"
	done
	sql "$PG" "$DB" "update latchkey_about set version = 1;
	    alter table latchkey_rows rename value to content"
	set_conf store "postgresql:$(where "$DB")"
	run -1 --separate-stderr latchkey user list
	says_one_line "$stderr" 'column "value" does not exist; the tables are not'
}

@test "row that does not decode: the command says so, and check finds it" {
	sql "$PG" "$DB" "update latchkey_rows set value = substr(value, 1, 20)
	    where tbl = 1"
	run -1 latchkey user list
	assert_output 'does not decode|corrupt'
	run -1 latchkey check --offline
	assert_output 'does not decode'
}

@test "engine that is not installed, or cannot be loaded: one line names the package" {
	local bin=$BATS_TEST_TMPDIR/copy
	mkdir -p "$bin/lib/latchkey"
	cp -a "$LATCHKEY_BUILD/bin" "$bin"
	cp -a "$LATCHKEY_BUILD/lib/latchkey/liblatchkey.so" "$bin/lib/latchkey"
	run -1 --separate-stderr "$bin/bin/latchkey" -d "$DATA" user list
	says_one_line "$stderr" 'is not installed; install the package latchkey-pgsql$'
	sed 's/libpq\.so\.5/libpq.so.0/' "$LATCHKEY_BUILD/lib/latchkey/latchkey-pgsql.so" \
	    >"$bin/lib/latchkey/latchkey-pgsql.so"
	run -1 --separate-stderr "$bin/bin/latchkey" -d "$DATA" user list
	says_one_line "$stderr" 'cannot be loaded; install the package libpq5'
}

# --- another store, under running programs ---------------------------------------

@test "move-store under running programs, on two hosts: nothing acknowledged is lost, none writes to the old one" {
	local other
	begin_service
	other=$BATS_TEST_TMPDIR/other
	cp -a "$DATA" "$other"
	(
		while rotate; do
			echo "$TOKEN" >"$BATS_TEST_TMPDIR/newest"
		done
	) >/dev/null 2>&1 3>&- &
	wait_for test -s "$BATS_TEST_TMPDIR/newest"
	run latchkey move-store lmdb
	[[ $status = 0 ]] || fail "$output" "$(tail -n 5 "$PG/log")"
	assert_output 'restart the web server'
	assert_output 'old store refuses all use'
	wait $! || : # until they refuse
	TOKEN=$(<"$BATS_TEST_TMPDIR/newest")
	assert_out
	assert_logged 'token: cannot start .*names another store now: restart the programs'
	# The other host's settings still name the database.
	run -1 --separate-stderr latchkey -d "$other" user list
	says_one_line "$stderr" 'its records were moved to another store'
	stop_server
	start_server
	rotate || fail "$(http_status)" "$(http_body)" "$(tail -n 5 "$SERVER_LOG")"
	# And back: into a database of its own, under both programs.
	open_page open "$(authorize_url app)"
	assert_status 200
	sql "$PG" postgres 'create database again owner keeper'
	run -0 latchkey move-store "postgresql:$(where again)"
	assert_out
	stop_server
	start_server
	rotate || fail "$(http_status)" "$(http_body)" "$(tail -n 5 "$SERVER_LOG")"
}

@test "store that is set to another one by hand under running programs: they refuse until it is set back, or they are restarted" {
	begin_service
	sql "$PG" postgres 'create database elsewhere template seed owner keeper'
	set_conf store "postgresql:$(where elsewhere)"
	assert_out
	assert_equal "$(faults_of token | grep -c 'restart the programs')" 1
	set_conf store "postgresql:$(where "$DB")"
	assert_back
}
