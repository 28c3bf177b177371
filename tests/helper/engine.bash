# The engine that stores are on.

# STORE=postgresql of tests/run: each store is a database of its own, in the server
# of $LATCHKEY_TEST_PGSQL.
# shellcheck disable=SC1091 # checked by itself
[[ -z ${LATCHKEY_TEST_PGSQL:-} ]] || source "$root/tests/pgsql.bash"

on_pgsql() {
	[[ -n ${LATCHKEY_TEST_PGSQL:-} ]]
}

# needs_lmdb WHY: what follows is about LMDB, as `reads data.mdb`.
needs_lmdb() {
	! on_pgsql || skip "LMDB only: $1"
}

# new_database [FROM]: empty, or a copy; prints its name. Those of the tests before
# this one go.
new_database() {
	local list=$BATS_FILE_TMPDIR/databases mine name dir
	local -a say=() kept=()
	mine=$(tmpdir)
	touch "$list"
	while read -r name dir; do
		if [[ $dir = "$mine" || $dir = "$BATS_FILE_TMPDIR" ]]; then
			kept+=("$name $dir")
		else
			say+=(-c "drop database if exists $name with (force)")
		fi
	done <"$list"
	name=t${EPOCHREALTIME//[!0-9]/}_$BASHPID
	[[ -z ${1:-} ]] || say+=(-c "select count(pg_terminate_backend(pid))
	    from pg_stat_activity where datname = '$1'")
	say+=(-c "create database $name template ${1:-template0}")
	sql_each "$LATCHKEY_TEST_PGSQL" postgres "${say[@]}" >/dev/null || return
	printf '%s\n' "${kept[@]}" "$name $mine" | sed '/^$/d' >"$list"
	echo "$name"
}

# database_of DIR: the name of the database that is the store of that directory.
database_of() {
	sed -n 's/^store *= *postgresql:.*dbname=//p' "$1/latchkey.conf"
}

# store_setting DATABASE
store_setting() {
	echo "postgresql:$(pgsql_where "$LATCHKEY_TEST_PGSQL" "$1")"
}

# init_store DIR ISSUER [OPTION...]: latchkey init, on the engine of this run.
init_store() {
	local -a where=()
	! on_pgsql || where=(--store "$(store_setting "$(new_database)")")
	DATA=$1 latchkey init "${@:2}" "${where[@]}"
}

# copy_store FROM TO: a directory, and what it has in a database.
copy_store() {
	cp -a "$1" "$2"
	on_pgsql || return 0
	DATA=$2 set_conf store "$(store_setting "$(new_database "$(database_of "$1")")")"
	DATA=$2 forget_hosts
}

# A copy is not a second host, for which keys would wait.
forget_hosts() {
	local host
	while read -r host; do
		latchkey host del "$host" >/dev/null
	done < <(latchkey host list --json | jq -r '.[].host')
}

# stored_bytes: all records of $DATA, as they are kept.
stored_bytes() {
	if on_pgsql; then
		sql_store 'copy (select key, value from latchkey_rows) to stdout (format binary)'
	else
		cat "$DATA/store/data.mdb"
	fi
}

# stored_state: another as soon as anything was written, if only the same again.
stored_state() {
	if on_pgsql; then
		sql_store "select (select count(*) from latchkey_batches), md5(string_agg(
		    concat_ws(' ', tbl, key, xmin, md5(value)), ' ' order by tbl, key))
		    from latchkey_rows"
	else
		cksum <"$DATA/store/data.mdb"
	fi
}

# sql_store STATEMENT: in the database of $DATA.
sql_store() {
	sql "$LATCHKEY_TEST_PGSQL" "$(database_of "$DATA")" "$1"
}

# hide_store: no program finds the records of $DATA, until show_store.
hide_store() {
	local name
	if on_pgsql; then
		name=$(database_of "$DATA")
		sql_each "$LATCHKEY_TEST_PGSQL" postgres \
		    -c "alter database $name allow_connections false" \
		    -c "select count(pg_terminate_backend(pid)) from pg_stat_activity
			where datname = '$name'" >/dev/null
	else
		mv "$DATA/store" "$DATA/hidden"
	fi
}

show_store() {
	if on_pgsql; then
		sql "$LATCHKEY_TEST_PGSQL" postgres \
		    "alter database $(database_of "$DATA") allow_connections true"
	else
		mv "$DATA/hidden" "$DATA/store"
	fi
}
